"""What programs read: standing, records, progress rows, roll-ups, the code of a site."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from volunteer.rules.kinds import Phase, Status
from volunteer.rules.reasons import Reason
from volunteer.schemas.fields import CHECK_TEXT, LARGEST_ROW, CodeField, Day
from volunteer.schemas.registry import ENDS_LATER
from volunteer.schemas.sent import Sent

PAGE = 50
_PLACE = re.compile(r"^([0-9]{1,9})\.(.{1,60})$")


class Answer(Schema):
    """What is answered: every field is there, null where there is nothing."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        """Say so in the description."""
        field_obj.required = True


class Problem(Schema):
    """RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    reason = fields.Enum(Reason, by_value=True, required=True)
    detail = fields.String(required=True)
    errors = fields.Dict(
        keys=fields.String(), metadata={"description": "By field, what is wrong with it; for lists by place."}
    )


class Standing(Answer):
    """A member against the threshold. Minutes."""

    student_no = fields.String()
    name = fields.String()
    unit = fields.String(allow_none=True)
    starts_on = fields.Date(allow_none=True)
    ends_before = fields.Date(allow_none=True)
    threshold = fields.Integer()
    net = fields.Integer()
    credited = fields.Integer()
    counted = fields.Integer()
    pending = fields.Integer()
    met = fields.Boolean(allow_none=True)
    phase = fields.String()
    status = fields.String(allow_none=True)
    missing = fields.Integer()
    days_left = fields.Integer()
    per_week = fields.Integer(allow_none=True)
    lost = fields.Dict(keys=fields.String(), values=fields.Integer())


class Step(Answer):
    """One step of a calculation: what it is called, and the minutes it gives or takes."""

    step = fields.String()
    minutes = fields.Integer()


class VisitRow(Answer):
    """A record with every step of its calculation."""

    id = fields.Integer()
    post = fields.String()
    shift_starts_at = fields.AwareDateTime(format="iso")
    shift_ends_at = fields.AwareDateTime(format="iso")
    served_on = fields.Date()
    state = fields.String()
    grade = fields.String()
    net = fields.Integer()
    credited = fields.Integer()
    pending = fields.Integer()
    came_at = fields.AwareDateTime(format="iso", allow_none=True)
    left_at = fields.AwareDateTime(format="iso", allow_none=True)
    steps = fields.List(fields.Nested(Step))


class VisitPage(Answer):
    """Records, newest first; ``next`` is the cursor of the following page, null at the end."""

    visits = fields.List(fields.Nested(VisitRow))
    next = fields.Integer(allow_none=True)


class VisitQuery(Sent):
    """Which page of records."""

    before = fields.Integer(load_default=None, validate=validate.Range(1, LARGEST_ROW))
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, 200))


class VisitOf(VisitRow):
    """A record of a unit, with whose it is and the branch at that time."""

    student_no = fields.String()
    name = fields.String()
    unit = fields.String()


class VisitSum(Answer):
    """What all the records come to, on whatever page they stand. Minutes."""

    visits = fields.Integer()
    headcount = fields.Integer()
    person_times = fields.Integer()
    net = fields.Integer()
    credited = fields.Integer()


class UnitVisitPage(Answer):
    """The confirmed records behind a unit's figures, newest first, and what all of them come to."""

    total = fields.Nested(VisitSum)
    visits = fields.List(fields.Nested(VisitOf))
    next = fields.Integer(allow_none=True)


class UnitVisitQuery(VisitQuery):
    """Which records of a unit: of which days, at which post or base."""

    since = Day(data_key="from", load_default=None)
    until = Day(data_key="to", load_default=None)
    post = CodeField(load_default=None)
    base = CodeField(load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def check_days(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse days that end before they begin."""
        start, end = values["since"], values["until"]
        if start and end and end <= start:
            raise ValidationError(ENDS_LATER, "to")


class Place(fields.Field[tuple[int, str]]):
    """The cursor of progress rows: the missing minutes of the last one, and her number."""

    def __init__(self, **kwargs: Any) -> None:
        told = {
            "type": "string",
            "pattern": _PLACE.pattern,
            "description": "The ``next`` of the page before.",
        }
        super().__init__(metadata=told, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> tuple[int, str]:
        found = _PLACE.match(str(value))
        if found is None:
            raise ValidationError(CHECK_TEXT)
        return -int(found[1]), found[2]


def cursor_text(place: tuple[int, str]) -> str:
    """Return the cursor as :class:`Place` reads it."""
    return f"{-place[0]}.{place[1]}"


class MemberQuery(Sent):
    """Which page of progress rows, and of whom."""

    status = fields.Enum(Status, by_value=True, load_default=None)
    phase = fields.Enum(Phase, by_value=True, load_default=None)
    q = fields.String(load_default=None, validate=validate.Length(1, 60))
    after = Place(load_default=None)
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, 500))


class MemberRow(Answer):
    """One member's progress. Minutes."""

    student_no = fields.String()
    name = fields.String()
    unit = fields.String()
    phase = fields.String()
    status = fields.String(allow_none=True)
    met = fields.Boolean(allow_none=True)
    counted = fields.Integer()
    missing = fields.Integer()
    pending = fields.Integer()
    days_left = fields.Integer()


class MemberPage(Answer):
    """Progress rows, furthest from the threshold first; ``next`` is the cursor of the following page."""

    members = fields.List(fields.Nested(MemberRow), required=True)
    next = fields.String(required=True, allow_none=True)


class StatsQuery(Sent):
    """What to roll up, over which half-open days."""

    by = fields.String(
        required=True, validate=validate.OneOf(("post", "base", "unit", "member", "month", "term"))
    )
    unit = CodeField(load_default=None)
    since = Day(data_key="from", load_default=None)
    until = Day(data_key="to", load_default=None)

    @validates_schema(skip_on_field_errors=True)
    def check_days(self, values: dict[str, Any], **_kwargs: Any) -> None:
        """Refuse days that end before they begin."""
        start, end = values["since"], values["until"]
        if start and end and end <= start:
            raise ValidationError(ENDS_LATER, "to")


class RollUpRow(Answer):
    """One line of a roll-up. Minutes; person-times and headcount are counts."""

    code = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    headcount = fields.Integer()
    person_times = fields.Integer()
    net = fields.Integer()
    credited = fields.Integer()
    makeup_share_pct = fields.Float(allow_none=True)
    recorded = fields.Integer(metadata={"description": "Opening and outside minutes; only units have them."})


class Basis(Answer):
    """What the figures stand on."""

    unit = fields.String(allow_none=True)
    since = fields.Date(data_key="from")
    until = fields.Date(data_key="to")
    by = fields.String()
    policy = fields.Date(metadata={"description": "The policy version in force: its effective day."})
    made_at = fields.AwareDateTime(format="iso")
    made_by = fields.String()


class StatsAnswer(Answer):
    """A roll-up with its basis."""

    basis = fields.Nested(Basis)
    rows = fields.List(fields.Nested(RollUpRow))


class SiteCode(Answer):
    """What a display shows just now."""

    url = fields.String()
    size = fields.Integer()
    path = fields.String()
    typed = fields.String()
    seconds_left = fields.Integer()
    inside = fields.Integer()
    names = fields.List(fields.String())
