"""Whatever is sent to the API, the answer is one that its description foresees, and never a fault of ours.

What is sent is made from the description itself: right and wrong, the same in each run.
``VOLUNTEER_FUZZ=50`` sends fifty times as much.
"""

import os
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import APIOperation, Case, Config, GenerationMode
from schemathesis.config import GenerationConfig, ProjectConfig, ProjectsConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import positive_data_acceptance
from sqlalchemy.orm import Session

from tests.cast import NOW, Cast
from volunteer.actions.access import load_actor
from volunteer.actions.reports import Written, freeze
from volunteer.actions.tokens import make_token
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import ReportKind
from volunteer.rules.names import clean_line
from volunteer.rules.periods import period_named
from volunteer.rules.reasons import Refusal

DEPTH = int(os.environ.get("VOLUNTEER_FUZZ", "1"))
EXAMPLES, EXAMPLES_THERE = 2, 1
# Rows of the cast, so that what is right reaches the rules behind the look-up.
KNOWN = {
    "unit": ("LAW", "BIO", "COL"),
    "parent": ("COL", "LAW"),
    "base": ("LIB",),
    "post": ("READ", "GATE"),
    "student_no": ("2023010001", "2023020001"),
    "report_id": (1,),
    "with": (1,),
}
# What JSON Schema cannot say: one field against another, and the years that we know. There alone may what the
# description allows be refused.
RELATED = {
    "GET /api/v1/stats": {"from", "to"},
    "GET /api/v1/shifts": {"from", "to"},
    "POST /api/v1/units": {"branch_kind"},
    "POST /api/v1/members": {"probation_start"},
    "PATCH /api/v1/members/{student_no}": {"probation_start"},
    "POST /api/v1/bases": {"agreement_from", "agreement_to", "plaque_on"},
    "PATCH /api/v1/bases/{code}": {"agreement_from", "agreement_to", "plaque_on"},
    "POST /api/v1/devices": {"public_key"},
    "POST /api/v1/shifts": {"starts_at", "ends_at", "breaks"},
    "PATCH /api/v1/shifts/{code}": {"starts_at", "ends_at", "breaks", "cancelled", "cancel_reason"},
}
OF_PATH = {"units": "unit", "bases": "base", "posts": "post", "sites": "post", "members": "student_no"}


def is_line(text: str) -> bool:
    try:
        return clean_line(text, "text", longest=400) == text
    except Refusal:
        return False


schemathesis.openapi.format("line", st.text(st.characters(codec="utf-8"), min_size=1).filter(is_line))


def project() -> Config:
    """Return settings that send the same in each run."""
    made = GenerationConfig(deterministic=True, with_security_parameters=False)
    return Config(projects=ProjectsConfig(default=ProjectConfig(generation=made)))


def known(case: Case, draw: Any) -> None:
    """Let a right call name rows that are there, most of the time."""
    kind = case.path.split("/")[3]
    for parameters in (case.path_parameters, case.query, case.body):
        if not isinstance(parameters, dict):
            continue
        for name in list(parameters):
            key = (
                OF_PATH.get(kind, "shift") if name == "code" and parameters is case.path_parameters else name
            )
            rows = KNOWN.get(key, ("S1",) if key == "shift" else ())
            if rows and draw(st.integers(0, 3)):
                parameters[name] = draw(st.sampled_from(rows))


@pytest.fixture
def tokens(people: Cast, write: Any, campus: Campus, request: pytest.FixtureRequest) -> list[str]:
    """A token of each whom the test names; there is one frozen report."""
    accounts = [getattr(people, f"{who}_account") for who in request.param]

    def make(session: Session) -> list[str]:
        freeze(
            session,
            Written(ref="00000000-0000-0000-0000-000000000001"),
            unit_id=people.law,
            period=period_named(ReportKind.MONTH, "2026-03", {}),
            actor=load_actor(session, people.secretary_account),
            campus=campus,
            now=NOW,
        )
        return [make_token(session, account_id=one, actor_id=None, now=NOW) for one in accounts]

    made: list[str] = write(make)
    return made


def send(case: Case, token: str, *, is_right: bool) -> None:
    """Call, and hold the answer against the description."""
    headers = {"Authorization": f"Bearer {token}"}
    response = case.call(headers=headers)
    related = RELATED.get(case.operation.label)
    excluded = []
    if related is not None and is_right and response.status_code == 422:
        assert response.json()["errors"].keys() <= related, response.text
        excluded = [positive_data_acceptance]
    case.validate_response(response, headers=headers, excluded_checks=excluded)


def fuzz(app: Flask, tokens: list[str], *, examples: int) -> int:
    """Call everything that the API describes, rightly and wrongly; return how many calls there were."""
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app, config=project())
    calls, failures = 0, []
    for result in schema.get_all_operations():
        operation = result.ok()
        # What takes nothing cannot be sent anything wrong.
        takes = any(operation.iter_parameters()) or len(operation.body) > 0
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)[: 2 if takes else 1]:
            made, failed = call_often(operation, tokens, mode, examples)
            calls += made
            failures += failed
    assert failures == [], "\n\n".join(failures)
    return calls


def call_often(
    operation: APIOperation, tokens: list[str], mode: GenerationMode, examples: int
) -> tuple[int, list[str]]:
    calls = 0

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.explicit, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def call(case: Case, data: Any) -> None:
        nonlocal calls
        is_right = mode is GenerationMode.POSITIVE
        if is_right:
            known(case, data.draw)
        for token in tokens:
            calls += 1
            send(case, token, is_right=is_right)

    try:
        call()
    except FailureGroup as group:
        return calls, [f"{operation.label}: {group}\n{error}" for error in group.exceptions]
    return calls, []


@pytest.mark.parametrize("tokens", [("office", "secretary", "mei")], indirect=True)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_every_answer_is_foreseen(app: Flask, tokens: list[str]) -> None:
    assert fuzz(app, tokens, examples=EXAMPLES * DEPTH) > 200


@pytest.mark.parametrize("tokens", [("office",)], indirect=True)
@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.postgresql)], indirect=True)
def test_every_answer_is_foreseen_on_the_other_engine(app: Flask, tokens: list[str]) -> None:
    assert fuzz(app, tokens, examples=EXAMPLES_THERE * DEPTH) > 50
