"""Who may import whom, and what one place owns alone. Walks every module of the package."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from volunteer.config import PACKAGE

FRAMEWORK = frozenset({"flask", "flask_babel", "flask_login", "flask_smorest", "flask_wtf", "werkzeug"})
EVERYTHING = frozenset({"*"})

# The layer, and which other layers of the package it may import. A new one is given its place here.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "rules": frozenset(),
    "clock": frozenset(),
    "holidays": frozenset(),
    "pinyin": frozenset(),
    "signatures": frozenset({"rules"}),
    "photos": frozenset({"rules"}),
    "driver": frozenset(),
    "database": frozenset({"driver"}),
    "fixed": frozenset({"database", "driver"}),
    "revisions": frozenset(),
    "config": frozenset({"rules", "holidays"}),
    "backup": frozenset({"models", "database", "migrate"}),
    "migrate": frozenset({"config", "database", "revisions"}),
    "models": frozenset({"rules", "database"}),
    "roster": frozenset({"rules"}),
    "stats": frozenset({"rules", "models", "database", "fixed"}),
    "actions": frozenset({"rules", "models", "stats", "database", "fixed", "pinyin", "signatures"}),
    "schemas": frozenset({"rules"}),
    "web": EVERYTHING,
    "cli": EVERYTHING,
    "demo": EVERYTHING,
    "replay": EVERYTHING,
    "": EVERYTHING,
}
MAY_USE_THE_FRAMEWORK = frozenset({"web", "cli", "demo", ""})
# What is written in one place only: how it reads in the source, and where it may stand.
OWNED_ALONE = {
    "commit()": frozenset({"database.py", "driver.py"}),
    "utcnow()": frozenset({"clock.py"}),
    "now()": frozenset({"clock.py"}),
    "today()": frozenset({"clock.py"}),
    "func.sum()": frozenset({"stats"}),
    "func.count()": frozenset({"stats"}),
}

MODULES = sorted(path.relative_to(PACKAGE) for path in PACKAGE.rglob("*.py"))


def layer_of(module: str) -> str:
    """Return the layer of ``volunteer.rules.tally``: rules; of the package itself: nothing."""
    return [*module.split("."), ""][1]


def imported(source: str, package: str) -> Iterator[str]:
    """Give the full name of everything that *source*, a module of *package*, imports anywhere."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            origin = ".".join([*above, *filter(None, [node.module])])
            # `from volunteer import web` imports a layer by its own name.
            yield from (f"{origin}.{name.name}" for name in node.names)
        elif isinstance(node, ast.Call) and called(node) in ("import_module()", "__import__()"):
            yield from (str(word.value) for word in node.args if isinstance(word, ast.Constant))


def called(node: ast.Call) -> str:
    """Return how a call reads: ``commit()``, or ``func.sum()`` for functions of SQL."""
    function = node.func
    if isinstance(function, ast.Attribute):
        is_sql = isinstance(function.value, ast.Name) and function.value.id == "func"
        return f"{'func.' if is_sql else ''}{function.attr}()"
    return f"{function.id}()" if isinstance(function, ast.Name) else ""


def breaches(path: Path, source: str) -> list[str]:
    """Return what *source*, at *path* within the package, does against the table."""
    parts = ["volunteer", *path.with_suffix("").parts]
    module = ".".join(parts).removesuffix(".__init__")
    package = module if path.name == "__init__.py" else ".".join(parts[:-1])
    layer = layer_of(module)
    if layer not in MAY_IMPORT:
        return [f"{layer} has no place in the table of layers"]
    found = []
    for name in sorted(set(imported(source, package))):
        top = name.partition(".")[0]
        if top == "volunteer":
            other = layer_of(name)
            is_allowed = other == layer or not {other, "*"}.isdisjoint(MAY_IMPORT[layer])
        elif layer == "rules":
            is_allowed = top in sys.stdlib_module_names
        else:
            is_allowed = top not in FRAMEWORK or layer in MAY_USE_THE_FRAMEWORK
        if not is_allowed:
            found.append(f"{layer} imports {name}")
    for node in ast.walk(ast.parse(source)):
        call = called(node) if isinstance(node, ast.Call) else ""
        if call in OWNED_ALONE and OWNED_ALONE[call].isdisjoint({layer, path.as_posix()}):
            found.append(f"{call} stands in {path.as_posix()}")
    return found


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_every_module_keeps_to_its_layer(path: Path) -> None:
    assert breaches(path, (PACKAGE / path).read_text(encoding="utf-8")) == []


BROKEN = {
    "rules know no library": ("rules/tally.py", "import sqlalchemy"),
    "rules know no table": ("rules/tally.py", "from volunteer.models import Visit"),
    "rules do not know the clock": ("rules/spans.py", "from volunteer import clock"),
    "a relative import is seen": ("rules/spans.py", "from ..models import visits"),
    "a relative import of the package is seen": ("rules/spans.py", "from .. import stats"),
    "an import within a function is seen": ("models/visits.py", "def f():\n    from volunteer import stats"),
    "an import for types alone is seen": (
        "models/visits.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from volunteer.actions import scan",
    ),
    "an import by name is seen": (
        "stats/posts.py",
        "import importlib\nimportlib.import_module('volunteer.web')",
    ),
    "models do not sum": ("models/visits.py", "from sqlalchemy import func\nx = func.sum(1)"),
    "stats do not act": ("stats/posts.py", "import volunteer.actions.scan"),
    "actions know no request": ("actions/scan.py", "from flask import request"),
    "actions know no page": ("actions/scan.py", "from volunteer.web import words"),
    "actions never commit": ("actions/scan.py", "def f(session):\n    session.commit()"),
    "actions are told the time": ("actions/scan.py", "import datetime\ndatetime.datetime.now()"),
    "schemas know no table": ("schemas/scan.py", "from volunteer.models import Visit"),
    "views do not sum": ("web/home.py", "from sqlalchemy import func\nfunc.sum(1)"),
    "a new folder needs a place": ("helpers/text.py", ""),
}


@pytest.mark.parametrize(("path", "source"), BROKEN.values(), ids=BROKEN)
def test_a_broken_layer_is_found(path: str, source: str) -> None:
    assert breaches(Path(path), source)


KEPT = {
    "rules use the standard library": ("rules/tally.py", "import math\nfrom volunteer.rules import spans"),
    "a neighbour in the same layer": ("rules/spans.py", "from . import tally"),
    "actions read through stats": ("actions/scan.py", "from volunteer.stats.standing import member_standing"),
    "views call actions": ("web/scan.py", "from flask import request\nfrom volunteer.actions import scan"),
    "the clock tells the time": ("clock.py", "from datetime import datetime\ndatetime.now()"),
}


@pytest.mark.parametrize(("path", "source"), KEPT.values(), ids=KEPT)
def test_what_the_table_allows_passes(path: str, source: str) -> None:
    assert breaches(Path(path), source) == []
