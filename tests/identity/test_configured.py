"""The shipped backends as a deployment writes them into its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from mkd_core.ports import Found, Port
from mkd_plugins.config import Config
from mkd_plugins.facts.check import check_facts, population
from mkd_plugins.host import Host
from mkd_plugins.problems import ConfigProblem
from mkd_plugins.testing import province

pytestmark = pytest.mark.bare

FILE = """
[mkd]
policy = "jabar-mkd"

[identity.table]
map = "siap"
people.path = "{folder}/people.csv"
people.codes."applicant.employment" = {{ "PNS DPK" = "pns" }}
units.path = "{folder}/units.csv"

[payroll.table]
folder = "pay"

[notification.smtp]
host = "mail.example.go.id"
sender = "mkd@example.go.id"
{more}
"""


def load(tmp_path: Path, more: str = "") -> Host:
    path = tmp_path / "mkd.toml"
    path.write_text(FILE.format(folder=province.shipped().as_posix(), more=more), encoding="utf-8")
    return Host.load(Config.load(path), environ={})


def test_a_code_of_ones_own_is_laid_over_the_map_and_findings_reach_the_check(tmp_path: Path) -> None:
    with load(tmp_path) as host:
        identities = host.build(Port.IDENTITY)
        checked = check_facts(population(identities, province.AS_OF))
        answer = identities[0].person(province.UNMAPPED, province.AS_OF)

    counts = {count.fact: count for count in checked.facts}
    assert isinstance(answer, Found)
    assert answer.employee.facts["applicant.employment"] == "pns"
    assert (counts["applicant.employment"].have, counts["applicant.employment"].unmapped) == (239, {})
    assert counts["applicant.discipline"].lack == 239
    assert checked.findings == ()


def test_payroll_and_mail_are_made_from_the_file_too(tmp_path: Path) -> None:
    with load(tmp_path) as host:
        assert host.one(Port.PAYROLL).backend == "payroll.table"
        assert [sender.backend for sender in host.build(Port.NOTIFICATION)] == ["notification.smtp"]


def test_a_mistake_in_a_table_is_told_with_its_place_in_the_file(tmp_path: Path) -> None:
    more = '[identity.table.ratings]\npath = "r.csv"\ncolumns.predicate = "predikat"\n'

    with load(tmp_path, more) as host, pytest.raises(ConfigProblem) as refused:
        host.build(Port.IDENTITY)

    assert "identity.table" in str(refused.value)
    assert "'predicate' is no field of this table" in str(refused.value)
