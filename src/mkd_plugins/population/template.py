"""A plan that nobody asked for, laid on everybody: what a roll-out would propose."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import frozen

from mkd_core.events import Terms
from mkd_core.targets import Target
from mkd_core.usecases.facts import plan_facts
from mkd_core.worktime import OfficeHours


@frozen(kw_only=True)
class Template:
    """The terms and targets of a request, the same for everybody.

    ``mkd_core.usecases.agreements.terms_of(plan, starts=…)`` makes terms of a plan.
    """

    terms: Terms
    targets: tuple[Target, ...] = ()

    def facts(self, on: date, *, season: str | None, hours: OfficeHours | None) -> Mapping[str, Any]:
        """``agreement.*`` of a request made that day, with the plan of that season."""
        return plan_facts(self.terms, self.targets, on=on, season=season, hours=hours)
