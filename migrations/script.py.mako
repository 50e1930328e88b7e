"""${message}."""

# ruff: noqa: E501, PLR0915 - as long as the tables are

import sqlalchemy as sa
from alembic import op

from volunteer.revisions import ROW_ID, guard, keep_counted, one_of

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    ${upgrades}
