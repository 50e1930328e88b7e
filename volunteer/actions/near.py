"""The records of one member around a day, in one row of JSON: all that booking a visit has to know.

A visit changes what others earn only if they share minutes or days with it. No shift is longer than a day, so
the visits served within :data:`REACH` of it are enough to judge those within :data:`TOUCHED` exactly, and a
scan costs the same however long the history is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, bindparam, func, or_, select

from volunteer.models import (
    Approval,
    Credit,
    Evidence,
    OverCap,
    Post,
    Request,
    Shift,
    ShiftBreak,
    Visit,
    Witness,
)
from volunteer.rules.credit import CountedVisit
from volunteer.rules.evidence import End, Proof, stays_of
from volunteer.rules.kinds import (
    Category,
    Compensation,
    Grade,
    RequestState,
    Side,
    Source,
    Verdict,
    VisitState,
    is_counting_post,
)
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.spans import Span
from volunteer.stats.json_rows import json_rows, nested, rows_in, spelled
from volunteer.stats.policies import parsed_policies, policies_column

TOUCHED = timedelta(days=2)
REACH = timedelta(days=4)

_VISIT = Visit.__table__.c


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An undecided request for a visit: the times it would have if it were granted."""

    starts_at: datetime | None
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NearVisit:
    """A visit as booking sees it. ``booked`` is what the ledger holds now: (net, credited) by day."""

    id: int
    version: int
    shift_id: int
    post_id: int
    base_id: int | None
    unit_id: int
    policy_id: int
    policy: HoursPolicy
    served_on: date
    state: VisitState
    grade: Grade
    is_keepers_own: bool
    is_display_silent: bool
    is_taken_confirmed: bool
    waits_for_committee: bool
    is_counting_post: bool
    shift: Span
    breaks: tuple[Span, ...]
    ends: tuple[End, ...]
    witnessed_at: tuple[datetime, ...]
    claim: Claim | None
    booked: Mapping[date, tuple[int, int]]
    summary: tuple[int, ...]
    confirmed_by_id: int | None = None

    @property
    def proof(self) -> Proof:
        """What speaks for the visit."""
        return Proof(
            ends=self.ends,
            shift=self.shift,
            is_keepers_own=self.is_keepers_own,
            is_display_silent=self.is_display_silent,
            witnessed_at=self.witnessed_at,
            is_taken_confirmed=self.is_taken_confirmed,
        )

    @property
    def stays(self) -> tuple[Span, ...]:
        """The finished stays."""
        return stays_of(self.ends)

    @property
    def unfinished(self) -> End | None:
        """The coming that no leaving answers, if there is one."""
        left = {end.stay for end in self.ends if end.side is Side.OUT}
        return next((end for end in self.ends if end.side is Side.IN and end.stay not in left), None)

    @property
    def last_stay(self) -> int:
        """The highest stay number so far, 0 without any."""
        return max((end.stay for end in self.ends), default=0)

    def counted(self) -> CountedVisit:
        """Return the visit as the rules count it."""
        return CountedVisit(
            id=self.id,
            stays=self.stays,
            shift=self.shift,
            policy=self.policy,
            breaks=self.breaks,
            is_made_up=self.grade is Grade.E,
        )

    def as_if_granted(self) -> CountedVisit:
        """Return the visit as it would count if what is asked for it were granted."""
        if self.claim is None:
            return self.counted()
        return replace(self.counted(), stays=stays_of(self.claimed_ends()), is_made_up=True)

    def claimed_ends(self) -> tuple[End, ...]:
        """Return the ends as the claim would have them."""
        if self.claim is None:
            return self.ends
        stay = max(self.last_stay, 1)
        out = End(stay=stay, side=Side.OUT, source=Source.CLAIMED, at=self.claim.ends_at)
        if self.claim.starts_at is None:
            return (*self.ends, out)
        came = End(stay=stay, side=Side.IN, source=Source.CLAIMED, at=self.claim.starts_at)
        return (*self.ends, came, out)


def near_columns() -> list[ColumnElement[str]]:
    """Return the columns that carry a member's nearby records.

    The statement binds ``member_id``, ``from_day``, ``to_day``.
    """
    return [
        _visits().label("near_visits"),
        _over_cap().label("near_over_cap"),
        policies_column().label("policies"),
    ]


def reach_of(day: date) -> dict[str, date]:
    """Return the bind values for the records around *day*."""
    return {"from_day": day - REACH, "to_day": day + REACH}


def near_of(row: Any) -> tuple[NearVisit, ...]:
    """Return the visits that a row with :func:`near_columns` carries, by id."""
    visits = rows_in(row.near_visits)
    if not visits:
        return ()
    policies = dict(parsed_policies(row.policies))
    return tuple(_near_visit(fields, policies) for fields in sorted(visits))


def over_cap_days_of(row: Any) -> frozenset[date]:
    """Return the days around with a lifted cap."""
    return frozenset(date.fromisoformat(day) for (day,) in rows_in(row.near_over_cap))


def moment(seconds: int) -> datetime:
    """Return the moment that the database keeps as *seconds*."""
    return datetime.fromtimestamp(seconds, UTC)


SUMMARY_COLUMNS = (
    _VISIT.net_min,
    _VISIT.credited_min,
    _VISIT.pending_min,
    _VISIT.lost_outside_shift,
    _VISIT.lost_away,
    _VISIT.lost_break,
    _VISIT.lost_overlap,
    _VISIT.lost_too_short,
    _VISIT.lost_rounding,
    _VISIT.lost_day_cap,
)


