"""How long a name stays with the records, and when nobody may take it away."""

from datetime import date

from volunteer.rules.kinds import Outcome
from volunteer.rules.reasons import Reason, Refusal


def kept_since(today: date, years: int) -> date:
    """Return the day so many years before *today*: who left by then has been kept long enough."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        # The 29th of February: the day before is the same month's last.
        return today.replace(year=today.year - years, day=28)


def check_may_erase(
    *, ends_before: date | None, outcome: Outcome | None, is_on_roster: bool, today: date
) -> None:
    """Refuse to take a name away in the middle of a probation.

    Until the meeting has decided, the branch must see whose hours these are. Of who moved away it is the
    new branch that decides, and our hours go along until the probation is over.

    Raises:
        Refusal: ``ON_PROBATION``, with the day up to which it runs.
    """
    if ends_before is None or outcome is not None:
        return
    if today < ends_before:
        raise Refusal(Reason.ON_PROBATION, day=ends_before)
    if is_on_roster:
        raise Refusal(Reason.ON_PROBATION, case="undecided", day=ends_before)
