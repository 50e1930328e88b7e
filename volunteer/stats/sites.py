"""Sites, the shifts that run at them, and who is in."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from volunteer.models import Base, Display, Evidence, Member, Post, Shift, Site, Unit, Visit
from volunteer.rules.kinds import Grade, Role, Side, Verdict, VisitState
from volunteer.rules.roles import Actor
from volunteer.stats.reach import post_in_reach

LIVE = Visit.state.not_in((VisitState.VOID, VisitState.REJECTED))
SITE_OF_POST = or_(Site.post_id == Post.id, Site.base_id == Post.base_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRow:
    """A site that somebody may show, and what runs or comes next at its posts."""

    id: int
    code: str
    name: str
    base_id: int | None
    base_name: str | None
    is_of_base: bool
    posts: int
    running: int
    next_starts_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """A shift with its post and how many came."""

    id: int
    code: str
    post_id: int
    post_code: str
    post_name: str
    base_name: str | None
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    is_cancelled: bool
    came: int
    inside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonOnSite:
    """One member's record of a shift, for those who keep the post."""

    visit_id: int
    member_id: int
    name: str
    unit_name: str
    state: VisitState
    grade: Grade
    came_at: datetime
    left_at: datetime | None
    net: int


def sites_kept(session: Session, actor: Actor, roles: Collection[Role], *, now: datetime) -> list[SiteRow]:
    """Return the sites whose code the account may show; those with a running shift first."""
    is_running = and_(Shift.starts_at <= now, Shift.ends_at > now)
    coming = func.min(Shift.starts_at).filter(Shift.starts_at > now)
    rows = session.execute(
        select(
            Site.id,
            Site.code,
            Site.name,
            Base.id.label("base_id"),
            Base.name.label("base_name"),
            Site.base_id.is_not(None).label("is_of_base"),
            func.count(Post.id.distinct()).label("posts"),
            func.count(Shift.id).filter(is_running).label("running"),
            coming.label("next_starts_at"),
        )
        .join(Post, SITE_OF_POST)
        .outerjoin(Base, Base.id == Post.base_id)
        .outerjoin(Shift, and_(Shift.post_id == Post.id, Shift.ends_at > now, Shift.cancelled_at.is_(None)))
        .where(post_in_reach(actor, roles))
        .group_by(Site.id, Site.code, Site.name, Base.id, Base.name)
        .order_by(
            func.count(Shift.id).filter(is_running).desc(), coming.is_(None), coming, Site.name, Site.id
        )
    ).all()
    return [SiteRow(**row._mapping) for row in rows]


def by_base(rows: Iterable[SiteRow]) -> list[list[SiteRow]]:
    """Return the sites of each base together, its own first; a site on campus stands alone.

    Groups come in the order of their foremost site.
    """
    groups: dict[tuple[str, int], list[SiteRow]] = {}
    for row in rows:
        key = ("site", row.id) if row.base_id is None else ("base", row.base_id)
        groups.setdefault(key, []).append(row)
    return [sorted(group, key=lambda row: not row.is_of_base) for group in groups.values()]


def kept_site(session: Session, code: str, actor: Actor, roles: Collection[Role]) -> Site | None:
    """Return the site of that code, if the account keeps one of its posts."""
    return session.execute(
        select(Site).where(
            Site.code == code,
            select(Post.id).where(SITE_OF_POST, post_in_reach(actor, roles)).exists(),
        )
    ).scalar_one_or_none()


def site_of_handle(session: Session, handle: str, *, at: datetime) -> Site | None:
    """Return the site whose display has this handle, unless the display was revoked."""
    return session.execute(
        select(Site)
        .join(Display, Display.site_id == Site.id)
        .where(Display.handle == handle, or_(Display.revoked_at.is_(None), Display.revoked_at > at))
    ).scalar_one_or_none()


