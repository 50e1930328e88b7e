"""The registry: units, terms, working days, policy versions, members, bases, posts, sites and displays."""

import secrets
from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from volunteer.actions.access import actor_id, chain_of
from volunteer.actions.audit import note
from volunteer.models import (
    Base,
    Display,
    Member,
    Membership,
    PolicyVersion,
    Post,
    ProbationWindow,
    Site,
    Term,
    Unit,
    Workday,
)
from volunteer.pinyin import initials_of, sort_key_of
from volunteer.rules.kinds import (
    BaseStatus,
    BranchKind,
    Category,
    Compensation,
    SignUpFor,
    Stage,
    UnitKind,
)
from volunteer.rules.names import clean_line
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.probation import Probation
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor
from volunteer.rules.tree import chain

CODE_LENGTH = 40


def add_unit(
    session: Session,
    *,
    code: str,
    name: str,
    kind: UnitKind,
    parent_id: int | None = None,
    branch_kind: BranchKind | None = None,
    actor: Actor | None,
    now: datetime,
) -> int:
    """Register a unit below its parent and return its id.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``BAD_FIELD`` or ``ALREADY_EXISTS``.
    """
    _check_office(session, actor, parent_id)
    _check_new(session, Unit, code)
    parent = session.get(Unit, parent_id) if parent_id is not None else None
    if kind is UnitKind.BRANCH and branch_kind is None:
        branch_kind = BranchKind.STUDENT
    unit = Unit(
        code=clean_line(code, "code", longest=CODE_LENGTH),
        name=clean_line(name, "name"),
        kind=kind,
        branch_kind=branch_kind,
        parent_id=parent_id,
        path=f"new-{secrets.token_hex(8)}",
    )
    session.add(unit)
    session.flush()
    unit.path = f"{parent.path if parent else '/'}{unit.id}/"
    session.flush()
    note(session, "add_unit", "unit", unit.id, actor_id=actor_id(actor), now=now)
    return unit.id


def change_unit(session: Session, *, unit_id: int, name: str, actor: Actor | None, now: datetime) -> None:
    """Give a unit another name. Its code and its place in the tree stay: past reports stand on them.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` or ``BAD_FIELD``.
    """
    unit = session.get(Unit, unit_id)
    if unit is None:
        raise Refusal(Reason.UNKNOWN)
    _check_office(session, actor, unit_id)
    was, unit.name = unit.name, clean_line(name, "name")
    session.flush()
    note(session, "change_unit", "unit", unit_id, actor_id=actor_id(actor), now=now, was=was, to=unit.name)


def set_live_from(
    session: Session, *, unit_id: int, live_from: date | None, actor: Actor | None, now: datetime
) -> None:
    """Set from which day on a college scans its hours: no opening record lies on it or later.

    Raises:
        Refusal: ``UNKNOWN`` for what is no college, or ``NOT_ALLOWED``.
    """
    unit = session.get(Unit, unit_id)
    if unit is None or unit.kind is not UnitKind.COLLEGE:
        raise Refusal(Reason.UNKNOWN)
    _check_college(actor)
    _check_office(session, actor, unit_id)
    was, unit.live_from = unit.live_from, live_from
    session.flush()
    note(session, "set_live_from", "unit", unit_id, actor_id=actor_id(actor), now=now, was=was, to=live_from)


def add_term(
    session: Session,
    *,
    code: str,
    name: str,
    starts_on: date,
    ends_before: date,
    actor: Actor | None,
    now: datetime,
) -> int:
    """Register a term of the academic year and return its id.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``BAD_FIELD`` or ``ALREADY_EXISTS``.
    """
    _check_college(actor)
    _check_new(session, Term, code)
    if starts_on >= ends_before:
        raise Refusal(Reason.BAD_FIELD, field="ends_before")
    term = Term(
        code=clean_line(code, "code", longest=CODE_LENGTH),
        name=clean_line(name, "name"),
        starts_on=starts_on,
        ends_before=ends_before,
    )
    session.add(term)
    session.flush()
    note(session, "add_term", "term", term.id, actor_id=actor_id(actor), now=now)
    return term.id


