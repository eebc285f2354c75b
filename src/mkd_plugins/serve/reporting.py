"""Work and results under an agreement, reported by the employee and verified by the superior; and closed periods."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mkd_core.errors import did_you_mean
from mkd_core.language import BadValue
from mkd_core.performance import Level
from mkd_core.targets import decimal
from mkd_core.usecases.dossier import Dossier
from mkd_plugins.forms.answers import closed_data, result_data, work_data
from mkd_plugins.serve.fields import Field, Kind, whole
from mkd_plugins.serve.problem import HttpProblem
from mkd_plugins.serve.route import Call, Route
from mkd_plugins.serve.schemas import ATTESTED
from mkd_plugins.serve.settings import Scope
from mkd_plugins.serve.sight import need_sight_of_person, seen_agreement

_DAY = 24 * 60
_ON = Field(name="on", kind=Kind.DATE, needed=True, says="The day.")
_EVIDENCE = Field(name="evidence", says="What shows it.")
_NOTE = Field(name="note", says="A word to the employee.")
_ACTIVITY = (
    _ON,
    Field(name="minutes", kind=Kind.NUMBER, most=_DAY, needed=True, says="How long it took."),
    Field(name="description", needed=True, says="What was done."),
    Field(name="target", says="The target that it serves."),
    _EVIDENCE,
)
_RESULT = (
    Field(name="target", needed=True, says="The target."),
    _ON,
    Field(name="value", kind=Kind.AMOUNT, needed=True, says="What was reached of it so far."),
    _EVIDENCE,
)
_CLOSING = (
    Field(name="behaviour", choices=tuple(level.value for level in Level), says="The superior's view; for a rating."),
    Field(name="attested", kind=Kind.OBJECT, schema="Attested", says="Facts of the period that are vouched for."),
)


def _item(call: Call, name: str, pattern: str) -> str:
    """A part of the path. Raises ``HttpProblem``, without it: it may be a number of somebody."""
    text: str = call.values[name]
    if not re.fullmatch(pattern, text, re.ASCII):
        raise HttpProblem("MKD702", f"no {name} is called so", status=404)
    return text


def _activity(call: Call) -> str:
    return _item(call, "activity", r"a[1-9]\d{0,8}")


def _result(call: Call) -> str:
    return _item(call, "result", r"r[1-9]\d{0,8}")


def _period(call: Call) -> str:
    return _item(call, "period", r"[12]\d{3}-(Q[1-4]|0[1-9]|1[0-2])")


def _who(call: Call) -> dict[str, Any]:
    return {"by": call.caller.acting(), "at": call.at}


def _with_amount(call: Call) -> dict[str, Any]:
    given = dict(call.given)
    if "value" in given:
        given["value"] = decimal(given["value"], where="value")
    return given


def _report_activity(call: Call) -> Any:
    return call.mkd.report_activity(call.values["agreement"], **_who(call), **call.given)


def _verify_activity(call: Call) -> Any:
    return call.mkd.verify_activity(call.values["agreement"], _activity(call), **_who(call), **call.given)


def _report_result(call: Call) -> Any:
    return call.mkd.report_result(call.values["agreement"], **_who(call), **_with_amount(call))


def _verify_result(call: Call) -> Any:
    return call.mkd.verify_result(call.values["agreement"], _result(call), **_who(call), **_with_amount(call))


def _dispute_result(call: Call) -> Any:
    return call.mkd.dispute_result(call.values["agreement"], _result(call), **_who(call), **call.given)


def _close(call: Call) -> Any:
    behaviour = call.given.get("behaviour")
    return call.mkd.close_period(
        call.values["person"],
        _period(call),
        behaviour=None if behaviour is None else Level(behaviour),
        attested=_attested(call.given.get("attested", {})),
        **_who(call),
    )


def _attested(given: dict[str, Any]) -> dict[str, Any]:
    """The facts that somebody vouches for, checked. Raises ``HttpProblem``, without the value."""
    known = {fact.name: fact for fact in ATTESTED}
    given = {name: whole(value) for name, value in given.items() if value is not None}
    for name, value in given.items():
        if name not in known:
            raise HttpProblem(
                "MKD707", "a key is not known here", status=400, where="attested", mend=did_you_mean(name, known)
            )
        try:
            known[name].read(value)
        except BadValue:
            message = f"must be {known[name].expected()}"
            raise HttpProblem("MKD707", message, status=400, where=f"attested.{name}") from None
    return given


def _reported(call: Call) -> dict[str, Any]:
    agreement = seen_agreement(call, call.values["agreement"])
    dossier = call.mkd.dossier(agreement.applicant)
    return {
        "activities": [work_data(each) for each in dossier.work.values() if each.agreement == agreement.id],
        "results": [result_data(each) for each in dossier.results.values() if each.agreement == agreement.id],
    }


def _statement(call: Call) -> dict[str, Any]:
    person = call.values["person"]
    need_sight_of_person(call, person)
    return closed_data(person, call.mkd.statement(person, _period(call)))


def _last_activity(then: Dossier) -> dict[str, Any]:
    return work_data(then.work[_last(then).activity])


def _last_result(then: Dossier) -> dict[str, Any]:
    return result_data(then.results[_last(then).result])


def _last_period(then: Dossier) -> dict[str, Any]:
    return closed_data(then.person, then.closed[_last(then).period])


def _last(then: Dossier) -> Any:
    """What a write ended with is the last that had happened then."""
    return then.history[-1].event


def _command(
    path: str,
    name: str,
    summary: str,
    body: tuple[Field, ...],
    handle: Callable[[Call], Any],
    told: tuple[str, Callable[[Dossier], dict[str, Any]]],
) -> Route:
    answer, tells = told
    return Route(
        method="POST",
        path=path,
        name=name,
        summary=summary,
        body=body,
        answer=answer,
        scope=Scope.WRITE,
        acts=True,
        handle=handle,
        tells=tells,
    )


_OF_AGREEMENT = "/v1/agreements/<agreement>"
_OF_PERIOD = "/v1/people/<person>/periods/<period>"
_ACTIVITY_TOLD = ("Activity", _last_activity)
_RESULT_TOLD = ("Result", _last_result)

ROUTES = (
    _command(
        f"{_OF_AGREEMENT}/activities",
        "report_activity",
        "Report work on a day, in minutes, as the employee.",
        _ACTIVITY,
        _report_activity,
        _ACTIVITY_TOLD,
    ),
    _command(
        f"{_OF_AGREEMENT}/activities/<activity>/verify",
        "verify_activity",
        "Accept the minutes of an activity, as the superior.",
        (
            Field(
                name="minutes",
                kind=Kind.NUMBER,
                least=0,
                most=_DAY,
                says="So many; 0 rejects it. Left out: all.",
            ),
            _NOTE,
        ),
        _verify_activity,
        _ACTIVITY_TOLD,
    ),
    _command(
        f"{_OF_AGREEMENT}/results",
        "report_result",
        "Report what was reached of a target by a date, as the employee.",
        _RESULT,
        _report_result,
        _RESULT_TOLD,
    ),
    _command(
        f"{_OF_AGREEMENT}/results/<result>/verify",
        "verify_result",
        "Confirm a result, as the superior; a dispute is settled by that.",
        (Field(name="value", kind=Kind.AMOUNT, says="Another value; left out: as reported."), _NOTE),
        _verify_result,
        _RESULT_TOLD,
    ),
    _command(
        f"{_OF_AGREEMENT}/results/<result>/dispute",
        "dispute_result",
        "Disagree with what was verified, as the employee.",
        (Field(name="note", needed=True, says="What is wrong with it."),),
        _dispute_result,
        _RESULT_TOLD,
    ),
    Route(
        method="GET",
        path=f"{_OF_AGREEMENT}/work",
        name="work",
        summary="What was reported under an agreement, and what was accepted of it.",
        answer="Work",
        scope=Scope.READ,
        handle=_reported,
    ),
    _command(
        f"{_OF_PERIOD}/close",
        "close_period",
        "Close a period that is over, as the superior or HR.",
        _CLOSING,
        _close,
        ("Period", _last_period),
    ),
    Route(
        method="GET",
        path=_OF_PERIOD,
        name="statement",
        summary="What a closed period came to, each pay line with its rule. The period is 2026-06 or 2026-Q2.",
        answer="Period",
        scope=Scope.READ,
        handle=_statement,
    ),
)
