"""Activation slips: printed for people without a password, used once, replaced by the next.

Who may print for whom is ``volunteer/rules/slips.py``. The right of whoever printed is asked for again when
the slip is used: a slip from before a role was given, or of an office that has ended, opens nothing.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session, aliased

from volunteer.actions.access import actor_id, load_actor
from volunteer.actions.audit import note
from volunteer.actions.sign_in import keep_password
from volunteer.actions.tell import tell_units
from volunteer.database import StaleRow
from volunteer.models import Account, Member, Post, RoleGrant, Slip, Unit
from volunteer.rules import slips as rules
from volunteer.rules.codes import Keyring
from volunteer.rules.kinds import MessageKind
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.slips import SLIP_LASTS, Holder
from volunteer.rules.tree import chain

REPEAT_WITHIN = timedelta(minutes=10)
MOST_AT_ONCE = 160
NAMES_TOLD = 3
OPEN = Slip.used_at.is_(None), Slip.replaced_at.is_(None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """One slip as it goes on paper. ``code`` is known here and nowhere else."""

    account_id: int
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipHolder:
    """Whose slip a right code belongs to."""

    slip_id: int
    account_id: int
    login: str
    name: str
    unit_name: str | None
    used_at: datetime | None


def holders(session: Session, account_ids: Collection[int]) -> dict[int, Holder]:
    """Return what the rule asks about each account that is not closed: two statements for any number."""
    home = aliased(Unit)
    rows = session.execute(
        select(Account.id, Account.member_id, home.path)
        .outerjoin(Member, Member.id == Account.member_id)
        .outerjoin(home, (home.id == Member.unit_id) | (home.id == Account.unit_id))
        .where(Account.id.in_(account_ids), ~Account.is_closed)
    ).all()
    offices: dict[int, list[tuple[int, ...]]] = {row.id: [] for row in rows}
    grants = session.execute(
        select(RoleGrant.account_id, Unit.path)
        .outerjoin(Post, Post.id == RoleGrant.post_id)
        .outerjoin(Unit, (Unit.id == RoleGrant.unit_id) | (Unit.id == Post.unit_id))
        .where(RoleGrant.account_id.in_(account_ids), RoleGrant.ended_at.is_(None))
    )
    for grant in grants:
        if grant.account_id in offices:
            offices[grant.account_id].append(_chain(grant.path))
    return {
        row.id: Holder(
            account_id=row.id,
            is_member=row.member_id is not None,
            home=_chain(row.path),
            offices=offices[row.id],
        )
        for row in rows
    }


def accounts_of_members(session: Session, *, member_ids: Collection[int], now: datetime) -> list[int]:
    """Return the accounts of the members; who has none gets one, without a password or a role.

    Its login is the student number.
    """
    known = select(Account.member_id).where(Account.member_id.in_(member_ids))
    missing = session.execute(
        select(Member.id, Member.student_no, Member.name)
        .where(Member.id.in_(member_ids), Member.id.not_in(known))
        .order_by(Member.id)
    ).all()
    taken = session.scalars(
        select(Account.login).where(Account.login.in_([row.student_no for row in missing]))
    ).all()
    if taken:
        raise Refusal(Reason.ALREADY_EXISTS, field="login", login=taken[0])
    if missing:
        session.execute(
            insert(Account),
            [
                {"login": row.student_no, "name": row.name, "member_id": row.id, "created_at": now}
                for row in missing
            ],
        )
    return list(
        session.scalars(
            select(Account.id)
            .where(Account.member_id.in_(member_ids), ~Account.is_closed)
            .order_by(Account.id)
        )
    )


def print_slips(
    session: Session,
    *,
    account_ids: Sequence[int],
    print_ref: str,
    actor: Actor | None,
    keyring: Keyring,
    now: datetime,
    proposed_by: Actor | None = None,
) -> list[Printed]:
    """Make a new slip for each account and every earlier one worthless; passwords stay until it is used.

    Sent again within ten minutes, the same printing gives the same codes: a lost download is no loss.

    Args:
        proposed_by: The other person, for an account that holds roles.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``SAME_PERSON``, ``UNKNOWN`` or ``ALREADY_EXISTS``.
    """
    if not 0 < len(account_ids) <= MOST_AT_ONCE:
        raise Refusal(Reason.BAD_FIELD, field="whom")
    found = holders(session, account_ids)
    if found.keys() != set(account_ids):
        raise Refusal(Reason.UNKNOWN)
    for holder in found.values():
        _check_printer(actor, proposed_by, holder)
    known = _printed_before(session, print_ref, actor, now)
    expires_at = (
        known if known is not None else _write(session, found, print_ref, actor, proposed_by, keyring, now)
    )
    secret = keyring.secrets[-1][1]
    return [
        Printed(account_id=one, code=rules.code_of(secret, print_ref, one), expires_at=expires_at)
        for one in account_ids
    ]


def slip_of(session: Session, *, code: str, keyring: Keyring, now: datetime) -> SlipHolder:
    """Return whose slip it is, if it still opens her account.

    Raises:
        Refusal: ``SLIP_UNKNOWN``, ``SLIP_USED``, ``SLIP_REPLACED`` or ``SLIP_EXPIRED``.
    """
    slip, who = _found(session, code, keyring)
    _check_open(session, slip, who, now)
    return who


def use_slip(session: Session, *, code: str, password_hash: str, keyring: Keyring, now: datetime) -> int:
    """Give the account of the slip its password, end all its sessions, and return the account.

    Raises:
        Refusal: as :func:`slip_of`.
    """
    slip, who = _found(session, code, keyring)
    _check_open(session, slip, who, now)
    used = session.execute(
        update(Slip).where(Slip.id == slip.id, *OPEN).values(used_at=now).returning(Slip.id)
    ).first()
    if used is None:
        raise StaleRow("the slip")
    keep_password(session, account_id=slip.account_id, password_hash=password_hash, now=now)
    note(session, "use_slip", "account", slip.account_id, actor_id=slip.account_id, now=now, slip=slip.id)
    return slip.account_id


def used_slip(session: Session, *, code: str, keyring: Keyring) -> SlipHolder | None:
    """Return whose slip it was, if it has been used: for a form that arrives twice."""
    try:
        _, who = _found(session, code, keyring)
    except Refusal:
        return None
    return who if who.used_at is not None else None


def withdraw_slips(session: Session, *, account_id: int, actor: Actor, now: datetime) -> None:
    """Make the waiting slip of an own account worthless: she did not ask for it, or has lost it.

    Raises:
        Refusal: ``NOT_ALLOWED``.
    """
    if actor.account_id != account_id:
        raise Refusal(Reason.NOT_ALLOWED)
    end_slips(session, account_ids=[account_id], now=now)
    note(session, "withdraw_slip", "account", account_id, actor_id=actor.account_id, now=now)


def end_slips(session: Session, *, account_ids: Collection[int], now: datetime) -> None:
    """Make every waiting slip of the accounts worthless."""
    session.execute(update(Slip).where(Slip.account_id.in_(account_ids), *OPEN).values(replaced_at=now))


def printer_of(session: Session, account_id: int) -> int | None:
    """Return who printed the slip by which the account was last opened; None if none was."""
    return session.scalars(
        select(Slip.printed_by_id)
        .where(Slip.account_id == account_id, Slip.used_at.is_not(None))
        .order_by(Slip.used_at.desc(), Slip.id.desc())
        .limit(1)
    ).first()


def _chain(path: str | None) -> tuple[int, ...]:
    return chain(path) if path else ()


def _check_printer(actor: Actor | None, proposed_by: Actor | None, holder: Holder) -> None:
    if actor is None:
        return
    if actor.account_id == holder.account_id:
        raise Refusal(Reason.SAME_PERSON, case="own_account")
    if proposed_by is not None:
        if proposed_by.account_id == actor.account_id:
            raise Refusal(Reason.SAME_PERSON, case="own_proposal")
        if all(rules.may_print_with_another(one, holder) for one in (actor, proposed_by)):
            return
    if not rules.may_print_alone(actor, holder):
        raise Refusal(Reason.NOT_ALLOWED)


def _printed_before(session: Session, print_ref: str, actor: Actor | None, now: datetime) -> datetime | None:
    """Return until when the slips of this printing hold, if it was made a moment ago by the same person."""
    rows = session.execute(
        select(Slip.printed_by_id, Slip.printed_at, Slip.expires_at).where(Slip.print_ref == print_ref)
    ).all()
    if not rows:
        return None
    if any(row.printed_by_id != actor_id(actor) or now - row.printed_at > REPEAT_WITHIN for row in rows):
        raise Refusal(Reason.ALREADY_EXISTS, case="printed")
    return rows[0].expires_at  # type: ignore[no-any-return]


def _write(
    session: Session,
    found: Mapping[int, Holder],
    print_ref: str,
    actor: Actor | None,
    proposed_by: Actor | None,
    keyring: Keyring,
    now: datetime,
) -> datetime:
    _tell_of_new_ones(session, found, print_ref, now)
    end_slips(session, account_ids=found.keys(), now=now)
    secret, expires_at = keyring.secrets[-1][1], now + SLIP_LASTS
    session.execute(
        insert(Slip),
        [
            {
                "account_id": one,
                "digest": rules.digest_of(secret, rules.code_of(secret, print_ref, one)),
                "print_ref": print_ref,
                "proposed_by_id": actor_id(proposed_by),
                "printed_by_id": actor_id(actor),
                "printed_at": now,
                "expires_at": expires_at,
            }
            for one in found
        ],
    )
    for one in found:
        note(session, "print_slip", "account", one, actor_id=actor_id(actor), now=now, printing=print_ref)
    return expires_at


def _tell_of_new_ones(session: Session, found: Mapping[int, Holder], print_ref: str, now: datetime) -> None:
    """Tell each branch for whom of it there is a slip once more: who holds it could sign in as her."""
    had = select(Slip.account_id).where(Slip.account_id == Account.id)
    rows = session.execute(
        select(Account.id, Account.name)
        .where(Account.id.in_(found), or_(Account.password_hash.is_not(None), had.exists()))
        .order_by(Account.id)
    ).all()
    names: dict[int, list[str]] = {}
    for row in rows:
        if home := found[row.id].home:
            names.setdefault(tuple(home)[-1], []).append(row.name)
    for unit_id, those in names.items():
        key, text = f"slip:{print_ref}:{unit_id}", "、".join(those[:NAMES_TOLD])
        tell_units(
            session, [unit_id], MessageKind.SLIP_PRINTED, key, now=now, number=len(those), text=text[:200]
        )


def _found(session: Session, code: str, keyring: Keyring) -> tuple[Slip, SlipHolder]:
    # Slips outlive a change of the master secret.
    digests = [rules.digest_of(secret, code) for _, secret in keyring.secrets]
    row = session.execute(
        select(Slip, Account.login, Account.name, Unit.name.label("unit_name"))
        .join(Account, Account.id == Slip.account_id)
        .outerjoin(Member, Member.id == Account.member_id)
        .outerjoin(Unit, (Unit.id == Member.unit_id) | (Unit.id == Account.unit_id))
        .where(Slip.digest.in_(digests))
    ).first()
    if row is None:
        raise Refusal(Reason.SLIP_UNKNOWN)
    slip: Slip = row.Slip
    return slip, SlipHolder(
        slip_id=slip.id,
        account_id=slip.account_id,
        login=row.login,
        name=row.name,
        unit_name=row.unit_name,
        used_at=slip.used_at,
    )


def _check_open(session: Session, slip: Slip, who: SlipHolder, now: datetime) -> None:
    if slip.used_at is not None:
        raise Refusal(Reason.SLIP_USED)
    if slip.replaced_at is not None:
        raise Refusal(Reason.SLIP_REPLACED)
    if slip.expires_at <= now:
        raise Refusal(Reason.SLIP_EXPIRED)
    holder = holders(session, [who.account_id]).get(who.account_id)
    if holder is None:
        raise Refusal(Reason.SLIP_REPLACED)
    if slip.printed_by_id is None:
        return
    try:
        printer = load_actor(session, slip.printed_by_id)
        proposer = load_actor(session, slip.proposed_by_id) if slip.proposed_by_id is not None else None
        _check_printer(printer, proposer, holder)
    except Refusal as refusal:
        raise Refusal(Reason.SLIP_REPLACED) from refusal
