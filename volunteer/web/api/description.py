"""The description of the API: what the views say of themselves, with their gates and every possible "no".

It is made for each language that asks, because the problems in it carry their sentences.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apispec import APISpec
from flask import Flask
from flask_babel import get_locale
from flask_smorest.spec.plugins import FlaskPlugin
from marshmallow import fields, validate
from werkzeug.routing import Rule

from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.fields import CodeField, Line
from volunteer.web import problems, words
from volunteer.web.access import Gate
from volunteer.web.api.entries import REASONS
from volunteer.web.routing import LARGEST_ROW, RowConverter

PREFIX = "/api/v1"
UNSAFE = frozenset({"post", "patch"})
BEARER, SESSION, TOKEN = "bearer", "session", "form_token"
ABOUT = """
Volunteer hours of probationary Party members. Minutes everywhere are whole minutes; days are campus days, and
stretches of days are half-open. Times are RFC 3339. Nobody types hours into a total: no field that is sent
carries minutes of service.
"""
KEPT = "volunteer.description"
CODE_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z_.\-]{0,39}$"
LONGEST_CODE = 40
# No column of ours keeps a NUL.
NO_NUL = r"^[^\u0000]*$"
_END = r"\Z"

Operation = dict[str, Any]


def describe(app: Flask, spec: APISpec) -> dict[str, Any]:
    """Return the OpenAPI document in the language of the asker; *spec* is what the views say."""
    kept: dict[str, dict[str, Any]] = app.extensions.setdefault(KEPT, {})
    language = str(get_locale())
    if language not in kept:
        kept[language] = _described(app, spec.to_dict())
    return kept[language]


def limits(_converter: object, field: fields.Field[Any], **_kwargs: Any) -> dict[str, Any]:
    """Return what JSON Schema can say of our own fields; apispec asks for each."""
    found: dict[str, Any] = {}
    if isinstance(field, CodeField):
        found = {"pattern": CODE_PATTERN, "maxLength": LONGEST_CODE}
    elif isinstance(field, Line):
        found = {"format": "line", "minLength": 1, "maxLength": field.longest}
    for rule in field.validators:
        if isinstance(rule, validate.Regexp):
            # Python's end of the text is not in JSON Schema's expressions.
            found["pattern"] = f"^{str(rule.regex.pattern).removesuffix(_END)}$"
        elif isinstance(rule, validate.OneOf) and isinstance(field, fields.Enum):
            found["enum"] = [choice.value for choice in rule.choices]
    if isinstance(field, fields.String) and not found:
        found["pattern"] = NO_NUL
    return found


def row_number(_converter: RowConverter) -> dict[str, Any]:
    """Return the schema of the number of a row in a path."""
    return {"type": "integer", "minimum": 1, "maximum": LARGEST_ROW}


def operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    """Give method, path and operation of everything that can be called."""
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in ("get", "post", "patch"):
                yield method, path, operation


def _described(app: Flask, document: dict[str, Any]) -> dict[str, Any]:
    document["info"] = {**document["info"], "description": " ".join(ABOUT.split())}
    document["servers"] = [{"url": "/"}]
    document["components"] = {**document.get("components", {}), "securitySchemes": _schemes(app)}
    gates = {_key(rule, method): _gate(app, rule) for rule in _rules(app) for method in _methods(rule)}
    for method, path, operation in operations(document):
        gate = gates[method, path]
        operation["operationId"] = f"{method}{path.removeprefix(PREFIX)}".replace("/", "_").translate(_PLAIN)
        operation["x-gate"] = gate.value
        for asked in operation.get("parameters", ()):
            asked["schema"] = _said(asked["schema"])
        for named in document["paths"][path].get("parameters", ()):
            if named["schema"]["type"] == "string":
                named["schema"] |= {"pattern": NO_NUL}
        operation["security"] = _security(method, gate)
        reasons = _reasons(method, path, operation, gate)
        answers = {key: value for key, value in operation["responses"].items() if str(key) < "4"}
        for status in sorted(reasons):
            answers[str(status)] = _problem(status, reasons[status])
        operation["responses"] = answers
    return document


_PLAIN = str.maketrans({"{": "", "}": "", ".": "_"})


def _said(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of a parameter, which is left out where a body would say null."""
    said = {key: value for key, value in schema.items() if key != "default" or value is not None}
    if isinstance(said.get("type"), list):
        said["type"] = next(kind for kind in said["type"] if kind != "null")
    if "enum" in said:
        said["enum"] = [value for value in said["enum"] if value is not None]
    return said


