"""Deliver what the outbox holds: notices one by one, pay lines as runs; everything at least once, under one key."""

from __future__ import annotations

import json
from datetime import datetime

from attrs import evolve, frozen

from mkd_core.errors import MkdError, Permanent
from mkd_core.journal.chain import canonical
from mkd_core.journal.codec import instant
from mkd_core.outbox import Delivery, Effect, EffectStatus, Settlement
from mkd_core.ports import Declined, Notice, PayReceipt
from mkd_core.usecases.context import Context
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.notices import words
from mkd_core.usecases.paying import pay


@frozen(kw_only=True)
class DeliveryReport:
    """How many effects were delivered, will be tried again, or wait for a person; and the receipts of payroll."""

    delivered: int = 0
    retried: int = 0
    dead: int = 0
    receipts: tuple[PayReceipt, ...] = ()
    problems: tuple[str, ...] = ()


def deliver(ctx: Context, now: datetime, limit: int = 1000) -> DeliveryReport:
    """Try every effect that is due, each once; what fails is tried again later, or waits for a person when dead."""
    instant(now)
    # What nobody serves waits and takes up no place: lines of a payroll that was taken away would starve the notices.
    due = ctx.journal.due(now, limit, ctx.served)
    organisation = ctx.organisation(now.date())
    settled: list[Settlement] = []
    for delivery in due:
        if delivery.effect.port == "notification":
            settled.append(_notify(ctx, organisation, delivery, now))
            ctx.journal.settle(delivery.effect.key, settled[-1])
    paid = pay(ctx, organisation, [delivery for delivery in due if delivery.effect.port == "payroll"], now)
    for key, settlement in paid.settled:
        ctx.journal.settle(key, settlement)
        settled.append(settlement)
    count = {status: sum(settlement.status is status for settlement in settled) for status in EffectStatus}
    return DeliveryReport(
        delivered=count[EffectStatus.DELIVERED],
        retried=count[EffectStatus.PENDING],
        dead=count[EffectStatus.DEAD],
        receipts=paid.receipts,
        problems=tuple(dict.fromkeys(settlement.problem for settlement in settled if settlement.problem)),
    )


def _notify(ctx: Context, organisation: DirectoryAt, delivery: Delivery, now: datetime) -> Settlement:
    """Name and address are looked up only now; all backends that accept get the notice, each once.

    While one fails the receipt says who has it already, so that a retry does not send it there again.
    """
    try:
        notice = _notice(organisation, delivery.effect)
    except MkdError as problem:
        return evolve(ctx.backoff.after_error(delivery.attempts, now, problem), receipt=delivery.receipt)
    taken, declined, failures = _taken_before(delivery), [], []
    for name, backend in ctx.notifications.items():
        if name in taken:
            continue
        try:
            answer = backend.send(notice)
        except MkdError as problem:
            failures.append(problem)
            continue
        if isinstance(answer, Declined):
            declined.append(answer.reason)
        else:
            taken[name] = answer.reference
    if failures:
        worth_a_retry = next((one for one in failures if not isinstance(one, Permanent)), failures[0])
        failed = ctx.backoff.after_error(delivery.attempts, now, worth_a_retry)
        said = "; ".join(dict.fromkeys(f"{one.code} {one.message}" for one in failures))
        return evolve(failed, problem=said, receipt=canonical(taken) if taken else "")
    if not taken:
        reasons = "; ".join(dict.fromkeys(declined))
        return Settlement(status=EffectStatus.DEAD, at=now, problem=f"nobody accepted it: {reasons}")
    return Settlement(status=EffectStatus.DELIVERED, at=now, receipt=" ".join(filter(None, taken.values())))


def _taken_before(delivery: Delivery) -> dict[str, str]:
    """The backends that took the notice at an earlier attempt, each with its reference."""
    try:
        taken = json.loads(delivery.receipt or "{}")
    except ValueError:
        return {}
    return {str(name): str(reference) for name, reference in taken.items()} if isinstance(taken, dict) else {}


def _notice(organisation: DirectoryAt, effect: Effect) -> Notice:
    to = organisation.known(effect.to)
    subject, body = words(effect.kind, to.language, effect.data)
    return Notice(
        key=effect.key,
        to=to.key,
        name=to.name,
        address=to.email,
        language=to.language,
        kind=effect.kind,
        subject=subject,
        body=body,
        agreement=str(effect.data.get("agreement", "")),
    )
