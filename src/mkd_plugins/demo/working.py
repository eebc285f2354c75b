"""The fourth and fifth chapters: the plans of two weeks, a month of work, its results, and what it does to pay."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from mkd_core.events import PeriodClosed
from mkd_core.performance import Level, Rating
from mkd_core.usecases.presence import PlannedDay
from mkd_core.worktime import DAY, WEEKDAYS, Day, clock
from mkd_plugins.demo.stage import FIRST_DAY, HR, MONTH, Stage, at
from mkd_plugins.demo.telling import Teller
from mkd_plugins.testing.province import ANALYST, PLANNER

PEOPLE = (ANALYST, PLANNER)
CLOSED_ON = date(2023, 8, 1)
TASKS = (("Analysing complaints", 210), ("Drafting the weekly report", 130))


def plans(stage: Stage, tell: Teller) -> dict[str, object]:
    """Where the two work in the first two weeks, and who of the analyst's unit is on site when."""
    tell.chapter("The day plans of two weeks", "Rencana harian dua pekan")
    last = FIRST_DAY + timedelta(days=13)
    days = [FIRST_DAY + timedelta(days=offset) for offset in range(14)]
    planned = {who: [stage.mkd.day(who, on, at=at(FIRST_DAY)) for on in days] for who in PEOPLE}
    unit = stage.mkd.unit_of(ANALYST, at=at(FIRST_DAY))
    roster = stage.mkd.roster(unit.key, FIRST_DAY, last, at=at(FIRST_DAY))
    onsite = {on: _onsite([entry for entry in roster if entry.on == on]) for on in days}
    tell.say(
        "Derived from the agreements, the office's hours and the calendar; on site is unit {unit}:",
        "Diturunkan dari perjanjian, jam kantor, dan kalender; di kantor berarti unit {unit}:",
        unit=unit.key,
    )
    rows: list[tuple[object, ...]] = [("", *PEOPLE, tell.word("on site", "di kantor"))]
    for at_day, on in enumerate(days):
        name = f"{tell.term(WEEKDAYS[on.weekday()])} {on:%d-%m}"
        rows.append((name, *(_shown(planned[who][at_day], tell) for who in PEOPLE), f"{onsite[on][0]}/{onsite[on][1]}"))
    tell.table(rows)
    return {
        "days": {who: {str(day.on): str(Day(day.windows)) for day in planned[who]} for who in PEOPLE},
        "on_site": {str(on): {"on_site": count, "working": of} for on, (count, of) in onsite.items()},
    }


def _shown(day: PlannedDay, tell: Teller) -> str:
    if not day.windows:
        return tell.term("holiday" if day.basis == "holiday" else "off")
    return ", ".join(
        f"{clock(window.start)}-{clock(window.end % DAY)} {tell.term(window.place)}" for window in day.windows
    )


def _onsite(entries: list[PlannedDay]) -> tuple[int, int]:
    working = [entry for entry in entries if entry.windows]
    return sum(any(not window.place.remote for window in entry.windows) for entry in working), len(working)


def month(stage: Stage, tell: Teller) -> dict[str, object]:
    """Activities and results reported and verified, the month closed, and the pay lines that follow."""
    tell.chapter("A month of work, its results, and pay", "Sebulan kerja, hasilnya, dan tunjangan")
    summary: dict[str, object] = {}
    for who in PEOPLE:
        _worked(stage, who)
        closed = _closed(stage, who)
        reported = sum(done.activity.minutes for done in stage.mkd.dossier(who).work.values())
        tell.say(
            "For {who}: {reported} minutes reported, {minutes} validated; achievement {achievement:.0%}; proposed "
            "rating {rating}, which the evaluator still has to decide.",
            "Untuk {who}: {reported} menit dilaporkan, {minutes} divalidasi; capaian {achievement:.0%}; usulan "
            "predikat {rating}, yang masih harus diputuskan penilai.",
            who=tell.who(who),
            reported=reported,
            minutes=closed.minutes,
            achievement=closed.achievement or Decimal(0),
            rating=Rating(closed.rating).label(tell.language) if closed.rating else "-",
        )
        tell.table((line.item, f"{line.quantity} {line.unit}", line.rule, line.source) for line in closed.lines)
        summary[who] = {
            "minutes_reported": reported,
            "minutes_validated": closed.minutes,
            "achievement": str(closed.achievement),
            "proposed_rating": closed.rating,
            "lines": [{"item": line.item, "quantity": str(line.quantity), "rule": line.rule} for line in closed.lines],
        }
    return summary


def _working_days(stage: Stage, who: str) -> Iterator[date]:
    first = date.fromisoformat(f"{MONTH}-01")
    for day in range(1, calendar.monthrange(first.year, first.month)[1] + 1):
        on = first.replace(day=day)
        if on >= FIRST_DAY and stage.mkd.day(who, on, at=at(CLOSED_ON)).windows:
            yield on


def _worked(stage: Stage, who: str) -> None:
    """Two activities a day; the superior accepts all but one, which was not proven, and one in part."""
    agreement = f"{who}.1"
    superior = stage.mkd.superiors(agreement, at=at(CLOSED_ON))[0].person
    for number, on in enumerate(_working_days(stage, who)):
        reported = [
            stage.mkd.report_activity(
                agreement,
                on=on,
                minutes=minutes,
                description=task,
                evidence=f"register/{on}",
                by=who,
                at=at(on, 16),
            ).activity
            for task, minutes in TASKS
        ]
        for done in reported:
            accepted = {3: 0, 7: done.minutes // 2}.get(number, done.minutes)
            stage.mkd.verify_activity(agreement, done.id, minutes=accepted, by=superior, at=at(on, 17))
    last = date(2023, 7, 31)
    for target in stage.mkd.agreement(agreement).latest.targets:
        value = (target.value or Decimal(0)) + (1 if target.id == "analyses" else 3)
        result = stage.mkd.report_result(
            agreement, target=target.id, on=last, value=value, evidence="register/2023-07", by=who, at=at(last, 18)
        )
        stage.mkd.verify_result(agreement, result.result.id, by=superior, at=at(last, 18))


def _closed(stage: Stage, who: str) -> PeriodClosed:
    attested = {"period.absent_days": 0, "period.negative_activities": 0}
    return stage.mkd.close_period(who, MONTH, by=HR, at=at(CLOSED_ON), behaviour=Level.AS_EXPECTED, attested=attested)
