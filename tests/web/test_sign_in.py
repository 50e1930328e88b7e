"""Signing in: nobody learns who exists, nobody guesses long, sessions end when they should."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import NOW, Cast
from tests.web.conftest import Browser, Enter, token_in
from volunteer.actions import sign_in as action
from volunteer.actions.sign_in import set_password

PASSWORD = "the right one"


@pytest.fixture
def passwords(people: Cast, write: Any) -> None:
    def work(session: Any) -> None:
        for account_id in (people.mei_account, people.secretary_account):
            set_password(session, account_id=account_id, password=PASSWORD, now=NOW)

    write(work)


def attempt(client: FlaskClient, login: str, password: str, target: str = "/") -> Any:
    token = token_in(client.get("/sign-in").text)
    form = {"login": login, "password": password, "next": target, "csrf_token": token}
    return client.post("/sign-in", data=form)


@pytest.mark.usefixtures("passwords")
def test_the_right_password_opens_and_leads_on(client: FlaskClient) -> None:
    answer = attempt(client, "mei", PASSWORD, "/records")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/records")
    assert client.get("/records").status_code == 200


@pytest.mark.usefixtures("passwords")
def test_an_unknown_login_and_a_wrong_password_get_the_same_answer_for_the_same_work(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked: list[str] = []
    verify = action._hasher.verify

    class Counting:
        def verify(self, kept: str, password: str) -> bool:
            checked.append(kept)
            return verify(kept, password)

    monkeypatch.setattr(action, "_hasher", Counting())
    logins = ("mei", "nobody", "ning")
    answers = {login: attempt(client, login, "wrong one") for login in logins}
    assert {answer.status_code for answer in answers.values()} == {401}
    assert len({answer.text.replace(login, "") for login, answer in answers.items()}) == 1
    assert len(checked) == 3


@pytest.mark.usefixtures("passwords")
@pytest.mark.parametrize("login", ["mei", "nobody"])
def test_five_wrong_tries_in_ten_minutes_close_the_account_not_the_campus(
    client: FlaskClient, login: str, traveller: time_machine.Traveller
) -> None:
    statuses = [attempt(client, login, "wrong one").status_code for _ in range(6)]
    assert statuses == [401] * 5 + [429]
    assert int(attempt(client, login, PASSWORD).headers["Retry-After"]) > 0
    assert attempt(client, "secretary", PASSWORD).status_code == 303
    client.post("/sign-out", data={"csrf_token": token_in(client.get("/me").text)})
    traveller.shift(timedelta(minutes=10, seconds=1))
    assert attempt(client, login, "wrong one").status_code == 401


@pytest.mark.usefixtures("passwords")
def test_a_member_stays_180_days_and_staff_12_hours(app: Flask, traveller: time_machine.Traveller) -> None:
    mei, secretary = app.test_client(), app.test_client()
    attempt(mei, "mei", PASSWORD)
    attempt(secretary, "secretary", PASSWORD)
    traveller.shift(timedelta(hours=11))
    assert secretary.get("/units/LAW").status_code == 200
    traveller.shift(timedelta(hours=1))
    assert secretary.get("/units/LAW").status_code == 303
    traveller.shift(timedelta(days=179))
    assert mei.get("/home").status_code == 200
    traveller.shift(timedelta(days=1))
    assert mei.get("/home").status_code == 303


@pytest.mark.usefixtures("passwords")
def test_signing_out_everywhere_ends_the_other_phone_too(app: Flask) -> None:
    here, there = app.test_client(), app.test_client()
    for client in (here, there):
        attempt(client, "mei", PASSWORD)
    Browser(here).post("/sign-out-everywhere")
    assert there.get("/home").status_code == 303


@pytest.mark.usefixtures("passwords")
def test_a_new_password_needs_the_old_one_and_ends_other_sessions(app: Flask) -> None:
    here, there = app.test_client(), app.test_client()
    for client in (here, there):
        attempt(client, "mei", PASSWORD)
    browser = Browser(here)
    assert browser.post("/me", old="wrong one", new="another one").status_code == 422
    assert browser.post("/me", old=PASSWORD, new="short").status_code == 422
    assert browser.post("/me", old=PASSWORD, new="another one").status_code == 303
    assert here.get("/home").status_code == 200
    assert there.get("/home").status_code == 303
    assert attempt(app.test_client(), "mei", "another one").status_code == 303


def test_outside_the_demo_nobody_enters_by_a_button(enter: Enter, app: Flask) -> None:
    browser = Browser(app.test_client())
    browser._token = token_in(browser.get("/sign-in").text)
    assert browser.post("/demo-sign-in", login="mei").status_code == 404


def test_the_language_is_kept_and_only_ours_are_taken(client: FlaskClient) -> None:
    assert "登录" in client.get("/sign-in").text
    assert "Password" in client.get("/sign-in", headers={"Accept-Language": "en-GB"}).text
    token = token_in(client.get("/sign-in").text)
    answer = client.post("/language", data={"language": "en", "next": "//evil", "csrf_token": token})
    assert answer.headers["Location"] == "/"
    assert "Password" in client.get("/sign-in").text
    assert client.post("/language", data={"language": "xx", "csrf_token": token}).status_code == 422
