"""Which statements reach the driver, whatever way they take to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, event

ASIDE = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "--")


@contextmanager
def overheard(engine: Engine) -> Iterator[list[str]]:
    """Give the list to which all statements of *engine* are added, transactions' own words aside."""
    heard: list[str] = []

    def hear(text: object) -> None:
        if not str(text).startswith(ASIDE):
            heard.append(str(text))

    def listen(connection: Any, _record: object) -> None:
        if engine.dialect.name == "sqlite":
            connection.set_trace_callback(hear)
        else:
            connection.cursor_factory = _cursor_class(hear)

    # Connections that are open already would not be heard.
    engine.dispose()
    event.listen(engine, "connect", listen)
    yield heard
    event.remove(engine, "connect", listen)
    engine.dispose()


def _cursor_class(hear: Any) -> type[psycopg.Cursor[Any]]:
    class Overheard(psycopg.Cursor[Any]):
        def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
            hear(query)
            return super().execute(query, *args, **kwargs)

        def executemany(self, query: Any, *args: Any, **kwargs: Any) -> None:
            hear(query)
            super().executemany(query, *args, **kwargs)

    return Overheard
