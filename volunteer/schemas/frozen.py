"""What programs read of frozen reports: the list, one with its checksum and ledger heads, and differences."""

from marshmallow import fields, validate

from volunteer.rules.kinds import ReportKind
from volunteer.rules.report import Axis
from volunteer.schemas.fields import LARGEST_ROW, CodeField
from volunteer.schemas.reads import PAGE, Answer
from volunteer.schemas.sent import Sent

DIGEST = {"description": "SHA-256 of the bytes that its content gives, in hex."}


class ReportQuery(Sent):
    """Which page of frozen reports: of a unit and those below it, of a kind."""

    unit = CodeField(load_default=None)
    kind = fields.Enum(ReportKind, by_value=True, load_default=None)
    before = fields.Integer(load_default=None, validate=validate.Range(1, LARGEST_ROW))
    limit = fields.Integer(load_default=PAGE, validate=validate.Range(1, 200))


class ChangesQuery(Sent):
    """With which frozen report of the same unit and period to compare; none: the figures of now."""

    other = fields.Integer(data_key="with", load_default=None, validate=validate.Range(1, LARGEST_ROW))


class ReportShown(Answer):
    """A frozen report, without what it says. The last day is ``to`` less one."""

    id = fields.Integer()
    unit = fields.String()
    kind = fields.Enum(ReportKind, by_value=True)
    period = fields.String()
    from_on = fields.Date(data_key="from")
    to_on = fields.Date(data_key="to")
    digest = fields.String(metadata=DIGEST)
    frozen_by = fields.String()
    frozen_at = fields.AwareDateTime(format="iso")


class ReportPage(Answer):
    """Frozen reports, newest first; ``next`` is the ``before`` of the following page, null at the end."""

    reports = fields.List(fields.Nested(ReportShown))
    next = fields.Integer(allow_none=True)


class LineSums(Answer):
    """What one line adds up to. Minutes; the others are counts."""

    headcount = fields.Integer()
    person_times = fields.Integer()
    visits = fields.Integer()
    net = fields.Integer()
    credited = fields.Integer()
    made_up = fields.Integer()


class LineShown(LineSums):
    """A line of a table. Members stand in it by student number, null once the name is gone."""

    table = fields.Enum(Axis, by_value=True)
    key = fields.String(allow_none=True)
    name = fields.String(allow_none=True)


class HeadShown(Answer):
    """The end of a branch's chain in the ledger, as it was when the report was frozen."""

    unit = fields.String()
    number = fields.Integer()
    hash = fields.String()


class StoodShown(Answer):
    """Where a member stood on the day of the report. Minutes."""

    student_no = fields.String(allow_none=True)
    counted = fields.Integer()
    threshold = fields.Integer()
    phase = fields.String()
    status = fields.String(allow_none=True)


class ReportFull(ReportShown):
    """All that a frozen report says but for its records, which its content lists."""

    judged_on = fields.Date()
    policy = fields.Date(metadata={"description": "The policy version in force: its effective day."})
    threshold = fields.Integer()
    figures = fields.Dict(keys=fields.String(), values=fields.Integer())
    lines = fields.List(fields.Nested(LineShown))
    members = fields.List(fields.Nested(StoodShown))
    heads = fields.List(fields.Nested(HeadShown))
    shortcomings = fields.String()
    plans = fields.String()


class FigureChange(Answer):
    """A figure before and after; null where it was not there."""

    figure = fields.String()
    before = fields.Integer(allow_none=True)
    after = fields.Integer(allow_none=True)


class LineChange(Answer):
    """A line before and after."""

    table = fields.Enum(Axis, by_value=True)
    key = fields.String(allow_none=True)
    before = fields.Nested(LineSums, allow_none=True)
    after = fields.Nested(LineSums, allow_none=True)


class StoodChange(Answer):
    """A member's standing before and after."""

    student_no = fields.String(allow_none=True)
    before = fields.Nested(StoodShown, allow_none=True)
    after = fields.Nested(StoodShown, allow_none=True)


class Counted(Answer):
    """A record as it counted. Minutes; unit, post and base by code, no base is on campus."""

    student_no = fields.String(allow_none=True)
    unit = fields.String()
    post = fields.String()
    base = fields.String(allow_none=True)
    served_on = fields.Date()
    grade = fields.String()
    net = fields.Integer()
    credited = fields.Integer()
    is_in_time = fields.Boolean()


class RecordChange(Answer):
    """A record before and after; null where it did not count."""

    id = fields.Integer()
    before = fields.Nested(Counted, allow_none=True)
    after = fields.Nested(Counted, allow_none=True)


class ChangesAnswer(Answer):
    """All that is different, down to the records; ``compared_with`` is null for the figures of now."""

    compared_with = fields.Integer(allow_none=True)
    is_same = fields.Boolean(metadata={"description": "Every figure, line and record is the same."})
    is_policy_other = fields.Boolean()
    are_texts_other = fields.Boolean()
    figures = fields.List(fields.Nested(FigureChange))
    lines = fields.List(fields.Nested(LineChange))
    members = fields.List(fields.Nested(StoodChange))
    records = fields.List(fields.Nested(RecordChange))
