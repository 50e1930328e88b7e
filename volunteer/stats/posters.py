"""The posters of sites: what stands on them, and the handle in their code."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from volunteer.models import Base, Display, Post, Site, Unit
from volunteer.rules.kinds import Role
from volunteer.rules.roles import Actor
from volunteer.stats.reach import post_in_reach
from volunteer.stats.tree import is_below


@dataclass(frozen=True, slots=True, kw_only=True)
class PosterRow:
    """A site with its poster. Without a ``handle`` the poster was taken down and none took its place."""

    site_id: int
    code: str
    name: str
    base_name: str | None
    place: str | None
    unit_name: str | None
    is_of_base: bool
    handle: str | None
    opened_at: datetime | None


def posters_in_reach(
    session: Session,
    actor: Actor | None,
    roles: Collection[Role],
    *,
    unit_path: str | None = None,
    code: str | None = None,
) -> list[PosterRow]:
    """Return the posters of all sites that the account keeps, by place and name.

    Args:
        actor: None is the system itself, which keeps everything.
        unit_path: Only of posts that this unit and those below it run; a base's with such a post.
        code: Only of the site of that code.
    """
    kept, runner = aliased(Post), aliased(Unit)
    reach = [or_(kept.id == Site.post_id, kept.base_id == Site.base_id)]
    if actor is not None:
        reach.append(kept.id.in_(select(Post.id).where(post_in_reach(actor, roles))))
    if unit_path is not None:
        reach.append(is_below(runner.path, unit_path))
    wanted: list[ColumnElement[bool]] = [
        select(kept.id).join(runner, runner.id == kept.unit_id).where(*reach).exists()
    ]
    if code is not None:
        wanted.append(Site.code == code)
    live = and_(Display.site_id == Site.id, Display.is_poster, Display.revoked_at.is_(None))
    rows = session.execute(
        select(
            Site.id.label("site_id"),
            Site.code,
            Site.name,
            Base.name.label("base_name"),
            Post.place,
            Base.address,
            Unit.name.label("unit_name"),
            Site.base_id.is_not(None).label("is_of_base"),
            Display.handle,
            Display.opened_at,
        )
        .outerjoin(Post, Post.id == Site.post_id)
        .outerjoin(Base, or_(Base.id == Site.base_id, Base.id == Post.base_id))
        .outerjoin(Unit, or_(Unit.id == Post.unit_id, and_(Site.post_id.is_(None), Unit.id == Base.unit_id)))
        .outerjoin(Display, live)
        .where(*wanted)
        .order_by(Base.name.is_(None), Base.name, Site.base_id.is_(None), Site.name, Site.id)
    ).all()
    return [
        PosterRow(
            site_id=row.site_id,
            code=row.code,
            name=row.name,
            base_name=None if row.base_name == row.name else row.base_name,
            place=row.place or row.address,
            unit_name=row.unit_name,
            is_of_base=bool(row.is_of_base),
            handle=row.handle,
            opened_at=row.opened_at,
        )
        for row in rows
    ]
