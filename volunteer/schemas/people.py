"""The shapes of the forms for units and people."""

from typing import Any

from marshmallow import RAISE, Schema, ValidationError, validates_schema

from volunteer.rules.kinds import BranchKind, Stage, UnitKind
from volunteer.schemas.fields import N_, CodeField, Day, Line, OneOf

DAY_NEEDED = N_("A probationary member has a first day: that of the meeting that admitted her.")
DAY_NOT_HERE = N_("Only a probationary member has a first day. Leave it empty.")


class UnitForm(Schema):
    """A unit. Code, kind and place are given once."""

    class Meta:
        unknown = RAISE

    code = CodeField(required=True)
    name = Line(required=True)
    kind = OneOf(UnitKind, required=True)
    branch_kind = OneOf(BranchKind, load_default=None, allow_none=True)
    parent = CodeField(load_default=None)


class NameForm(Schema):
    """A new name."""

    class Meta:
        unknown = RAISE

    name = Line(required=True)


class CollegeForm(NameForm):
    """A new name, and the day from which hours are scanned."""

    live_from = Day(load_default=None, allow_none=True)


class NumberForm(Schema):
    """A mended student number."""

    class Meta:
        unknown = RAISE

    student_no = CodeField(required=True)


class AdmitForm(Schema):
    """The day of the meeting that admitted."""

    class Meta:
        unknown = RAISE

    meeting_on = Day(required=True)


class MoveForm(Schema):
    """Where somebody belongs from a day on."""

    class Meta:
        unknown = RAISE

    unit = CodeField(required=True)
    on = Day(required=True)


class MemberForm(Schema):
    """A person for the roster."""

    class Meta:
        unknown = RAISE

    student_no = CodeField(required=True)
    name = Line(required=True)
    unit = CodeField(required=True)
    stage = OneOf(Stage, required=True)
    starts_on = Day(load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def check_window(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse probation without its first day, and a first day without probation."""
        if values["stage"] is Stage.PROBATIONARY and values["starts_on"] is None:
            raise ValidationError(DAY_NEEDED, "starts_on")
        if values["stage"] is not Stage.PROBATIONARY and values["starts_on"] is not None:
            raise ValidationError(DAY_NOT_HERE, "starts_on")
