"""The answer to a scan is spelled by hand; it has the shape that the API describes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from volunteer.actions.presence import ScanResult
from volunteer.rules.kinds import Grade, Side, Verdict, VisitState
from volunteer.schemas.scans import VisitNow
from volunteer.web.api.scans import visit_now

CAME = ScanResult(
    verdict=Verdict.ACCEPTED,
    action=Side.IN,
    visit_id=7,
    at=datetime(2026, 3, 16, 0, 50, 7, tzinfo=UTC),
    counts_from=datetime(2026, 3, 16, 1, 0, tzinfo=UTC),
    state=VisitState.OPEN,
    grade=Grade.B,
    net=0,
    credited=0,
)
LEFT = replace(CAME, action=Side.OUT, counts_from=None, state=VisitState.CONFIRMED, net=121, credited=120)


@pytest.mark.parametrize("result", [CAME, LEFT], ids=["come", "left"])
def test_the_answer_is_what_its_schema_would_write(result: ScanResult) -> None:
    assert visit_now(result) == VisitNow().dump(result)
