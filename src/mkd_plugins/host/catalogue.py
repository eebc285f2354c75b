"""What all plugins together have on offer: backends, rule packs, facts. A name belongs to the first that has it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from mkd_core.errors import did_you_mean
from mkd_core.language.vocabulary import Fact, Vocabulary
from mkd_core.policy.facts import VOCABULARY
from mkd_plugins.config import BackendTable
from mkd_plugins.discovery import Installed
from mkd_plugins.host.loading import Announced
from mkd_plugins.problems import EXTRA_MISSING, NAME_TAKEN, UNKNOWN_BACKEND, ConfigProblem, LoadProblem, PluginProblem
from mkd_plugins.provider import Provider, RulePack


@attrs.frozen
class Offer:
    """A backend on offer, and whose it is."""

    plugin: Installed
    provider: Provider

    @property
    def path(self) -> str:
        """Its table in ``mkd.toml``."""
        return f"{self.provider.port}.{self.provider.name}"


class Catalogue:
    """The offers of the loaded plugins, by port and name."""

    def __init__(self) -> None:
        self._offers: dict[tuple[str, str], Offer] = {}
        self._packs: dict[str, tuple[Installed, RulePack]] = {}
        self._facts: dict[str, tuple[Installed, Fact]] = {}

    def take(self, announced: Announced) -> list[LoadProblem]:
        """Add what a plugin announces; the problems of the names that another has already."""
        plugin = announced.plugin
        taken = []
        for provider in announced.providers:
            offer = Offer(plugin, provider)
            holder = self._offers.setdefault((provider.port, provider.name), offer)
            if holder is not offer:
                taken.append(_name_taken(plugin, offer.path, holder.plugin.label))
        for pack in announced.packs:
            owner, held = self._packs.setdefault(pack.id, (plugin, pack))
            if held is not pack:
                taken.append(_name_taken(plugin, f"policy {pack.id}", owner.label))
        for fact in announced.facts:
            if fact.name in VOCABULARY:
                taken.append(_name_taken(plugin, f"fact {fact.name}", "the library"))
                continue
            owner, known = self._facts.setdefault(fact.name, (plugin, fact))
            if known is not fact:
                taken.append(_name_taken(plugin, f"fact {fact.name}", owner.label))
        return taken

    def __iter__(self) -> Iterator[Offer]:
        return iter(self._offers.values())

    def of_port(self, port: str) -> tuple[Offer, ...]:
        """The offers for a port."""
        return tuple(offer for offer in self if offer.provider.port == port)

    def of_plugin(self, plugin: Installed) -> tuple[Offer, ...]:
        """The offers of a plugin."""
        return tuple(offer for offer in self if offer.plugin is plugin)

    def packs(self, plugin: Installed | None = None) -> tuple[RulePack, ...]:
        """The rule packs of a plugin, or of all."""
        return tuple(pack for owner, pack in self._packs.values() if plugin in (None, owner))

    @property
    def vocabulary(self) -> Vocabulary:
        """The library's facts, and behind them those of the plugins."""
        return VOCABULARY.extended(fact for _, fact in self._facts.values())

    def find(self, table: BackendTable) -> Offer | None:
        """The offer that a table of the configuration names."""
        return self._offers.get((table.port, table.name))

    def unknown(self, table: BackendTable, file: str, faults: tuple[PluginProblem, ...]) -> ConfigProblem:
        """The problem of a table that names no offer; ``faults`` are those of plugins: one may be the reason."""
        hints = [did_you_mean(table.name, [offer.provider.name for offer in self.of_port(table.port)])]
        hints += [f"{each.label} did not load: {_reason(each)}" for each in faults if each.stage == "load"]
        line = f"[{table.path}] names a backend that no plugin offers"
        return ConfigProblem(UNKNOWN_BACKEND, file, line, hint="; ".join(filter(None, hints)))


def _name_taken(plugin: Installed, what: str, holder: str) -> LoadProblem:
    hint = f"disable {plugin.label} in [mkd], or the other"
    return LoadProblem(NAME_TAKEN, plugin.label, f"{what} is {holder}'s already", hint=hint)


def _reason(problem: PluginProblem) -> str:
    return problem.hint if problem.code == EXTRA_MISSING else problem.code
