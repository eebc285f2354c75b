"""Mutation of a policy: whether its worked cases would notice if something in it were wrong.

Each mutant (see ``mutants``) decides the cases of its version. One that decides every case as the policy does has
survived: either a case is missing, or the change means nothing, which a file of survivors says with its reason::

    [[survivors]]
    policy = "dinas-contoh"
    version = "2026.1"
    mutant = "rule evening, column 24: <= becomes <"
    reason = "nobody ends on that minute: plans go by quarters of an hour"
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import attrs

from mkd_core.errors import PolicyError, did_you_mean
from mkd_core.language import Vocabulary
from mkd_core.policy import Facts, History, Policy
from mkd_core.policy.document import Document
from mkd_core.policy.problems import raise_problems
from mkd_core.toml import toml_tables
from mkd_plugins.policies.mutants import Mutant, mutants
from mkd_plugins.policies.worked_cases import Case, facts_of, mended, policy_of, said


@attrs.frozen(kw_only=True)
class Survivor:
    """A change that no worked case notices, and why that is right, where somebody said so."""

    policy: str
    version: str
    mutant: str
    reason: str = ""


@attrs.frozen(kw_only=True)
class Verdict:
    """What became of one mutant: ``noticed`` names the case that came out otherwise, nothing where none did."""

    version: str
    mutant: str
    noticed: str = ""


@attrs.frozen(kw_only=True)
class Report:
    """All verdicts on a policy, measured against the survivors that were listed."""

    policy: str
    verdicts: tuple[Verdict, ...]
    listed: tuple[Survivor, ...] = ()

    @property
    def surviving(self) -> tuple[Survivor, ...]:
        """The survivors that nobody listed."""
        known = {(each.version, each.mutant) for each in self.listed}
        return tuple(
            Survivor(policy=self.policy, version=each.version, mutant=each.mutant)
            for each in self.verdicts
            if not each.noticed and (each.version, each.mutant) not in known
        )

    @property
    def outdated(self) -> tuple[Survivor, ...]:
        """What is listed as a survivor and is none: it is noticed now, or there is no such mutant any more."""
        alive = {(each.version, each.mutant) for each in self.verdicts if not each.noticed}
        return tuple(each for each in self.listed if (each.version, each.mutant) not in alive)

    def to_data(self) -> dict[str, object]:
        """The report as ``mkd policy test --json`` writes it."""
        return {
            "mutants": len(self.verdicts),
            "noticed": sum(bool(each.noticed) for each in self.verdicts),
            "surviving": [{"version": each.version, "mutant": each.mutant} for each in self.surviving],
            "outdated": [{"version": each.version, "mutant": each.mutant} for each in self.outdated],
        }


def mutate(history: History, cases: Sequence[Case]) -> Iterator[Verdict]:
    """The verdict on each mutant of every version, one after the other.

    Raises ``PolicyError`` for a case that comes out otherwise than it says: it would notice everything.
    """
    trials = [_Trial(history, case) for case in cases]
    for trial in trials:
        if any(trial.notices(trial.policy, mending=mending) for mending in (False, True)):
            message = "this case comes out otherwise than it says"
            raise PolicyError("MKD327", message, where=trial.case.where, mend="run mkd policy test first")
    for document in history.documents:
        for mutant in mutants(document, history.vocabulary):
            noticed = next(_noticing(mutant, history, trials), "")
            yield Verdict(version=document.version, mutant=mutant.label, noticed=noticed)


def count_mutants(history: History) -> int:
    """How many there are."""
    return sum(1 for document in history.documents for _ in mutants(document, history.vocabulary))


class _Trial:
    """A case made ready: its policy, its facts, and what it says."""

    def __init__(self, history: History, case: Case) -> None:
        self.case = case
        self.policy = policy_of(history, case)
        self.facts: Facts = facts_of(case, self.policy)
        self.base = history.base_on(case.on)
        self.mentions = {rule for key in ("failed", "undetermined") for rule in case.expected[key]}

    def notices(self, policy: Policy, *, mending: bool) -> bool:
        """Whether the case comes out otherwise under that policy."""
        assert self.policy.day is not None
        decision = policy.on(self.policy.day, self.policy.seasons).at(self.policy.moment).decide(self.facts)
        got = mended(decision) if mending else said(decision)
        return any(got[key] != value for key, value in self.case.expected.items() if key in got)


def _noticing(mutant: Mutant, history: History, trials: Iterable[_Trial]) -> Iterator[str]:
    """The cases that notice. What is quickly found out comes first: remedies are searched for at the end."""
    place = mutant.label.removeprefix("rule ").partition(":")[0].partition(",")[0]
    ordered = sorted(trials, key=lambda trial: place not in trial.mentions)
    try:
        ready = [(trial, policy) for trial, policy in _under(mutant, history, ordered)]
    except PolicyError:
        yield "the file is refused"
        return
    for mending, (trial, policy) in itertools.product((False, True), ready):
        if trial.notices(policy, mending=mending):
            yield trial.case.name


def _under(mutant: Mutant, history: History, trials: Iterable[_Trial]) -> Iterator[tuple[_Trial, Policy]]:
    """The cases that the mutant decides, each with its policy; decrees over a changed base are made anew."""
    document, vocabulary = mutant.document, history.vocabulary
    made: dict[tuple[str, str], Policy] = {}
    for trial in trials:
        version, base = trial.policy.version, trial.base
        if document.version not in (version, base.version):
            continue
        key = (version, base.version)
        if key not in made:
            made[key] = _made(document, version, base, history, vocabulary)
        yield trial, made[key]


def _made(changed: Document, version: str, base: Policy, history: History, vocabulary: Vocabulary) -> Policy:
    if changed.layer == "decree":
        return Policy.from_document(changed, base=base, vocabulary=vocabulary)
    mutated = Policy.from_document(changed, vocabulary=vocabulary)
    if version == changed.version:
        return mutated
    decree = next(each for each in history.documents if each.version == version)
    return Policy.from_document(decree, base=mutated, vocabulary=vocabulary)


def listed_survivors(folder: Traversable | Path) -> tuple[Survivor, ...]:
    """The survivors that ``survivors.toml`` beside a policy lists; none where there is no such file."""
    file = folder.joinpath("survivors.toml")
    return read_survivors(file) if file.is_file() else ()


def read_survivors(file: Traversable | Path) -> tuple[Survivor, ...]:
    """The survivors that a file lists. Raises ``PolicyError`` for one without a reason, and for unknown keys."""
    try:
        data: dict[str, Any] = toml_tables(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise PolicyError("MKD328", f"cannot be read: {error}", where=file.name) from None
    problems = [
        PolicyError("MKD328", f"unknown key {key}", where=file.name, mend=did_you_mean(key, ["survivors"]))
        for key in data.keys() - {"survivors"}
    ]
    survivors = []
    known = [field.name for field in attrs.fields(Survivor)]
    listed = data.get("survivors", [])
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        problems.append(PolicyError("MKD328", "expected a list [[survivors]]", where=file.name))
        listed = []
    for number, entry in enumerate(listed, start=1):
        where = f"{file.name}: survivor {number}"
        wrong = [(f"unknown key {key}", did_you_mean(key, known)) for key in entry.keys() - set(known)]
        wrong += [(f"the key {key} is missing", "add it") for key in known if not entry.get(key)]
        wrong += [(f"{key}: expected text", "") for key in known if not isinstance(entry.get(key, ""), str)]
        problems += [PolicyError("MKD328", message, where=where, mend=mend) for message, mend in wrong]
        if not wrong:
            survivors.append(Survivor(**entry))
    raise_problems(problems)
    return tuple(survivors)
