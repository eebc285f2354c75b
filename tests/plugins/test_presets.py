"""The settings of a province lie beneath those of a deployment, and switch nothing on."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from mkd_core.ports import Port
from mkd_plugins.config import Config
from mkd_plugins.config.presets import offered
from mkd_plugins.host import Host
from mkd_plugins.jabar.siasn.config import API
from mkd_plugins.problems import ConfigProblem
from mkd_plugins.serve.settings import serve_settings

pytestmark = pytest.mark.bare

PROVINCE = """
[mkd]
policy = "rules.toml"
scheme = "jabar-trk"

[schedule.table]
folder = "roster"
columns = { ID = "{person}", Tanggal = "{date}", NIP = "{nip}" }

[payroll.table]
folder = "pay"

[serve]
burst = 7

[serve.oidc]
issuer = "https://sso.example.go.id/realms/one"
jwks = "https://sso.example.go.id/realms/one/certs"
"""
JABAR = """
[mkd]
preset = "jabar"
[identity.siasn]
consumer_key = "key"
consumer_secret = { env = "SIASN" }
login_token = { env = "SIASN" }
[identity.table]
[calendar.holidays]
[attendance.kmob]
user = "agency"
password = { env = "KMOB" }
[schedule.table]
[payroll.table]
[notification.jabarnotify]
url = "https://notify.example.go.id"
client = "mkd"
secret = { env = "NOTIFY" }
[notification.smtp]
host = "mail.example.go.id"
sender = "mkd@example.go.id"
[journal.sqlite]
[serve.oidc]
audience = "mkd"
"""
SECRETS = dict.fromkeys(("SIASN", "KMOB", "NOTIFY"), "of nobody")


def over(folder: Path, own: str, province: str = PROVINCE) -> Config:
    (folder / "province.toml").write_text(province, encoding="utf-8")
    return Config.from_toml(f'[mkd]\npreset = "province.toml"\n{own}', folder=folder)


def faults(folder: Path, own: str, province: str) -> list[str]:
    with pytest.raises(ConfigProblem) as refused:
        over(folder, own, province)
    return [f"{refused.value.label}: {fault}" for fault in refused.value.faults]


class TestComposing:
    """One line composes, and the deployment's own word stands."""

    def test_what_the_deployment_writes_goes_before_the_preset_key_by_key(self, tmp_path: Path) -> None:
        """Keys that it does not write are the preset's, and its own tables in a table are taken whole."""
        columns = '{ Orang = "{person}", Hari = "{date}" }'
        config = over(tmp_path, f'policy = "own.toml"\n[schedule.table]\ncolumns = {columns}\n')

        assert (config.mkd.policy, config.mkd.scheme) == ("own.toml", "jabar-trk")
        assert [(table.path, dict(table.table)) for table in config.backends] == [
            ("schedule.table", {"folder": "roster", "columns": {"Orang": "{person}", "Hari": "{date}"}})
        ]

    def test_a_table_counts_where_the_deployment_names_it(self, tmp_path: Path) -> None:
        """An empty table is enough; without one the preset's is off, and named as that."""
        config = over(tmp_path, "[payroll.table]\n[serve.oidc]\naudience = 'mkd'\n")

        assert config.preset is not None
        assert [table.path for table in config.backends] == ["payroll.table"]
        assert config.preset.off == ("schedule.table",)
        assert config.serve["burst"] == 7
        assert config.serve["oidc"]["issuer"] == "https://sso.example.go.id/realms/one"

    def test_nobody_comes_in_by_a_preset(self, tmp_path: Path) -> None:
        """A provider's tokens are good where the deployment names them, and nowhere else."""
        assert "oidc" not in over(tmp_path, "[serve]\n").serve
        assert over(tmp_path, "").serve == {}


