"""Commands around the data: migrate, init, export, recount, token."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from volunteer import clock, create_app
from volunteer.actions import accounts, registry, sign_in, tokens
from volunteer.actions.kept import recount_sums, recount_windows
from volunteer.actions.recount import recount as recount_all
from volunteer.cli.serving import settings_or_exit
from volunteer.config import Settings
from volunteer.database import db, transaction
from volunteer.migrate import grant_to, is_current, upgrade
from volunteer.models import Account, Unit
from volunteer.rules.kinds import Role
from volunteer.rules.policy import HoursPolicy, policy_on
from volunteer.rules.reasons import Refusal
from volunteer.stats.hours_export import HEADER, hours_rows
from volunteer.stats.policies import policies
from volunteer.stats.rollups import Days
from volunteer.web.sheets import Column, Kind, Table, as_csv, as_xlsx

KINDS = {"student_no": Kind.TEXT, "name": Kind.TEXT, "unit": Kind.TEXT, "credited_h": Kind.HOURS}
# Hours are written from the minutes, as a number.
SAME_AS = {"credited_h": "credited_min"}


@contextmanager
def opened() -> Iterator[tuple[Settings, Session]]:
    """Give the settings and a session inside an application context."""
    settings = settings_or_exit()
    with _application(settings):
        if not is_current(db.engine):
            raise click.ClickException(
                "the database is not at the newest revision: run `volunteer migrate` first"
            )
        yield settings, db.session()


@contextmanager
def _application(settings: Settings) -> Iterator[None]:
    """Enter an application context, and leave no connection open behind it."""
    with create_app(settings).app_context():
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()


@click.command()
@click.option("--grant-to", "role", help="A PostgreSQL role that may serve, but owns nothing.")
def migrate(role: str | None) -> None:
    """Bring the schema to the newest revision."""
    url = settings_or_exit().database_url
    upgrade(url)
    click.echo("The database is at the newest revision.")
    if role is None:
        return
    try:
        grant_to(url, role)
    except ValueError as error:
        raise click.UsageError("--grant-to is for PostgreSQL; SQLite has no roles") from error
    except ProgrammingError as error:
        raise click.ClickException(f"there is no role {role}: CREATE ROLE it first") from error
    click.echo(f"{role} may serve. It can change no line of the ledger.")


@click.command()
@click.option("--login", default="admin", show_default=True)
@click.option("--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def init(login: str, password_file: Path | None) -> None:
    """Migrate, create the first administrator, enter the usual policy. Refuses on a filled database."""
    settings = settings_or_exit()
    upgrade(settings.database_url)
    password = (
        password_file.read_text(encoding="utf-8").strip()
        if password_file
        else click.prompt("Password", hide_input=True, confirmation_prompt=True)
    )
    with _application(settings):
        if db.session.execute(select(Account.id).limit(1)).first() is not None:
            raise click.ClickException("the database already has accounts")
        now = clock.utc_now()
        try:
            with transaction() as session:
                account_id = accounts.add_account(session, login=login, name=login, actor=None, now=now)
                accounts.give_role(session, account_id=account_id, role=Role.ADMIN, actor=None, now=now)
                sign_in.set_password(session, account_id=account_id, password=password, now=now)
                # Without numbers nothing can be counted, and a version of the college's begins tomorrow.
                policy = HoursPolicy(effective_on=settings.campus.day(now))
                registry.add_policy(session, policy=policy, actor=None, now=now)
        except Refusal as refusal:
            raise click.ClickException(f"{refusal.reason}: {refusal.facts}") from refusal
    click.echo(f"Administrator {login} is ready.")


@click.group()
def export() -> None:
    """Write reports to standard output."""


@export.command("hours")
@click.option("--unit", "unit_code", required=True)
@click.option("--from", "from_on", required=True, type=click.DateTime(["%Y-%m-%d"]))
@click.option("--to", "to_on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The first day after.")
@click.option(
    "--format", "form", default="csv", type=click.Choice(["csv", "xlsx", "json"]), show_default=True
)
def export_hours(unit_code: str, from_on: datetime, to_on: datetime, form: str) -> None:
    """Export the members of a unit with their minutes served in [FROM, TO)."""
    days = Days(from_on=from_on.date(), to_on=to_on.date())
    if days.from_on >= days.to_on:
        raise click.UsageError("--from must lie before --to")
    with opened() as (settings, session):
        path = session.execute(select(Unit.path).where(Unit.code == unit_code)).scalar_one_or_none()
        if path is None:
            raise click.ClickException(f"no unit {unit_code}")
        rows = hours_rows(session, path, days)
        now = clock.utc_now()
        versions = policies(session)
        policy = policy_on(settings.campus.day(now), versions).effective_on if versions else "none"
    line = (
        f"{unit_code} {days.from_on}..{days.to_on}, confirmed service; policy of {policy}; "
        f"{now.astimezone(settings.zone):%Y-%m-%d %H:%M}; command line"
    )
    _write(form, [line], rows, settings.zone)


def _write(form: str, lines: Sequence[str], rows: Sequence[tuple[str | int, ...]], zone: ZoneInfo) -> None:
    if form == "json":
        click.echo(json.dumps([dict(zip(HEADER, row, strict=True)) for row in rows], ensure_ascii=False))
        return
    columns = [
        Column(name, name, KINDS.get(name, Kind.NUMBER), itemgetter(HEADER.index(SAME_AS.get(name, name))))
        for name in HEADER
    ]
    table = Table(name="hours", lines=lines, columns=columns, rows=rows, zone=zone)
    if form == "xlsx":
        sys.stdout.buffer.writelines(as_xlsx(table))
    else:
        sys.stdout.writelines(as_csv(table, mark=False))


@click.command()
@click.option("--fix", is_flag=True, help="Book what differs anew, by reversal and new entry.")
@click.option("--json", "as_json", is_flag=True)
def recount(*, fix: bool, as_json: bool) -> None:
    """Recompute every credit from the evidence, and all that is kept from what it is the sum of; compare."""
    with opened() as (settings, _), transaction() as session:
        found = recount_all(session, campus=settings.campus, now=clock.utc_now(), fix=fix)
        windows = recount_windows(session, fix=fix)
        sums = recount_sums(session, fix=fix)
    if as_json:
        visits = [{"visit": one.visit_id, "was": one.was, "is": one.now} for one in found]
        members = [{"member": number, "was": was, "is": now} for number, was, now in windows]
        periods = [
            {"from": str(days.from_on), "to": str(days.to_on), "wrong_sums": count}
            for days, count in sums.items()
        ]
        click.echo(json.dumps([*visits, *members, *periods]))
    else:
        for one in found:
            click.echo(f"visit {one.visit_id}: ledger {one.was}, evidence {one.now}")
        for number, was, now in windows:
            click.echo(f"member {number}: {was} minutes kept in the window, ledger {now}")
        for days, count in sums.items():
            click.echo(f"{days.from_on} to {days.to_on}: {count} kept sums are not what the visits add up to")
        click.echo(f"{len(found) + len(windows) + sum(sums.values())} differences")
    sys.exit(1 if (found or windows or sums) and not fix else 0)


@click.command()
@click.argument("login")
def token(login: str) -> None:
    """Print a new API token for LOGIN. It is shown once; only its digest is kept."""
    with opened(), transaction() as session:
        account_id = session.execute(select(Account.id).where(Account.login == login)).scalar_one_or_none()
        if account_id is None:
            raise click.ClickException(f"no account {login}")
        try:
            text = tokens.make_token(session, account_id=account_id, actor_id=None, now=clock.utc_now())
        except Refusal as refusal:
            raise click.ClickException(
                f"{login} has {tokens.MOST_TOKENS} tokens; revoke one first"
            ) from refusal
    click.echo(text)
