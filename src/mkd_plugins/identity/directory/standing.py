"""Discipline and ratings of the tables, by person."""

from __future__ import annotations

from datetime import date

from mkd_plugins.identity.directory.index import Index
from mkd_plugins.identity.directory.person import DISCIPLINE, RATING_FACTS, Punishment, Rated
from mkd_plugins.identity.directory.rows import Row
from mkd_plugins.identity.directory.values import Reader, Unreadable

_UNKNOWN = Punishment(state=Unreadable(""), starts=None, ends=None)


def read_ratings(reader: Reader, index: Index) -> dict[str, tuple[Rated, ...]]:
    """What each person was rated, and when. Two rows of one date that differ are recorded; neither counts then."""
    found: dict[str, tuple[Rated, ...]] = {}
    for row in reader.table.rows:
        key, on = _person(reader, row, index), _rated_on(reader, row)
        if key is None or on is None:
            continue
        rated = Rated(on=on, values={fact: reader.value(row, fact) for fact in RATING_FACTS})
        earlier = found.get(key, ())
        if any(other.on == on and other.values != rated.values for other in earlier):
            line = f"another row rates the same person as of {on} differently; neither counts"
            reader.record(row, "", "MKD246", line, "drop the wrong one")
        found[key] = (*earlier, rated)
    return found


def _rated_on(reader: Reader, row: Row) -> date | None:
    """The day of the rating: its date, or the last day of its year."""
    on = reader.date(row, "rated_on")
    if isinstance(on, date):
        return on
    year = row.text("year")
    if on is None and len(year) == 4 and year.isascii() and year.isdigit() and year != "0000":
        return date(int(year), 12, 31)
    if on is None:
        reader.record(row, "year", "MKD240", "not a year of four digits", "mend the cell")
    return None


def read_punishments(reader: Reader, index: Index) -> dict[str, tuple[Punishment, ...]]:
    """What each person was punished for or is examined for.

    Without a column that says how a case stands, every row is a punishment that is served between its dates. A row that
    might be about anybody makes nobody clean of whom it is not known that they serve one.
    """
    found: dict[str, tuple[Punishment, ...]] = {}
    lost = reader.table.lost > 0
    for row in reader.table.rows:
        key = _person(reader, row, index)
        if key is None:
            lost = lost or not index.is_strangers(row, "person")
            continue
        state = reader.value(row, DISCIPLINE) if reader.has(DISCIPLINE) else "serving"
        starts, ends = reader.date(row, "starts"), reader.date(row, "ends")
        if isinstance(starts, Unreadable) or isinstance(ends, Unreadable) or state is None:
            # What holds, or since or until when, is not known: then nobody can say that the person is clean.
            punishment = _UNKNOWN
        else:
            punishment = Punishment(state=state, starts=starts, ends=ends)
        found[key] = (*found.get(key, ()), punishment)
    return {key: (*found.get(key, ()), _UNKNOWN) for key in index.rows} if lost else found


def _person(reader: Reader, row: Row, index: Index) -> str | None:
    key = index.reference(reader, row, "person")
    if key is None:
        reader.record(row, "person", "MKD236", "the row names nobody", "fill the cell")
    return key if isinstance(key, str) else None
