"""What runs under valgrind: N calls and then 2 N calls of one application, each count marked off.

``os.getppid()`` is the mark: callgrind closes a dump before that function of the C library.
"""

import os
import sqlite3
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from typing import Any

from sqlalchemy import event
from sqlalchemy.pool import Pool

from benchmarks.floor import create_floor
from benchmarks.phones import SECRET, Call, check_in, floor_call
from volunteer import create_app
from volunteer.clock import utc_now
from volunteer.config import Settings, scratch_settings

WARM_UP = 30


def settings_for(database_url: str) -> Settings:
    """Return settings with the secret of the bench's phones."""
    return replace(scratch_settings(database_url), master_secret=SECRET)


def main(which: str, database_url: str, count: int) -> None:
    """Call the application ``WARM_UP + 3 * count`` times, each time for another member."""
    event.listen(Pool, "connect", _without_checkpoints)
    call: Callable[[int, datetime], Call]
    if which == "app":
        app, call = create_app(settings_for(database_url)), check_in
    else:
        app, call = create_floor(database_url), floor_call
    first = 1
    for many in (WARM_UP, count, 2 * count):
        calls = [_environ(call(number, utc_now())) for number in range(first, first + many)]
        os.getppid()
        for environ in calls:
            _send(app.wsgi_app, environ)
        os.getppid()
        first += many


def _without_checkpoints(connection: Any, _record: object) -> None:
    """Leave out what SQLite does once in a thousand pages: it would fall into one of the counts by chance."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA wal_autocheckpoint=0")


def _environ(call: Call) -> dict[str, Any]:
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in call.headers.items()}
    return headers | {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": call.path,
        "QUERY_STRING": "",
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "8000",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "localhost:8000",
        "CONTENT_TYPE": headers.pop("HTTP_CONTENT_TYPE"),
        "CONTENT_LENGTH": str(len(call.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(call.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


def _send(application: Any, environ: dict[str, Any]) -> None:
    told: list[str] = []
    answer = application(environ, lambda status, _headers, _error=None: told.append(status))
    body = b"".join(answer)
    if hasattr(answer, "close"):
        answer.close()
    if told != ["201 CREATED"] or b'"accepted"' not in body:
        raise SystemExit(f"{told}: {body!r}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
