"""The shape of the form for a timetable: weekdays, times of the day, and a stretch of days."""

import re
from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from volunteer.rules.timetable import Slot
from volunteer.schemas.fields import CHECK_CHOICE, N_, Day, Number

SLOTS = ("1", "2", "3")
WEEKDAYS = tuple(f"day{number}" for number in range(7))
LONGEST = timedelta(days=370)
CHECK_CLOCK = N_("Please give a time, as 08:30.")
BOTH_ENDS = N_("Start and end belong together; so do the two ends of a break.")
NO_TIME = N_("Give at least one time of the day.")
NO_DAY = N_("Choose at least one weekday.")
NO_STRETCH = N_("Choose a term, or give the first and the last day.")
TOO_LONG = N_("A timetable covers a year at most, and its last day is not before the first.")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)(?::00)?")


class Clock(fields.Field[time]):
    """A time of the day; an empty field is None."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if value == "":
            return None
        found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            raise ValidationError(CHECK_CLOCK)
        return time(int(found[1]), int(found[2]))


class _Timetable(Schema):
    class Meta:
        unknown = RAISE

    term = fields.String(load_default="")
    from_on = Day(load_default=None, allow_none=True)
    to_on = Day(load_default=None, allow_none=True)
    days = fields.String(
        load_default="all", validate=validate.OneOf(("all", "no_holidays"), error=CHECK_CHOICE)
    )
    capacity = Number(low=1, high=9999, load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def check(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse halves, nothing at all, and stretches that are too long."""
        for number in SLOTS:
            start, end, first, last = _ends(values, number)
            if (start is None) is not (end is None):
                raise ValidationError(BOTH_ENDS, f"end{number}")
            if (first is None) is not (last is None) or (first is not None and start is None):
                raise ValidationError(BOTH_ENDS, f"break_to{number}")
        if not slots_of(values):
            raise ValidationError(NO_TIME, "start1")
        if not weekdays_of(values):
            raise ValidationError(NO_DAY, "day0")
        if not values["term"]:
            _check_stretch(values["from_on"], values["to_on"])


def _check_stretch(first: date | None, last: date | None) -> None:
    if first is None or last is None:
        raise ValidationError(NO_STRETCH, "from_on" if first is None else "to_on")
    if not timedelta() <= last - first <= LONGEST:
        raise ValidationError(TOO_LONG, "to_on")


def timetable_form() -> Schema:
    """Return the form."""
    clocks = {
        f"{name}{number}": Clock(load_default=None)
        for number in SLOTS
        for name in ("start", "end", "break_from", "break_to")
    }
    weekdays = {name: fields.Boolean(load_default=False, falsy={"", "false"}) for name in WEEKDAYS}
    return _Timetable.from_dict({**clocks, **weekdays}, name="TimetableForm")()


def slots_of(values: Mapping[str, Any]) -> list[Slot]:
    """Return the times of the day that were filled in."""
    return [
        Slot(start=start, end=end, break_from=first, break_to=last)
        for start, end, first, last in (_ends(values, number) for number in SLOTS)
        if start is not None and end is not None
    ]


def weekdays_of(values: Mapping[str, Any]) -> frozenset[int]:
    """Return the weekdays that were ticked; Monday is 0."""
    return frozenset(number for number, name in enumerate(WEEKDAYS) if values[name])


def _ends(values: Mapping[str, Any], number: str) -> tuple[time | None, ...]:
    return tuple(values[f"{name}{number}"] for name in ("start", "end", "break_from", "break_to"))
