"""Spot checks of the demo's college: months are drawn once they are over; the last is looked at in part."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from functools import partial
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from volunteer.actions.spot_checks import draw_sample, enter_finding
from volunteer.demo.branches import COLLEGE_CODE
from volunteer.demo.timetable import at_clock
from volunteer.demo.world import OFFICE, Step, World
from volunteer.rules.kinds import ReportKind
from volunteer.rules.periods import latest
from volunteer.rules.reasons import Refusal
from volunteer.stats.spot_checks import checks_of

MONTHS = 3
# Days after the month's end.
DRAWN, LOOKED = timedelta(days=2), timedelta(days=6)
FINDINGS = (
    "电话问过岗位负责人，人在岗，时间相符",
    "核对值班登记本，签到签退一致",
    "问过本人，服务内容说得清楚",
)


def spot_checks(today: date, *, zone: ZoneInfo) -> Iterator[Step]:
    """Give the draws of the last months and what was found; of the last one a few are still to be checked."""
    for number, period in enumerate(latest(ReportKind.MONTH, today, {}, most=MONTHS + 1)[1:]):
        month = period.from_on
        yield Step(at_clock(period.to_on + DRAWN, "15:00", zone), partial(_draw, month))
        yield Step(at_clock(period.to_on + LOOKED, "15:30", zone), partial(_look, month, number == 0))


def _draw(month: date, world: World, now: datetime) -> None:
    # In a month without service there is nothing to draw from.
    with suppress(Refusal), world.session.begin_nested():
        world.ids["spot_draw", month.isoformat()] = draw_sample(
            world.session,
            unit_id=world.unit(COLLEGE_CODE),
            month=month,
            actor=world.actor(OFFICE),
            campus=world.campus,
            now=now,
            seed=uuid5(NAMESPACE_URL, f"fifty-hours/demo/{month}").hex,
        )


def _look(month: date, in_part: bool, world: World, now: datetime) -> None:
    draw_id = world.ids.get(("spot_draw", month.isoformat()))
    if draw_id is None:
        return
    rows = checks_of(world.session, draw_id)
    for number, row in enumerate(rows[: len(rows) * 2 // 3] if in_part else rows):
        # Whoever had a part in a record leaves it to somebody else.
        with suppress(Refusal), world.session.begin_nested():
            enter_finding(
                world.session,
                draw_id=draw_id,
                visit_id=row.visit_id,
                is_right=True,
                finding=FINDINGS[number % len(FINDINGS)],
                actor=world.actor(OFFICE),
                now=now,
            )
