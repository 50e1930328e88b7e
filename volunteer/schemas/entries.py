"""The registry as programs read it: what may be asked, and what is answered."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from volunteer.rules.kinds import (
    BaseStatus,
    BranchKind,
    Category,
    Compensation,
    Outcome,
    SignUpFor,
    Stage,
    UnitKind,
)
from volunteer.schemas.fields import (
    CHECK_CODE,
    CHECK_NUMBER,
    CHECK_TEXT,
    CHECK_TIME,
    MISSING,
    CodeField,
    Day,
    MaskedPhones,
    OneOf,
)
from volunteer.schemas.sent import Sent

PAGE = 50
LONGEST_PAGE = 200


class Moment(fields.Field[datetime]):
    """A moment as RFC 3339 writes it, with its offset; whole minutes, in UTC once loaded."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": MISSING, "null": MISSING})
        kwargs.setdefault("metadata", {"type": "string", "format": "date-time"})
        super().__init__(**kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat()

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> datetime:
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None or not 1990 <= moment.year <= 2100:
                raise ValidationError(CHECK_TIME)
            return moment.astimezone(UTC)
        except (TypeError, ValueError, OverflowError) as error:
            raise ValidationError(CHECK_TIME) from error


class Code(CodeField):
    """A code as it is, without blanks around it."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        code = super()._deserialize(value, attr, data, **kwargs)
        if code != value:
            raise ValidationError(CHECK_CODE)
        return code


class Searched(fields.String):
    """A short text of a query."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(load_default=None, validate=validate.Length(1, 60, error=CHECK_TEXT), **kwargs)


class PageQuery(Sent):
    """Which page: what comes after the code ``after``, and how much of it."""

    after = Searched(metadata={"description": "The cursor: ``next`` of the page before."})
    limit = fields.Integer(
        load_default=PAGE,
        validate=validate.Range(1, LONGEST_PAGE, error=CHECK_NUMBER),
        error_messages={"invalid": CHECK_NUMBER},
        metadata={"description": "Entries a page."},
    )


class SearchQuery(PageQuery):
    """A page of what has a text in its code or name."""

    q = Searched(metadata={"description": "A part of code or name."})


class UnitQuery(SearchQuery):
    """Which units."""

    kind = OneOf(UnitKind, load_default=None)
    parent = Code(load_default=None)


class MemberListQuery(SearchQuery):
    """Which members; ``q`` also finds pinyin and its initials."""

    unit = Code(load_default=None)
    stage = OneOf(Stage, load_default=None)


class BaseQuery(SearchQuery):
    """Which bases."""

    unit = Code(load_default=None)
    status = OneOf(BaseStatus, load_default=None)


class PostQuery(SearchQuery):
    """Which posts."""

    unit = Code(load_default=None)
    base = Code(load_default=None)
    category = OneOf(Category, load_default=None)


class SiteQuery(SearchQuery):
    """Which sites."""

    post = Code(load_default=None)
    base = Code(load_default=None)


class ShiftQuery(PageQuery):
    """Which shifts: those that touch the half-open campus days."""

    unit = Code(load_default=None)
    post = Code(load_default=None)
    since = Day(data_key="from", load_default=None)
    until = Day(data_key="to", load_default=None)
    cancelled = fields.Boolean(load_default=None, truthy={"true"}, falsy={"false"})


class UnitShown(Schema):
    """A unit."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.Enum(UnitKind, by_value=True, required=True)
    branch_kind = fields.Enum(BranchKind, by_value=True, required=True, allow_none=True)
    parent = fields.String(required=True, allow_none=True)


class MemberShown(Schema):
    """A person on the roster. ``unit`` is null after a transfer out of the college."""

    student_no = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True, allow_none=True)
    stage = fields.Enum(Stage, by_value=True, required=True)
    probation_start = fields.Date(required=True, allow_none=True)
    ends_before = fields.Date(required=True, allow_none=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True, allow_none=True)


class BaseShown(Schema):
    """A service base."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    kind = fields.String(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)
    host = fields.String(required=True, allow_none=True)
    contact = MaskedPhones(required=True, allow_none=True)
    address = fields.String(required=True, allow_none=True)
    agreement_from = fields.Date(required=True, allow_none=True)
    agreement_to = fields.Date(required=True, allow_none=True)
    plaque_on = fields.Date(required=True, allow_none=True)
    status = fields.Enum(BaseStatus, by_value=True, required=True)


class PostShown(Schema):
    """A post. ``base`` is null on campus."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    unit = fields.String(required=True)
    base = fields.String(required=True, allow_none=True)
    category = fields.Enum(Category, by_value=True, required=True)
    compensation = fields.Enum(Compensation, by_value=True, required=True)
    place = fields.String(required=True, allow_none=True)
    content = fields.String(required=True, allow_none=True)
    insurance_note = fields.String(required=True, allow_none=True)
    sign_up_for = fields.Enum(SignUpFor, by_value=True, required=True)
    takes_walk_ins = fields.Boolean(required=True)


class SiteShown(Schema):
    """A place where a code is shown: of a post, or of a base."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    post = fields.String(required=True, allow_none=True)
    base = fields.String(required=True, allow_none=True)


class PauseShown(Schema):
    """A pause in a shift."""

    starts_at = Moment(attribute="start", required=True)
    ends_at = Moment(attribute="end", required=True)


class ShiftShown(Schema):
    """A shift."""

    code = fields.String(required=True)
    post = fields.String(required=True)
    starts_at = Moment(required=True)
    ends_at = Moment(required=True)
    breaks = fields.List(fields.Nested(PauseShown), required=True)
    capacity = fields.Integer(required=True, allow_none=True)
    is_opened_on_spot = fields.Boolean(required=True)
    is_for_make_ups = fields.Boolean(
        required=True,
        metadata={"description": "Entered after the fact by the college: nobody scans into it."},
    )
    cancelled_at = Moment(required=True, allow_none=True)
    cancel_reason = fields.String(required=True, allow_none=True)


def page_of(name: str, entry: type[Schema]) -> type[Schema]:
    """Return the shape of a page of *entry*: a list of that *name*, and the cursor of the next page."""
    return Schema.from_dict(
        {
            name: fields.List(fields.Nested(entry), required=True),
            "next": fields.String(
                required=True,
                allow_none=True,
                metadata={"description": "The ``after`` of the following page; null at the end."},
            ),
        },
        name=f"{name.capitalize()}Page",
    )
