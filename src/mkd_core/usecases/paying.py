"""Hand pay lines over: one run a period, and a receipt that reconciles line by line before anything counts as paid."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from attrs import frozen

from mkd_core.errors import MkdError, Permanent
from mkd_core.outbox import Delivery, EffectStatus, Settlement
from mkd_core.ports import PayLine, PayReceipt, Payroll, PayRun
from mkd_core.usecases.context import Context
from mkd_core.usecases.directory import DirectoryAt


@frozen(kw_only=True)
class Paid:
    """How each line was settled, by its key, and the receipts that reconciled."""

    settled: tuple[tuple[str, Settlement], ...] = ()
    receipts: tuple[PayReceipt, ...] = ()

    def __add__(self, other: Paid) -> Paid:
        return Paid(settled=(*self.settled, *other.settled), receipts=(*self.receipts, *other.receipts))


@frozen
class _Line:
    """A line with the delivery it comes from."""

    delivery: Delivery
    line: PayLine


def pay(ctx: Context, organisation: DirectoryAt, deliveries: Sequence[Delivery], now: datetime) -> Paid:
    """Send the lines that are due, each period as a run of its own. Without payroll they wait."""
    paid = Paid()
    if ctx.payroll is None:
        return paid
    periods: dict[str, list[_Line]] = {}
    for delivery in deliveries:
        try:
            line = _line(organisation, delivery)
            periods.setdefault(line.period, []).append(_Line(delivery, line))
        except MkdError as problem:
            paid += _failed(ctx, [delivery], problem, now)
    for period, lines in periods.items():
        paid += _send(ctx, ctx.payroll, period, lines, now)
    return paid


def _send(ctx: Context, payroll: Payroll, period: str, lines: Sequence[_Line], now: datetime) -> Paid:
    """One run. What payroll will never accept as a whole is sent line by line, so that one bad line holds up no other.

    A receipt that does not reconcile leaves every line of the run unpaid: which of them were taken over is unknown.
    """
    deliveries = [each.delivery for each in lines]
    run = _run(period, [each.line for each in lines])
    try:
        receipt = payroll.submit(run)
    except MkdError as problem:
        if isinstance(problem, Permanent) and len(lines) > 1:
            return sum((_send(ctx, payroll, period, [each], now) for each in lines), Paid())
        return _failed(ctx, deliveries, problem, now)
    try:
        reconcile(run, receipt)
    except Permanent as problem:
        return _failed(ctx, deliveries, problem, now)
    return Paid(
        settled=tuple(
            (line.key, Settlement(status=EffectStatus.DELIVERED, at=now, receipt=line.reference))
            for line in receipt.lines
        ),
        receipts=(receipt,),
    )


def _run(period: str, lines: Sequence[PayLine]) -> PayRun:
    keys = "\n".join(sorted(line.key for line in lines))
    return PayRun(key=f"{period}:{hashlib.sha256(keys.encode()).hexdigest()[:16]}", lines=tuple(lines))


def _line(organisation: DirectoryAt, delivery: Delivery) -> PayLine:
    effect = delivery.effect
    person = organisation.known(effect.to)
    return PayLine(
        key=effect.key,
        person=person.key,
        number=person.number,
        period=str(effect.data["period"]),
        item=str(effect.data["item"]),
        quantity=Decimal(str(effect.data["quantity"])),
        unit=str(effect.data["unit"]),
        rule=str(effect.data["rule"]),
        scheme=str(effect.data["scheme"]),
        source=str(effect.data["source"]),
    )


def _failed(ctx: Context, deliveries: Sequence[Delivery], problem: MkdError, now: datetime) -> Paid:
    return Paid(
        settled=tuple((each.effect.key, ctx.backoff.after_error(each.attempts, now, problem)) for each in deliveries)
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
    for key in sorted(sent.keys() - answered.keys()):
        raise _differs(run, f"the line {key} is missing")
    for key in sorted(answered.keys() - sent.keys()):
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