def set_workday(session: Session, *, on: date, is_workday: bool, actor: Actor | None, now: datetime) -> None:
    """Say whether the college works on a day, whatever the published calendar says.

    Raises:
        Refusal: ``NOT_ALLOWED``.
    """
    _check_college(actor)
    session.merge(Workday(on=on, is_workday=is_workday))
    session.flush()
    note(
        session,
        "set_workday",
        "workday",
        None,
        actor_id=actor_id(actor),
        now=now,
        on=on,
        is_workday=is_workday,
    )


def add_policy(
    session: Session, *, policy: HoursPolicy, reason: str | None = None, actor: Actor | None, now: datetime
) -> int:
    """Enter a version of the hours policy. Records keep the version under which they were made.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``ALREADY_EXISTS`` for the same effective day, or ``BAD_FIELD`` for numbers
            that make no sense.
    """
    _check_college(actor)
    same_day = select(PolicyVersion.id).where(PolicyVersion.effective_on == policy.effective_on)
    if session.execute(same_day).scalar_one_or_none() is not None:
        raise Refusal(Reason.ALREADY_EXISTS, field="effective_on")
    values = asdict(policy) | {"stages": ",".join(policy.stages)}
    for field, value in values.items():
        # SQLite would keep a text where a number belongs.
        if field not in ("effective_on", "stages", "confirmation") and type(value) is not int:
            raise Refusal(Reason.BAD_FIELD, field=field)
    version = PolicyVersion(**values, entered_by_id=actor_id(actor), entered_at=now)
    try:
        with session.begin_nested():
            session.add(version)
    except IntegrityError as error:
        raise Refusal(Reason.BAD_FIELD, field="policy") from error
    why = {"reason": reason} if reason else {}
    note(session, "add_policy", "policy", version.id, actor_id=actor_id(actor), now=now, **why)
    return version.id


def add_member(
    session: Session,
    *,
    student_no: str,
    name: str,
    unit_id: int,
    stage: Stage,
    starts_on: date | None = None,
    from_on: date | None = None,
    actor: Actor | None,
    now: datetime,
) -> int:
    """Put a person on a branch's roster and return the id.

    Args:
        starts_on: The day of the meeting that admitted her to probation; it may lie ahead.
        from_on: Since when she belongs to the branch; always, if nothing is known.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``BAD_FIELD`` or ``ALREADY_EXISTS``.
    """
    _check_office(session, actor, unit_id, is_hours=True)
    student_no = clean_line(student_no, "student_no", longest=CODE_LENGTH)
    if session.execute(select(Member.id).where(Member.student_no == student_no)).scalar_one_or_none():
        raise Refusal(Reason.ALREADY_EXISTS, field="student_no")
    name = clean_line(name, "name")
    member = Member(
        student_no=student_no,
        name=name,
        sort_key=sort_key_of(name),
        initials=initials_of(name),
        unit_id=unit_id,
        stage=stage,
    )
    session.add(member)
    session.flush()
    session.add(Membership(member_id=member.id, unit_id=unit_id, from_on=from_on or date.min))
    if starts_on is not None:
        open_window(session, member_id=member.id, starts_on=starts_on)
    session.flush()
    note(session, "add_member", "member", member.id, actor_id=actor_id(actor), now=now)
    return member.id


def open_window(session: Session, *, member_id: int, starts_on: date) -> None:
    """Open a member's probation on the day of the admitting meeting."""
    probation = Probation(starts_on=starts_on)
    session.add(ProbationWindow(member_id=member_id, starts_on=starts_on, ends_before=probation.ends_before))


