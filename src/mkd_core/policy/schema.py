"""A JSON Schema of the policy file, made from the tables that read it, so that the two never differ."""

from __future__ import annotations

import datetime
import types
import typing
from typing import Any

import attrs

from mkd_core.language import Wording
from mkd_core.policy import document

# What the types of a table cannot say: of the table itself, and of its keys.
_EXACTLY_ONE: dict[str, object] = {
    "oneOf": [
        {"required": ["season"], "properties": {"from": False, "until": False}},
        {"required": ["from"], "properties": {"season": False}},
    ]
}
_ID: dict[str, object] = {"$ref": "#/$defs/id"}
_NAMES: dict[str, object] = {"pattern": "^[A-Za-z_][A-Za-z0-9_]*$"}
_SPECIAL: dict[tuple[str, str], dict[str, object]] = {
    ("PolicyTable", "id"): _ID,
    ("PolicyTable", "version"): _ID,
    ("RuleTable", "id"): _ID,
    ("RouteTable", "id"): _ID,
    ("AcceptedTable", "code"): {"type": "string", "pattern": r"^MKD3[0-9]{2}$"},
    ("ParameterTable", "value"): {
        "description": "a number, true or false, text, a time, a date, or a list of one",
        "type": ["number", "boolean", "string", "array"],
        "items": {"type": ["number", "boolean", "string"]},
        "minItems": 1,
    },
    ("OverlayTable", "parameters"): {"type": "object", "propertyNames": _NAMES},
    ("RouteTable", "approver"): {
        "anyOf": [{"$ref": "#/$defs/approver"}, {"type": "array", "items": {"$ref": "#/$defs/approver"}, "minItems": 1}]
    },
    ("RouteTable", "need"): {"anyOf": [{"enum": ["all", "any"]}, {"type": "integer", "minimum": 1}], "default": "all"},
    ("RouteTable", "within"): {"$ref": "#/$defs/span"},
    ("ClockTable", "decide_within"): {"$ref": "#/$defs/span"},
    ("CoverageTable", "between"): {
        "type": "array",
        "items": {"type": "string", "pattern": "^([0-3][0-9]|4[0-7]):[0-5][0-9]$"},
        "minItems": 2,
        "maxItems": 2,
    },
}


def policy_schema() -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of a policy file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A policy of MKD",
        **_table(document.FileTable),
        "$defs": {
            "id": {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"},
            "approver": {"type": "string", "pattern": r"^(superior|unit_head|head_of_agency|role:\S+)$"},
            "span": {"type": "string", "pattern": "^[1-9][0-9]{0,3} (working day|day|month)s?$"},
        },
    }


def _table(kind: type[Any]) -> dict[str, object]:
    hints = typing.get_type_hints(kind)
    properties: dict[str, object] = {}
    required = []
    for field in attrs.fields(kind):
        name = "from" if field.name == "start" else field.name
        properties[name] = _SPECIAL.get((kind.__name__, field.name)) or _schema(hints[field.name], field.default)
        if field.default is attrs.NOTHING:
            required.append(name)
    made = {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    return {**made, **_EXACTLY_ONE} if kind is document.OverlayTable else made


def _schema(hint: Any, default: object) -> dict[str, object]:
    made: dict[str, object]
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        (hint,) = [each for each in inside if each is not type(None)]
        return _schema(hint, attrs.NOTHING)
    if origin is typing.Literal:
        made = {"enum": list(inside)}
    elif origin is list:
        made = {"type": "array", "items": _schema(inside[0], attrs.NOTHING)}
    elif origin is dict:
        made = {"type": "object", "additionalProperties": _schema(inside[1], attrs.NOTHING)}
    elif hint is Wording or attrs.has(hint):
        made = _table(hint)
    elif hint is datetime.date:
        made = {"type": "string", "format": "date"}
    else:
        made = {"type": {str: "string", bool: "boolean", int: "integer", float: "number"}[hint]}
    if isinstance(default, (str, bool, int, float)):
        made["default"] = default
    return made
