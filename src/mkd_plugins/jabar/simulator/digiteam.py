"""Digiteam: one's own presence, days off and log book, as the public code of its server answers.

It knows neither service numbers nor superiors. Everybody acts for themselves, with a token of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import PurePath
from threading import Lock
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import jwt
from werkzeug.datastructures import FileStorage, ImmutableMultiDict

from mkd_plugins.jabar.simulator.answers import Answer, Asked, Handler, Routes, refusal
from mkd_plugins.jabar.simulator.diary import Day, Diary
from mkd_plugins.jabar.simulator.world import JAKARTA, PASSWORD, World
from mkd_plugins.testing.province import Row

_LARGEST: Final = 1_048_576
_IMAGES: Final = (".jpg", ".jpeg", ".png")
_MOODS: Final = ("WORST", "SAD", "NEUTRAL", "GOOD", "EXCELLENT")
_PERMITS: Final = ("Sakit", "Izin", "Cuti", "Day Off")
_TOLD: Final = ("Koordinator", "Struktural", "HR", "Rekan Kerja")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
_SECRET: Final = "contoh-rahasia-digiteam-yang-tidak-diperiksa"
_PROJECTS: Final = ("Layanan Digital", "Data Sektoral", "Tata Kelola")
_REFRESH_LIVES: Final = 24


class Digiteam:
    """The server, with what people have written into it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._diary = Diary()
        self._lock = Lock()
        self._by_mail: dict[str, str] = {}
        self._by_id: dict[str, str] = {}

    def routes(self) -> Routes:
        """Its handlers."""
        users = "/v1/auth/users"
        presence = "/v1/attendances"
        return {
            ("POST", f"{users}/sign-in"): self.sign_in,
            ("POST", f"{users}/refresh-token"): self.refresh,
            ("POST", f"{users}/sign-out"): self._own(self.sign_out),
            ("GET", f"{users}/me"): self._own(self.me),
            ("GET", "/v1/users"): self.users,
            ("GET", "/v1/projects"): self.projects,
            ("GET", "/v1/main-duties/mine"): self._own(self.duties),
            ("POST", f"{presence}/check-in"): self._own(self.check_in),
            ("PATCH", f"{presence}/check-out"): self._own(self.check_out),
            ("GET", f"{presence}/is-checked-in"): self._own(self.is_checked_in),
            ("GET", f"{presence}/is-checked-out"): self._own(self.is_checked_out),
            ("POST", f"{presence}/days-off"): self._own(self.days_off),
            ("POST", "/v1/logbooks"): self._own(self.write_log),
            ("GET", "/v1/logbooks/mine"): self._own(self.read_log),
        }

    def sign_in(self, asked: Asked) -> Answer:
        """Tokens for a mail address and a password."""
        given = _json(asked)
        nip = self._mails().get(str(given.get("email", "")))
        if nip is None or given.get("password") != PASSWORD:
            return refusal("digiteam", 401, "Email atau password salah.")
        return self._tokens(asked, nip)

    def refresh(self, asked: Asked) -> Answer:
        """New tokens for a refresh token."""
        nip = self._world.tokens.spend("digiteam-refresh", str(_json(asked).get("refresh_token", "")))
        return self._tokens(asked, nip) if nip else refusal("digiteam", 401, "Refresh token tidak aktif.")

    def sign_out(self, asked: Asked, _: Row) -> Answer:
        """Both tokens end."""
        self._world.tokens.void(str(_json(asked).get("refresh_token", "")))
        self._world.tokens.void(asked.bearer())
        return _told(None, "Berhasil keluar.")

    def me(self, _: Asked, person: Row) -> Answer:
        """Three fields, and no service number among them."""
        return _told({"id": _id(person), "name": person["peg_nama"], "email": person["peg_email_resmi"]})

    def users(self, asked: Asked) -> Answer:
        """People by a part of their name; whoever asks."""
        wanted = asked.request.args.get("name", "").casefold()
        fit = (person for person in self._world.people.everybody() if wanted in person["peg_nama"].casefold())
        return _told([{"id": _id(person), "name": person["peg_nama"], "avatar": None} for person in fit])

    def projects(self, asked: Asked) -> Answer:
        """Projects by a part of their name."""
        wanted = asked.request.args.get("name", "").casefold()
        return _told([_project(name) for name in _PROJECTS if wanted in name.casefold()])

    def duties(self, _: Asked, person: Row) -> Answer:
        """The duties of one's post; a probationer has no post here."""
        if person["peg_status_kepegawaian"] == "CPNS":
            return refusal("digiteam", 400, "Jabatan belum diatur.")
        return _told([{"id": _made_id("duty", person["jabatan_id"]), "name": person["jabatan_nama"], "sequence": 1}])

    def check_in(self, asked: Asked, person: Row) -> Answer:
        """Today, once: the second time is 403, and so is another day."""
        given = _json(asked)
        moment, location = _moment(given.get("date")), given.get("location")
        problems = [] if moment else ["date must be a Date instance"]
        if not isinstance(location, str) or not 0 < len(location) <= 100:
            problems.append("location must be shorter than or equal to 100 characters")
        if given.get("mood") not in (None, *_MOODS):
            problems.append("mood must be a valid enum value")
        if problems or moment is None:
            return _bad(problems)
        if not self._is_today(moment, asked):
            return refusal("digiteam", 403, "Tanggal check-in harus hari ini.")
        mine: dict[str, Any] = {"location": location, "mood": given.get("mood"), "note": given.get("note")}
        with self._lock:
            if self._diary.day(person["peg_nip"], _date(moment)):
                return refusal("digiteam", 403, "Anda sudah check-in hari ini.")
            day = Day(person=person["peg_nip"], on=_date(moment), start=moment, made=asked.at, **mine)
            self._diary.put(day)
        return _told(
            {
                "startDate": _text(moment),
                **mine,
                "user": {"id": _id(person)},
                "endDate": None,
                "officeHours": None,
                **_stamped(day.id, asked.at),
            },
            status=201,
        )

    def check_out(self, asked: Asked, person: Row) -> Answer:
        """404 without a check-in, 403 the second time, 422 before it began."""
        moment = _moment(_json(asked).get("date"))
        if moment is None:
            return _bad(["date must be a Date instance"])
        with self._lock:
            day = self._diary.day(person["peg_nip"], _date(moment))
            if day is None or day.start is None:
                return refusal("digiteam", 404, "Anda belum check-in.")
            if day.end is not None:
                return refusal("digiteam", 403, "Anda sudah check-out hari ini.")
            if moment <= day.start:
                return refusal("digiteam", 422, "Waktu check-out harus setelah check-in.")
            day = self._diary.ended(day, moment)
        return _told(
            {
                **_stamped(day.id, day.made),
                "updatedAt": _text(asked.at),
                "startDate": _text(day.start or moment),
                "endDate": _text(moment),
                "officeHours": day.hours,
                "location": day.location,
                "mood": day.mood,
                "note": day.note,
            }
        )

    def is_checked_in(self, asked: Asked, person: Row) -> Answer:
        """Whether today has begun, or is off."""
        day = self._diary.day(person["peg_nip"], _date(asked.at))
        if day is None:
            return _told({"isCheckedIn": False})
        return _told(
            {
                "isCheckedIn": True,
                "date": day.on.isoformat(),
                "isDaysOff": day.start is None,
                **({"permitsType": day.note} if day.start is None else {}),
                **({"startDate": _text(day.start)} if day.start else {}),
                **({"endDate": _text(day.end)} if day.end else {}),
            }
        )

    def is_checked_out(self, asked: Asked, person: Row) -> Answer:
        """Whether today has ended."""
        day = self._diary.day(person["peg_nip"], _date(asked.at))
        return _told({"isCheckedOut": day is not None and day.end is not None})

    def days_off(self, asked: Asked, person: Row) -> Answer:
        """Days off with a picture, one row of presence for each of their weekdays; 400 where some are off already."""
        form = asked.request.form
        first, last = _day(form.get("start_date")), _day(form.get("end_date"))
        told = [each for each in form.get("permit_acknowledged", "").split(",") if each]
        problems = _picture_problems(asked.request.files.get("image"), "image")
        if form.get("permits_type") not in _PERMITS:
            problems.append("permits_type must be one of the following values: " + ", ".join(_PERMITS))
        if first is None or last is None or last < first:
            problems.append("start_date and end_date must be dates, in order")
        if not told or not set(told) <= set(_TOLD):
            problems.append("permit_acknowledged must be of: " + ", ".join(_TOLD))
        if problems or first is None or last is None:
            return _bad(problems)
        with self._lock:
            days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            if any(self._diary.day(person["peg_nip"], day) for day in days):
                return refusal("digiteam", 400, "Sakit/Izin/Cuti/DayOff sudah ada.")
            for day in days:
                if day.weekday() < 5:
                    self._diary.put(Day(person=person["peg_nip"], on=day, made=asked.at, note=form["permits_type"]))
        return _told(
            {
                "startDate": first.isoformat(),
                "endDate": last.isoformat(),
                "permitsType": form["permits_type"],
                "permitAcknowledged": told,
                "note": form.get("note"),
                "filePath": "days-off/simulator.jpg",
                "user": {"id": _id(person)},
                **_stamped(_made_id("off", person["peg_id"], first), asked.at),
            },
            status=201,
        )

    def write_log(self, asked: Asked, person: Row) -> Answer:
        """A task done, with a picture. Without ``partner`` it breaks: 500."""
        form = asked.request.form
        if "partner[]" not in form and "partner" not in form:
            return refusal("digiteam", 500, "Cannot read properties of undefined (reading 'length')", at=asked)
        needed = ("project_id", "main_duty_id", "name_task", "date_task", "link_attachment")
        problems = [f"{name} should not be empty" for name in needed if not form.get(name)]
        if form.get("date_task") and _day(form["date_task"]) is None:
            problems.append("date_task must be a date")
        problems += _picture_problems(asked.request.files.get("evidence_task"), "evidence_task")
        if problems:
            return _bad(problems)
        ids = self._ids()
        writers = [_id(person), *(each for each in _partners(form) if each in ids)]
        with self._lock:
            entries = [self._entry(asked, form, writer, place) for place, writer in enumerate(writers)]
            for entry in entries:
                self._diary.log(ids[entry["userId"]], entry)
        return _told(entries, status=201)

    def read_log(self, asked: Asked, person: Row) -> Answer:
        """One's own entries, page by page, with every key in lower case."""
        query = asked.request.args
        first, last = _day(query.get("startDate")) or date.min, _day(query.get("endDate")) or date.max
        page, limit = max(query.get("page", 1, int), 1), max(query.get("limit", 10, int), 1)
        mine = [
            each
            for each in self._diary.logs(person["peg_nip"])
            if first <= date.fromisoformat(each["dateTask"]) <= last
        ]
        shown = [
            {
                "id": each["id"],
                "datetask": each["dateTask"],
                "nametask": each["nameTask"],
                "evidencetask": each["evidenceTaskPath"],
                "linkattachment": each["linkAttachment"],
                "projectname": next((name for name in _PROJECTS if _project(name)["id"] == each["projectId"]), None),
                "maindutyname": person["jabatan_nama"],
            }
            for each in mine[(page - 1) * limit :][:limit]
        ]
        meta = {"total": len(mine), "page": page, "lastPage": max(-(-len(mine) // limit), 1), "firstPage": 1}
        return _told({"logbooks": shown, "meta": meta})

    def _entry(self, asked: Asked, form: ImmutableMultiDict[str, str], writer: str, place: int) -> dict[str, Any]:
        identifier = _made_id("log", writer, form["date_task"], form["name_task"], asked.at.timestamp(), place)
        return {
            "projectId": form["project_id"],
            "mainDutyId": form["main_duty_id"],
            "userId": writer,
            "nameTask": form["name_task"],
            "dateTask": form["date_task"],
            "evidenceTaskPath": "logbooks/simulator.jpg",
            "linkAttachment": form["link_attachment"],
            "workplace": form.get("workplace"),
            "organizer": form.get("organizer"),
            "deletedAt": None,
            **_stamped(identifier, asked.at),
        }

    def _own(self, handle: Any) -> Handler:
        """A handler for whoever the token is of."""

        def owned(asked: Asked) -> Answer:
            nip = self._world.tokens.owner("digiteam", asked.bearer())
            person = self._world.people.find(nip) if nip else None
            answer: Answer = handle(asked, person) if person else refusal("digiteam", 401, "Unauthorized")
            return answer

        return owned

    def _tokens(self, asked: Asked, nip: str) -> Answer:
        """``expires_in`` is a moment, not a duration."""
        world = self._world
        person = world.people.find(nip)
        assert person is not None
        ends = int(asked.at.timestamp() + world.lifetime)
        claims = {"identifier": _id(person), "iat": asked.at.timestamp(), "exp": ends}
        text = jwt.encode(claims, _SECRET, algorithm="HS256")
        return _told(
            {
                "type": "Bearer",
                "access_token": world.tokens.give("digiteam", nip, world.lifetime, text=text),
                "refresh_token": world.tokens.give("digiteam-refresh", nip, world.lifetime * _REFRESH_LIVES),
                "expires_in": ends,
            }
        )

    def _is_today(self, moment: datetime, asked: Asked) -> bool:
        return _date(moment) == _date(asked.at)

    def _mails(self) -> dict[str, str]:
        if not self._by_mail:
            self._by_mail = {each["peg_email_resmi"]: each["peg_nip"] for each in self._world.people.everybody()}
        return self._by_mail

    def _ids(self) -> dict[str, str]:
        if not self._by_id:
            self._by_id = {_id(each): each["peg_nip"] for each in self._world.people.everybody()}
        return self._by_id


def _told(data: Any, message: str = "Berhasil.", *, status: int = 200) -> Answer:
    return Answer(status=status, body={"statusCode": status, "message": message, "data": data})


def _bad(problems: list[str]) -> Answer:
    """400, where the message is a list."""
    return Answer(status=400, body={"statusCode": 400, "message": problems, "error": "Bad Request"})


def _json(asked: Asked) -> dict[str, Any]:
    given = asked.request.get_json(silent=True)
    return given if isinstance(given, dict) else {}


def _made_id(*parts: object) -> str:
    return str(uuid5(NAMESPACE_URL, f"urn:mkd:simulator:digiteam:{parts}"))


def _id(person: Row) -> str:
    return _made_id("user", person["peg_id"])


def _project(name: str) -> dict[str, str | None]:
    return {"id": _made_id("project", name), "name": name, "description": None}


def _stamped(identifier: str, at: datetime) -> dict[str, str]:
    return {"id": identifier, "createdAt": _text(at), "updatedAt": _text(at)}


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(given: object) -> datetime | None:
    """A moment in UTC with milliseconds and ``Z``."""
    if not isinstance(given, str) or not _MOMENT.fullmatch(given):
        return None
    try:
        return datetime.fromisoformat(given)
    except ValueError:
        return None


def _day(given: str | None) -> date | None:
    try:
        return datetime.strptime(given or "", "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def _date(moment: datetime) -> date:
    """The date that it is where the server stands."""
    return moment.astimezone(JAKARTA).date()


def _picture_problems(file: FileStorage | None, name: str) -> list[str]:
    if file is None or not file.filename:
        return [f"{name} should not be empty"]
    if PurePath(file.filename).suffix.lower() not in _IMAGES:
        return [f"{name} must be an image"]
    return [f"{name} is larger than 1 MB"] if len(file.read(_LARGEST + 1)) > _LARGEST else []


def _partners(form: ImmutableMultiDict[str, str]) -> Iterable[str]:
    return [each for name in ("partner[]", "partner") for each in form.getlist(name) if each]
