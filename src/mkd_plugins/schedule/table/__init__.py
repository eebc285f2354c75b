"""Schedule ``table``: where and when somebody works, one row a person and date, in CSV files or a database."""

from __future__ import annotations

from mkd_plugins.api import Provider, Schedule, hookimpl, schedule
from mkd_plugins.schedule.table.config import Config

__all__ = ["Config", "mkd_providers", "roster"]


def roster(config: Config) -> Schedule:
    """The roster that the settings name."""
    if config.folder is not None:
        from mkd_plugins.schedule.table.files import FileRoster

        return FileRoster(config, config.folder)
    from mkd_plugins.schedule.table.database import DatabaseRoster

    return DatabaseRoster(config)


@hookimpl
def mkd_providers() -> list[Provider]:
    """Announce the table."""
    return [schedule(name="table", config=Config, build=roster, capabilities=("ping",))]
