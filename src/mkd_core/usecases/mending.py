"""A remedy as a change of the plan: it is laid on the days, the facts are derived anew, and it must then approve."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import evolve, field, frozen

from mkd_core.agreements import Version, check_terms
from mkd_core.errors import InvalidInput
from mkd_core.events import Terms
from mkd_core.usecases.context import Context
from mkd_core.usecases.deciding import Decided, decide
from mkd_core.usecases.facts import plan_facts
from mkd_core.usecases.powers import Case, open_case
from mkd_core.usecases.replanning import LAID, Spare, lay

if TYPE_CHECKING:
    from mkd_core.policy import Change, Remedy

_MOST_ROUNDS = 8
"""A change of the days moves the hours, and the other way about: so often the remedy is asked for again."""


@frozen(kw_only=True)
class Mended:
    """What would make a request approvable.

    ``terms``    the changed plan and dates, which the policy approves; None where changing these does not do.
    ``changes``  what that changes in the facts, those that move along included.
    ``remedy``   the least change of facts, whether it can be laid on the plan or not.
    """

    terms: Terms | None
    changes: tuple[Change, ...] = ()
    remedy: Remedy = field(repr=False)

    def in_words(self, language: str) -> tuple[str, ...]:
        """A sentence for each change; where the plan cannot carry the remedy, the remedy itself."""
        from mkd_core.policy.saying import change_in_words

        if self.terms is None:
            return self.remedy.in_words(language)
        vocabulary = self.remedy.decision.policy.vocabulary
        return tuple(change_in_words(vocabulary[change.fact], change, language) for change in self.changes)


def mend(ctx: Context, agreement: str, *, by: str, at: datetime) -> Mended:
    """The least change of the plan that the policy approves, where there is one.

    Days too many away from the office become days at the office, at its standard hours, or days off where these are too
    many; hours are moved before they are cut, and days made longer evenly; the first and the last day are moved. What a
    plan cannot say (a target, a reason, where somebody lives) is left to the words of the remedy.
    """
    case = open_case(ctx, agreement, at=at, by=by)
    version = case.agreement.latest
    before = decide(ctx, case, version)
    remedy = before.decision.remedy()
    if before.verdict.outcome == "approve" or not LAID.intersection(change.fact for change in remedy.changes):
        return Mended(terms=None, remedy=remedy)
    spares: tuple[Spare, ...] = ("office", "off")
    for spare in spares:
        found = _replanned(ctx, case, version, before, spare)
        if found is not None:
            return Mended(terms=found, changes=_moved(ctx, case, version, found, before.verdict.season), remedy=remedy)
    return Mended(terms=None, remedy=remedy)


def _replanned(ctx: Context, case: Case, version: Version, before: Decided, spare: Spare) -> Terms | None:
    """Terms that are approved: each round lays on the first plan all that was asked for so far."""
    wanted: dict[str | None, dict[str, Any]] = {}
    decided, tried = before, [version.terms]
    for _ in range(_MOST_ROUNDS):
        remedy = decided.decision.remedy()
        if remedy.needed or remedy.unfixable or remedy.conflict:
            return None
        asked = wanted.setdefault(decided.verdict.season, {})
        for change in remedy.changes:
            if change.fact not in LAID:
                return None
            asked[change.fact] = change.proposed
        try:
            terms = lay(version.terms, wanted, on=case.organisation.on, hours=ctx.hours, spare=spare)
            check_terms(terms)
        except (InvalidInput, OverflowError):
            # Days that overlap, a period without an hour of work, an end after the last date there is.
            return None
        if terms in tried:
            return None
        tried.append(terms)
        decided = decide(ctx, case, evolve(version, terms=terms))
        if decided.verdict.outcome == "approve":
            return terms
    return None


def _moved(ctx: Context, case: Case, version: Version, terms: Terms, season: str | None) -> tuple[Change, ...]:
    """The facts of the plan that differ, in the vocabulary's order, as far as they are known before and after."""
    from mkd_core.policy import VOCABULARY, Change

    on, targets = case.organisation.on, version.targets
    present, proposed = (
        plan_facts(each, targets, on=on, season=season, hours=ctx.hours) for each in (version.terms, terms)
    )
    both = sorted(present.keys() & proposed.keys(), key=VOCABULARY.index.__getitem__)
    return tuple(
        Change(fact=name, present=present[name], proposed=proposed[name])
        for name in both
        if present[name] != proposed[name]
    )
