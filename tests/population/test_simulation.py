"""One population under two policies: each person is decided twice, and who gains and who loses adds up."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars
import pytest
from attrs import evolve

from mkd_core import AgreementService, InvalidInput, PolicyError
from mkd_core.policy import Facts, History
from mkd_plugins.identity.table import TableIdentity
from mkd_plugins.policies import load_policy, policy_history
from mkd_plugins.population import Everybody, FactsFile, Side, Template, simulate

ON = date(2023, 6, 20)
LATER = date(2025, 6, 2)
Service = Callable[..., AgreementService]

HEAD = """
[policy]
id = "{id}"
version = "1"
in_force = {{ from = 2023-01-01 }}
title = {{ id = "Uji", en = "Test" }}
[sources.ours]
title = "A default of ours"
kind = "ours"
"""
RULE = """
[[rules]]
id = "{id}"
require = '{require}'
otherwise = "{otherwise}"
because = {{ id = "{id}", en = "{id}" }}
source = "ours"
"""


def side(name: str, rules: Mapping[str, tuple[str, str]], on: date = ON) -> Side:
    """A policy of these rules (id → what they require and what follows otherwise)."""
    text = HEAD.format(id=name) + "".join(
        RULE.format(id=rule, require=require, otherwise=otherwise) for rule, (require, otherwise) in rules.items()
    )
    return Side.of(History.from_texts({f"{name}.toml": text}), on)


STRICT = {
    "box": ("applicant.talent_box in {7, 8, 9}", "refuse"),
    "rating": ('applicant.rating == "very_good"', "refer"),
}
LAX = {
    "box": ("applicant.talent_box >= 4", "refuse"),
    "punished": ('applicant.discipline != "serving"', "refuse"),
}
PEOPLE = [
    {"person": "a", "unit_key": "u1", "applicant": {"talent_box": 5, "rating": "very_good", "discipline": "none"}},
    {"person": "b", "unit_key": "u1", "applicant": {"talent_box": 9, "rating": "good", "discipline": "none"}},
    {"person": "c", "unit_key": "u2", "applicant": {"talent_box": 9, "rating": "very_good", "discipline": "serving"}},
    {"person": "d", "unit_key": "u2", "applicant": {"talent_box": 9, "rating": "very_good", "discipline": "none"}},
    {"person": "e", "unit_key": "u2", "applicant": {"talent_box": 2, "rating": "very_good", "discipline": "none"}},
    {"person": "f", "unit_key": "u3", "applicant": {"talent_box": 9, "rating": "very_good"}},
]


def lines_of(people: list[dict[str, Any]], path: Path) -> Path:
    path.write_text("\n".join(json.dumps(person) for person in people) + "\n", encoding="utf-8")
    return path


def parquet_of(people: list[dict[str, Any]], path: Path) -> Path:
    flat = [
        {
            **{name: value for name, value in person.items() if not isinstance(value, dict)},
            **{
                f"{space}.{leaf}": value
                for space, leaves in person.items()
                if isinstance(leaves, dict)
                for leaf, value in leaves.items()
            },
        }
        for person in people
    ]
    polars.DataFrame(flat, infer_schema_length=None).write_parquet(path)
    return path


WRITTEN = {"facts.jsonl": lines_of, "facts.parquet": parquet_of}


@pytest.mark.parametrize("name", WRITTEN)
def test_who_gains_and_who_loses_is_told_by_outcome_unit_and_rule(tmp_path: Path, name: str) -> None:
    """Six people of whom two gain, two lose and two stay where they are."""
    before, after = side("strict", STRICT), side("lax", LAX)
    out = tmp_path / "changes.jsonl"

    result = simulate(before, after, FactsFile(WRITTEN[name](PEOPLE, tmp_path / name)), out=out)

    assert (result.people, result.gain, result.lose, result.same) == (6, 2, 2, 2)
    assert {move: people for move, people in result.moves.items() if people} == {
        ("refuse", "approve"): 1,
        ("refer", "approve"): 1,
        ("approve", "refuse"): 1,
        ("approve", "refer"): 1,
        ("approve", "approve"): 1,
        ("refuse", "refuse"): 1,
    }
    assert [(rule.rule, rule.people, rule.alone, rule.undetermined) for rule in result.gaining] == [
        ("box", 1, 1, 0),
        ("rating", 1, 1, 0),
    ]
    assert [(rule.rule, rule.people, rule.alone, rule.undetermined) for rule in result.losing] == [
        ("punished", 2, 2, 1)
    ]
    assert [(unit.unit, unit.gain, unit.lose, unit.same) for unit in result.units] == [
        ("u1", 2, 0, 0),
        ("u2", 0, 1, 2),
        ("u3", 0, 1, 0),
    ]
    rows = {row["person"]: row for row in map(json.loads, out.read_text(encoding="utf-8").splitlines())}
    assert {person: (row["change"], row["before"], row["after"]) for person, row in rows.items()} == {
        "a": ("gain", "refuse", "approve"),
        "b": ("gain", "refer", "approve"),
        "c": ("lose", "approve", "refuse"),
        "f": ("lose", "approve", "refer"),
    }
    assert rows["a"]["before_rules"] == ["box"]
    assert rows["c"]["after_rules"] == ["sensitive"]
    assert result.to_data() == json.loads(json.dumps(result.to_data()))


def facts_of(service: AgreementService, template: Template | None) -> list[dict[str, Any]]:
    """Everybody's facts as a file of facts has them."""
    from mkd_plugins.population.roll import Roll

    roll, people, vocabulary = Roll(service, ON), [], policy_history("jabar-mkd").vocabulary
    for employee in roll:
        derived = template.facts(ON, season=None, hours=service.hours) if template else {}
        known = roll.known(employee)
        facts: Facts = roll.facts(known, vocabulary, derived)
        people.append({"person": employee.key, "unit_key": employee.unit, **facts.to_mapping()})
    return people


