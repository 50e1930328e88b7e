"""The people of the tests, by name: a college, two branches, and everybody who acts in them.

A test that needs somebody else makes her with ``new_member``; the cast stays as it is.
"""

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from volunteer.models import (
    Account,
    Base,
    Member,
    Membership,
    PolicyVersion,
    Post,
    ProbationWindow,
    RoleGrant,
    Shift,
    Site,
    Unit,
)
from volunteer.rules.kinds import BaseStatus, BranchKind, Category, Compensation, Role, Stage, UnitKind
from volunteer.rules.policy import HoursPolicy

LONG_AGO = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 16)
"""A Monday within the probation of every probationary member of the cast."""
NOW = datetime(2026, 3, 16, 0, 50, tzinfo=UTC)
"""08:50 on the campus, ten minutes before the cast's shift."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Ids of everybody and everything. What ends in ``_account`` signs in; the rest names its kind."""

    college: int
    law: int
    """The branch of our member."""
    bio: int
    """The neighbour branch, which must see nothing of it."""
    mei: int
    """Our member: probationary, of LAW, student number 2023010001."""
    ning: int
    """A second probationary member of LAW, 2023010002."""
    hua: int
    """A full member of LAW, 2021010003, who is its secretary."""
    bo: int
    """A probationary member of BIO, 2023020001."""
    mei_account: int
    ning_account: int
    bo_account: int
    secretary_account: int
    """Committee of LAW; Hua's account."""
    organiser_account: int
    """Committee of LAW; nobody's member."""
    neighbour_account: int
    """Committee of BIO."""
    leader_account: int
    """Leader of the post; nobody's member."""
    office_account: int
    """The college office."""
    office_second_account: int
    """The college office's second person."""
    admin_account: int
    auditor_account: int
    base: int
    post: int
    """READ, at the base, run by LAW."""
    campus_post: int
    """GATE, on campus, run by LAW."""
    site: int
    """The post's own site, of the same code."""
    shift: int
    """S1 of the post: 09:00 to 12:00 campus time on ``TODAY``."""


def new_member(
    session: Session,
    student_no: str,
    unit_id: int,
    *,
    name: str = "王小明",
    stage: Stage = Stage.PROBATIONARY,
    starts_on: date = date(2025, 12, 1),
) -> int:
    """Put somebody on the roster; if probationary, with a year from *starts_on*."""
    member = Member(
        student_no=student_no,
        name=name,
        sort_key=student_no,
        initials="",
        unit_id=unit_id,
        stage=stage,
    )
    session.add(member)
    session.flush()
    session.add(Membership(member_id=member.id, unit_id=unit_id, from_on=starts_on))
    if stage is Stage.PROBATIONARY:
        ends_before = starts_on.replace(year=starts_on.year + 1)
        session.add(ProbationWindow(member_id=member.id, starts_on=starts_on, ends_before=ends_before))
    session.flush()
    return member.id


def new_account(session: Session, login: str, *, member_id: int | None = None) -> int:
    """Let somebody in; without rights and without a password."""
    account = Account(login=login, name=login, member_id=member_id, created_at=LONG_AGO)
    session.add(account)
    session.flush()
    return account.id


def new_grant(
    session: Session, account_id: int, role: Role, *, unit_id: int | None = None, post_id: int | None = None
) -> None:
    """Give an account a right."""
    session.add(
        RoleGrant(account_id=account_id, role=role, unit_id=unit_id, post_id=post_id, given_at=LONG_AGO)
    )
    session.flush()


def new_post(session: Session, code: str, unit_id: int, *, base_id: int | None = None) -> tuple[int, int]:
    """Make an unpaid service post with the site of its own; return the ids of both."""
    post = Post(
        code=code,
        name=f"岗位 {code}",
        base_id=base_id,
        unit_id=unit_id,
        category=Category.SERVICE,
        compensation=Compensation.NONE,
    )
    session.add(post)
    session.flush()
    site = Site(code=code, name=post.name, post_id=post.id)
    session.add(site)
    session.flush()
    return post.id, site.id


