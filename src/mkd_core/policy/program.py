"""The rules of one moment under one set of parameters, compiled."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.language import ExpressionError, Parameter, Value, Vocabulary, Wording, parse
from mkd_core.language.function import Names, Values, compile_lines, compile_value, fast_lines, gap_lines
from mkd_core.language.tree import YES_NO, Node, mentions, reads
from mkd_core.language.tree import parameters as parameters_of
from mkd_core.policy.decision import Decision, Outcome
from mkd_core.policy.problems import raise_problems
from mkd_core.policy.saying import say_value

if TYPE_CHECKING:
    from mkd_core.policy.facts import Facts
    from mkd_core.policy.policy import Policy
    from mkd_core.policy.terms import Moment, Rule, Step

# Facts of whoever votes: a rule that reads one is decided at the vote only.
VOTE_SPACE = "approver."

Bound = tuple[Callable[["Facts"], Decision], Callable[["Facts"], tuple[int, int]]]
"""``decide`` and ``masks`` of one policy."""


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
        self.parameters_of = [parameters_of(tree) for tree in self.trees]
        self._said: dict[Wording, Wording] = {}

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
        """The wording with the values of the day, which are put in once."""
        if because not in self._said:
            self._said[because] = Wording(
                *(
                    re.sub(r"\{parameter\.([^{}]*)\}", self._value(lang), text)
                    for lang, text in (("id", because.id), ("en", because.en))
                )
            )
        return self._said[because]

    def _value(self, language: str) -> Callable[[re.Match[str]], str]:
        def value(found: re.Match[str]) -> str:
            parameter = self.parameters[found[1]]
            values = parameter.value if isinstance(parameter.value, tuple) else (parameter.value,)
            return ", ".join(say_value(each, parameter.kind, language) for each in values)

        return value


class Program:
    """The rules that belong to a moment, as functions."""

    def __init__(self, reading: Reading, rules: Sequence[Rule], moment: Moment) -> None:
        self.reading = reading
        self.rules = [
            (number, tree)
            for number, tree in enumerate(reading.trees)
            if moment == "vote" or not any(name.startswith(VOTE_SPACE) for name in reading.mentions[number])
        ]
        self.index = reading.vocabulary.index
        read = {name for number, _ in self.rules for name in reading.reads[number]}
        self.reads = tuple(sorted(read, key=self.index.__getitem__))
        # Where the day is asked for at all, the way for gaps fills it in.
        self.day = {"today"} & {name for number, _ in self.rules for name in reading.mentions[number]}
        self.needed = sum(1 << self.index[name] for name in read | self.day)
        self.refusing = sum(1 << number for number, _ in self.rules if rules[number].otherwise == "refuse")
        self.grave = sum(1 << number for number, _ in self.rules if rules[number].otherwise != "warn")
        self._bind = self._compiled(self._fast)
        self._bind_for_gaps: Callable[..., Bound] | None = None

    def bind(self, policy: Policy, ready: Callable[[Facts], Facts]) -> Bound:
        """``decide`` and ``masks`` of a policy; ``ready`` puts facts under its vocabulary and fills in its day."""
        return self._bind(policy, self.reading.vocabulary, _Late(self, policy, ready))

    def bind_for_gaps(self, policy: Policy, ready: Callable[[Facts], Facts]) -> Bound:
        """The same for facts with gaps or of another vocabulary; compiled when this is first called."""
        if self._bind_for_gaps is None:
            # Two threads may both compile it; either function is right.
            self._bind_for_gaps = self._compiled(self._for_gaps)
        return self._bind_for_gaps(policy, self.reading.vocabulary, ready)

    def masks_reading(self, found: Mapping[str, str], arguments: Sequence[str]) -> Callable[..., tuple[int, int]]:
        """``masks`` of other arguments, from which the expressions ``found`` take the facts."""
        names = Names()
        body = gap_lines(self.rules, self.reading.vocabulary, self.reading.parameters, names, found=found)
        head, end = f"def masks({', '.join(arguments)}):", "    return failed, undetermined"
        lines = [head, *(f"    {line}" for line in body), end]
        return compile_lines(lines, names.bound, "masks")

    def _compiled(self, write: Callable[[Names], list[str]]) -> Callable[..., Bound]:
        names = Names()
        lines = write(names)
        bound = {
            **names.bound,
            "Decision": Decision,
            "ZeroDivisionError": ZeroDivisionError,
            **{outcome.value: outcome for outcome in Outcome},
        }
        return compile_lines(lines, bound, "bind")

    def _fast(self, names: Names) -> list[str]:
        body = fast_lines(self.rules, self.reading.vocabulary, self.reading.parameters, names)
        # One look where a line lacks what the last one lacked, and nothing of that is read.
        guarded = [
            "        nonlocal complete",
            "        if facts.gaps is not complete:",
            "            gaps = facts.gaps",
            f"            if gaps.mask & {self.needed} or gaps.vocabulary is not vocabulary:",
            "                return late.decide(facts)",
            "            complete = gaps",
            "        v = facts.values",
            "        try:",
            *(f"            {line}" for line in body),
            "        except ZeroDivisionError:",
            "            return late.decide(facts)",
        ]
        return [
            "def bind(policy, vocabulary, late):",
            "    complete = None",
            "    def decide(facts):",
            *guarded,
            *self._made("0"),
            "    def masks(facts):",
            *(line.replace("late.decide", "late.masks") for line in guarded),
            "        return failed, 0",
            "    return decide, masks",
        ]

    def _for_gaps(self, names: Names) -> list[str]:
        days = [f" or facts.values[{self.index[name]}] is None" for name in self.day]
        body = gap_lines(self.rules, self.reading.vocabulary, self.reading.parameters, names)
        opened = [
            f"        if facts.gaps.vocabulary is not vocabulary{''.join(days)}:",
            "            facts = ready(facts)",
            "        v = facts.values",
            *(f"        {line}" for line in body),
        ]
        return [
            "def bind(policy, vocabulary, ready):",
            "    def decide(facts):",
            *opened,
            *self._made("undetermined"),
            "    def masks(facts):",
            *opened,
            "        return failed, undetermined",
            "    return decide, masks",
        ]

    def _made(self, undetermined: str) -> list[str]:
        """The decision, without the frame of a constructor: that would be a fifth of the whole cost."""
        grave = "failed" if undetermined == "0" else "(failed | undetermined)"
        return [
            "        decision = Decision()",
            "        decision.policy = policy",
            "        decision.facts = facts",
            "        decision.failed = failed",
            f"        decision.undetermined = {undetermined}",
            f"        if failed & {self.refusing}:",
            "            decision.outcome = refuse",
            f"        elif {grave} & {self.grave}:",
            "            decision.outcome = refer",
            "        else:",
            "            decision.outcome = approve",
            "        return decision",
        ]


class _Late:
    """The functions for gaps, there from the first gap on."""

    __slots__ = ("decide", "masks")

    decide: Callable[[Facts], Decision]
    masks: Callable[[Facts], tuple[int, int]]

    def __init__(self, program: Program, policy: Policy, ready: Callable[[Facts], Facts]) -> None:
        def compile() -> None:
            self.decide, self.masks = program.bind_for_gaps(policy, ready)

        def decide(facts: Facts) -> Decision:
            compile()
            return self.decide(facts)

        def masks(facts: Facts) -> tuple[int, int]:
            compile()
            return self.masks(facts)

        self.decide, self.masks = decide, masks
