"""Alive and ready are two things; and without a database every address says "later", never "our fault"."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from tests.web.test_gates import FILLED, GATES
from volunteer import create_app
from volunteer.config import Settings
from volunteer.database import db

TOKEN = "a-token-of-nobody"


@pytest.fixture
def without_database(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """The application, on a database that nobody can reach."""
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        gone = url.set(database=str(tmp_path / "no-such-folder" / "volunteer.db"))
    else:
        gone = url.set(query={**url.query, "host": str(tmp_path)})
    app = create_app(replace(settings, database_url=gone.render_as_string(hide_password=False)))
    app.testing = True
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.usefixtures("people")
def test_with_database_and_schema_it_is_ready(app: Flask) -> None:
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.text) == (200, "ready\n")


def test_an_old_schema_is_not_ready_and_says_what_to_do(app: Flask, engine: Engine) -> None:
    with engine.begin() as connection:
        newest = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    try:
        answer = app.test_client().get("/readyz")
    finally:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest})
    assert (answer.status_code, "volunteer migrate" in answer.text) == (503, True)
    assert int(answer.headers["Retry-After"]) > 0


def test_without_a_database_it_is_alive_and_not_ready(without_database: Flask) -> None:
    client = without_database.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0


def addresses() -> Iterator[tuple[str, str, str]]:
    for gate, lines in GATES.items():
        for line in sorted(lines):
            _, methods, path = line.split(" ", 2)
            for shape, value in FILLED.items():
                path = path.replace(shape, value)
            yield from ((gate, method, path) for method in methods.split(","))


def test_without_a_database_every_address_says_later(without_database: Flask) -> None:
    client = without_database.test_client()
    wrong = []
    for gate, method, path in addresses():
        answer = client.open(path, method=method, headers={"Authorization": f"Bearer {TOKEN}"})
        is_later = answer.status_code == 503 and "Retry-After" in answer.headers
        # What is open to everybody may do without a database.
        if not is_later and (gate != "public" or answer.status_code >= 500):
            wrong.append((method, path, answer.status_code))
    assert wrong == []


def test_without_a_database_what_is_not_there_says_later_too(without_database: Flask) -> None:
    client = without_database.test_client()
    answer = client.get("/no-such-page", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)


def test_the_answer_of_the_api_is_a_problem(without_database: Flask) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    answer = without_database.test_client().get("/api/v1/me", headers=headers)
    assert answer.content_type == "application/problem+json"
    assert answer.json["reason"] == "database_away"
