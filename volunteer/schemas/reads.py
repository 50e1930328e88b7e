"""What programs read: standing, records, progress rows, roll-ups, the code of a site."""

from marshmallow import RAISE, Schema, fields, validate

from volunteer.schemas.fields import LARGEST_ROW, CodeField, Day

PAGE = 50


class Problem(Schema):
    """RFC 9457."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    reason = fields.String(required=True)
    detail = fields.String(required=True)
    errors = fields.Dict()


class Standing(Schema):
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


class Step(Schema):
    """One step of a calculation: what it is called, and the minutes it gives or takes."""

    step = fields.String()
    minutes = fields.Integer()


class VisitRow(Schema):
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


class VisitPage(Schema):
    """Records, newest first; ``next`` is the cursor of the following page, null at the end."""

    visits = fields.List(fields.Nested(VisitRow))
    next = fields.Integer(allow_none=True)


class VisitQuery(Schema):
    """Which page of records."""

    class Meta:
        unknown = RAISE

    before = fields.Integer(load_default=None, validate=validate.Range(1, LARGEST_ROW))
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, 200))


class MemberQuery(Schema):
    """Which page of progress rows, and of whom."""

    class Meta:
        unknown = RAISE

    status = fields.String(load_default=None, validate=validate.Length(max=20))
    q = fields.String(load_default=None, validate=validate.Length(max=60))
    after = fields.Integer(load_default=0, validate=validate.Range(0, LARGEST_ROW))
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, 500))


class MemberRow(Schema):
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


class MemberPage(Schema):
    """Progress rows, furthest from the threshold first; ``next`` is the cursor of the following page."""

    members = fields.List(fields.Nested(MemberRow))
    next = fields.Integer(allow_none=True)


class StatsQuery(Schema):
    """What to roll up, over which half-open days."""

    class Meta:
        unknown = RAISE

    by = fields.String(
        required=True, validate=validate.OneOf(("post", "base", "unit", "member", "month", "term"))
    )
    unit = CodeField(load_default=None)
    since = Day(data_key="from", load_default=None)
    until = Day(data_key="to", load_default=None)


class RollUpRow(Schema):
    """One line of a roll-up. Minutes; person-times and headcount are counts."""

    code = fields.String(allow_none=True)
    name = fields.String(allow_none=True)
    headcount = fields.Integer()
    person_times = fields.Integer()
    net = fields.Integer()
    credited = fields.Integer()
    makeup_share_pct = fields.Float(allow_none=True)


class Basis(Schema):
    """What the figures stand on."""

    unit = fields.String(allow_none=True)
    since = fields.Date(data_key="from")
    until = fields.Date(data_key="to")
    by = fields.String()


class StatsAnswer(Schema):
    """A roll-up with its basis."""

    basis = fields.Nested(Basis)
    rows = fields.List(fields.Nested(RollUpRow))


class SiteCode(Schema):
    """What a display shows just now."""

    url = fields.String()
    size = fields.Integer()
    path = fields.String()
    typed = fields.String()
    seconds_left = fields.Integer()
    inside = fields.Integer()
    names = fields.List(fields.String())
