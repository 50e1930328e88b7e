"""No typed value adds a minute, and nobody alone does: every route and every act, tried by everybody.

What people may type are times that two others then approve, and the two kinds of records that are typed as
minutes. Whatever else stands in a form or a body, under whatever name, is refused or has no effect.
"""

import ast
import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_smorest.spec.plugins import FlaskPlugin
from sqlalchemy import func, select
from werkzeug.routing import Rule

from tests.web.test_neighbours import FOR_ALL, FORM, address, rows, tokens
from volunteer import actions
from volunteer.config import PACKAGE
from volunteer.database import Model
from volunteer.models import Credit, RoleGrant, Visit
from volunteer.rules.kinds import Grade, VisitState

__all__ = ["rows", "tokens"]
WHO = ("mei", "leader", "secretary", "office", "admin")
TABLES = ("visit", "credit", "request", "evidence", "approval", "probation", "policy_version", "role_grant")
VALUES = {
    "state": "confirmed",
    "grade": "A",
    "stage": "full",
    "role": "college",
    "unit": "LAW",
    "kind": "opening",
    "is_upheld": "no",
    "login": "office",
    "hours": "50",
    "minutes": "3000",
    "credited": "3000",
    "counted": "3000",
    "net": "3000",
}


def poison() -> dict[str, str]:
    """Every column that holds what somebody earned or may do, under its own name."""
    columns = {column.name for table in TABLES for column in Model.metadata.tables[table].columns}
    return dict.fromkeys(sorted(columns), "3000") | VALUES


def everything(app: Flask, made: dict[str, int]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Give each route that may change something, with all that we know to type."""
    described = app.test_client().get("/api/v1/openapi.json").json["paths"]
    typed = poison()
    for rule in app.url_map.iter_rules():
        if rule.arguments and rule.rule.startswith(tuple(FOR_ALL)):
            continue
        path = address(rule, made) if rule.arguments else rule.rule
        for method in sorted((rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}):
            if rule.rule.startswith("/api/"):
                yield from ((method, path, {"json": body}) for body in bodies(described, rule, method, typed))
            else:
                yield method, path, {"data": FORM}
                yield method, path, {"data": typed | FORM}


def bodies(described: Any, rule: Rule, method: str, typed: dict[str, str]) -> Iterator[Any]:
    """Give the body that the description shows, bare and with more in it."""
    operation = described[FlaskPlugin.flaskpath2openapi(rule.rule)][method.lower()]
    shown = [content["example"] for content in operation.get("requestBody", {}).get("content", {}).values()]
    for body in shown or [{}]:
        yield body
        if isinstance(body, dict):
            yield body | {name: value for name, value in typed.items() if name not in body}


@pytest.mark.parametrize("who", WHO)
def test_whoever_tries_every_door_alone_adds_no_minute(
    app: Flask, rows: dict[str, int], tokens: dict[str, str], read: Any, who: str
) -> None:
    def held() -> tuple[int, ...]:
        sums = [
            read(select(func.coalesce(func.sum(column), 0)))
            for column in (Credit.net_min, Credit.credited_min, Visit.net_min, Visit.credited_min)
        ]
        strong = (Visit.grade.in_((Grade.A, Grade.B, Grade.C)), Visit.state == VisitState.CONFIRMED)
        return (*sums, *(read(select(func.count()).select_from(Visit).where(one)) for one in strong))

    before, roles = held(), read(select(func.count()).select_from(RoleGrant))
    headers = {"Authorization": f"Bearer {tokens[who]}"}
    for method, path, sent in everything(app, rows):
        answer = app.test_client().open(path, method=method, headers=headers, **sent)
        assert answer.status_code < 500, (method, path)
        answer.close()
    after = held()
    assert all(now <= then for now, then in zip(after, before, strict=True)), (before, after)
    if who in ("mei", "leader", "admin"):
        assert read(select(func.count()).select_from(RoleGrant)) <= roles


def test_two_people_who_approve_do_add_minutes(
    app: Flask, rows: dict[str, int], tokens: dict[str, str], read: Any
) -> None:
    """The walk would see it: the same doors, opened by two."""
    total = select(func.sum(Credit.credited_min))
    before = read(total)
    for who in ("leader", "secretary"):
        app.test_client().post(
            f"/review/requests/{rows['request_id']}/approve",
            headers={"Authorization": f"Bearer {tokens[who]}"},
        )
    assert read(total) == before + 60


def all_acts() -> Iterator[tuple[str, inspect.Signature]]:
    for found in pkgutil.iter_modules(actions.__path__):
        module = import_module(f"volunteer.actions.{found.name}")
        for name, act in inspect.getmembers(module, inspect.isfunction):
            if act.__module__ == module.__name__ and not name.startswith("_"):
                yield f"{found.name}.{name}", inspect.signature(act)


def test_no_act_but_that_of_typed_records_is_told_minutes() -> None:
    told = {
        name
        for name, signature in all_acts()
        for parameter in signature.parameters
        if any(word in parameter for word in ("minute", "hour", "credit", "net_", "grade"))
    }
    assert told == {"ask.request_record"}


def test_the_ledger_has_two_pens_and_both_count_from_evidence_or_two_approvals() -> None:
    writers = {
        path.relative_to(PACKAGE).as_posix()
        for path in Path(PACKAGE).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and writes_credit(node)
    }
    assert writers == {"actions/book.py", "actions/approve.py"}


def writes_credit(node: ast.Call) -> bool:
    """Whether a call reads ``insert(Credit)``, ``update(table_of(Credit))``, ``Credit(...)`` or the like."""
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "Credit":
        return True
    return name in ("insert", "update", "delete") and any("Credit" in ast.dump(part) for part in node.args)
