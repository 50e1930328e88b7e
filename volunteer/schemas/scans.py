"""What a phone sends for a scan, and what it is told."""

from marshmallow import RAISE, Schema, fields, validate

from volunteer.rules.kinds import Side
from volunteer.schemas.fields import CHECK_TEXT, LARGEST_ROW
from volunteer.schemas.sent import Count

LONGEST_CODE = 200
BATCH = 100
LARGEST_SEQ = 2**31 - 1


class ScanRequest(Schema):
    """One scan. ``code`` may be the whole link of the QR."""

    class Meta:
        unknown = RAISE

    code = fields.String(required=True, validate=validate.Length(1, LONGEST_CODE))
    client_ref = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"[0-9A-Za-z\-]{8,36}\Z", error=CHECK_TEXT),
        metadata={
            "description": "The phone's own name for this scan; the same one again gets the same answer."
        },
    )
    action = fields.Enum(Side, by_value=True, load_default=None, allow_none=True)
    post_id = Count(load_default=None, allow_none=True)
    next_shift = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    device = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"[0-9A-Za-z_\-]{1,80}\Z", error=CHECK_TEXT),
    )


class QueuePlace(Schema):
    """How a scan stands in a phone's queue: its number, the digest of the one before, and a signature.

    Signed are the lines ``fifty-hours/queued-scan/1``, client_ref, code, action, post_id, next_shift (1 or
    0), device, member, seq, previous, phone_at and monotonic_ms, joined by line feeds; what is not there is
    empty.
    """

    class Meta:
        unknown = RAISE

    member = fields.String(required=True, validate=validate.Length(1, 40))
    seq = Count(required=True, high=LARGEST_SEQ)
    previous = fields.String(
        required=True, validate=validate.Regexp(r"([0-9A-Za-z_\-]{43})?\Z", error=CHECK_TEXT)
    )
    phone_at = Count(required=True, low=-LARGEST_ROW)
    monotonic_ms = Count(required=True, low=0)
    signature = fields.String(
        load_default=None,
        allow_none=True,
        validate=validate.Regexp(r"[0-9A-Za-z_\-]{86}\Z", error=CHECK_TEXT),
    )


class QueuedRequest(ScanRequest):
    """One scan from a phone's outbox."""

    queued = fields.Nested(QueuePlace, load_default=None, allow_none=True)


class BatchRequest(Schema):
    """What a phone's outbox sends: each entry gets its own verdict, in order."""

    class Meta:
        unknown = RAISE

    scans = fields.List(fields.Nested(QueuedRequest), required=True, validate=validate.Length(1, BATCH))


class VisitNow(Schema):
    """The record as it stands after the scan. Minutes."""

    id = fields.Integer(attribute="visit_id", required=True)
    action = fields.Enum(Side, by_value=True, required=True)
    at = fields.AwareDateTime(format="iso", required=True)
    counts_from = fields.AwareDateTime(format="iso", allow_none=True, required=True)
    state = fields.String(required=True)
    grade = fields.String(required=True)
    net = fields.Integer(required=True)
    credited = fields.Integer(required=True)


class ScanVerdict(Schema):
    """The verdict on one scan."""

    verdict = fields.String(required=True)
    visit = fields.Nested(VisitNow, required=True)


class PostOffered(Schema):
    """A post that a scan could have meant."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)


class BatchVerdict(Schema):
    """The verdict on one entry of a batch; ``reason`` where it was refused.

    Only a final one ends the entry: the phone may forget it.
    """

    client_ref = fields.String(allow_none=True)
    verdict = fields.String(required=True)
    is_final = fields.Boolean(required=True)
    reason = fields.String()
    detail = fields.String()
    posts = fields.List(fields.Nested(PostOffered), metadata={"description": "Of choose_post alone."})
    visit = fields.Nested(VisitNow)


class BatchAnswer(Schema):
    """One verdict an entry, in the order of the entries."""

    verdicts = fields.List(fields.Nested(BatchVerdict), required=True)


class FormToken(Schema):
    """A form token of the asker's session, the student number of whose it is, and the server's clock."""

    token = fields.String(required=True)
    member = fields.String(required=True, allow_none=True)
    now_ms = fields.Integer(required=True)


class DeviceRequest(Schema):
    """A phone's public key: the 65 bytes of the uncompressed point on P-256, base64url without padding."""

    class Meta:
        unknown = RAISE

    public_key = fields.String(
        required=True, validate=validate.Regexp(r"[0-9A-Za-z_\-]{87}\Z", error=CHECK_TEXT)
    )


class DeviceAnswer(Schema):
    """The id of a registered phone."""

    device = fields.String(required=True)
