"""Which statements reach the driver, whatever way they take to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg
from sqlalchemy import Engine, event

Hear = Callable[[object], None]
ASIDE = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "--")


@contextmanager
def overheard(engine: Engine) -> Iterator[list[str]]:
    """Give the list to which all statements of *engine* are added, transactions' own words aside."""
    heard: list[str] = []

    def hear(text: object) -> None:
        if not str(text).startswith(ASIDE):
            heard.append(str(text))

    # What SQLAlchemy asks a server once, at its first connection.
    engine.connect().close()
    with _spied_sqlite(engine, hear) if engine.dialect.name == "sqlite" else _spied_psycopg(hear):
        yield heard


@contextmanager
def _spied_sqlite(engine: Engine, hear: Hear) -> Iterator[None]:
    def listen(connection: Any, _record: object) -> None:
        connection.set_trace_callback(hear)

    # Connections that are open already would not be heard.
    engine.dispose()
    event.listen(engine, "connect", listen)
    yield
    event.remove(engine, "connect", listen)
    engine.dispose()


@contextmanager
def _spied_psycopg(hear: Hear) -> Iterator[None]:
    def spied(name: str) -> Any:
        real = getattr(psycopg.Cursor, name)

        def spy(cursor: Any, query: Any, *args: Any, **kwargs: Any) -> Any:
            hear(query.decode() if isinstance(query, bytes) else query)
            return real(cursor, query, *args, **kwargs)

        return patch.object(psycopg.Cursor, name, spy)

    with spied("execute"), spied("executemany"):
        yield
