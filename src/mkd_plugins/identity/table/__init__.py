"""Identity ``table``: people, units, mandates, discipline and ratings from CSV files or SELECTs.

Column names, codes and date format are configuration; ``map = "siap"`` brings those of SIAP exports. A person's key
stands in a column of its own, apart from the service number.
"""

from __future__ import annotations

from mkd_plugins.api import Provider, hookimpl, identity
from mkd_plugins.identity.table.backend import TableIdentity
from mkd_plugins.identity.table.config import Config, Source

__all__ = ["Config", "Source", "TableIdentity", "mkd_providers"]


@hookimpl
def mkd_providers() -> list[Provider]:
    """Announce the tables."""
    return [identity(name="table", config=Config, build=TableIdentity, capabilities=("findings", "ping"))]
