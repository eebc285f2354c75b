"""One person at Digiteam: present or not, checked in and out, activities in the log book.

A write whose answer did not come may have happened. What was written carries a reference of ours, and is looked for
under it before it is written again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, Literal

import attrs

from mkd_plugins.api import InvalidInput, Permanent, Receipt, Secret, Transient
from mkd_plugins.http.config import unusable
from mkd_plugins.jabar.asking import Response, System
from mkd_plugins.jabar.tokens import issued

LARGEST: Final = 1_048_576
"""Bytes that a picture may have."""
_IMAGES: Final = (".jpg", ".jpeg", ".png")
_LOCATION: Final = 100


@attrs.frozen(kw_only=True)
class Present:
    """Whether the person has checked in today. ``off`` is the kind of permit of a day off, empty on other days."""

    since: datetime | None
    off: str = ""


@attrs.frozen(kw_only=True)
class Picture:
    """The picture that an entry needs: its name ends in .jpg, .jpeg or .png, and it has at most 1 MB."""

    name: str
    content: bytes = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        if not self.name.lower().endswith(_IMAGES) or not 0 < len(self.content) <= LARGEST:
            raise InvalidInput("MKD675", "an entry needs a picture of at most 1 MB", mend="give a .jpg or .png file")


@attrs.frozen(kw_only=True)
class Entry:
    """An activity for the log book. ``project`` and ``duty`` are ids of Digiteam; ``link`` leads to the work."""

    on: date
    task: str
    project: str
    duty: str
    link: str
    picture: Picture
    workplace: str = ""


@attrs.frozen(kw_only=True)
class DaysOff:
    """Days off, both ends included: of which ``kind``, who was ``told``, and the picture of the permit."""

    kind: Literal["Sakit", "Izin", "Cuti", "Day Off"]
    first: date
    last: date
    told: tuple[Literal["Koordinator", "Struktural", "HR", "Rekan Kerja"], ...]
    picture: Picture

    def __attrs_post_init__(self) -> None:
        if self.last < self.first or not self.told:
            raise InvalidInput("MKD675", "days off end after they begin, and somebody was told", mend="mend the days")


class Digiteam:
    """One person's account. Not to be shared between threads. Raises ``Transient`` or ``Permanent``."""

    def __init__(
        self, url: str, email: str, password: Secret, *, ca_file: Path | None = None, timeout: float = 30.0
    ) -> None:
        if problem := unusable(url):
            raise InvalidInput("MKD675", problem, where="url", mend="write the https address of Digiteam")
        self._url = url.rstrip("/")
        self._login = {"email": email, "password": password.reveal()}
        self._system = System(ca_file=ca_file, connections=1)
        self._timeout = timeout
        self._token = ""
        self._refresh = ""
        self._until = 0.0

    def present(self) -> Present:
        """Whether the person is there today."""
        data = self._told(self._ask("GET", "/v1/attendances/is-checked-in"), "GET is-checked-in")
        started = data.get("startDate") if data.get("isCheckedIn") else None
        return Present(
            since=_moment(started) if isinstance(started, str) else None,
            off=str(data.get("permitsType") or "") if data.get("isDaysOff") else "",
        )

    def check_in(self, at: datetime, location: str, reference: str) -> Receipt:
        """Check in today, at a place that Digiteam calls ``location`` (WFO, WFH, WFA, ...); once, however often.

        Raises ``Permanent`` (MKD676) on a day off, and for another day than today.
        """
        if not 0 < len(location) <= _LOCATION:
            raise InvalidInput("MKD675", f"a location has 1 to {_LOCATION} characters", where="location")
        body = {"date": _written(at), "location": location, "note": reference}
        found: Response | None = None
        try:
            found = self._ask("POST", "/v1/attendances/check-in", json=body)
        except Transient:
            if self.present().since is None:
                raise
        if found is not None and found.status != HTTPStatus.CREATED:
            present = self.present() if found.status == HTTPStatus.FORBIDDEN else None
            if present is None or present.since is None or present.off:
                raise _refused(found, "POST check-in")
        return Receipt(key=reference)

    def check_out(self, at: datetime) -> None:
        """Leave; having left already is no error."""
        response = self._ask("PATCH", "/v1/attendances/check-out", json={"date": _written(at)})
        if response.status not in (HTTPStatus.OK, HTTPStatus.FORBIDDEN):
            raise _refused(response, "PATCH check-out")

    def take_off(self, days: DaysOff, reference: str) -> Receipt:
        """Report days off. Digiteam takes no day twice: days of which one is off already are refused (MKD676)."""
        form = {
            "permits_type": days.kind,
            "start_date": days.first.isoformat(),
            "end_date": days.last.isoformat(),
            "permit_acknowledged": ",".join(days.told),
            "note": reference,
        }
        files = {"image": (days.picture.name, days.picture.content)}
        response = self._ask("POST", "/v1/attendances/days-off", data=form, files=files)
        if response.status != HTTPStatus.CREATED:
            raise _refused(response, "POST days-off")
        return Receipt(key=reference)

    def log(self, entry: Entry, reference: str) -> Receipt:
        """Write an activity into the log book, once however often: it is looked for under ``reference`` before."""
        marked = f"{entry.task} [{reference}]"
        if self._logged(entry.on, f"[{reference}]"):
            return Receipt(key=reference)
        form = {
            "project_id": entry.project,
            "main_duty_id": entry.duty,
            "name_task": marked,
            "date_task": entry.on.isoformat(),
            "link_attachment": entry.link,
            "workplace": entry.workplace,
            # Left out, it breaks the server.
            "partner[]": "",
        }
        files = {"evidence_task": (entry.picture.name, entry.picture.content)}
        response = self._ask("POST", "/v1/logbooks", data=form, files=files)
        if response.status != HTTPStatus.CREATED:
            raise _refused(response, "POST logbooks")
        return Receipt(key=reference)

    def tasks(self, on: date) -> Iterator[str]:
        """What the log book has of that day; its keys are in lower case here, and nowhere else."""
        page, last = 1, 1
        while page <= last:
            query = {"startDate": str(on), "endDate": str(on), "page": str(page), "limit": "100"}
            data = self._told(self._ask("GET", "/v1/logbooks/mine", params=query), "GET logbooks/mine")
            rows, meta = data.get("logbooks") or [], data.get("meta") or {}
            if not (isinstance(rows, list) and all(isinstance(row, dict) for row in rows) and isinstance(meta, dict)):
                said = "Digiteam's log book is no list of activities"
                raise Permanent(said, code="MKD676", where="GET logbooks/mine", mend="see whether it has changed")
            for row in rows:
                yield str({key.lower(): value for key, value in row.items()}.get("nametask", ""))
            told = meta.get("lastPage")
            # A page without anything ends it, whatever it says of pages to come.
            last = told if isinstance(told, int) and rows else page
            page += 1

    def close(self) -> None:
        """Let the connection go."""
        self._system.close()

    def _logged(self, on: date, mark: str) -> bool:
        return any(mark in task for task in self.tasks(on))

    def _ask(self, method: str, path: str, **sent: Any) -> Response:
        """The answer to a request with a token; one that is refused is renewed once."""
        for attempt in (1, 2):
            headers = {"Authorization": f"Bearer {self._bearer()}"}
            where = f"{method} {self._url}{path}"
            response = self._system.ask(
                method, f"{self._url}{path}", where, timeout=self._timeout, headers=headers, **sent
            )
            if response.status != HTTPStatus.UNAUTHORIZED or attempt == 2:
                break
            self._token = ""
        if response.not_now:
            said = f"Digiteam answered {response.status}"
            raise Transient(said, code="MKD676", where=where, retry_after=response.pause)
        return response

    def _bearer(self) -> str:
        if not self._token or time.time() >= self._until:
            refreshed = self._post("refresh-token", {"refresh_token": self._refresh}) if self._refresh else None
            if refreshed is None or refreshed.status != HTTPStatus.OK:
                refreshed = self._post("sign-in", self._login)
            data = self._told(refreshed, "POST sign-in")
            given = issued(data, 0.0, "POST sign-in")
            self._token, self._until = given.text.reveal(), given.until
            self._refresh = str(data.get("refresh_token") or "")
        return self._token

    def _post(self, path: str, body: Mapping[str, str]) -> Response:
        url = f"{self._url}/v1/auth/users/{path}"
        return self._system.ask("POST", url, f"POST {url}", timeout=self._timeout, json=dict(body))

    def _told(self, response: Response, where: str) -> dict[str, Any]:
        if response.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
            raise _refused(response, where)
        answer = response.json()
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict):
            raise Permanent(
                "Digiteam's answer has no data", code="MKD676", where=where, mend="see whether it has changed"
            )
        return data


def _refused(response: Response, where: str) -> Permanent:
    """The refusal, without its text: it may repeat what was sent."""
    mend = "see the login" if response.status == HTTPStatus.UNAUTHORIZED else "see what Digiteam allows on that day"
    return Permanent(f"Digiteam answered {response.status}", code="MKD676", where=where, mend=mend)


def _written(moment: datetime) -> str:
    """A moment in UTC with milliseconds and ``Z``, the only form that is taken."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise Permanent("Digiteam told a moment that is none", code="MKD676", where="is-checked-in") from None
