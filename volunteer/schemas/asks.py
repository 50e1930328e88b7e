"""The shapes of what a member asks for."""

from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from volunteer.schemas.fields import CHECK_TEXT, MISSING, N_, Area, CodeField, LocalTime
from volunteer.schemas.registry import ENDS_LATER

TOO_SHORT = N_("At least ten characters, at most 200.")


class _Asked(Schema):
    class Meta:
        unknown = RAISE

    # Made when the form is shown: sent twice it is one request.
    ref = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f\-]{36}\Z", error=CHECK_TEXT))
    reason = Area(required=True, longest=200)


class _Times(_Asked):
    @validates_schema(skip_on_field_errors=True)
    def check_order(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse a service that ends before it begins."""
        if "starts_at" in values and values["ends_at"] <= values["starts_at"]:
            raise ValidationError(ENDS_LATER, "ends_at")


class Password(Schema):
    """A new password, with the old one."""

    class Meta:
        unknown = RAISE

    old = fields.String(required=True, validate=validate.Length(1, 200, error=MISSING))
    new = fields.String(required=True, validate=validate.Length(10, 200, error=TOO_SHORT))


def reason_form() -> Schema:
    """Return the form of an objection."""
    return _Asked()


def correction_form(zone: ZoneInfo) -> Schema:
    """Return the form that asks for the end of a service."""
    return _Times.from_dict({"ends_at": LocalTime(zone=zone, required=True)}, name="CorrectionForm")()


def make_up_form(zone: ZoneInfo) -> Schema:
    """Return the form that asks for a service that was not scanned."""
    return _Times.from_dict(
        {
            "shift": CodeField(required=True),
            "starts_at": LocalTime(zone=zone, required=True),
            "ends_at": LocalTime(zone=zone, required=True),
        },
        name="MakeUpForm",
    )()