def _rules(app: Flask) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if rule.rule.startswith(f"{PREFIX}/"))


def _methods(rule: Rule) -> set[str]:
    return {method.lower() for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}}


def _key(rule: Rule, method: str) -> tuple[str, str]:
    return method, FlaskPlugin.flaskpath2openapi(rule.rule)


def _gate(app: Flask, rule: Rule) -> Gate:
    view: Any = app.view_functions[rule.endpoint]
    return Gate(view.gate)


def _schemes(app: Flask) -> dict[str, Any]:
    return {
        BEARER: {
            "type": "http",
            "scheme": "bearer",
            "description": "For programs. `volunteer token LOGIN` prints one, with the roles of the account.",
        },
        SESSION: {
            "type": "apiKey",
            "in": "cookie",
            "name": app.config["SESSION_COOKIE_NAME"],
            "description": "For the pages: the cookie of a sign-in.",
        },
        TOKEN: {
            "type": "apiKey",
            "in": "header",
            "name": "X-CSRFToken",
            "description": "With the cookie, whatever writes brings the form token of its page.",
        },
    }


def _security(method: str, gate: Gate) -> list[dict[str, list[str]]]:
    if gate is Gate.PUBLIC:
        return []
    by_cookie: dict[str, list[str]] = {SESSION: []}
    if method in UNSAFE:
        by_cookie[TOKEN] = []
    return [{BEARER: []}, by_cookie]


def _reasons(method: str, path: str, operation: Operation, gate: Gate) -> dict[int, list[Reason]]:
    """Return what may be refused, by status."""
    found: dict[int, list[Reason]] = {400: [Reason.BAD_FIELD], 503: [Reason.DATABASE_AWAY]}
    by_rule = [Reason(reason) for reason in operation.get(REASONS, ())]
    if gate is not Gate.PUBLIC:
        found[401] = [Reason.NOT_SIGNED_IN]
        if gate is Gate.MEMBER:
            by_rule.append(Reason.NOT_A_MEMBER)
        elif gate is not Gate.SIGNED_IN:
            found[403] = [Reason.NOT_ALLOWED]
    if method in UNSAFE:
        found[403] = [*found.get(403, []), Reason.CSRF_STALE]
    if "requestBody" in operation:
        found |= {413: [Reason.TOO_LARGE], 415: [Reason.WRONG_TYPE]}
    if "requestBody" in operation or any(one["in"] == "query" for one in operation.get("parameters", ())):
        found[422] = [Reason.BAD_FIELD]
    names_rows = "{" in path or path == f"{PREFIX}/stats" or gate is Gate.PUBLIC
    if names_rows or (method in UNSAFE and gate is not Gate.MEMBER):
        found[404] = [Reason.UNKNOWN]
    for reason in by_rule:
        found.setdefault(problems.status_of_reason(reason), []).append(reason)
    return {status: list(dict.fromkeys(reasons)) for status, reasons in found.items()}


def _problem(status: int, reasons: Sequence[Reason]) -> dict[str, Any]:
    """Return a "no" of one status: its shape, its closed list of reasons, and what each looks like."""
    names = [reason.value for reason in reasons]
    told = {reason.value: {"value": problems.problem(status, Refusal(reason))} for reason in reasons}
    narrowed = {"type": "object", "properties": {"status": {"const": status}, "reason": {"enum": names}}}
    answer: dict[str, Any] = {
        "description": ", ".join(names),
        "content": {
            "application/problem+json": {
                "schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]},
                "examples": told,
            }
        },
    }
    if status == 503:
        answer["headers"] = {"Retry-After": {"schema": {"type": "string"}, "description": "Seconds."}}
    return answer


def every_reason() -> list[tuple[int, Reason, str]]:
    """Return the closed list: status, reason and sentence."""
    told = sorted((problems.status_of_reason(reason), reason) for reason in Reason)
    return [(status, reason, words.sentence(Refusal(reason))) for status, reason in told]
