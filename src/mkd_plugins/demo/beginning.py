"""The first two chapters: what was plugged in, and three requests decided."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from mkd_core.agreements import Agreement
from mkd_core.targets import Direction, Target, TargetKind
from mkd_core.usecases.deciding import Decided
from mkd_core.worktime import Day, Place, Week, Window, WorkPlan, weekly
from mkd_plugins.calendar.hours import office_hours
from mkd_plugins.demo.stage import FIRST_DAY, LAST_DAY, Stage, at
from mkd_plugins.demo.telling import Teller
from mkd_plugins.facts.check import check_facts, population, vouched
from mkd_plugins.testing.province import ANALYST, NO_RATING, PLANNER

ASKED_ON = date(2023, 6, 20)
"""The day after MKD began, on which the three ask."""


def host(stage: Stage, tell: Teller) -> dict[str, object]:
    """What is plugged in, and what identity knows of the people."""
    tell.chapter("The host, its plugins, and what it knows", "Sistem induk, plugin, dan data yang dikenal")
    rows = [row for row in stage.mkd.host.report() if row.configured or row.policies]
    tell.say(
        "The deployment of four pilot units loads {count} plugins, each through the entry point a vendor would use:",
        "Empat unit percontohan memasang {count} plugin, masing-masing lewat entry point seperti milik vendor:",
        count=len(rows),
    )
    tell.table([row.label, ", ".join((*row.configured, *row.policies))] for row in rows)
    everybody = population(stage.mkd.identities, ASKED_ON)
    report = check_facts(everybody, vouched=vouched(stage.mkd, everybody.people, ASKED_ON))
    tell.say(
        "Identity was checked before anything was decided (mkd facts check):",
        "Data identitas diperiksa sebelum ada keputusan (mkd facts check):",
    )
    for line in report.lines(tell.language):
        tell.line(line)
    return {"plugins": [row.label for row in rows], "facts": report.to_data()}


def week_with(home: Sequence[str]) -> Week:
    """The office's standard week with those weekdays worked at home."""
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return Week(
        tuple(
            _moved(day, Place.HOME) if name in home else day
            for name, day in zip(names, office_hours().standard.days, strict=True)
        )
    )


def _moved(day: Day, place: Place) -> Day:
    return Day(tuple(Window(window.start, window.end, place, window.pause) for window in day.windows))


def plan_with(*home: str) -> WorkPlan:
    """A weekly plan from the story's first day on."""
    return weekly(FIRST_DAY, week_with(home))


def targets(reports: int) -> list[Target]:
    """One output and one outcome, both measurable."""
    return [
        Target(
            id="analyses",
            kind=TargetKind.OUTPUT,
            indicator="Analyses of public complaints delivered",
            unit="reports",
            direction=Direction.AT_LEAST,
            value=Decimal(reports),
            due=date(2023, 7, 31),
            evidence="the reports as filed",
        ),
        Target(
            id="answered",
            kind=TargetKind.OUTCOME,
            indicator="Complaints answered within five days",
            unit="per cent",
            direction=Direction.AT_LEAST,
            value=Decimal(90),
            due=date(2023, 7, 31),
            evidence="the complaint register of the month",
        ),
    ]


def ask(stage: Stage, applicant: str, *home: str) -> tuple[Agreement, Decided]:
    """A draft of that person, and what the policy says of it."""
    moment = at(ASKED_ON)
    agreement = stage.mkd.propose(
        applicant=applicant,
        plan=plan_with(*home),
        targets=targets(4),
        by=applicant,
        at=moment,
        ends=LAST_DAY,
        reason="Concentrated work away from the office",
        work_plan="Weekly analyses by Friday noon",
    )
    return agreement, stage.mkd.decide(agreement.id, at=moment)


def decisions(stage: Stage, tell: Teller) -> dict[str, object]:
    """One request that can be approved, one refused with its remedy, one referred for a missing fact."""
    tell.chapter("Three requests, decided and explained", "Tiga permohonan, diputus dan dijelaskan")
    asked = {
        "approvable": ask(stage, PLANNER, "tue", "wed", "thu"),
        "refused": ask(stage, ANALYST, "mon", "tue", "wed", "thu", "fri"),
        "referred": ask(stage, NO_RATING, "thu"),
    }
    summary: dict[str, object] = {}
    for kind, (agreement, decided) in asked.items():
        days = max(week.remote_days for week in agreement.latest.terms.plan.weeks)
        tell.say(
            "For {who}, {days} day(s) a week at home: {outcome}, by {policy} {version}.",
            "Untuk {who}, {days} hari sepekan di rumah: {outcome}, menurut {policy} {version}.",
            who=tell.who(agreement.applicant),
            days=days,
            outcome=tell.term(decided.verdict.outcome),
            policy=decided.verdict.policy,
            version=decided.verdict.version,
        )
        summary[kind] = _explained(agreement, decided, tell)
    return summary


def _explained(agreement: Agreement, decided: Decided, tell: Teller) -> dict[str, object]:
    decision = decided.decision
    remedy = decision.remedy()
    for finding in decision.findings:
        because = tell.word(finding.because.en, finding.because.id)
        found = f"{finding.rule} ({tell.term(finding.status)}, {tell.term(finding.effect)})"
        tell.line(f"{found}: {because} [{finding.source.title}]")
        if finding.missing:
            tell.line(tell.word("missing: ", "belum diketahui: ") + ", ".join(finding.missing))
    for change in remedy.changes:
        tell.line(tell.word("remedy: ", "jalan keluar: ") + f"{change.fact} {change.present} → {change.proposed}")
    return {
        "agreement": agreement.id,
        "outcome": decided.verdict.outcome,
        "failed": list(decided.verdict.failed),
        "undetermined": list(decided.verdict.undetermined),
        "missing": sorted({name for finding in decision.findings for name in finding.missing}),
        "remedy": [change.to_data() for change in remedy.changes],
    }
