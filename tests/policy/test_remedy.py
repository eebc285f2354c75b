"""A remedy is the least change with which nothing refuses or refers: exactly, and checked against trying everything."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mkd_core.language import Fact, Kind, Vocabulary, Wording
from mkd_core.policy import Facts, Outcome, Policy, Remedy

PLAIN = Wording("", "")
SMALL = Vocabulary(
    [
        Fact(name="w.fixed", kind=Kind.INTEGER, meaning=PLAIN, low=0, high=3),
        Fact(name="w.x", kind=Kind.INTEGER, meaning=PLAIN, low=-2, high=3, negotiable=True),
        Fact(name="w.y", kind=Kind.INTEGER, meaning=PLAIN, low=0, high=4, negotiable=True),
        Fact(name="w.p", kind=Kind.YES_NO, meaning=PLAIN, negotiable=True),
        Fact(name="w.f", kind=Kind.FLOAT, meaning=PLAIN, low=0, high=1, step=0.25, negotiable=True),
        Fact(name="w.c", kind=Kind.CHOICE, meaning=PLAIN, choices=("red", "green", "blue"), negotiable=True),
    ],
    invariants=["w.x < w.y", "not w.p or not known(w.fixed)"],
)
GRIDS: dict[str, list[Any]] = {
    "w.x": [-2, -1, 0, 1, 2, 3],
    "w.y": [0, 1, 2, 3, 4],
    "w.p": [False, True],
    "w.f": [0.0, 0.25, 0.5, 0.75, 1.0],
    "w.c": ["red", "green", "blue"],
}
HEAD = """
[policy]
id = "small"
version = "1"
in_force = { from = 2023-06-19 }
title = { id = "Uji", en = "Check" }
[sources.ours]
title = "A default of ours"
"""


def policy_of(rules: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> Policy:
    tables = [
        f"[[rules]]\nid = 'r{number}'\nrequire = '''{require}'''\notherwise = '{otherwise}'\n"
        f"because = {{ id = 'r', en = 'r' }}\nsource = 'ours'\n"
        for number, (require, otherwise) in enumerate(rules)
    ]
    return Policy.from_toml(HEAD + "".join(tables), vocabulary=vocabulary)


def remedy_of(rules: Sequence[tuple[str, str]], flat: dict[str, Any], vocabulary: Vocabulary) -> tuple[Remedy, Policy]:
    policy = policy_of(rules, vocabulary)
    return policy.decide(Facts.from_flat(flat, vocabulary=vocabulary)).remedy(), policy


def changes(remedy: Remedy) -> dict[str, Any]:
    return {change.fact: change.proposed for change in remedy.changes}


# The obvious search: every value of every fact, in the order that the definition gives.


def steps(name: str, present: Any, value: Any) -> int:
    if name == "w.c":
        return int(present != value)
    return math.ceil(abs(value - present) / (0.25 if name == "w.f" else 1))


class Obvious:
    def __init__(self, rules: Sequence[tuple[str, str]], flat: dict[str, Any]) -> None:
        self.flat = flat
        self.policy = policy_of(rules, SMALL)
        self.truths = policy_of([(text, "refuse") for text in SMALL.invariants], SMALL)
        self.held = [number for number in (0, 1) if self.passes(self.truths, number, flat)]
        grave = [number for number, (_, otherwise) in enumerate(rules) if otherwise != "warn"]
        decision = self.policy.decide(Facts.from_flat(flat, vocabulary=SMALL))
        found = {finding.rule: finding for finding in decision.all_findings}
        self.left_out = [n for n in grave if found[f"r{n}"].status == "undetermined" and found[f"r{n}"].missing]
        self.needed = dict.fromkeys(name for n in self.left_out for name in found[f"r{n}"].missing)
        self.wanted = [number for number in grave if number not in self.left_out]
        self.broken = [number for number in self.wanted if found[f"r{number}"].status != "passed"]
        self.unfixable = [number for number in self.broken if not any(self.satisfying([number]))]
        self.kept = [number for number in self.wanted if number not in self.unfixable]

    def passes(self, policy: Policy, number: int, flat: dict[str, Any]) -> bool:
        failed, undetermined = policy.masks(Facts.from_flat(flat, vocabulary=SMALL))
        return not (failed | undetermined) >> number & 1

    def satisfying(self, rules: Sequence[int]) -> Iterator[dict[str, Any]]:
        names = [name for name in GRIDS if self.flat.get(name) is not None]
        for values in itertools.product(*(dict.fromkeys([self.flat[name], *GRIDS[name]]) for name in names)):
            flat = {**self.flat, **dict(zip(names, values, strict=True))}
            facts = Facts.from_flat(flat, vocabulary=SMALL)
            bad = [sum(policy.masks(facts)) for policy in (self.policy, self.truths)]
            if not any(bad[0] >> n & 1 for n in rules) and not any(bad[1] >> n & 1 for n in self.held):
                yield flat

    def best(self) -> dict[str, Any] | None:
        def order(flat: dict[str, Any]) -> Any:
            changed = [name for name in GRIDS if flat.get(name) != self.flat.get(name)]
            values = [["red", "green", "blue"].index(flat[n]) if n == "w.c" else flat[n] for n in changed]
            distance = sum(steps(name, self.flat[name], flat[name]) for name in changed)
            return len(changed), distance, [list(GRIDS).index(name) for name in changed], values

        found = min(self.satisfying(self.kept), key=order, default=None)
        return (
            None if found is None else {name: found[name] for name in GRIDS if found.get(name) != self.flat.get(name)}
        )


ATOMS = [
    "w.x <= 0", "w.x + w.y >= 3", "w.x * w.y == 2", "w.y - w.x > 5", "w.p", "not w.p or w.f >= 0.5", "w.f == 0.75",
    'w.c == "blue"', 'w.c != "red"', "w.fixed > 1", "w.x == 7", "1 / w.x > 0.4", "w.y in {0, 4}", "w.p == (w.y > 2)",
    "w.f * 4 == w.y", "known(w.p)", "abs(w.x) == 2", "min(w.x, w.f) > 0", "w.x > 0 or w.fixed == 0",
    'w.y >= (3 if w.c == "green" else 1)',
]  # fmt: skip
RULES = st.lists(
    st.tuples(st.sampled_from(ATOMS), st.sampled_from(["refuse", "refer", "warn"])), min_size=1, max_size=4
)
FLAT = st.fixed_dictionaries(
    {
        "w.fixed": st.none() | st.integers(0, 3),
        "w.x": st.none() | st.integers(-2, 3),
        "w.y": st.integers(0, 4),
        "w.p": st.booleans(),
        "w.f": st.sampled_from([0.0, 0.3, 0.375, 0.75]),
        "w.c": st.none() | st.sampled_from(["red", "green", "blue"]),
    }
)


@settings(max_examples=60, deadline=None)
@given(rules=RULES, flat=FLAT)
def test_the_remedy_is_the_one_that_trying_everything_finds(rules: list[tuple[str, str]], flat: dict[str, Any]) -> None:
    """Fewest facts, fewest steps, the first facts, the lower value; also what is needed, unfixable or in conflict."""
    obvious = Obvious(rules, flat)
    best = obvious.best()

    remedy, policy = remedy_of(rules, flat, SMALL)

    assert remedy.complete
    assert tuple(obvious.needed) == remedy.needed
    assert tuple(f"r{number}" for number in obvious.unfixable) == remedy.unfixable
    if best is not None:
        assert best == changes(remedy)
        assert remedy.conflict == ()
    else:
        conflict = [int(rule[1:]) for rule in remedy.conflict]
        assert not any(obvious.satisfying(conflict))
        for smaller in itertools.combinations(obvious.kept, len(conflict) - 1):
            assert any(obvious.satisfying(smaller))
    mended = Facts.from_flat({**flat, **changes(remedy)}, vocabulary=SMALL)
    assert policy.decide(mended).outcome is remedy.outcome
    if best is not None and not obvious.unfixable and not obvious.left_out:
        assert remedy.outcome is Outcome.APPROVE


@settings(max_examples=40, deadline=None)
@given(rules=RULES, flat=FLAT)
def test_no_part_of_a_remedy_would_do(rules: list[tuple[str, str]], flat: dict[str, Any]) -> None:
    """Where a remedy approves, leaving out any of its changes does not."""
    remedy, policy = remedy_of(rules, flat, SMALL)
    if remedy.outcome is not Outcome.APPROVE:
        return

    for count in range(len(remedy.changes)):
        for some in itertools.combinations(changes(remedy).items(), count):
            facts = Facts.from_flat({**flat, **dict(some)}, vocabulary=SMALL)
            broken = policy_of([(text, "refuse") for text in SMALL.invariants], SMALL).masks(facts)
            assert policy.decide(facts).outcome is not Outcome.APPROVE or any(broken)


def mkd(rules: Sequence[tuple[str, str]], **agreement: object) -> Remedy:
    policy = policy_of(rules, Facts.from_mapping({}).vocabulary)
    return policy.decide(Facts.from_mapping({"agreement": agreement})).remedy()


def test_two_rules_that_pull_apart_are_a_conflict() -> None:
    """Rules satisfiable one by one but not together are named together, the others are left out."""
    remedy = mkd(
        [
            ("agreement.weekly_minutes >= 2250", "refuse"),
            ("agreement.weekly_minutes <= 2000", "refuse"),
            ("agreement.notice_days >= 14", "refer"),
        ],
        weekly_minutes=2100,
        notice_days=3,
    )

    assert remedy.conflict == ("r0", "r1")
    assert remedy.unfixable == ()
    assert changes(remedy) == {"agreement.notice_days": 14}
    assert remedy.outcome is Outcome.REFUSE


def test_an_earlier_end_does_not_pass_the_start() -> None:
    """What held between facts holds after the change: the start stays before the end."""
    rules = [('agreement.latest_end <= time("08:00")', "refuse")]

    assert changes(mkd(rules, earliest_start="10:00", latest_end="18:00")) == {
        "agreement.earliest_start": "07:59",
        "agreement.latest_end": "08:00",
    }
    assert changes(mkd(rules, latest_end="18:00")) == {"agreement.latest_end": "08:00"}


def test_large_grids_are_searched_exactly() -> None:
    """Ranges of thousands of values, steps of hundredths and a product of two facts are within the trials."""
    remedy = mkd(
        [
            ("agreement.weight_total == 100", "refuse"),
            ("agreement.weekly_minutes * agreement.output_targets >= 9000", "refuse"),
            ('time("07:00") <= agreement.earliest_start <= time("09:00")', "refer"),
        ],
        weight_total=99.995,
        weekly_minutes=2250,
        output_targets=3,
        earliest_start="12:34",
    )

    assert remedy.complete
    assert changes(remedy) == {
        "agreement.weight_total": 100.0,
        "agreement.output_targets": 4,
        "agreement.earliest_start": "09:00",
    }
    assert remedy.outcome is Outcome.APPROVE


def test_a_search_without_end_stops_and_says_so() -> None:
    """Beyond the counted trials the remedy is not complete, and nothing is called unfixable."""
    remedy = mkd(
        [
            ("agreement.weekly_minutes * agreement.duration_days == 7 * agreement.weekly_minutes * 1001 + 1", "refuse"),
            ("agreement.notice_days == 5000", "refuse"),
        ],
        weekly_minutes=1000,
        duration_days=10,
        notice_days=1,
    )

    assert not remedy.complete
    assert remedy.unfixable == ()
    assert remedy.conflict == ()
    assert remedy.outcome is Outcome.REFUSE


def test_a_missing_fact_is_needed_and_never_invented() -> None:
    """A negotiable fact that is missing is asked for; its rule waits, the others are mended."""
    remedy = mkd(
        [
            ("agreement.remote_days + agreement.notice_days <= 4", "refuse"),
            ("agreement.output_targets >= 1", "refuse"),
        ],
        notice_days=9,
        output_targets=0,
    )

    assert remedy.needed == ("agreement.remote_days",)
    assert changes(remedy) == {"agreement.output_targets": 1}
    assert remedy.outcome is Outcome.REFER


def test_a_division_by_zero_is_mended_too() -> None:
    """A rule that only a division by zero keeps open is one to satisfy, as nothing about it is missing."""
    remedy = mkd(
        [("agreement.output_targets / agreement.outcome_targets >= 1", "refer")], output_targets=2, outcome_targets=0
    )

    assert changes(remedy) == {"agreement.outcome_targets": 1}
    assert remedy.outcome is Outcome.APPROVE


@pytest.mark.parametrize("today", [date(2023, 7, 1), None])
def test_what_the_applicant_cannot_change_is_unfixable(today: date | None) -> None:
    """A rule on facts that are not negotiable is named, and everything else is mended all the same."""
    policy = policy_of(
        [('applicant.discipline == "none"', "refuse"), ("agreement.remote_days <= 4", "refuse")],
        Facts.from_mapping({}).vocabulary,
    )
    facts = Facts.from_mapping(
        {"today": today, "applicant": {"discipline": "serving"}, "agreement": {"remote_days": 5}}
    )

    assert policy.decide(facts).remedy().to_data() == {
        "changes": [{"fact": "agreement.remote_days", "from": 5, "to": 4}],
        "needed": [],
        "unfixable": ["r0"],
        "conflict": [],
        "outcome": "refuse",
        "complete": True,
    }


def test_a_failed_rule_that_waits_for_a_fact_is_no_lost_cause() -> None:
    """Where only a missing fact keeps a failed rule from passing, the fact is needed; nothing is called unfixable."""
    rules = [('agreement.remote_days <= 2 and applicant.rating in {"good", "very_good"}', "refuse")]

    remedy = mkd(rules, remote_days=5)

    assert remedy.needed == ("applicant.rating",)
    assert remedy.unfixable == ()
    assert remedy.changes == ()


def test_a_date_nobody_knows_may_be_any_date() -> None:
    """A missing date could satisfy a rule, so the rule waits for it; one that no date could satisfy is unfixable."""
    rules = [
        ('today >= date("2026-01-01") and agreement.remote_days <= 2', "refuse"),
        ('today >= date("2026-01-01") and applicant.absent_days == 0', "refuse"),
    ]
    policy = policy_of(rules, Facts.from_mapping({}).vocabulary)
    facts = Facts.from_mapping({"applicant": {"absent_days": 3}, "agreement": {"remote_days": 5}})

    remedy = policy.decide(facts).remedy()

    assert remedy.needed == ("today",)
    assert remedy.unfixable == ("r1",)


def test_a_remedy_is_said_in_both_languages() -> None:
    """People read what to change, from what and to what, with times and numbers as they write them."""
    remedy = mkd(
        [
            ("agreement.remote_days <= 4", "refuse"),
            ('agreement.earliest_start <= time("09:00")', "refuse"),
            ("agreement.weight_total == 99.5", "refer"),
            ("not agreement.outside_region", "refuse"),
            ("agreement.duration_days >= 30", "refuse"),
        ],
        remote_days=5,
        earliest_start="12:34",
        weight_total=100,
        outside_region=True,
        duration_days=10,
    )

    assert remedy.in_words("en") == (
        "Change days away from the office, most in any week, from 5 to 4",
        "Change earliest start from 12:34 to 09:00",
        "Change works outside the region from yes to no",
        "Change length of the agreement from 10 to 30 days",
        "Change sum of the targets' weights from 100 to 99.5",
    )
    assert remedy.in_words("id") == (
        "Kurangi hari di luar kantor, terbanyak dalam satu pekan, dari 5 menjadi 4",
        "Ubah jam mulai paling awal dari 12:34 menjadi 09:00",
        "Ubah bekerja di luar wilayah dari ya menjadi tidak",
        "Tambah lama perjanjian dari 10 menjadi 30 hari",
        "Kurangi jumlah bobot target dari 100 menjadi 99,5",
    )


def test_what_stands_in_the_way_is_said_too() -> None:
    """A missing fact, a rule that nothing satisfies and a conflict each have a sentence that names the rule."""
    remedy = mkd(
        [
            ("agreement.weekly_minutes >= 2250", "refuse"),
            ("agreement.weekly_minutes <= 2000", "refuse"),
            ("unit.direct_service", "refer"),
            ("agreement.remote_days > 7", "refer"),
        ],
        weekly_minutes=2100,
        remote_days=7,
    )

    assert remedy.in_words("en") == (
        "First make known: the unit serves the public face to face (unit.direct_service)",
        "No change of the agreement satisfies: r (r3)",
        "Cannot be satisfied together: r (r0); r (r1)",
    )
    assert remedy.in_words("id") == (
        "Lengkapi dahulu: unit melayani masyarakat secara tatap muka (unit.direct_service)",
        "Tidak dapat dipenuhi dengan mengubah perjanjian: r (r3)",
        "Tidak dapat dipenuhi bersama-sama: r (r0); r (r1)",
    )
