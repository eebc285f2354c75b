"""What is kept of SIASN as tables of our fields, to be joined like any other: people, units, discipline, ratings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any

import attrs

from mkd_core.errors import InvalidInput
from mkd_core.people import MandateKind
from mkd_plugins.identity.directory.layout import FIELDS as TABLES
from mkd_plugins.identity.directory.layout import Layout, lay_out
from mkd_plugins.identity.directory.rows import Cell, Row, Table
from mkd_plugins.identity.table.source import read
from mkd_plugins.jabar.siasn.config import Config
from mkd_plugins.jabar.siasn.fields import DISCIPLINE, PERSON, POSTS, RATINGS, UNITS
from mkd_plugins.jabar.siasn.store import Kept, Store

RESOURCES: Mapping[str, str] = {"people": PERSON, "discipline": DISCIPLINE, "ratings": RATINGS, "units": UNITS}
"""Our table → the resource of SIASN that it is read from."""

#: A punishment without an end: no date, so that nobody can say until when it holds.
_NO_END = "?"


@cache
def _shipped() -> Mapping[str, Any]:
    return tomllib.loads(files("mkd_plugins.jabar.siasn").joinpath("siasn.toml").read_text(encoding="utf-8"))


def layouts(config: Config) -> dict[str, Layout]:
    """How each table is laid out. Raises ``InvalidInput`` for a code that stands for no value of ours."""
    own = config.codes
    unknown = next((field for field in own if not any(field in TABLES[table] for table in RESOURCES)), None)
    if unknown is not None:
        raise InvalidInput("MKD661", f"{unknown!r} is no field of ours", where="codes", mend="see mkd policy facts")
    laid = {
        table: lay_out(
            table,
            _shipped()[table],
            columns={},
            codes={field: codes for field, codes in own.items() if field in TABLES[table]},
        )
        for table in RESOURCES
    }
    if config.mandates is not None:
        source = config.mandates
        laid["mandates"] = lay_out(
            "mandates",
            _shipped()["mandates"],
            columns=source.columns,
            codes=source.codes,
            date_format=source.date_format,
            empty=source.empty,
        )
    return laid


def acting_numbers(config: Config) -> list[str]:
    """The service numbers of those who act for somebody, each once."""
    if config.mandates is None:
        return []
    rows = read(config.mandates, layouts(config)["mandates"]).rows
    return list(dict.fromkeys(row.text("acting").replace(" ", "") for row in rows))


def tables(config: Config, store: Store) -> dict[str, Table]:
    """The tables, as the cache and the list of mandates are now."""
    laid = layouts(config)
    made = {
        table: _table(f"SIASN {resource}", laid[table], _rows(table, store.read(resource)))
        for table, resource in RESOURCES.items()
    }
    if config.mandates is not None:
        made["mandates"] = _confirmed(read(config.mandates, laid["mandates"]), store)
    return made


def _table(name: str, layout: Layout, rows: Iterable[Row | InvalidInput]) -> Table:
    listed = list(rows)
    findings = tuple(each for each in listed if isinstance(each, InvalidInput))
    return Table(name, layout, tuple(each for each in listed if isinstance(each, Row)), findings)


def _rows(table: str, kept: Iterable[Kept]) -> Iterator[Row | InvalidInput]:
    number = 0
    for answer in kept:
        number += 1
        where = f"SIASN {answer.resource}, person …{answer.subject[-3:]}"
        if table == "people":
            yield _person(answer, number, where)
            if answer.gone_at is not None:
                since = datetime.fromtimestamp(answer.gone_at, UTC).date()
                line = f"SIASN does not know this person since {since}; what it said before is still in use"
                yield InvalidInput("MKD669", line, where=where, mend="take the number off the list, or mend it")
        elif table == "units":
            for unit in answer.records:
                number += 1
                yield Row(number, _cells(table, unit))
        else:
            for record in answer.records:
                if cells := _standing(table, record):
                    yield Row(number, {"person": answer.subject, **cells})


def _person(answer: Kept, number: int, where: str) -> Row | InvalidInput:
    """The row of a person, unless the answer is somebody else's: what a server filters by is never trusted."""
    if len(answer.records) != 1 or answer.records[0].get("nipBaru") != answer.subject:
        return InvalidInput(
            "MKD669",
            "the answer is not that of the number that was asked for; it counts for nobody",
            where=where,
            mend="run mkd jabar refresh --all; if it stays, tell BKN",
        )
    record = dict(answer.records[0])
    if record.get("kedudukanPnsNama", "").upper().startswith("PPPK"):
        # How PPPK are coded is documented nowhere; the name of their standing was seen.
        record["kedudukanPnsId"] = record["kedudukanPnsNama"]
        record["statusPegawai"] = "PPPK"
    elif len(record.get("kedudukanPnsId", "")) == 1:
        # A code that came as a number has lost its first zero.
        record["kedudukanPnsId"] = f"0{record['kedudukanPnsId']}"
    kind = record.get("jenisJabatanId", "")
    if kind:
        record["jenisJabatanId"] = f"eselon {record.get('eselonId', '')}" if kind == "1" else f"jenis {kind}"
    return Row(number, _cells("people", record))


def _standing(table: str, record: Mapping[str, str]) -> dict[str, Cell]:
    """A punishment or a rating by our fields; nothing for a punishment that was revoked."""
    if table == "discipline":
        if record.get("skPembatalanNomor") or record.get("skPembatalanTanggal"):
            return {}
        return _cells(table, {"akhirHukumTanggal": _NO_END, **record})
    rated = record.get("kuadranKinerja") or record.get("kuadranKinerjaNilai", "")
    return _cells(table, {**record, "kuadranKinerja": rated.upper()})


def _cells(table: str, record: Mapping[str, str]) -> dict[str, Cell]:
    columns: Mapping[str, str] = _shipped()[table]["columns"]
    return {field: record[column] for field, column in columns.items() if record.get(column)}


def _confirmed(mandates: Table, store: Store) -> Table:
    """Record each acting officer whose own posts at SIASN do not show the unit: the order may not be entered yet."""
    posts = {
        answer.subject: {record.get("unorId") for record in answer.records if record.get("jenisPenugasanId")}
        for answer in store.read(POSTS)
    }
    unconfirmed = (
        InvalidInput(
            "MKD670",
            "the officer's own posts at SIASN show no assignment to this unit",
            where=mandates.where(row, "acting"),
            mend="see whether the order was entered there; the table holds until then",
        )
        for row in mandates.rows
        if mandates.layout.codes["kind"].get(row.text("kind")) in (MandateKind.PLT, MandateKind.PLH)
        and row.text("unit")
        and row.text("unit") not in posts.get(row.text("acting").replace(" ", ""), ())
    )
    return attrs.evolve(mandates, findings=(*mandates.findings, *unconfirmed))
