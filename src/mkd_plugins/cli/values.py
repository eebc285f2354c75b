"""Values of facts as people type them."""

from __future__ import annotations

from mkd_core.errors import InvalidInput, NotFound
from mkd_core.language import BadValue, Kind, Value, Vocabulary

_YES_NO = {"true": True, "yes": True, "ya": True, "false": False, "no": False, "tidak": False}


def fact_value(vocabulary: Vocabulary, name: str, text: str, *, where: str) -> Value:
    """The value of that fact in the form in which JSON would have it. Raises ``NotFound`` and ``InvalidInput``."""
    if name not in vocabulary:
        raise NotFound("MKD436", f"no fact is called {name!r}", where=where, mend=vocabulary.nearest(name))
    fact = vocabulary[name]
    try:
        typed: object = text
        if fact.kind is Kind.YES_NO:
            typed = _YES_NO.get(text.lower(), text)
        elif fact.kind is Kind.INTEGER:
            typed = int(text) if text.strip().lstrip("-").isdecimal() else text
        elif fact.kind is Kind.FLOAT:
            typed = float(text)
        return fact.show(fact.read(typed))
    except (BadValue, ValueError):
        raise InvalidInput("MKD251", f"{name}: expected {fact.expected()}", where=where) from None
