"""Commands around the data: migrate, init, export, recount, token."""

import csv
import io
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer import clock, create_app
from volunteer.actions import accounts, sign_in, tokens
from volunteer.actions.recount import recount as recount_all
from volunteer.cli.serving import settings_or_exit
from volunteer.config import Settings
from volunteer.database import db, transaction
from volunteer.migrate import upgrade
from volunteer.models import Account, Unit
from volunteer.rules.kinds import Role
from volunteer.rules.reasons import Refusal
from volunteer.stats.hours_export import HEADER, hours_rows
from volunteer.stats.rollups import Days


@contextmanager
def opened() -> Iterator[tuple[Settings, Session]]:
    """Give the settings and a session inside an application context."""
    settings = settings_or_exit()
    with _application(settings):
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
def migrate() -> None:
    """Bring the schema to the newest revision."""
    upgrade(settings_or_exit().database_url)
    click.echo("The database is at the newest revision.")


@click.command()
@click.option("--login", default="admin", show_default=True)
@click.option("--password-file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def init(login: str, password_file: Path | None) -> None:
    """Migrate and create the first administrator. Refuses on a filled database."""
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
    with opened() as (_, session):
        path = session.execute(select(Unit.path).where(Unit.code == unit_code)).scalar_one_or_none()
        if path is None:
            raise click.ClickException(f"no unit {unit_code}")
        rows = hours_rows(session, path, days)
    basis = f"{unit_code} {days.from_on}..{days.to_on}"
    _write(form, basis, rows)


def _write(form: str, basis: str, rows: Sequence[tuple[str | int, ...]]) -> None:
    if form == "json":
        click.echo(json.dumps([dict(zip(HEADER, row, strict=True)) for row in rows], ensure_ascii=False))
        return
    if form == "xlsx":
        import xlsxwriter

        stream = io.BytesIO()
        # Formulas are never what a cell means here.
        with xlsxwriter.Workbook(stream, {"strings_to_formulas": False, "in_memory": True}) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, [basis])
            for number, row in enumerate([HEADER, *rows], 1):
                sheet.write_row(number, 0, row)
        sys.stdout.buffer.write(stream.getvalue())
        return
    writer = csv.writer(sys.stdout)
    writer.writerow([basis])
    writer.writerows([HEADER, *rows])


@click.command()
@click.option("--fix", is_flag=True, help="Book what differs anew, by reversal and new entry.")
@click.option("--json", "as_json", is_flag=True)
def recount(*, fix: bool, as_json: bool) -> None:
    """Recompute every credit from the evidence and compare it with the ledger."""
    with opened() as (settings, _), transaction() as session:
        found = recount_all(session, campus=settings.campus, now=clock.utc_now(), fix=fix)
    if as_json:
        click.echo(json.dumps([{"visit": one.visit_id, "was": one.was, "is": one.now} for one in found]))
    else:
        for one in found:
            click.echo(f"visit {one.visit_id}: ledger {one.was}, evidence {one.now}")
        click.echo(f"{len(found)} differences")
    sys.exit(1 if found and not fix else 0)


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
