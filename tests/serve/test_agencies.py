"""Everything that can be asked over HTTP, asked by the system of one agency about another one of forty.

Every route stands in one of the tables; one that is new and stands in none fails here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from mkd_plugins.serve.routes import ROUTES
from mkd_plugins.testing.province import generate, write

PEOPLE = 2400
HR, OUR_PERSON, THEIR_PERSON, THEIR_UNIT = "k000101", "k000104", "k000125", "2000"
DAYS = {"from": "{starts}", "until": "{ends}", "remote": "wed"}
WHY = {"reason": "why"}

COMMANDS: dict[str, dict[str, Any]] = {
    "agree": {},
    "amend": DAYS,
    "approve": {},
    "consult": {},
    "counter": {"targets": []},
    "end": {"since": "{starts}"},
    "recheck": {},
    "recall": {"on": "{starts}", **WHY},
    "refuse": WHY,
    "resume": {"since": "{starts}"},
    "return": WHY,
    "revise": {"remote": "wed"},
    "revoke": {"since": "{starts}", **WHY},
    "submit": {},
    "suspend": {"since": "{starts}", **WHY},
    "withdraw": {},
}
"""Commands on an agreement, with the body that each needs."""
REPORTS: dict[str, tuple[str, dict[str, Any]]] = {
    "close_period": ("/v1/people/{person}/periods/2026-01/close", {}),
    "dispute_result": ("/v1/agreements/{agreement}/results/r1/dispute", {"note": "why"}),
    "report_activity": ("/v1/agreements/{agreement}/activities", {"on": "{starts}", "minutes": 60, "description": "d"}),
    "report_result": ("/v1/agreements/{agreement}/results", {"on": "{starts}", "target": "t1", "value": 1}),
    "verify_activity": ("/v1/agreements/{agreement}/activities/a1/verify", {}),
    "verify_result": ("/v1/agreements/{agreement}/results/r1/verify", {}),
}
"""What is said of work and results, each at an address of its own."""
QUESTIONS = {
    "agreement": "/v1/agreements/{agreement}",
    "coverage": "/v1/coverage?unit={unit}&from={starts}&until={starts}",
    "day": "/v1/people/{person}/days/{starts}",
    "history": "/v1/agreements/{agreement}/history",
    "inbox": "/v1/inbox?person={person}",
    "remedy": "/v1/agreements/{agreement}/remedy",
    "statement": "/v1/people/{person}/periods/2026-01",
    "work": "/v1/agreements/{agreement}/work",
    "roster": "/v1/roster?unit={unit}&from={starts}&until={starts}",
    "trial": "/v1/agreements/{agreement}/decision",
}
ELSEWHERE = {
    "propose": "is of whoever is named as acting, who has to be of one's own agency: see below",
    "register": "lists: see below",
}
OF_NOBODY = {
    "decide": "facts that the caller brings",
    "error": "a page of the catalogue",
    "live": "that the server runs",
    "openapi": "a document",
    "ready": "that the journal is reached",
}


@pytest.fixture(scope="module")
def province(make_folder: Any, serving: Any) -> Iterator[Any]:
    """Forty agencies, in two of which there is a draft; the head of an office is HR there and nowhere else."""
    served = serving(make_folder())
    write(generate(people=PEOPLE), served.folder)
    file = served.folder / "mkd.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('hr = ["k000101"]', f'hr = [{{ person = "{HR}", unit = "1100" }}]'), encoding="utf-8")
    served.start()
    for person in (OUR_PERSON, THEIR_PERSON):
        served.proposed(person)
    yield served
    served.stop()


def filled(value: Any, **places: Any) -> Any:
    """The same with places and dates put in."""
    if isinstance(value, dict):
        return {name: filled(each, **places) for name, each in value.items()}
    return value.format(**places) if isinstance(value, str) else value


def told(answer: Any) -> Any:
    """What it says, without what differs from request to request."""
    said = answer.json()
    return {**said, "request_id": ""} if isinstance(said, dict) else said


def asked(province: Any, person: str, unit: str, *, token: str, by: str, question_by: str | None) -> dict[str, Any]:
    """What everything comes to that is asked about that person and unit: status, and the words."""
    places = {"agreement": f"{person}.1", "person": person, "unit": unit, "starts": province.starts}
    places["ends"] = province.ends
    answers = {
        name: province.ask("GET", filled(path, **places), token=token, person=question_by)
        for name, path in QUESTIONS.items()
        if name != "inbox" or question_by is None
    }
    commands = {name: (f"/v1/agreements/{person}.1/{name}", body) for name, body in COMMANDS.items()}
    for name, (path, body) in {**commands, **REPORTS}.items():
        asked = filled(path, **places), filled(body, **places)
        answers[name] = province.ask("POST", *asked, token=token, person=by)
    return {name: (each.status_code, told(each)) for name, each in answers.items()}


def test_every_route_stands_in_a_table() -> None:
    """A new one has to say here what it is to other agencies."""
    assert sorted([*COMMANDS, *REPORTS, *QUESTIONS, *ELSEWHERE, *OF_NOBODY]) == sorted(route.name for route in ROUTES)


@pytest.mark.parametrize(
    ("token", "question_by"), [("bureau", None), ("portal", HR)], ids=["a system of an agency", "HR of an agency"]
)
def test_another_agency_is_as_one_that_is_not_there(province: Any, token: str, question_by: str | None) -> None:
    """Whoever administers one agency gets one code for all of another, and for what there is not."""
    theirs, nobodys = (
        asked(province, person, unit, token=token, by=HR, question_by=question_by)
        for person, unit in ((THEIR_PERSON, THEIR_UNIT), ("k999999", "9999"))
    )

    assert {name: said for name, said in theirs.items() if (said[0], said[1].get("code")) != (404, "MKD450")} == {}
    assert theirs == nobodys
    assert [each["event"] for each in province.ask("GET", f"/v1/agreements/{THEIR_PERSON}.1/history").json()] == [
        "AgreementProposed"
    ]


def test_the_own_agency_is_answered(province: Any) -> None:
    """The system of the agency sees what its people do, and acts for them."""
    answers = asked(province, OUR_PERSON, "1110", token="bureau", by=OUR_PERSON, question_by=None)

    assert [name for name in (*QUESTIONS, "revise", "submit") if name != "statement" and answers[name][0] != 200] == []


def test_nobody_of_another_agency_is_acted_for(province: Any) -> None:
    """A system of an agency names its own people alone."""
    body = {"from": str(province.starts), "until": str(province.ends), "remote": "wed"}
    theirs, nobodys = (
        province.ask("POST", "/v1/agreements", body, token="bureau", person=who) for who in (THEIR_PERSON, "k999999")
    )

    assert (theirs.status_code, theirs.json()["code"]) == (404, "MKD450")
    assert told(theirs) == told(nobodys)


def test_the_list_is_that_of_the_own_agency(province: Any) -> None:
    """Forty agencies are in the journal's province, and one in the list."""
    listed = {each["applicant"] for each in province.ask("GET", "/v1/agreements", token="bureau").json()}

    assert listed == {OUR_PERSON}