@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_of_the_same_facts_gives_the_same_as_identity(
    service: Service, two_days: Template, tmp_path: Path, name: str
) -> None:
    """One population, whether it comes person by person, as lines or as columns."""
    mkd = service()
    history = policy_history("jabar-mkd")
    before, after = Side.of(history, ON), Side.of(history, ON, version="2025.1")
    file = WRITTEN[name](facts_of(mkd, two_days), tmp_path / name)

    of_identity = simulate(before, after, Everybody(service=mkd, on=ON, template=two_days))

    assert simulate(before, after, FactsFile(file)) == of_identity
    assert of_identity.people == 239
    assert of_identity.lose > 0


def test_each_side_is_what_that_policy_decides(service: Service, two_days: Template, tmp_path: Path) -> None:
    """The totals of a side are those of deciding everybody by that policy alone."""
    people = facts_of(service(), two_days)
    history = policy_history("jabar-mkd")
    result = simulate(
        Side.of(history, ON), Side.of(history, LATER), FactsFile(lines_of(people, tmp_path / "facts.jsonl"))
    )
    for on, place in ((ON, 0), (LATER, 1)):
        policy = load_policy("jabar-mkd", on=on)
        outcomes = [
            policy.decide(
                Facts.from_mapping({name: v for name, v in person.items() if name not in ("person", "unit_key")})
            ).outcome.value
            for person in people
        ]
        for outcome in ("approve", "refer", "refuse"):
            total = sum(count for move, count in result.moves.items() if move[place] == outcome)
            assert total == outcomes.count(outcome)


def test_the_same_policy_twice_changes_nothing(service: Service, two_days: Template) -> None:
    """Nobody gains and nobody loses by what did not change."""
    history = policy_history("jabar-mkd")
    one = Side.of(history, ON)

    result = simulate(one, one, Everybody(service=service(), on=ON, template=two_days))

    assert (result.gain, result.lose, result.same) == (0, 0, 239)
    assert result.gaining == result.losing == ()


def test_without_a_plan_persons_are_compared(service: Service, shipped: TableIdentity) -> None:
    """Rules that read an agreement stay out of both sides."""
    before = side("strict", STRICT)
    after = side("lax", {**LAX, "days": ("agreement.remote_days <= 2", "refuse")})

    result = simulate(before, after, Everybody(service=service(), on=ON))

    assert "days" not in {rule.rule for rule in result.losing}
    assert result.gain > 0


def test_each_side_has_its_own_day(service: Service) -> None:
    """The day of a side is the fact `today` and chooses its parameters; people and facts are one population."""
    rules = {"day": ('today < date("2024-01-01")', "refuse")}
    before, after = side("same", rules, ON), side("same", rules, LATER)

    result = simulate(before, after, Everybody(service=service(), on=ON))

    assert (result.lose, result.same) == (239, 0)


def test_rows_that_are_not_valid_are_counted_and_not_decided(tmp_path: Path) -> None:
    """A value outside its range, a line that is no JSON and a fact that does not exist have no outcome."""
    bad = [{"person": "x", "unit_key": "u1", "applicant": {"talent_box": 12, "rating": "good", "discipline": "none"}}]
    before, after = side("strict", STRICT), side("lax", LAX)
    lines = lines_of(PEOPLE + bad, tmp_path / "facts.jsonl")
    with lines.open("a", encoding="utf-8") as file:
        file.write('not JSON\n\n{"applicant": {"talent": 5}}\n{"person": 7}\n')

    of_lines = simulate(before, after, FactsFile(lines))
    of_frame = simulate(before, after, FactsFile(parquet_of(PEOPLE + bad, tmp_path / "facts.parquet")))

    assert dict(of_lines.undecided) == {"MKD251": 2, "MKD254": 2}
    assert dict(of_lines.first) == {
        "MKD251": "line 7: applicant.talent_box: expected an integer from 1 to 9",
        "MKD254": "line 8: not JSON: Expecting value at character 1",
    }
    assert dict(of_frame.undecided) == {"MKD251": 1}
    assert (of_lines.gain, of_lines.lose) == (of_frame.gain, of_frame.lose) == (2, 2)


