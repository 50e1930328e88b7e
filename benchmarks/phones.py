"""What phones send: a check-in by one member with the code that the display of her post shows now."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from benchmarks.college import POSTS, handle_of, token_of
from volunteer.rules.codes import Keyring, live_code, step_at

SECRET = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
KEYRING = Keyring(secrets=((0, bytes.fromhex(SECRET)),), deployment=b"fifty-hours")


@dataclass(frozen=True, slots=True)
class Call:
    """One POST, before it is written to a socket or handed to an application."""

    path: str
    headers: Mapping[str, str]
    body: bytes


# At which post a member is, where all are at one or spread over all.
POSTS_OF: Mapping[str, Callable[[int], int]] = {
    "one": lambda _number: 1,
    "spread": lambda number: 1 + number % POSTS,
}


def check_in(number: int, now: datetime, *, where: str = "spread", **more: str) -> Call:
    """Return the scan of the member of that number; *more* are further fields of the body."""
    asked = {
        "code": _code(handle_of(POSTS_OF[where](number)), step_at(now), now),
        "client_ref": f"019c0000-0000-7000-8000-{number:012d}",
        "device": "bench-phone",
    } | more
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token_of(number)}"}
    return Call("/api/v1/scans", headers, json.dumps(asked).encode())


def floor_call(number: int, _now: datetime) -> Call:
    """Return the same call for the floor, which reads nothing but the number."""
    return Call(f"/floor/{number}", check_in(number, _now).headers, b"{}")


@lru_cache(maxsize=1000)
def _code(handle: str, _step: int, now: datetime) -> str:
    return live_code(bytes.fromhex(handle), now, KEYRING)
