"""``mkd.toml`` becomes typed values, and all that is wrong with it is said at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from mkd_core.people import Holder
from mkd_plugins.config import BackendTable, Config, Default, Grant, Roles, Settings
from mkd_plugins.problems import ConfigProblem

pytestmark = pytest.mark.bare

WHOLE = """
[mkd]
language = "id"
policy = "kota-contoh"
required = ["journal-sqlite"]
strict = true
deadline = 5
deadlines = { "journal.sqlite" = 1.5 }

[identity.table]
people = "people.csv"

[identity.ldap]
url = "ldap://localhost"

[journal.sqlite]
path = "journal.db"

[roles]
"os:alice" = { acts_as = ["k000012"], roles = ["hr"] }
"token:*" = { acts_as = ["*"], roles = ["auditor"] }

[holders]
hr = ["k000077"]
head_office = ["k000001"]

[defaults."applicant.equipment_ready"]
value = true
source = "SE 4/2026"
"""


def test_a_whole_file_is_read():
    """Every table of the file has its typed value."""
    config = Config.from_toml(WHOLE, folder=Path("/srv/mkd"))

    assert config.mkd == Settings(
        language="id",
        policy="kota-contoh",
        required=("journal-sqlite",),
        strict=True,
        deadline=5.0,
        deadlines={"journal.sqlite": 1.5},
    )
    assert config.roles.grants["os:alice"] == Grant(acts_as=("k000012",), roles=frozenset({"hr"}))
    assert config.defaults == {"applicant.equipment_ready": Default(value=True, source="SE 4/2026")}
    assert config.people_with_roles() == {
        "hr": (Holder(person="k000077"), Holder(person="k000012")),
        "head_office": (Holder(person="k000001"),),
        "auditor": (),
    }
    assert config.path("people.csv") == Path("/srv/mkd/people.csv")


def test_backends_of_a_port_stand_in_the_order_written():
    """Identity backends are asked in the order of the file."""
    config = Config.from_toml(WHOLE, folder=Path())

    assert [backend.name for backend in config.backends_of("identity")] == ["table", "ldap"]
    assert config.backends_of("payroll") == ()


def test_settings_of_a_backend_show_in_no_repr():
    """A secret put in the wrong place must not come out in a log."""
    table = BackendTable(port="notification", name="smtp", table={"password": "hunter2"})

    assert "hunter2" not in repr(table)


def test_an_empty_file_is_a_deployment_of_defaults():
    """Nothing is required; nobody may act."""
    config = Config.from_toml("", folder=Path())

    assert config.mkd == Settings()
    assert not config.roles.may_act_as("os:root", "k000001")


def test_all_faults_of_a_file_are_reported_at_once():
    """Each with its place in the file, and the nearest right name where there is one."""
    text = """
        speed = 3
        mkd = { langauge = "id", strict = "yes", deadline = 0 }
        identity = "table"
        notification.smtp = "localhost"
        [notifcation.smtp]
        [roles]
        "alice" = {}
        "os:bob" = { acts_as = "k000001" }
        [defaults.applicant.equipment_ready]
        value = true
        [defaults."applicant.discipline"]
        value = ["none"]
        source = " "
    """

    with pytest.raises(ConfigProblem) as caught:
        Config.from_toml(text, folder=Path(), file="mkd.toml")

    assert (caught.value.code, caught.value.label) == ("MKD122", "mkd.toml")
    assert [str(fault) for fault in caught.value.faults] == [
        "mkd.langauge: is not known here (did you mean language?)",
        "mkd.strict: must be true or false, not text",
        "mkd.deadline: must be more than 0 and at most 86400 seconds, not 0",
        'roles."os:bob".acts_as: must be a list, not text',
        'roles.alice: is no actor (write "os:NAME" or "token:NAME")',
        'defaults.applicant: is not the name of a fact (write [defaults."applicant.equipment_ready"], the fact in '
        "quotes)",
        'defaults."applicant.discipline".value: must be true or false or a whole number or a number or text or a date '
        "or a time, not a list",
        'defaults."applicant.discipline".source: must name the instrument or the person that the default rests on',
        "identity: must be a table",
        "notification.smtp: must be the table of a backend (settings stand in a table of the backend: "
        "[notification.NAME])",
        "speed: is not known here (did you mean serve?)",
        "notifcation: is not known here (did you mean notification?)",
    ]
    assert "\n" not in str(caught.value)


def test_a_deadline_of_a_backend_that_is_not_there_is_a_fault():
    """A misspelt name would leave the backend without its deadline, unseen."""
    text = '[mkd]\ndeadlines = { "notification.smpt" = 2 }\n[notification.smtp]'

    with pytest.raises(ConfigProblem) as caught:
        Config.from_toml(text, folder=Path())

    assert caught.value.line == (
        'mkd.deadlines."notification.smpt": is no backend of this file (did you mean notification.smtp?)'
    )


def test_a_file_that_is_not_there_says_what_to_do(tmp_path: Path):
    """The first command in an empty folder."""
    with pytest.raises(ConfigProblem) as caught:
        Config.load(tmp_path / "mkd.toml")

    assert (caught.value.code, caught.value.hint) == ("MKD121", "mkd init writes one")
    assert "No such file" in caught.value.line


def test_a_file_that_is_no_toml_says_where(tmp_path: Path):
    """The parser's line and column are in the message."""
    file = tmp_path / "mkd.toml"
    file.write_text("[mkd\n")

    with pytest.raises(ConfigProblem, match=r"MKD121 mkd.toml: is not TOML: .*line 1"):
        Config.load(file)


def test_relative_paths_start_at_the_folder_of_the_file(tmp_path: Path):
    """Wherever the command is run from."""
    file = tmp_path / "mkd.toml"
    file.write_text("")

    assert Config.load(file).path("journal.db") == tmp_path / "journal.db"


ROLES = Roles(
    {
        "os:alice": Grant(acts_as=("k000012", "k000013"), roles=frozenset({"hr"})),
        "os:*": Grant(acts_as=("k000099",)),
        "token:payroll": Grant(acts_as=("*",), roles=frozenset({"auditor"})),
    }
)


@pytest.mark.parametrize(
    ("actor", "person", "may"),
    [
        ("os:alice", "k000013", True),
        ("os:alice", "k000014", False),
        ("os:alice", "k000099", False),
        ("os:bob", "k000099", True),
        ("os:bob", "k000012", False),
        ("token:payroll", "k000012", True),
        ("token:other", "k000012", False),
        ("alice", "k000012", False),
        ("", "*", False),
    ],
)
def test_an_actor_may_act_as_those_it_was_given(actor, person, may):
    """An entry of one's own goes before the one for the kind, and whoever has neither may do nothing."""
    assert ROLES.may_act_as(actor, person) is may


def test_roles_come_from_the_same_entry():
    """The roles of an actor are those of its entry."""
    assert ROLES.roles_of("os:alice") == {"hr"}
    assert ROLES.roles_of("os:bob") == frozenset()