def add_base(
    session: Session,
    *,
    code: str,
    name: str,
    unit_id: int | None = None,
    status: BaseStatus = BaseStatus.APPLIED,
    actor: Actor | None,
    now: datetime,
    **details: str | date | None,
) -> int:
    """Register a base, with a site of its own code, and return its id.

    Args:
        details: ``kind``, ``host``, ``contact``, ``address``, ``agreement_from``, ``agreement_to``,
            ``plaque_on``.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``BAD_FIELD`` or ``ALREADY_EXISTS``.
    """
    _check_base_office(session, actor, unit_id)
    _check_new(session, Base, code)
    base = Base(code=clean_line(code, "code", longest=CODE_LENGTH), name="", status=status, unit_id=unit_id)
    _fill_base(base, name, details)
    session.add(base)
    session.flush()
    _add_site(session, base.code, base.name, base_id=base.id, actor=actor, now=now)
    note(session, "add_base", "base", base.id, actor_id=actor_id(actor), now=now)
    return base.id


def change_base(
    session: Session,
    *,
    base_id: int,
    name: str,
    status: BaseStatus,
    actor: Actor | None,
    now: datetime,
    **details: str | date | None,
) -> None:
    """Change what is known of a base.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` or ``BAD_FIELD``.
    """
    base = session.get(Base, base_id)
    if base is None:
        raise Refusal(Reason.UNKNOWN)
    _check_base_office(session, actor, base.unit_id)
    base.status = status
    _fill_base(base, name, details)
    session.execute(update(Site).where(Site.base_id == base_id).values(name=base.name))
    session.flush()
    note(session, "change_base", "base", base_id, actor_id=actor_id(actor), now=now)


def add_post(
    session: Session,
    *,
    code: str,
    name: str,
    unit_id: int,
    base_id: int | None = None,
    category: Category = Category.SERVICE,
    compensation: Compensation = Compensation.NONE,
    sign_up_for: SignUpFor | None = None,
    takes_walk_ins: bool | None = None,
    actor: Actor | None,
    now: datetime,
    **details: str | None,
) -> int:
    """Register a post, with a site of its own code, and return its id.

    Args:
        details: ``place``, ``content``, ``insurance_note``.

    Raises:
        Refusal: ``NOT_ALLOWED``, ``BAD_FIELD`` or ``ALREADY_EXISTS``.
    """
    _check_post_office(session, actor, unit_id)
    _check_new(session, Post, code)
    post = Post(
        code=clean_line(code, "code", longest=CODE_LENGTH),
        name=clean_line(name, "name"),
        unit_id=unit_id,
        base_id=base_id,
        category=category,
        compensation=compensation,
        sign_up_for=sign_up_for or SignUpFor.COLLEGE,
        takes_walk_ins=takes_walk_ins is not False,
        **_details(details, Post),
    )
    session.add(post)
    session.flush()
    _add_site(session, post.code, post.name, post_id=post.id, actor=actor, now=now)
    note(session, "add_post", "post", post.id, actor_id=actor_id(actor), now=now)
    return post.id


def change_post(
    session: Session,
    *,
    post_id: int,
    name: str,
    sign_up_for: SignUpFor | None = None,
    takes_walk_ins: bool | None = None,
    actor: Actor | None,
    now: datetime,
    **details: str | None,
) -> None:
    """Change the words of a post, and who signs up. What it is for and whether it is paid decide past hours.

    Args:
        sign_up_for: None leaves it as it is, and so does None of *takes_walk_ins*.

    Raises:
        Refusal: ``UNKNOWN``, ``NOT_ALLOWED`` or ``BAD_FIELD``.
    """
    post = session.get(Post, post_id)
    if post is None:
        raise Refusal(Reason.UNKNOWN)
    _check_post_office(session, actor, post.unit_id)
    post.name = clean_line(name, "name")
    post.sign_up_for = sign_up_for or post.sign_up_for
    post.takes_walk_ins = post.takes_walk_ins if takes_walk_ins is None else takes_walk_ins
    for field, text in _details(details, Post).items():
        setattr(post, field, text)
    session.execute(update(Site).where(Site.post_id == post_id).values(name=post.name))
    session.flush()
    note(session, "change_post", "post", post_id, actor_id=actor_id(actor), now=now)


