"""The phrases that documents about policies share: sources, spans, approvers, periods, in both languages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from mkd_core.approvals import Span
from mkd_core.coverage import Requirement
from mkd_core.language import Kind
from mkd_core.policy import Period
from mkd_core.policy.saying import Language
from mkd_core.policy.wording import with_unit
from mkd_core.sources import Source
from mkd_core.worktime import WEEKDAYS, clock
from mkd_plugins.words import say


def reader_of(language: str) -> Language:
    """The language as the core calls it."""
    return "id" if language == "id" else "en"


def cited(source: Source | None, article: str | None, language: str) -> str:
    """An instrument with the article and how it was read; nothing where there is none."""
    if source is None:
        return ""
    where = f", {say('article', language)} {article}" if article else ""
    read = say(f"read_{source.read}", language)
    return f"{source.title}{where} ({read if source.read == 'ours' else say('read', language) + ': ' + read})"


def period(time: Period, language: str) -> str:
    """From the first day up to, not including, the last."""
    if time.until is None:
        return say("from_day", language, start=time.start)
    return say("from_until", language, start=time.start, until=time.until)


def span(time: Span, language: str) -> str:
    """An amount of time."""
    said = say(f"span_{time.unit.replace(' ', '_')}", language, amount=time.amount)
    return said.removesuffix("s") if time.amount == 1 and language == "en" else said


def approvers(names: Iterable[str], language: str) -> str:
    """Who decides a step."""
    return ", ".join(
        say("approver_role", language, role=name.removeprefix("role:"))
        if name.startswith("role:")
        else say(f"approver_{name}", language)
        for name in names
    )


def need(asked: Literal["all", "any"] | int, language: str) -> str:
    """How many of the approvers are needed."""
    return str(asked) if isinstance(asked, int) else say(f"need_{asked}", language)


def proofs(kinds: Iterable[str], language: str) -> str:
    """What is asked as proof of work."""
    return ", ".join(say(f"proof_{kind}", language) for kind in kinds) or "-"


def covered(demand: Requirement, language: str) -> str:
    """The sentence of a service guarantee."""
    least = []
    if demand.min_people is not None:
        least.append(say("least_people", language, count=demand.min_people))
    if demand.min_share is not None:
        share = with_unit(float(demand.min_share), Kind.FLOAT, "share", reader_of(language))
        least.append(say("least_share", language, share=share))
    days = ", ".join(say(day, language) for day in WEEKDAYS if day in demand.days)
    times = {"start": clock(demand.start), "end": clock(demand.end)}
    per = say(f"per_{demand.per}", language)
    return say("covered", language, least=" + ".join(least), per=per, days=days, **times)
