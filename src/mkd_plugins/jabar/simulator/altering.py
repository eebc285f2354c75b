"""Faults in what is answered: other spellings, other types, other people, columns that moved."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from mkd_plugins.jabar.simulator.answers import Answer, Asked
from mkd_plugins.jabar.simulator.chance import drawn
from mkd_plugins.jabar.simulator.exports import NOT_YET

_RATINGS = ("kuadranKinerja", "KuadranKinerjaNilai", "kuadranKinerjaNilai", "jenisTingkatHukumanId")
_CODES = {
    "kedudukanPnsId": "00",
    "eselonId": "00",
    "jenisJabatanId": "0",
    "statusPegawai": "TIDAK DIKENAL",
    **dict.fromkeys(_RATINGS, "9"),
}


def altered(asked: Asked, answer: Answer) -> Answer:
    """The answer with the faults of its content, in an order in which each finds what it looks for."""
    body = answer.body
    if answer.status >= 300:
        return answer
    for name, alter in _ALTERING.items():
        if name in asked.faults:
            body = alter(asked, body)
    return Answer(body=body, status=answer.status, media=answer.media, headers=answer.headers)


def _unknown_codes(_: Asked, body: Any) -> Any:
    return _records(body, lambda record: {key: _CODES.get(key, value) for key, value in record.items()})


def _twins(_: Asked, body: Any) -> Any:
    if isinstance(body, list):  # presence: the second person under the number of the first
        return [*body, *({**row, "nip": body[0]["nip"]} for row in body[1:2])]
    data = body["data"]
    record = data[0] if isinstance(data, list) else data
    if not isinstance(record, dict):
        return body
    twin = {**record, "id": f"{record.get('id')}-2"} if "id" in record else record
    return {**body, "data": [*data, twin] if isinstance(data, list) else [data, twin]}


def _cycle(_: Asked, body: Any) -> Any:
    """The unit above the first that has one here is put below it."""
    units: list[dict[str, Any]] = body["data"]
    ids = {unit["Id"]: unit for unit in units}
    lower = next((unit for unit in units if unit["DiatasanId"] in ids), None)
    if lower is None:
        return body
    upper = lower["DiatasanId"]
    return {**body, "data": [{**unit, "DiatasanId": lower["Id"]} if unit["Id"] == upper else unit for unit in units]}


def _nobody(_: Asked, body: Any) -> Any:
    units: list[dict[str, Any]] = body["data"]
    headed = next((unit for unit in units if unit["PemimpinPnsId"]), None)
    return {**body, "data": [{**unit, "PemimpinPnsId": "nobody"} if unit is headed else unit for unit in units]}


def _numbers(_: Asked, body: Any) -> Any:
    """Digits become a number, unless a zero in front or their length would be lost by it."""

    def number(value: Any) -> Any:
        return int(value) if isinstance(value, str) and re.fullmatch(r"0|[1-9]\d{0,8}", value) else value

    return _records(body, lambda record: {key: number(value) for key, value in record.items()})


def _sparse(_: Asked, body: Any) -> Any:
    return _records(body, lambda record: {key: value for key, value in record.items() if value not in (None, "")})


def _lowercase(_: Asked, body: Any) -> Any:
    return _records(body, lambda record: {key.lower(): value for key, value in record.items()})


def _spelling(asked: Asked, body: Any) -> Any:
    spell = snake if drawn(asked.request.path, "spelling") < 0.5 else pascal
    return _records(body, lambda record: {spell(key): value for key, value in record.items()})


def snake(key: str) -> str:
    """``nipBaru`` as ``nip_baru``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key).lower()


def pascal(key: str) -> str:
    """``nipBaru`` as ``NipBaru``."""
    return key[:1].upper() + key[1:]


def _epoch(asked: Asked, body: Any) -> Any:
    return {**body, "expires_in": int(asked.at.timestamp()) + int(body["expires_in"])}


def _text_expiry(_: Asked, body: Any) -> Any:
    return {**body, "expires_in": str(body["expires_in"])}


def _clock(_: Asked, body: Any) -> Any:
    def off(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: _later(each) if key in ("createdAt", "updatedAt") else off(each) for key, each in value.items()
            }
        return [off(each) for each in value] if isinstance(value, list) else value

    return off(body)


def _later(moment: str) -> str:
    shifted = datetime.fromisoformat(moment) + timedelta(hours=7)
    return shifted.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _zone(_: Asked, body: Any) -> Any:
    def earlier(time: str) -> str:
        return time if time == NOT_YET else f"{(int(time[:2]) - 7) % 24:02}{time[2:]}"

    return [{**row, "masuk": earlier(row["masuk"]), "pulang": earlier(row["pulang"])} for row in body]


def _shifted(_: Asked, body: Any) -> Any:
    if isinstance(body, str):  # a table: the header stays, the rows move
        header, *rows = body.splitlines()
        return "\n".join([header, *(f",{row}".rpartition(",")[0] for row in rows), ""])
    return [dict(zip(row, ["", *row.values()], strict=False)) for row in body]


def _records(body: Any, alter: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Any:
    """The envelope with each record of its data altered. Answers that have none stay."""
    data = body.get("data") if isinstance(body, dict) else None
    if isinstance(data, dict):
        return {**body, "data": alter(data)}
    if isinstance(data, list):
        return {**body, "data": [alter(record) for record in data]}
    return body


_ALTERING: Mapping[str, Callable[[Asked, Any], Any]] = {
    "unknown-code": _unknown_codes,
    "twins": _twins,
    "cycle": _cycle,
    "nobody": _nobody,
    "numbers": _numbers,
    "sparse": _sparse,
    "lowercase": _lowercase,
    "spelling": _spelling,
    "epoch": _epoch,
    "text-expiry": _text_expiry,
    "clock": _clock,
    "zone": _zone,
    "shifted": _shifted,
}
