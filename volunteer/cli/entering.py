"""Commands for the first days and the worst ones: a role and a slip from who runs the server.

The first accounts of the college cannot be approved by two others, and the only administrator cannot ask a
second one. Whoever has the server has the database anyway; the trail says "the command line".
"""

from uuid import uuid4

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer import clock
from volunteer.actions import accounts, slips
from volunteer.cli.data import opened
from volunteer.database import transaction
from volunteer.models import Account, Unit
from volunteer.rules.kinds import Role
from volunteer.rules.reasons import Refusal
from volunteer.rules.slips import grouped

ROLES = [role.value for role in Role if role is not Role.LEADER]


@click.command()
@click.argument("login")
@click.argument("role", type=click.Choice(ROLES))
@click.option("--unit", "unit_code", help="Over which unit; only admin and auditor may do without.")
@click.option("--name", help="Create the account first, if there is none, with this name.")
def grant(login: str, role: str, unit_code: str | None, name: str | None) -> None:
    """Give LOGIN a ROLE, as the first accounts of the college need it."""
    now = clock.utc_now()
    if unit_code is None and role not in (Role.ADMIN, Role.AUDITOR):
        raise click.UsageError(f"--unit is needed for {role}")
    with opened(), transaction() as session:
        unit_id = _unit_id(session, unit_code)
        try:
            account_id = _account_id(session, login)
            if account_id is None and name is not None:
                account_id = accounts.add_account(
                    session, login=login, name=name, unit_id=unit_id, actor=None, now=now
                )
            if account_id is None:
                raise click.ClickException(f"no account {login}; --name creates it")
            accounts.give_role(
                session, account_id=account_id, role=Role(role), unit_id=unit_id, actor=None, now=now
            )
        except Refusal as refusal:
            raise click.ClickException(f"{refusal.reason}: {refusal.facts}") from refusal
    click.echo(f"{login} is {role}{f' of {unit_code}' if unit_code else ''}.")


@click.command()
@click.argument("login")
def slip(login: str) -> None:
    """Print a one-time code with which LOGIN chooses a new password. Earlier slips become worthless."""
    now = clock.utc_now()
    with opened() as (settings, _), transaction() as session:
        account_id = _account_id(session, login)
        if account_id is None:
            raise click.ClickException(f"no account {login}")
        try:
            (made,) = slips.print_slips(
                session,
                account_ids=[account_id],
                print_ref=str(uuid4()),
                actor=None,
                keyring=settings.campus.keyring,
                now=now,
            )
        except Refusal as refusal:
            raise click.ClickException(f"{refusal.reason}: is {login} closed?") from refusal
        where = f"{settings.public_url}/activate"
    click.echo(f"{grouped(made.code)}\nTo be typed at {where}, once, within 30 days.")


def _account_id(session: Session, login: str) -> int | None:
    return session.scalars(select(Account.id).where(Account.login == login)).one_or_none()


def _unit_id(session: Session, code: str | None) -> int | None:
    if code is None:
        return None
    found = session.scalars(select(Unit.id).where(Unit.code == code)).one_or_none()
    if found is None:
        raise click.ClickException(f"no unit {code}")
    return found
