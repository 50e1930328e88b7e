"""What speaks for looking at a record, with the figures behind it: one part of the statement a flag.

SQL adds up, ``rules.flags`` judges. Nothing is kept: what the records show now is what the desk says now.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from volunteer.models import (
    Account,
    Approval,
    Credit,
    Evidence,
    ProbationWindow,
    Request,
    Visit,
    VisitFlag,
    Witness,
)
from volunteer.rules import flags as rules
from volunteer.rules.kinds import Flag, Grade, RequestKind, Source, Verdict, VisitState
from volunteer.stats import kept, rollups
from volunteer.stats.elapsed import days_between
from volunteer.stats.flags import seen_in_records
from volunteer.stats.served import Days

LIVE = (Source.LIVE, Source.TYPED)
CLAIMS = (RequestKind.CORRECTION, RequestKind.MAKE_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """A flag with its facts: numbers in the order that its part of the statement gives, and a text."""

    flag: Flag
    numbers: tuple[int, ...]
    text: str | None


def signs_of(session: Session, visit_ids: Collection[int], *, today: date) -> Mapping[int, Sequence[Sign]]:
    """Return what there is to look at about each record; none of it deducts a minute.

    Args:
        today: The usual share of made-up minutes is that of its calendar year and the one before.
    """
    found: dict[int, dict[Flag, Sign]] = {visit_id: {} for visit_id in visit_ids}
    if not found:
        return {}
    parts = [
        _stored(visit_ids),
        *(_seen(rows) for rows in seen_in_records(visit_ids)),
        _old_codes(visit_ids),
        _made_up_shares(session, visit_ids, today),
        _rushes(visit_ids),
        _hasty(visit_ids),
        _round_times(visit_ids),
        _reciprocal(visit_ids),
        _pairs(visit_ids),
    ]
    for row in session.execute(union_all(*parts)):
        sign = Sign(flag=Flag(row.flag), numbers=(row.a, row.b, row.c, row.d), text=row.who)
        if _holds(sign):
            found[row.visit_id].setdefault(sign.flag, sign)
    return {visit_id: sorted(signs.values(), key=lambda sign: sign.flag) for visit_id, signs in found.items()}


# What the figures must come to; a flag that is not named stands as it is.
_JUDGED: Mapping[Flag, Callable[..., bool]] = {
    Flag.OLD_CODE: lambda age, others, total, _: rules.is_old_code(age, others, total),
    Flag.MADE_UP_SHARE: rules.is_share_high,
    Flag.LATE_RUSH: lambda last, whole, *_: rules.is_rush(last, whole),
    Flag.HASTY_APPROVAL: lambda seconds, *_: rules.is_hasty(seconds),
    Flag.ROUND_TIMES: lambda claims, round_ones, *_: rules.are_round(claims, round_ones),
    Flag.RECIPROCAL: lambda given, received, *_: rules.is_reciprocal(given, received),
    Flag.SAME_PAIR: lambda together, witnessed, *_: rules.is_same_pair(together, witnessed),
}


def _holds(sign: Sign) -> bool:
    judge = _JUDGED.get(sign.flag)
    return judge is None or judge(*sign.numbers)


def _seen(rows: Subquery) -> Select[*tuple[Any, ...]]:
    """How many others there are, and minutes."""
    numbers = (func.count(rows.c.other.distinct()), func.max(rows.c.minutes))
    return _select(rows.c.visit_id, rows.c.flag, numbers).group_by(rows.c.visit_id, rows.c.flag)


def _select(visit_id: Any, flag: Any, numbers: Sequence[Any], who: Any = None) -> Select[*tuple[Any, ...]]:
    filled = [*numbers, *(literal_column("0") for _ in range(4 - len(numbers)))]
    return select(
        visit_id.label("visit_id"),
        cast(literal_column(f"'{flag.value}'") if isinstance(flag, Flag) else flag, String).label("flag"),
        *(
            cast(func.coalesce(number, 0), BigInteger).label(name)
            for name, number in zip("abcd", filled, strict=True)
        ),
        cast(null() if who is None else who, String).label("who"),
    )


def _stored(visit_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """What was noted when it happened."""
    return _select(VisitFlag.visit_id, func.lower(VisitFlag.flag), (), VisitFlag.facts).where(
        VisitFlag.visit_id.in_(visit_ids)
    )


def _old_codes(visit_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Age of the record's oldest live code in seconds; how many live scans of others, their ages added up."""
    is_live = and_(
        Evidence.verdict == Verdict.ACCEPTED, Evidence.source.in_(LIVE), Evidence.code_age_s.is_not(None)
    )
    own = (
        select(Evidence.visit_id, func.max(Evidence.code_age_s).label("age"))
        .where(Evidence.visit_id.in_(visit_ids), is_live)
        .group_by(Evidence.visit_id)
        .having(func.max(Evidence.code_age_s) >= rules.OLD_CODE_FROM_S)
        .subquery()
    )
    mine, theirs = aliased(Visit), aliased(Visit)
    return (
        _select(
            own.c.visit_id,
            Flag.OLD_CODE,
            (own.c.age, func.count(Evidence.id), func.sum(Evidence.code_age_s)),
        )
        .select_from(own)
        .join(mine, mine.id == own.c.visit_id)
        .join(theirs, and_(theirs.shift_id == mine.shift_id, theirs.member_id != mine.member_id))
        .join(Evidence, and_(Evidence.visit_id == theirs.id, is_live))
        .group_by(own.c.visit_id, own.c.age)
    )


