"""A short way to let the cast act: times on the campus, logins, and the codes that a phone would see."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.cast import LONG_AGO, Cast, System
from volunteer.actions import approve, ask, keep, objections, registry, scan
from volunteer.actions.access import load_actor
from volunteer.actions.kept import recount_windows
from volunteer.actions.presence import ScanResult
from volunteer.actions.recount import recount
from volunteer.database import Model
from volunteer.models import Account, Credit, Display, Evidence, Member, Shift, Site, Visit, VisitFlag
from volunteer.rules import codes
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Grade, RequestState, Side, VisitState
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor

SHANGHAI = timezone(timedelta(hours=8))
IN, OUT = Side.IN, Side.OUT


def at(text: str) -> datetime:
    """Return a campus moment: ``09:00`` of the cast's day, ``17 09:00`` of March, ``04-01 09:00:30``."""
    day_text, _, time_text = text.rpartition(" ")
    month_text, _, day_of_month = day_text.rpartition("-")
    day = date(2026, int(month_text or 3), int(day_of_month or 16))
    parts = [int(part) for part in time_text.split(":")]
    return datetime(day.year, day.month, day.day, *parts, tzinfo=SHANGHAI).astimezone(UTC)


def counts_of_rows(session: Session) -> dict[str, int]:
    """Return how many rows each table has."""
    tables = Model.metadata.sorted_tables
    counts = [select(func.count()).select_from(table).scalar_subquery().label(table.name) for table in tables]
    return dict(session.execute(select(*counts)).one()._mapping)


