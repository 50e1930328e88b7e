"""Text that people type: what is kept, what is refused, what is shown to bystanders."""

import re
import unicodedata

from volunteer.rules.reasons import Reason, Refusal

NAME_LENGTH = 60
SHORT_PHONE = 8
# Seven digits or more, as people part them: 138 0013 8000, 010-6275 1234.
_PHONE = re.compile(r"[0-9](?:[ \-()]{0,2}[0-9]){6,}")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Letters by category, blank on every screen: Hangul fillers and the empty Braille cell.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# Planes 2 and 3 hold ideographs alone. Names use some that are younger than Python's tables.
_IDEOGRAPHS = range(0x20000, 0x3FFFE)


def clean_line(text: str, field: str, *, longest: int = NAME_LENGTH) -> str:
    """Return *text* without outer blanks. Rare characters such as 𠮷 and · stay as they are.

    Raises:
        Refusal: ``BAD_FIELD``: empty, too long, or with characters that nobody can see.
    """
    line = text.strip()
    if not line or len(line) > longest:
        raise Refusal(Reason.BAD_FIELD, field=field, longest=longest)
    for character in line:
        if _is_invisible(character):
            raise Refusal(Reason.BAD_FIELD, field=field, character=f"U+{ord(character):04X}")
    return line


def clean_text(text: str, field: str, *, longest: int) -> str:
    """Return *text* with its lines kept: their ends of one kind, no blanks behind, one empty line at most.

    Raises:
        Refusal: ``BAD_FIELD``: too long, or with characters that nobody can see.
    """
    kept: list[str] = []
    for line in text.replace("\t", " ").splitlines():
        if line.strip():
            kept.append(clean_line(line, field, longest=longest))
        elif kept and kept[-1]:
            kept.append("")
    found = "\n".join(kept).strip()
    if len(found) > longest:
        raise Refusal(Reason.BAD_FIELD, field=field, longest=longest)
    return found


def _is_invisible(character: str) -> bool:
    if ord(character) in _IDEOGRAPHS and ord(character) & 0xFFFF < 0xFFFE:
        return False
    return character in _BLANK or unicodedata.category(character) in _INVISIBLE


def masked_phones(text: str) -> str:
    """Return a contact without the middle of its telephone numbers: 周老师 138****5678.

    Whoever needs the whole number is who keeps it, on the form where it is kept.
    """
    return _PHONE.sub(_without_middle, text)


def _without_middle(found: re.Match[str]) -> str:
    digits = "".join(letter for letter in found[0] if letter.isdecimal())
    return f"{digits[:3]}****{digits[-4:] if len(digits) > SHORT_PHONE else digits[-2:]}"


def masked(name: str) -> str:
    """Return a name for screens that bystanders see: 王**."""
    return name[:1] + "**"
