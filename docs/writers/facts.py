"""The vocabularies: every fact that a policy or a pay scheme may speak of."""

from __future__ import annotations

from mkd_core.allowance.facts import PERIOD_VOCABULARY
from mkd_core.language import Fact, Kind, Vocabulary
from mkd_core.language.vocabulary import show_time
from mkd_core.policy import VOCABULARY
from writers.markdown import both, code, document, table

SOURCES = {
    "identity": "the personnel record",
    "derived": "the plan and its targets",
    "computed": "computed",
    "attested": "attested by somebody",
    "day": "the day",
}

INTRODUCTION = """\
What a rule may name. A fact that nobody knows is *missing*, which is not a no: see
[decisions and missing facts](../explanation/decisions.md). A value outside its range is refused
([MKD251](errors.md#mkd251)).

Facts marked with a star are negotiable: a remedy may propose another value of them. Facts marked *sensitive* are shown
to the applicant and to whoever decides, and to nobody else. Times are minutes of the day on which a window starts,
written `HH:MM`, so that a night shift that ends at six in the morning ends at `30:00`.
"""

TOGETHER = """\
Facts that come from the same part of the plan: its days, its hours, its period, its targets. A remedy of facts names
the least change; whoever lays it on the plan moves the others of its line too, and the facts are then derived anew.
"""

PERIOD = """\
What a line of a [pay scheme](packs.md) may name, once a period is closed. A computed fact follows from closing it; an
attested one is vouched for by whoever closes it.
"""


def page() -> str:
    """The page."""
    spaces: dict[str, list[Fact]] = {}
    for fact in VOCABULARY:
        spaces.setdefault(fact.name.partition(".")[0], []).append(fact)
    titles = {
        "applicant": "The applicant",
        "agreement": "The agreement",
        "unit": "The unit",
        "approver": "The approver",
    }
    sections = [f"## {titles.get(space, 'The day')}\n\n{_facts(facts)}" for space, facts in spaces.items()]
    return document(
        "Facts",
        INTRODUCTION,
        *sections,
        f"## What always holds\n\n{_invariants(VOCABULARY)}",
        f"## What moves together\n\n{_together(VOCABULARY)}",
        f"## A closed period\n\n{PERIOD}\n{_facts(list(PERIOD_VOCABULARY))}",
    )


def _facts(facts: list[Fact]) -> str:
    return table(
        ("fact", "values", "unit", "means", "known from"),
        [
            (
                code(fact.name) + (" *" if fact.negotiable else ""),
                _values(fact),
                fact.unit,
                both(fact.meaning) + (" (*sensitive*)" if fact.sensitive else ""),
                SOURCES[fact.source],
            )
            for fact in facts
        ],
    ).replace(" * |", " \\* |")


def _values(fact: Fact) -> str:
    match fact.kind:
        case Kind.YES_NO:
            return "yes or no"
        case Kind.CHOICE | Kind.TEXT:
            return ", ".join(code(choice) for choice in fact.choices)
        case Kind.DATE:
            return "a date"
        case Kind.TIME:
            return f"{show_time(int(fact.low or 0))} to {show_time(int(fact.high or 0))}"
    step = f", step {fact.step:g}" if fact.step != 1 else ""
    return f"{fact.low:,} to {fact.high:,}{step}"


def _invariants(vocabulary: Vocabulary) -> str:
    lines = "\n".join(f"- {code(invariant)}" for invariant in vocabulary.invariants)
    return f"What of these held before a remedy holds after it:\n\n{lines}"


def _together(vocabulary: Vocabulary) -> str:
    told: dict[tuple[str, ...], None] = {}
    for fact in vocabulary:
        if others := vocabulary.moving_with(fact.name):
            told[tuple(each.name for each in vocabulary if each.name in {fact.name, *others})] = None
    lines = "\n".join(f"- {', '.join(code(name) for name in names)}" for names in told)
    return f"{TOGETHER}\n{lines}"
