"""How long one remedy takes on the shipped packs: of every worked case that is not approved, and of random facts."""

from __future__ import annotations

import random
import statistics
from collections.abc import Callable, Iterator
from time import perf_counter

from benchmarks.measured import Limit, Row
from mkd_core.language import Fact, Kind, Value
from mkd_core.policy import Decision, Facts, Outcome, Policy
from mkd_plugins.policies import policy_folder, policy_history, shipped_ids
from mkd_plugins.policies.worked_cases import facts_of, policy_of, read_cases

PEERS: tuple[str, ...] = ()
FLOOR = 0.005
AIM = 0.001
LINES_A_POLICY = 60


def rows() -> Iterator[Row]:
    """The median and the slowest, of worked cases and of random facts."""
    cases, policies = _cases()
    times = sorted(_best_of(5, decision.remedy) for decision in cases)
    chance = sorted(_best_of(2, decision.remedy) for decision in _random(policies))
    yield _limit(f"one remedy on shipped packs, median of {len(times)} cases", statistics.median(times), judged=True)
    yield _limit("the slowest of these", times[-1])
    yield _limit(f"one remedy of random facts, median of {len(chance)}", statistics.median(chance), judged=True)
    yield _limit("the slowest of these", chance[-1])


def _limit(work: str, seconds: float, *, judged: bool = False) -> Limit:
    return Limit(work=work, value=seconds, unit="s", floor=FLOOR if judged else None, aim=AIM if judged else None)


def _cases() -> tuple[list[Decision], list[Policy]]:
    decisions: list[Decision] = []
    policies: dict[str, Policy] = {}
    for id in shipped_ids():
        history = policy_history(id)
        for case in read_cases(policy_folder(id)):
            policy = policy_of(history, case)
            policies.setdefault(f"{policy.id} {policy.version}", policy)
            decision = policy.decide(facts_of(case, policy))
            if decision.outcome is not Outcome.APPROVE:
                decisions.append(decision)
    return decisions, list(policies.values())


def _random(policies: list[Policy]) -> Iterator[Decision]:
    chance = random.Random(4)
    for policy in policies:
        for _ in range(LINES_A_POLICY):
            flat = {
                fact.name: fact.show(_any(fact, chance)) for fact in policy.vocabulary if fact.kind is not Kind.DATE
            }
            missing = dict.fromkeys(name for name in flat if chance.random() < 0.05)
            yield policy.decide(Facts.from_flat({**flat, **missing}, vocabulary=policy.vocabulary))


def _any(fact: Fact, chance: random.Random) -> Value:
    if fact.kind is Kind.YES_NO:
        return chance.random() < 0.5
    if fact.choices:
        return chance.choice(fact.choices)
    low, high = fact.low or 0, fact.high or 0
    return chance.uniform(low, high) if fact.kind is Kind.FLOAT else chance.randint(int(low), int(high))


def _best_of(times: int, work: Callable[[], object]) -> float:
    taken = []
    for _ in range(times):
        start = perf_counter()
        work()
        taken.append(perf_counter() - start)
    return min(taken)
