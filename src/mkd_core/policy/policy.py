"""A policy: one version of the rules, deciding for one moment and one day."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import attrs

from mkd_core.coverage import Requirement
from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.language import Parameter, Value, Vocabulary, Wording
from mkd_core.language.tree import Node
from mkd_core.policy.decision import Decision, Finding, FindingSource, GivenValue, Outcome
from mkd_core.policy.facts import VOCABULARY, Facts
from mkd_core.policy.problems import PolicyProblems, raise_problems
from mkd_core.policy.program import Program, Reading
from mkd_core.policy.terms import (
    Clock,
    Moment,
    NamedParameter,
    Overlay,
    Period,
    Proof,
    Refusal,
    Rule,
    Step,
)
from mkd_core.sources import Source

if TYPE_CHECKING:
    from mkd_core.policy.document import Document


@attrs.frozen(kw_only=True, eq=False)
class Policy:
    """One version of the rules; ``from_toml`` reads it, ``on`` and ``at`` give it for a day and for a moment.

    ``parameters`` are those of the day. Safe to share between threads; two policies are one only when they are the same
    object.
    """

    id: str
    version: str
    period: Period
    title: Wording
    layer: Literal["base", "decree"] = "base"
    initiation: Literal["request", "decree"] = "request"
    zone: str = "Asia/Jakarta"
    sources: Mapping[str, Source]
    parameters: Mapping[str, NamedParameter]
    overlays: tuple[Overlay, ...] = ()
    rules: tuple[Rule, ...]
    steps: tuple[Step, ...] = ()
    refusal: Refusal = attrs.field(factory=Refusal)
    clock: Clock = attrs.field(factory=Clock)
    proof: Proof = attrs.field(factory=Proof)
    coverage: tuple[Requirement, ...] = ()
    vocabulary: Vocabulary = attrs.field(default=VOCABULARY, repr=False)
    file: str = "policy"
    moment: Moment = "request"
    day: datetime.date | None = None
    seasons: frozenset[str] = frozenset()
    #: Decides one line of facts, for this policy's moment and day: ``policy.decide(facts) -> Decision``.
    decide: Callable[[Facts], Decision] = attrs.field(init=False, repr=False)
    #: ``policy.masks(facts) -> (failed, undetermined)``, bit *i* for rule *i* of ``rules``: for loops over many facts.
    masks: Callable[[Facts], tuple[int, int]] = attrs.field(init=False, repr=False)
    _base_parameters: Mapping[str, NamedParameter] = attrs.field(repr=False)
    _readings: dict[frozenset[str], Reading] = attrs.field(factory=dict, repr=False)
    _programs: dict[tuple[frozenset[str], Moment], Program] = attrs.field(factory=dict, repr=False)
    _overridden: dict[object, Policy] = attrs.field(factory=dict, repr=False)
    _program: Program = attrs.field(init=False, repr=False)

    @_base_parameters.default
    def _as_written(self) -> Mapping[str, NamedParameter]:
        return self.parameters

    def __attrs_post_init__(self) -> None:
        key = (self.seasons, self.moment)
        program = self._programs.get(key)
        if program is None:
            reading = self._readings.get(self.seasons)
            if reading is None:
                values = {name: each.parameter for name, each in self.parameters.items()}
                reading = Reading(self.rules, self.steps, self.vocabulary, values, self.file)
                self._readings[self.seasons] = reading
            program = self._programs[key] = Program(reading, self.rules, self.moment)
        object.__setattr__(self, "_program", program)
        decide, masks = program.bind(self, self._ready)
        object.__setattr__(self, "decide", decide)
        object.__setattr__(self, "masks", masks)

    @classmethod
    def from_toml(
        cls,
        text: str,
        *,
        file: str = "policy",
        base: Policy | None = None,
        vocabulary: Vocabulary = VOCABULARY,
    ) -> Policy:
        """The policy of a TOML text; ``file`` is how errors call it, ``base`` what a decree lies over.

        Raises ``PolicyError`` (several at once as ``PolicyProblems``) with file, rule, column and mend.
        """
        from mkd_core.policy.document import read_document

        document = read_document(text, file=file, base=base, vocabulary=vocabulary)
        return cls.from_document(document, base=base, vocabulary=vocabulary)

    @classmethod
    def from_document(
        cls, document: Document, *, base: Policy | None = None, vocabulary: Vocabulary = VOCABULARY
    ) -> Policy:
        """The policy of a file; a decree takes from ``base`` the parameters, sources and proof it does not state."""
        sources = dict(document.sources)
        parameters = dict(document.parameters)
        overlays: tuple[Overlay, ...] = document.overlays
        proof = document.proof
        if document.layer == "decree" and base is not None:
            sources = {**base.sources, **sources}
            stated = set(parameters)
            parameters = {**base._base_parameters, **parameters}
            overlays = (*(_without(overlay, stated) for overlay in base.overlays), *overlays)
            proof = proof or base.proof
        problems = list(_unknown_names(document, sources, parameters, overlays))
        try:
            policy = cls(
                id=document.id,
                version=document.version,
                period=document.period,
                title=document.title,
                layer=document.layer,
                initiation=document.initiation,
                zone=document.zone,
                sources=sources,
                parameters=parameters,
                overlays=overlays,
                rules=document.rules,
                steps=document.steps,
                refusal=document.refusal,
                clock=document.clock,
                proof=proof or Proof(),
                coverage=document.coverage,
                vocabulary=vocabulary,
                file=document.file,
            )
        except PolicyProblems as error:
            raise_problems([*problems, *error.problems])
            raise
        except PolicyError as error:
            raise_problems([*problems, error])
            raise
        raise_problems(problems)
        # Every season is compiled once now: a mistake shows when the file is read, not on a day in spring.
        for name in {overlay.name for overlay in overlays}:
            policy._for(day=None, names=[name])
        return policy

    @staticmethod
    def schema() -> dict[str, object]:
        """A JSON Schema of the policy file, for editors."""
        from mkd_core.policy.schema import policy_schema

        return policy_schema()

    def at(self, moment: Moment) -> Policy:
        """The same policy for another moment: ``request``, or ``vote`` with the rules on who approves."""
        if moment not in ("request", "vote"):
            raise PolicyError("MKD324", f"no moment is called {moment}", mend="request or vote")
        return self if moment == self.moment else attrs.evolve(self, moment=moment)

    def on(self, day: datetime.date, seasons: Collection[str] = (), *, dated: Collection[str] | None = None) -> Policy:
        """The policy with that day's parameters; ``seasons`` are those in which the day lies.

        ``dated`` names the dated overlays that hold, where they are not those of the day itself: a request of today may
        be for days under others. The day is the fact ``today`` of facts that do not say it. Raises ``PolicyError`` for
        a day on which this version is not in force.
        """
        if day not in self.period:
            raise PolicyError(
                "MKD322",
                f"version {self.version} is in force {self.period}, not on {day}",
                where=self.file,
                mend="choose the version of that day",
            )
        return self._for(day=day, names={*seasons, *(self.dated(day) if dated is None else dated)})

    def overriding(self, values: Mapping[str, NamedParameter], sources: Mapping[str, Source]) -> Policy:
        """The same version with those values in the place of its own, in every season; ``sources`` are those they cite.

        Kept, so that one set of values is compiled once. Raises ``PolicyError`` as reading a file with them does.
        """
        key = (*sorted(values.items()), *sorted(sources.items()))
        if key not in self._overridden:
            parameters = {**self._base_parameters, **values}
            self._overridden[key] = attrs.evolve(
                self,
                day=None,
                seasons=frozenset(),
                sources={**self.sources, **sources},
                parameters=parameters,
                overlays=tuple(_without(overlay, values) for overlay in self.overlays),
                base_parameters=parameters,
                readings={},
                programs={},
                overridden={},
            )
        made = self._overridden[key].at(self.moment)
        return made if self.day is None else made.on(self.day, self.seasons)

    @property
    def given(self) -> tuple[GivenValue, ...]:
        """The numbers that a unit was given in the place of the policy's own, by name."""
        return tuple(self._given(name) for name, each in sorted(self.parameters.items()) if each.scope is not None)

    def _given(self, name: str) -> GivenValue:
        parameter = self.parameters[name]
        source = self.sources[parameter.source or ""]
        return GivenValue(
            parameter=name,
            value=parameter.parameter.to_data(),
            scope=parameter.scope or "",
            source=FindingSource(title=source.title, article=parameter.article, read=source.read),
        )

    def dated(self, day: datetime.date) -> tuple[str, ...]:
        """The names of the dated overlays that hold on that day."""
        names = (each.name for each in self.overlays if each.period is not None and day in each.period)
        return tuple(dict.fromkeys(names))

    def _for(self, *, day: datetime.date | None, names: Collection[str]) -> Policy:
        applied = [overlay for overlay in self.overlays if overlay.name in names]
        parameters = dict(self._base_parameters)
        for overlay in applied:
            for name, value in overlay.parameters.items():
                parameters[name] = attrs.evolve(
                    parameters[name],
                    parameter=value,
                    source=overlay.source or parameters[name].source,
                    article=overlay.article if overlay.source else parameters[name].article,
                )
        return attrs.evolve(
            self, day=day, seasons=frozenset(overlay.name for overlay in applied), parameters=parameters
        )

    @property
    def reads(self) -> tuple[str, ...]:
        """The facts that the rules of this moment read, in the vocabulary's order."""
        return self._program.reads

    @property
    def refusing(self) -> int:
        """The mask of the moment's rules that refuse."""
        return self._program.refusing

    @property
    def grave(self) -> int:
        """The mask of the moment's rules that refuse or refer."""
        return self._program.grave

    @property
    def trees(self) -> tuple[tuple[int, Node], ...]:
        """The moment's rules as typed trees, each with its number in ``rules``."""
        return tuple(self._program.rules)

    def reads_of(self, rule: int) -> tuple[str, ...]:
        """The facts whose value that rule uses (outside ``known``), in order of appearance."""
        return self._program.reading.reads[rule]

    def mentions_of(self, rule: int) -> tuple[str, ...]:
        """All facts that the rule names, in order of appearance."""
        return self._program.reading.mentions[rule]

    @property
    def values(self) -> Mapping[str, Parameter]:
        """The day's parameters as functions compute with them."""
        return self._program.reading.parameters

    def route(self, facts: Facts) -> tuple[Step, ...]:
        """The steps that apply; one whose condition is undetermined is included."""
        whens = self._program.reading.whens
        if not whens:
            return self.steps
        values = self._ready(facts).values
        return tuple(step for step in self.steps if step.id not in whens or whens[step.id](values) is not False)

    def masks_reading(self, found: Mapping[str, str], arguments: Sequence[str]) -> Callable[..., tuple[int, int]]:
        """``masks`` for lines of another shape than ``Facts``, whose values were checked already.

        ``found`` gives for each fact the Python expression that takes its value, or ``None``, from the ``arguments``.
        Both become part of the function: the caller's own words, never input.
        """
        return self._program.masks_reading(found, arguments)

    def outcome(self, failed: int, undetermined: int) -> Outcome:
        """The gravest of the findings; an undetermined rule that could refuse or refer makes it at least refer."""
        if failed & self.refusing:
            return Outcome.REFUSE
        return Outcome.REFER if (failed | undetermined) & self.grave else Outcome.APPROVE

    def brief(self, failed: int, undetermined: int) -> dict[str, object]:
        """Outcome and rule ids only, as ``mkd decide --brief`` writes them."""
        return {
            "outcome": self.outcome(failed, undetermined).value,
            "failed": self.names_of(failed),
            "undetermined": self.names_of(undetermined),
        }

    def said(self, because: Wording) -> Wording:
        """The reason of a rule with the values of the day."""
        return self._program.reading.said(because)

    def names_of(self, mask: int) -> list[str]:
        """The ids of the rules in a mask, in the policy's order."""
        return [rule.id for number, rule in enumerate(self.rules) if mask >> number & 1]

    def findings(self, decision: Decision, *, everything: bool) -> tuple[Finding, ...]:
        """The findings behind a decision of this policy."""
        made = []
        for number, _ in self._program.rules:
            if decision.failed >> number & 1:
                made.append(self._finding(number, "failed", decision.facts))
            elif decision.undetermined >> number & 1:
                made.append(self._finding(number, "undetermined", decision.facts))
            elif everything:
                made.append(self._finding(number, "passed", decision.facts))
        return tuple(made)

    def _finding(self, number: int, status: Literal["passed", "failed", "undetermined"], facts: Facts) -> Finding:
        rule, reading = self.rules[number], self._program.reading
        known: dict[str, Value] = {}
        for name in reading.mentions[number]:
            value = facts[name]
            if value is not None:
                known[name] = self.vocabulary[name].show(value)
        missing = tuple(name for name in reading.reads[number] if facts[name] is None)
        source = self.sources[rule.source]
        return Finding(
            rule=rule.id,
            status=status,
            effect=rule.otherwise,
            because=reading.said(rule.because),
            source=FindingSource(title=source.title, article=rule.article, read=source.read),
            facts=known,
            missing=missing,
            reason="division by zero" if status == "undetermined" and not missing else None,
            origins={name: facts.origins[name] for name in reading.mentions[number] if name in facts.origins},
            given=tuple(
                self._given(name) for name in reading.parameters_of[number] if self.parameters[name].scope is not None
            ),
        )

    def _ready(self, facts: Facts) -> Facts:
        """The facts under this vocabulary, with the day where they do not say it."""
        if facts.vocabulary is not self.vocabulary:
            facts = facts.under(self.vocabulary)
        place = self.vocabulary.index.get("today")
        if self.day is None or place is None or not facts.gaps.mask >> place & 1:
            return facts
        values = (*facts.values[:place], self.day, *facts.values[place + 1 :])
        return Facts(self.vocabulary, values, facts.origins)


