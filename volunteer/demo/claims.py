"""Duties that end at a desk: corrections, make-ups, objections, records sent back."""

import random
from datetime import datetime, timedelta
from functools import partial

from volunteer.actions import approve, ask, objections, review
from volunteer.demo.plan import Duty
from volunteer.demo.stories import DAY, HOUR, MINUTE, live, two_way, unclosed
from volunteer.demo.world import OFFICE, Step, World

FORGOT = ("离岗时忘记签退", "手机没电,未能签退", "临时帮忙搬运物资,走时忘了扫码", "赶课,离开时没有签退")
NO_PHONE = ("手机送修,当天无法扫码", "忘带手机,负责人可以证明", "现场网络故障,没有扫上", "手机没电")


def correction_asked(duty: Duty, rng: random.Random) -> list[Step]:
    """Forget to check out, and ask for the end."""
    act = partial(_ask_correction, duty, rng.choice(FORGOT))
    return [*unclosed(duty, rng), Step(duty.shift.span.end + rng.randrange(3, 6) * HOUR, act)]


def correction_half(duty: Duty, rng: random.Random) -> list[Step]:
    """The same; the leader has agreed."""
    return [*correction_asked(duty, rng), _first_yes(duty, 9 * HOUR)]


def corrected(duty: Duty, rng: random.Random) -> list[Step]:
    """The same; the leader and the committee have agreed."""
    return [*correction_half(duty, rng), _second_yes(duty, rng.randrange(26, 60) * HOUR)]


def make_up_asked(duty: Duty, rng: random.Random) -> list[Step]:
    """Serve without any scan, and ask for a make-up."""
    act = partial(_ask_make_up, duty, rng.choice(NO_PHONE), rng.randrange(0, 12) * MINUTE)
    return [Step(duty.shift.span.end + rng.randrange(3, 6) * HOUR, act)]


def make_up_half(duty: Duty, rng: random.Random) -> list[Step]:
    """The same; the leader has agreed."""
    return [*make_up_asked(duty, rng), _first_yes(duty, 8 * HOUR)]


def made_up(duty: Duty, rng: random.Random) -> list[Step]:
    """The same; the leader and the committee have agreed."""
    return [*make_up_half(duty, rng), _second_yes(duty, rng.randrange(26, 90) * HOUR)]


def made_up_late(duty: Duty, rng: random.Random) -> list[Step]:
    """Agreed to after the ten working days: then the college decides."""
    return [
        *make_up_asked(duty, rng),
        _first_yes(duty, 24 * DAY),
        Step(duty.shift.span.end + 26 * DAY, partial(_approve, duty, OFFICE)),
    ]


def rejected(duty: Duty, rng: random.Random) -> list[Step]:
    """Ask for a make-up that nobody can vouch for."""
    return [*make_up_asked(duty, rng), Step(duty.shift.span.end + 28 * HOUR, partial(_reject, duty))]


def _ask_correction(duty: Duty, reason: str, world: World, now: datetime) -> None:
    world.asked[duty] = ask.request_correction(
        world.session,
        ref=f"{duty.person.number}-{duty.shift.code}",
        visit_id=world.visits[duty],
        ends_at=duty.shift.span.end,
        reason=reason,
        actor=world.own(duty.person),
        campus=world.campus,
        now=now,
    )


def _ask_make_up(duty: Duty, reason: str, late: timedelta, world: World, now: datetime) -> None:
    world.asked[duty] = ask.request_make_up(
        world.session,
        ref=f"{duty.person.number}-{duty.shift.code}",
        member_id=world.member(duty.person.number),
        shift_id=world.shift(duty.shift.code),
        starts_at=duty.shift.span.start + late,
        ends_at=duty.shift.span.end,
        reason=reason,
        actor=world.own(duty.person),
        campus=world.campus,
        now=now,
    )


def _first_yes(duty: Duty, after: timedelta) -> Step:
    leader = f"leader-{duty.shift.post.lower()}"
    return Step(duty.shift.span.end + after, partial(_approve, duty, leader))


def _second_yes(duty: Duty, after: timedelta) -> Step:
    return Step(duty.shift.span.end + after, partial(_approve, duty, f"{duty.person.branch.lower()}-shuji"))


def _approve(duty: Duty, login: str, world: World, now: datetime) -> None:
    approve.approve(
        world.session,
        request_id=world.asked[duty],
        actor=world.actor(login),
        campus=world.campus,
        now=now,
    )


def _reject(duty: Duty, world: World, now: datetime) -> None:
    approve.reject(
        world.session,
        request_id=world.asked[duty],
        actor=world.committee(duty.person.branch),
        reason="在岗名单没有记录,负责人不能证明",
        campus=world.campus,
        now=now,
    )


def disputed(duty: Duty, rng: random.Random) -> list[Step]:
    """Object to an own record; nobody has answered yet."""
    act = partial(_object, duty, "实际在岗时间与记录不符")
    return [*two_way(duty, rng), Step(duty.shift.span.end + 5 * HOUR, act)]


def dispute_over(duty: Duty, rng: random.Random) -> list[Step]:
    """Object; the record stands."""
    return [
        *disputed(duty, rng),
        Step(duty.shift.span.end + 40 * HOUR, partial(_resolve, duty, is_upheld=False)),
    ]


def voided(duty: Duty, rng: random.Random) -> list[Step]:
    """Object; the record is void."""
    return [
        *disputed(duty, rng),
        Step(duty.shift.span.end + 40 * HOUR, partial(_resolve, duty, is_upheld=True)),
    ]


def questioned(duty: Duty, rng: random.Random) -> list[Step]:
    """Another of the branch objects; the committee has not accepted it yet."""
    act = partial(_object, duty, "当天下午在教室见到该同志", by="zuzhi")
    return [*live(duty, rng), Step(duty.shift.span.end + 6 * HOUR, act)]


def _object(duty: Duty, reason: str, world: World, now: datetime, *, by: str | None = None) -> None:
    world.asked[duty] = objections.object_to(
        world.session,
        ref=f"{duty.person.number}-{duty.shift.code}",
        visit_id=world.visits[duty],
        reason=reason,
        actor=world.committee(duty.person.branch, by) if by else world.own(duty.person),
        campus=world.campus,
        now=now,
    )


def _resolve(duty: Duty, world: World, now: datetime, *, is_upheld: bool) -> None:
    objections.resolve(
        world.session,
        objection_id=world.asked[duty],
        actor=world.committee(duty.person.branch, "jijian"),
        upheld=is_upheld,
        reason="经核实,扫码人并非本人,记录作废" if is_upheld else "与在岗名单一致,记录无误",
        campus=world.campus,
        now=now,
    )


def returned(duty: Duty, rng: random.Random) -> list[Step]:
    """The committee sends the record back."""
    return [*live(duty, rng), Step(duty.shift.span.end + 7 * HOUR, partial(_return, duty))]


def returned_once(duty: Duty, rng: random.Random) -> list[Step]:
    """The committee sends the record back and confirms it later."""
    return [*returned(duty, rng), Step(duty.shift.span.end + 50 * HOUR, partial(_confirm, duty))]


def _return(duty: Duty, world: World, now: datetime) -> None:
    review.return_visit(
        world.session,
        visit_id=world.visits[duty],
        actor=world.committee(duty.person.branch, "zuzhi"),
        reason="请补充当天的在岗照片或证明人",
        campus=world.campus,
        now=now,
    )


def _confirm(duty: Duty, world: World, now: datetime) -> None:
    review.confirm(
        world.session,
        visit_id=world.visits[duty],
        actor=world.committee(duty.person.branch),
        campus=world.campus,
        now=now,
    )
