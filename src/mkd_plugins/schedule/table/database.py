"""The roster as a table of a database, one row a person and date."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from mkd_core.errors import Permanent, Transient, did_you_mean
from mkd_plugins.api import Receipt, RosterEntry
from mkd_plugins.schedule.table.config import Config
from mkd_plugins.tables.reading import engine_of

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Engine, Table

_READ: Mapping[type, Callable[[str], Any]] = {
    date: date.fromisoformat,
    time: time.fromisoformat,
    int: int,
    Decimal: Decimal,
}
"""How the text of a cell becomes what a column of that kind takes; other columns take the text."""


class DatabaseRoster:
    """The port over one table. A row is replaced in one transaction; give the table a key over person and date.

    Raises ``Permanent`` for a table or column that is not there and for a cell that its column does not take, and
    ``Transient`` while the database is away. Then nothing was written.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._template = config.template
        self._where = f"table {config.table}"
        self._engine: Engine | None = None
        self._table: Table | None = None

    def ping(self) -> None:
        """Whether the table is there with all its columns."""
        self._reflected()

    def close(self) -> None:
        """Let go of the database."""
        if self._engine is not None:
            self._engine.dispose()

    def put(self, entry: RosterEntry) -> Receipt:
        """Replace the row of that person and date."""
        engine, table = self._reflected()
        from sqlalchemy import and_, exc

        row = self._template.row(entry)
        cells = {name: self._cell(table, name, text) for name, text in row.items()}
        mine = and_(*(table.c[name] == cells[name] for name in (self._template.person, self._template.date)))
        with self._telling():
            try:
                self._replace(engine, table, mine, cells, entry)
            except exc.IntegrityError:
                # Somebody else may have written the row meanwhile; then it is there now, and a second attempt finds it.
                self._replace(engine, table, mine, cells, entry)
        return Receipt(key=entry.key, reference=f"{self._config.table}:{entry.person}:{entry.on}")

    def _replace(
        self,
        engine: Engine,
        table: Table,
        mine: ColumnElement[bool],
        cells: Mapping[str, Any],
        entry: RosterEntry,
    ) -> None:
        from sqlalchemy import delete, insert, select, update

        changed = dict(cells)
        if entry.number is None:
            # Whom the personnel system does not know any more is found by the number that the row has.
            for name in self._template.of_number():
                changed.pop(name, None)
        with engine.begin() as connection:
            if not entry.windows and not self._config.days_off:
                connection.execute(delete(table).where(mine))
                return
            # Asked for, and not told by the count of an UPDATE: some drivers count the rows that changed alone.
            stands = connection.execute(select(table.c[self._template.person]).where(mine)).first() is not None
            if stands:
                connection.execute(update(table).where(mine).values(changed))
            elif self._template.numbered(entry, stands=False):
                connection.execute(insert(table).values(cells))

    def _reflected(self) -> tuple[Engine, Table]:
        if self._engine is None:
            # It says which extra is missing, so it comes before the import.
            self._engine = engine_of(self._config.url, self._config.password, self._where, kept=True)
        import sqlalchemy

        if self._table is None:
            with self._telling():
                table = sqlalchemy.Table(self._config.table, sqlalchemy.MetaData(), autoload_with=self._engine)
            for name in self._config.columns:
                if name not in table.c:
                    raise Permanent(
                        f"the table has no column {name}",
                        code="MKD653",
                        where=self._where,
                        mend=did_you_mean(name, [column.name for column in table.c]) or "add it, or name another",
                    )
            self._table = table
        return self._engine, self._table

    def _cell(self, table: Table, name: str, text: str) -> Any:
        try:
            kind = table.c[name].type.python_type
        except NotImplementedError:
            kind = str
        if kind in _READ and not text:
            return None
        try:
            return _READ.get(kind, str)(text)
        except (ValueError, ArithmeticError):
            raise Permanent(
                f"the column {name} takes {kind.__name__}, and its template gives something else",
                code="MKD653",
                where=self._where,
                mend="see columns of [schedule.table]",
            ) from None

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """What the database raises, as the backend's answer; its own words stay out, for they may quote a row."""
        from sqlalchemy import exc

        try:
            yield
        except exc.NoSuchTableError:
            raise Permanent("there is no such table", code="MKD653", where=self._where, mend="create it") from None
        except exc.OperationalError as error:
            raise Transient(
                f"the roster cannot be written now ({type(error.orig).__name__})",
                code="MKD652",
                where=self._where,
                mend="see whether the database runs and the user may write the table",
            ) from None
        except exc.SQLAlchemyError as error:
            raise Permanent(
                f"the database refused the row ({type(error).__name__})",
                code="MKD652",
                where=self._where,
                mend="see that every column of the table takes what its template gives",
            ) from None
