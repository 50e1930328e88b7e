"""What Alembic runs around the migrations: on the connection that it was handed, in its transaction."""

from alembic import context

import volunteer.models  # noqa: F401 - fills the metadata
from volunteer.database import Model

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Model.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    # Our SQLite connections begin transactions themselves, so that its DDL is part of them.
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
