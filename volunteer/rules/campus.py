"""What a deployment fixes once: the zone that decides days, the keys of the codes, the published calendar."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from volunteer.rules.codes import Keyring
from volunteer.rules.spans import local_day
from volunteer.rules.workdays import no_year_known


@dataclass(frozen=True, slots=True, kw_only=True)
class Campus:
    """Passed to every action that judges days or codes."""

    zone: ZoneInfo
    keyring: Keyring
    published_workdays: Callable[[date], bool | None] = no_year_known
    published_holidays: Callable[[date], bool | None] = no_year_known

    def day(self, moment: datetime) -> date:
        """Return the campus day of *moment*."""
        return local_day(moment, self.zone)
