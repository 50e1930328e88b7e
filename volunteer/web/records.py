"""Records in months, with their sums, as home, records and the committee's page of a member show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from volunteer.stats.records import Record, TypedRecord, records_of, typed_records_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """The records of one month. Minutes."""

    first: date
    records: Sequence[Record]
    typed: Sequence[TypedRecord]

    @property
    def net(self) -> int:
        """Minutes served at our posts."""
        return sum(record.net for record in self.records)

    @property
    def credited(self) -> int:
        """Minutes credited, typed records included."""
        return sum(record.credited for record in self.records) + sum(line.credited for line in self.typed)


def by_month(session: Session, member_id: int, *, now: datetime) -> list[Month]:
    """Return all records of a member by month, newest first; the months add up to the member's total."""
    records = {
        first: list(group)
        for first, group in groupby(
            records_of(session, member_id, now=now), key=lambda record: record.served_on.replace(day=1)
        )
    }
    typed = {
        first: list(group)
        for first, group in groupby(
            typed_records_of(session, member_id), key=lambda line: line.day.replace(day=1)
        )
    }
    return [
        Month(first=first, records=records.get(first, []), typed=typed.get(first, []))
        for first in sorted(records.keys() | typed.keys(), reverse=True)
    ]
