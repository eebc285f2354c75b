"""What ``[identity.table]`` says: where the tables are, which column is which of our fields, what their codes mean.

A map is such a layout shipped as data (``mkd_plugins/identity/maps``); what a deployment says itself beats it.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_plugins.identity.directory.layout import FIELDS, Layout, lay_out
from mkd_plugins.tables.source import KeptSource


@attrs.frozen(kw_only=True)
class Source(KeptSource):
    """One table: a CSV file (``path``) or a SELECT through a SQLAlchemy URL (``url`` and ``select``, extra ``sql``).

    ``columns``      our field → their column. An empty column takes a map's away.
    ``codes``        our field → their code → our value. A code that is missing here is reported and never guessed.
    ``date_format``  as for ``strptime``; ``"%d-%m-%Y"`` reads 31-12-2023. ISO when left out.
    ``empty``        texts that stand for nothing, besides the empty one.
    ``password``     of the database user; a password does not belong into ``url``.
    ``max_age``      seconds after which a SELECT is run again. Files are read again when they have changed.
    """

    date_format: str = ""
    empty: tuple[str, ...] = ()
    columns: Mapping[str, str] = attrs.field(factory=dict)
    codes: Mapping[str, Mapping[str, Any]] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True)
class Config:
    """``[identity.table]``: the five tables, of which only ``people`` must be there.

    ``map``          the name of a shipped layout, such as ``siap``; empty for none.
    ``cache``        the file in which the tables are kept as they could last be read, with the fields that are needed
                     and no others. While a table is broken, or most of its people or units are gone, what is kept
                     stays in use and says its age. Left out, a broken table stops everything until it is mended.
    ``stale_after``  seconds after which facts of a table that nobody wrote anew are called old where they are shown;
                     never when left out.
    """

    people: Source
    units: Source | None = None
    mandates: Source | None = None
    discipline: Source | None = None
    ratings: Source | None = None
    map: str = ""
    cache: Path | None = None
    stale_after: float | None = attrs.field(default=None, validator=attrs.validators.optional(attrs.validators.gt(0)))

    def __attrs_post_init__(self) -> None:
        for table in self.sources():
            self.layout(table)

    def sources(self) -> dict[str, Source]:
        """The tables that are configured, by name."""
        return {table: source for table in FIELDS if (source := getattr(self, table)) is not None}

    def layout(self, table: str) -> Layout:
        """How that table is read. Raises ``InvalidInput`` for an unknown field, value or map, or a missing column."""
        source: Source = getattr(self, table)
        return lay_out(
            table,
            shipped_map(self.map).get(table, {}) if self.map else {},
            columns=source.columns,
            codes=source.codes,
            date_format=source.date_format,
            empty=source.empty,
        )


@cache
def shipped_map(name: str) -> Mapping[str, Any]:
    """The tables of a shipped map. Raises ``InvalidInput`` with the nearest name when there is none of that name."""
    folder = files("mkd_plugins.identity").joinpath("maps")
    names = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    if name not in names:
        raise InvalidInput("MKD248", f"there is no map {name!r}", where="map", mend=did_you_mean(name, names))
    return tomllib.loads(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))
