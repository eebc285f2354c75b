"""How Digiteam writes: envelopes, ids, moments, and what it says of fields that are wrong."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import PurePath
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from werkzeug.datastructures import FileStorage

from mkd_plugins.jabar.simulator.answers import Answer, Asked
from mkd_plugins.jabar.simulator.world import JAKARTA
from mkd_plugins.testing.province import Row

_LARGEST: Final = 1_048_576
_IMAGES: Final = (".jpg", ".jpeg", ".png")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def told(data: Any, message: str = "Berhasil.", *, status: int = 200) -> Answer:
    """A success in its envelope."""
    return Answer(status=status, body={"statusCode": status, "message": message, "data": data})


def wrong(problems: list[str]) -> Answer:
    """400, where the message is a list."""
    return Answer(status=400, body={"statusCode": 400, "message": problems, "error": "Bad Request"})


def sent(asked: Asked) -> dict[str, Any]:
    """The object that was sent; an empty one where it was none."""
    given = asked.request.get_json(silent=True)
    return given if isinstance(given, dict) else {}


def made_id(*parts: object) -> str:
    """An id that is always the same for the same parts."""
    return str(uuid5(NAMESPACE_URL, f"urn:mkd:simulator:digiteam:{parts}"))


def user_id(person: Row) -> str:
    """The id of a person, which is no service number."""
    return made_id("user", person["peg_id"])


def stamped(identifier: str, at: datetime) -> dict[str, str]:
    """The fields that every row has."""
    return {"id": identifier, "createdAt": written(at), "updatedAt": written(at)}


def written(moment: datetime) -> str:
    """A moment in UTC with milliseconds and ``Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment_of(given: object) -> datetime | None:
    """The moment that such a text says."""
    if not isinstance(given, str) or not _MOMENT.fullmatch(given):
        return None
    try:
        moment = datetime.fromisoformat(given)
        date_of(moment)
    except (ValueError, OverflowError):  # at the ends of time there is no zone
        return None
    return moment


def day_of(given: str | None) -> date | None:
    """A date as YYYY-MM-DD."""
    try:
        return datetime.strptime(given or "", "%Y-%m-%d").replace(tzinfo=UTC).date()
    except ValueError:
        return None


def date_of(moment: datetime) -> date:
    """The date that it is where the server stands."""
    return moment.astimezone(JAKARTA).date()


def picture_problems(file: FileStorage | None, name: str) -> list[str]:
    """What is wrong with a file that must be a picture of at most 1 MB."""
    if file is None or not file.filename:
        return [f"{name} should not be empty"]
    if PurePath(file.filename).suffix.lower() not in _IMAGES:
        return [f"{name} must be an image"]
    return [f"{name} is larger than 1 MB"] if len(file.read(_LARGEST + 1)) > _LARGEST else []
