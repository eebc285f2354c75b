"""The published document and the client are one contract: neither asks for, nor takes, what the other does not."""

from __future__ import annotations

import json
import subprocess
import sysconfig
from collections.abc import Callable, Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from mkd_core.errors import BackendError, Permanent
from mkd_core.ports import PayRun
from mkd_plugins.testing.notification import NOTICE
from mkd_plugins.testing.payroll import line
from mkd_plugins.testing.schedule import ENTRY

Made = Callable[..., Any]

ON = date(2026, 6, 1)
YEAR = ("ID-JB", date(2026, 1, 1), date(2026, 12, 31))

EMPLOYEE = {
    "key": "hr",
    "unit": "agency",
    "number": "198104232006042902",
    "name": "Sekar Ayuningrat",
    "email": "hr@example.go.id",
    "handles": ["sekar"],
    "superior": "director",
    "employment": "pns",
    "post": "Analis",
    "team": "Tim Data",
    "counter": "",
    "active": True,
    "language": "en",
    "facts": {"applicant.rating": "good", "applicant.service_months": 240},
    "facts_from": {"applicant.rating": "e-Kinerja"},
}
UNIT = {
    "key": "data",
    "name": "Seksi Data",
    "parent": "planning",
    "head": "data-head",
    "agency": "agency",
    "zone": "Asia/Jakarta",
    "region": "ID-JB",
    "direct_service": True,
    "facts": {"unit.direct_service": True},
    "source": "units of the agency",
}
MANDATE = {
    "kind": "plh",
    "acting": "analyst",
    "starts": "2026-05-01",
    "ends": "2026-07-01",
    "unit": "data",
    "replaces": "data-head",
    "reference": "800/1",
    "accepted": True,
}
HOLIDAY = {
    "on": "2026-06-01",
    "name": {"id": "Hari Lahir Pancasila", "en": "Pancasila Day"},
    "estimated": False,
    "shared_leave": False,
}
SEASON = {"name": "ramadan", "first": "2026-02-18", "last": "2026-03-19", "estimated": True}
RUN = PayRun(key="run-1", lines=(line(0),))
TAKEN = {"key": line(0).key, "quantity": "420", "reference": "p-1"}

CALLS: dict[str, tuple[str, Callable[[Any], object], list[dict[str, Any]]]] = {
    "Health": ("identity", lambda backend: backend.ping(), [{"status": "ok"}]),
    "Person": (
        "identity",
        lambda backend: backend.person("hr", ON),
        [
            {"status": "found", "employee": EMPLOYEE},
            {"status": "denied", "reason": "has left"},
            {"status": "not_mine"},
        ],
    ),
    "People": ("identity", lambda backend: list(backend.people(ON)), [{"people": [EMPLOYEE], "next": None}]),
    "OneUnit": ("identity", lambda backend: backend.unit("data", ON), [{"unit": UNIT}]),
    "Units": ("identity", lambda backend: list(backend.units(ON)), [{"units": [UNIT], "next": None}]),
    "Mandates": ("identity", lambda backend: list(backend.mandates(ON)), [{"mandates": [MANDATE], "next": None}]),
    "PayReceipt": (
        "payroll",
        lambda backend: backend.submit(RUN),
        [{"key": "run-1", "lines": [TAKEN], "reference": "r-1"}],
    ),
    "Receipt": (
        "notification",
        lambda backend: backend.send(NOTICE),
        [{"status": "taken", "reference": "n-1"}, {"status": "declined", "reason": "no inbox"}],
    ),
    "Holidays": ("calendar", lambda backend: backend.holidays(*YEAR), [{"holidays": [HOLIDAY]}]),
    "Seasons": ("calendar", lambda backend: backend.seasons(*YEAR), [{"seasons": [SEASON]}]),
}
"""The schema of an answer → the port, the call that it answers, and whole answers."""

WRONG: tuple[object, ...] = (None, True, 7, 1.5, "", "no such word", [], {}, ["x"], {"x": "y"})


