"""The document of the API (OpenAPI 3.1), made from the routes and the vocabulary, so that it cannot lag behind."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from mkd_core.language import Vocabulary
from mkd_core.language.vocabulary import Fact, Kind
from mkd_plugins.serve.deciding import LAYERS, SHOW
from mkd_plugins.serve.routes import Route

_TEXT: dict[str, Any] = {"type": "string"}
_CODE: dict[str, Any] = {"type": "string", "pattern": "^MKD[0-9]{3}$"}
_OBJECT: dict[str, Any] = {"type": "object"}


def document(routes: Iterable[Route], vocabulary: Vocabulary) -> dict[str, Any]:
    """The document."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.shown_path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": "MKD", "version": version("mkd"), "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "securitySchemes": {"host": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Problem": _PROBLEM, **_SCHEMAS, "Facts": _facts(vocabulary)},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": "The answer",
        "content": {"application/json": {"schema": _ref(route.answer)}},
    }
    problem = {"description": "A problem", "content": {"application/problem+json": {"schema": _ref("Problem")}}}
    made: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "responses": {"200": answer, **{str(status): problem for status in route.problems}},
        "security": [{"host": []}] if route.guarded else [],
    }
    if route.body:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(route.body)}}}
    if "{code}" in route.shown_path:
        made["parameters"] = [{"name": "code", "in": "path", "required": True, "schema": _TEXT}]
    return made


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _closed(needed: Iterable[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(needed), "additionalProperties": False}


_PROBLEM = _closed(
    ("type", "title", "status", "detail", "code", "request_id"),
    type={"type": "string", "format": "uri-reference"},
    title=_TEXT,
    status={"type": "integer"},
    detail=_TEXT,
    code=_CODE,
    request_id=_TEXT,
    where=_TEXT,
    mend=_TEXT,
)
_SCHEMAS: dict[str, Any] = {
    "DecideRequest": _closed(
        ("facts",),
        policy={**_TEXT, "description": "The id of a policy; left out: the deployment's."},
        on={"type": "string", "format": "date", "description": "The day whose version decides; left out: today."},
        at={"enum": ["request", "vote"], "default": "request"},
        layer={"enum": list(LAYERS), "default": "decree", "description": "base: look past decrees."},
        show={"enum": list(SHOW), "default": "findings", "description": "all: rules that passed, too."},
        facts={"$ref": "#/components/schemas/Facts"},
    ),
    "Decision": {
        "type": "object",
        "required": ["outcome"],
        "properties": {"outcome": {"enum": ["approve", "refer", "refuse"]}},
    },
    "Health": _closed(("status",), status={"enum": ["live", "ready"]}),
    "Error": _closed(("code", "title", "cause", "mend"), code=_CODE, title=_OBJECT, cause=_TEXT, mend=_TEXT),
    "OpenApi": _OBJECT,
}


def _facts(vocabulary: Vocabulary) -> dict[str, Any]:
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
    return _closed((), **single, **groups)


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
