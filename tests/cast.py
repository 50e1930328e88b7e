"""The people of the tests, by name: a college, two branches, and everybody who acts in them.

They are made by the actions of the registry, by the system itself (``actor=None``). A test that needs
somebody else makes her in the same way; ``System`` shortens it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.actions import registry, shifts
from volunteer.actions.accounts import add_account, give_role
from volunteer.models import Site
from volunteer.rules.kinds import BaseStatus, Role, Stage, UnitKind
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.spans import Span

LONG_AGO = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
"""When everything was registered and the shifts were published."""
TODAY = date(2026, 3, 16)
"""A Monday within the probation of every probationary member of the cast."""
NOW = datetime(2026, 3, 16, 0, 50, tzinfo=UTC)
"""08:50 on the campus, ten minutes before the cast's shift."""
NINE = datetime(2026, 3, 16, 1, 0, tzinfo=UTC)
"""09:00 on the campus: the shift begins."""
NOON = datetime(2026, 3, 16, 4, 0, tzinfo=UTC)
"""12:00 on the campus: the shift ends."""
ADMITTED = date(2025, 12, 1)
"""The day that opened everybody's probation; due on 2026-12-01."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Ids of everybody and everything. What ends in ``_account`` signs in; before it stands the login."""

    college: int
    law: int
    """The branch of our member."""
    bio: int
    """The neighbour branch, which must see nothing of it."""
    policy: int
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
    """LIB, plaqued."""
    post: int
    """READ, at the base, run by LAW."""
    campus_post: int
    """GATE, on campus, run by LAW."""
    site: int
    """The post's own site, of the same code."""
    base_site: int
    """The base's, which offers the posts that run there."""
    shift: int
    """S1 of the post: 09:00 to 12:00 campus time on ``TODAY``."""


@dataclass(frozen=True, slots=True)
class System:
    """Registers things without anybody's name, long ago."""

    session: Session
    now: datetime = LONG_AGO

    def unit(self, code: str, kind: UnitKind, parent_id: int | None = None) -> int:
        """Found a unit; a branch is one of students."""
        return registry.add_unit(
            self.session, code=code, name=f"党组织{code}", kind=kind, parent_id=parent_id, **self._by
        )

    def member(
        self, student_no: str, unit_id: int, *, name: str = "王小明", stage: Stage = Stage.PROBATIONARY
    ) -> int:
        """Put somebody on the roster; a probationary member was admitted on ``ADMITTED``."""
        return registry.add_member(
            self.session,
            student_no=student_no,
            name=name,
            unit_id=unit_id,
            stage=stage,
            starts_on=ADMITTED if stage is Stage.PROBATIONARY else None,
            **self._by,
        )

    def account(
        self,
        login: str,
        role: Role | None = None,
        *,
        unit_id: int | None = None,
        post_id: int | None = None,
        member_id: int | None = None,
    ) -> int:
        """Let somebody in, with one right or none, and without a password."""
        account_id = add_account(self.session, login=login, name=login, member_id=member_id, **self._by)
        if role is not None:
            give_role(
                self.session, account_id=account_id, role=role, unit_id=unit_id, post_id=post_id, **self._by
            )
        return account_id

    def post(self, code: str, unit_id: int, *, base_id: int | None = None, **details: Any) -> int:
        """Make an unpaid service post, with the site of its own."""
        return registry.add_post(
            self.session,
            code=code,
            name=f"岗位{code}",
            unit_id=unit_id,
            base_id=base_id,
            **details,
            **self._by,
        )

    def shift(self, code: str, post_id: int, start: datetime, end: datetime, **details: Any) -> int:
        """Publish a shift."""
        return shifts.publish(
            self.session, code=code, post_id=post_id, span=Span(start, end), **details, **self._by
        )

    def site_of(self, *, post_id: int | None = None, base_id: int | None = None) -> int:
        """Return the site of a post or a base."""
        place = Site.post_id == post_id if post_id is not None else Site.base_id == base_id
        return self.session.scalars(select(Site.id).where(place)).one()

    @property
    def _by(self) -> dict[str, Any]:
        return {"actor": None, "now": self.now}


def raise_cast(session: Session) -> Cast:
    """Write the whole cast through *session*; nothing is committed."""
    system = System(session)
    ids = {
        "policy": registry.add_policy(
            session, policy=HoursPolicy(effective_on=date(2025, 1, 1)), actor=None, now=LONG_AGO
        )
    }
    ids |= _units(system)
    ids |= _people(system, ids)
    ids |= _places(system, ids)
    ids |= _offices(system, ids)
    return Cast(**ids)


def _units(system: System) -> dict[str, int]:
    college = system.unit("COL", UnitKind.COLLEGE)
    return {
        "college": college,
        "law": system.unit("LAW", UnitKind.BRANCH, college),
        "bio": system.unit("BIO", UnitKind.BRANCH, college),
    }


def _people(system: System, ids: dict[str, int]) -> dict[str, int]:
    law, bio = ids["law"], ids["bio"]
    people = {
        "mei": system.member("2023010001", law, name="李梅"),
        "ning": system.member("2023010002", law, name="𠮷宁"),
        "hua": system.member("2021010003", law, name="王华", stage=Stage.FULL),
        "bo": system.member("2023020001", bio, name="阿依古丽·买买提"),
    }
    accounts = {
        f"{login}_account": system.account(login, member_id=people[login]) for login in ("mei", "ning", "bo")
    }
    return people | accounts


def _places(system: System, ids: dict[str, int]) -> dict[str, int]:
    base = registry.add_base(
        system.session,
        code="LIB",
        name="市图书馆",
        kind="library",
        status=BaseStatus.PLAQUED,
        actor=None,
        now=system.now,
    )
    post = system.post("READ", ids["law"], base_id=base)
    return {
        "base": base,
        "post": post,
        "campus_post": system.post("GATE", ids["law"]),
        "site": system.site_of(post_id=post),
        "base_site": system.site_of(base_id=base),
        "shift": system.shift("S1", post, NINE, NINE + timedelta(hours=3)),
    }


def _offices(system: System, ids: dict[str, int]) -> dict[str, int]:
    college, law = ids["college"], ids["law"]
    return {
        "secretary_account": system.account("secretary", Role.COMMITTEE, unit_id=law, member_id=ids["hua"]),
        "organiser_account": system.account("organiser", Role.COMMITTEE, unit_id=law),
        "neighbour_account": system.account("neighbour", Role.COMMITTEE, unit_id=ids["bio"]),
        "leader_account": system.account("leader", Role.LEADER, post_id=ids["post"]),
        "office_account": system.account("office", Role.COLLEGE, unit_id=college),
        "office_second_account": system.account("office_second", Role.COLLEGE, unit_id=college),
        "admin_account": system.account("admin", Role.ADMIN, unit_id=college),
        "auditor_account": system.account("auditor", Role.AUDITOR, unit_id=college),
    }
