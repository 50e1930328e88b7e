"""The registry as programs write it. What may be sent is listed for each verb, and nothing else is taken.

No field of any of them carries minutes of service.
"""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from volunteer.rules.kinds import (
    BaseStatus,
    BranchKind,
    Category,
    Compensation,
    SignUpFor,
    Stage,
    UnitKind,
)
from volunteer.schemas.entries import Code, Moment
from volunteer.schemas.fields import CHECK_CHOICE, CHECK_NUMBER, N_, Area, Day, Line, OneOf
from volunteer.schemas.registry import ENDS_LATER
from volunteer.schemas.sent import Count, Sent

BREAKS = 10
STEPS = (Stage.CANDIDATE, Stage.PROBATIONARY)
BRANCHES_ALONE = N_("Only a branch is one of students or of staff.")
WITH_MEETING = N_("The day of the admitting meeting goes with the stage probationary, and only with it.")
NEEDS_REASON = N_("Please give a reason.")
NOTHING_ELSE = N_("A cancellation takes a reason and nothing else.")


class UnitNew(Sent):
    """A unit to register. A branch without ``branch_kind`` is one of students."""

    code = Code(required=True)
    name = Line(required=True)
    kind = OneOf(UnitKind, required=True)
    parent = Code(load_default=None)
    branch_kind = OneOf(BranchKind, load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def check_kind(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse a kind of branch for what is none."""
        if values["branch_kind"] is not None and values["kind"] is not UnitKind.BRANCH:
            raise ValidationError(BRANCHES_ALONE, "branch_kind")


class UnitChange(Sent):
    """What may change about a unit."""

    name = Line(required=True)


class MemberNew(Sent):
    """A person to put on the roster. ``probation_start`` is the day of the meeting that admitted her."""

    student_no = Code(required=True)
    name = Line(required=True)
    unit = Code(required=True)
    stage = OneOf(Stage, required=True)
    probation_start = Day(load_default=None)


class MemberChange(Sent):
    """What may change about a person on the roster.

    ``stage`` goes one step forward: to candidate, or with ``probation_start``, the day of the meeting that
    admitted her, to probationary.
    """

    name = Line(required=True)
    student_no = Code(required=True)
    stage = OneOf(Stage, required=True, validate=validate.OneOf(STEPS, error=CHECK_CHOICE))
    probation_start = Day(required=True)

    @validates_schema(skip_on_field_errors=True)
    def check_meeting(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Ask for the day of the meeting exactly where one admits."""
        if ("probation_start" in values) is not (values.get("stage") is Stage.PROBATIONARY):
            raise ValidationError(WITH_MEETING, "probation_start")


class _Agreement(Sent):
    name = Line(required=True)
    kind = Line(longest=40, load_default=None)
    host = Line(load_default=None)
    contact = Line(load_default=None)
    address = Line(longest=120, load_default=None)
    agreement_from = Day(load_default=None)
    agreement_to = Day(load_default=None)
    plaque_on = Day(load_default=None)
    status = OneOf(BaseStatus, required=True)

    @validates_schema(skip_on_field_errors=True)
    def check_agreement(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse an agreement that ends before it begins."""
        start, end = values.get("agreement_from"), values.get("agreement_to")
        if start and end and start > end:
            raise ValidationError(ENDS_LATER, "agreement_to")


class BaseNew(_Agreement):
    """A base to register, with a site of its own code."""

    code = Code(required=True)
    unit = Code(load_default=None)


class BaseChange(_Agreement):
    """What may change about a base."""


class PostNew(Sent):
    """A post to register, with a site of its own code. ``base`` is left out on campus."""

    code = Code(required=True)
    name = Line(required=True)
    unit = Code(required=True)
    base = Code(load_default=None)
    category = OneOf(Category, required=True)
    compensation = OneOf(Compensation, required=True)
    place = Line(longest=120, load_default=None)
    content = Area(load_default=None)
    insurance_note = Area(longest=200, load_default=None)
    sign_up_for = OneOf(SignUpFor, load_default=None)
    takes_walk_ins = fields.Boolean(truthy={True}, falsy={False}, load_default=None, allow_none=True)


class PostChange(Sent):
    """What may change about a post: its words. Category and compensation decide past hours and stay."""

    name = Line(required=True)
    place = Line(longest=120, load_default=None)
    content = Area(load_default=None)
    insurance_note = Area(longest=200, load_default=None)
    sign_up_for = OneOf(SignUpFor, load_default=None)
    takes_walk_ins = fields.Boolean(truthy={True}, falsy={False}, load_default=None, allow_none=True)


class SiteNew(Sent):
    """A further site of a base."""

    code = Code(required=True)
    name = Line(required=True)
    base = Code(required=True)


class SiteChange(Sent):
    """What may change about a further site of a base."""

    name = Line(required=True)


class Pause(Sent):
    """A pause in a shift that is not service."""

    starts_at = Moment(required=True)
    ends_at = Moment(required=True)

    @validates_schema(skip_on_field_errors=True)
    def check_order(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse a pause that ends before it begins."""
        if values["ends_at"] <= values["starts_at"]:
            raise ValidationError(ENDS_LATER, "ends_at")


class _Times(Sent):
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    breaks = fields.List(
        fields.Nested(Pause), load_default=list, validate=validate.Length(max=BREAKS, error=CHECK_NUMBER)
    )
    capacity = Count(low=1, high=9999, load_default=None, allow_none=True)

    @validates_schema(skip_on_field_errors=True)
    def check_order(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse a shift that ends before it begins."""
        start, end = values.get("starts_at"), values.get("ends_at")
        if start and end and end <= start:
            raise ValidationError(ENDS_LATER, "ends_at")


class ShiftNew(_Times):
    """A shift to publish. One that starts this minute is opened on the spot, for four hours at most."""

    code = Code(required=True)
    post = Code(required=True)


class ShiftChange(_Times):
    """New times before the start, a later ``ends_at`` alone while it runs, or a cancellation with its why."""

    cancelled = fields.Boolean(truthy={True}, falsy=set(), error_messages={"invalid": NEEDS_REASON})
    cancel_reason = Line(longest=200)

    @validates_schema(skip_on_field_errors=True)
    def check_cancellation(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse a cancellation without a reason, or with anything beside it."""
        if not values.keys() & {"cancelled", "cancel_reason"}:
            return
        if values.get("cancelled") is not True or not values.get("cancel_reason"):
            raise ValidationError(NEEDS_REASON, "cancel_reason")
        if values.keys() - {"cancelled", "cancel_reason"}:
            raise ValidationError(NOTHING_ELSE, "cancelled")