@pytest.mark.parametrize("name", WRITTEN)
def test_people_without_keys_are_told_by_their_row(tmp_path: Path, name: str) -> None:
    """A file of nothing but facts is a population, too; there are no units then."""
    nameless = [{"applicant": person["applicant"]} for person in PEOPLE]
    out = tmp_path / "changes.jsonl"

    result = simulate(
        side("strict", STRICT), side("lax", LAX), FactsFile(WRITTEN[name](nameless, tmp_path / name)), out=out
    )

    told = sorted(json.loads(line)["person"] for line in out.read_text(encoding="utf-8").splitlines())
    word = "line" if name.endswith("jsonl") else "row"
    assert told == [f"{word} {number}" for number in (1, 2, 3, 6)]
    assert result.units == ()


def test_a_frame_of_many_chunks_is_one_population(tmp_path: Path) -> None:
    """More rows than are decided at a time count as if they had been decided together."""
    path = tmp_path / "facts.parquet"
    parquet_of(PEOPLE, path)
    frame = polars.read_parquet(path)
    polars.concat([frame] * 20_000).write_parquet(path)

    result = simulate(side("strict", STRICT), side("lax", LAX), FactsFile(path))

    assert (result.people, result.gain, result.lose) == (120_000, 40_000, 40_000)


def test_memory_does_not_grow_with_the_population(service: Service, crowd: Callable[..., Any], tmp_path: Path) -> None:
    """Ten times the people take the same memory."""
    before, after = side("strict", STRICT), side("lax", LAX)

    def peak(size: int) -> int:
        everybody = Everybody(service=service(crowd(size)), on=ON)
        tracemalloc.start()
        result = simulate(before, after, everybody, out=tmp_path / f"{size}.csv")
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert result.people == size
        return highest

    peak(500)  # what is imported and compiled once

    few, many = peak(1_000), peak(10_000)

    assert many < 1.25 * few


def test_somebody_without_a_unit_leaves_the_others_compared(service: Service, shipped: TableIdentity) -> None:
    """One broken record is counted under its code."""
    from mkd_plugins.testing.fakes import FakeIdentity

    people = [person for person in shipped.people(ON) if person.active]
    people[3] = evolve(people[3], unit="9999")
    mkd = service(FakeIdentity(people=people, units=list(shipped.units(ON))))

    result = simulate(side("strict", STRICT), side("lax", LAX), Everybody(service=mkd, on=ON))

    assert dict(result.undecided) == {"MKD407": 1}
    assert result.people == 239


def test_a_version_is_taken_as_if_it_were_in_force() -> None:
    """What was decided in 2023 can be asked of the rules of 2025, and a draft of a day that has not come."""
    history = policy_history("jabar-mkd")

    assert Side.of(history, ON, version="2025.1").policy.version == "2025.1"
    assert Side.of(history, LATER).policy.version == "2025.1"
    with pytest.raises(PolicyError, match=r"MKD496.*did you mean 2023\.1"):
        Side.of(history, ON, version="2023.11")
    with pytest.raises(PolicyError, match="MKD320"):
        Side.of(history, date(1999, 1, 1))


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("nothing.jsonl", None, "MKD495"),
        ("nothing.parquet", None, "MKD495"),
        ("facts.parquet", b"no parquet at all", "MKD495"),
        ("facts.csv", b"a,b", "MKD492"),
    ],
)
def test_a_population_that_cannot_be_read_is_said_to_be_one(
    tmp_path: Path, name: str, content: bytes | None, code: str
) -> None:
    """No file, another kind of file, or one that is not what its name says."""
    if content is not None:
        (tmp_path / name).write_bytes(content)

    with pytest.raises(InvalidInput, match=code):
        simulate(side("strict", STRICT), side("lax", LAX), FactsFile(tmp_path / name))


def test_a_table_without_a_fact_is_another_table(tmp_path: Path) -> None:
    """Under both policies everybody would lack everything, and nothing would change."""
    path = tmp_path / "facts.parquet"
    polars.DataFrame({"nip": ["1"], "person": ["a"]}).write_parquet(path)

    with pytest.raises(InvalidInput, match=r"MKD257.*no column is named like a fact"):
        simulate(side("strict", STRICT), side("lax", LAX), FactsFile(path))


def test_a_column_that_is_no_fact_is_refused_before_anything_is_computed(tmp_path: Path) -> None:
    """A misspelt column would otherwise be a fact that everybody lacks."""
    path = tmp_path / "facts.parquet"
    polars.DataFrame({"applicant.talent_bx": [5]}).write_parquet(path)

    with pytest.raises(InvalidInput, match=r"MKD257.*talent_box"):
        simulate(side("strict", STRICT), side("lax", LAX), FactsFile(path))
