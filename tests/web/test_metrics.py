"""Figures for Prometheus: for whoever brings the token, and truly counted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine

from tests import engines
from tests.cast import NINE
from tests.web.conftest import Enter
from volunteer.config import Settings

TOKEN = "0123456789abcdef" * 2


@pytest.fixture
def settings(engine: Engine, tmp_path: Path) -> Settings:
    """Settings with a token for the figures."""
    return engines.settings_for(engine, tmp_path, metrics_token=TOKEN)


def figure(app: Flask, name: str, **labels: str) -> float:
    """Read one figure as Prometheus does; 0 if there is none yet."""
    answer = app.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            if sample.name == name and sample.labels == labels:
                return sample.value
    return 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "header", ["", "Bearer", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", f"Bearer {TOKEN}x"]
)
def test_without_the_token_nobody_reads_them(app: Flask, header: str) -> None:
    answer = app.test_client().get("/metrics", headers={"Authorization": header})
    assert (answer.status_code, "volunteer_" in answer.text) == (401, False)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_where_no_token_is_set_there_is_no_such_page(app: Flask) -> None:
    app.extensions["volunteer.settings"] = replace(app.extensions["volunteer.settings"], metrics_token="")
    answer = app.test_client().get("/metrics", headers={"Authorization": "Bearer "})
    assert answer.status_code == 404


def test_requests_are_counted_by_route_and_status_not_by_address(app: Flask, enter: Enter) -> None:
    labels = {"route": "/units/<code:code>", "method": "GET", "status": "404"}
    before = figure(app, "volunteer_request_seconds_count", **labels)
    secretary = enter("secretary")
    for code in ("BIO", "NOBODYS"):
        assert secretary.get(f"/units/{code}").status_code == 404
    assert figure(app, "volunteer_request_seconds_count", **labels) == before + 2


def test_addresses_that_are_not_there_share_one_line(app: Flask) -> None:
    labels = {"route": "none", "method": "any", "status": "404"}
    before = figure(app, "volunteer_request_seconds_count", **labels)
    app.test_client().get("/no/such/page")
    app.test_client().open("/another", method="BREW")
    assert figure(app, "volunteer_request_seconds_count", **labels) == before + 2


def test_scans_are_counted_by_what_came_of_them(
    app: Flask, enter: Enter, code: Callable[[datetime], str], traveller: Any
) -> None:
    taken, refused = {"verdict": "accepted", "reason": ""}, {"verdict": "refused", "reason": "code_unknown"}
    before = [figure(app, "volunteer_scans_total", **labels) for labels in (taken, refused)]
    traveller.move_to(NINE)
    mei = enter("mei")
    assert mei.send("/api/v1/scans", {"code": code(NINE)}).status_code == 201
    assert mei.send("/api/v1/scans", {"code": "A" * 31}).status_code == 409
    after = [figure(app, "volunteer_scans_total", **labels) for labels in (taken, refused)]
    assert after == [before[0] + 1, before[1] + 1]


def test_what_goes_on_is_counted_when_asked_for(
    app: Flask, enter: Enter, code: Callable[[datetime], str], traveller: Any
) -> None:
    assert figure(app, "volunteer_database_up") == 1
    assert figure(app, "volunteer_visits_open") == 0
    traveller.move_to(NINE)
    enter("mei").send("/api/v1/scans", {"code": code(NINE)})
    assert figure(app, "volunteer_visits_open") == 1
    assert figure(app, "volunteer_displays_alive") == 1
    traveller.shift(301)
    assert figure(app, "volunteer_displays_alive") == 0
