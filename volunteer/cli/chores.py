"""The timer inside the server: one process at a time does the housekeeping, about every half minute.

Which one is settled by a lock on a file that the system lets go when its process ends, however it ends.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from volunteer import clock
from volunteer.actions.housekeep import housekeep
from volunteer.config import Settings
from volunteer.database import StaleRow, db
from volunteer.signatures import HeadSigner

EVERY_S = 30
log = logging.getLogger("volunteer.chores")


def begin(app: Flask, settings: Settings) -> threading.Thread:
    """Start the timer of this process."""
    timer = threading.Thread(target=_run, args=(app, settings), name="chores", daemon=True)
    timer.start()
    return timer


def _run(app: Flask, settings: Settings) -> None:
    pause = threading.Event()
    # Not in step with the other workers.
    pause.wait(EVERY_S * (os.getpid() % 10) / 10)
    while True:
        with _turn(settings.state_dir / "housekeeping.lock") as is_ours:
            if is_ours:
                _keep_house(app, settings)
        pause.wait(EVERY_S)


def _keep_house(app: Flask, settings: Settings) -> None:
    with app.app_context():
        try:
            housekeep(
                campus=settings.campus,
                signer=HeadSigner(settings.keyring),
                retention_years=settings.retention_years,
                now=clock.utc_now(),
            )
        except (SQLAlchemyError, StaleRow):
            # The database may be away for a while; the next turn finds the same work.
            log.warning("housekeeping was not done", exc_info=True)
        finally:
            db.session.remove()


@contextmanager
def _turn(path: Path) -> Iterator[bool]:
    """Give whether it is our turn: nobody else on this machine is at it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True
