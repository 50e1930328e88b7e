"""The shapes of the forms for bases, posts and shifts."""

from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import RAISE, Schema, ValidationError, fields, validates_schema

from volunteer.rules.kinds import BaseStatus, Category, Compensation, SignUpFor
from volunteer.schemas.fields import (
    CHECK_TIME,
    N_,
    Area,
    CodeField,
    Day,
    Line,
    LocalTime,
    Number,
    OneOf,
)

ENDS_LATER = N_("The end must come after the start.")


class BaseForm(Schema):
    """A base. The code is given once."""

    class Meta:
        unknown = RAISE

    code = CodeField(required=True)
    name = Line(required=True)
    kind = Line(longest=40, load_default=None)
    host = Line(load_default=None)
    contact = Line(load_default=None)
    address = Line(longest=120, load_default=None)
    agreement_from = Day(load_default=None, allow_none=True)
    agreement_to = Day(load_default=None, allow_none=True)
    plaque_on = Day(load_default=None, allow_none=True)
    status = OneOf(BaseStatus, required=True)
    unit = CodeField(load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def check_agreement(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse an agreement that ends before it begins."""
        start, end = values.get("agreement_from"), values.get("agreement_to")
        if start and end and start > end:
            raise ValidationError(ENDS_LATER, "agreement_to")


class PostForm(Schema):
    """A post. Code, category and compensation are given once: they decide past hours."""

    class Meta:
        unknown = RAISE

    code = CodeField(required=True)
    name = Line(required=True)
    unit = CodeField(required=True)
    base = fields.String(load_default="")
    category = OneOf(Category, required=True)
    compensation = OneOf(Compensation, required=True)
    place = Line(longest=120, load_default=None)
    content = Area(load_default=None)
    insurance_note = Area(longest=200, load_default=None)
    sign_up_for = OneOf(SignUpFor, load_default=None)
    takes_walk_ins = fields.Boolean(truthy={"yes"}, falsy={"no"}, load_default=None)


class PostWords(Schema):
    """What may change about a post."""

    class Meta:
        unknown = RAISE

    name = Line(required=True)
    place = Line(longest=120, load_default=None)
    content = Area(load_default=None)
    insurance_note = Area(longest=200, load_default=None)
    sign_up_for = OneOf(SignUpFor, load_default=None)
    takes_walk_ins = fields.Boolean(truthy={"yes"}, falsy={"no"}, load_default=None)


def shift_form(zone: ZoneInfo) -> Schema:
    """Return the form of a shift: start, end, at most one break, capacity. Times are campus times.

    The form knows the zone only when it is made, so it is made for each zone.
    """
    return _ShiftBase.from_dict(
        {
            "starts_at": LocalTime(zone=zone, required=True),
            "ends_at": LocalTime(zone=zone, required=True),
            "break_from": LocalTime(zone=zone, load_default=None),
            "break_to": LocalTime(zone=zone, load_default=None),
        },
        name="ShiftForm",
    )()


class _ShiftBase(Schema):
    class Meta:
        unknown = RAISE

    capacity = Number(low=1, high=9999, load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def check_order(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse a shift or a break that ends before it begins."""
        if values["ends_at"] <= values["starts_at"]:
            raise ValidationError(ENDS_LATER, "ends_at")
        if (values["break_from"] is None) is not (values["break_to"] is None):
            raise ValidationError(CHECK_TIME, "break_to")
        if values["break_from"] and values["break_to"] <= values["break_from"]:
            raise ValidationError(ENDS_LATER, "break_to")
