"""The description of the API cut up for its page: groups of calls, what goes in and what comes out."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

from volunteer.web.api.description import BEARER, Operation, operations

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a query, a body or an answer. ``kind`` is its type with its limits, in signs alone."""

    name: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One thing that can be called."""

    key: str
    method: str
    path: str
    summary: str
    description: str
    gate: str
    parameters: Sequence[Field]
    body: Sequence[Field]
    curl: str
    answer: Sequence[Field]
    answers: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The calls of one part."""

    name: str
    about: str
    calls: Sequence[Call]


def reference(document: Document) -> list[Group]:
    """Return everything that can be called, by part."""
    about = {tag["name"]: tag.get("description", "") for tag in document["tags"]}
    calls: dict[str, list[Call]] = {name: [] for name in about}
    for method, path, operation in operations(document):
        calls[operation["tags"][0]].append(_call(document, method, path, operation))
    return [Group(name=name, about=about[name], calls=calls[name]) for name in about]


def _call(document: Document, method: str, path: str, operation: Operation) -> Call:
    responses = operation["responses"]
    good = next(status for status in responses if str(status) < "4")
    return Call(
        key=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("summary", "").replace("``", ""),
        description=operation.get("description", "").replace("``", ""),
        gate=operation["x-gate"],
        parameters=[_parameter(one) for one in _parameters(document, path, operation)],
        body=_fields(document, _schema_of(operation.get("requestBody", {}))),
        curl=_curl(method, path, operation),
        answer=_fields(document, _schema_of(responses[good])),
        answers=[(str(status), answer["description"]) for status, answer in responses.items()],
    )


def _parameters(document: Document, path: str, operation: Operation) -> list[dict[str, Any]]:
    return [*document["paths"][path].get("parameters", ()), *operation.get("parameters", ())]


def _parameter(one: Mapping[str, Any]) -> Field:
    return Field(
        name=one["name"],
        kind=kind_of(one["schema"]),
        is_required=one.get("required", False),
        description=one.get("description", one["schema"].get("description", "")).replace("``", ""),
    )


def _schema_of(carrier: Mapping[str, Any]) -> Mapping[str, Any]:
    for content in carrier.get("content", {}).values():
        schema: Mapping[str, Any] = content.get("schema", {})
        return schema
    return {}


def _fields(document: Document, schema: Mapping[str, Any], prefix: str = "") -> list[Field]:
    """Return the fields of an object; those of a list of objects in it stand behind its name."""
    schema = _resolved(document, schema)
    found = []
    for name, told in schema.get("properties", {}).items():
        inner = _resolved(document, told)
        items = _resolved(document, inner.get("items", {}))
        found.append(
            Field(
                name=f"{prefix}{name}",
                kind=kind_of(inner),
                is_required=name in schema.get("required", ()),
                description=inner.get("description", "").replace("``", "") if inner is told else "",
            )
        )
        if "properties" in items:
            found += _fields(document, items, f"{prefix}{name}[].")
        elif "properties" in inner:
            found += _fields(document, inner, f"{prefix}{name}.")
    return found


def _resolved(document: Document, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in schema:
        return schema
    found: Mapping[str, Any] = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return found


def kind_of(schema: Mapping[str, Any]) -> str:
    """Return the type of a value with its limits: ``string, ≤ 60``, ``a | b``, ``integer, 1–200``."""
    if "enum" in schema:
        return " | ".join("null" if value is None else str(value) for value in schema["enum"])
    kind = schema.get("type", "object")
    text = " | ".join(kind) if isinstance(kind, list) else str(kind)
    if "format" in schema:
        text += f" ({schema['format']})"
    if "minimum" in schema:
        text += f", {schema['minimum']}–{schema.get('maximum', '')}"
    elif "maxLength" in schema or "maxItems" in schema:
        text += f", ≤ {schema.get('maxLength', schema.get('maxItems'))}"
    return text


def _curl(method: str, path: str, operation: Operation) -> str:
    """Return the call as a line for a shell."""
    words = ["curl"]
    if any(BEARER in way for way in operation["security"]):
        words.append('-H "Authorization: Bearer $TOKEN"')
    if method != "get":
        words.append(f"-X {method.upper()}")
    for content in operation.get("requestBody", {}).get("content", {}).values():
        body = json.dumps(content.get("example", {}), ensure_ascii=False)
        words += ['-H "Content-Type: application/json"', f"-d {quote(body)}"]
    shown = path.replace("{", "").replace("}", "").replace("student_no", "2023305001")
    return " ".join([*words, f'"$HOURS{shown.replace("/code", "/LAW", 1) if "{code}" in path else shown}"'])
