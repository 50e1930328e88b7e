"""Whole numbers in JSON."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from volunteer.schemas.fields import CHECK_NUMBER, Number


class Count(Number):
    """A whole number in JSON: 8 and 8.0 are one, "8" and true are none."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value != value // 1:
            raise ValidationError(CHECK_NUMBER)
        return super()._deserialize(int(value), attr, data, **kwargs)
