"""The form of a person's own address."""

from typing import Any

from marshmallow import RAISE, Schema, fields, pre_load, validate

LONGEST = 120


class MailForm(Schema):
    """An e-mail address; left empty, there is none."""

    class Meta:
        unknown = RAISE

    address = fields.Email(load_default=None, allow_none=True, validate=validate.Length(max=LONGEST))

    @pre_load
    def empty_is_none(self, values: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        """Take an empty field for no address."""
        return {name: str(text).strip() or None for name, text in values.items()}
