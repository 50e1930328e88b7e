"""Reports that the demo's people froze, soon after each period: what came later is a difference."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from volunteer.actions.reports import Written, freeze
from volunteer.actions.seal import seal
from volunteer.demo.branches import COLLEGE_CODE, SHOWN_BRANCH
from volunteer.demo.timetable import at_clock
from volunteer.demo.world import OFFICE, Step, World
from volunteer.rules.kinds import ReportKind
from volunteer.rules.periods import Period, latest

DAY = timedelta(days=1)
SHORTCOMINGS = "1. 个别同志服务集中在期末，平时参与不足。\n2. 校外基地签退不够及时，补签退偏多。"
PLANS = "1. 每月 28 日主题党日前提醒进度偏慢的同志。\n2. 与服务基地商定固定班次，提前一周发布。"


def reports(today: date, *, zone: ZoneInfo) -> Iterator[Step]:
    """Give the freezing of the shown branch's last months and quarters, and of the college's half-year."""
    for unit, kind, how_many in (
        (SHOWN_BRANCH, ReportKind.MONTH, 2),
        (SHOWN_BRANCH, ReportKind.QUARTER, 1),
        (COLLEGE_CODE, ReportKind.HALF_YEAR, 1),
    ):
        for period in latest(kind, today, {}, most=how_many + 1)[1:]:
            yield Step(at_clock(period.to_on + DAY, "10:00", zone), partial(_freeze, unit, period))


def _freeze(unit: str, period: Period, world: World, now: datetime) -> None:
    while seal(world.session):
        # A report names the head of all lines that it counts.
        pass
    is_college = unit == COLLEGE_CODE
    freeze(
        world.session,
        Written(
            ref=str(uuid5(NAMESPACE_URL, f"fifty-hours/demo/{unit}/{period.name}")),
            shortcomings=SHORTCOMINGS,
            plans=PLANS,
        ),
        unit_id=world.unit(unit),
        period=period,
        actor=world.actor(OFFICE) if is_college else world.committee(unit),
        campus=world.campus,
        now=now,
    )
