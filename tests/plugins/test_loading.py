"""Plugins are loaded one by one; what is wrong with one is recorded under its name and stops no other."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from importlib.resources import files

import pytest
from click.testing import CliRunner

from mkd_plugins.cli import root
from mkd_plugins.deployment import Deployment, schemes_of
from mkd_plugins.problems import CODES, ConfigProblem, LoadProblem, PluginProblem


def test_a_plugin_that_works_offers_its_backends(site, sender):
    """An installed plugin is loaded without being named anywhere."""
    site.install("acme-hr", sender)

    host = site.host()

    [row] = [row for row in host.report() if row.label == "acme-hr[main]"]
    assert (row.state, row.version, row.offers, row.problems) == ("loaded", "1.2", ("notification.acme",), ())
    assert "acme" in [provider.name for provider in host.providers("notification")]


def test_metadata_is_read_before_anything_is_imported(site, sender):
    """A plugin that is switched off is listed with its version and never imported."""
    site.install("acme-hr", sender)

    host = site.host('mkd.disabled = ["main"]')

    [row] = [row for row in host.report() if row.label == "acme-hr[main]"]
    assert (row.state, row.version, row.module) == ("off", "1.2", "acme_hr")
    assert "acme_hr" not in sys.modules


BAD = {
    "raises on import": ("MKD103", "raise ValueError('no licence')", "ValueError: no licence at acme_hr.py:1"),
    "exits on import": ("MKD103", "raise SystemExit(3)", "SystemExit: 3"),
    "raises what is no exception by class": (
        "MKD103",
        "raise type('Cancelled', (BaseException,), {})('gone')",
        "Cancelled: gone at acme_hr.py:1",
    ),
    "raises what cannot be printed": (
        "MKD103",
        "class Mute(Exception):\n    def __str__(self): raise ValueError\nraise Mute",
        "Mute: (which cannot be printed) at acme_hr.py:3",
    ),
    "raises what ends the process when it is printed": (
        "MKD103",
        "class Mute(Exception):\n    def __str__(self): raise SystemExit\nraise Mute",
        "Mute: (which cannot be printed) at acme_hr.py:3",
    ),
    "is no Python": ("MKD103", "def :", "SyntaxError: invalid syntax (acme_hr.py, line 1)"),
    "misses a module": ("MKD103", "import nowhere_to_be_found", "No module named 'nowhere_to_be_found'"),
    "has no hook": ("MKD105", "answer = 42", "implements no hook"),
    "has an unmarked hook": ("MKD105", "def mkd_providers(): return []", "implements no hook"),
    "misspells a hook": (
        "MKD106",
        "from mkd_plugins.api import hookimpl\n@hookimpl\ndef mkd_provider(): return []",
        "there is no hook mkd_provider",
    ),
    "asks for an argument": (
        "MKD107",
        "from mkd_plugins.api import hookimpl\n@hookimpl\ndef mkd_providers(config): return []",
        "config",
    ),
    "wraps a hook": (
        "MKD107",
        "from mkd_plugins.api import hookimpl\n@hookimpl(wrapper=True)\ndef mkd_providers(): return (yield)",
        "mkd_providers is a wrapper",
    ),
    "raises in a hook": (
        "MKD108",
        "from mkd_plugins.api import hookimpl\n@hookimpl\ndef mkd_providers(): return [1 / 0]",
        "mkd_providers raised ZeroDivisionError: division by zero at acme_hr.py:3",
    ),
    "exits in a hook": (
        "MKD108",
        "from mkd_plugins.api import hookimpl\n@hookimpl\ndef mkd_providers(): raise SystemExit",
        "mkd_providers raised SystemExit",
    ),
    "raises what is no exception by class in a hook": (
        "MKD108",
        "from mkd_plugins.api import hookimpl\n@hookimpl\ndef mkd_facts(): raise GeneratorExit('gone')",
        "mkd_facts raised GeneratorExit: gone at acme_hr.py:3",
    ),
    "returns a list of what raises when it is looked at": (
        "MKD109",
        "from mkd_plugins.api import hookimpl\n"
        "Odd = type('Odd', (), {'__class__': property(lambda self: 1 / 0)})\n"
        "@hookimpl\ndef mkd_providers(): return [Odd()]",
        "mkd_providers returned a list with an Odd, expected a list of Provider",
    ),
    "returns one provider instead of a list": (
        "MKD109",
        "from mkd_plugins.api import hookimpl, notification, NoConfig\n"
        "@hookimpl\ndef mkd_providers(): return notification(name='acme', config=NoConfig, build=print)",
        "mkd_providers returned a Provider, expected a list of Provider",
    ),
    "returns a list of something else": (
        "MKD109",
        "from mkd_plugins.api import hookimpl\n@hookimpl\ndef mkd_policies(): return ['jabar']",
        "mkd_policies returned a list with a str, expected a list of RulePack",
    ),
    "gives a wrong name": (
        "MKD108",
        "from mkd_plugins.api import hookimpl, notification, NoConfig\n"
        "@hookimpl\ndef mkd_providers(): return [notification(name='My Mail', config=NoConfig, build=print)]",
        "a name is lower-case letters, digits and single hyphens, not 'My Mail' at acme_hr.py:3",
    ),
    "gives an unknown port": (
        "MKD108",
        "from mkd_plugins.api import hookimpl, Provider, NoConfig\n"
        "@hookimpl\ndef mkd_providers(): return [Provider(port='pay-roll', name='a', config=NoConfig, build=print)]",
        "there is no port 'pay-roll' did you mean payroll?",
    ),
    "configures with no attrs class": (
        "MKD108",
        "from mkd_plugins.api import hookimpl, notification\n"
        "@hookimpl\ndef mkd_providers(): return [notification(name='acme', config=dict, build=print)]",
        "the configuration class must be an attrs class",
    ),
    "was made for another API": (
        "MKD102",
        "from mkd_plugins.api import hookimpl, notification, NoConfig\n"
        "@hookimpl\ndef mkd_providers(): return [notification(name='acme', config=NoConfig, build=print, api='9.0')]",
        "notification.acme was written for plugin API 9.0",
    ),
}


HINTS = {
    "MKD102": "install a version of acme-hr for plugin API 0.1",
    "MKD103": "python -c 'import acme_hr' shows it",
    "MKD105": "put @hookimpl of mkd_plugins.api before ",
    "MKD106": "did you mean mkd_providers?",
    "MKD107": "",
    "MKD108": "report it to the plugin's maker",
    "MKD109": "report it to the plugin's maker",
}


@pytest.mark.parametrize(("code", "source", "line"), BAD.values(), ids=BAD.keys())
def test_a_bad_plugin_is_a_recorded_problem_and_the_next_one_works(site, sender, problem_of, code, source, line):
    """Whatever a plugin does while it is loaded, the host stands, names it, and loads the others."""
    site.install("acme-hr", source)
    site.install("good", sender)

    host = site.host()

    problem = problem_of(host, "acme-hr")
    assert (problem.code, problem.label, problem.stage) == (code, "acme-hr[main]", "load")
    assert line in problem.line
    assert problem.hint
    assert problem.hint.startswith(HINTS[code])
    assert "\n" not in str(problem)
    assert "notification.acme" in [offer for row in host.report() for offer in row.offers]


@pytest.mark.parametrize(
    "source",
    [
        "class Odd:\n    @property\n    def mkd_providers(self): raise ValueError('no')",
        "class Odd:\n    @property\n    def mkd_providers(self): raise SystemExit(3)",
        "class Odd:\n    def __dir__(self): raise ValueError('no')",
        "class Odd:\n    __hash__ = None",
    ],
    ids=["a property raises", "a property exits", "its names cannot be had", "cannot be hashed"],
)
def test_an_entry_point_to_an_object_that_cannot_be_looked_at_is_a_problem(site, sender, problem_of, source):
    """An entry point may name any object; what comes of looking at it stops no other plugin."""
    site.install("acme-hr", f"{source}\nthing = Odd()", entries={"main": "acme_hr:thing"})
    site.install("good", sender)

    host = site.host()

    problem = problem_of(host, "acme-hr")
    assert (problem.label, problem.stage) == ("acme-hr[main]", "load")
    assert problem.code in ("MKD105", "MKD108")
    assert problem.hint
    assert "notification.acme" in [offer for row in host.report() for offer in row.offers]


def test_a_misspelt_hook_is_answered_with_the_right_one(site, problem_of):
    """The hint is the nearest name."""
    site.install("acme-hr", "from mkd_plugins.api import hookimpl\n@hookimpl\ndef mkd_provider(): return []")

    assert problem_of(site.host(), "acme-hr").hint == "did you mean mkd_providers?"


def test_a_forgotten_marker_is_pointed_out(site, problem_of):
    """A function that is named like a hook and not marked as one is what the hint is about."""
    site.install("acme-hr", "def mkd_providers(): return []")

    assert problem_of(site.host(), "acme-hr").hint == "put @hookimpl of mkd_plugins.api before mkd_providers"


def test_a_missing_extra_says_what_to_install(site, problem_of):
    """The extra is found in the metadata of the plugin's own distribution."""
    requires = ("attrs", "Nowhere_To.Be-found>=2; extra == 'cloud'", "other; python_version < '4' and extra == 'other'")
    site.install("acme-hr", "import nowhere_to_be_found.client", requires=requires)

    problem = problem_of(site.host(), "acme-hr")

    assert (problem.code, problem.line) == ("MKD104", "needs nowhere_to_be_found, which is not installed")
    assert problem.hint == "pip install 'acme-hr[cloud]'"


