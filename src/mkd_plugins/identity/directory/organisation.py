"""Units and mandates of the tables."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mkd_core.errors import InvalidInput
from mkd_core.people import WIB, Mandate, MandateKind, Unit
from mkd_plugins.identity.directory.circles import cycles
from mkd_plugins.identity.directory.index import Index, rows_by_key
from mkd_plugins.identity.directory.rows import Row
from mkd_plugins.identity.directory.values import Reader, Unreadable, known


def read_units(reader: Reader, index: Index) -> dict[str, Unit]:
    """The units by key. A parent that is no unit is left out, and a circle of units is recorded."""
    rows, _ = rows_by_key(reader)
    units = {key: _unit(reader, row, key, rows, index) for key, row in rows.items()}
    for circle in cycles({key: unit.parent for key, unit in units.items()}):
        line = f"a circle of units: {' > '.join([*circle, circle[0]])}"
        reader.record(rows[circle[0]], "parent", "MKD244", line, "mend the parent of one of them")
    return units


def _unit(reader: Reader, row: Row, key: str, rows: Mapping[str, Row], index: Index) -> Unit:
    parent = row.text("parent") or None
    if parent is not None and parent not in rows:
        reader.record(row, "parent", "MKD242", "that is no unit of this table", "add it, or leave the cell empty")
        parent = None
    direct = reader.value(row, "unit.direct_service")
    if isinstance(direct, Unreadable):
        line = f"the code {direct.code} says neither yes nor no"
        reader.record(row, "unit.direct_service", "MKD243", line, "map it in codes")
    zone = reader.value(row, "zone")
    if isinstance(zone, Unreadable):
        reader.record(row, "zone", "MKD243", f"the code {zone.code} is no zone", "map it to WIB, WITA or WIT")
    head = index.reference(reader, row, "head")
    return Unit(
        key=key,
        name=row.text("name") or key,
        parent=parent,
        head=head if isinstance(head, str) else None,
        agency=row.text("agency") or None,
        zone=WIB if zone is None or isinstance(zone, Unreadable) else zone,
        region=row.text("region") or "ID",
        direct_service=direct is True,
        facts=known({"unit.direct_service": direct}),
    )


def read_mandates(reader: Reader, index: Index, units: Mapping[str, Unit] | None) -> tuple[Mandate, ...]:
    """The mandates whose rows say everything; the others are recorded. ``units`` is None when no table has them."""
    mandates = (_mandate(reader, row, index, units) for row in reader.table.rows)
    return tuple(mandate for mandate in mandates if mandate is not None)


def _mandate(reader: Reader, row: Row, index: Index, units: Mapping[str, Unit] | None) -> Mandate | None:
    kind = reader.value(row, "kind")
    acting, replaces = index.reference(reader, row, "acting"), index.reference(reader, row, "replaces")
    starts, ends, accepted = (reader.date(row, field) for field in ("starts", "ends", "accepted_on"))
    if not isinstance(kind, MandateKind):
        line = f"the code {kind.code} is no kind of mandate" if isinstance(kind, Unreadable) else "no kind of mandate"
        reader.record(row, "kind", "MKD243", line, "map it to plt, plh or delegation")
        return None
    for field, value in (("acting", acting), ("starts", starts)):
        if value is None:
            reader.record(row, field, "MKD236", "a mandate needs this", "fill the cell")
    unit = row.text("unit") or None
    if unit is not None and units is not None and unit not in units:
        reader.record(row, "unit", "MKD242", "that is no unit of the units table", "mend the cell")
        return None
    if not isinstance(acting, str) or not isinstance(starts, date):
        return None
    # An end, an officer or an acceptance that cannot be read might be any: the mandate would bind too much or too long.
    if isinstance(replaces, Unreadable) or isinstance(ends, Unreadable) or isinstance(accepted, Unreadable):
        return None
    try:
        return Mandate(
            kind=kind,
            acting=acting,
            starts=starts,
            ends=ends,
            unit=unit,
            replaces=replaces,
            reference=row.text("reference"),
            # Orders bind from their date; a delegation among colleagues once it was accepted.
            accepted=kind is not MandateKind.DELEGATION or accepted is not None,
        )
    except InvalidInput as wrong:
        reader.record(row, "", wrong.code, wrong.message, wrong.mend)
        return None
