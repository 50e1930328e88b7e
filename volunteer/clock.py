"""The only now. Taken once a request or command at the edge and passed down as ``now``."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return this moment, aware, in UTC, to the second: the unit in which moments are kept."""
    return datetime.now(UTC).replace(microsecond=0)
