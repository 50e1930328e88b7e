"""The first day: units, rules, people, offices, bases and posts are registered."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from functools import partial

from volunteer.actions import accounts, registry
from volunteer.demo.bases import BASES, BasePlan
from volunteer.demo.branches import (
    BRANCHES,
    COLLEGE_CODE,
    COLLEGE_NAME,
    FIRST_POST,
    SHOWN_BRANCH,
    TITLES,
    BranchPlan,
)
from volunteer.demo.posts import POSTS, PostPlan
from volunteer.demo.roster import Person, Roster
from volunteer.demo.world import DEPUTY, OFFICE, World
from volunteer.rules.kinds import Role, UnitKind
from volunteer.rules.policy import HoursPolicy

ADMIN, AUDITOR = "sysadmin", "auditor1"
Act = Callable[[World, datetime], object]


def founding(roster: Roster, today: date) -> Iterator[Act]:
    """Give the acts of the first day, in order. The faces of the sign-in page come first of their role."""
    yield _found_college
    for branch in BRANCHES:
        yield partial(_found_branch, branch)
    yield partial(_set_rules, today)
    for person in roster.people:
        yield partial(_enrol, person)
    for base in BASES:
        yield partial(_agree, base, today)
    for post in POSTS:
        yield partial(_set_up_post, post)
    yield partial(_open_account, roster.shown)
    yield from _offices(roster)
    office = set(roster.committees.values()) | set(roster.leaders.values())
    for person in roster.people:
        if person.login is not None and person is not roster.shown and person not in office:
            yield partial(_open_account, person)


def _offices(roster: Roster) -> Iterator[Act]:
    for branch in sorted(BRANCHES, key=lambda branch: branch.code != SHOWN_BRANCH):
        for title in TITLES:
            yield partial(_seat, roster.committees[branch.code, title], branch.code, title)
    for post in sorted(POSTS, key=lambda post: post.code != FIRST_POST):
        yield partial(_appoint, post, roster.leaders.get(post.code))
    yield partial(_install, OFFICE, "党委办 闻老师", Role.COLLEGE)
    yield partial(_install, DEPUTY, "党委办 柏老师", Role.COLLEGE)
    yield partial(_install, ADMIN, "系统管理员", Role.ADMIN)
    yield partial(_install, AUDITOR, "纪检审计员", Role.AUDITOR)


def _found_college(world: World, now: datetime) -> None:
    registry.add_unit(
        world.session, code=COLLEGE_CODE, name=COLLEGE_NAME, kind=UnitKind.COLLEGE, actor=None, now=now
    )


def _found_branch(branch: BranchPlan, world: World, now: datetime) -> None:
    registry.add_unit(
        world.session,
        code=branch.code,
        name=branch.name,
        kind=UnitKind.BRANCH,
        parent_id=world.unit(COLLEGE_CODE),
        branch_kind=branch.kind,
        actor=None,
        now=now,
    )


def _set_rules(today: date, world: World, now: datetime) -> None:
    """Enter the policy, the terms of the academic years around, and the college's own holiday."""
    first_year = world.campus.day(now).year - 1
    policy = HoursPolicy(effective_on=date(first_year, 1, 1))
    registry.add_policy(world.session, policy=policy, actor=None, now=now)
    for year in range(first_year, today.year + 1):
        name = f"{year}—{year + 1} 学年"
        terms = (
            ("1", f"{name}第一学期", date(year, 9, 1), date(year + 1, 2, 16)),
            ("2", f"{name}第二学期", date(year + 1, 2, 16), date(year + 1, 7, 11)),
            ("3", f"{year + 1} 年暑期", date(year + 1, 7, 11), date(year + 1, 9, 1)),
        )
        for number, title, starts_on, ends_before in terms:
            registry.add_term(
                world.session,
                code=f"{year}-{number}",
                name=title,
                starts_on=starts_on,
                ends_before=ends_before,
                actor=None,
                now=now,
            )
    anniversary = date(today.year, 5, 18)
    registry.set_workday(world.session, on=anniversary, is_workday=False, actor=None, now=now)


def _enrol(person: Person, world: World, now: datetime) -> None:
    world.ids["member", person.number] = registry.add_member(
        world.session,
        student_no=person.number,
        name=person.name,
        unit_id=world.unit(person.branch),
        stage=person.stage,
        starts_on=person.starts_on,
        actor=None,
        now=now,
    )


def _agree(base: BasePlan, today: date, world: World, now: datetime) -> None:
    def day(ahead: int | None) -> date | None:
        return None if ahead is None else today + timedelta(days=ahead)

    world.ids["base", base.code] = registry.add_base(
        world.session,
        code=base.code,
        name=base.name,
        unit_id=world.unit(COLLEGE_CODE),
        status=base.status,
        actor=None,
        now=now,
        kind=base.kind,
        host=base.host,
        contact=base.contact,
        address=base.address,
        agreement_from=day(base.agreed),
        agreement_to=day(base.ends),
        plaque_on=day(base.plaque),
    )


def _set_up_post(post: PostPlan, world: World, now: datetime) -> None:
    world.ids["post", post.code] = registry.add_post(
        world.session,
        code=post.code,
        name=post.name,
        unit_id=world.unit(post.unit),
        base_id=world.ids["base", post.base] if post.base else None,
        category=post.category,
        compensation=post.compensation,
        actor=None,
        now=now,
        place=post.place,
        content=post.content,
        insurance_note="学院志愿者团体意外险" if post.base else None,
    )


def _open_account(person: Person, world: World, now: datetime) -> int:
    assert person.login is not None
    account_id = accounts.add_account(
        world.session,
        login=person.login,
        name=person.name,
        member_id=world.member(person.number),
        actor=None,
        now=now,
    )
    world.ids["account", person.login] = account_id
    return account_id


def _seat(person: Person, branch: str, title: str, world: World, now: datetime) -> None:
    accounts.give_role(
        world.session,
        account_id=_open_account(person, world, now),
        role=Role.COMMITTEE,
        unit_id=world.unit(branch),
        title=title,
        actor=None,
        now=now,
    )


def _appoint(post: PostPlan, person: Person | None, world: World, now: datetime) -> None:
    """Make a member of the unit, or somebody from outside the roster, leader of the post."""
    if person is not None:
        account_id = _open_account(person, world, now)
    else:
        account_id = accounts.add_account(
            world.session,
            login=f"leader-{post.code.lower()}",
            name=post.leader or post.name,
            unit_id=world.unit(post.unit),
            actor=None,
            now=now,
        )
    accounts.give_role(
        world.session,
        account_id=account_id,
        role=Role.LEADER,
        post_id=world.post(post.code),
        actor=None,
        now=now,
    )


def _install(login: str, name: str, role: Role, world: World, now: datetime) -> None:
    home_id = world.unit(COLLEGE_CODE)
    account_id = accounts.add_account(
        world.session, login=login, name=name, unit_id=home_id, actor=None, now=now
    )
    unit_id = home_id if role is Role.COLLEGE else None
    accounts.give_role(world.session, account_id=account_id, role=role, unit_id=unit_id, actor=None, now=now)
