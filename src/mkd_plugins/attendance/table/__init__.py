"""Attendance ``table``: check-ins from a CSV file or a SELECT, read only on the days that ask for one."""

from __future__ import annotations

from mkd_plugins.api import Provider, attendance, hookimpl
from mkd_plugins.attendance.table.backend import TableAttendance
from mkd_plugins.attendance.table.config import Config

__all__ = ["Config", "TableAttendance", "mkd_providers"]


@hookimpl
def mkd_providers() -> list[Provider]:
    """Announce the table."""
    return [attendance(name="table", config=Config, build=TableAttendance, capabilities=("ping",))]