def _without(overlay: Overlay, names: Collection[str]) -> Overlay:
    kept = {name: value for name, value in overlay.parameters.items() if name not in names}
    return attrs.evolve(overlay, parameters=kept)


def _unknown_names(
    document: Document,
    sources: Mapping[str, Source],
    parameters: Mapping[str, NamedParameter],
    overlays: Collection[Overlay],
) -> Iterator[PolicyError]:
    """Sources cited and parameters overlaid that do not exist, once a decree has those of its base."""
    file = document.file
    cited = [(f"rule {rule.id}, source", rule.source) for rule in document.rules]
    cited += [(f"parameters, {name}, source", each.source) for name, each in parameters.items() if each.source]
    cited += [(f"overlay {each.name}, source", each.source) for each in overlays if each.source]
    cited += [(f"{place}, source", each.source) for place, each in document.procedure if each.source]
    for place, source in cited:
        if source not in sources:
            hint = did_you_mean(source, sources)
            yield PolicyError("MKD305", f"no source is called {source}", where=f"{file}: {place}", mend=hint)
    for overlay in overlays:
        for name, value in overlay.parameters.items():
            where = f"{file}: overlay {overlay.name}, parameters, {name}"
            if name not in parameters:
                hint = did_you_mean(name, parameters)
                yield PolicyError("MKD305", f"no parameter is called {name}", where=where, mend=hint)
                continue
            stated = parameters[name].parameter
            if (value.kind, value.is_list) != (stated.kind, stated.is_list):
                what = f"a list, each {stated.kind.value}" if stated.is_list else stated.kind.value
                yield PolicyError("MKD304", f"expected {what}, as in [parameters]", where=where)
