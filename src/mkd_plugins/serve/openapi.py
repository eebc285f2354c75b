"""The document of the API (OpenAPI 3.1), made from the routes and the vocabulary, so that it cannot lag behind."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.metadata import version
from typing import Any

from mkd_core.language import Vocabulary
from mkd_plugins.serve.access import ACTING
from mkd_plugins.serve.fields import SAID, Field, closed
from mkd_plugins.serve.once import HEADER
from mkd_plugins.serve.route import Route
from mkd_plugins.serve.schemas import SCHEMAS, TEXT, attested_schema, facts_schema, listed, ref
from mkd_plugins.serve.settings import Scope

_SECURITY = {
    "host": {"type": "http", "scheme": "bearer", "description": "The token of a system, of [[serve.hosts]]."},
    "person": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "The token of a person from the identity provider of [serve.oidc].",
    },
}
_ACTING = {
    "name": ACTING,
    "in": "header",
    "required": False,
    "schema": {**TEXT, "pattern": SAID},
    "description": "Who acts, named by a system that may: a key, service number, login or mail address.",
}
_KEY = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": "^[!-~]{1,200}$"},
    "description": "The same for every attempt of one write: it is done once, and told again.",
}
_PATH: dict[str, dict[str, Any]] = {
    "date": {"type": "string", "format": "date"},
    "period": {**TEXT, "pattern": "^[12][0-9]{3}-(Q[1-4]|0[1-9]|1[0-2])$"},
}


def document(routes: Iterable[Route], vocabulary: Vocabulary) -> dict[str, Any]:
    """The document."""
    paths: dict[str, dict[str, Any]] = {}
    bodies: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.shown_path, {})[route.method.lower()] = _operation(route)
        if route.named:
            bodies[route.named] = closed(route.body or ())
        for field in route.body or ():
            if field.parts:
                bodies[field.schema] = closed(field.parts, null=True)
    return {
        "openapi": "3.1.0",
        "info": {"title": "MKD", "version": version("mkd"), "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "securitySchemes": _SECURITY,
            "schemas": {**SCHEMAS, **bodies, "Facts": facts_schema(vocabulary), "Attested": attested_schema()},
        },
    }


def _operation(route: Route) -> dict[str, Any]:
    schema = listed(ref(route.answer)) if route.many else ref(route.answer)
    answer: dict[str, Any] = {"description": "The answer", "content": {"application/json": {"schema": schema}}}
    problem = {"description": "A problem", "content": {"application/problem+json": {"schema": ref("Problem")}}}
    made: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "responses": {
            str(route.status): answer,
            **{str(status): problem for status in route.all_problems},
            "431": problem,
        },
        "security": [{"host": []}, {"person": []}] if route.scope else [],
    }
    if parameters := _parameters(route):
        made["parameters"] = parameters
    if route.body is not None:
        made["requestBody"] = {
            "required": any(field.needed for field in route.body),
            "content": {"application/json": {"schema": ref(route.named) if route.named else closed(route.body)}},
        }
    return made


def _parameters(route: Route) -> list[dict[str, Any]]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": _PATH.get(name, TEXT)}
        for name in re.findall(r"{(\w+)}", route.shown_path)
    ]
    headers = [_KEY] if route.acts else []
    if route.scope in (Scope.READ, Scope.WRITE):
        headers.append(_ACTING)
    return [*path, *map(_query, route.query), *headers]


def _query(field: Field) -> dict[str, Any]:
    return {"name": field.name, "in": "query", "required": field.needed, "schema": field.described()}
