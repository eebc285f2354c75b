"""``mkd.toml``, read without guessing: its tables, a province's settings beneath it, what units are given."""

from mkd_plugins.config.config import ACTORS, READERS, BackendTable, Config, Default, Grant, Roles, Settings

__all__ = ["ACTORS", "READERS", "BackendTable", "Config", "Default", "Grant", "Roles", "Settings"]
