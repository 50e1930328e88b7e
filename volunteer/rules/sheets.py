"""Which codes a display may take along: enough to live through a loss of the network, and no more."""

from datetime import datetime, timedelta

from volunteer.rules.codes import STEP_SECONDS, step_at
from volunteer.rules.spans import Span

AHEAD = timedelta(hours=24)
AHEAD_WHERE_NO_NETWORK_IS = timedelta(days=7)
LINK_LASTS = timedelta(hours=24)
# A host leads a shift from its early check-in to the end of the check-out grace, and has a day for her word.
STATES_BEFORE_END = timedelta(minutes=15)
STATES_WITHIN = timedelta(hours=24)


def steps_of_sheet(
    now: datetime, *, is_offline_site: bool = False, within: Span | None = None, after: int | None = None
) -> range:
    """Return the steps whose codes a display gets now.

    Args:
        is_offline_site: The college has marked the site as one without a network.
        within: When check-in and check-out are open at a host's shift: nothing of another time is for her.
        after: The last step that the display holds already.
    """
    ahead = AHEAD_WHERE_NO_NETWORK_IS if is_offline_site and within is None else AHEAD
    first, stop = step_at(now), step_at(now + ahead)
    if within is not None:
        first = max(first, step_at(within.start))
        # A step belongs to the moment at which it begins.
        stop = min(stop, -(-int(within.end.timestamp()) // STEP_SECONDS))
    if after is not None:
        first = max(first, after + 1)
    return range(first, max(first, stop))