def _made_up_shares(session: Session, visit_ids: Collection[int], today: date) -> Select[*tuple[Any, ...]]:
    """The member's made-up and served minutes, then everybody's of two calendar years, which are kept."""
    made_up = case((Visit.grade == Grade.E, Visit.net_min), else_=0)
    counts = and_(Visit.state == VisitState.CONFIRMED, Visit.net_min > 0)
    by_member = (
        select(
            Visit.member_id,
            func.sum(made_up).label("part"),
            func.sum(Visit.net_min).label("whole"),
        )
        .where(counts, Visit.member_id.in_(select(Visit.member_id).where(Visit.id.in_(visit_ids))))
        .group_by(Visit.member_id)
        .having(func.sum(made_up) > 0)
        .subquery()
    )
    years = [Days.calendar_year(year) for year in (today.year - 1, today.year)]
    asked = [
        kept.Asked(period_id=kept.periods(session).get(days), days=days, unit_id=None, below=None)
        for days in years
    ]
    both = union_all(*map(rollups.everywhere, asked)).subquery()
    usual = select(func.sum(both.c.net_e).label("part"), func.sum(both.c.net).label("whole")).subquery()
    mine = aliased(Visit)
    return (
        _select(
            mine.id,
            Flag.MADE_UP_SHARE,
            (by_member.c.part, by_member.c.whole, usual.c.part, usual.c.whole),
        )
        .select_from(mine)
        .join(by_member, by_member.c.member_id == mine.member_id)
        .join(usual, literal_column("1") == literal_column("1"))
        .where(mine.id.in_(visit_ids), or_(mine.grade == Grade.E, _is_claimed(mine.id)))
    )


