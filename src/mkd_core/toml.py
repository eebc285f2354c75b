"""TOML text as tables, with one error for all that makes a text no TOML."""

from __future__ import annotations

from typing import Any


class NotToml(ValueError):
    """The text is no TOML; ``str`` says why, with line and column, and quotes no value, which may be a secret."""


def toml_tables(text: str) -> dict[str, Any]:
    """The tables of a TOML text. Raises :class:`NotToml`."""
    import tomllib  # A start that reads no file does without it.

    try:
        return tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, and numbers of too many digits
        raise NotToml(str(error)) from None
    except RecursionError:
        raise NotToml("lists or tables lie too deep in each other") from None
