"""The projects that Digiteam knows: made up, and the same at each start."""

from __future__ import annotations

from typing import Final

from mkd_plugins.jabar.simulator.digiteam.forms import made_id

PROJECTS: Final = ("Layanan Digital", "Data Sektoral", "Tata Kelola")


def project(name: str) -> dict[str, str | None]:
    """A project as it is listed."""
    return {"id": made_id("project", name), "name": name, "description": None}