def new_shift(
    session: Session,
    code: str,
    post_id: int,
    starts_at: datetime,
    ends_at: datetime,
    *,
    published_by_id: int | None = None,
) -> int:
    """Publish a shift without breaks."""
    shift = Shift(
        code=code,
        post_id=post_id,
        starts_at=starts_at,
        ends_at=ends_at,
        first_ends_at=ends_at,
        is_opened_on_spot=False,
        is_for_make_ups=False,
        published_by_id=published_by_id,
        published_at=LONG_AGO,
    )
    session.add(shift)
    session.flush()
    return shift.id


def new_unit(session: Session, code: str, kind: UnitKind, *, parent: int | None = None) -> int:
    """Found a unit; a branch is one of students."""
    unit = Unit(code=code, name=f"党组织 {code}", kind=kind, parent_id=parent, path=code)
    if kind is UnitKind.BRANCH:
        unit.branch_kind = BranchKind.STUDENT
    session.add(unit)
    session.flush()
    above = session.get_one(Unit, parent).path if parent else "/"
    unit.path = f"{above}{unit.id}/"
    session.flush()
    return unit.id


def new_policy(effective_on: date = date(2025, 1, 1), **changes: Any) -> PolicyVersion:
    """Return a version of the policy with every number at its default but for *changes*."""
    numbers = asdict(HoursPolicy(effective_on=effective_on)) | {"stages": str(Stage.PROBATIONARY)} | changes
    return PolicyVersion(**numbers, entered_at=LONG_AGO)


def raise_cast(session: Session) -> Cast:
    """Write the whole cast through *session*; nothing is committed."""
    session.add(new_policy())
    ids = _units(session)
    ids |= _people(session, ids)
    ids |= _places(session, ids)
    ids |= _offices(session, ids)
    start = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
    ids["shift"] = new_shift(session, "S1", ids["post"], start, start + timedelta(hours=3))
    return Cast(**ids)


def _units(session: Session) -> dict[str, int]:
    college = new_unit(session, "COL", UnitKind.COLLEGE)
    return {
        "college": college,
        "law": new_unit(session, "LAW", UnitKind.BRANCH, parent=college),
        "bio": new_unit(session, "BIO", UnitKind.BRANCH, parent=college),
    }


def _people(session: Session, ids: dict[str, int]) -> dict[str, int]:
    law, bio = ids["law"], ids["bio"]
    people = {
        "mei": new_member(session, "2023010001", law, name="李梅"),
        "ning": new_member(session, "2023010002", law, name="𠮷宁"),
        "hua": new_member(session, "2021010003", law, name="王华", stage=Stage.FULL),
        "bo": new_member(session, "2023020001", bio, name="阿依古丽·买买提"),
    }
    accounts = {
        f"{name}_account": new_account(session, name, member_id=people[name])
        for name in ("mei", "ning", "bo")
    }
    return people | accounts


def _places(session: Session, ids: dict[str, int]) -> dict[str, int]:
    base = Base(code="LIB", name="市图书馆", kind="library", status=BaseStatus.PLAQUED)
    session.add(base)
    session.flush()
    post, site = new_post(session, "READ", ids["law"], base_id=base.id)
    campus_post, _ = new_post(session, "GATE", ids["law"])
    return {"base": base.id, "post": post, "site": site, "campus_post": campus_post}


def _offices(session: Session, ids: dict[str, int]) -> dict[str, int]:
    offices = {
        "secretary": (Role.COMMITTEE, {"unit_id": ids["law"]}, ids["hua"]),
        "organiser": (Role.COMMITTEE, {"unit_id": ids["law"]}, None),
        "neighbour": (Role.COMMITTEE, {"unit_id": ids["bio"]}, None),
        "leader": (Role.LEADER, {"post_id": ids["post"]}, None),
        "office": (Role.COLLEGE, {"unit_id": ids["college"]}, None),
        "office_second": (Role.COLLEGE, {"unit_id": ids["college"]}, None),
        "admin": (Role.ADMIN, {"unit_id": ids["college"]}, None),
        "auditor": (Role.AUDITOR, {"unit_id": ids["college"]}, None),
    }
    accounts = {}
    for login, (role, where, member_id) in offices.items():
        account = new_account(session, login, member_id=member_id)
        new_grant(session, account, role, **where)
        accounts[f"{login}_account"] = account
    return accounts
