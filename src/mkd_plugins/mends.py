"""The catalogue of error codes: what each means, and what to do about one whose error did not say so itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def catalogue() -> Mapping[str, Mapping[str, Any]]:
    """Every code with its ``title`` in both languages, its ``cause``, its ``mend`` and what raises it."""
    import tomllib

    return tomllib.loads(files("mkd_plugins").joinpath("errors.toml").read_text(encoding="utf-8"))


def title_of(code: str, language: str) -> str:
    """What that code means, in a few words; nothing for a code that is not in the catalogue."""
    return str(catalogue().get(code, {}).get("title", {}).get(language, ""))


def mend_of(code: str) -> str:
    """The mend of that code as a clause, without its full stop; nothing for a code that is not in the catalogue."""
    mend = str(catalogue().get(code, {}).get("mend", ""))
    return mend[:1].lower() + mend[1:].rstrip(".") if mend[1:2].islower() else mend.rstrip(".")
