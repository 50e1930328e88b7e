"""Text that people type: what is kept, what is refused, what is shown to bystanders."""

import unicodedata

from volunteer.rules.reasons import Reason, Refusal

NAME_LENGTH = 60
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_line(text: str, field: str, *, longest: int = NAME_LENGTH) -> str:
    """Return *text* without outer blanks. Rare characters such as 𠮷 and · stay as they are.

    Raises:
        Refusal: ``BAD_FIELD``: empty, too long, or with characters that nobody can see.
    """
    line = text.strip()
    if not line or len(line) > longest:
        raise Refusal(Reason.BAD_FIELD, field=field, longest=longest)
    for character in line:
        if unicodedata.category(character) in _INVISIBLE:
            raise Refusal(Reason.BAD_FIELD, field=field, character=f"U+{ord(character):04X}")
    return line


def masked(name: str) -> str:
    """Return a name for screens that bystanders see: 王**."""
    return name[:1] + "**"
