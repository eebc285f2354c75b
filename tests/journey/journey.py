"""The journey of the demonstration as single commands, the next of which follows from what the journal holds.

So it goes on from wherever a process was killed or a database failed, and its moments are those of the story: whoever
goes through it, however often interrupted, leaves the same events.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import attrs

from mkd_core.agreements import Agreement, State
from mkd_core.journal import Record
from mkd_core.outbox import EffectStatus
from mkd_core.performance import Level
from mkd_plugins.cli.session import actor
from mkd_plugins.demo.agreeing import AGREED_ON
from mkd_plugins.demo.beginning import ASKED_ON, plan_with, targets
from mkd_plugins.demo.stage import FIRST_DAY, HR, LAST_DAY, MONTH, at
from mkd_plugins.demo.working import CLOSED_ON, TASKS
from mkd_plugins.deployment import Deployment
from mkd_plugins.testing import province

HOME = {province.ANALYST: ("mon", "tue", "wed", "thu", "fri"), province.PLANNER: ("tue", "wed", "thu")}
"""Who goes on the journey, and the days asked for; those of the analyst are one too many."""
DAYS = tuple(FIRST_DAY + timedelta(days=offset) for offset in range(5))
"""The days on which work is reported."""
LAST_OF_MONTH = date(2023, 7, 31)

_CONFIG = """\
[mkd]
policy = "jabar-mkd"
scheme = "jabar-trk"

[holders]
hr = ["{hr}"]

[roles."{actor}"]
acts_as = ["*"]
roles = ["hr", "operator"]

[journal.sqlite]
{journal}

[identity.table]
map = "siap"
people = {{ path = "people.csv" }}
units = {{ path = "units.csv" }}
mandates = {{ path = "mandates.csv" }}
discipline = {{ path = "discipline.csv" }}
ratings = {{ path = "ratings.csv" }}

[payroll.table]
folder = "pay"