class TestFaults:
    """What is wrong is said with the file that it stands in."""

    @pytest.mark.parametrize(
        ("province", "said"),
        [
            ("[roles]\n", "province.toml: roles: stands in no preset (the deployment says it in its own mkd.toml)"),
            ("[holders]\n", "province.toml: holders: stands in no preset (the deployment says it in its own mkd.toml)"),
            (
                "[[serve.hosts]]\n",
                "province.toml: serve.hosts: stands in no preset (the deployment says it in its own mkd.toml)",
            ),
            ("[scedule.table]\n", "province.toml: scedule: is not known here (did you mean schedule?)"),
            ("schedule = 3\n", "province.toml: schedule: must be a table"),
            ("[serve]\noidc = 3\n", "province.toml: serve.oidc: must be a table"),
            (
                "[schedule]\nfolder = 'x'\n",
                "province.toml: schedule.folder: must be the table of a backend"
                " (settings stand in a table of the backend: [schedule.NAME])",
            ),
            (
                "[mkd]\npreset = 'jabar'\n",
                "province.toml: mkd.preset: stands in no preset (a preset rests on no other)",
            ),
            ("[mkd]\ndeadline = 0\n", "mkd.toml: province.toml: mkd.deadline: must be more than 0"),
            ("[mkd]\npolcy = 'x'\n", "mkd.toml: province.toml: mkd.polcy: is not known here (did you mean policy?)"),
        ],
    )
    def test_what_a_preset_cannot_say_is_named_in_its_file(self, tmp_path: Path, province: str, said: str) -> None:
        """Another table, a misspelt one, one of the deployment alone, or a value that is none."""
        assert [fault[: len(said)] for fault in faults(tmp_path, "", province)] == [said]

    def test_a_value_of_the_deployment_is_named_in_mkd_toml(self, tmp_path: Path) -> None:
        """Though a preset lies beneath it."""
        assert faults(tmp_path, "deadline = 0\n", "[mkd]\ndeadline = 5\n") == [
            "mkd.toml: mkd.deadline: must be more than 0 and at most 86400 seconds, not 0"
        ]

    def test_settings_of_a_backend_are_named_where_they_stand(self, tmp_path: Path) -> None:
        """What is missing is missing in mkd.toml; what is wrong in the preset is named there."""
        config = over(tmp_path, "[notification.smtp]\nsender = 5\n", "[notification.smtp]\nport = 'x'\n")

        with pytest.raises(ConfigProblem) as refused, Host.load(config) as host:
            host.settings("notification", "smtp")

        assert sorted(fault.path for fault in refused.value.faults) == [
            "notification.smtp.host",
            "notification.smtp.sender",
            "province.toml: notification.smtp.port",
        ]

    @pytest.mark.parametrize(
        ("name", "code", "said"),
        [
            ("jabr", "MKD122", "mkd.preset: there is no preset 'jabr' (did you mean jabar?)"),
            ("none.toml", "MKD121", "cannot be read: No such file or directory"),
            ("text.toml", "MKD121", "is not TOML"),
            ("bytes.toml", "MKD121", "cannot be read"),
            ("folder.toml", "MKD121", "cannot be read: Is a directory"),
            ("a\\u0000b.toml", "MKD121", "cannot be read"),
            ("~nobody-of-that-name/x.toml", "MKD121", "cannot be read"),
        ],
    )
    def test_a_preset_that_cannot_be_had_is_refused(self, tmp_path: Path, name: str, code: str, said: str) -> None:
        """A name that is none is answered with the nearest one."""
        (tmp_path / "text.toml").write_text("[mkd", encoding="utf-8")
        (tmp_path / "folder.toml").mkdir()
        (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")

        with pytest.raises(ConfigProblem) as refused:
            Config.from_toml(f'[mkd]\npreset = "{name}"\n', folder=tmp_path)

        assert refused.value.code == code
        assert refused.value.line.startswith(said)


class TestShipped:
    """What ships for the province works."""

    def test_the_settings_of_west_java_are_those_of_its_backends(self, tmp_path: Path) -> None:
        """With accounts added every table of it is right, and nothing of it is unknown to its backend."""
        config = Config.from_toml(JABAR, folder=tmp_path)
        with Host.load(config, environ=SECRETS) as host:
            host.check()

            assert [problem for problem in host.problems if problem.label == "mkd[jabar]"] == []
            assert [str(problem) for problem in host.problems if problem.code == "MKD122"] == []
            assert host.settings(Port.IDENTITY, "siasn").api == API
        oidc = serve_settings(config, SECRETS).oidc
        assert oidc is not None
        assert (oidc.claim, oidc.audience) == ("preferred_username", "mkd")
        assert config.preset is not None
        assert config.preset.off == ()

    @pytest.mark.parametrize("name", ["jabar"])
    def test_a_preset_that_ships_has_no_secret_and_no_account(self, name: str) -> None:
        """It is the same file for everybody."""
        text = offered()[name][1].read_text(encoding="utf-8")
        keys = {key for tables in tomllib.loads(text).values() for table in tables.values() if isinstance(table, dict)
                for key in table}  # fmt: skip

        assert keys.isdisjoint({"user", "password", "secret", "token", "consumer_key", "login_user"})


class TestOfAPlugin:
    """A vendor brings the settings of a province along with the plugin."""

    @pytest.fixture
    def vendors(self, site):
        """A plugin whose package must not be imported to be told of, with a preset beside its module."""
        package = site.folder / "nusa_hr"
        package.mkdir()
        (package / "__init__.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
        (package / "preset.toml").write_text('[mkd]\nscheme = "jabar-trk"\n[payroll.table]\nfolder = "tpp"\n', "utf-8")
        site.install("nusa", "", entries={"nusa": "nusa_hr.plugin"})
        return site

    def test_the_name_of_its_entry_point_is_the_presets(self, vendors) -> None:
        """Nothing of the plugin is imported for it."""
        config = vendors.config('[mkd]\npreset = "nusa"\n[payroll.table]\n')

        assert config.mkd.scheme == "jabar-trk"
        assert config.preset is not None
        assert config.preset.file == "nusa_hr/preset.toml"
        assert "nusa_hr" not in sys.modules

    def test_a_wrong_name_is_answered_with_the_nearest_of_all(self, vendors) -> None:
        """Those of other plugins among them."""
        with pytest.raises(ConfigProblem, match=r"did you mean nusa\?"):
            vendors.config('[mkd]\npreset = "nussa"\n')

    def test_the_shipped_one_stays_what_it_is(self, vendors) -> None:
        """A plugin that calls itself jabar, too, does not take its place."""
        vendors.install("other", "", entries={"jabar": "nusa_hr.plugin"})

        assert offered()["jabar"][0] == "mkd_plugins/jabar/preset.toml"


class TestCommands:
    """Whoever begins with a preset is told what is on."""

    def test_check_says_what_a_preset_has_and_the_deployment_has_not(self, mkd) -> None:
        """So that nobody believes in a backend that is off."""
        done = mkd("check", toml='[mkd]\npreset = "jabar"\n[journal.sqlite]\n[payroll.table]\n')

        assert done.returncode == 0
        said = "mkd_plugins/jabar/preset.toml; tidak disebut di sini, jadi tidak aktif: identity.siasn, identity.table"
        assert said in done.stdout
        assert "payroll.table" not in done.stdout

    def test_the_doctor_says_it_too(self, mkd) -> None:
        """On the page that a help desk asks for."""
        done = mkd("doctor", toml='[mkd]\npreset = "jabar"\n[journal.sqlite]\n[payroll.table]\n')

        [line] = [line for line in done.stdout.splitlines() if line.startswith("mkd_plugins/jabar/preset.toml")]
        assert "so off: identity.siasn" in line or "jadi mati: identity.siasn" in line
