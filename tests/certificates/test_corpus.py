"""Every forgery is refused with its reason; the page's script gives the same answers (tests/js)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.engines import fixed_campus
from tests.web.conftest import token_in
from volunteer.actions.issue import digest_of
from volunteer.rules.certificates import Fault, judge
from volunteer.rules.certificates import token_in as token_of
from volunteer.rules.codes import Keyring
from volunteer.signatures import CertificateSigner
from volunteer.web import words

CORPUS: dict[str, Any] = json.loads((Path(__file__).parent / "corpus.json").read_text(encoding="utf-8"))
CASES = {case["case"]: (case["text"], case["verdict"]) for case in CORPUS["cases"]}
SIGNER = CertificateSigner(fixed_campus().keyring)


@pytest.mark.parametrize(("text", "verdict"), CASES.values(), ids=CASES)
def test_a_verdict(text: str, verdict: str) -> None:
    found = judge(token_of(text), SIGNER.is_signed)
    assert (found.fault.value if found.fault else "genuine") == verdict
    if found.claims:
        assert json.loads(found.claims.payload) == CORPUS["claims"]


def test_every_reason_has_its_forgery() -> None:
    assert {verdict for _, verdict in CASES.values()} == {"genuine", *(fault.value for fault in Fault)}


def test_the_corpus_is_signed_with_the_key_of_the_tests() -> None:
    assert CORPUS["keys"] == SIGNER.public_keys


def test_a_second_right_signature_is_the_same_certificate() -> None:
    first, second = (
        CASES[case][0] for case in ("as it was issued", "with the other half of the same signature")
    )
    assert first != second
    assert digest_of(first) == digest_of(second)


def test_what_an_old_secret_signed_verifies_as_long_as_its_public_key_is_kept(tmp_path: Path) -> None:
    kept, text = tmp_path / "state" / "keys.json", CASES["as it was issued"][0]
    old = CertificateSigner(fixed_campus().keyring, kept)
    old.keep()
    new = Keyring(secrets=((1, b"n" * 32),), deployment=b"fifty-hours")
    assert judge(text, CertificateSigner(new).is_signed).fault is Fault.FOREIGN_KEY
    renewed = CertificateSigner(new, kept)
    assert judge(text, renewed.is_signed).claims
    renewed.keep()
    assert [one["kid"] for one in CertificateSigner(new, kept).public_keys] == [
        one["kid"] for one in renewed.public_keys
    ]
    assert len(renewed.public_keys) == 2
    assert '"d"' not in kept.read_text(encoding="utf-8")


def test_a_master_secret_that_is_held_for_old_posters_verifies_old_certificates_too() -> None:
    campus = fixed_campus()
    both = Keyring(secrets=(*campus.keyring.secrets, (1, b"n" * 32)), deployment=campus.keyring.deployment)
    assert judge(CASES["as it was issued"][0], CertificateSigner(both).is_signed).claims
    assert CertificateSigner(both).sign(b"{}", "x") != CertificateSigner(campus.keyring).sign(b"{}", "x")


@pytest.fixture
def paste(client: FlaskClient, committed_cast: Any) -> Callable[[str], str]:
    """Send a text to the form for browsers without scripts, and return the page."""

    def paste(text: str) -> str:
        token = token_in(client.get("/verify/paste").text)
        answer = client.post("/verify/paste?lang=en", data={"csrf_token": token, "token": text})
        assert answer.status_code == 200, answer.status_code
        return answer.text

    return paste


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_form_without_scripts_says_the_same(app: Any, paste: Callable[[str], str]) -> None:
    with app.test_request_context("/?lang=en"):
        told = {fault.value: words.word(fault) for fault in Fault} | {"genuine": "Genuine"}
    for text, verdict in CASES.values():
        page = paste(text)
        assert [key for key, sentence in told.items() if sentence in page] == [verdict], text
    assert "COL-2026-0001" in paste(CASES["as it was issued"][0])
    assert "not in the register" in paste(CASES["as it was issued"][0])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_keys_are_public_and_hold_nothing_secret(client: FlaskClient, committed_cast: Any) -> None:
    answer = client.get("/.well-known/jwks.json")
    assert answer.json == {"keys": CORPUS["keys"]}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
