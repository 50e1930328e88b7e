"""The shapes of notices and certificates."""

from marshmallow import RAISE, Schema, fields, validate

from volunteer.rules.certificates import Standing
from volunteer.rules.kinds import NoticeList
from volunteer.schemas.fields import CHECK_TEXT, OneOf
from volunteer.schemas.reads import Answer


class _Once(Schema):
    class Meta:
        unknown = RAISE

    # Made when the form is shown: sent twice it is one notice.
    ref = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f\-]{36}\Z", error=CHECK_TEXT))


class ChosenForm(_Once):
    """Requests that are put to notice; which ones, the page tells by their rows."""


class NoticeForm(_Once):
    """Whom a notice of hours lists."""

    which = OneOf(NoticeList, required=True)


class CertificateStanding(Answer):
    """What the college says of a certificate today; ``since`` is the day on which it ceased to stand."""

    standing = fields.Enum(Standing, by_value=True)
    since = fields.Date(allow_none=True)
