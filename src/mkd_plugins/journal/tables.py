"""The journal's tables for every SQL database, and the statements that a host runs to make them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
)
from sqlalchemy.dialects import mysql, postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from mkd_core.errors import InvalidInput, did_you_mean
from mkd_plugins.journal.rows import SCHEMA_VERSION

# MySQL and MariaDB compare text without case and accents unless a binary collation is named, index no text without a
# length, and cut TEXT at 64 KiB.
_COLLATION = "utf8mb4_bin"
_MYSQL_KIND = ("mysql", "mariadb")


def _name(length: int) -> Any:
    return String(length).with_variant(mysql.VARCHAR(length, collation=_COLLATION), *_MYSQL_KIND)


_text: Any = Text().with_variant(mysql.LONGTEXT(collation=_COLLATION), *_MYSQL_KIND)
_position: Any = BigInteger().with_variant(Integer(), "sqlite")
_options: dict[str, Any] = {
    f"{kind}_{option}": value
    for kind in _MYSQL_KIND
    for option, value in {"engine": "InnoDB", "charset": "utf8mb4", "collate": _COLLATION}.items()
}

STREAM_LENGTH = 200
KEY_LENGTH = 255

metadata = MetaData()

meta = Table(
    "mkd_meta",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("schema_version", Integer, nullable=False),
    Column("events", _position, nullable=False),
    Column("effects", _position, nullable=False),
    **_options,
)
"""One row. Its two counters give out the positions, and its lock lets one transaction append at a time."""

events = Table(
    "mkd_events",
    metadata,
    Column("position", _position, primary_key=True, autoincrement=False),
    Column("stream", _name(STREAM_LENGTH), nullable=False),
    Column("number", Integer, nullable=False),
    Column("type", _text, nullable=False),
    Column("schema_number", Integer, nullable=False),
    Column("moment", _text, nullable=False),
    Column("author", _text, nullable=False),
    Column("data", _text, nullable=False),
    Column("commitment", _name(64), nullable=False),
    Column("previous", _name(64), nullable=False),
    Column("hash", _name(64), nullable=False),
    UniqueConstraint("stream", "number", name="mkd_events_stream_number"),
    **_options,
)

private = Table(
    "mkd_private",
    metadata,
    Column("position", _position, ForeignKey("mkd_events.position"), primary_key=True, autoincrement=False),
    Column("salt", _name(64), nullable=False),
    Column("content", _text, nullable=False),
    **_options,
)

effects = Table(
    "mkd_effects",
    metadata,
    Column("position", _position, primary_key=True, autoincrement=False),
    Column("effect_key", _name(KEY_LENGTH), nullable=False),
    Column("port", _text, nullable=False),
    Column("kind", _text, nullable=False),
    Column("recipient", _text, nullable=False),
    Column("data", _text, nullable=False),
    Column("status", _name(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", _name(40)),
    Column("problem", _text, nullable=False),
    Column("receipt", _text, nullable=False),
    UniqueConstraint("effect_key", name="mkd_effects_key"),
    Index("mkd_effects_status", "status", "position"),
    **_options,
)

first_row = insert(meta).values(id=1, schema_version=SCHEMA_VERSION, events=0, effects=0)

_DIALECTS: dict[str, type[Dialect]] = {
    "sqlite": sqlite.dialect,
    "postgresql": postgresql.dialect,
    "mysql": mysql.dialect,
}


def ddl(dialect: str) -> str:
    """The statements that make an empty journal, for the host's own migrations: ``sqlite postgresql mysql``.

    MariaDB takes those of ``mysql``. Raises ``InvalidInput`` for another name.
    """
    if dialect not in _DIALECTS:
        raise InvalidInput(
            "MKD512", f"no statements for the dialect {dialect!r}", mend=did_you_mean(dialect, _DIALECTS)
        )
    chosen = _DIALECTS[dialect]()
    made: list[Any] = []
    for table in metadata.sorted_tables:
        made += [CreateTable(table), *map(CreateIndex, sorted(table.indexes, key=lambda index: str(index.name)))]
    texts = [str(statement.compile(dialect=chosen)) for statement in made]
    texts.append(str(first_row.compile(dialect=chosen, compile_kwargs={"literal_binds": True})))
    return "".join(f"{text.strip()};\n\n" for text in texts)
