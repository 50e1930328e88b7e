"""Fields that every shape is made of. Text is cleaned by the rules; numbers fit every engine."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import ValidationError, fields, validate

from volunteer.rules.names import clean_line, masked_phones
from volunteer.rules.reasons import Refusal

LARGEST_ROW = 2**53 - 1
LONGEST_AREA = 400
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.\-]{0,39}")
_HOURS = re.compile(r"[0-9]{1,5}(\.[0-9]{1,2}|:[0-5][0-9])?", re.ASCII)
_LOCAL = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


def N_(sentence: str) -> str:
    """Mark an English sentence for the catalogues; the edge translates it when it is shown."""
    return sentence


CHECK_TEXT = N_("Please check this text: it is empty, too long, or has characters that nobody can see.")
CHECK_CODE = N_("Letters, digits, dot, dash and underscore, 40 at most.")
CHECK_TIME = N_("Please give a date and a time, as 2026-03-02 08:30.")
CHECK_DAY = N_("Please give a date, as 2026-03-02.")
CHECK_NUMBER = N_("Please give a whole number.")
BETWEEN = N_("A whole number from %(low)s to %(high)s.")
BETWEEN_HOURS = N_("From %(low)s to %(high)s hours, as 7.5 or 7:30.")
CHECK_CHOICE = N_("Please choose one of the list.")
MISSING = N_("This is needed.")


class WithFacts(str):
    """A sentence with facts in it. The edge translates ``template`` and fills them in again."""

    template: str
    facts: Mapping[str, object]

    def __new__(cls, template: str, **facts: object) -> "WithFacts":
        """Fill *facts* into an English *template* with ``%(name)s``."""
        made = super().__new__(cls, template % facts)
        made.template, made.facts = template, facts
        return made


class _Between(validate.Range):
    """The bounds of a number, which the refusal names."""

    def __init__(self, low: int, high: int, sentence: str) -> None:
        super().__init__(low, high)
        self.sentence = sentence

    def _format_error(self, value: Any, message: str) -> str:
        return self.sentence


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


class MaskedPhones(fields.String):
    """Whom to call, without the middle of the number."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return super()._serialize(masked_phones(value) if value else value, attr, obj, **kwargs)


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
    """A code of the registry, as people write it on forms; left empty it is None, unless it is required."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": MISSING, "null": MISSING, "invalid": CHECK_CODE})
        super().__init__(**kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if not text and not self.required:
            return None
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
        kwargs.setdefault("error_messages", {"required": MISSING, "null": MISSING})
        # The largest row that an engine holds is nobody's limit.
        self.sentence = CHECK_NUMBER if high == LARGEST_ROW else WithFacts(BETWEEN, low=low, high=high)
        super().__init__(strict=strict, validate=_Between(low, high, self.sentence), **kwargs)

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> Any:
        if value == "" and not self.required:
            return None
        try:
            return super()._deserialize(value, attr, data, **kwargs)
        except ValidationError as error:
            raise ValidationError(self.sentence) from error

    def _validate(self, value: Any) -> None:
        if value is not None:
            super()._validate(value)


class Hours(fields.Field[int]):
    """Hours as people write them, 7.5 or 7:30; loads to whole minutes between two bounds."""

    def __init__(self, *, low: int, high: int, **kwargs: Any) -> None:
        """Take the bounds in minutes."""
        kwargs.setdefault("error_messages", {"required": MISSING, "null": MISSING})
        super().__init__(**kwargs)
        self.low, self.high = low, high
        self.sentence = WithFacts(BETWEEN_HOURS, low=hours_written(low), high=hours_written(high))

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> int:
        minutes = _minutes_in(value.strip()) if isinstance(value, str) else None
        if minutes is None or not self.low <= minutes <= self.high:
            raise ValidationError(self.sentence)
        return minutes


def _minutes_in(text: str) -> int | None:
    """Return the whole minutes that *text* means, or None."""
    if not _HOURS.fullmatch(text):
        return None
    if ":" in text:
        hours, _, minutes = text.partition(":")
        return int(hours) * 60 + int(minutes)
    exact = Decimal(text) * 60
    return int(exact) if exact == int(exact) else None


def hours_written(minutes: int) -> str:
    """Return minutes as a form writes hours: 50, 7.5 or 1:40; read again it is the same."""
    if minutes * 10 % 60 == 0:
        return f"{Decimal(minutes) / 60:f}".rstrip("0").rstrip(".") if minutes % 60 else str(minutes // 60)
    return f"{minutes // 60}:{minutes % 60:02d}"


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
