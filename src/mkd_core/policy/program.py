"""The rules of one moment under one set of parameters, compiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.language import ExpressionError, Kind, Parameter, Value, Vocabulary, Wording, parse, show_time
from mkd_core.language.function import Names, Values, compile_lines, compile_masks, compile_value, fast_lines
from mkd_core.language.tree import YES_NO, Node, mentions, reads
from mkd_core.policy.decision import Decision
from mkd_core.policy.problems import raise_problems

if TYPE_CHECKING:
    from mkd_core.policy.facts import Facts
    from mkd_core.policy.policy import Policy
    from mkd_core.policy.terms import Moment, Rule, Step

# Facts of whoever votes: a rule that reads one is decided at the vote only.
VOTE_SPACE = "approver."

MOST_PATTERNS = 64


class Reading:
    """The rules and conditions of a policy under one set of parameters, read into trees."""

    def __init__(
        self,
        rules: Sequence[Rule],
        steps: Sequence[Step],
        vocabulary: Vocabulary,
        parameters: Mapping[str, Parameter],
        file: str,
    ) -> None:
        problems: list[PolicyError] = []
        self.vocabulary = vocabulary
        self.parameters = parameters
        self.trees: list[Node] = []
        self.whens: dict[str, Callable[[Values], Value | None]] = {}
        for rule in rules:
            try:
                self.trees.append(parse(rule.require, vocabulary, parameters, expect=YES_NO))
            except ExpressionError as error:
                problems.append(error.at(f"{file}: rule {rule.id}, require"))
            problems += self.unknown_in(rule.because, f"{file}: rule {rule.id}, because")
        for step in steps:
            if step.when is None:
                continue
            try:
                tree = parse(step.when, vocabulary, parameters, expect=YES_NO)
                self.whens[step.id] = compile_value(tree, vocabulary, parameters)
            except ExpressionError as error:
                problems.append(error.at(f"{file}: route {step.id}, when"))
        raise_problems(problems)
        self.reads = [reads(tree) for tree in self.trees]
        self.mentions = [mentions(tree) for tree in self.trees]

    def unknown_in(self, because: Wording, where: str) -> list[PolicyError]:
        problems = []
        for language, text in (("id", because.id), ("en", because.en)):
            for name in re.findall(r"\{([^{}]*)\}", text):
                leaf = name.removeprefix("parameter.")
                if leaf == name or leaf not in self.parameters:
                    known = [f"parameter.{each}" for each in self.parameters]
                    problems.append(
                        PolicyError(
                            "MKD305",
                            f"{{{name}}} is not a parameter",
                            where=f"{where}.{language}",
                            mend=did_you_mean(name, known),
                        )
                    )
        return problems

    def said(self, because: Wording) -> Wording:
        """The wording with the values of the day."""
        return Wording(
            *(
                re.sub(r"\{parameter\.([^{}]*)\}", self._value(lang), text)
                for lang, text in (("id", because.id), ("en", because.en))
            )
        )

    def _value(self, language: str) -> Callable[[re.Match[str]], str]:
        def value(found: re.Match[str]) -> str:
            parameter = self.parameters[found[1]]
            values = parameter.value if isinstance(parameter.value, tuple) else (parameter.value,)
            return ", ".join(_say(each, parameter.kind, language) for each in values)

        return value


def _say(value: Value, kind: Kind, language: str) -> str:
    if isinstance(value, bool):
        words = {"id": ("tidak", "ya"), "en": ("no", "yes")}[language]
        return words[value]
    if kind is Kind.TIME and isinstance(value, int):
        return show_time(value)
    if isinstance(value, float):
        text = f"{value:.10g}"
        return text.replace(".", ",") if language == "id" else text
    return str(value)


class Program:
    """The rules that belong to a moment, as functions; those for gaps are compiled when first needed."""

    def __init__(self, reading: Reading, rules: Sequence[Rule], moment: Moment) -> None:
        self.reading = reading
        self.rules = [
            (number, tree)
            for number, tree in enumerate(reading.trees)
            if moment == "vote" or not any(name.startswith(VOTE_SPACE) for name in reading.mentions[number])
        ]
        index = reading.vocabulary.index
        read = {name for number, _ in self.rules for name in reading.reads[number]}
        self.reads = tuple(sorted(read, key=index.__getitem__))
        # Where the day is asked for at all, the slow way fills it in.
        day = {"today"} & {name for number, _ in self.rules for name in reading.mentions[number]}
        self.needed = sum(1 << index[name] for name in read | day)
        self.refusing = sum(1 << number for number, _ in self.rules if rules[number].otherwise == "refuse")
        self.grave = sum(1 << number for number, _ in self.rules if rules[number].otherwise != "warn")
        self._masks: Callable[[Values], tuple[int, int]] | None = None
        self._masks_by_gaps: dict[int, Callable[[Values], tuple[int, int]]] = {}
        names = Names()
        body = fast_lines(self.rules, reading.vocabulary, reading.parameters, names)
        guarded = [
            f"        if facts.missing & {self.needed} or facts.vocabulary is not vocabulary:",
            "            return slow(policy, facts)",
            "        v = facts.values",
            "        try:",
            *(f"            {line}" for line in body),
            "        except ZeroDivisionError:",
            "            return slow(policy, facts)",
        ]
        lines = [
            "def bind(policy, vocabulary, slow, slow_masks):",
            "    def decide(facts):",
            *guarded,
            # As Decision.made(policy, facts, failed, 0), without its frame: a fifth of the whole cost.
            "        decision = Decision()",
            "        decision.policy = policy",
            "        decision.facts = facts",
            "        decision.failed = failed",
            "        decision.undetermined = 0",
            "        return decision",
            "    def masks(facts):",
            *(line.replace("slow(", "slow_masks(") for line in guarded),
            "        return failed, 0",
            "    return decide, masks",
        ]
        bound = {**names.bound, "Decision": Decision, "ZeroDivisionError": ZeroDivisionError}
        self._bind = compile_lines(lines, bound, "bind")

    def bind(
        self,
        policy: Policy,
        slow: Callable[[Policy, Facts], Decision],
        slow_masks: Callable[[Policy, Facts], tuple[int, int]],
    ) -> tuple[Callable[[Facts], Decision], Callable[[Facts], tuple[int, int]]]:
        """``decide`` and ``masks`` of a policy; the slow ones are for gaps, and for facts of another vocabulary."""
        made: tuple[Callable[[Facts], Decision], Callable[[Facts], tuple[int, int]]]
        made = self._bind(policy, self.reading.vocabulary, slow, slow_masks)
        return made

    def masks_of(self, facts: Facts) -> tuple[int, int]:
        """``(failed, undetermined)`` by Kleene's logic."""
        gaps = facts.missing & self.needed
        function = self._masks_by_gaps.get(gaps) or self._for_gaps(gaps)
        try:
            return function(facts.values)
        except ZeroDivisionError:
            return self._general()(facts.values)

    def _for_gaps(self, gaps: int) -> Callable[[Values], tuple[int, int]]:
        """The function for facts that lack the same; a population has few such patterns, the rest shares one."""
        if len(self._masks_by_gaps) >= MOST_PATTERNS:
            return self._general()
        reading = self.reading
        missing = {fact.name for place, fact in enumerate(reading.vocabulary) if gaps >> place & 1}
        function = compile_masks(self.rules, reading.vocabulary, reading.parameters, missing=missing)
        self._masks_by_gaps[gaps] = function
        return function

    def _general(self) -> Callable[[Values], tuple[int, int]]:
        if self._masks is None:
            # Two threads may both compile it; either function is right.
            self._masks = compile_masks(self.rules, self.reading.vocabulary, self.reading.parameters)
        return self._masks
