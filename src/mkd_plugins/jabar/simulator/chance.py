"""Chance that can be repeated: it depends on the seed and on what is asked, not on which thread came first."""

from __future__ import annotations

from hashlib import blake2b


def drawn(*parts: object) -> float:
    """A number from 0 up to 1, always the same for the same parts."""
    text = "|".join(map(str, parts)).encode()
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") / 2**64
