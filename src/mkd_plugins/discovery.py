"""Which plugins are installed, from metadata alone: nothing of them is imported here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import Distribution, EntryPoint, distributions

import attrs

from mkd_plugins.hookspecs import PROJECT
from mkd_plugins.problems import METADATA_UNREADABLE, MetadataProblem

_REQUIREMENT = re.compile(r"\s*([A-Za-z0-9._-]+)([^;]*);?(.*)")
_FLOOR = re.compile(r">=\s*([0-9.]+)")
_EXTRA = re.compile(r"""extra\s*==\s*['"]([^'"]+)['"]""")


@attrs.frozen(kw_only=True)
class Installed:
    """One plugin as its distribution describes it.

    ``label``   ``distribution[entry point]``: what every problem of it is filed under.
    ``module``  what would be imported, as the entry point says it.
    """

    entry: str
    distribution: str
    version: str
    module: str
    point: EntryPoint = attrs.field(repr=False)
    source: Distribution = attrs.field(repr=False)

    @property
    def label(self) -> str:
        return f"{self.distribution}[{self.entry}]"

    @property
    def shipped(self) -> bool:
        """Whether it comes with this library itself."""
        return self.distribution == PROJECT

    def answers_to(self, name: str) -> bool:
        """Whether ``name`` in the configuration means this plugin: its entry point or its whole label."""
        return name in (self.entry, self.label)

    def extra_for(self, module: str) -> str:
        """The extra of the distribution that installs ``module``, or nothing.

        Where the module is named otherwise than its distribution, the entry point's own extras are the answer.
        """
        wanted = _normal(module.partition(".")[0])
        for need in needs(self.source):
            if need.extra and _normal(need.name) == wanted:
                return need.extra
        return ",".join(self.point.extras)


@attrs.frozen
class Need:
    """What a distribution asks for: a name, the lowest version, and the extra that brings it (none: always)."""

    name: str
    floor: str
    extra: str


def needs(distribution: Distribution) -> Iterator[Need]:
    """All that the distribution asks for, extras included."""
    for requirement in distribution.requires or ():
        parts = _REQUIREMENT.match(requirement)
        if parts:
            floor, extra = _FLOOR.search(parts[2]), _EXTRA.search(parts[3])
            yield Need(parts[1], floor[1] if floor else "", extra[1] if extra else "")


def installed() -> tuple[list[Installed], list[MetadataProblem]]:
    """Every plugin of the entry-point group, the shipped ones first and then by label, and what could not be read.

    Distributions are read one by one, so that one with broken metadata hides no other.
    """
    found: list[Installed] = []
    problems: list[MetadataProblem] = []
    seen: set[str] = set()
    for distribution in distributions():
        key = _key_of(distribution)
        if key in seen:  # an older copy further down the path; Python would import the first
            continue
        seen.add(key)
        try:
            found.extend(_plugins_of(distribution))
        except Exception as error:  # metadata is written by others and read by a parser that raises anything
            name = _name_of(distribution)
            line = f"entry points cannot be read: {type(error).__name__}: {error}"
            problems.append(MetadataProblem(METADATA_UNREADABLE, name, line, hint=f"install {name} again"))
    return sorted(found, key=lambda plugin: (not plugin.shipped, plugin.label)), problems


def _plugins_of(distribution: Distribution) -> Iterator[Installed]:
    for point in distribution.entry_points:
        if point.group == PROJECT:
            yield Installed(
                entry=point.name,
                distribution=_name_of(distribution),
                version=str(distribution.version),
                module=point.value,
                point=point,
                source=distribution,
            )


def _key_of(distribution: Distribution) -> str:
    """The distribution's name to compare by: that of its folder, since metadata takes far longer to read."""
    folder = str(getattr(distribution, "_path", "")).replace("\\", "/").rpartition("/")[2]
    if folder.endswith(".dist-info"):
        return _normal(folder.removesuffix(".dist-info").rpartition("-")[0])
    return _normal(_name_of(distribution))


def _name_of(distribution: Distribution) -> str:
    try:
        name = distribution.metadata["Name"]
    except Exception:  # as above
        name = None
    return str(name) if name else str(getattr(distribution, "_path", "unnamed distribution")).rpartition("/")[2]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
