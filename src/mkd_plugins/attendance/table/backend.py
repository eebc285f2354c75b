"""The port over one table of check-ins."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING

from attrs import field, frozen

from mkd_core.errors import Permanent
from mkd_plugins.api import CheckIn, ServiceNumber
from mkd_plugins.attendance.table.config import Config
from mkd_plugins.tables.reading import Line, Stamp, asked, csv_lines, engine_of, file_stamp, mend_header

if TYPE_CHECKING:
    from sqlalchemy import Engine


@frozen
class _Days:
    """Check-ins by key or number and local date, and where the moments stand that cannot be read."""

    seen: Mapping[tuple[str, date], list[CheckIn]] = field(factory=dict)
    unreadable: Mapping[str, list[int]] = field(factory=dict)


class TableAttendance:
    """The port over a CSV file, read again when it has changed, or a SELECT, run for each question.

    Raises ``Permanent`` for a table that is not as configured, and for a day without a check-in of somebody of whom a
    row cannot be read: it might be of that day. ``Transient`` while the database is away.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._read: tuple[Stamp, _Days] | None = None
        self._engine: Engine | None = None

    def close(self) -> None:
        """Let go of the database."""
        if self._engine is not None:
            self._engine.dispose()

    def ping(self) -> None:
        """Whether the table can be read and has its columns; of a SELECT, by asking for nobody."""
        if self._config.path is None:
            self._selected("", date.min)
        else:
            self._of_file()

    def check_ins(self, person: str, number: ServiceNumber | None, on: date) -> Sequence[CheckIn]:
        """See :class:`mkd_plugins.api.Attendance`."""
        who = person if self._config.who == "person" else number.digits if number is not None else ""
        days, name = (self._selected(who, on), "SELECT") if self._config.path is None else self._of_file()
        found = days.seen.get((who, on), [])
        if not found and who in days.unreadable:
            raise Permanent(
                "a moment cannot be read",
                code="MKD655",
                where=f"{name}, row {days.unreadable[who][0]}",
                mend="set at_format, or mend the row",
            )
        return sorted(found, key=lambda check_in: check_in.at)

    def _selected(self, who: str, on: date) -> _Days:
        if self._engine is None:
            self._engine = engine_of(self._config.url, self._config.password, "SELECT", kept=True)
        header, lines = asked(self._engine, self._config.select, "SELECT", {"person": who, "on": on})
        return self._days("SELECT", header, lines)

    def _of_file(self) -> tuple[_Days, str]:
        path = self._config.path
        assert path is not None
        now = file_stamp(path)
        if self._read is None or self._read[0] != now:
            header, lines = csv_lines(self._config, path)
            self._read = (now, self._days(path.name, header, lines))
        return self._read[1], path.name

    def _days(self, name: str, header: list[str], lines: Iterable[Line]) -> _Days:
        places = self._places(name, header)
        seen: dict[tuple[str, date], list[CheckIn]] = {}
        unreadable: dict[str, list[int]] = {}
        for line, cells in lines:
            if len(cells) != len(header):
                raise Permanent(
                    f"the row has {len(cells)} cells and the header {len(header)}",
                    code="MKD234",
                    where=f"{name}, row {line}",
                    mend="look for a delimiter within a text that is not quoted",
                )
            who = str(cells[places[self._config.who]]).strip()
            if not who:
                continue
            at = self._moment(cells[places["at"]])
            if at is None:
                unreadable.setdefault(who, []).append(line)
                continue
            kind = str(cells[places["kind"]]).strip() if "kind" in places else "check_in"
            day = at.astimezone(self._config.timezone).date()
            seen.setdefault((who, day), []).append(CheckIn(at=at, kind=kind))
        return _Days(seen, unreadable)

    def _places(self, name: str, header: list[str]) -> dict[str, int]:
        places = {}
        for ours, column in self._config.columns.items():
            if column not in header:
                raise Permanent(
                    f"there is no column {column} (for {ours})",
                    code="MKD233",
                    where=name,
                    mend=mend_header(column, header, self._config.delimiter),
                )
            places[ours] = header.index(column)
        return places

    def _moment(self, cell: object) -> datetime | None:
        if isinstance(cell, datetime):
            at = cell
        else:
            try:
                text = str(cell).strip()
                form = self._config.at_format
                at = datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007
            except ValueError:
                return None
        return at if at.tzinfo else at.replace(tzinfo=self._config.timezone)
