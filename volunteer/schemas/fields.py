"""Fields that every shape is made of. Text is cleaned by the rules; numbers fit every engine."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, validate

from volunteer.rules.names import clean_line
from volunteer.rules.reasons import Refusal

LARGEST_ROW = 2**53 - 1
LONGEST_AREA = 400
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.\-]{0,39}")
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


def N_(sentence: str) -> str:
    """Mark an English sentence for the catalogues; the edge translates it when it is shown."""
    return sentence


CHECK_TEXT = N_("Please check this text: it is empty, too long, or has characters that nobody can see.")
CHECK_CODE = N_("Letters, digits, dot, dash and underscore, 40 at most.")
CHECK_TIME = N_("Please give a date and a time, as 2026-03-02 08:30.")
CHECK_DAY = N_("Please give a date, as 2026-03-02.")
CHECK_NUMBER = N_("Please give a whole number within the limits.")
CHECK_CHOICE = N_("Please choose one of the list.")
MISSING = N_("This is needed.")


class Line(fields.String):
    """One line of text that people read."""

    def __init__(self, *, longest: int = 60, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": MISSING, "null": MISSING, "invalid": CHECK_TEXT})
        super().__init__(**kwargs)
        self.longest = longest

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if isinstance(value, str) and not value.strip():
            if self.required:
                raise ValidationError(MISSING)
            return None
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return clean_line(text, attr or "", longest=self.longest)
        except Refusal as refusal:
            raise ValidationError(CHECK_TEXT) from refusal


class Area(Line):
    """Text that may have several lines; line ends are kept as one kind."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("longest", LONGEST_AREA)
        super().__init__(**kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if isinstance(value, str):
            value = " ".join(value.split())
        return super()._deserialize(value, attr, data, **kwargs)


class CodeField(fields.String):
    """A code of the registry, as people write it on forms."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": MISSING, "null": MISSING, "invalid": CHECK_CODE})
        super().__init__(**kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not _CODE.fullmatch(text):
            raise ValidationError(CHECK_CODE)
        return text


class LocalTime(fields.Field[datetime]):
    """A campus time as a form's ``datetime-local`` gives it; loads to an aware moment.

    Which zone that is, only the edge knows.
    """

    def __init__(self, *, zone: ZoneInfo, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": MISSING, "null": MISSING})
        super().__init__(**kwargs)
        self.zone = zone

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if value == "" and not self.required:
            return None
        if not isinstance(value, str) or not _LOCAL.fullmatch(value.strip()):
            raise ValidationError(CHECK_TIME)
        try:
            local = datetime.fromisoformat(value.strip())
            if not 1990 <= local.year <= 2100:
                raise ValidationError(CHECK_TIME)
            return local.replace(tzinfo=self.zone).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError(CHECK_TIME) from error


class Day(fields.Date):
    """A campus day; an empty field is None."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": MISSING, "null": MISSING, "invalid": CHECK_DAY})
        super().__init__("iso", **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if value == "" and not self.required:
            return None
        day = super()._deserialize(value, attr, data, **kwargs)
        if not 1990 <= day.year <= 2100:
            raise ValidationError(CHECK_DAY)
        return day


class Number(fields.Integer):
    """A whole number between two bounds; an empty field is None."""

    def __init__(self, *, low: int = 1, high: int = LARGEST_ROW, strict: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": MISSING, "null": MISSING, "invalid": CHECK_NUMBER})
        super().__init__(strict=strict, validate=validate.Range(low, high, error=CHECK_NUMBER), **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if value == "" and not self.required:
            return None
        return super()._deserialize(value, attr, data, **kwargs)

    def _validate(self, value: Any) -> None:
        if value is not None:
            super()._validate(value)


class OneOf(fields.Enum[Any]):
    """A value of a closed list."""

    def __init__(self, kind: Any, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": MISSING, "null": MISSING, "unknown": CHECK_CHOICE})
        super().__init__(kind, by_value=True, **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if value == "" and not self.required:
            return None
        return super()._deserialize(value, attr, data, **kwargs)
