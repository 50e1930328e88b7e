"""The clock stands at ten to nine on the cast's Monday; people enter without typing passwords."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from tests.cast import NOON, NOW, Cast
from volunteer.actions import registry
from volunteer.database import db, transaction
from volunteer.rules import codes

Enter = Callable[[str], "Browser"]


class Browser:
    """A signed-in browser that fills in the form token by itself."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self.get = client.get
        self._token: str | None = None

    @property
    def token(self) -> str:
        """The form token of this session; any page carries it."""
        if self._token is None:
            self._token = token_in(self.client.get("/me", follow_redirects=True).text)
        return self._token

    def post(self, path: str, **form: Any) -> TestResponse:
        """Send a form."""
        return self.client.post(path, data={"csrf_token": self.token} | form)

    def send(self, path: str, body: Any, *, method: str = "POST") -> TestResponse:
        """Send JSON as the pages' scripts do."""
        return self.client.open(path, method=method, json=body, headers={"X-CSRFToken": self.token})


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, page
    return found[1]


@pytest.fixture
def traveller() -> Iterator[time_machine.Traveller]:
    """The clock, which a test may move."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def people(committed_cast: Cast, traveller: time_machine.Traveller) -> Cast:
    """The cast, committed, at NOW."""
    return committed_cast


@pytest.fixture
def enter(app: Flask, people: Cast) -> Enter:
    """Open a browser as whoever has this name in the cast."""

    def enter(name: str) -> Browser:
        client = app.test_client()
        with client.session_transaction() as held:
            held["_user_id"] = f"{getattr(people, f'{name}_account')}.0"
            held["until"] = int((NOW + timedelta(days=400)).timestamp())
        return Browser(client)

    return enter


@pytest.fixture
def write(app: Flask, people: Cast) -> Callable[[Callable[[Session], Any]], Any]:
    """Run an action as the system, and commit it."""

    def write(act: Callable[[Session], Any]) -> Any:
        with app.app_context(), transaction() as session:
            return act(session)

    return write


@pytest.fixture
def read(app: Flask, people: Cast) -> Callable[[Any], Any]:
    """Read one value from the database."""

    def read(statement: Any) -> Any:
        with app.app_context():
            return db.session.execute(statement).scalar()

    return read


@pytest.fixture
def handle(people: Cast, write: Callable[..., Any]) -> str:
    """A display at the post's site that nobody of the cast opened."""

    def opened(session: Session) -> str:
        return registry.open_display(session, site_id=people.site, actor=None, now=NOW)

    found: str = write(opened)
    return found


@pytest.fixture
def code(app: Flask, handle: str, write: Callable[..., Any]) -> Callable[[datetime], str]:
    """Return the code that the display shows at a moment; it is alive then."""

    def code(at: datetime) -> str:
        write(lambda session: registry.beat(session, handle=handle, now=at))
        keyring = app.extensions["volunteer.settings"].campus.keyring
        return codes.live_code(bytes.fromhex(handle), at, keyring)

    return code


@pytest.fixture
def served(enter: Enter, code: Callable[[datetime], str], traveller: time_machine.Traveller) -> Browser:
    """Mei's browser after a morning at the library, 08:50 to 11:50."""
    mei = enter("mei")
    mei.send("/api/v1/scans", {"code": code(NOW), "action": "in"})
    end = NOON - timedelta(minutes=10)
    traveller.move_to(end)
    answer = mei.send("/api/v1/scans", {"code": code(end), "action": "out"})
    assert answer.status_code == 201, answer.text
    return mei