def mutants(answer: Any) -> Iterator[Any]:
    """The answer with one thing wrong or left out: every value replaced, every key dropped, a key too many."""
    places = list(inside(answer, ()))
    for place in places:
        *above, last = place
        for wrong in WRONG:
            changed = deepcopy(answer)
            at(changed, above)[last] = wrong
            yield changed
        dropped = deepcopy(answer)
        del at(dropped, above)[last]
        yield dropped
    for place in [(), *places]:
        if isinstance(at(answer, place), dict):
            more = deepcopy(answer)
            at(more, place)["unheard_of"] = True
            yield more


def inside(value: Any, place: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*place, key)
        yield from inside(inner, (*place, key))


def at(value: Any, place: Any) -> Any:
    for key in place:
        value = value[key]
    return value


def test_the_document_is_valid_openapi() -> None:
    """Generators of other languages read it."""
    validator = pytest.importorskip("openapi_spec_validator", reason="the tests' own extra")
    hr_system = pytest.importorskip("hr_system", reason="the host's server is an extra")

    validator.validate(hr_system.DOCUMENT)

    assert hr_system.DOCUMENT["openapi"].startswith("3.1")


def test_the_command_prints_the_document() -> None:
    """A host's developer has it without looking into the package."""
    hr_system = pytest.importorskip("hr_system", reason="the host's server is an extra")
    mkd = Path(sysconfig.get_path("scripts")) / "mkd"

    printed = subprocess.run([mkd, "plugins", "openapi"], capture_output=True, text=True, check=True).stdout

    assert json.loads(printed) == hr_system.DOCUMENT


def test_the_client_asks_all_that_the_document_has_and_nothing_else(hr: Any, made: Made) -> None:
    """The host that takes these requests compares each with the document."""
    hr_system = pytest.importorskip("hr_system", reason="the host's server is an extra")
    for port, call, _ in CALLS.values():
        call(made(port, hr.url))
    made("identity", hr.url).lookup("199103172015032906", ON)
    made("schedule", hr.url).put(ENTRY)

    asked = set(hr.requests)

    operations = {(method.upper(), path) for path, methods in hr_system.DOCUMENT["paths"].items() for method in methods}
    assert asked == operations


@pytest.mark.parametrize(
    ("said", "known"),
    [({"team": "maps", "counter": ""}, ("maps", "")), ({"team": None}, (None, None)), ({}, (None, None))],
)
def test_a_host_says_of_teams_and_counters_what_it_knows(
    said: dict[str, Any], known: tuple[str | None, str | None], hr: Any, made: Made
) -> None:
    """An empty name is of somebody who is in none; one that is left out is not known."""
    hr_system = pytest.importorskip("hr_system", reason="the host's server is an extra")
    employee = {name: value for name, value in EMPLOYEE.items() if name not in ("team", "counter")}
    hr.fault = lambda _: hr_system.answered({"status": "found", "employee": {**employee, **said}})

    found = made("identity", hr.url).person("hr", ON).employee

    assert (found.team, found.counter) == known


@pytest.mark.parametrize("name", CALLS)
def test_what_the_document_allows_is_taken_and_nothing_else(name: str, hr: Any, made: Made) -> None:
    """One value wrong, missing or too many anywhere in an answer: the client refuses it where the document does."""
    hr_system = pytest.importorskip("hr_system", reason="the host's server is an extra")
    port, call, answers = CALLS[name]
    backend, schema = made(port, hr.url), hr_system.schema(name)
    refusals = 0
    for answer in answers:
        for mutant in (answer, *mutants(answer)):
            hr.fault = lambda _, mutant=mutant: hr_system.answered(mutant)
            refused = refusal(lambda: call(backend))
            if refused is not None:
                refusals += 1
                assert isinstance(refused, Permanent)
                assert refused.code in ("MKD647", "MKD649")
                if any(words in refused.message for words in BEYOND):
                    continue
            assert (refused is None) == schema.is_valid(mutant), (refused, mutant)
    assert refusals > 0


def refusal(call: Callable[[], object]) -> BackendError | None:
    try:
        call()
    except BackendError as problem:
        return problem
    return None


BEYOND = ("another person", "another unit", "another run", "is no zone", "leads back to a page", "a second time")
"""What the client finds out and no schema could say."""
