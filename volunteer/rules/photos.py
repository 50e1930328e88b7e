"""Pictures that speak for a claim: what they may be, and how the time in them fits what is claimed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from volunteer.rules.spans import Span

MOST_PHOTOS = 3
# A phone's picture of fifty megapixels is taken smaller while it is decoded; other formats have to be
# decoded whole.
MOST_PIXELS_JPEG = 50_000_000
MOST_PIXELS = 16_000_000
LONGEST_SIDE = 1600


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A picture drawn anew, so that nothing of the sent file is left but what one sees and its time.

    ``digest`` is that of the file as it was sent.
    """

    content: bytes
    digest: str
    width: int
    height: int
    taken_at: datetime | None


class Taken(StrEnum):
    """How the time that a picture carries fits the time that is claimed."""

    UNKNOWN = "unknown"
    WITHIN = "within"
    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Fit:
    """The verdict on a picture's time, and how far away from the claim it lies."""

    taken: Taken
    off: timedelta = timedelta()


def fit_of(taken_at: datetime | None, claimed: Span) -> Fit:
    """Return how a picture's time fits *claimed*, both ends included. It proves nothing."""
    if taken_at is None:
        return Fit(Taken.UNKNOWN)
    if taken_at < claimed.start:
        return Fit(Taken.BEFORE, claimed.start - taken_at)
    if taken_at > claimed.end:
        return Fit(Taken.AFTER, taken_at - claimed.end)
    return Fit(Taken.WITHIN)
