"""The door over HTTP: ``application("mkd.toml")`` is a WSGI application for any server; ``mkd serve`` runs one."""

from mkd_plugins.serve.application import Application, application

__all__ = ["Application", "application"]
