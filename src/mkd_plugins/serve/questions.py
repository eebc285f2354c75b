"""Questions about agreements and days; nothing is written."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice
from typing import Any

from mkd_core.agreements import Agreement, State, check_years
from mkd_core.errors import InvalidInput
from mkd_core.worktime import iso_date
from mkd_plugins.forms.answers import agreement_data, day_data, decision_data, happened_data, hidden_from, task_data
from mkd_plugins.forms.coverage import EVE, looked_at, stretch_data, times
from mkd_plugins.serve.fields import KEY, Field, Kind, dated
from mkd_plugins.serve.problem import HttpProblem
from mkd_plugins.serve.route import Call, Route
from mkd_plugins.serve.settings import Scope
from mkd_plugins.serve.sight import need_sight_of_person, need_sight_of_unit, seen_agreement

_UNIT = Field(name="unit", needed=True, longest=KEY, says="The key of the unit; those below it are looked at, too.")
_SPAN = (
    Field(name="from", kind=Kind.DATE, says="The first day; today when left out."),
    Field(name="until", kind=Kind.DATE, says="The last day; six days later when left out."),
)


def _seen(call: Call) -> Agreement:
    """The agreement of the path, for who may see it."""
    return seen_agreement(call, call.values["agreement"])


def _agreement(call: Call) -> dict[str, Any]:
    agreement = _seen(call)
    return agreement_data(agreement, call.app.today(agreement.applicant, call.at))


def _register(call: Call) -> list[dict[str, Any]]:
    if call.caller.person is not None:
        raise HttpProblem("MKD718", "all agreements are shown to systems alone", status=403)
    state, on = call.given.get("state"), call.at.date()
    after = _place(call.given["after"]) if "after" in call.given else ("", 0)
    found = (
        each
        for each in call.mkd.agreements()
        if _place(each.id) > after and (state is None or each.state(on).value == state)
    )
    page = islice(found, call.given["limit"])
    return [agreement_data(each, call.app.today(each.applicant, call.at)) for each in page]


def _place(agreement: str) -> tuple[str, int]:
    """Where it stands in the list, also when it is no longer in it."""
    person, _, number = agreement.rpartition(".")
    return person, int(number)


def _decision(call: Call) -> dict[str, Any]:
    agreement = _seen(call)
    decided = call.mkd.decide(agreement.id, at=call.at)
    decision, verdict = decided.decision, decided.verdict
    hidden = hidden_from(call.caller.person, agreement, decision.policy.vocabulary)
    data = decision_data(decision.to_data(everything=call.given["show"] == "all"), hidden)
    return {**data, "season": verdict.season, "dated": list(verdict.dated)}


def _history(call: Call) -> list[dict[str, Any]]:
    agreement = _seen(call)
    return [happened_data(each) for each in call.mkd.history(agreement.id)]


def _day(call: Call) -> dict[str, Any]:
    person = call.values["person"]
    need_sight_of_person(call, person)
    try:
        on = iso_date(call.values["date"])
    except InvalidInput:
        raise HttpProblem("MKD707", f"must be {Kind.DATE.value}", status=400, where="date") from None
    return day_data(call.mkd.day(person, on, at=call.at))


def _inbox(call: Call) -> list[dict[str, Any]]:
    person = call.given.get("person")
    if person is None:
        person = call.caller.acting()
    elif call.caller.person not in (None, person):
        raise HttpProblem("MKD718", "another's inbox is shown to systems alone", status=403, where="person")
    return [task_data(task) for task in call.mkd.inbox(person, at=call.at)]


def _roster(call: Call) -> list[dict[str, Any]]:
    unit, begin, until = _span(call)
    return [day_data(day) for day in call.mkd.roster(unit, begin, until, at=call.at)]


def _coverage(call: Call) -> list[dict[str, Any]]:
    unit, begin, until = _span(call)
    between = times(call.given["between"], where="between")
    return [
        stretch_data(each) for each in looked_at(call.mkd.roster(unit, begin - EVE, until, at=call.at), begin, between)
    ]


def _span(call: Call) -> tuple[str, date, date]:
    """The unit, for who may see it, and the first and the last day."""
    unit: str = call.given["unit"]
    need_sight_of_unit(call, unit)
    begin = dated(call.given, "from") or call.at.date()
    check_years(begin, where="from")
    until = dated(call.given, "until") or begin + timedelta(days=6)
    if until < begin:
        raise InvalidInput("MKD435", f"{until} is before {begin}", where="until", mend="choose other dates")
    return unit, begin, until


ROUTES = (
    Route(
        method="GET",
        path="/v1/agreements",
        name="register",
        summary="All agreements by applicant, for systems alone, a page at a time.",
        query=(
            Field(name="state", choices=tuple(state.value for state in State), says="Only those that stand so."),
            Field(name="after", longest=KEY, pattern=r"\.[0-9]+$", says="The last agreement of the page before."),
            Field(name="limit", kind=Kind.NUMBER, default=100, most=1000, says="How many a page has."),
        ),
        answer="Agreement",
        many=True,
        scope=Scope.READ,
        handle=_register,
    ),
    Route(
        method="GET",
        path="/v1/agreements/<agreement>",
        name="agreement",
        summary="An agreement as it stands: days, targets, who agreed, what it waits for.",
        answer="Agreement",
        scope=Scope.READ,
        handle=_agreement,
    ),
    Route(
        method="GET",
        path="/v1/agreements/<agreement>/decision",
        name="trial",
        summary="What the policy says of the newest version now, sensitive facts for who may see them alone.",
        query=(
            Field(name="show", choices=("findings", "all"), default="findings", says="all: rules that passed, too."),
        ),
        answer="Decision",
        scope=Scope.READ,
        handle=_decision,
    ),
    Route(
        method="GET",
        path="/v1/agreements/<agreement>/history",
        name="history",
        summary="Everything that happened to an agreement, without what is private.",
        answer="Happened",
        many=True,
        scope=Scope.READ,
        handle=_history,
    ),
    Route(
        method="GET",
        path="/v1/people/<person>/days/<date>",
        name="day",
        summary="Where and when a person works on a date, and why. The person is a key.",
        answer="Day",
        scope=Scope.READ,
        handle=_day,
    ),
    Route(
        method="GET",
        path="/v1/inbox",
        name="inbox",
        summary="What waits for a person: votes, consents, verifications; the earliest deadline first.",
        query=(Field(name="person", longest=KEY, says="Somebody's key, where a system asks; left out: who acts."),),
        answer="Task",
        many=True,
        scope=Scope.READ,
        handle=_inbox,
    ),
    Route(
        method="GET",
        path="/v1/roster",
        name="roster",
        summary="The days of everybody in a unit.",
        query=(_UNIT, *_SPAN),
        answer="Day",
        many=True,
        scope=Scope.READ,
        handle=_roster,
    ),
    Route(
        method="GET",
        path="/v1/coverage",
        name="coverage",
        summary="Who is on site in a unit and who works elsewhere, stretch by stretch.",
        query=(
            _UNIT,
            *_SPAN,
            Field(name="between", default="09:00-15:00", pattern="^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"),
        ),
        answer="Stretch",
        many=True,
        scope=Scope.READ,
        handle=_coverage,
    ),
)
