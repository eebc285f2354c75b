"""``[[assign]]``: what a unit is given stands in ``mkd.toml``, and what is wrong with it is said with its place."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from mkd_core.errors import PolicyError
from mkd_core.policy import Assignments
from mkd_plugins.config import Config
from mkd_plugins.deployment import policies_of
from mkd_plugins.deployment.assigning import assignments_of, unknown_units
from mkd_plugins.host import Host
from mkd_plugins.policies import policy_folder
from mkd_plugins.problems import ConfigProblem
from mkd_plugins.testing.fakes import small_agency

FROM_2026 = "in_force = { from = 2026-01-01, until = 2027-01-01 }\n"
KINDS = "law, circular, directive, agreement, press, ours"
DECREE = 'source = "Keputusan Kepala Dinas 1/2026"\n'


def config(*tables: str) -> Config:
    """A configuration with these tables ``[[assign]]``."""
    return Config.from_toml("\n".join(f"[[assign]]\n{table}" for table in tables), folder=Path())


def assignments(*tables: str) -> Assignments | None:
    with Host.load(config(*tables), no_plugins=True) as host:
        return assignments_of(host, policies_of(host))


def faults(*tables: str) -> dict[str, str]:
    """The place of each fault, and what is said of it."""
    with pytest.raises(ConfigProblem) as caught:
        config(*tables)
    return {fault.path: f"{fault.line} ({fault.hint})" for fault in caught.value.faults}


def refused(*tables: str) -> PolicyError:
    with pytest.raises(PolicyError) as caught:
        assignments(*tables)
    return caught.value


def test_a_unit_is_given_numbers_and_a_policy() -> None:
    """Bare values have the source of the table; a value with a table of its own may bring another."""
    made = assignments(
        f'unit = "health"\n{FROM_2026}{DECREE}article = "3"\npolicy = "jabar-mkd"\n[assign.parameters]\n'
        'max_remote_days = 1\nmax_absent_days = { value = 0, source = "SE 5/2026", kind = "circular", read = "full" }\n'
    )

    assert made is not None
    [given] = made
    own = given.parameters["max_absent_days"]
    assert (given.scope, given.article, given.source.title) == ("health", "3", "Keputusan Kepala Dinas 1/2026")
    assert given.policies is not None
    assert given.policies.id == "jabar-mkd"
    assert (given.parameters["max_remote_days"].parameter.value, given.parameters["max_remote_days"].source) == (
        1,
        None,
    )
    assert own.source is not None
    assert (own.parameter.value, own.source.title, own.source.read) == (0, "SE 5/2026", "full")
    assert [date(2026, 12, 31) in given.period, date(2027, 1, 1) in given.period] == [True, False]


def test_a_policy_may_be_a_file_of_the_deployment(tmp_path: Path) -> None:
    """A path begins where mkd.toml lies, as that of the deployment's own policy does."""
    shipped = policy_folder("jabar-mkd") / "2025.1.toml"
    (tmp_path / "own.toml").write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
    text = f'[[assign]]\nunit = "health"\n{FROM_2026}{DECREE}policy = "own.toml"\n'

    with Host.load(Config.from_toml(text, folder=tmp_path), no_plugins=True) as host:
        made = assignments_of(host, policies_of(host))

    assert made is not None
    assert [each.policies.versions for each in made if each.policies] == [("2025.1",)]


def test_without_tables_there_is_nothing() -> None:
    """A deployment of one agency pays nothing for what it does not use."""
    assert assignments() is None


def test_every_fault_of_a_table_is_named_with_its_place() -> None:
    """Several mistakes of two tables are told at once, each where it stands in the file."""
    found = faults(
        'unti = "health"\nin_force = { from = 2026-01-01, until = 2026-01-01 }\nsource = " "\n[assign.parameters]\n'
        "max_remote_days = []\nmax_absent_days = { valeu = 0 }\n",
        f'unit = "health"\n{DECREE}in_force = {{ form = 2026-01-01 }}\nkind = "rumour"\nparameters = 3\n',
    )

    assert found == {
        "assign[0].unti": "is not known here (did you mean unit?)",
        "assign[0].unit": "is missing ()",
        "assign[0].in_force": "until is the first day without it, so it lies after from ()",
        "assign[0].source": "must name the instrument that says so ()",
        "assign[0].parameters.max_remote_days": "expected a list with at least one value ()",
        "assign[0].parameters.max_absent_days.valeu": "is not known here (did you mean value?)",
        "assign[0].parameters.max_absent_days.value": "is missing ()",
        "assign[1].in_force": "must say from, and may say until ()",
        "assign[1].kind": f"must be one of {KINDS}, not text (did you mean ours?)",
        "assign[1].parameters": "must be a table, not a whole number ()",
    }


@pytest.mark.parametrize("table", ["[assign]\nunit = 'health'\n", "assign = 3\n"])
def test_one_bracket_is_not_enough(table: str) -> None:
    """A single table in the place of a list is told how to be written."""
    with pytest.raises(ConfigProblem) as caught:
        Config.from_toml(table, folder=Path())

    assert "write [[assign]], with two brackets" in str(caught.value.faults[0])


def test_a_table_that_gives_nothing_is_a_fault() -> None:
    """An assignment without policy and numbers is one that somebody forgot to finish."""
    assert faults(f'unit = "health"\n{FROM_2026}{DECREE}') == {
        "assign[0]": "gives the unit nothing (give it a policy, or parameters)"
    }


@pytest.mark.parametrize(
    ("given", "code", "where", "mend"),
    [
        ('policy = "jabar-mdk"\n', "MKD325", "mkd.toml: assign[0].policy", "did you mean jabar-mkd?"),
        (
            "parameters.max_remote_day = 1\n",
            "MKD305",
            "mkd.toml: assign[0].parameters.max_remote_day",
            "max_remote_days",
        ),
        ('parameters.max_remote_days = "1"\n', "MKD304", "mkd.toml: assign[0].parameters.max_remote_days", ""),
    ],
)
def test_what_the_policy_cannot_take_is_named_with_its_place(given: str, code: str, where: str, mend: str) -> None:
    """A policy nobody knows, a misspelt parameter, and a value of another type, each with the nearest right name."""
    error = refused(f'unit = "health"\n{FROM_2026}{DECREE}{given}')

    assert (error.code, error.where) == (code, where)
    assert mend in error.mend


def test_two_tables_of_one_unit_on_one_day_are_refused() -> None:
    """The error names the table that comes too early."""
    table = f'unit = "health"\n{FROM_2026}{DECREE}parameters.max_remote_days = 1\n'

    error = refused(table, table.replace("2026-01-01", "2026-12-31"))

    assert (error.code, error.where) == ("MKD350", "mkd.toml: assign[1]")


def test_units_that_nobody_knows_are_found() -> None:
    """Each is named with the nearest that identity has."""
    one = f'unit = "couter"\n{FROM_2026}{DECREE}parameters.max_remote_days = 1\n'
    other = f'unit = "planning"\n{FROM_2026}{DECREE}parameters.max_remote_days = 1\n'

    with Host.load(config(one, other), no_plugins=True) as host:
        found = list(unknown_units(host, [small_agency()], date(2026, 6, 1)))

    assert [str(fault) for fault in found] == [
        "assign[0].unit: no identity backend knows the unit 'couter' (did you mean counter?)"
    ]