[notification.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "mkd@example.go.id"
"""


def furnish(folder: Path, port: int) -> Path:
    """A deployment in that folder, with the synthetic province and mails to that port; its configuration file."""
    folder.mkdir(parents=True)
    for table in province.TABLES:
        shutil.copyfile(province.shipped() / f"{table}.csv", folder / f"{table}.csv")
    return configure(folder, port)


def configure(folder: Path, port: int, *, journal: str = 'path = "journal.db"') -> Path:
    """Write its configuration, with these lines for the journal's table."""
    path = folder / "mkd.toml"
    path.write_text(_CONFIG.format(hr=HR, actor=actor(), port=port, journal=journal), encoding="utf-8")
    return path


def told(record: Record) -> tuple[Any, ...]:
    """What a record says, without the salt and what follows from it."""
    return (record.stream, record.number, record.type, record.schema, record.at, record.by, record.data, record.private)


@attrs.frozen(kw_only=True)
class Command:
    """A command that is due, and what it is called."""

    name: str
    run: Callable[[], object]


def due(mkd: Deployment) -> Command | None:
    """The next command of the journey; None at its end."""
    return next(_deliveries(mkd), None) or next((command for who in HOME for command in _of(mkd, who)), None)


def _deliveries(mkd: Deployment) -> Iterator[Command]:
    """What waits in the outbox goes out first, at the moment when the last of it may be tried again."""
    waiting = list(mkd.journal.deliveries(EffectStatus.PENDING))
    if waiting:
        moment = max([at(CLOSED_ON, 10), *(delivery.due for delivery in waiting if delivery.due)])
        pays = any(delivery.effect.port == "payroll" for delivery in waiting)
        yield Command(name="pay" if pays else "notify", run=partial(mkd.deliver, moment))


def _of(mkd: Deployment, who: str) -> Iterator[Command]:
    """The next command for that person, if any is left."""
    dossier = mkd.dossier(who)
    if not dossier.agreements:
        yield Command(name="propose", run=partial(_propose, mkd, who))
        return
    agreement = dossier.agreements[f"{who}.1"]
    match agreement.latest.state:
        case State.DRAFT:
            yield _drafted(mkd, agreement)
        case State.SUBMITTED:
            yield Command(name="approve", run=partial(_approve, mkd, agreement))
        case _:
            yield from _worked(mkd, who)


def _propose(mkd: Deployment, who: str) -> None:
    mkd.propose(
        applicant=who,
        plan=plan_with(*HOME[who]),
        targets=targets(4),
        by=who,
        at=at(ASKED_ON),
        ends=LAST_DAY,
        reason="Concentrated work away from the office",
        work_plan="Weekly analyses by Friday noon",
    )


def _drafted(mkd: Deployment, agreement: Agreement) -> Command:
    name, who, latest = agreement.id, agreement.applicant, agreement.latest
    if latest.terms.plan.weeks[0].remote_days > 4:
        return Command(name="revise", run=partial(_revise, mkd, name, who))
    if latest.revision == 1 and who == province.ANALYST:
        superior = mkd.superiors(name, at=at(AGREED_ON))[0].person
        return Command(
            name="counter", run=partial(mkd.counter, name, targets=targets(5), by=superior, at=at(AGREED_ON, 10))
        )
    if "employee" not in latest.consents:
        return Command(name="agree", run=partial(mkd.agree, name, by=who, at=at(AGREED_ON, 10)))
    return Command(name="submit", run=partial(mkd.submit, name, by=who, at=at(AGREED_ON, 11)))


def _revise(mkd: Deployment, name: str, who: str) -> None:
    terms = mkd.mend(name, by=who, at=at(AGREED_ON))
    assert terms is not None
    mkd.revise(name, terms=terms, by=who, at=at(AGREED_ON))


def _approve(mkd: Deployment, agreement: Agreement) -> None:
    progress = agreement.latest.open_step
    assert progress is not None
    voted = {person for person, _ in progress.votes}
    approver = next(one.person for one in progress.approvers if one.person not in voted)
    moment = at(AGREED_ON, 12 + len(agreement.latest.steps))
    mkd.approve(agreement.id, step=progress.step.id, by=approver, at=moment)


def _worked(mkd: Deployment, who: str) -> Iterator[Command]:
    """Every activity is verified at once, before the next is reported; then the results; then the month is closed."""
    dossier, name = mkd.dossier(who), f"{who}.1"
    superior = mkd.superiors(name, at=at(CLOSED_ON))[0].person
    for number, (on, (task, minutes)) in enumerate(((on, task) for on in DAYS for task in TASKS), start=1):
        done = dossier.work.get(f"a{number}")
        if done is None:
            yield Command(name="report", run=partial(_report, mkd, name, on, task, minutes))
        elif done.accepted is None:
            yield Command(name="verify", run=partial(_verify, mkd, name, done.activity.id, superior, at(on, 17)))
    for number, target in enumerate(dossier.agreement(name).latest.targets, start=1):
        result = dossier.results.get(f"r{number}")
        value = (target.value or Decimal(0)) + 1
        if result is None:
            yield Command(name="report result", run=partial(_report_result, mkd, name, target.id, value))
        elif result.accepted is None:
            yield Command(name="verify result", run=partial(_verify_result, mkd, name, result.result.id, superior))
    if MONTH not in dossier.closed:
        yield Command(name="close", run=partial(_close, mkd, who))


def _report(mkd: Deployment, name: str, on: date, task: str, minutes: int) -> None:
    who = name.partition(".")[0]
    mkd.report_activity(
        name, on=on, minutes=minutes, description=task, evidence=f"register/{on}", by=who, at=at(on, 17)
    )


def _verify(mkd: Deployment, name: str, activity: str, superior: str, moment: datetime) -> None:
    mkd.verify_activity(name, activity, minutes=0 if activity == "a3" else None, by=superior, at=moment)


def _report_result(mkd: Deployment, name: str, target: str, value: Decimal) -> None:
    who = name.partition(".")[0]
    mkd.report_result(
        name,
        target=target,
        on=LAST_OF_MONTH,
        value=value,
        evidence="register/2023-07",
        by=who,
        at=at(LAST_OF_MONTH, 17),
    )


def _verify_result(mkd: Deployment, name: str, result: str, superior: str) -> None:
    mkd.verify_result(name, result, by=superior, at=at(LAST_OF_MONTH, 17))


def _close(mkd: Deployment, who: str) -> None:
    attested = {"period.absent_days": 0, "period.negative_activities": 0}
    mkd.close_period(who, MONTH, by=HR, at=at(CLOSED_ON), behaviour=Level.AS_EXPECTED, attested=attested)