def test_unreadable_metadata_of_one_distribution_hides_no_other(site, sender, problem_of):
    """A broken entry_points.txt is a problem of its distribution."""
    site.install("broken", "", entry_points="[mkd]\nthis line is none\n")
    site.install("good", sender)

    host = site.host()

    problem = problem_of(host, "broken")
    assert (problem.code, problem.stage) == ("MKD101", "metadata")
    assert "good[main]" in [row.label for row in host.report() if row.state == "loaded"]


def test_an_entry_point_to_nowhere_is_a_problem(site, problem_of):
    """An object that the module does not have cannot be loaded."""
    site.install("acme-hr", "", entries={"main": "acme_hr:nothing"})

    assert problem_of(site.host(), "acme-hr").code == "MKD103"


def test_one_module_under_two_entry_points_is_loaded_once(site, sender, problem_of):
    """The second entry point is told who was first."""
    site.install("acme-hr", sender, entries={"a": "acme_hr", "b": "acme_hr"})

    problem = problem_of(site.host(), "acme-hr")

    assert (problem.code, problem.label, problem.stage) == ("MKD110", "acme-hr[b]", "load")
    assert problem.hint == "disable acme-hr[b] in [mkd], or the other"
    assert problem.line == "acme_hr is loaded already, as acme-hr[a]"


