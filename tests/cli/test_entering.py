"""The command line gives the first roles and the last slip; the trail names nobody."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from tests.cast import Cast
from tests.cli.test_commands import SECRET, call
from volunteer.actions.slips import slip_of
from volunteer.models import Account, RoleGrant, Slip
from volunteer.rules.codes import Keyring
from volunteer.rules.slips import read_code


@pytest.fixture
def environment(engine: Engine, committed_cast: Cast, tmp_path: Path) -> dict[str, str]:
    return {
        "VOLUNTEER_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "VOLUNTEER_STATE_DIR": str(tmp_path),
        "VOLUNTEER_SECRET_KEY": SECRET,
        "VOLUNTEER_MASTER_SECRET": SECRET,
    }


def test_the_first_accounts_of_the_college_come_from_the_command_line(
    environment: dict[str, str], engine: Engine, committed_cast: Cast
) -> None:
    assert call(environment, "grant", "first", "college", "--unit", "COL").exit_code == 1
    result = call(environment, "grant", "first", "college", "--unit", "COL", "--name", "第一人")
    assert (result.exit_code, result.output) == (0, "first is college of COL.\n")
    with engine.connect() as connection:
        row = connection.execute(
            select(RoleGrant.role, RoleGrant.unit_id, RoleGrant.given_by_id, Account.password_hash)
            .join(Account, Account.id == RoleGrant.account_id)
            .where(Account.login == "first")
        ).one()
    assert tuple(row) == ("college", committed_cast.college, None, None)


def test_a_role_over_units_needs_one_that_exists(environment: dict[str, str]) -> None:
    assert call(environment, "grant", "mei", "college").exit_code == 2
    assert call(environment, "grant", "mei", "college", "--unit", "NOWHERE").exit_code == 1
    assert call(environment, "grant", "mei", "leader", "--unit", "COL").exit_code == 2


def test_a_slip_from_the_command_line_opens_even_the_only_administrator(
    environment: dict[str, str], engine: Engine, committed_cast: Cast
) -> None:
    result = call(environment, "slip", "admin")
    assert result.exit_code == 0
    code = read_code(result.output.splitlines()[0])
    keyring = Keyring(secrets=((0, bytes.fromhex(SECRET)),), deployment=b"fifty-hours")
    with Session(engine) as session:
        slip = session.scalars(select(Slip)).one()
        who = slip_of(session, code=code, keyring=keyring, now=slip.printed_at)
    assert (who.account_id, slip.printed_by_id) == (committed_cast.admin_account, None)
    assert call(environment, "slip", "nobody").exit_code == 1
