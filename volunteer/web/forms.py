"""Forms of pages: what was typed, and the refusals that stand beside the fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import request
from flask_babel import gettext
from marshmallow import Schema, ValidationError

from volunteer.rules.reasons import Reason, Refusal
from volunteer.schemas.fields import WithFacts
from volunteer.web import words

R = TypeVar("R")
# Beside which field the sentence of a refusal stands; all others stand above the form.
FIELD_OF: Mapping[Reason, str] = {
    Reason.SHIFT_IN_PAST: "starts_at",
    Reason.SHIFT_OVERLAPS: "starts_at",
    Reason.SHIFT_STARTED: "ends_at",
    Reason.BEYOND_SHIFT: "ends_at",
    Reason.ALREADY_EXISTS: "code",
    Reason.EXTENSION_OUT_OF_RANGE: "months",
    Reason.NOT_DUE: "on",
}
# What actions call a field that forms have in two parts.
PART_OF: Mapping[str, str] = {"breaks": "break_from"}


@dataclass(slots=True)
class Form:
    """What a page's form shows: values as typed, sentences by field; ``""`` is the form as a whole."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def is_sent(self) -> bool:
        """Whether this request sends the form, rather than asks for it."""
        return request.method == "POST"

    @classmethod
    def typed(cls) -> "Form":
        """Return the form as it was just sent; empty when it is only asked for."""
        return cls(values={name: text for name, text in request.form.items() if name != "csrf_token"})

    def load(self, schema: Schema) -> dict[str, Any] | None:
        """Return the values as the schema reads them, or None with the sentences filled in."""
        known = {name: text for name, text in self.values.items() if name in schema.fields}
        try:
            loaded: dict[str, Any] = schema.load(known)
        except ValidationError as error:
            self._add(dict(error.messages_dict))
            return None
        return loaded

    def run(self, act: Callable[[], R]) -> R | None:
        """Return what *act* returns, or None with the refusal's sentence beside its field."""
        try:
            return act()
        except Refusal as refusal:
            if _is_for_all(refusal):
                raise
            named = str(refusal.facts.get("field", "")) or FIELD_OF.get(refusal.reason, "")
            named = PART_OF.get(named, named)
            self.errors[named if named in self.values else ""] = words.sentence(refusal)
            return None

    def _add(self, messages: Mapping[str, Any]) -> None:
        for name, texts in messages.items():
            text = texts[0] if isinstance(texts, list) else gettext("Please check what is entered here.")
            said = gettext(text.template, **text.facts) if isinstance(text, WithFacts) else gettext(str(text))
            self.errors["" if name == "_schema" else name] = said
        if self.errors:
            self.errors.setdefault("", gettext("Something is not right yet. See the fields below."))


def _is_for_all(refusal: Refusal) -> bool:
    """Whether the refusal is of the page as a whole; one with a day is of what was typed."""
    if refusal.reason is Reason.NOT_ALLOWED:
        return "day" not in refusal.facts
    return refusal.reason in (Reason.UNKNOWN, Reason.NOT_SIGNED_IN)
