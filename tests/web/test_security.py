"""What every answer says, what every form brings, and what no address or body can break."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from tests.cast import NOW, Cast
from tests.web.conftest import Browser, Enter
from volunteer import create_app
from volunteer.config import Settings, shipped
from volunteer.models import ApiToken, Visit
from volunteer.web import identity
from volunteer.web.security import safe_next

ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@ONE_ENGINE
@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/me", "/healthz", "/no-such-page"])
def test_every_answer_carries_the_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in headers


@ONE_ENGINE
def test_files_carry_them_too_and_may_be_kept(client: FlaskClient) -> None:
    with client.get("/static/css/app.css") as answer:
        assert answer.status_code == 200
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "Content-Security-Policy" in answer.headers
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "max-age=3600" in answer.headers["Cache-Control"]


@ONE_ENGINE
def test_over_tls_cookies_are_secure_and_of_this_host_alone(settings: Settings) -> None:
    app = create_app(replace(settings, public_url="https://hours.example.edu"))
    answer = app.test_client().get("/sign-in", base_url="https://hours.example.edu")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert part in cookie
    assert "Domain" not in cookie
    assert "max-age" in answer.headers["Strict-Transport-Security"]


@ONE_ENGINE
def test_a_strange_host_is_refused(client: FlaskClient) -> None:
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


@ONE_ENGINE
def test_a_forwarded_host_is_believed_from_no_proxy_by_default(client: FlaskClient) -> None:
    answer = client.get("/home", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert "evil.example" not in answer.headers["Location"]


@ONE_ENGINE
def test_a_form_without_its_token_changes_nothing(enter: Enter) -> None:
    mei = enter("mei")
    answer = mei.client.post("/c/" + "A" * 31)
    assert answer.status_code == 403
    answer = mei.client.post("/api/v1/scans", json={"code": "x"})
    assert answer.status_code == 403
    assert answer.json and answer.json["reason"] == "csrf_stale"


@ONE_ENGINE
def test_a_bearer_token_needs_no_form_token_and_lets_the_cookie_say_nothing(enter: Enter) -> None:
    answer = enter("mei").client.get("/api/v1/me", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 401


def test_a_program_with_a_token_is_its_account_until_the_token_is_revoked(
    client: FlaskClient, people: Cast, write: Any, code: Any
) -> None:
    token = ApiToken(account_id=people.mei_account, digest=identity.digest_of("secret"), created_at=NOW)
    write(lambda session: session.add(token))
    headers = {"Authorization": "Bearer secret"}
    own = client.get("/api/v1/me", headers=headers)
    assert own.json and own.json["student_no"] == "2023010001"
    assert client.post("/api/v1/scans", json={"code": code(NOW)}, headers=headers).status_code == 201
    write(lambda session: session.execute(update(ApiToken).values(revoked_at=NOW)))
    assert client.get("/api/v1/me", headers=headers).status_code == 401


@ONE_ENGINE
@pytest.mark.parametrize("path", ["/api/v1/scans", "/scan", "/sign-in"])
def test_a_body_over_a_megabyte_is_too_large(enter: Enter, path: str) -> None:
    mei = enter("mei")
    answer = mei.client.post(path, data=b"x" * 1_000_001, headers={"X-CSRFToken": mei.token})
    assert answer.status_code == 413


HORRORS: dict[str, bytes] = {
    "deep": b'{"code":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep objects": b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    "NaN": b'{"code": NaN}',
    "infinity": b'{"code": "x", "post_id": Infinity}',
    "minus infinity": b'{"code": "x", "post_id": -Infinity}',
    "a huge number": b'{"code": "x", "post_id": ' + b"9" * 5000 + b"}",
    "a number that no table holds": b'{"code": "x", "post_id": 99999999999999999999}',
    "a fraction": b'{"code": "x", "post_id": 1.5}',
    "1e400": b'{"code": "x", "post_id": 1e400}',
    "NUL": b'{"code": "a\\u0000b"}',
    "NUL in a key": b'{"co\\u0000de": "x"}',
    "half a surrogate": b'{"code": "\\ud800"}',
    "half a surrogate in a key": b'{"\\udfff": "x"}',
    "raw NUL": b'{"code": "a\x00b"}',
    "not UTF-8": b'{"code": "\xff\xfe"}',
    "not JSON": b"{",
    "empty": b"",
    "a list": b"[]",
    "a word": b'"code"',
    "null": b"null",
    "a list as code": b'{"code": ["x"]}',
    "an object as code": b'{"code": {"x": 1}}',
    "no code": b"{}",
    "unknown key": b'{"code": "x", "minutes": 3000}',
    "a wrong action": b'{"code": "x", "action": "credit"}',
    "a long reference": b'{"code": "x", "client_ref": "' + b"a" * 37 + b'"}',
    "a reference with a line end": b'{"code": "x", "client_ref": "abcdefgh\\n"}',
}


@pytest.mark.parametrize("body", HORRORS.values(), ids=HORRORS)
@pytest.mark.parametrize("path", ["/api/v1/scans", "/api/v1/scans/batch"])
@ONE_ENGINE
def test_bad_json_is_a_named_problem_never_a_fault(enter: Enter, path: str, body: bytes) -> None:
    mei = enter("mei")
    answer = mei.client.post(
        path, data=body, content_type="application/json", headers={"X-CSRFToken": mei.token}
    )
    assert answer.status_code in (400, 409, 422), answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json and {"type", "title", "status", "reason", "detail"} <= answer.json.keys()


@ONE_ENGINE
def test_json_under_another_type_is_refused_as_such(enter: Enter) -> None:
    mei = enter("mei")
    answer = mei.client.post("/api/v1/scans", data=b"{}", headers={"X-CSRFToken": mei.token})
    assert answer.status_code == 415
    assert answer.json and answer.json["reason"] == "wrong_type"


ADDRESSES = [
    "/records/99999999999999999999/done",
    "/records/0/done",
    "/members/999999999999999",
    "/units/%00",
    "/units/LAW?q=%00",
    "/units/%F0%A0%AE%B7",
    "/units/LAW?page=-1&status=nonsense&year=99999999999999999999",
    "/units/LAW?year=٢٠٢٦",
    "/api/v1/stats?by=post&from=0001-01-01&to=9999-12-31",
    "/api/v1/stats?by=nonsense",
    "/api/v1/units/LAW/members?after=-1",
    "/api/v1/units/LAW/members?limit=999999999999999999999",
    "/api/v1/me/visits?before=x",
    "/c/" + "%F0%A0%AE%B7" * 31,
    "/C/" + "a" * 31,
    "/c/%00",
    "/?lang=%FF",
]


@pytest.mark.parametrize("path", ADDRESSES)
def test_no_address_is_a_fault(enter: Enter, path: str) -> None:
    assert enter("secretary").get(path).status_code < 500


TARGETS = {
    "/home": "/home",
    "/c/ABC?x=1": "/c/ABC?x=1",
    "//evil.com": "/",
    "/\\evil.com": "/",
    "https:evil.com": "/",
    "https://evil.com": "/",
    "javascript:alert(1)": "/",
    "/\tevil": "/",
    "/a\nb": "/",
    "/a\\b": "/",
    "/home\n": "/",
    "": "/",
    None: "/",
}


@pytest.mark.parametrize(("target", "expected"), TARGETS.items())
def test_after_signing_in_nobody_is_led_to_another_site(target: str | None, expected: str) -> None:
    assert safe_next(target) == expected


@ONE_ENGINE
def test_when_the_database_is_away_people_are_asked_to_come_back(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any) -> None:
        raise OperationalError("SELECT 1", {}, Exception("database is locked"))

    monkeypatch.setattr(identity, "by_id", away)
    with client.session_transaction() as held:
        held["_user_id"] = "1.0"
        held["until"] = 2**40
    answer = client.get("/api/v1/me")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert answer.json and answer.json["reason"] == "database_away"


FORBIDDEN = {
    "an inline style": re.compile(r"\sstyle\s*="),
    "an inline handler": re.compile(r"\son[a-z]+\s*="),
    "an inline script": re.compile(r"<script(?![^>]*\ssrc=)"),
    "unescaped text": re.compile(r"\|\s*safe\b"),
}


def test_templates_hold_nothing_that_the_policy_would_refuse() -> None:
    files = sorted(Path(shipped("templates")).rglob("*.html"))
    assert files
    found = [
        f"{path.name}: {what}"
        for path in files
        for what, shape in FORBIDDEN.items()
        if shape.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_form_carries_its_token() -> None:
    for path in sorted(Path(shipped("templates")).rglob("*.html")):
        text = path.read_text(encoding="utf-8")
        forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL)
        assert all("token()" in form for form in forms), path.name


@ONE_ENGINE
def test_a_preview_of_a_link_writes_nothing(app: Flask, read: Any, code: Any, people: Any) -> None:
    shown = code(NOW)
    answer = Browser(app.test_client()).get(f"/c/{shown}")
    assert answer.status_code == 200
    assert read(select(func.count(Visit.id))) == 0