def _rushes(visit_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Credited minutes in the last tenth of the member's probation, and in all of it."""
    window = ProbationWindow
    is_last = days_between(Credit.day, window.starts_on) * literal_column("10") >= (
        days_between(window.ends_before, window.starts_on) * literal_column("9")
    )
    mine = aliased(Visit)
    return (
        _select(
            mine.id,
            Flag.LATE_RUSH,
            (
                func.sum(case((is_last, Credit.credited_min), else_=0)),
                func.sum(Credit.credited_min),
            ),
        )
        .select_from(mine)
        .join(window, window.member_id == mine.member_id)
        .join(
            Credit,
            and_(
                Credit.member_id == mine.member_id,
                Credit.day >= window.starts_on,
                Credit.day < window.ends_before,
            ),
        )
        .where(mine.id.in_(visit_ids), mine.served_on >= window.starts_on)
        .group_by(mine.id)
    )


def _hasty(visit_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Seconds that an approver had: since the case came to her, or since her approval before it."""
    given = hasty_rows().subquery()
    return (
        _select(Request.visit_id, Flag.HASTY_APPROVAL, (given.c.seconds,), Account.name)
        .select_from(Request)
        .join(given, given.c.request_id == Request.id)
        .join(Account, Account.id == given.c.account_id)
        .where(Request.visit_id.in_(visit_ids), given.c.seconds < rules.HASTY_BELOW_S)
    )


def hasty_rows() -> Select[*tuple[Any, ...]]:
    """Return every approval: how long it waited, and the ``seconds`` that the approver had to look."""
    first = aliased(Approval)
    came = case(
        (Approval.step == 1, _seconds(Request.asked_at)),
        else_=func.coalesce(_seconds(first.at), _seconds(Request.asked_at)),
    )
    before = func.lag(_seconds(Approval.at)).over(
        partition_by=Approval.account_id, order_by=(Approval.at, Approval.request_id, Approval.step)
    )
    ready = case((func.coalesce(before, 0) > came, before), else_=came)
    return (
        select(
            Approval.request_id,
            Approval.step,
            Approval.account_id,
            Approval.at,
            (_seconds(Approval.at) - came).label("waited"),
            (_seconds(Approval.at) - ready).label("seconds"),
        )
        .join(Request, Request.id == Approval.request_id)
        .outerjoin(first, and_(first.request_id == Approval.request_id, first.step == 1))
    )


def _round_times(visit_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """How often the member claimed times, and how often at full and half hours alone."""
    asked, claim = aliased(Request), aliased(Request)
    is_round = and_(
        _seconds(claim.ends_at) % rules.ROUND_TO_S == 0,
        func.coalesce(_seconds(claim.starts_at), 0) % rules.ROUND_TO_S == 0,
    )
    return (
        _select(
            asked.visit_id,
            Flag.ROUND_TIMES,
            (func.count(claim.id), func.sum(case((is_round, 1), else_=0))),
        )
        .select_from(asked)
        .join(claim, and_(claim.member_id == asked.member_id, claim.kind.in_(CLAIMS)))
        .where(asked.visit_id.in_(visit_ids))
        .group_by(asked.id, asked.visit_id)
    )


def _reciprocal(visit_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """How often one who approved this request approved the asker's, and how often the other way round."""
    approver, asker = aliased(Account), aliased(Account)
    return (
        _select(
            Request.visit_id,
            Flag.RECIPROCAL,
            (
                _approvals(approver.id, Request.member_id),
                _approvals(asker.id, approver.member_id),
            ),
            approver.name,
        )
        .select_from(Request)
        .join(Approval, Approval.request_id == Request.id)
        .join(approver, approver.id == Approval.account_id)
        .join(asker, asker.member_id == Request.member_id)
        .where(Request.visit_id.in_(visit_ids), approver.member_id.is_not(None))
    )


def _approvals(account_id: Any, member_id: Any) -> ColumnElement[int]:
    """Return how many approvals the account gave to requests of the member."""
    request, approval = aliased(Request), aliased(Approval)
    return (
        select(func.count())
        .select_from(approval)
        .join(request, request.id == approval.request_id)
        .where(approval.account_id == account_id, request.member_id == member_id)
        .scalar_subquery()
    )


def _pairs(visit_ids: Collection[int]) -> Select[*tuple[Any, ...]]:
    """Of a keeper's own records: how many this witness vouched for, and how many witnesses there were."""
    mine, other, seen = aliased(Visit), aliased(Visit), aliased(Witness)
    return (
        _select(
            mine.id,
            Flag.SAME_PAIR,
            (
                func.sum(case((seen.account_id == Witness.account_id, 1), else_=0)),
                func.count(),
            ),
            Account.name,
        )
        .select_from(mine)
        .join(Witness, Witness.visit_id == mine.id)
        .join(Account, Account.id == Witness.account_id)
        .join(other, and_(other.member_id == mine.member_id, other.is_keepers_own))
        .join(seen, seen.visit_id == other.id)
        .where(mine.id.in_(visit_ids), mine.is_keepers_own)
        .group_by(mine.id, Witness.account_id, Account.name)
    )


def _is_claimed(visit_id: Any) -> ColumnElement[bool]:
    claim = aliased(Request)
    return select(claim.id).where(claim.visit_id == visit_id, claim.kind.in_(CLAIMS)).exists()


def _seconds(column: Any) -> ColumnElement[int]:
    """Return a moment as the seconds that the table holds, to calculate with."""
    return type_coerce(column, BigInteger)
