"""Take a person's name out of the records. What she gave stays, and whose it was is no longer told.

The ledger holds numbers and hashes alone: its chains, every total and every report are the same afterwards.
"""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from volunteer.actions.audit import note
from volunteer.models import Account, ApiToken, Device, Member, Membership, ProbationWindow, RoleGrant, Slip
from volunteer.rules.campus import Campus
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.retention import check_may_erase, kept_since
from volunteer.stats.leaving import Left, long_gone
from volunteer.stats.personal import KEPT, NOBODY, Person

AT_ONCE = 100


def due(session: Session, *, years: int, campus: Campus, now: datetime) -> list[Left]:
    """Return whose time is over, of the oldest hundred."""
    today = campus.day(now)
    return list(long_gone(session, left_by=kept_since(today, years), today=today, limit=AT_ONCE))


def anonymise_due(session: Session, *, years: int, campus: Campus, now: datetime) -> int:
    """Anonymise whose time is over, a hundred at most, and return how many."""
    gone = due(session, years=years, campus=campus, now=now)
    for one in gone:
        anonymise(session, member_id=one.member_id, actor_id=None, campus=campus, now=now)
    return len(gone)


def anonymise(
    session: Session, *, member_id: int, actor_id: int | None, campus: Campus, now: datetime
) -> None:
    """Take the name of a member away, for good. Done already, it changes nothing.

    Raises:
        Refusal: ``UNKNOWN``, or ``ON_PROBATION``.
    """
    member = session.get(Member, member_id, with_for_update=True)
    if member is None:
        raise Refusal(Reason.UNKNOWN)
    if member.anonymised_at is not None:
        return
    check_not_on_probation(session, member, campus, now)
    account_id = session.execute(
        select(Account.id).where(Account.member_id == member_id)
    ).scalar_one_or_none()
    _leave(session, member, campus, now)
    _lock_out(session, account_id or NOBODY, actor_id, now)
    who = Person(member_id, account_id or NOBODY)
    # What was changed of her must not be written back over it.
    session.expire_all()
    for kept in KEPT:
        if kept.is_removed:
            session.execute(delete(kept.table).where(kept.which(kept.table, who)))
        elif kept.erased:
            session.execute(
                update(kept.table).where(kept.which(kept.table, who)).values(kept.without_her(who))
            )
    note(session, "anonymise", "member", member_id, actor_id=actor_id, now=now)


def check_not_on_probation(session: Session, member: Member, campus: Campus, now: datetime) -> None:
    """Refuse in the middle of a probation.

    Raises:
        Refusal: ``ON_PROBATION``.
    """
    window = session.get(ProbationWindow, member.id)
    check_may_erase(
        ends_before=window.ends_before if window else None,
        outcome=window.outcome if window else None,
        is_on_roster=member.unit_id is not None,
        today=campus.day(now),
    )


def _leave(session: Session, member: Member, campus: Campus, now: datetime) -> None:
    """Let her stand on no branch's list any more."""
    session.execute(
        update(Membership)
        .where(Membership.member_id == member.id, Membership.before_on.is_(None))
        .values(before_on=campus.day(now))
    )
    session.execute(
        update(Device)
        .where(Device.member_id == member.id, Device.retired_at.is_(None))
        .values(retired_at=now)
    )
    member.unit_id, member.anonymised_at = None, now
    session.flush()


def _lock_out(session: Session, account_id: int, actor_id: int | None, now: datetime) -> None:
    """Close the account with all that opens it."""
    session.execute(
        update(Account)
        .where(Account.id == account_id)
        .values(is_closed=True, session_epoch=Account.session_epoch + 1)
    )
    session.execute(
        update(RoleGrant)
        .where(RoleGrant.account_id == account_id, RoleGrant.ended_at.is_(None))
        .values(ended_at=now, ended_by_id=actor_id)
    )
    session.execute(
        update(ApiToken)
        .where(ApiToken.account_id == account_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    session.execute(
        update(Slip)
        .where(Slip.account_id == account_id, Slip.used_at.is_(None), Slip.replaced_at.is_(None))
        .values(replaced_at=now)
    )
