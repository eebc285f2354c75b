"""Commands on agreements: what ``mkd agreement`` does, by the person who acts, at the present moment."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve

from mkd_core.agreements import Agreement
from mkd_core.errors import InvalidInput
from mkd_core.targets import Direction, TargetKind
from mkd_core.worktime import Place
from mkd_plugins.forms import request as forms
from mkd_plugins.serve.fields import SAID, Field, Kind
from mkd_plugins.serve.route import Call, Route
from mkd_plugins.serve.settings import Scope
from mkd_plugins.serve.sight import seen_agreement

_WHY = Field(name="reason", needed=True, says="Why, in words.")
_WHY_PERHAPS = Field(name="reason", says="Why, in words.")
_NOTE = Field(name="note", says="A word to the other side.")
_SINCE = Field(name="since", kind=Kind.DATE, needed=True, says="The first day.")
TARGET = (
    Field(name="id", pattern=SAID, says="t1, t2 and so on when left out."),
    Field(name="kind", choices=tuple(each.value for each in TargetKind), needed=True),
    Field(name="indicator", says="What is counted or measured."),
    Field(name="unit"),
    Field(name="direction", choices=tuple(each.value for each in Direction)),
    Field(name="value", kind=Kind.AMOUNT),
    Field(name="margin", kind=Kind.AMOUNT, says="By how much it may differ, for within."),
    Field(name="due", kind=Kind.DATE),
    Field(name="evidence", says="What shows it."),
    Field(name="weight", kind=Kind.AMOUNT, says="Per cent."),
)
_TARGETS = Field(name="targets", kind=Kind.LIST, schema="Target", parts=TARGET, says="Results that can be measured.")
_BALLOT = (
    Field(name="step", says="Only if this step waits for votes."),
    Field(name="version", kind=Kind.NUMBER, says="Only if this version waits for votes."),
)
_DAYS = (
    Field(name="remote", pattern=SAID, says="The standard week with these days elsewhere, such as wed,thu; or plan."),
    Field(name="place", choices=tuple(each.value for each in Place), says="Where they are; home when left out."),
    Field(name="plan", kind=Kind.OBJECT, schema="Plan", says="The days in full."),
)
_DATES = (
    Field(name="until", kind=Kind.DATE, says="The last day; left out: open-ended."),
    Field(name="review", kind=Kind.DATE, says="When an open-ended one is reviewed."),
)
_TEXTS = (
    Field(name="reason", says="Why it is asked for."),
    Field(name="evidence", says="Evidence of the reason."),
    Field(name="work_plan", says="The plan of work."),
    Field(name="outside_region", kind=Kind.YES_NO, says="Whether it is worked outside of the region."),
)
_FIRST_DAY = Field(name="from", kind=Kind.DATE, needed=True, says="The first day.")
REQUEST = (_FIRST_DAY, *_DATES, *_DAYS, _TARGETS, *_TEXTS)
REVISED = (evolve(_FIRST_DAY, needed=False), *_DATES, *_DAYS)


def _asked(call: Call) -> forms.Request:
    """The request of the body. Raises ``InvalidInput`` where the days are not said."""
    # The fields gave dates for their texts, which forms take as well.
    request = forms.read(call.given, where="body", hours=call.mkd.hours)
    if request.plan is None:
        raise InvalidInput("MKD296", "the days are not said", where="body", mend='add "remote": "wed,thu", or "plan"')
    return request


def _parts(request: forms.Request) -> dict[str, Any]:
    return {
        "plan": request.plan,
        "starts": request.starts,
        "ends": request.ends,
        "review": request.review,
        "outside_region": request.outside_region,
        **{name: getattr(request, name) for name in forms.TEXTS},
    }


def _propose(call: Call) -> Agreement:
    request, by = _asked(call), call.caller.acting()
    return call.mkd.propose(applicant=by, targets=request.targets or (), by=by, at=call.at, **_parts(request))


def _amend(call: Call) -> Agreement:
    request = _asked(call)
    return call.mkd.amend(
        call.values["agreement"], targets=request.targets, by=call.caller.acting(), at=call.at, **_parts(request)
    )


def _revise(call: Call) -> Agreement:
    mkd, agreement = call.mkd, call.values["agreement"]
    terms = seen_agreement(call, agreement).latest.terms
    request = forms.read(call.given, where="body", hours=mkd.hours, otherwise=terms.starts)
    return mkd.revise(agreement, terms=forms.revised(terms, request), by=call.caller.acting(), at=call.at)


def _counter(call: Call) -> Agreement:
    targets = forms.targets(call.given, where="body") or ()
    note = call.given.get("note", "")
    return call.mkd.counter(call.values["agreement"], targets=targets, note=note, by=call.caller.acting(), at=call.at)


def _plainly(method: str) -> Callable[[Call], Agreement]:
    """What hands the values of the body to the method of the service that takes them by the same names."""

    def do(call: Call) -> Agreement:
        command: Callable[..., Agreement] = getattr(call.mkd, method)
        return command(call.values["agreement"], by=call.caller.acting(), at=call.at, **call.given)

    return do


def _command(
    name: str, summary: str, body: tuple[Field, ...] = (), do: Callable[[Call], Agreement] | None = None
) -> Route:
    return Route(
        method="POST",
        path=f"/v1/agreements/<agreement>/{name}",
        name=name,
        summary=summary,
        body=body,
        answer="Agreement",
        scope=Scope.WRITE,
        acts=True,
        handle=do or _plainly(name),
    )


ROUTES = (
    Route(
        method="POST",
        path="/v1/agreements",
        name="propose",
        summary="Lay out a draft, as the applicant.",
        body=REQUEST,
        named="Request",
        answer="Agreement",
        status=201,
        scope=Scope.WRITE,
        acts=True,
        handle=_propose,
    ),
    _command("revise", "Change days and dates of a draft or a returned request.", REVISED, _revise),
    _command("counter", "Propose other targets, all of them.", (evolve(_TARGETS, needed=True), _NOTE), _counter),
    _command("agree", "Consent to the targets as they stand."),
    _command("submit", "Put the request on its route; refused at once when the policy refuses it."),
    _command("approve", "Vote for the request on the step that is open.", (_WHY_PERHAPS, *_BALLOT)),
    _command(
        "refuse",
        "Vote against the request.",
        (_WHY, Field(name="ground", says="One of the policy's grounds, where it has a closed list."), *_BALLOT),
    ),
    _command("return", "Send the request back to be changed.", (_WHY, *_BALLOT), _plainly("send_back")),
    _command("consult", "Record that an intended refusal was talked over.", (_NOTE,)),
    _command("withdraw", "Take back the newest version before it is in force.", (_WHY_PERHAPS,)),
    _command("amend", "Propose a new version of a live agreement, all said anew but its targets.", REQUEST, _amend),
    _command("suspend", "Let a live agreement rest from a day on.", (_SINCE, _WHY)),
    _command("resume", "Let a suspended agreement hold again.", (_SINCE,)),
    _command(
        "recall",
        "Call the person to the office for one day.",
        (Field(name="on", kind=Kind.DATE, needed=True, says="The day."), _WHY),
    ),
    _command("revoke", "End a live agreement by the employer.", (_SINCE, _WHY)),
    _command("end", "End a live agreement by the employee or by consent.", (_SINCE,)),
    _command("recheck", "Decide a live agreement again; what would not be approved now opens a review."),
)