def test_a_name_belongs_to_the_first_that_has_it(site, sender, problem_of):
    """Two plugins with one backend name: the later label is refused, and says who has the name."""
    site.install("acme-hr", sender)
    site.install("beta-hr", sender)

    host = site.host()

    problem = problem_of(host, "beta-hr")
    assert (problem.code, problem.label, problem.stage) == ("MKD110", "beta-hr[main]", "load")
    assert problem.line == "notification.acme is acme-hr[main]'s already"
    assert problem.hint == "disable beta-hr[main] in [mkd], or the other"


def test_no_plugin_takes_the_name_of_a_shipped_one(site, problem_of):
    """Shipped plugins are loaded first, whatever the others are called."""
    site.install(
        "aaa",
        """
        from mkd_plugins.api import NoConfig, hookimpl, journal

        @hookimpl
        def mkd_providers():
            return [journal(name="sqlite", config=NoConfig, build=print)]
        """,
    )

    problem = problem_of(site.host(), "aaa")

    assert (problem.code, problem.line) == ("MKD110", "journal.sqlite is mkd[journal-sqlite]'s already")


def test_without_plugins_only_the_shipped_ones_are_loaded(site, sender):
    """The way out when a foreign plugin spoils everything: none of them is imported."""
    site.install("acme-hr", sender)

    host = site.host(no_plugins=True)

    states = {row.label: row.state for row in host.report()}
    assert states["acme-hr[main]"] == "off"
    assert states["mkd[journal-sqlite]"] == "loaded"
    assert "acme_hr" not in sys.modules


def test_only_enabled_plugins_are_loaded(site, sender):
    """A list of enabled plugins leaves out all others; a plugin may be named by its whole label."""
    site.install("acme-hr", sender)

    host = site.host('mkd.enabled = ["acme-hr[main]"]')

    assert [row.label for row in host.report() if row.state != "off"] == ["acme-hr[main]"]


def test_a_name_in_enabled_or_disabled_that_nothing_has_is_a_problem(site, sender):
    """A typing error in the list must not switch a plugin on or off unseen."""
    site.install("acme-hr", sender)

    host = site.host('mkd.disabled = ["holiday"]')

    [problem] = [problem for problem in host.problems if problem.code == "MKD112"]
    assert problem.line == "no plugin holiday is installed"
    assert problem.hint == "did you mean holidays?"


