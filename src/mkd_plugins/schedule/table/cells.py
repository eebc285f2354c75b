"""A day plan as the cells of a row, by the templates of the deployment."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs

from mkd_core.errors import InvalidInput, Permanent, did_you_mean
from mkd_core.worktime import DAY, Place, Window, clock
from mkd_plugins.api import RosterEntry

FIELDS = ("person", "nip", "date", "windows", "start", "end", "minutes", "break", "place", "reference", "key")
"""What a template may name."""

COLUMNS: Mapping[str, str] = {
    "person": "{person}",
    "nip": "{nip}",
    "date": "{date}",
    "windows": "{windows}",
    "minutes": "{minutes}",
    "reference": "{reference}",
}
"""The columns where the deployment names none."""

_DAYS = (date(2026, 11, 24), date(2027, 11, 24), date(2026, 12, 24), date(2026, 11, 25))
"""Dates that differ in the year, the month or the day alone."""


@attrs.frozen(kw_only=True)
class Template:
    """The columns of a row in their order, and the words of a place; see ``Config``.

    Raises ``InvalidInput`` (MKD651) for a template that cannot be filled, and where a row could not be found again:
    one column must be ``{person}`` and one ``{date}``, in a form that tells every date from every other.
    """

    columns: Mapping[str, str]
    places: Mapping[str, str]

    def __attrs_post_init__(self) -> None:
        for place in self.places:
            if place not in list(Place):
                raise InvalidInput(
                    "MKD651", f"{place!r} is no place", where="places", mend=did_you_mean(place, list(Place))
                )
        for column, template in self.columns.items():
            _check(column, template)
        for field in ("person", "date"):
            if not any(_is_alone(template, field) for template in self.columns.values()):
                raise InvalidInput(
                    "MKD651",
                    f"no column is {{{field}}} alone, so that a row could not be found again",
                    where="columns",
                    mend=f'add a column such as {field} = "{{{field}}}"',
                )
        if len({day.__format__(self._date_form) for day in _DAYS}) < len(_DAYS):
            raise InvalidInput(
                "MKD651",
                "the form of {date} does not tell every date from every other",
                where=f"columns.{self.date}",
                mend='write the year too, as in "{date:%d-%m-%Y}"',
            )

    @property
    def person(self) -> str:
        """The column that holds the person's key."""
        return next(column for column, template in self.columns.items() if _is_alone(template, "person"))

    @property
    def date(self) -> str:
        """The column that holds the date."""
        return next(column for column, template in self.columns.items() if _is_alone(template, "date"))

    @property
    def _date_form(self) -> str:
        ((_, _, form, _),) = string.Formatter().parse(self.columns[self.date])
        return form or ""

    def row(self, entry: RosterEntry) -> dict[str, str]:
        """The cells of that day, each as text."""
        values = {**_values(entry), "place": _places(entry.windows, self.places)}
        return {column: template.format(**values) for column, template in self.columns.items()}

    def of_number(self) -> list[str]:
        """The columns that a service number stands in."""
        return [column for column, template in self.columns.items() if "nip" in _named(template)]

    def numbered(self, entry: RosterEntry, *, stands: bool) -> bool:
        """Whether the service number is known: by the entry, by the row that stands there already, or nobody asks.

        A day without hours needs no row of somebody without a number. Raises ``Permanent`` (MKD656) for hours of one:
        whoever reads the roster by number would take them for nobody's.
        """
        if entry.number is not None or stands or not self.of_number():
            return True
        if entry.windows:
            raise Permanent(
                f"identity knows no service number, and the column {self.of_number()[0]} would be empty",
                code="MKD656",
                where=f"{entry.person}, {entry.on}",
                mend="give the person a number in what identity reads, or take {nip} out of columns",
            )
        return False


def _values(entry: RosterEntry) -> dict[str, Any]:
    windows = entry.windows
    return {
        "person": entry.person,
        "nip": entry.number.digits if entry.number else "",
        "date": entry.on,
        "windows": ", ".join(map(str, windows)),
        "start": clock(windows[0].start) if windows else "",
        "end": clock(windows[-1].end % DAY) if windows else "",
        "minutes": sum(window.net for window in windows),
        "break": sum(window.pause for window in windows),
        "reference": entry.reference,
        "key": entry.key,
    }


def _places(windows: tuple[Window, ...], words: Mapping[str, str]) -> str:
    return ", ".join(dict.fromkeys(words.get(window.place, window.place.value) for window in windows))


def _check(column: str, template: str) -> None:
    example = {**dict.fromkeys(FIELDS, "x"), "date": _DAYS[0], "minutes": 450, "break": 60}
    mend = 'name a field in braces, such as "{date}"'
    try:
        named = _named(template)
        unknown = sorted(named - set(FIELDS))
        mend = (did_you_mean(unknown[0], FIELDS) if unknown else "") or mend
        fits = bool(named and not unknown and template.format(**example))
    except ValueError:
        fits = False
    if not fits:
        raise InvalidInput("MKD651", f"{template!r} is no template of a cell", where=f"columns.{column}", mend=mend)


def _named(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def _is_alone(template: str, field: str) -> bool:
    parts = list(string.Formatter().parse(template))
    return len(parts) == 1 and parts[0][0] == "" and parts[0][1] == field