def open_display(
    session: Session, *, site_id: int, is_poster: bool = False, actor: Actor | None, now: datetime
) -> str:
    """Open a display at a site and return its handle. A site has one poster; asked again, it is the same.

    Raises:
        Refusal: ``NOT_ALLOWED``.
    """
    check_site_keeper(session, actor, site_id)
    same = select(Display.handle).where(
        Display.site_id == site_id,
        Display.is_poster == is_poster,
        Display.revoked_at.is_(None),
        Display.opened_by_id == actor_id(actor) if not is_poster else Display.is_poster,
        # A browser that a link opened is a display of its own.
        Display.key_digest.is_(None),
    )
    handle = session.execute(same.order_by(Display.id.desc())).scalars().first()
    return handle or add_display(session, site_id, is_poster=is_poster, opened_by_id=actor_id(actor), now=now)


def renew_poster(session: Session, *, site_id: int, actor: Actor | None, now: datetime) -> str:
    """Give a site's poster a new code and return its handle; what hangs on walls is worthless from now on.

    Raises:
        Refusal: ``UNKNOWN`` or ``NOT_ALLOWED``.
    """
    check_site_keeper(session, actor, site_id)
    live = (Display.site_id == site_id, Display.is_poster, Display.revoked_at.is_(None))
    session.execute(update(Display).where(*live).values(revoked_at=now))
    handle = add_display(session, site_id, is_poster=True, opened_by_id=actor_id(actor), now=now)
    note(session, "renew_poster", "site", site_id, actor_id=actor_id(actor), now=now)
    return handle


def add_display(
    session: Session,
    site_id: int,
    *,
    is_poster: bool = False,
    opened_by_id: int | None,
    key_digest: str | None = None,
    host_shift_id: int | None = None,
    now: datetime,
) -> str:
    """Add a display with a handle that never was, and return the handle; who may is not judged here."""
    display = Display(
        handle=secrets.token_hex(4),
        site_id=site_id,
        is_poster=is_poster,
        opened_by_id=opened_by_id,
        opened_at=now,
        seen_at=now,
        key_digest=key_digest,
        host_shift_id=host_shift_id,
    )
    session.add(display)
    session.flush()
    note(session, "open_display", "site", site_id, actor_id=opened_by_id, now=now)
    return display.handle


def beat(session: Session, *, handle: str, now: datetime) -> None:
    """Note that a display is alive: one statement, for it comes from every screen each minute."""
    session.execute(update(Display).where(Display.handle == handle).values(seen_at=now))


def mark_offline(
    session: Session, *, site_id: int, is_offline: bool, actor: Actor | None, now: datetime
) -> None:
    """Say whether a site is known to have no network: its displays then take a week of codes along.

    Raises:
        Refusal: ``UNKNOWN``, or ``NOT_ALLOWED`` to all but the college.
    """
    site = session.get(Site, site_id)
    if site is None:
        raise Refusal(Reason.UNKNOWN)
    check_site_keeper(session, actor, site_id)
    _check_college(actor)
    if site.is_offline is not is_offline:
        site.is_offline = is_offline
        session.flush()
        note(session, "mark_offline", "site", site_id, actor_id=actor_id(actor), now=now, to=is_offline)


def revoke_display(session: Session, *, handle: str, actor: Actor | None, now: datetime) -> None:
    """Make a display's codes worthless from now on.

    Raises:
        Refusal: ``UNKNOWN`` or ``NOT_ALLOWED``.
    """
    display = session.execute(select(Display).where(Display.handle == handle)).scalar_one_or_none()
    if display is None:
        raise Refusal(Reason.UNKNOWN)
    check_site_keeper(session, actor, display.site_id)
    if display.revoked_at is None:
        display.revoked_at = now
        session.flush()
        note(session, "revoke_display", "site", display.site_id, actor_id=actor_id(actor), now=now)


