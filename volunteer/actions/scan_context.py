"""What a scan is judged by, in one statement: the member, the display, shifts around, records nearby."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, bindparam, literal_column, or_, select
from sqlalchemy.orm import Session

from volunteer.actions.book import Nearby, last_seq
from volunteer.actions.near import moment, near_columns, reach_of
from volunteer.database import Instant
from volunteer.fixed import Fixed
from volunteer.models import (
    Account,
    Display,
    Evidence,
    Member,
    Post,
    ProbationWindow,
    RoleGrant,
    Shift,
    Site,
)
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Outcome, Side, Verdict
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.spans import Span
from volunteer.stats.json_rows import json_rows, rows_in, spelled
from volunteer.stats.policies import policy_in_force

# Wider than any policy's early minutes or grace, which are applied to what is found.
AROUND = timedelta(days=1)

_member = Member.__table__.c
_display = Display.__table__.c
_site = Site.__table__.c
_post = Post.__table__.c
_shift = Shift.__table__.c
_evidence = Evidence.__table__.c


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftAround:
    """A running, coming or just ended shift of one of the site's posts."""

    id: int
    post_id: int
    post_name: str
    span: Span
    is_published_by_member: bool
    is_cancelled: bool
    policy_id: int
    policy: HoursPolicy

    def takes_in_at(self, at: datetime) -> bool:
        """Whether one may check in: from so many minutes before the start up to the end."""
        return self.span.start - timedelta(minutes=self.policy.checkin_early_min) <= at < self.span.end

    def lets_out_at(self, at: datetime) -> bool:
        """Whether one may check out: until the grace after the end is over, that second included."""
        early = self.span.start - timedelta(minutes=self.policy.checkin_early_min)
        return early <= at <= self.span.end + timedelta(minutes=self.policy.checkout_grace_min)


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayFound:
    """The display whose handle a code carries."""

    id: int
    site_id: int
    site_name: str
    is_poster: bool
    is_opened_by_member: bool
    seen_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What was answered before to the same ``client_ref``."""

    member_id: int
    content: str | None
    verdict: Verdict
    visit_id: int | None
    stay: int | None
    side: Side
    at: datetime
    reason: str | None
    facts: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanContext:
    """All that one scan has to know."""

    member_id: int
    unit_id: int | None
    outcome: Outcome | None
    display: DisplayFound | None
    shifts: tuple[ShiftAround, ...]
    led_posts: frozenset[int]
    used_sides: frozenset[Side]
    receipt: Receipt | None
    nearby: Nearby

    @property
    def is_closed(self) -> bool:
        """Whether the member left: cancelled, or transferred out of the college."""
        return self.unit_id is None or self.outcome is Outcome.CANCELLED


def load_context(
    session: Session,
    *,
    member_id: int,
    handle: str | None,
    step: int | None,
    client_ref: str | None,
    at: datetime,
    campus: Campus,
    post_id: int | None = None,
) -> ScanContext | None:
    """Read the context of a scan at *at*; None for a member that does not exist.

    Args:
        handle: Of the display whose code was scanned, in hex.
        post_id: Where no code was scanned: the post that a keeper names.
    """
    day = campus.day(at)
    row = _CONTEXT.row(
        session,
        {
            "member_id": member_id,
            "handle": handle or "",
            "step": step or 0,
            "client_ref": client_ref or "",
            "post_id": post_id or 0,
            "since": at - AROUND,
            "until": at + AROUND,
            **reach_of(day),
        },
    )
    return None if row is None else _context(row, member_id, day, at, campus)


def _context(row: Any, member_id: int, day: date, at: datetime, campus: Campus) -> ScanContext:
    nearby = Nearby.of(row, member_id=member_id, day=day)
    return ScanContext(
        member_id=member_id,
        unit_id=row.unit_id,
        outcome=None if row.outcome is None else Outcome(row.outcome),
        display=_display_of(row, member_id),
        shifts=tuple(_shift_of(fields, row.policies, nearby, at, campus) for fields in rows_in(row.shifts)),
        led_posts=frozenset(post_id for (post_id,) in rows_in(row.led_posts)),
        used_sides=frozenset(Side(side) for (side,) in rows_in(row.used_sides)),
        receipt=_receipt_of(row.receipt),
        nearby=nearby,
    )


def _display_of(row: Any, member_id: int) -> DisplayFound | None:
    if row.display_id is None:
        return None
    return DisplayFound(
        id=row.display_id,
        site_id=row.site_id,
        site_name=row.site_name,
        is_poster=bool(row.is_poster),
        is_opened_by_member=row.opened_by_member_id == member_id,
        seen_at=None if row.seen_at is None else moment(row.seen_at),
        revoked_at=None if row.revoked_at is None else moment(row.revoked_at),
    )


def _shift_of(fields: list[Any], policies: str, nearby: Nearby, at: datetime, campus: Campus) -> ShiftAround:
    number, post_id, post_name, starts, ends, publisher, cancelled_at = fields
    span = Span(moment(starts), moment(ends))
    begun = nearby.live_visit_of(number)
    if begun is not None:
        # A night shift keeps the version that it began under, whatever is in force when she leaves.
        policy_id, policy = begun.policy_id, begun.policy
    else:
        counts_from = min(max(at, span.start), span.end)
        policy_id, policy = policy_in_force(policies, campus.day(counts_from))
    return ShiftAround(
        id=number,
        post_id=post_id,
        post_name=post_name,
        span=span,
        is_published_by_member=publisher == nearby.member_id,
        is_cancelled=cancelled_at is not None,
        policy_id=policy_id,
        policy=policy,
    )


def _receipt_of(text: str) -> Receipt | None:
    rows = rows_in(text)
    if not rows:
        return None
    member_id, content, verdict, visit_id, stay, side, at, reason, facts = rows[0]
    return Receipt(
        member_id=member_id,
        content=content,
        verdict=Verdict(verdict),
        visit_id=visit_id,
        stay=stay,
        side=Side(side),
        at=moment(at),
        reason=reason,
        facts=facts,
    )


def _shifts() -> ScalarSelect[str]:
    publisher = select(Account.member_id).where(Account.id == _shift.published_by_id).scalar_subquery()
    return (
        select(
            json_rows(
                _shift.id,
                _shift.post_id,
                _post.name,
                _shift.starts_at,
                _shift.ends_at,
                publisher,
                _shift.cancelled_at,
            )
        )
        .select_from(Post.__table__.join(Shift.__table__, _shift.post_id == _post.id))
        .where(
            or_(_post.id == _site.post_id, _post.base_id == _site.base_id, _post.id == bindparam("post_id")),
            _shift.ends_at >= bindparam("since", type_=Instant),
            _shift.starts_at <= bindparam("until", type_=Instant),
            ~_shift.is_for_make_ups,
        )
        .correlate(Site.__table__)
        .scalar_subquery()
    )


def _led_posts() -> ScalarSelect[str]:
    grant = RoleGrant.__table__.c
    return (
        select(json_rows(grant.post_id))
        .select_from(RoleGrant.__table__.join(Account.__table__, Account.id == grant.account_id))
        .where(Account.member_id == _member.id, grant.post_id.is_not(None), grant.ended_at.is_(None))
        .correlate(Member.__table__)
        .scalar_subquery()
    )


def _used_sides() -> ScalarSelect[str]:
    return (
        select(json_rows(_evidence.side))
        .where(
            _evidence.member_id == _member.id,
            _evidence.display_id == _display.id,
            _evidence.step == bindparam("step"),
            _evidence.verdict == spelled(Verdict.ACCEPTED),
            _evidence.step > literal_column("0"),
        )
        .correlate(Member.__table__, Display.__table__)
        .scalar_subquery()
    )


def _receipt() -> ScalarSelect[str]:
    return (
        select(
            json_rows(
                _evidence.member_id,
                _evidence.content,
                _evidence.verdict,
                _evidence.visit_id,
                _evidence.stay,
                _evidence.side,
                _evidence.at,
                _evidence.reason,
                _evidence.reason_facts,
            )
        )
        .where(_evidence.client_ref == bindparam("client_ref"))
        .scalar_subquery()
    )


_opener = Account.__table__.alias("opener")
_CONTEXT = Fixed(
    select(
        _member.unit_id,
        ProbationWindow.outcome,
        _display.id.label("display_id"),
        _display.site_id,
        _site.name.label("site_name"),
        _display.is_poster,
        _opener.c.member_id.label("opened_by_member_id"),
        _display.seen_at.label("seen_at"),
        _display.revoked_at.label("revoked_at"),
        _shifts().label("shifts"),
        _led_posts().label("led_posts"),
        _used_sides().label("used_sides"),
        _receipt().label("receipt"),
        *near_columns(),
        last_seq,
    )
    .select_from(
        Member.__table__.outerjoin(ProbationWindow.__table__, ProbationWindow.member_id == _member.id)
        .outerjoin(Display.__table__, _display.handle == bindparam("handle"))
        .outerjoin(Site.__table__, _site.id == _display.site_id)
        .outerjoin(_opener, _opener.c.id == _display.opened_by_id)
    )
    .where(_member.id == bindparam("member_id"))
)
