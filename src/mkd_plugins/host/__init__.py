"""The plugin host: which plugins are installed, what they offer, and backends whose every call is guarded."""

from mkd_plugins.host.host import FAILS_CLOSED, Host, Row

__all__ = ["FAILS_CLOSED", "Host", "Row"]
