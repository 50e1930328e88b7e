"""The worker and what it keeps: complete, nothing personal, and the same version together."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.cast import Cast
from tests.web.conftest import Enter
from volunteer.web import pwa
from volunteer.web.assets import ROOT, asset, scripts

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def shell_of(client: FlaskClient, path: str = "/sw.js") -> dict[str, Any]:
    found = re.search(r"self\.SHELL = (\{.*\});\n", client.get(path).text)
    assert found
    return dict(json.loads(found[1]))


def test_everything_that_the_worker_keeps_is_there(app: Flask, people: Cast, client: FlaskClient) -> None:
    shell = shell_of(client)
    libraries = shell["libraries"]["files"]
    for path in [*shell["files"], *shell["pages"], *libraries]:
        with client.get(path) as answer:
            assert answer.status_code == 200, path
    assert asset("modules/scan.js") in shell["files"]
    assert asset("vendor/zxing-wasm/reader/zxing_reader.wasm") in libraries


def test_the_worker_is_asked_for_anew_each_time_and_may_stand_behind_every_page(
    app: Flask, people: Cast, client: FlaskClient
) -> None:
    answer = client.get("/sw.js")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.content_type.startswith("text/javascript")
    assert answer.text.startswith("import ")
    assert "import " not in client.get("/sw.js?plain=1").text.partition("*/")[0]


def test_a_page_for_no_network_is_the_same_for_everybody(
    app: Flask, enter: Enter, client: FlaskClient
) -> None:
    for path in ("/offline", "/scan/offline"):
        page = client.get(path)
        assert page.text == enter("mei").get(path).text
        assert "csrf_token" not in page.text
        assert "Set-Cookie" not in page.headers


def test_another_language_is_another_version(app: Flask, people: Cast, client: FlaskClient) -> None:
    assert shell_of(client)["version"] != shell_of(client, "/sw.js?lang=en")["version"]


def test_scripts_stand_under_their_common_version_and_may_be_kept_for_good(
    app: Flask, people: Cast, client: FlaskClient
) -> None:
    with client.get(asset("modules/app.js")) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert "javascript" in answer.content_type
    with client.get("/static/000000000000/modules/app.js") as answer:
        assert answer.status_code == 404
    with client.get(asset("vendor/zxing-wasm/reader/zxing_reader.wasm")) as answer:
        assert answer.content_type == "application/wasm"


def test_every_script_that_a_script_imports_is_there(app: Flask) -> None:
    for name in scripts():
        if name.startswith("modules/"):
            text = (ROOT / name).read_text(encoding="utf-8")
            for path in re.findall(r'(?:from|import\()\s*"(\.[^"]+\.js)"', text):
                assert (ROOT / name).parent.joinpath(path).resolve().is_file(), (name, path)


def test_every_sentence_that_the_scanner_says_is_on_its_pages(app: Flask, enter: Enter) -> None:
    asked: set[str] = set()
    for name in ("scan.js", "outbox-list.js"):
        text = (ROOT / "modules" / name).read_text(encoding="utf-8")
        asked |= set(re.findall(r'(?:word\(\w+(?:\.page)?, |say\()"(\w+)"', text))
    asked |= {"foreign", "pass", "again", "leave", "stay", "save", "row_waiting", "row_asks", "row_stuck"}
    told = ("since", "refused", "offered", "saved", "saved_out", "saved_already", "saved_nobody", "not_saved")
    asked |= {*told, "not_saved_full", *(f"{key}_head" for key in told)}
    for page in (enter("mei").get("/scan").text, enter("mei").get("/scan/offline").text):
        assert asked - set(re.findall(r'data-key="(\w+)"', page)) == set()


def test_a_script_gets_a_form_token_that_is_good_and_learns_whose_session_it_is(
    app: Flask, enter: Enter, code: Callable[..., str]
) -> None:
    browser = enter("mei")
    told = browser.get("/api/v1/form-token").json
    assert told["member"] == "2023010001"
    sent = browser.client.post(
        "/api/v1/scans/batch", json={"scans": []}, headers={"X-CSRFToken": told["token"]}
    )
    assert sent.status_code == 422


def test_nobody_gets_a_form_token_without_signing_in(app: Flask, people: Cast, client: FlaskClient) -> None:
    assert client.get("/api/v1/form-token").status_code == 401


def test_a_page_says_who_is_signed_in_with_a_masked_name(app: Flask, enter: Enter) -> None:
    page = enter("mei").get("/home").text
    assert 'data-member="2023010001" data-name="m**"' in page
    assert "data-member" not in enter("leader").get("/me").text


def test_the_manifest_names_what_an_installation_needs(app: Flask, client: FlaskClient) -> None:
    manifest = json.loads((ROOT / "manifest.webmanifest").read_text(encoding="utf-8"))
    assert manifest["name"] == "五十小时"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    assert [shortcut["url"] for shortcut in manifest["shortcuts"]] == ["/scan", "/records"]
    for icon in manifest["icons"]:
        with client.get(icon["src"]) as answer:
            assert answer.content_type == "image/png"
    assert pwa.SHELL_FILES