@pytest.mark.parametrize(
    ("required", "reason"),
    [
        ("bad", "MKD103 bad-hr[bad]: cannot be imported"),
        ("main", "it is off"),
        ("mein", "it is not installed did you mean main?"),
    ],
)
def test_a_required_plugin_that_does_not_work_is_fatal(site, sender, required, reason):
    """The host does not start without a plugin that is required, and says why it does not work."""
    site.install("bad-hr", "raise ValueError", entries={"bad": "bad_hr"})
    site.install("acme-hr", sender)

    with pytest.raises(LoadProblem) as caught:
        site.host(f'mkd.disabled = ["main"]\nmkd.required = ["{required}"]')

    assert caught.value.code == "MKD111"
    assert f"{required} is required and does not work: {reason}" in caught.value.line


def test_a_required_plugin_is_missed_without_plugins(site, sender):
    """Leaving them out does not make a deployment work that cannot do without one."""
    site.install("acme-hr", sender)

    with pytest.raises(LoadProblem, match=r"MKD111 mkd\.toml: main is required and does not work: it is off"):
        site.host('mkd.required = ["main"]', no_plugins=True)


def test_a_required_plugin_that_works_is_no_problem(site, sender):
    """Being required changes nothing for a plugin that works."""
    site.install("acme-hr", sender)

    host = site.host('mkd.required = ["main"]')

    assert [problem for problem in host.problems if problem.label.startswith("acme-hr")] == []


def test_strict_makes_every_problem_fatal(site):
    """A strict deployment does not start beside a bad plugin, even one that nothing uses."""
    site.install("acme-hr", "raise ValueError")

    with pytest.raises(PluginProblem, match="MKD103"):
        site.host('mkd.strict = true\nmkd.enabled = ["main"]')


def test_strict_forgives_an_extra_that_nobody_asked_for(site):
    """What an extra would bring is not wrong while nothing uses it."""
    site.install("acme-hr", "import nowhere_to_be_found", requires=("nowhere-to-be-found; extra == 'x'",))

    host = site.host('mkd.strict = true\nmkd.enabled = ["main"]')

    assert [problem.code for problem in host.problems] == ["MKD104"]


def test_a_keyboard_interrupt_while_loading_is_meant_for_the_host(site):
    """Whoever presses Ctrl-C wants the program to stop."""
    site.install("acme-hr", "raise KeyboardInterrupt")

    with pytest.raises(KeyboardInterrupt):
        site.host()


def test_policies_and_facts_of_a_plugin_are_taken(site):
    """A plugin may add rule packs and facts without having a backend."""
    site.install(
        "rules-hr",
        """
        from pathlib import Path
        from mkd_plugins.api import Fact, Kind, RulePack, Wording, hookimpl

        @hookimpl
        def mkd_policies():
            return [RulePack("kota-contoh", Path(__file__).parent)]

        @hookimpl
        def mkd_facts():
            meaning = Wording("Jumlah anak", "Number of children")
            return [Fact(name="applicant.children", kind=Kind.INTEGER, meaning=meaning, low=0, high=30)]
        """,
    )

    host = site.host()

    assert [pack.folder for pack in host.packs if pack.id == "kota-contoh"] == [site.folder]
    assert "applicant.children" in host.vocabulary


def test_a_policy_file_may_read_the_facts_of_a_plugin(site, tmp_path):
    """The command line loads plugins for a name that it does not know, and not before."""
    site.install(
        "rules-hr",
        """
        from mkd_plugins.api import Fact, Kind, Wording, hookimpl

        @hookimpl
        def mkd_facts():
            meaning = Wording("Jumlah anak", "Number of children")
            return [Fact(name="applicant.children", kind=Kind.INTEGER, meaning=meaning, low=0, high=30)]
        """,
    )
    policy, facts = tmp_path / "own.toml", tmp_path / "facts.jsonl"
    policy.write_text(
        """
        [policy]
        id = "own"
        version = "1"
        in_force = { from = 2023-01-01 }
        title = { id = "Uji", en = "Test" }
        [sources.ours]
        title = "Ours"
        [[rules]]
        id = "children"
        require = "applicant.children <= 2"
        otherwise = "refer"
        because = { id = "Uji", en = "Test" }
        source = "ours"
        """
    )
    facts.write_text('{"applicant": {"children": 3}}')
    asked = ["decide", "--policy", str(policy), "--on", "2023-07-03", "--brief", str(facts)]

    decided = CliRunner().invoke(root, asked)
    without = CliRunner().invoke(root, ["--no-plugins", *asked])

    assert json.loads(decided.stdout) == {"outcome": "refer", "failed": ["children"], "undetermined": []}
    assert (without.exit_code, "applicant.children" in without.output) == (1, True)


