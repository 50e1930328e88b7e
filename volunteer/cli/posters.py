"""``volunteer posters``: the posters of a unit's posts and of their bases in one PDF."""

import sys
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import registry
from volunteer.cli.data import opened
from volunteer.database import transaction
from volunteer.models import Unit
from volunteer.rules.policy import policy_on
from volunteer.stats.policies import policies
from volunteer.stats.posters import PosterRow, posters_in_reach
from volunteer.web.poster import Posters


@click.command()
@click.option("--unit", "unit_code", required=True, help="Of this unit and all below it.")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def posters(unit_code: str, file: Path) -> None:
    """Draw the posters of a unit into FILE. Where a poster was taken down, a new one is made."""
    with opened() as (settings, session):
        path = session.execute(select(Unit.path).where(Unit.code == unit_code)).scalar_one_or_none()
        if path is None:
            raise click.ClickException(f"no unit {unit_code}")
        rows = _all_up(session, path)
        if not rows:
            raise click.ClickException(f"{unit_code} runs no post yet")
        policy = policy_on(settings.campus.day(clock.utc_now()), policies(session))
        drawing = Posters(policy=policy, public_url=settings.public_url, campus=settings.campus)
        with click.progressbar(rows, label="Posters", file=sys.stderr) as shown:
            for row in shown:
                drawing.add(row)
    file.write_bytes(drawing.done())
    click.echo(f"{len(rows)} posters in {file}")


def _all_up(session: Session, unit_path: str) -> list[PosterRow]:
    """Return the posters, after making those that are missing."""
    rows = posters_in_reach(session, None, (), unit_path=unit_path)
    missing = [row.site_id for row in rows if row.handle is None]
    if not missing:
        return rows
    now = clock.utc_now()
    with transaction() as writer:
        for site_id in missing:
            registry.open_display(writer, site_id=site_id, is_poster=True, actor=None, now=now)
    return posters_in_reach(session, None, (), unit_path=unit_path)