@dataclass(slots=True)
class Stage:
    """The cast, acting through one session."""

    session: Session
    cast: Cast
    campus: Campus
    displays: dict[tuple[int, bool], str] = field(default_factory=dict)
    refs: int = 0

    @property
    def system(self) -> System:
        return System(self.session)

    def member(self, who: str | int) -> int:
        return who if isinstance(who, int) else int(getattr(self.cast, who))

    def actor(self, login: str) -> Actor:
        account_id = self.session.scalars(select(Account.id).where(Account.login == login)).one()
        return load_actor(self.session, account_id)

    # --- codes and scans ---

    def display(self, site_id: int, *, is_poster: bool = False, opened_by: str | None = None) -> str:
        """Return the handle of the site's display that everybody uses, or of a new one of somebody's."""
        key = (site_id, is_poster)
        if opened_by is None and key in self.displays:
            return self.displays[key]
        actor = self.actor(opened_by) if opened_by else None
        handle = registry.open_display(
            self.session, site_id=site_id, is_poster=is_poster, actor=actor, now=LONG_AGO
        )
        if opened_by is None:
            self.displays[key] = handle
        return handle

    def code(self, handle: str, shown_at: datetime) -> str:
        """Return the live code that the display shows at a moment."""
        return codes.live_code(bytes.fromhex(handle), shown_at, self.campus.keyring)

    def poster(self, site_id: int | None = None) -> str:
        """Return the code on the site's poster."""
        handle = self.display(site_id or self.cast.site, is_poster=True)
        return codes.printed_code(bytes.fromhex(handle), self.campus.keyring)

    def scan(
        self,
        who: str | int,
        when: str | datetime,
        action: Side | None = None,
        *,
        site_id: int | None = None,
        handle: str | None = None,
        code: str | None = None,
        age_s: int = 0,
        scanned_at: str | None = None,
        printed: bool = False,
        is_alive: bool = True,
        judged_at: str | None = None,
        **more: Any,
    ) -> ScanResult:
        """Let a member scan at *when*; *scanned_at* is earlier, without network, and *when* the upload."""
        now = at(when) if isinstance(when, str) else when
        site_id = site_id or self.cast.site
        if is_alive:
            registry.beat(self.session, handle=handle or self.display(site_id), now=now)
        if code is None and printed:
            code = self.poster(site_id)
        if code is None:
            handle = handle or self.display(site_id)
            seen_at = at(scanned_at or judged_at) if scanned_at or judged_at else now
            code = self.code(handle, seen_at - timedelta(seconds=age_s))
        asked = scan.Scan(
            code=code,
            action=action,
            is_queued=scanned_at is not None or more.pop("is_queued", False),
            judged_at=at(judged_at) if judged_at else None,
            **more,
        )
        return scan.check(self.session, member_id=self.member(who), scan=asked, campus=self.campus, now=now)

    def come(self, who: str | int, when: str | datetime, **more: Any) -> ScanResult:
        return self.scan(who, when, IN, **more)

    def leave(self, who: str | int, when: str | datetime, **more: Any) -> ScanResult:
        return self.scan(who, when, OUT, **more)

    def serve(self, who: str | int, came: str, left: str, **more: Any) -> int:
        """Let a member come and leave, and return the visit."""
        self.come(who, came, **more)
        return self.leave(who, left, **more).visit_id

    # --- keepers ---

    def witness(self, visit_id: int, login: str, when: str) -> None:
        keep.witness(
            self.session, visit_id=visit_id, actor=self.actor(login), campus=self.campus, now=at(when)
        )

    def attest(
        self, ends_at: str, who: list[str], login: str, when: str, *, shift: int | None = None
    ) -> None:
        keep.attest_end(
            self.session,
            shift_id=shift or self.cast.shift,
            ends_at=at(ends_at),
            member_ids=[self.member(name) for name in who],
            actor=self.actor(login),
            campus=self.campus,
            now=at(when),
        )

    def take(
        self, side: Side, who: str | int, login: str, when: str, *, post: int | None = None
    ) -> ScanResult:
        act = keep.take_in if side is IN else keep.take_out
        return act(
            self.session,
            member_id=self.member(who),
            post_id=post or self.cast.post,
            actor=self.actor(login),
            campus=self.campus,
            now=at(when),
        )

    def confirm_taken(self, visit_id: int, who: str, when: str) -> None:
        keep.confirm_taken(
            self.session, visit_id=visit_id, member_id=self.member(who), campus=self.campus, now=at(when)
        )

    # --- asking and deciding ---

    def ref(self) -> str:
        self.refs += 1
        return f"ref-{self.refs}"

    def correction(
        self, visit_id: int, ends_at: str, when: str, *, by: str | None = None, **more: Any
    ) -> int:
        return ask.request_correction(
            self.session,
            ref=more.pop("ref", None) or self.ref(),
            visit_id=visit_id,
            ends_at=at(ends_at),
            reason=more.pop("reason", "忘记签退"),
            actor=self.actor(by) if by else None,
            campus=self.campus,
            now=at(when),
        )

    def make_up(
        self,
        who: str | int,
        start: str,
        end: str,
        when: str,
        *,
        shift: int | None = None,
        by: str | None = None,
        ref: str | None = None,
    ) -> int:
        return ask.request_make_up(
            self.session,
            ref=ref or self.ref(),
            member_id=self.member(who),
            shift_id=shift or self.cast.shift,
            starts_at=at(start),
            ends_at=at(end),
            reason="手机没电",
            actor=self.actor(by) if by else None,
            campus=self.campus,
            now=at(when),
        )

    def approve(self, request_id: int, login: str, when: str, *, ends_at: str | None = None) -> RequestState:
        return approve.approve(
            self.session,
            request_id=request_id,
            actor=self.actor(login),
            ends_at=at(ends_at) if ends_at else None,
            campus=self.campus,
            now=at(when),
        )

    def reject(self, request_id: int, login: str, when: str, *, reason: str = "不在岗") -> None:
        approve.reject(
            self.session,
            request_id=request_id,
            actor=self.actor(login),
            reason=reason,
            campus=self.campus,
            now=at(when),
        )

    def object_to(self, visit_id: int, when: str, *, by: str | None = None, ref: str | None = None) -> int:
        return objections.object_to(
            self.session,
            ref=ref or self.ref(),
            visit_id=visit_id,
            reason="时间不对",
            actor=self.actor(by) if by else None,
            campus=self.campus,
            now=at(when),
        )

    def accept(self, objection_id: int, login: str, when: str) -> None:
        objections.accept_objection(
            self.session,
            objection_id=objection_id,
            actor=self.actor(login),
            campus=self.campus,
            now=at(when),
        )

    def resolve(self, objection_id: int, login: str, when: str, *, upheld: bool) -> None:
        objections.resolve(
            self.session,
            objection_id=objection_id,
            actor=self.actor(login),
            upheld=upheld,
            reason="已核实",
            campus=self.campus,
            now=at(when),
        )

    # --- what came of it ---

    def visit(self, visit_id: int) -> Visit:
        self.session.expire_all()
        return self.session.get_one(Visit, visit_id)

    def visit_of(self, who: str | int, shift: int | None = None) -> Visit:
        """Return the member's newest record of a shift."""
        self.session.expire_all()
        found = select(Visit).where(
            Visit.member_id == self.member(who), Visit.shift_id == (shift or self.cast.shift)
        )
        return self.session.scalars(found.order_by(Visit.id.desc())).first() or pytest.fail("no visit")

    def visit_of_code(self, shift_code: str) -> int:
        """Return the id of a shift."""
        return self.session.scalars(select(Shift.id).where(Shift.code == shift_code)).one()

    def span_of(self, shift_id: int) -> tuple[datetime, datetime]:
        """Return when a shift starts and ends."""
        shift = self.session.get_one(Shift, shift_id)
        return shift.starts_at, shift.ends_at

    def minutes(self, visit_id: int) -> tuple[int, int]:
        """Return net and credited minutes."""
        visit = self.visit(visit_id)
        return visit.net_min, visit.credited_min

    def stands(self, visit_id: int) -> tuple[VisitState, Grade, int]:
        """Return state, grade and net minutes."""
        visit = self.visit(visit_id)
        return visit.state, visit.grade, visit.net_min

    def flags(self, visit_id: int) -> set[str]:
        return set(self.session.scalars(select(VisitFlag.flag).where(VisitFlag.visit_id == visit_id)))

    def evidence(self, visit_id: int) -> list[Evidence]:
        found = select(Evidence).where(Evidence.visit_id == visit_id).order_by(Evidence.id)
        return list(self.session.scalars(found))

    def count(self, model: type[Any]) -> int:
        return self.session.scalar(select(func.count()).select_from(model)) or 0

    @contextmanager
    def refused(self, reason: Reason) -> Iterator[None]:
        """Let the block be refused for this reason, with nothing of it left in any table."""
        for site_id in self.session.scalars(select(Site.id)):
            # Not part of what is refused.
            self.display(site_id)
            self.display(site_id, is_poster=True)
        before = counts_of_rows(self.session)
        with pytest.raises(Refusal) as caught, self.session.begin_nested():
            yield
        self.session.expire_all()
        assert caught.value.reason is reason
        assert counts_of_rows(self.session) == before

    def prove(self) -> None:
        """Assert that every figure is what the evidence earns, and equals the sum of its ledger lines."""
        assert recount(self.session, campus=self.campus, now=at("12-31 12:00")) == []
        assert recount_windows(self.session) == []
        summed = (
            select(Visit.id, Visit.net_min, Visit.credited_min)
            .add_columns(
                func.coalesce(func.sum(Credit.net_min), 0), func.coalesce(func.sum(Credit.credited_min), 0)
            )
            .outerjoin(Credit, Credit.visit_id == Visit.id)
            .group_by(Visit.id, Visit.net_min, Visit.credited_min)
        )
        for visit_id, net, credited, ledger_net, ledger_credited in self.session.execute(summed):
            assert (net, credited) == (ledger_net, ledger_credited), visit_id
        numbered = select(Credit.member_id, func.max(Credit.member_seq), func.count()).group_by(
            Credit.member_id
        )
        for member_id, last, lines in self.session.execute(numbered):
            assert last == lines, f"the lines of member {member_id} have gaps"


def leads(session: Session, login: str, post_id: int) -> None:
    """Make an account leader of a post."""
    from volunteer.actions.accounts import give_role
    from volunteer.rules.kinds import Role

    account_id = session.scalars(select(Account.id).where(Account.login == login)).one()
    give_role(session, account_id=account_id, role=Role.LEADER, post_id=post_id, actor=None, now=LONG_AGO)


__all__ = ["IN", "OUT", "Display", "Member", "Shift", "Stage", "at", "counts_of_rows", "leads"]