def test_a_pay_scheme_of_a_plugin_can_be_configured(site):
    """A rule pack may hold a pay scheme, which a deployment names like a shipped one."""
    shipped = files("mkd_plugins").joinpath("packs/jabar-trk/2020.1.toml").read_text(encoding="utf-8")
    pack = site.folder / "pack"
    pack.mkdir()
    (pack / "1.toml").write_text(shipped.replace('"jabar-trk"', '"kota-tpp"'), encoding="utf-8")
    site.install(
        "rules-hr",
        """
        from pathlib import Path
        from mkd_plugins.api import RulePack, hookimpl

        @hookimpl
        def mkd_policies():
            return [RulePack("kota-tpp", Path(__file__).parent / "pack")]
        """,
    )

    host = site.host('[mkd]\nscheme = "kota-tpp"\n[journal.sqlite]\npath = "journal.db"\n')

    with Deployment(host) as mkd:
        assert [scheme.id for scheme in schemes_of(mkd.host).schemes] == ["kota-tpp"]


def test_a_fact_of_the_library_cannot_be_redefined(site, problem_of):
    """What a rule means by a name must not depend on what is installed."""
    site.install(
        "rules-hr",
        """
        from mkd_plugins.api import Fact, Kind, Wording, hookimpl

        @hookimpl
        def mkd_facts():
            return [Fact(name="applicant.rating", kind=Kind.INTEGER, meaning=Wording("Nilai", "Mark"))]
        """,
    )

    problem = problem_of(site.host(), "rules-hr")

    assert (problem.code, problem.line) == ("MKD110", "fact applicant.rating is the library's already")


def test_one_fact_or_policy_of_two_plugins_belongs_to_the_first(site):
    """Like the names of backends."""
    source = """
        from pathlib import Path
        from mkd_plugins.api import Fact, Kind, RulePack, Wording, hookimpl

        @hookimpl
        def mkd_facts():
            meaning = Wording("Anak", "Children")
            return [Fact(name="applicant.children", kind=Kind.INTEGER, meaning=meaning, low=0, high=30)]

        @hookimpl
        def mkd_policies():
            return [RulePack("kota-contoh", Path(__file__).parent)]
        """
    site.install("a-hr", source)
    site.install("b-hr", source)

    problems = [problem for problem in site.host().problems if problem.label == "b-hr[main]"]

    assert [(problem.code, problem.line) for problem in problems] == [
        ("MKD110", "policy kota-contoh is a-hr[main]'s already"),
        ("MKD110", "fact applicant.children is a-hr[main]'s already"),
    ]


def test_the_first_copy_of_a_distribution_on_the_path_is_the_one(site, sender, tmp_path_factory, monkeypatch):
    """As Python would import it: a copy further down is not listed beside it."""
    site.install("acme-hr", sender)
    later = tmp_path_factory.mktemp("later")
    shutil.copytree(site.folder / "acme_hr-1.2.dist-info", later / "acme_hr-1.1.dist-info")
    monkeypatch.setattr(sys, "path", [*sys.path, str(later)])
    importlib.invalidate_caches()

    assert [row.state for row in site.host().report() if row.label == "acme-hr[main]"] == ["loaded"]


def test_a_default_is_for_a_fact_that_exists_with_a_value_it_can_take(site):
    """A default decides about people: one that cannot hold stops the deployment, and all of them are told."""
    host = site.host(
        """
        [defaults."applicant.equipment_redy"]
        value = true
        source = "SE 4/2026"
        [defaults."applicant.rating"]
        value = 3
        source = "SE 4/2026"
        """
    )

    with pytest.raises(ConfigProblem) as caught:
        host.defaults()

    assert [fault.path for fault in caught.value.faults] == [
        'defaults."applicant.equipment_redy"',
        'defaults."applicant.rating".value',
    ]
    assert caught.value.faults[0].hint == "did you mean applicant.equipment_ready?"


def test_defaults_that_can_hold_are_handed_on(site):
    """With their source."""
    host = site.host('[defaults."applicant.equipment_ready"]\nvalue = true\nsource = "SE 4/2026"')

    assert host.defaults()["applicant.equipment_ready"].source == "SE 4/2026"


def test_every_code_has_its_stage_and_meaning():
    """The table of codes is what the reference page shows: no code without both."""
    assert all(code.startswith("MKD1") and stage and meaning for code, (stage, meaning) in CODES.items())
    assert len({meaning for _, meaning in CODES.values()}) == len(CODES)
