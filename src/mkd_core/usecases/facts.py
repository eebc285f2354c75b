"""The facts a decision reads, derived from what is known, each with its origin. What is not known stays missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from mkd_core.agreements import PENDING, Agreement
from mkd_core.events import Approver, Terms
from mkd_core.people import Employee, Unit
from mkd_core.targets import Target, TargetKind
from mkd_core.worktime import OfficeHours, Week, clock

if TYPE_CHECKING:
    from mkd_core.language import Vocabulary
    from mkd_core.policy import Facts, Origin
    from mkd_core.usecases.context import Default
    from mkd_core.usecases.dossier import Attested

_YEAR = timedelta(days=365)


def plan_facts(
    terms: Terms, targets: Sequence[Target], *, on: date, season: str | None = None, hours: OfficeHours | None = None
) -> dict[str, Any]:
    """``agreement.*`` of terms and targets, seen on the day of the request, with the plan of that season.

    A remote day is one worked at least in part away from the office, an office day one worked wholly in it. Flexible
    time and load are measured against the office's standard week, so they are missing where no hours are known; the
    total weight is missing where no target has a weight.
    """
    cycle = terms.plan.cycle(season)
    windows = list(terms.plan.windows(season))
    weights = [target.weight for target in targets if target.weight is not None]
    facts: dict[str, Any] = {
        "agreement.remote_days": max(week.remote_days for week in cycle),
        "agreement.office_days": min(week.office_days for week in cycle),
        "agreement.weekly_minutes": min(week.net for week in cycle),
        "agreement.flexible_place": any(week.remote_days for week in cycle),
        "agreement.outside_region": terms.outside_region,
        "agreement.open_ended": terms.ends is None,
        "agreement.notice_days": (terms.starts - on).days,
        "agreement.output_targets": sum(target.kind is TargetKind.OUTPUT for target in targets),
        "agreement.outcome_targets": sum(target.kind is TargetKind.OUTCOME for target in targets),
        "agreement.unmeasurable_targets": sum(not target.measurable for target in targets),
        "agreement.reason_given": terms.reason_given,
        "agreement.evidence_given": terms.evidence_given,
        "agreement.work_plan_given": terms.work_plan_given,
    }
    if windows:
        facts["agreement.earliest_start"] = clock(min(window.start for window in windows))
        facts["agreement.latest_end"] = clock(max(window.end for window in windows))
    if terms.ends is not None:
        facts["agreement.duration_days"] = (terms.ends - terms.starts).days + 1
    if weights:
        facts["agreement.weight_total"] = float(sum(weights))
    if hours is not None:
        standard = hours.week(season)
        facts["agreement.flexible_time"] = any(not _same_hours(week, standard) for week in cycle)
        facts["agreement.flexible_load"] = any(week.net < standard.net for week in cycle)
        facts["agreement.core_gap_minutes"] = max(
            sum(hours.core_gap(day, weekday) for weekday, day in enumerate(week.days)) for week in cycle
        )
    return facts


def _same_hours(week: Week, standard: Week) -> bool:
    return all(
        [(window.start, window.end) for window in day.windows]
        == [(window.start, window.end) for window in usual.windows]
        for day, usual in zip(week.days, standard.days, strict=True)
    )


def request_facts(agreements: Iterable[Agreement], deciding: str, on: date) -> dict[str, Any]:
    """``applicant.requests_last_12_months`` and ``applicant.live_requests``: those other than the one being decided."""
    others = [agreement for agreement in agreements if agreement.id != deciding]
    submitted = [v.submitted_on for agreement in others for v in agreement.versions if v.submitted_on is not None]
    return {
        "applicant.requests_last_12_months": sum(on - _YEAR < day <= on for day in submitted),
        "applicant.live_requests": sum(v.state in PENDING for agreement in others for v in agreement.versions),
    }


def approver_facts(approver: Approver, applicant: Employee, superiors: Iterable[str]) -> dict[str, Any]:
    """``approver.*`` of whoever votes; an acting officer counts as the officer he stands in for."""
    return {
        "approver.is_superior": approver.person in set(superiors),
        "approver.is_acting": approver.mandate is not None,
        "approver.is_applicant": approver.person == applicant.key,
    }


def _known_to_identity(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if not name.startswith(("agreement.", "approver."))}


def facts_for(
    *,
    applicant: Employee,
    unit: Unit,
    derived: Mapping[str, Any],
    computed: Mapping[str, Any],
    attested: Mapping[str, Attested],
    defaults: Mapping[str, Default],
    on: date,
    vocabulary: Vocabulary,
) -> Facts:
    """All facts of one decision with their origins. What identity knows beats an attestation, which beats a default.

    ``derived`` come from the plan, ``computed`` from the unit and from other requests; they beat all of these, and what
    identity says of a plan or of an approver counts for nothing: it knows neither. An attestation counts up to its last
    day.
    """
    from mkd_core.policy import Facts, Origin

    flat: dict[str, Any] = {}
    origins: dict[str, Origin] = {}

    def take(values: Mapping[str, Any], origin: Origin | None = None) -> None:
        for name, value in values.items():
            if value is not None and name not in flat:
                flat[name] = value
                source = applicant.facts_from.get(name, "identity")
                origins[name] = origin or Origin(kind="identity", source=source)

    take(derived, Origin(kind="derived", source="agreement"))
    take(computed, Origin(kind="computed", source="journal"))
    take(_known_to_identity(applicant.facts))
    of_unit = {**unit.facts, "unit.direct_service": unit.direct_service}
    take(_known_to_identity(of_unit), Origin(kind="identity", source=unit.source))
    for fact in attested.values():
        if fact.holds(on):
            source = Origin(kind="attested", source=fact.role, by=fact.by, at=fact.at, until=fact.until)
            take({fact.fact: fact.value}, source)
    for name, default in defaults.items():
        take({name: default.value}, Origin(kind="default", source=default.source))
    flat["today"] = on
    return Facts.from_flat(flat, vocabulary=vocabulary, origins=origins)
