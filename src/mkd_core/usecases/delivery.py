"""Deliver what the outbox holds: notices one by one, pay lines as one run a period that reconciles line by line."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from attrs import frozen

from mkd_core.errors import MkdError, Permanent
from mkd_core.journal.codec import instant
from mkd_core.outbox import Delivery, EffectStatus, Settlement
from mkd_core.ports import Declined, Notice, PayLine, PayReceipt, PayRun
from mkd_core.usecases.context import Context
from mkd_core.usecases.directory import DirectoryAt
from mkd_core.usecases.notices import words


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
    due = ctx.journal.due(now, limit)
    organisation = ctx.organisation(now.date())
    settled: list[tuple[str, Settlement]] = []
    receipts: list[PayReceipt] = []
    for delivery in due:
        if delivery.effect.port == "notification":
            settled.append(_notify(ctx, organisation, delivery, now))
            ctx.journal.settle(*settled[-1])
    for period, deliveries in _by_period([d for d in due if d.effect.port == "payroll"]).items():
        receipt, outcome = _pay(ctx, organisation, period, deliveries, now)
        receipts += [receipt] if receipt else []
        for one in outcome:
            ctx.journal.settle(*one)
        settled += outcome
    count = {status: sum(settlement.status is status for _, settlement in settled) for status in EffectStatus}
    return DeliveryReport(
        delivered=count[EffectStatus.DELIVERED],
        retried=count[EffectStatus.PENDING],
        dead=count[EffectStatus.DEAD],
        receipts=tuple(receipts),
        problems=tuple(dict.fromkeys(settlement.problem for _, settlement in settled if settlement.problem)),
    )


def _notify(ctx: Context, organisation: DirectoryAt, delivery: Delivery, now: datetime) -> tuple[str, Settlement]:
    effect = delivery.effect
    try:
        to = organisation.known(effect.to)
        subject, body = words(effect.kind, to.language, effect.data)
        notice = Notice(
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
        answers = [backend.send(notice) for backend in ctx.notifications]
    except MkdError as problem:
        return effect.key, _failed(ctx, delivery, problem, now)
    taken = [answer for answer in answers if not isinstance(answer, Declined)]
    if not taken:
        reasons = "; ".join(dict.fromkeys(answer.reason for answer in answers if isinstance(answer, Declined)))
        return effect.key, Settlement(status=EffectStatus.DEAD, at=now, problem=f"nobody accepted it: {reasons}")
    receipt = " ".join(answer.reference for answer in taken if answer.reference)
    return effect.key, Settlement(status=EffectStatus.DELIVERED, at=now, receipt=receipt)


def _failed(ctx: Context, delivery: Delivery, problem: MkdError, now: datetime) -> Settlement:
    return ctx.backoff.after(
        delivery.attempts, now, f"{problem.code} {problem.message}", permanent=isinstance(problem, Permanent)
    )


def _by_period(deliveries: Sequence[Delivery]) -> dict[str, list[Delivery]]:
    periods: dict[str, list[Delivery]] = {}
    for delivery in deliveries:
        periods.setdefault(str(delivery.effect.data["period"]), []).append(delivery)
    return periods


def _pay(
    ctx: Context, organisation: DirectoryAt, period: str, deliveries: Sequence[Delivery], now: datetime
) -> tuple[PayReceipt | None, list[tuple[str, Settlement]]]:
    """One run of a period: either every line reconciles and is settled, or none is."""
    if ctx.payroll is None:
        return None, []
    sendable: list[Delivery] = []
    settled: list[tuple[str, Settlement]] = []
    lines: list[PayLine] = []
    for delivery in deliveries:
        try:
            lines.append(_pay_line(organisation, delivery, period))
            sendable.append(delivery)
        except MkdError as problem:
            settled.append((delivery.effect.key, _failed(ctx, delivery, problem, now)))
    if not lines:
        return None, settled
    keys = "\n".join(sorted(line.key for line in lines))
    run = PayRun(key=f"{period}:{hashlib.sha256(keys.encode()).hexdigest()[:16]}", lines=tuple(lines))
    try:
        receipt = ctx.payroll.submit(run)
        reconcile(run, receipt)
    except MkdError as problem:
        failed = [(delivery.effect.key, _failed(ctx, delivery, problem, now)) for delivery in sendable]
        return None, [*settled, *failed]
    references = {line.key: line.reference for line in receipt.lines}
    done = [
        (
            delivery.effect.key,
            Settlement(status=EffectStatus.DELIVERED, at=now, receipt=references[delivery.effect.key]),
        )
        for delivery in sendable
    ]
    return receipt, [*settled, *done]


def _pay_line(organisation: DirectoryAt, delivery: Delivery, period: str) -> PayLine:
    effect = delivery.effect
    person = organisation.known(effect.to)
    return PayLine(
        key=effect.key,
        person=person.key,
        number=person.number,
        period=period,
        item=str(effect.data["item"]),
        quantity=Decimal(str(effect.data["quantity"])),
        unit=str(effect.data["unit"]),
        rule=str(effect.data["rule"]),
        scheme=str(effect.data["scheme"]),
        source=str(effect.data["source"]),
    )


def reconcile(run: PayRun, receipt: PayReceipt) -> None:
    """Compare a receipt with its run, line by line. Raises ``Permanent`` (MKD610) naming the first difference.

    ``Permanent``, since sending the same run again would bring the same receipt: a person has to look.
    """
    sent = {line.key: line.quantity for line in run.lines}
    answered: dict[str, Decimal] = {}
    for line in receipt.lines:
        if line.key in answered:
            raise _differs(run, f"the line {line.key} comes twice")
        answered[line.key] = line.quantity
    if receipt.key != run.key:
        raise _differs(run, "it is the receipt of another run")
    for key in sent.keys() - answered.keys():
        raise _differs(run, f"the line {key} is missing")
    for key in answered.keys() - sent.keys():
        raise _differs(run, f"the line {key} was not sent")
    for key, quantity in sent.items():
        if quantity != answered[key]:
            raise _differs(run, f"the line {key} has another quantity")


def _differs(run: PayRun, what: str) -> Permanent:
    return Permanent(
        f"payroll's receipt does not reconcile: {what}",
        code="MKD610",
        where=run.key,
        mend="nothing was marked paid; compare with payroll, then replay the lines",
    )
