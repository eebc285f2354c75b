"""Which policy holds for a unit: that of the deployment, with what the unit and those above it are given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from mkd_core.errors import CommandRefused
from mkd_core.events import Given, Verdict
from mkd_core.usecases.context import Context, Policies
from mkd_core.usecases.directory import DirectoryAt

if TYPE_CHECKING:
    from mkd_core.policy import Assignment, Policy


@runtime_checkable
class Decrees(Protocol):
    """Policies that know of decrees, as a :class:`~mkd_core.policy.History` does."""

    def on(self, day: date) -> Policy:
        """The policy of that day: the decree's where one is in force, else the base's."""


def holding(ctx: Context, unit: str, organisation: DirectoryAt, on: date | None = None) -> tuple[Assignment, ...]:
    """What the unit and those above it are given on that day, as far as it reaches the unit; the nearest first.

    It is the organisation's own day unless another one is said.
    """
    if ctx.assignments is None:
        return ()
    return ctx.assignments.holding(tuple(organisation.upwards(unit)), on or organisation.on)


def policy_for(ctx: Context, on: date, held: Sequence[Assignment] = ()) -> Policy:
    """The policy that decides a request of that day where these assignments hold, the nearest first.

    Raises ``CommandRefused`` (MKD408) when the service was given no policies, ``PolicyError`` for a day without one.
    """
    return _given(_named(ctx, held).for_request(on), held)


def decree_for(ctx: Context, on: date, held: Sequence[Assignment] = ()) -> Policy | None:
    """The decree in force on that day that makes agreements by itself, where these assignments hold; None without one.

    Raises as :func:`policy_for`.
    """
    named = _named(ctx, held)
    if not isinstance(named, Decrees):
        return None
    policy = named.on(on)
    makes = policy.layer == "decree" and policy.initiation == "decree"
    return _given(policy, held) if makes else None


def _named(ctx: Context, held: Sequence[Assignment]) -> Policies:
    """The policies of the nearest unit that is given any, else those of the service."""
    if ctx.policies is None:
        raise CommandRefused("MKD408", "the service was given no policy to decide by", mend="give it policies=")
    return next((each.policies for each in held if each.policies is not None), ctx.policies)


def _given(policy: Policy, held: Sequence[Assignment]) -> Policy:
    if not held:
        return policy
    from mkd_core.policy.assignment import applied

    return applied(policy, held)


def policy_then(ctx: Context, verdict: Verdict) -> Policy:
    """The policy by which that decision is decided today: of its day, and with what its scopes are given.

    Raises as :func:`policy_for`.
    """
    held = ctx.assignments.holding(verdict.scopes, verdict.on) if ctx.assignments is not None else ()
    policy = policy_for(ctx, verdict.on, held)
    if verdict.version == policy.version:
        return policy
    decree = decree_for(ctx, verdict.on, held)
    return decree if decree is not None and verdict.version == decree.version else policy


def scope_of(policy: Policy, held: Sequence[Assignment]) -> tuple[tuple[str, ...], tuple[Given, ...]]:
    """What a verdict keeps of it: the units that were given something, and the values that came of it."""
    given = tuple(
        Given(parameter=each.parameter, value=each.value, scope=each.scope, source=each.source.title)
        for each in policy.given
    )
    return tuple(each.scope for each in held), given
