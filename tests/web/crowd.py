"""Many people at once beside the cast: on the roster, on duty, asking, with posts in proportion.

Rows are written directly: what is measured is a state, not the way to it. Numbers tell everybody apart, so
that a crowd can grow: first 1 to 30, then 31 to 3,000.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from tests.cast import ADMITTED, LONG_AGO, NINE, NOON, NOW, Cast
from volunteer.database import Model, table_of
from volunteer.models import (
    Account,
    Base,
    Display,
    Evidence,
    Member,
    Membership,
    Objection,
    Post,
    ProbationWindow,
    Request,
    RoleGrant,
    Shift,
    Site,
    Slip,
    Unit,
    Visit,
)
from volunteer.rules.kinds import (
    BaseStatus,
    BranchKind,
    Category,
    Compensation,
    RequestKind,
    RequestState,
    Role,
    Stage,
    UnitKind,
)

A_BRANCH, A_POST, A_BASE = 60, 30, 100
"""So many people to one of them."""
ON_DUTY = 50
"""Of how many people one serves at the post just now."""
_DAYS = 3
_VISIT = text(
    "INSERT INTO visit (member_id, shift_id, post_id, unit_id, policy_id, served_on, state, grade, version,"
    " is_keepers_own, is_display_silent, is_taken_confirmed, waits_for_committee, net_min, credited_min,"
    " pending_min, lost_outside_shift, lost_away, lost_break, lost_overlap, lost_too_short, lost_rounding,"
    " lost_day_cap, kept_net, kept_credited)"
    " SELECT member.id, :shift_id, :post_id, member.unit_id, :policy_id, :on, 'confirmed', :grade, 1,"
    " false, false, false, false, 60, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"
    " FROM member WHERE member.id BETWEEN :first AND :last"
)
_EVIDENCE = text(
    "INSERT INTO evidence (member_id, visit_id, stay, side, source, is_claim, at, received_at, verdict)"
    " SELECT visit.member_id, visit.id, 1, :side, 'live', false, :at, :at, 'accepted'"
    " FROM visit WHERE visit.shift_id = :shift_id AND visit.member_id BETWEEN :first AND :last"
)
_CREDIT = text(
    "INSERT INTO credit (member_id, member_seq, visit_id, unit_id, post_id, day, net_min, credited_min,"
    " is_reversal, grade, cause, at)"
    " SELECT visit.member_id, :seq, visit.id, visit.unit_id, visit.post_id, visit.served_on, 60, 60,"
    " false, visit.grade, 'check_out', :at"
    " FROM visit WHERE visit.shift_id = :shift_id AND visit.member_id BETWEEN :first AND :last"
)


@dataclass(slots=True)
class Crowd:
    """Writes people *first* to *last*; half of them belong to our member's branch."""

    session: Session
    cast: Cast
    first: int
    last: int

    def come(self) -> None:
        """Write everybody and everything."""
        units = self._add(Unit, self._units())
        for unit_id in units:
            path = f"/{self.cast.college}/{unit_id}/"
            self.session.execute(update(Unit).where(Unit.id == unit_id).values(path=path))
        members = self._add(Member, (self._member(n, units) for n in self._numbers()))
        homes = dict(zip(members, (self._home(n, units) for n in self._numbers()), strict=True))
        since = {"from_on": date.min}
        self._add(Membership, ({"member_id": one, "unit_id": homes[one]} | since for one in members))
        window = {"starts_on": ADMITTED, "ends_before": date(2026, 12, 1)}
        self.session.execute(insert(ProbationWindow), [{"member_id": one} | window for one in members])
        accounts = self._add(Account, (self._account(n, members) for n in self._numbers()))
        self._posts(accounts)
        self._histories(members)
        self._wishes(members, accounts)
        self.session.flush()

    def _numbers(self, step: int = 1) -> Iterator[int]:
        return (number for number in range(self.first, self.last + 1) if number % step == 0)

    def _add(self, model: type[Model], rows: Iterable[dict[str, Any]]) -> list[int]:
        """Write rows and return their ids, in the same order."""
        table, written = table_of(model), list(rows)
        before: int = self.session.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        if written:
            self.session.execute(insert(table), written)
        return list(range(before + 1, before + 1 + len(written)))

    def _units(self) -> Iterator[dict[str, Any]]:
        for number in self._numbers(A_BRANCH):
            branch = {
                "kind": UnitKind.BRANCH,
                "branch_kind": BranchKind.STUDENT,
                "parent_id": self.cast.college,
            }
            yield {"code": f"U{number}", "name": f"第{number}党支部", "path": f"new-{number}"} | branch

    def _home(self, number: int, units: list[int]) -> int:
        others = units or [self.cast.bio]
        return self.cast.law if number % 2 else others[number % len(others)]

    def _member(self, number: int, units: list[int]) -> dict[str, Any]:
        return {
            "student_no": f"2024{number:06}",
            "name": "欧阳小明",
            "sort_key": "ou yang xiao ming",
            "initials": "oyxm",
            "unit_id": self._home(number, units),
            "stage": Stage.PROBATIONARY,
        }

    def _account(self, number: int, members: list[int]) -> dict[str, Any]:
        owner = members[number - self.first]
        return {"login": f"2024{number:06}", "name": "欧阳小明", "member_id": owner, "created_at": LONG_AGO}

    def _posts(self, accounts: list[int]) -> None:
        """Add bases, posts of our branch with their sites, and shifts around today; each has a leader."""
        law = {"unit_id": self.cast.law}
        self._add(
            Base,
            (
                {"code": f"B{n}", "name": f"第{n}基地", "status": BaseStatus.AGREED} | law
                for n in self._numbers(A_BASE)
            ),
        )
        kind = {"category": Category.SERVICE, "compensation": Compensation.NONE} | law
        numbers = list(self._numbers(A_POST))
        posts = self._add(Post, ({"code": f"P{n}", "name": f"第{n}志愿服务岗"} | kind for n in numbers))
        self._add(
            Site,
            (
                {"code": f"P{n}", "name": f"第{n}志愿服务岗", "post_id": post}
                for n, post in zip(numbers, posts, strict=True)
            ),
        )
        for days in range(-1, _DAYS):
            self._add(
                Shift,
                (self._shift(f"P{n}-{days}", post, days) for n, post in zip(numbers, posts, strict=True)),
            )
        office = {"given_at": LONG_AGO, "given_by_id": None}
        leaders = zip(posts, accounts, strict=False)
        self._add(
            RoleGrant,
            ({"account_id": one, "role": Role.LEADER, "post_id": post} | office for post, one in leaders),
        )

    def _shift(self, code: str, post_id: int, days: int) -> dict[str, Any]:
        start = NINE + timedelta(days=days)
        return {
            "code": code,
            "post_id": post_id,
            "starts_at": start,
            "ends_at": start + timedelta(hours=3),
            "first_ends_at": start + timedelta(hours=3),
            "is_opened_on_spot": False,
            "is_for_make_ups": False,
            "published_at": LONG_AGO,
        }

    def _histories(self, members: list[int]) -> None:
        """Let everybody have served twice at the cast's post, and our member once more for each post."""
        for number in (1, 2):
            self._past(f"OLD{self.first}-{number}", number, members[0], members[-1], seq=number)
        mei = self.cast.mei
        for number in self._numbers(A_POST * 2):
            self._past(f"MEI{number}", 10 + number // (A_POST * 2), mei, mei, seq=1000 + number)

    def _past(self, code: str, days: int, first: int, last: int, *, seq: int) -> None:
        (shift_id,) = self._add(Shift, [self._shift(code, self.cast.post, -days)])
        on = (NINE - timedelta(days=days)).date()
        who = {"shift_id": shift_id, "first": first, "last": last}
        came, left = (int((moment - timedelta(days=days)).timestamp()) for moment in (NINE, NOON))
        run = {"post_id": self.cast.post, "policy_id": self.cast.policy, "on": str(on), "grade": "B"}
        self.session.execute(_VISIT, who | run)
        self.session.execute(_EVIDENCE, who | {"side": "in", "at": came})
        self.session.execute(_EVIDENCE, who | {"side": "out", "at": left})
        self.session.execute(_CREDIT, who | {"seq": seq, "at": left})

    def _wishes(self, members: list[int], accounts: list[int]) -> None:
        """Let some be on duty, some ask for a make-up, some object, and every second hold a slip."""
        visit: dict[str, Any] = {
            "shift_id": self.cast.shift,
            "post_id": self.cast.post,
            "unit_id": self.cast.law,
        }
        visit |= {"policy_id": self.cast.policy, "served_on": NOW.date(), "state": "open", "grade": "B"}
        here = [member for number, member in enumerate(members) if number % ON_DUTY == 0]
        open_visits = self._add(Visit, ({"member_id": one} | visit for one in here))
        came = {
            "stay": 1,
            "side": "in",
            "source": "live",
            "at": NINE,
            "received_at": NINE,
            "verdict": "accepted",
        }
        self._add(
            Evidence,
            (
                {"member_id": one, "visit_id": visit_id} | came
                for one, visit_id in zip(here, open_visits, strict=True)
            ),
        )
        ask: dict[str, Any] = {
            "kind": RequestKind.MAKE_UP,
            "unit_id": self.cast.law,
            "on": NOW.date(),
            "reason": "手机没电",
        }
        ask |= {"starts_at": NINE, "ends_at": NOON, "asked_at": NOW, "state": RequestState.ASKED}
        ask |= {"deadline_on": date(2026, 3, 30), "is_deadline_provisional": False, "visit_id": None}
        asking = [member for number, member in enumerate(members) if number % A_POST == 1]
        waiting = visit | {"state": "pending", "grade": "E"}
        asked = self._add(Visit, ({"member_id": one} | waiting for one in asking))
        self._add(
            Request,
            (
                ask | {"ref": f"R{visit_id}", "member_id": one, "visit_id": visit_id}
                for one, visit_id in zip(asking, asked, strict=True)
            ),
        )
        disputed = self.session.scalars(
            select(Visit.id).where(Visit.member_id.in_(members[:: A_POST * 2]), Visit.state == "confirmed")
        ).all()
        told = {"is_own": True, "reason": "时间不对", "filed_at": NOW, "accept_by_on": date(2026, 3, 20)}
        self._add(Objection, (told | {"ref": f"O{one}", "visit_id": one} for one in disputed))
        paper = {
            "print_ref": f"crowd-{self.first}",
            "printed_at": LONG_AGO,
            "expires_at": NOW + timedelta(days=9),
        }
        self._add(Slip, (paper | {"account_id": one, "digest": f"{one:064}"} for one in accounts[::2]))
        screen = {"site_id": self.cast.site, "is_poster": False, "opened_at": NOW, "seen_at": NOW}
        self._add(Display, (screen | {"handle": f"c{number:07x}"} for number in self._numbers(A_BASE)))
