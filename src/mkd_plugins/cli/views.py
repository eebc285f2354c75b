"""Values as the lines that people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mkd_core.agreements import Agreement
from mkd_core.events import PeriodClosed
from mkd_core.targets import Target
from mkd_core.usecases.presence import PlannedDay
from mkd_core.worktime import WEEKDAYS
from mkd_plugins.cli import output
from mkd_plugins.cli.session import Desk, Namer
from mkd_plugins.forms.days import week_lines


def agreement_card(
    agreement: Agreement, today: Any, desk: Desk, name: Namer, held: Mapping[str, Any] | None = None
) -> str:
    """The agreement for a person to read; ``held`` is the policy with what the unit is given."""
    say, version = desk.say, agreement.latest
    terms, step = version.terms, version.open_step
    state = say(agreement.state(today).value)
    if len(agreement.versions) > 1:
        state += f"; {say('version')} {version.number}: {say(version.state.value)}"
    until = terms.ends or f"- ({say('review')} {terms.review})"
    pairs: list[tuple[str, object]] = [
        (say("agreement"), f"{agreement.id}  {state}"),
        (say("who"), name(agreement.applicant)),
        (say("decree"), agreement.decree),
        (say("since"), f"{version.effective or terms.starts} {say('until')} {until}"),
        (say("week"), week_lines(terms.plan)),
        (say("targets"), [target_line(target) for target in version.targets]),
        (say("agreed_by"), [say(side) for side in sorted(version.consents)]),
    ]
    if held is not None and held["scopes"]:
        numbers = [_given(each, each["source"], desk) for each in held["given"]]
        pairs.append((say("policy"), [f"{held['id']} {held['version']} ({', '.join(held['scopes'])})", *numbers]))
    if step is not None:
        due = f", {say('by_date', due=step.due)}" if step.due else ""
        waits = ", ".join(name(one.person) for one in step.approvers) or step.problem
        said = f" ({say('not_deemed')})" if step.not_deemed else ""
        pairs.append((say("waits_for"), f"{step.step.id}: {waits}{due}{said}"))
    return output.card(pairs)


def target_line(target: Target) -> str:
    """The target in the notation in which it can be typed."""
    value = None
    if target.value is not None and target.direction is not None:
        margin = f" +- {target.margin}" if target.margin is not None else ""
        value = f"{target.direction.value} {target.value}{margin} {target.unit}".rstrip()
    parts = [
        f"{target.id}={target.kind.value}",
        target.indicator,
        value,
        f"by {target.due}" if target.due else None,
        f"evidence: {target.evidence}" if target.evidence else None,
        f"weight {target.weight}" if target.weight is not None else None,
    ]
    return "; ".join(part for part in parts if part)


def decision_text(data: Mapping[str, Any], remedy: Sequence[str], desk: Desk, *, during: Sequence[str] = ()) -> str:
    """A decision for a person to read: outcome and when it holds, findings with their sources, the remedy in words."""
    say, language = desk.say, desk.language
    policy = data["policy"]
    named = "; ".join([f"{policy['id']} {policy['version']}", *(say("during", season=each) for each in during)])
    parts = [f"{say('decision')}: {say(data['outcome'])} ({named})"]
    if data["findings"]:
        rows = [
            (
                finding["rule"],
                say(finding["status"]),
                say(finding["effect"]),
                finding["because"][language],
                _source(finding["source"]),
                "; ".join(
                    [
                        *(f"{name} = {value}" for name, value in finding["facts"].items()),
                        *finding["missing"],
                        *(_given(each, each["source"]["title"], desk) for each in finding.get("given", ())),
                    ]
                ),
            )
            for finding in data["findings"]
        ]
        parts.append(output.table([say(k) for k in ("rule", "status", "effect", "reason", "source", "fact")], rows))
    parts.append(output.card([(say("remedy"), list(remedy))]))
    return "\n".join(part for part in parts if part)


def _given(number: Mapping[str, Any], source: str, desk: Desk) -> str:
    return desk.say(
        "given_number", parameter=number["parameter"], value=number["value"], scope=number["scope"], source=source
    )


def _source(source: Mapping[str, Any]) -> str:
    return f"{source['title']} {source['article'] or ''}".rstrip()


def day_row(day: PlannedDay, desk: Desk, name: Namer) -> Sequence[object]:
    """A planned day as a row: date, person, windows, why."""
    windows = ", ".join(map(str, day.windows)) or desk.say("off")
    why = day.holiday.get(desk.language, "") or day.agreement or desk.say(f"basis_{day.basis}")
    return (f"{day.on} {desk.say(WEEKDAYS[day.on.weekday()])}", name(day.person), windows, why)


def closed_text(person: str, closed: PeriodClosed, desk: Desk) -> str:
    """A closed period for a person to read."""
    from mkd_core.performance import Rating

    say = desk.say
    reached = None if closed.achievement is None else f"{closed.achievement * 100:.1f} %"
    head = output.card(
        [
            (say("period"), f"{closed.period} {person}"),
            (say("verified_minutes"), closed.minutes),
            (say("achievement"), reached),
            (say("rating"), Rating(closed.rating).label(desk.language) if closed.rating else None),
            (say("missing"), list(closed.missing)),
        ]
    )
    if not closed.lines:
        return head
    rows = [(line.item, line.quantity, line.unit, line.rule, line.source) for line in closed.lines]
    return f"{head}\n{output.table([say(k) for k in ('item', 'quantity', 'unit', 'rule', 'source')], rows)}"
