"""The catalogue of error codes as a help in need: what to do about a code whose error did not say so itself."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def mend_of(code: str) -> str:
    """The mend of that code as a clause, without its full stop; nothing for a code that is not in the catalogue."""
    import tomllib

    text = files("mkd_plugins").joinpath("errors.toml").read_text(encoding="utf-8")
    mend = str(tomllib.loads(text).get(code, {}).get("mend", ""))
    return mend[:1].lower() + mend[1:].rstrip(".") if mend[1:2].islower() else mend.rstrip(".")
