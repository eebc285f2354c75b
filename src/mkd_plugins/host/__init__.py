"""The plugin host: what the installed plugins offer, and backends whose every call is guarded."""

from mkd_plugins.host.host import FAILS_CLOSED, Host, Row

__all__ = ["FAILS_CLOSED", "Host", "Row"]
