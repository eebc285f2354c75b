"""What a host answered, read key by key: whatever the OpenAPI document does not allow is refused with its place.

The place is a JSON path (``$.people[3].number``). No message repeats a value, since it may be somebody's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any, TypeVar

from mkd_core.errors import did_you_mean
from mkd_plugins.api import InvalidInput, Permanent

E = TypeVar("E", bound=Enum)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,30}(\.\d{1,12})?", re.ASCII)
_NAME = re.compile(r"[A-Za-z][A-Za-z_.-]{0,39}", re.ASCII)
_KINDS: Mapping[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}

Scalar = bool | int | float | str


class Answer:
    """One JSON object of an answer. ``where`` is the request that it answers, for messages.

    A reader says with :meth:`only` which keys there are. A key that may be left out may be null as well.
    """

    __slots__ = ("_data", "_path", "where")

    def __init__(self, data: object, where: str, path: str = "$") -> None:
        self.where = where
        self._path = path
        if not isinstance(data, dict):
            raise self._refused(path, f"must be an object, not {_kind(data)}")
        self._data: dict[str, Any] = data

    @classmethod
    def of_json(cls, body: bytes, where: str) -> Answer:
        """The object that the body is. Raises ``Permanent`` for anything else, and for a key that comes twice."""
        try:
            data = json.loads(body.decode("utf-8"), object_pairs_hook=_each_once, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise Permanent(
                "the answer is no JSON",
                code="MKD647",
                where=where,
                mend="the host answers JSON in UTF-8, each key once",
            ) from None
        return cls(data, where)

    def refuse(self, key: str, problem: str, mend: str = "") -> Permanent:
        """The error, to be raised, of a value under that key."""
        return self._refused(f"{self._path}.{key}", problem, mend)

    def only(self, *known: str) -> None:
        """Refuse any other key: a misspelt one would be left out unseen."""
        for key in self._data:
            if key not in known:
                shown = _shown(key)
                raise self._refused(f"{self._path}.{shown}", "is not known here", did_you_mean(shown, known))

    def text(self, key: str, *, empty: bool = False) -> str:
        """Text that must be there; ``empty`` text only where it may be."""
        text = self._value(key, str)
        if not text and not empty:
            raise self.refuse(key, "is empty")
        return _sound(self, key, text)

    def text_or(self, key: str, otherwise: str) -> str:
        """Text, or something else where there is none."""
        return otherwise if self._data.get(key) is None else self.text(key, empty=True)

    def text_if_any(self, key: str) -> str | None:
        """Text, which may be empty; None where it is left out."""
        return None if self._data.get(key) is None else self.text(key, empty=True)

    def name(self, key: str) -> str | None:
        """The key of somebody or something else, which may be left out and is never empty."""
        return None if self._data.get(key) is None else self.text(key)

    def flag(self, key: str, otherwise: bool) -> bool:
        """True or false."""
        return otherwise if self._data.get(key) is None else bool(self._value(key, bool))

    def choice(self, key: str, choices: type[E], otherwise: E | None = None) -> E:
        """One of the values."""
        if otherwise is not None and self._data.get(key) is None:
            return otherwise
        return choices(self.one_of(key, [str(member.value) for member in choices]))

    def one_of(self, key: str, words: Collection[str]) -> str:
        """One of the words."""
        said = self.text(key)
        if said not in words:
            raise self.refuse(key, f"must be one of {', '.join(words)}", did_you_mean(said, words))
        return said

    def day(self, key: str) -> date:
        """A date, ``YYYY-MM-DD``."""
        said = self.text(key)
        try:
            if _DATE.fullmatch(said):
                return date.fromisoformat(said)
        except ValueError:
            pass
        raise self.refuse(key, "must be a date that exists", 'write "2026-06-30"')

    def day_or_none(self, key: str) -> date | None:
        """A date that may be left out."""
        return None if self._data.get(key) is None else self.day(key)

    def decimal(self, key: str) -> Decimal:
        """A decimal as text, so that no binary fraction comes between."""
        said = self.text(key)
        if not _DECIMAL.fullmatch(said):
            raise self.refuse(key, "must be a decimal as text", 'write "420" or "-12.50"')
        return Decimal(said)

    def object(self, key: str) -> Answer:
        """The object under that key."""
        return Answer(self._value(key, dict), self.where, f"{self._path}.{key}")

    def object_or_none(self, key: str) -> Answer | None:
        """The object under that key, which must be there and may be null."""
        if key in self._data and self._data[key] is None:
            return None
        return self.object(key)

    def objects(self, key: str) -> Iterator[Answer]:
        """The objects of the list under that key."""
        for number, item in enumerate(self._value(key, list)):
            yield Answer(item, self.where, f"{self._path}.{key}[{number}]")

    def texts(self, key: str) -> tuple[str, ...]:
        """The texts of the list under that key; none where it is left out."""
        listed = [] if self._data.get(key) is None else self._value(key, list)
        for number, item in enumerate(listed):
            if not isinstance(item, str) or not item:
                raise self.refuse(f"{key}[{number}]", f"must be text, not {_kind(item)}")
        return tuple(_sound(self, key, item) for item in listed)

    def scalars(self, key: str) -> dict[str, Scalar]:
        """The names and single values of the object under that key, those that are null left out."""
        values: dict[str, Scalar] = {}
        for name, value in (self._value(key, dict) if self._data.get(key) is not None else {}).items():
            place = f'{key}["{_shown(name)}"]'
            if isinstance(value, (dict, list)):
                raise self.refuse(place, f"must be a single value, not {_kind(value)}")
            if value is not None:
                values[name] = _sound(self, place, value) if isinstance(value, str) else value
        return values

    def words(self, key: str) -> dict[str, str]:
        """The names and texts of the object under that key, those that are null left out."""
        found: dict[str, str] = {}
        for name, value in self.scalars(key).items():
            if not isinstance(value, str):
                raise self.refuse(f'{key}["{_shown(name)}"]', f"must be text, not {_kind(value)}")
            found[name] = value
        return found

    def made(self, key: str, make: Any, *arguments: Any) -> Any:
        """What ``make`` makes of the arguments; what it refuses is said of that key."""
        try:
            return make(*arguments)
        except InvalidInput as wrong:
            raise self.refuse(key, wrong.message, wrong.mend) from None

    def _value(self, key: str, kind: type) -> Any:
        if key not in self._data:
            raise self.refuse(key, "is missing", _nearest(key, self._data))
        value = self._data[key]
        if type(value) is not kind:
            raise self.refuse(key, f"must be {_KINDS[kind]}, not {_kind(value)}")
        return value

    def _refused(self, path: str, problem: str, mend: str = "") -> Permanent:
        return Permanent(
            f"the answer is not what the OpenAPI document says: {path} {problem}",
            code="MKD647",
            where=self.where,
            mend=mend or "mend the host; mkd plugins openapi prints the document",
        )


def _each_once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    listed = list(pairs)
    made = dict(listed)
    if len(made) != len(listed):
        raise ValueError("a key comes twice")
    return made


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "something else")


def _shown(name: str) -> str:
    """A name of the host's as a message may show it: one of another form may be somebody's number."""
    return name if _NAME.fullmatch(name) else "…"


def _nearest(key: str, given: Iterable[str]) -> str:
    """A key that was meant for this one; keys that may be somebody's are not shown."""
    hint = did_you_mean(key, [name for name in given if _NAME.fullmatch(name)])
    return hint.replace("did you mean", f"call it {key}, not").rstrip("?") if hint.startswith("did") else ""


def _sound(answer: Answer, key: str, text: str) -> str:
    """The text, unless it holds half a character, which no journal and no mail can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise answer.refuse(key, "holds half a character") from None
    return text
