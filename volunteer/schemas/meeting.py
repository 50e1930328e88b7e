"""The shapes of what a branch proposes about a member, of a move, and of typed records."""

from marshmallow import RAISE, Schema, fields, validate

from volunteer.rules.kinds import DecisionKind, RequestKind
from volunteer.schemas.fields import CHECK_CHOICE, CHECK_TEXT, Area, Day, Hours, Line, Number, OneOf

OF_THE_MEETING = (DecisionKind.EXTENSION, DecisionKind.CONVERSION, DecisionKind.CANCELLATION)
TYPED_KINDS = (RequestKind.OPENING, RequestKind.OUTSIDE)
LONGEST_RECORD_MIN = 60_000


class ProposalForm(Schema):
    """What the meeting decided."""

    class Meta:
        unknown = RAISE

    what = OneOf(DecisionKind, required=True, validate=validate.OneOf(OF_THE_MEETING, error=CHECK_CHOICE))
    on = Day(required=True)
    months = Number(low=0, high=99, load_default=None, allow_none=True)
    reason = Area(required=True, longest=200)


class OverCapForm(Schema):
    """A day whose cap is to be lifted."""

    class Meta:
        unknown = RAISE

    on = Day(required=True)
    reason = Area(required=True, longest=200)


class AnswerForm(Schema):
    """Why a proposal is turned down."""

    class Meta:
        unknown = RAISE

    reason = Line(required=True, longest=200)


class MoveOutForm(Schema):
    """Where a member goes; no branch is out of the college."""

    class Meta:
        unknown = RAISE

    to = Line(required=True, longest=40)
    on = Day(required=True)


class RecordForm(Schema):
    """Hours from before the start, or from elsewhere; ``reason`` says by what they are proven."""

    class Meta:
        unknown = RAISE

    # Made when the form is shown: sent twice it is one request.
    ref = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f\-]{36}\Z", error=CHECK_TEXT))
    kind = OneOf(RequestKind, required=True, validate=validate.OneOf(TYPED_KINDS, error=CHECK_CHOICE))
    on = Day(required=True)
    minutes = Hours(low=1, high=LONGEST_RECORD_MIN, required=True)
    what = Line(required=True, longest=120)
    reason = Area(required=True, longest=200)
