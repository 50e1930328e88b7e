"""The shape of what is written under a report."""

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from volunteer.rules.kinds import ReportKind
from volunteer.rules.names import clean_text
from volunteer.rules.reasons import Refusal
from volunteer.rules.report import TEXT_LENGTH
from volunteer.schemas.fields import CHECK_TEXT, OneOf


class Paragraphs(fields.String):
    """Text whose lines are kept; empty it is ''."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return clean_text(text, attr or "", longest=TEXT_LENGTH)
        except Refusal as refusal:
            raise ValidationError(CHECK_TEXT) from refusal


class FreezeForm(Schema):
    """A report to be frozen: which, and what its writer adds."""

    class Meta:
        unknown = RAISE

    # Made when the form is shown: sent twice it is one snapshot.
    ref = fields.String(required=True, validate=validate.Regexp(r"[0-9a-f\-]{36}\Z", error=CHECK_TEXT))
    kind = OneOf(ReportKind, required=True)
    period = fields.String(required=True, validate=validate.Length(max=40, error=CHECK_TEXT))
    shortcomings = Paragraphs(load_default="", error_messages={"invalid": CHECK_TEXT, "null": CHECK_TEXT})
    plans = Paragraphs(load_default="", error_messages={"invalid": CHECK_TEXT, "null": CHECK_TEXT})
