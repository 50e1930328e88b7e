"""What displays and keepers' phones send and are told on site."""

from marshmallow import RAISE, Schema, fields, validate

from volunteer.schemas.fields import CHECK_TEXT, LARGEST_ROW
from volunteer.schemas.reads import Answer
from volunteer.schemas.sent import Count

PASSES = 100
LONGEST_PASS = 200
LARGEST_STEP = 2**32 - 1


class SheetQuery(Schema):
    """Which codes a display lacks."""

    class Meta:
        unknown = RAISE

    after = fields.Integer(
        load_default=None,
        allow_none=True,
        validate=validate.Range(0, LARGEST_STEP),
        metadata={"description": "The last step that the display holds already."},
    )


class DisplayNow(Answer):
    """What changes beside the code: who is in, with masked names, what runs, and the server's clock."""

    now_ms = fields.Integer()
    inside = fields.Integer()
    names = fields.List(fields.String())
    running = fields.List(fields.String())


class CodeSheet(DisplayNow):
    """Codes for a display to take along.

    ``codes`` holds for each step from ``first`` on 31 characters and 8 digits, one after the other; the QR
    shows ``prefix`` and the characters. ``token`` is the form token for the next sign of life.
    """

    display = fields.String()
    prefix = fields.String()
    step_seconds = fields.Integer()
    first = fields.Integer()
    codes = fields.String()
    is_host = fields.Boolean()
    site = fields.String()
    token = fields.String()


class PassEntry(Schema):
    """One member's own code as a keeper's phone scanned it. With ``seen_at`` it waited in a queue."""

    class Meta:
        unknown = RAISE

    client_ref = fields.String(
        required=True, validate=validate.Regexp(r"[0-9A-Za-z\-]{8,36}\Z", error=CHECK_TEXT)
    )
    text = fields.String(required=True, data_key="pass", validate=validate.Length(1, LONGEST_PASS))
    seen_at = Count(
        low=-LARGEST_ROW,
        load_default=None,
        allow_none=True,
        metadata={"description": "The phone's clock, milliseconds since 1970. It decides nothing."},
    )


class PassesRequest(Schema):
    """What a keeper's phone scanned at one shift: each gets its own verdict, in order."""

    class Meta:
        unknown = RAISE

    passes = fields.List(fields.Nested(PassEntry), required=True, validate=validate.Length(1, PASSES))


class PassMember(Schema):
    """Whose record was witnessed."""

    name = fields.String(required=True)
    unit = fields.String(required=True)


class PassVerdict(Schema):
    """The verdict on one pass; ``reason`` where it was refused. Only a final one ends the entry."""

    client_ref = fields.String(required=True)
    verdict = fields.String(required=True)
    is_final = fields.Boolean(required=True)
    reason = fields.String()
    detail = fields.String()
    member = fields.Nested(PassMember)


class PassesAnswer(Schema):
    """One verdict an entry, in the order of the entries."""

    verdicts = fields.List(fields.Nested(PassVerdict), required=True)
