"""The pay schemes that ship: their worked cases, and how they are found."""

import tomllib
from datetime import date
from decimal import Decimal
from importlib.resources import files

import pytest

from mkd_core.errors import PolicyError
from mkd_plugins.policies.schemes import load_scheme, scheme_history, shipped_ids
from mkd_plugins.provider import RulePack

TRK = files("mkd_plugins") / "packs" / "jabar-trk"
CASES = tomllib.loads((TRK / "2020.1.cases.toml").read_text(encoding="utf-8"))["cases"]
IN_2026 = date(2026, 6, 30)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_worked_cases_of_the_west_java_allowance(case):
    """Each case gives the quantities that were worked by hand, and names what it could not know."""
    statement = load_scheme("jabar-trk", on=IN_2026).apply(
        {f"period.{name}": value for name, value in case["facts"].items()}
    )

    assert {line.id: line.quantity for line in statement.lines} == {
        name: Decimal(quantity) for name, quantity in case["lines"].items()
    }
    assert {problem.line: list(problem.missing) for problem in statement.problems} == case.get("missing", {})


def test_the_cases_reach_every_line_and_every_problem():
    """No line of the scheme ships without a case that draws it and one that cannot."""
    rows = {row.id for row in load_scheme("jabar-trk", on=IN_2026).rows}

    assert len(CASES) >= 10
    assert rows == {name for case in CASES for name in case["lines"]}
    assert rows == {name for case in CASES for name in case.get("missing", {})}


def test_what_no_source_supports_is_marked_as_ours():
    """The numbers come from what was read, the proportion below the minimum from nobody but this pack."""
    scheme = load_scheme("jabar-trk", on=IN_2026)

    assert {row.id: row.source.read for row in scheme.rows} == {
        "validated-minutes": "press",
        "absent-days": "excerpt",
        "negative-activities": "excerpt",
        "minimum-reached": "ours",
    }
    assert "full" not in {source.read for source in scheme.sources.values()}


def test_before_the_scheme_there_was_none():
    """A period before 2020 has no such allowance, and the error says when it started."""
    with pytest.raises(PolicyError, match=r"2020\.1 starts on 2020-01-01"):
        load_scheme("jabar-trk", on=date(2019, 12, 31))


def test_the_schemes_that_ship_are_known():
    """Packs without a scheme are not among them."""
    assert shipped_ids() == ("jabar-trk",)


def test_a_misspelt_scheme_is_helped():
    """The error offers the nearest id."""
    with pytest.raises(PolicyError, match="did you mean jabar-trk") as caught:
        load_scheme("jabar-trx", on=IN_2026)

    assert caught.value.code == "MKD386"


def test_a_deployment_brings_its_own_file(tmp_path):
    """A path is one version, read like the ones that ship."""
    own = tmp_path / "own.toml"
    own.write_text((TRK / "2020.1.toml").read_text(encoding="utf-8").replace("jabar-trk", "own"), encoding="utf-8")

    assert load_scheme(own, on=IN_2026).name == "own 2020.1"
    assert scheme_history(str(own)).on(IN_2026).name == "own 2020.1"


def test_a_folder_is_a_history(tmp_path):
    """A deployment keeps the versions of its scheme side by side; what else lies beside them is no scheme."""
    first = (TRK / "2020.1.toml").read_text(encoding="utf-8").replace("jabar-trk", "own")
    (tmp_path / "1.toml").write_text(
        first.replace("from = 2020-01-01", "from = 2020-01-01, until = 2025-01-01"), encoding="utf-8"
    )
    (tmp_path / "2.toml").write_text(
        first.replace("2020.1", "2025.1").replace("from = 2020-01-01", "from = 2025-01-01"), encoding="utf-8"
    )
    (tmp_path / "1.cases.toml").write_text("[[cases]]\n", encoding="utf-8")
    (tmp_path / "rules.toml").write_text('[policy]\nid = "own"\n', encoding="utf-8")

    assert [load_scheme(tmp_path, on=day).version for day in (date(2024, 12, 31), IN_2026)] == ["2020.1", "2025.1"]


def test_a_plugin_brings_its_pack(tmp_path):
    """A pack of a plugin is found by its id, before one that ships."""
    text = (TRK / "2020.1.toml").read_text(encoding="utf-8").replace('version = "2020.1"', 'version = "acme"')
    (tmp_path / "1.toml").write_text(text, encoding="utf-8")
    pack = RulePack(id="jabar-trk", folder=tmp_path)

    assert load_scheme("jabar-trk", IN_2026, packs=[pack]).version == "acme"


@pytest.mark.parametrize("name", ["jabar-mkd", "../packs", "nowhere/"])
def test_what_holds_no_scheme_is_no_scheme(name):
    """A pack of policies pays nobody, and an id is no way out of the packs."""
    with pytest.raises(PolicyError) as caught:
        load_scheme(name, on=IN_2026)

    assert caught.value.code in ("MKD386", "MKD326")


def test_an_empty_folder_has_no_scheme(tmp_path):
    """The error names the folder."""
    with pytest.raises(PolicyError, match="no scheme file is in this folder") as caught:
        load_scheme(tmp_path, on=IN_2026)

    assert caught.value.where == str(tmp_path)


def test_a_file_in_another_encoding_is_named(tmp_path):
    """A file that is not UTF-8 is an error of one line, with what to do."""
    odd = tmp_path / "odd.toml"
    odd.write_bytes("title = 'tunj\xe9'".encode("latin-1"))

    with pytest.raises(PolicyError, match="save it as UTF-8") as caught:
        load_scheme(odd, on=IN_2026)

    assert caught.value.code == "MKD326"


def test_a_file_that_is_not_there_is_named(tmp_path):
    """A wrong path is an error of one line with a code."""
    with pytest.raises(PolicyError, match=r"gone\.toml") as caught:
        load_scheme(tmp_path / "gone.toml", on=IN_2026)

    assert caught.value.code == "MKD326"
