"""What changes under another policy: who gains, who loses, by unit and by the rule that decides it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import attrs

from mkd_core.language import Wording
from mkd_plugins.population.populations import Compared
from mkd_plugins.population.reasons import reasons
from mkd_plugins.population.side import Side
from mkd_plugins.population.verdict import GRAVITY, Verdict

if TYPE_CHECKING:
    from mkd_core.policy import Policy


@attrs.frozen(kw_only=True)
class Deciding:
    """A rule that makes people gain or lose.

    ``people``        whom it holds at the graver of the two outcomes, on the side where that is theirs.
    ``alone``         those whom no other rule holds there.
    ``undetermined``  those for whom it lacks a fact, rather than fails.
    """

    rule: str
    because: Wording
    people: int
    alone: int
    undetermined: int


@attrs.frozen(kw_only=True)
class UnitChange:
    """What changes within one unit, the units below not counted in."""

    unit: str
    gain: int
    lose: int
    same: int


@attrs.frozen(kw_only=True)
class Simulation:
    """What ``mkd simulate`` says.

    ``moves``    (outcome before, outcome after) → people, for all nine.
    ``gaining``  rules of the policy before that hold back who gains; ``losing`` rules of the one after that hold back
                 who loses. Most people first.
    ``units``    by key; none where the population does not say who belongs where.
    ``undecided``  code of an error → people; they are in ``people``. ``first`` says why of the first line of a file
                   that has that code.
    """

    before: Side
    after: Side
    people: int
    undecided: Mapping[str, int]
    first: Mapping[str, str]
    moves: Mapping[tuple[str, str], int]
    gaining: tuple[Deciding, ...]
    losing: tuple[Deciding, ...]
    units: tuple[UnitChange, ...]
    out: str = ""

    @property
    def gain(self) -> int:
        """How many have a better outcome after."""
        return self._moved(1)

    @property
    def lose(self) -> int:
        """How many have a graver outcome after."""
        return self._moved(-1)

    @property
    def same(self) -> int:
        """How many have the outcome that they had."""
        return self._moved(0)

    def _moved(self, way: int) -> int:
        return sum(
            people
            for (before, after), people in self.moves.items()
            if _sign(GRAVITY.index(before) - GRAVITY.index(after)) == way
        )

    def to_data(self) -> dict[str, Any]:
        """The comparison as plain JSON values."""
        return {
            "before": _side(self.before),
            "after": _side(self.after),
            "people": self.people,
            "undecided": dict(self.undecided),
            "first": dict(self.first),
            "gain": self.gain,
            "lose": self.lose,
            "same": self.same,
            "moves": [
                {"before": before, "after": after, "people": people} for (before, after), people in self.moves.items()
            ],
            "gaining": [attrs.asdict(rule, value_serializer=_wording) for rule in self.gaining],
            "losing": [attrs.asdict(rule, value_serializer=_wording) for rule in self.losing],
            "units": [attrs.asdict(unit) for unit in self.units],
            "out": self.out or None,
        }


def _side(side: Side) -> dict[str, str]:
    return {"id": side.policy.id, "version": side.policy.version, "on": side.on.isoformat()}


def _wording(instance: Any, attribute: Any, value: Any) -> Any:
    return {"id": value.id, "en": value.en} if isinstance(value, Wording) else value


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


class Comparison:
    """Counts people under two policies; what it keeps grows with units and rules, and not with people."""

    def __init__(self, before: Side, after: Side) -> None:
        self.before = before
        self.after = after
        self._moves = Counter[tuple[str, str]]()
        self._units: dict[str, Counter[int]] = {}
        self._undecided = Counter[str]()
        self._first: dict[str, str] = {}
        self._gaining = _Rules(before.policy)
        self._losing = _Rules(after.policy)

    def add(self, compared: Compared) -> None:
        """Count one person, or several of whom the same is true."""
        if compared.before is None or compared.after is None:
            self._undecided[compared.problem] += compared.people
            if compared.why:
                self._first.setdefault(compared.problem, compared.why)
            return
        way = _sign(compared.change)
        self._moves[compared.before.outcome, compared.after.outcome] += compared.people
        if compared.unit is not None:
            self._units.setdefault(compared.unit, Counter())[way] += compared.people
        if way > 0:
            self._gaining.add(compared.before, compared.people)
        elif way < 0:
            self._losing.add(compared.after, compared.people)

    def result(self, out: str = "") -> Simulation:
        """What was counted."""
        return Simulation(
            before=self.before,
            after=self.after,
            people=self._moves.total() + self._undecided.total(),
            undecided=dict(sorted(self._undecided.items())),
            first=dict(sorted(self._first.items())),
            moves={(before, after): self._moves[before, after] for before in GRAVITY for after in GRAVITY},
            gaining=self._gaining.result(),
            losing=self._losing.result(),
            units=tuple(
                UnitChange(unit=unit, gain=ways[1], lose=ways[-1], same=ways[0])
                for unit, ways in sorted(self._units.items())
            ),
            out=out,
        )


class _Rules:
    """How many people each rule of a policy holds back."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._people, self._alone, self._undetermined = Counter[int](), Counter[int](), Counter[int]()

    def add(self, verdict: Verdict, people: int) -> None:
        failed, undetermined = holding(self._policy, verdict)
        numbers = [number for number in range(len(self._policy.rules)) if (failed | undetermined) >> number & 1]
        for number in numbers:
            self._people[number] += people
            self._undetermined[number] += people if undetermined >> number & 1 else 0
        if len(numbers) == 1:
            self._alone[numbers[0]] += people

    def result(self) -> tuple[Deciding, ...]:
        because = reasons(self._policy)
        ordered: Iterable[tuple[int, int]] = sorted(self._people.items(), key=lambda item: (-item[1], item[0]))
        return tuple(
            Deciding(
                rule=self._policy.rules[number].id,
                because=because[self._policy.rules[number].id],
                people=people,
                alone=self._alone[number],
                undetermined=self._undetermined[number],
            )
            for number, people in ordered
        )


def holding(policy: Policy, verdict: Verdict) -> tuple[int, int]:
    """The masks of the failed and of the undetermined rules that hold somebody at this outcome."""
    if verdict.outcome == "refuse":
        return verdict.failed & policy.refusing, 0
    return verdict.failed & policy.grave, verdict.undetermined & policy.grave