def check_site_keeper(session: Session, actor: Actor | None, site_id: int) -> None:
    """Refuse who keeps none of the site's posts.

    Raises:
        Refusal: ``UNKNOWN`` or ``NOT_ALLOWED``.
    """
    if actor is None:
        return
    site = session.get(Site, site_id)
    if site is None:
        raise Refusal(Reason.UNKNOWN)
    at_site = Post.id == site.post_id if site.post_id is not None else Post.base_id == site.base_id
    posts = session.execute(select(Post.id, Unit.path).join(Unit, Unit.id == Post.unit_id).where(at_site))
    if not any(actor.may_keep(row.id, chain(row.path)) for row in posts):
        raise Refusal(Reason.NOT_ALLOWED)


def _check_office(
    session: Session, actor: Actor | None, unit_id: int | None, *, is_hours: bool = False
) -> None:
    """The college registers all below it; the administrator units and bases, nothing that earns hours."""
    if actor is None or (actor.is_admin() and not is_hours):
        return
    if not actor.is_college_of(chain_of(session, unit_id)):
        raise Refusal(Reason.NOT_ALLOWED)


def _check_base_office(session: Session, actor: Actor | None, unit_id: int | None) -> None:
    """A base of no unit is any college's to keep."""
    if unit_id is not None:
        _check_office(session, actor, unit_id)
    elif actor is not None and not actor.is_admin():
        _check_college(actor)


def _check_post_office(session: Session, actor: Actor | None, unit_id: int) -> None:
    if actor is not None and not actor.may_review(chain_of(session, unit_id)):
        raise Refusal(Reason.NOT_ALLOWED)


def _check_college(actor: Actor | None) -> None:
    if actor is not None and not any(grant.role.value == "college" for grant in actor.grants):
        raise Refusal(Reason.NOT_ALLOWED)


def _check_new(session: Session, model: type[Unit] | type[Term] | type[Base] | type[Post], code: str) -> None:
    """Refuse a code that is taken. A base's and a post's are codes of sites too."""
    taken = session.execute(select(model.id).where(model.code == code)).scalar_one_or_none()
    if taken is None and model in (Base, Post):
        taken = session.execute(select(Site.id).where(Site.code == code)).scalar_one_or_none()
    if taken is not None:
        raise Refusal(Reason.ALREADY_EXISTS, field="code")


def _add_site(
    session: Session,
    code: str,
    name: str,
    *,
    post_id: int | None = None,
    base_id: int | None = None,
    actor: Actor | None,
    now: datetime,
) -> None:
    """Add a site with its poster's code, so that asking for the poster never has to write."""
    site = Site(code=code, name=name, post_id=post_id, base_id=base_id)
    session.add(site)
    session.flush()
    add_display(session, site.id, is_poster=True, opened_by_id=actor_id(actor), now=now)


def _fill_base(base: Base, name: str, details: dict[str, str | date | None]) -> None:
    base.name = clean_line(name, "name")
    days = {field: details.get(field) for field in ("agreement_from", "agreement_to", "plaque_on")}
    start, end = days["agreement_from"], days["agreement_to"]
    if isinstance(start, date) and isinstance(end, date) and start > end:
        raise Refusal(Reason.BAD_FIELD, field="agreement_to")
    lines = {field: details.get(field) for field in ("kind", "host", "contact", "address")}
    for field, value in (days | _details(lines, Base)).items():
        setattr(base, field, value)


def _details(
    values: dict[str, str | date | None] | dict[str, str | None], model: type
) -> dict[str, str | None]:
    """Return optional lines, cleaned; empty ones are None."""
    cleaned = {}
    for field, value in values.items():
        longest = model.__table__.c[field].type.length  # type: ignore[attr-defined]
        cleaned[field] = clean_line(str(value), field, longest=longest) if value else None
    return cleaned
