"""Whole numbers as forms send them."""

LONGEST = 15


def number(text: str, otherwise: int = 0) -> int:
    """Return the whole number that *text* spells, or *otherwise*."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= LONGEST else otherwise
