"""What can be asked over HTTP, address by address, and the values that go in and out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mkd_core.policy import VOCABULARY
from mkd_plugins.serve.openapi import document as openapi
from mkd_plugins.serve.routes import ROUTES
from writers.markdown import code, document, table

INTRODUCTION = """\
What `mkd serve` answers ([how to ask](../guide/http.md)). A running server publishes the same as OpenAPI 3.1 at
`/openapi.json`, with the facts of its own vocabulary. Bodies and answers are JSON; every error is problem details with
one of the [codes](errors.md).

A *token* has to be good for the scope that stands beside an address. *Acts* means that a person does something by it:
the request has an `Idempotency-Key`, and the person is named in `Mkd-Acting-Person` or comes with a token of their own.
"""
_LEFT_OUT = ("Facts", "OpenApi", "Error", "Health")


def page() -> str:
    """The page."""
    made = openapi(ROUTES, VOCABULARY)
    rows = [
        (
            f"[`{_asked(route.method, route.shown_path)}`](#{_anchor(_asked(route.method, route.shown_path))})",
            route.scope.value if route.scope else "none",
            "yes" if route.acts else "",
            route.summary,
        )
        for route in ROUTES
    ]
    overview = table(("address", "scope", "acts", "what"), rows)
    schemas: Mapping[str, Any] = made["components"]["schemas"]
    values = [_value(name, schema) for name, schema in schemas.items() if name not in _LEFT_OUT]
    operations = [_operation(path, method, each) for path, at in made["paths"].items() for method, each in at.items()]
    return document("HTTP", INTRODUCTION, overview, *operations, "## Values", *values)


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> str:
    parts = [f"## `{_asked(method, path)}`", operation["summary"]]
    parameters = [each for each in operation.get("parameters", ()) if each["in"] in ("path", "query")]
    if parameters:
        rows = [(code(each["name"]), each["in"], _type(each["schema"]), _said(each)) for each in parameters]
        parts.append(table(("parameter", "in", "type", "what"), rows))
    if body := operation.get("requestBody"):
        schema = body["content"]["application/json"]["schema"]
        if "$ref" in schema:
            parts.append(f"Takes {_type(schema)}.")
        elif schema["properties"]:
            parts.append(_properties(schema))
        else:
            parts.append("Takes no body, or an empty object.")
    good = next(status for status in operation["responses"] if status.startswith("2"))
    answer = operation["responses"][good]["content"]["application/json"]["schema"]
    others = ", ".join(status for status in operation["responses"] if status != good)
    parts.append(f"Answers {good} with {_type(answer)}; problems: {others}.")
    return "\n\n".join(parts)


def _value(name: str, schema: Mapping[str, Any]) -> str:
    return f"### {name}\n\n{_properties(schema)}"


def _properties(schema: Mapping[str, Any]) -> str:
    needed = schema.get("required", ())
    rows = [
        (code(name), _type(each), "yes" if name in needed else "", _said({"schema": each}))
        for name, each in schema["properties"].items()
    ]
    return table(("key", "type", "always", "what"), rows)


def _said(of: Mapping[str, Any]) -> str:
    schema = of.get("schema", {})
    parts = [schema.get("description", "")]
    if "default" in schema:
        parts.append(f"Default: {code(str(schema['default']))}.")
    return " ".join(part for part in parts if part)


def _type(schema: Mapping[str, Any]) -> str:
    return " or ".join(_types(schema))


def _types(schema: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        yield name if name in _LEFT_OUT else f"[{name}](#{_anchor(name)})"
    elif "enum" in schema:
        yield ", ".join("null" if each is None else code(each) for each in schema["enum"])
    elif "oneOf" in schema:
        for each in schema["oneOf"]:
            yield from _types(each)
    elif schema.get("type") == "array":
        yield f"list of {_type(schema['items'])}"
    else:
        kinds = schema.get("type", "object")
        for kind in kinds if isinstance(kinds, list) else [kinds]:
            yield schema.get("format", kind) if kind == "string" else kind


def _asked(method: str, path: str) -> str:
    return f"{method.upper()} {path}"


def _anchor(heading: str) -> str:
    """As the pages make one of a heading: blanks become hyphens, and of signs only these and underscores stay."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
