"""``mkd init``: a deployment to start from."""

from __future__ import annotations

import shlex

import pytest

from mkd_core.ports import Port
from mkd_plugins.cli.configuration import configuration
from mkd_plugins.cli.session import actor
from mkd_plugins.config import Config


@pytest.mark.bare
def test_what_it_writes_works_as_it_is(mkd, tmp_path):
    """With the example everything is there: every plugin loads, every backend opens, the user may act as anybody."""
    done = mkd("init", "--example", "office")

    checked = mkd("--config", "office/mkd.toml", "plugins", "check", "--open")
    assert done.status == 0
    assert (checked.status, checked.err) == (0, "")
    assert Config.load(tmp_path / "office/mkd.toml").roles.may_act_as(actor(), "k000002")


@pytest.mark.bare
def test_what_it_says_to_type_next_can_be_typed(mkd, tmp_path, monkeypatch):
    """Each command of its hint works, with the ids as printed."""
    hint = mkd("init", "--example", "office").out.partition("Next:\n")[2].replace("\\\n", " ")
    monkeypatch.chdir(tmp_path / "office")

    typed = [shlex.split(line) for line in hint.splitlines() if line.startswith("  mkd ")]
    assert len(typed) >= 5
    for words in typed:
        done = mkd(*words[1:])
        assert (done.status, done.err) == (0, ""), words


def test_without_the_example_the_file_is_complete_and_waits_for_tables(mkd, tmp_path):
    """A plain start has a journal, and everything else behind # with what it is for."""
    done = mkd("init")

    config = Config.load(tmp_path / "mkd.toml")
    assert done.status == 0
    assert [table.path for table in config.backends if table.port is not Port.CALENDAR] == ["journal.sqlite"]
    for port in ("identity", "payroll", "notification", "schedule", "attendance", "events"):
        assert f"# [{port}." in (tmp_path / "mkd.toml").read_text(encoding="utf-8")


def test_nothing_is_overwritten_unless_forced(mkd, tmp_path):
    """A second init names what is there; ``--force`` writes anew and keeps the journal."""
    mkd("init", "--example")
    (tmp_path / "people.csv").write_text("mine", encoding="utf-8")
    journal = (tmp_path / "journal.db").stat().st_ino

    refused, forced = mkd("init", "--example"), mkd("init", "--example", "--force")

    assert refused.status == 1
    assert "MKD291" in refused.err
    assert "people.csv" in refused.err
    assert forced.status == 0
    assert (tmp_path / "people.csv").read_text(encoding="utf-8").startswith("peg_id")
    assert (tmp_path / "journal.db").stat().st_ino == journal


@pytest.mark.parametrize("example", [True, False])
@pytest.mark.parametrize("holidays", [True, False])
def test_every_form_of_the_file_is_read_without_a_fault(tmp_path, example, holidays):
    """Whatever is installed, the file that is written is right."""
    text = configuration("os:somebody", language="id", example=example, holidays=holidays)

    config = Config.from_toml(text, folder=tmp_path)

    assert config.mkd.language == "id"
    assert bool(config.backends_of("calendar")) is holidays


@pytest.mark.bare
def test_over_a_preset_what_runs_is_for_the_deployment_to_name(mkd, tmp_path):
    """Each table of the province stands behind #; the file works as it is, and more of it as each is named."""
    done = mkd("init", "--preset", "jabar", "office")
    text = (tmp_path / "office/mkd.toml").read_text(encoding="utf-8")
    (tmp_path / "office/mkd.toml").write_text(text.replace("# [payroll.table]", "[payroll.table]"), encoding="utf-8")

    checked = mkd("--config", "office/mkd.toml", "plugins", "check", "--open")
    config = Config.load(tmp_path / "office/mkd.toml")
    assert (done.status, checked.status, checked.err) == (0, 0, "")
    assert [table.path for table in config.backends] == ["journal.sqlite", "payroll.table"]
    assert config.mkd.language == "id"
    assert mkd("init", "--preset", "jabr", "other").err.startswith("error: MKD122 mkd.toml: mkd.preset: there is no")
    assert mkd("init", "--preset", "jabar", "--example", "other").status == 2
