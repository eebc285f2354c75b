"""Decrees as people write them and as data: a cap, whose days are which, who was left out and why."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from mkd_core.agreements import Agreement
from mkd_core.decrees import Decree
from mkd_core.errors import InvalidInput
from mkd_core.usecases.decreeing import LeftOut
from mkd_core.usecases.decrees import Issued, OnRecord
from mkd_core.worktime import WEEKDAYS


def share(text: str, *, where: str) -> Decimal:
    """The share of ``50%`` or ``0.5``. Raises ``InvalidInput`` (MKD461)."""
    number, percent, rest = text.strip().partition("%")
    try:
        value = Decimal(number.strip())
        if rest or not value.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise InvalidInput("MKD461", f"{text!r} is no share", where=where, mend='write "50%" or "0.5"') from None
    return value / 100 if percent else value


def decree_data(decree: Decree) -> dict[str, Any]:
    """What is ordered."""
    return {
        "decree": decree.key,
        "unit": decree.unit,
        "policy": decree.policy,
        "version": decree.version,
        "from": decree.starts,
        "until": decree.ends,
        "days": list(decree.weekdays),
        "place": decree.place.value,
        "cap": None if decree.cap is None else float(decree.cap),
        "each": decree.each,
    }


def on_record_data(one: OnRecord) -> dict[str, Any]:
    """A decree as it stands."""
    return {**decree_data(one.decree), "issued_by": one.by, "issued_at": one.at.isoformat(), "revoked": one.revoked}


def turn(agreement: Agreement) -> list[list[str]]:
    """The days elsewhere, week by week."""
    weeks = agreement.latest.terms.plan.weeks
    return [[name for name, day in zip(WEEKDAYS, week.days, strict=True) if day.remote] for week in weeks]


def made_data(agreement: Agreement) -> dict[str, Any]:
    """Somebody's agreement under a decree."""
    return {
        "person": agreement.applicant,
        "agreement": agreement.id,
        "effective": agreement.latest.effective,
        "days": turn(agreement),
    }


def left_out_data(one: LeftOut) -> dict[str, Any]:
    """Somebody without one, and why."""
    return {"person": one.person, "unit": one.unit, "reason": one.reason.value, "detail": list(one.detail)}


def issued_data(issued: Issued, *, dry_run: bool) -> dict[str, Any]:
    """What a decree came to, or would."""
    return {
        **decree_data(issued.decree),
        "dry_run": dry_run,
        "agreements": [{**made_data(each), "new": each.id in issued.new} for each in issued.agreements],
        "left_out": [left_out_data(each) for each in issued.left_out],
    }