def own_display(session: Session, site_id: int, account_id: int) -> Display | None:
    """Return the newest live display of the site on the account's own pages."""
    return session.execute(
        select(Display)
        .where(
            Display.site_id == site_id,
            Display.opened_by_id == account_id,
            Display.revoked_at.is_(None),
            Display.key_digest.is_(None),
            ~Display.is_poster,
        )
        .order_by(Display.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def shifts_of_site(session: Session, site_id: int, *, since: datetime, until: datetime) -> list[ShiftRow]:
    """Return the shifts at the site's posts that touch the time between, by start."""
    at_site = Post.id.in_(select(Post.id).join(Site, SITE_OF_POST).where(Site.id == site_id))
    return _shifts(session, at_site, since=since, until=until)


def shifts_of_post(session: Session, post_id: int, *, since: datetime, until: datetime) -> list[ShiftRow]:
    """Return the shifts of one post that touch the time between, by start."""
    return _shifts(session, Post.id == post_id, since=since, until=until)


def next_shifts(session: Session, *, now: datetime, until: datetime, limit: int) -> list[ShiftRow]:
    """Return the running and coming shifts of all posts, by start."""
    is_open = and_(Shift.cancelled_at.is_(None), ~Shift.is_for_make_ups)
    return _shifts(session, is_open, since=now, until=until, limit=limit)


def kept_shift(session: Session, code: str, actor: Actor, roles: Collection[Role]) -> ShiftRow | None:
    """Return the shift of that code, if the account keeps its post."""
    found = _shifts(session, and_(Shift.code == code, post_in_reach(actor, roles)))
    return found[0] if found else None


def shift_of(session: Session, shift_id: int) -> ShiftRow:
    """Return a shift, whoever asks."""
    return _shifts(session, Shift.id == shift_id)[0]


def site_name(session: Session, site_id: int) -> str:
    """Return the name of a site."""
    return session.execute(select(Site.name).where(Site.id == site_id)).scalar_one()


def on_site(session: Session, shift_id: int) -> list[PersonOnSite]:
    """Return who came to the shift: those still in first, the longest first."""
    came = func.min(Evidence.at).filter(Evidence.side == Side.IN)
    left = func.max(Evidence.at).filter(Evidence.side == Side.OUT)
    rows = session.execute(
        select(
            Visit.id.label("visit_id"),
            Visit.member_id,
            Member.name,
            Unit.name.label("unit_name"),
            Visit.state,
            Visit.grade,
            came.label("came_at"),
            left.label("left_at"),
            Visit.net_min.label("net"),
        )
        .join(Member, Member.id == Visit.member_id)
        .join(Unit, Unit.id == Visit.unit_id)
        .join(Evidence, and_(Evidence.visit_id == Visit.id, Evidence.verdict == Verdict.ACCEPTED))
        .where(Visit.shift_id == shift_id, LIVE)
        .group_by(Visit.id, Visit.member_id, Member.name, Unit.name, Visit.state, Visit.grade, Visit.net_min)
        .order_by((Visit.state == VisitState.OPEN).desc(), came, Visit.id)
    ).all()
    return [PersonOnSite(**row._mapping) for row in rows]


def names_inside(session: Session, site_id: int) -> list[str]:
    """Return the names of those who are in at the site's posts, the latest first."""
    return list(
        session.scalars(
            select(Member.name)
            .join(Visit, Visit.member_id == Member.id)
            .join(Post, Post.id == Visit.post_id)
            .join(Site, SITE_OF_POST)
            .where(Site.id == site_id, Visit.state == VisitState.OPEN)
            .order_by(Visit.id.desc())
        )
    )


def count_inside(session: Session, shift_id: int) -> int:
    """Return how many are in at a shift."""
    inside = select(func.count()).where(Visit.shift_id == shift_id, Visit.state == VisitState.OPEN)
    return session.execute(inside).scalar_one()


def _shifts(
    session: Session,
    condition: ColumnElement[bool],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int | None = None,
) -> list[ShiftRow]:
    came = select(func.count()).where(Visit.shift_id == Shift.id, LIVE).scalar_subquery()
    inside = (
        select(func.count())
        .where(Visit.shift_id == Shift.id, Visit.state == VisitState.OPEN)
        .scalar_subquery()
    )
    wanted = [condition]
    if since is not None:
        wanted.append(Shift.ends_at > since)
    if until is not None:
        wanted.append(Shift.starts_at < until)
    rows = session.execute(
        select(
            Shift.id,
            Shift.code,
            Shift.post_id,
            Post.code.label("post_code"),
            Post.name.label("post_name"),
            Base.name.label("base_name"),
            Shift.starts_at,
            Shift.ends_at,
            Shift.capacity,
            Shift.cancelled_at.is_not(None).label("is_cancelled"),
            came.label("came"),
            inside.label("inside"),
        )
        .join(Post, Post.id == Shift.post_id)
        .outerjoin(Base, Base.id == Post.base_id)
        .where(*wanted)
        .order_by(Shift.starts_at, Shift.id)
        .limit(limit)
    ).all()
    return [ShiftRow(**row._mapping) for row in rows]


def post_name(session: Session, post_id: int) -> str | None:
    """Return the name of a post."""
    return session.execute(select(Post.name).where(Post.id == post_id)).scalar_one_or_none()


def posts_of_site(
    session: Session, site_id: int, actor: Actor, roles: Collection[Role]
) -> list[tuple[str, str]]:
    """Return code and name of the site's posts that the account keeps."""
    rows = session.execute(
        select(Post.code, Post.name)
        .join(Site, SITE_OF_POST)
        .where(Site.id == site_id, post_in_reach(actor, roles))
        .order_by(Post.name, Post.id)
    ).all()
    return [(code, name) for code, name in rows]