def _visits() -> ScalarSelect[str]:
    """The visits around the day, and the open one wherever it is: there is at most one."""
    post, shift = Post.__table__.c, Shift.__table__.c
    columns = (
        _VISIT.id,
        _VISIT.version,
        _VISIT.shift_id,
        _VISIT.post_id,
        post.base_id,
        _VISIT.unit_id,
        _VISIT.policy_id,
        _VISIT.served_on,
        _VISIT.state,
        _VISIT.grade,
        _VISIT.is_keepers_own,
        _VISIT.is_display_silent,
        _VISIT.is_taken_confirmed,
        _VISIT.waits_for_committee,
        post.category,
        post.compensation,
        shift.starts_at,
        shift.ends_at,
        _VISIT.confirmed_by_id,
        nested(_breaks()),
        nested(_ends()),
        nested(_witnesses()),
        nested(_claims()),
        nested(_booked()),
        *SUMMARY_COLUMNS,
    )
    return (
        select(json_rows(*columns))
        .select_from(
            Visit.__table__.join(Shift.__table__, shift.id == _VISIT.shift_id).join(
                Post.__table__, post.id == _VISIT.post_id
            )
        )
        .where(
            _VISIT.member_id == bindparam("member_id"),
            or_(
                _VISIT.served_on.between(bindparam("from_day"), bindparam("to_day")),
                _VISIT.state == spelled(VisitState.OPEN),
            ),
        )
        .scalar_subquery()
    )


def _breaks() -> ScalarSelect[str]:
    pause = ShiftBreak.__table__.c
    return _of_visit(json_rows(pause.starts_at, pause.ends_at), pause.shift_id == _VISIT.shift_id)


def _ends() -> ScalarSelect[str]:
    end = Evidence.__table__.c
    return _of_visit(
        json_rows(end.stay, end.side, end.source, end.at),
        end.visit_id == _VISIT.id,
        end.verdict == spelled(Verdict.ACCEPTED),
    )


def _witnesses() -> ScalarSelect[str]:
    witness = Witness.__table__.c
    return _of_visit(json_rows(witness.at), witness.visit_id == _VISIT.id)


def _claims() -> ScalarSelect[str]:
    """The undecided requests with the earlier end that an approver may have attested."""
    asked = Request.__table__.c
    attested = (
        select(func.min(Approval.ends_at)).where(Approval.request_id == asked.id).correlate(Request.__table__)
    ).scalar_subquery()
    return _of_visit(
        json_rows(asked.starts_at, asked.ends_at, attested),
        asked.visit_id == _VISIT.id,
        asked.state == spelled(RequestState.ASKED),
    )


def _booked() -> ScalarSelect[str]:
    credit = Credit.__table__.c
    return _of_visit(json_rows(credit.day, credit.net_min, credit.credited_min), credit.visit_id == _VISIT.id)


def _of_visit(rows: json_rows, *which: ColumnElement[bool]) -> ScalarSelect[str]:
    return select(rows).where(*which).correlate(Visit.__table__).scalar_subquery()


def _over_cap() -> ScalarSelect[str]:
    over = OverCap.__table__.c
    return (
        select(json_rows(over.day))
        .where(
            over.member_id == bindparam("member_id"),
            over.day.between(bindparam("from_day"), bindparam("to_day")),
        )
        .scalar_subquery()
    )


def _near_visit(fields: Sequence[Any], policies: Mapping[int, HoursPolicy]) -> NearVisit:
    breaks, ends, witnesses, claims, booked = fields[19:24]
    return NearVisit(
        id=fields[0],
        version=fields[1],
        shift_id=fields[2],
        post_id=fields[3],
        base_id=fields[4],
        unit_id=fields[5],
        policy_id=fields[6],
        policy=policies[fields[6]],
        served_on=date.fromisoformat(fields[7]),
        state=VisitState(fields[8]),
        grade=Grade(fields[9]),
        is_keepers_own=bool(fields[10]),
        is_display_silent=bool(fields[11]),
        is_taken_confirmed=bool(fields[12]),
        waits_for_committee=bool(fields[13]),
        is_counting_post=is_counting_post(Category(fields[14]), Compensation(fields[15])),
        shift=Span(moment(fields[16]), moment(fields[17])),
        confirmed_by_id=fields[18],
        summary=tuple(fields[24:]),
        breaks=tuple(Span(moment(start), moment(end)) for start, end in sorted(breaks)),
        ends=tuple(
            End(stay=stay, side=Side(side), source=Source(source), at=moment(at))
            for stay, side, source, at in sorted(ends)
        ),
        witnessed_at=tuple(moment(at) for (at,) in sorted(witnesses)),
        claim=_claim(claims),
        booked=_sums(booked),
    )


def _claim(rows: Sequence[Sequence[Any]]) -> Claim | None:
    if not rows:
        return None
    starts_at, ends_at, attested = rows[0]
    return Claim(
        starts_at=None if starts_at is None else moment(starts_at),
        ends_at=moment(ends_at if attested is None else min(ends_at, attested)),
    )


def _sums(rows: Sequence[Sequence[Any]]) -> dict[date, tuple[int, int]]:
    sums: dict[date, tuple[int, int]] = {}
    for day_text, net, credited in rows:
        day = date.fromisoformat(day_text)
        before = sums.get(day, (0, 0))
        sums[day] = (before[0] + net, before[1] + credited)
    return {day: minutes for day, minutes in sums.items() if minutes != (0, 0)}
