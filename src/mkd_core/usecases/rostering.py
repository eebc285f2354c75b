"""Day plans on their way to a roster: the days that are not as they were sent last, and how one of them is sent.

What was sent last is told by the outbox alone. The key of an effect names the person's stream, the date, how many times
that day was sent before, and a digest of its windows; so it is known also when the effect's data was erased.

Sent is every date on which an agreement holds, over so many days from today on: a day off and a holiday without
windows. A date that was sent and on which none holds any more is sent once again, with the office's hours, and without
windows for somebody who left. Dates that have passed stay as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone

from attrs import evolve, frozen

from mkd_core import events as e
from mkd_core.errors import MkdError, Transient
from mkd_core.events import Happened
from mkd_core.outbox import ERASED, Delivery, Effect, EffectStatus, Settlement, cause_of
from mkd_core.people import Unit
from mkd_core.ports import RosterEntry
from mkd_core.usecases.context import Context
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.dossier import Dossier
from mkd_core.usecases.leavers import LEFT, has_left
from mkd_core.usecases.presence import Almanac, almanac, planned_days
from mkd_core.usecases.telling import tell
from mkd_core.worktime import Window

PORT = "schedule"
KIND = "day_plan"
OVERTAKEN = "overtaken by a newer plan of that day"
"""What is said of a day plan that was not delivered before the next one of the same day was there."""

_EARLIEST = timezone(timedelta(hours=14))
"""The zone in which a date begins first."""
_MOVING = (
    e.AgreementApproved,
    e.AgreementDecreed,
    e.AgreementWithdrawn,
    e.AgreementSuspended,
    e.AgreementResumed,
    e.AgreementRevoked,
    e.AgreementEnded,
    e.RecalledToOffice,
)
"""The events after which a day may be planned otherwise."""


@frozen
class Sent:
    """A day plan as the key of its effect tells it: the date, its number among those of that date, and its windows."""

    on: date
    turn: int
    digest: str

    def key(self, stream: str) -> str:
        """The key of the effect; what is planned alike twice in a row has one key, whoever plans it."""
        return f"{stream}:{self.on}:{PORT}:{self.turn}-{self.digest}"

    @classmethod
    def of_key(cls, key: str) -> Sent:
        """The day plan that an effect of that key is."""
        on, _, told = key.rsplit(":", 3)[1:]
        turn, _, digest = told.partition("-")
        return cls(date.fromisoformat(on), int(turn), digest)


Almanacs = dict[tuple[str, date, date], Almanac]
"""What was asked of the calendar already, by region and dates."""


def moves(happened: Sequence[Happened]) -> bool:
    """Whether a day may be planned otherwise after these events."""
    return any(isinstance(item.event, _MOVING) for item in happened)


def changed_days(
    ctx: Context, dossier: Dossier, organisation: DirectoryAt, at: datetime, almanacs: Almanacs | None = None
) -> list[Effect]:
    """The days of one person, from today on, that are not as they were sent last.

    Raises what identity and calendar raise: no day is guessed.
    """
    if not any(version.effective for agreement in dossier.agreements.values() for version in agreement.versions):
        return []
    known = list(_known(ctx, dossier.stream))
    turns: dict[date, int] = {}
    last: dict[date, str] = {}
    for sent, standing in known:
        turns[sent.on] = max(sent.turn, turns.get(sent.on, 0))
        if standing:
            last[sent.on] = sent.digest
    effects = []
    for on, windows, agreement in _wanted(ctx, dossier, organisation, at, last, {} if almanacs is None else almanacs):
        digest = _digest(windows)
        if last.get(on) != digest:
            key = Sent(on, turns.get(on, 0) + 1, digest).key(dossier.stream)
            data = {"on": str(on), "windows": [str(window) for window in windows], "agreement": agreement}
            effects.append(Effect(key=key, port=PORT, kind=KIND, to=dossier.person, data=data))
    return effects


def _known(ctx: Context, stream: str) -> Iterator[tuple[Sent, bool]]:
    """The day plans of a stream in their order, and whether each counts as sent: one that was erased was not."""
    for delivery in ctx.journal.deliveries(stream=stream):
        if delivery.effect.port == PORT:
            erased = delivery.status is EffectStatus.CANCELLED and delivery.problem == ERASED
            yield Sent.of_key(delivery.effect.key), not erased


def _digest(windows: Sequence[Window]) -> str:
    return hashlib.sha256("\n".join(map(str, windows)).encode()).hexdigest()[:16]


def _wanted(
    ctx: Context,
    dossier: Dossier,
    organisation: DirectoryAt,
    at: datetime,
    sent: Mapping[date, str],
    almanacs: Almanacs,
) -> Iterator[tuple[date, tuple[Window, ...], str]]:
    """The days to be known to a roster, each with its windows and the agreement that holds."""
    employee = organisation.employee(dossier.person)
    if employee is None or not employee.active:
        unit = organisation.unit(employee.unit) if employee else None
        first = _today(ctx, unit, at)
        yield from ((on, (), "") for on in sorted(sent) if on >= first)
        return
    unit = organisation.unit_of(employee)
    first = _today(ctx, unit, at)
    end = first + timedelta(days=ctx.roster_days - 1)
    last = max([end, *sent])
    span = (unit.region, first, last)
    if span not in almanacs:
        almanacs[span] = almanac(ctx, *span)
    agreements = list(dossier.agreements.values())
    for planned in planned_days(ctx, dossier.person, agreements, almanacs[span], first, last):
        on = planned.on
        holding = next((each.id for each in agreements if each.in_force(on) and not each.suspended(on)), "")
        if on in sent or (holding and on <= end):
            yield on, planned.windows, holding


def _today(ctx: Context, unit: Unit | None, at: datetime) -> date:
    """The date where the unit is; of somebody whose unit nobody knows, the latest date that it may be anywhere."""
    return at.astimezone(_EARLIEST).date() if unit is None else ctx.today(at, unit)


def send_changes(ctx: Context, organisation: DirectoryAt, now: datetime) -> tuple[int, list[MkdError]]:
    """Put every day that changed into the outbox, of everybody: how many, and what stood in the way of others.

    So days come into view as time goes by, and a roster hears of what no event tells: a person who left, a holiday
    that moved, other office hours, a backend that was plugged in today.
    """
    if not ctx.schedules:
        return 0, []
    count, problems = 0, []
    almanacs: Almanacs = {}
    for dossier in ctx.register.dossiers():
        try:
            effects = changed_days(ctx, dossier, organisation, now, almanacs)
            if effects:
                ctx.journal.append(dossier.stream, dossier.number, [], effects)
                count += len(effects)
        except MkdError as problem:
            problems.append(problem)
    return count, problems


class Rosters:
    """Delivers the day plans of one pass. A plan that was overtaken before it could be delivered is never sent.

    Otherwise a retry would put the old day in the place of the new one.
    """

    def __init__(self, ctx: Context, organisation: DirectoryAt, now: datetime) -> None:
        self._ctx = ctx
        self._organisation = organisation
        self._now = now
        self._newest: dict[str, dict[date, Sent]] = {}

    def put(self, delivery: Delivery) -> Settlement:
        """Hand one day over to every roster that accepts it. That nobody does is nothing to look into: it stays off."""
        key = delivery.effect.key
        sent = Sent.of_key(key)
        if sent != self._last(cause_of(key))[sent.on]:
            return Settlement(status=EffectStatus.CANCELLED, at=self._now, problem=OVERTAKEN)
        try:
            entry = self._entry(delivery.effect, sent.on)
        except MkdError as problem:
            return evolve(
                self._ctx.backoff.after_error(delivery.attempts, self._now, problem), receipt=delivery.receipt
            )
        told = tell(delivery, self._ctx.schedules, lambda backend: backend.put(entry))
        return told.settlement(self._ctx.backoff, delivery.attempts, self._now, unwanted=EffectStatus.CANCELLED)

    def _last(self, stream: str) -> dict[date, Sent]:
        """Each date's plan that was put into the outbox last: what counts is their order there, not their number."""
        if stream not in self._newest:
            self._newest[stream] = {sent.on: sent for sent, _ in _known(self._ctx, stream)}
        return self._newest[stream]

    def _entry(self, effect: Effect, on: date) -> RosterEntry:
        """The number is looked up only now. Of somebody who left a day goes out only to take the hours away.

        One with hours waits (MKD452): the next tick overtakes it, or the person comes back.
        """
        windows = tuple(Window.parse(window) for window in effect.data["windows"])
        if windows and has_left(self._organisation, effect.to):
            raise Transient(
                f"the person left before the plan of {on} was delivered",
                code=LEFT,
                where=effect.to,
                mend="run mkd tick, which plans the day without hours; if the person is still there, mend identity",
            )
        employee = self._organisation.employee(effect.to)
        return RosterEntry(
            key=effect.key,
            person=effect.to,
            number=employee.number if employee else None,
            on=on,
            windows=windows,
            reference=str(effect.data["agreement"]),
        )
