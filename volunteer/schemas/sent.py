"""What all that programs send has in common: nothing unknown, nothing empty, whole numbers."""

from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, pre_load

from volunteer.schemas.fields import CHECK_NUMBER, CHECK_TEXT, Number


class Sent(Schema):
    """What a program sends. Forms send empty fields; a program leaves out what it does not mean."""

    class Meta:
        unknown = RAISE

    @pre_load
    def refuse_empty(self, data: Any, **_kwargs: Any) -> Any:
        """Refuse empty text instead of taking it for nothing."""
        empty = [name for name, value in data.items() if value == ""] if isinstance(data, Mapping) else []
        if empty:
            raise ValidationError({name: [CHECK_TEXT] for name in empty})
        return data


class Count(Number):
    """A whole number in JSON: 8 and 8.0 are one, "8" and true are none."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
            raise ValidationError(CHECK_NUMBER)
        return super()._deserialize(int(value), attr, data, **kwargs)
