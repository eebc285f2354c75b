"""The door over HTTP: ``application("mkd.toml")`` is a WSGI application for any server; ``mkd serve`` runs one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mkd_plugins.serve.wsgi import Application, application

__all__ = ["Application", "application"]


def __getattr__(name: str) -> Any:
    """Import on use: the settings are read where the extra ``serve`` is not installed, too."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from mkd_plugins.serve import wsgi

    return getattr(wsgi, name)
