"""Identity ``http``: people, units and mandates as the host knows them on a date."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, tzinfo
from functools import partial
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mkd_core.language import BadValue
from mkd_core.people import INDONESIAN_ZONES
from mkd_core.policy import VOCABULARY
from mkd_plugins.api import (
    Denied,
    Employee,
    Employment,
    Found,
    InvalidInput,
    Mandate,
    MandateKind,
    NotMine,
    Permanent,
    ServiceNumber,
    Unit,
)
from mkd_plugins.http.answers import Answer, Scalar
from mkd_plugins.http.client import Client
from mkd_plugins.http.config import Config

T = TypeVar("T")

LANGUAGES = ("id", "en")
STATUSES = ("found", "denied", "not_mine")
_EMPLOYEE = (
    "key",
    "unit",
    "number",
    "name",
    "email",
    "handles",
    "superior",
    "employment",
    "post",
    "team",
    "counter",
    "active",
    "language",
    "facts",
    "facts_from",
)
_UNIT = ("key", "name", "parent", "head", "agency", "zone", "region", "direct_service", "facts", "source")
_MANDATE = ("kind", "acting", "starts", "ends", "unit", "replaces", "reference", "accepted")
_WORD = re.compile(r"[A-Za-z][A-Za-z _-]{0,29}", re.ASCII)


class HttpIdentity:
    """The port over HTTP. Every answer is compared with what was asked: a host that ignores a filter is found out."""

    def __init__(self, config: Config) -> None:
        self._client = Client(config)
        self.ping = self._client.ping
        self.close = self._client.close

    def person(self, key: str, on: date) -> Found | Denied | NotMine:
        """The person of that key; somebody who is not active is denied."""
        answer = self._client.get("/identity/person", {"key": key, "on": on.isoformat()})
        return _person(answer, lambda employee, _: employee.key == key)

    def lookup(self, handle: str, on: date) -> Found | Denied | NotMine:
        """The person of that number, address or other handle, sent in a body, since addresses end up in logs."""
        if not handle.strip():
            return NotMine()
        wanted = _compared(handle)
        answer = self._client.post("/identity/lookup", {"handle": handle, "on": on.isoformat()})
        return _person(answer, lambda _, handles: wanted in handles)

    def people(self, on: date) -> Iterable[Employee]:
        """Everybody, page by page."""
        return self._listed("people", on, lambda answer: _employee(answer)[0], lambda employee: employee.key)

    def unit(self, key: str, on: date) -> Unit | None:
        """The unit of that key."""
        answer = self._client.get("/identity/unit", {"key": key, "on": on.isoformat()})
        answer.only("unit")
        found = answer.object_or_none("unit")
        if found is None:
            return None
        unit = _unit(found)
        if unit.key != key:
            raise _another(found, "unit")
        return unit

    def units(self, on: date) -> Iterable[Unit]:
        """Every unit, page by page."""
        return self._listed("units", on, _unit, lambda unit: unit.key)

    def mandates(self, on: date) -> Iterable[Mandate]:
        """Every mandate that may hold, page by page."""
        return self._listed("mandates", on, _mandate, None)

    def _listed(self, what: str, on: date, read: Callable[[Answer], T], key: Callable[[T], str] | None) -> Iterator[T]:
        """The items of all pages; a page or a key that comes a second time is refused, for it would never end."""
        seen: set[str] = set()
        pages: set[str] = set()
        query = {"on": on.isoformat()}
        while True:
            answer = self._client.get(f"/identity/{what}", query)
            answer.only(what, "next")
            for item in answer.objects(what):
                made = read(item)
                if key is not None:
                    if key(made) in seen:
                        raise item.refuse("key", "comes a second time", "the host lists each once")
                    seen.add(key(made))
                yield made
            following = answer.name("next")
            if following is None:
                return
            if following in pages:
                raise answer.refuse("next", "leads back to a page before", "the host goes on behind the last item")
            pages.add(following)
            query = {"on": on.isoformat(), "after": following}


def _person(answer: Answer, meant: Callable[[Employee, set[str]], bool]) -> Found | Denied | NotMine:
    match answer.one_of("status", STATUSES):
        case "not_mine":
            answer.only("status")
            return NotMine()
        case "denied":
            answer.only("status", "reason")
            return Denied(answer.text("reason"))
    answer.only("status", "employee")
    found = answer.object("employee")
    employee, handles = _employee(found)
    if not meant(employee, handles):
        raise _another(found, "person")
    return Found(employee) if employee.active else Denied("not active, as far as the host knows")


def _another(answer: Answer, what: str) -> Permanent:
    return Permanent(
        f"the host answered with another {what} than was asked for",
        code="MKD649",
        where=answer.where,
        mend="the host compares the whole key or handle, and says not_mine or null where none is equal",
    )


def _employee(answer: Answer) -> tuple[Employee, set[str]]:
    """The employee, and all handles by which the host may find the person."""
    answer.only(*_EMPLOYEE)
    employment = answer.choice("employment", Employment, Employment.OTHER)
    digits = answer.name("number")
    number = None if digits is None else answer.made("number", ServiceNumber.parse, digits, employment)
    email = answer.text_or("email", "")
    facts, unmapped = _facts(answer)
    employee = Employee(
        key=answer.text("key"),
        unit=answer.text("unit"),
        number=number,
        name=answer.text_or("name", ""),
        email=email,
        superior=answer.name("superior"),
        employment=employment,
        post=answer.text_or("post", ""),
        team=answer.text_if_any("team"),
        counter=answer.text_if_any("counter"),
        active=answer.flag("active", True),
        language=_language(answer),
        facts=facts,
        unmapped=unmapped,
        facts_from=answer.words("facts_from"),
    )
    return employee, {_compared(text) for text in (digits or "", email, *answer.texts("handles")) if text.strip()}


def _language(answer: Answer) -> str:
    return answer.one_of("language", LANGUAGES) if answer.name("language") is not None else "id"


def _facts(answer: Answer) -> tuple[dict[str, Scalar], dict[str, str]]:
    """The facts that can be known, and apart from them those whose value the vocabulary does not have.

    Facts that are not the library's own pass as they are: a plugin of the deployment may have added them.
    """
    facts: dict[str, Scalar] = {}
    unmapped: dict[str, str] = {}
    for name, value in answer.scalars("facts").items():
        try:
            if name in VOCABULARY:
                VOCABULARY[name].read(value)
            facts[name] = value
        except BadValue:
            # Only a plain word is shown: in a shifted export anything may stand there.
            unmapped[name] = value if isinstance(value, str) and _WORD.fullmatch(value) else "…"
    return facts, unmapped


def _unit(answer: Answer) -> Unit:
    answer.only(*_UNIT)
    facts, _ = _facts(answer)
    return Unit(
        key=answer.text("key"),
        name=answer.text("name"),
        parent=answer.name("parent"),
        head=answer.name("head"),
        agency=answer.name("agency"),
        zone=answer.made("zone", _zone, answer.name("zone") or "WIB"),
        region=answer.name("region") or "ID",
        direct_service=answer.flag("direct_service", False),
        facts=facts,
        source=answer.name("source") or "units",
    )


def _zone(name: str) -> tzinfo:
    if name in INDONESIAN_ZONES:
        return INDONESIAN_ZONES[name]
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInput("MKD647", "is no zone", mend="write WIB, WITA, WIT or a name such as Asia/Jakarta") from None


def _mandate(answer: Answer) -> Mandate:
    answer.only(*_MANDATE)
    make = partial(
        Mandate,
        kind=answer.choice("kind", MandateKind),
        acting=answer.text("acting"),
        starts=answer.day("starts"),
        ends=answer.day_or_none("ends"),
        unit=answer.name("unit"),
        replaces=answer.name("replaces"),
        reference=answer.text_or("reference", ""),
        accepted=answer.flag("accepted", True),
    )
    mandate: Mandate = answer.made("unit", make)
    return mandate


def _compared(text: str) -> str:
    """A number, login or address in the form in which it is compared."""
    return text.replace(" ", "").casefold()
