"""The shapes of what the college sets for all: terms, working days, a version of the policy."""

from enum import StrEnum
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema

from volunteer.rules.kinds import Confirmation, Stage
from volunteer.rules.policy import LIMITS
from volunteer.schemas.fields import MISSING, N_, Area, CodeField, Day, Hours, Line, Number, OneOf

ENDS_NOT_BEFORE = N_("The last day must not lie before the first.")
LONGEST_STRETCH_DAYS = 100
TOO_LONG = N_("At most 100 days at a time.")
LEAST_IS_MORE = N_("This must not be less than the field before it.")
# What people think of in hours; all other stretches of time are in minutes, days or months.
IN_HOURS = frozenset(
    {
        "threshold_min",
        "day_cap_min",
        "day_cap_max_min",
        "opening_max_min",
        "outside_max_min",
        "at_risk_week_min",
        "behind_min",
    }
)


class DayKind(StrEnum):
    """What a day is to be in the college's calendar."""

    WORKDAY = "workday"
    DAY_OFF = "day_off"
    PUBLISHED = "published"


class _Stretch(Schema):
    class Meta:
        unknown = RAISE

    starts_on = Day(required=True)
    ends_on = Day(required=True)

    @validates_schema(skip_on_field_errors=True)
    def check_order(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse a last day before the first."""
        if values["ends_on"] < values["starts_on"]:
            raise ValidationError(ENDS_NOT_BEFORE, "ends_on")


class TermDays(_Stretch):
    """A term as it may be changed: its name and its days, the last one included."""

    name = Line(required=True)


class TermForm(TermDays):
    """A new term. The code is given once."""

    code = CodeField(required=True)


class StretchForm(_Stretch):
    """Days of the calendar, and what they are to be."""

    kind = OneOf(DayKind, required=True)

    @validates_schema(skip_on_field_errors=True)
    def check_length(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse half a year at once: that is a slip of the pen."""
        if (values["ends_on"] - values["starts_on"]).days >= LONGEST_STRETCH_DAYS:
            raise ValidationError(TOO_LONG, "ends_on")


class RecountForm(Schema):
    """Of which days the records are to be counted by a version, and why."""

    class Meta:
        unknown = RAISE

    from_on = Day(required=True)
    until_on = Day(required=True)
    reason = Area(required=True, longest=200)

    @validates_schema(skip_on_field_errors=True)
    def check_order(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse days that end before they begin."""
        if values["until_on"] < values["from_on"]:
            raise ValidationError(ENDS_NOT_BEFORE, "until_on")


class _PolicyBase(Schema):
    class Meta:
        unknown = RAISE

    effective_on = Day(required=True)
    reason = Line(required=True, longest=200)
    confirmation = OneOf(Confirmation, required=True)
    stages = fields.List(OneOf(Stage), required=True, error_messages={"required": MISSING})

    @validates_schema(skip_on_field_errors=True)
    def check_pairs(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse an upper bound below its lower one, and a rule for nobody."""
        for low, high in (
            ("day_cap_min", "day_cap_max_min"),
            ("extension_months_min", "extension_months_max"),
        ):
            if values[high] < values[low]:
                raise ValidationError(LEAST_IS_MORE, high)
        if not values["stages"]:
            raise ValidationError(MISSING, "stages")


def policy_form() -> Schema:
    """Return the form of a version: every key with its limits, those in hours as people write hours."""
    return _PolicyBase.from_dict(
        {
            key: (Hours if key in IN_HOURS else Number)(low=low, high=high, required=True)
            for key, (low, high) in LIMITS.items()
        },
        name="PolicyForm",
    )()
