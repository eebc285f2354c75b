"""The values of the API as JSON Schema, by the names that the document uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mkd_core.agreements import State
from mkd_core.allowance import PERIOD_VOCABULARY
from mkd_core.language import Vocabulary
from mkd_core.language.vocabulary import Fact, Kind
from mkd_core.worktime import WEEKDAYS

ATTESTED = tuple(fact for fact in PERIOD_VOCABULARY if fact.source == "attested")
"""What no work or result shows, and a person has to say."""
TEXT: dict[str, Any] = {"type": "string"}
_TEXT_OR_NOT: dict[str, Any] = {"type": ["string", "null"]}
_DATE: dict[str, Any] = {"type": "string", "format": "date"}
_DATE_OR_NOT: dict[str, Any] = {"type": ["string", "null"], "format": "date"}
_NUMBER: dict[str, Any] = {"type": "integer"}
_YES_NO: dict[str, Any] = {"type": "boolean"}
_OBJECT: dict[str, Any] = {"type": "object"}
_CODE: dict[str, Any] = {"type": "string", "pattern": "^MKD[0-9]{3}$"}
_PEOPLE: dict[str, Any] = {"type": "array", "items": {**TEXT, "description": "The key of a person."}}
_DAY_TEXT: dict[str, Any] = {**TEXT, "minLength": 1, "description": "Windows: 07:30-16:00 office 60, or off."}


def ref(name: str) -> dict[str, str]:
    """The schema of that name."""
    return {"$ref": f"#/components/schemas/{name}"}


def listed(of: Mapping[str, Any]) -> dict[str, Any]:
    """A list of such."""
    return {"type": "array", "items": dict(of)}


def _closed(needed: Iterable[str] | None = None, /, **properties: Any) -> dict[str, Any]:
    """An object of these and nothing else; all of them are there unless ``needed`` names which."""
    required = list(properties if needed is None else needed)
    properties = {name.rstrip("_"): schema for name, schema in properties.items()}
    return {
        "type": "object",
        "properties": properties,
        "required": [name.rstrip("_") for name in required],
        "additionalProperties": False,
    }


_WEEK = {
    "type": "object",
    "properties": dict.fromkeys(WEEKDAYS, _DAY_TEXT),
    "additionalProperties": False,
}

SCHEMAS: Mapping[str, dict[str, Any]] = {
    "Problem": _closed(
        ("type", "title", "status", "detail", "code", "request_id"),
        type={"type": "string", "format": "uri-reference"},
        title=TEXT,
        status=_NUMBER,
        detail=TEXT,
        code=_CODE,
        request_id=TEXT,
        where=TEXT,
        mend=TEXT,
    ),
    "Decision": {
        "type": "object",
        "required": ["outcome"],
        "properties": {"outcome": {"enum": ["approve", "refer", "refuse"]}},
    },
    "Plan": _closed(
        ("weeks",),
        anchor={**_DATE, "description": "The first day of the first week; the first day of the request if left out."},
        weeks={**listed(_WEEK), "minItems": 1, "description": "The weeks of the cycle."},
        seasons={"type": "object", "additionalProperties": {**listed(_WEEK), "minItems": 1}},
        exceptions={"type": "object", "additionalProperties": _DAY_TEXT, "description": "By date."},
    ),
    "Agreement": _closed(
        agreement=TEXT,
        applicant=TEXT,
        state={"enum": [state.value for state in State]},
        version=_NUMBER,
        version_state={"enum": [state.value for state in State]},
        from_=_DATE,
        until=_DATE_OR_NOT,
        review=_DATE_OR_NOT,
        effective=_DATE_OR_NOT,
        plan=_OBJECT,
        targets=listed(_OBJECT),
        agreed_by=listed({"enum": ["employee", "superior"]}),
        outcome={"enum": ["approve", "refer", "refuse", None]},
        policy={
            "oneOf": [
                {"type": "null"},
                _closed(
                    id=TEXT,
                    version=TEXT,
                    scopes={**listed(TEXT), "description": "Units that were given something, the nearest first."},
                    given=listed(_closed(parameter=TEXT, value={}, scope=TEXT, source=TEXT)),
                ),
            ]
        },
        under_review=_YES_NO,
        waits_for={
            "oneOf": [
                {"type": "null"},
                _closed(step=TEXT, approvers=_PEOPLE, due=_DATE_OR_NOT, problem=TEXT, not_deemed=_YES_NO),
            ]
        },
    ),
    "Happened": _closed(
        number=_NUMBER, at={"type": "string", "format": "date-time"}, by=TEXT, event=TEXT, data=_OBJECT
    ),
    "Remedy": _closed(
        agreement=TEXT,
        from_=_DATE_OR_NOT,
        until=_DATE_OR_NOT,
        week={"type": ["array", "null"], "items": TEXT, "description": "The days as a person reads them."},
        plan={"type": ["object", "null"], "description": "Null where other days and dates do not mend it."},
        changes=listed(_OBJECT),
        words=_closed(id=listed(TEXT), en=listed(TEXT)),
    ),
    "Activity": _closed(
        agreement=TEXT,
        activity=TEXT,
        date=_DATE,
        minutes=_NUMBER,
        target=_TEXT_OR_NOT,
        description=TEXT,
        accepted={"type": ["integer", "null"], "description": "Minutes; null until somebody looked at it."},
    ),
    "Result": _closed(
        agreement=TEXT,
        result=TEXT,
        target=TEXT,
        date=_DATE,
        value=_TEXT_OR_NOT,
        accepted={**_TEXT_OR_NOT, "description": "Null until somebody looked at it."},
        disputed=_YES_NO,
    ),
    "Work": _closed(activities=listed(ref("Activity")), results=listed(ref("Result"))),
    "Period": _closed(
        person=TEXT,
        period=TEXT,
        minutes={"type": ["integer", "null"]},
        achievement={**_TEXT_OR_NOT, "description": "Per cent."},
        rating={**_TEXT_OR_NOT, "description": "Proposed, never final."},
        scheme=TEXT,
        lines=listed(_closed(item=TEXT, quantity=TEXT, unit=TEXT, rule=TEXT, source=TEXT)),
        missing=listed(TEXT),
    ),
    "Task": _closed(kind=TEXT, agreement=TEXT, applicant=TEXT, item=TEXT, due=_DATE_OR_NOT),
    "Day": _closed(
        person=TEXT,
        date=_DATE,
        windows=listed(_DAY_TEXT),
        minutes={**_NUMBER, "description": "Net, without breaks."},
        basis={"enum": ["agreement", "recall", "standard", "holiday", "unknown"]},
        agreement=_TEXT_OR_NOT,
        holiday={"type": ["object", "null"]},
        estimated={**_YES_NO, "description": "Whether the holiday may still move."},
    ),
    "Stretch": _closed(date=_DATE, from_=TEXT, until=TEXT, onsite=_PEOPLE, remote=_PEOPLE),
    "Health": _closed(status={"enum": ["live", "ready"]}),
    "Error": _closed(code=_CODE, title=_OBJECT, cause=TEXT, mend=TEXT),
    "OpenApi": _OBJECT,
}


def attested_schema() -> dict[str, Any]:
    """The facts of a period that somebody may vouch for."""
    facts = {fact.name: _fact(fact) for fact in ATTESTED}
    return {"type": "object", "properties": facts, "additionalProperties": False}


def facts_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """The facts of a vocabulary, nested by namespace."""
    spaces: dict[str, dict[str, Any]] = {}
    single: dict[str, Any] = {}
    for fact in vocabulary:
        space, dot, leaf = fact.name.partition(".")
        if dot:
            spaces.setdefault(space, {})[leaf] = _fact(fact)
        else:
            single[fact.name] = _fact(fact)
    groups = {
        space: {"type": ["object", "null"], "properties": facts, "additionalProperties": False}
        for space, facts in spaces.items()
    }
    return {"type": "object", "properties": {**single, **groups}, "additionalProperties": False}


def _fact(fact: Fact) -> dict[str, Any]:
    made: dict[str, Any] = {"description": fact.meaning.en}
    match fact.kind:
        case Kind.YES_NO:
            made["type"] = ["boolean", "null"]
        case Kind.INTEGER | Kind.FLOAT:
            made |= {"type": ["integer" if fact.kind is Kind.INTEGER else "number", "null"]}
            made |= {"minimum": fact.low, "maximum": fact.high}
        case Kind.TIME:
            made |= {"type": ["string", "null"], "pattern": "^([0-3][0-9]|4[0-7]):[0-5][0-9]$"}
        case Kind.DATE:
            made |= {"type": ["string", "null"], "format": "date"}
        case Kind.CHOICE | Kind.TEXT:
            made["enum"] = [*fact.choices, None]
    return made
