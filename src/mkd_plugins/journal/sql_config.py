"""The journal ``sql`` as the host meets it. SQLAlchemy is imported only by a deployment that configures it."""

from __future__ import annotations

import attrs

from mkd_core.errors import InvalidInput
from mkd_core.ports import Journal
from mkd_plugins.api import Provider, Secret, hookimpl, journal


def _url(_: SqlConfig, __: attrs.Attribute[str], text: str) -> None:
    try:
        from sqlalchemy import exc, make_url
    except ModuleNotFoundError:
        raise InvalidInput(
            "MKD517", "needs SQLAlchemy, which is not installed", mend="pip install 'mkd[sql]'"
        ) from None
    try:
        url = make_url(text)
    except exc.ArgumentError:
        raise InvalidInput(
            "MKD514", "is no database URL", mend="write it as postgresql+psycopg://user@host/database"
        ) from None
    if url.password is not None:
        raise InvalidInput("MKD514", "holds a password", mend='give it apart: password = { env = "…" }')


@attrs.frozen(kw_only=True)
class SqlConfig:
    """Which database, and how long to wait for it.

    ``url``           SQLAlchemy's: ``postgresql+psycopg://user@host/database``, without a password.
    ``create``        make the tables where they are missing.
    ``busy_timeout``  seconds to wait for somebody else's transaction.
    """

    url: str = attrs.field(validator=_url)
    password: Secret | None = None
    create: bool = True
    busy_timeout: float = attrs.field(default=5.0, validator=attrs.validators.ge(0))


def _open(config: SqlConfig) -> Journal:
    from mkd_plugins.journal.sql import open_store

    return open_store(config)


@hookimpl
def mkd_providers() -> list[Provider]:
    """Announces the journal in a SQL database."""
    return [journal(name="sql", config=SqlConfig, build=_open, cooperative=True)]
