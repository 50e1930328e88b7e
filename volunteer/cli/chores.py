"""The timer inside the server: one process at a time does the housekeeping, about every half minute.

Which one is settled by a lock on a file that the system lets go when its process ends, however it ends.
"""

import fcntl
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from volunteer import clock
from volunteer.actions.housekeep import housekeep
from volunteer.config import Settings
from volunteer.database import StaleRow, db
from volunteer.signatures import HeadSigner
from volunteer.web.letters import send_due

EVERY_S = 30
log = logging.getLogger("volunteer.chores")


def begin(app: Flask, settings: Settings) -> threading.Thread:
    """Start the timer of this process, and a second one where letters go out: that one may wait long."""
    timer = threading.Thread(target=_run, args=(app, settings, "housekeeping", _keep_house), daemon=True)
    timer.start()
    if settings.mail_url or settings.notify_urls:
        threading.Thread(target=_run, args=(app, settings, "letters", _send), daemon=True).start()
    return timer


def _run(app: Flask, settings: Settings, name: str, work: Callable[[Settings], object]) -> None:
    pause = threading.Event()
    # Not in step with the other workers.
    pause.wait(EVERY_S * (os.getpid() % 10) / 10)
    while True:
        with _turn(settings.state_dir / f"{name}.lock") as is_ours:
            if is_ours:
                _do(app, settings, work)
        pause.wait(EVERY_S)


def _keep_house(settings: Settings) -> None:
    housekeep(
        campus=settings.campus,
        signer=HeadSigner(settings.keyring),
        retention_years=settings.retention_years,
        now=clock.utc_now(),
    )


def _send(settings: Settings) -> None:
    send_due(settings, now=clock.utc_now())


def _do(app: Flask, settings: Settings, work: Callable[[Settings], object]) -> None:
    with app.app_context():
        try:
            work(settings)
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
