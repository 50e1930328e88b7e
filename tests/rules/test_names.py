"""Text that people type: rare characters are kept, invisible ones refused, bystanders see a mask."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.strategies import thorough
from volunteer.rules.names import NAME_LENGTH, clean_line, masked, masked_phones
from volunteer.rules.reasons import Reason, Refusal

KEPT = {
    "two characters": "王芳",
    "a rare character beyond the basic plane": "𠮷田",
    "a middle dot": "阿依古丽·买买提",
    "a bullet that stands for one": "卡德尔•艾力",
    "of the latest extensions": "\U00030000\U000323af\U0002ebf0",
    "Latin with a blank": "Anna Maria Müller",
    "an apostrophe": "O’Brien",
    "a combining accent": "Jose\u0301",
    "Tibetan": "བསྟན་འཛིན",
    "the longest": "王" * NAME_LENGTH,
    "one character": "王",
    "digits": "1号楼",
    "what looks like a formula": "=1+1",
    "what looks like markup": "<b>",
}


@pytest.mark.parametrize("name", KEPT.values(), ids=KEPT)
def test_a_name_stays_as_it_was_typed(name: str) -> None:
    assert clean_line(name, "name") == name


TRIMMED = {
    "blanks": "  王芳  ",
    "an ideographic blank": "\u3000王芳",
    "a line end": "王芳\r\n",
    "a tab": "\t王芳",
}


@pytest.mark.parametrize("text", TRIMMED.values(), ids=TRIMMED)
def test_outer_blanks_are_cut(text: str) -> None:
    assert clean_line(text, "name") == "王芳"


REFUSED = {
    "nothing": "",
    "blanks alone": " \t\u3000 ",
    "too long": "王" * (NAME_LENGTH + 1),
    "NUL": "王\0芳",
    "a line end inside": "王\n芳",
    "a tab inside": "王\t芳",
    "an escape": "王\x1b[31m芳",
    "a zero-width space": "王\u200b芳",
    "a zero-width space at the end": "王芳\u200b",
    "a zero-width joiner": "王\u200d芳",
    "a byte order mark": "\ufeff王芳",
    "a soft hyphen": "王\u00ad芳",
    "right to left": "王\u202e芳",
    "an isolate": "王\u2066芳",
    "a word joiner": "王\u2060芳",
    "a line separator": "王\u2028芳",
    "a paragraph separator": "王\u2029芳",
    "a lone surrogate": "王\ud842",
    "private use": "王\ue000",
    "private use of plane 15": "王\U000f0000",
    "no character": "王\uffff",
    "no character of plane 2": "王\U0002ffff",
    "a tag": "王\U000e0041",
    "a Hangul filler": "\u3164",
    "a half-width Hangul filler": "王\uffa0",
    "an empty Braille cell": "\u2800",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_nobody_can_see_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        clean_line(text, "name")
    assert caught.value.reason is Reason.BAD_FIELD
    assert caught.value.facts["field"] == "name"


def test_the_refusal_names_the_character() -> None:
    with pytest.raises(Refusal) as caught:
        clean_line("王\u200b芳", "name")
    assert caught.value.facts["character"] == "U+200B"


def test_another_field_may_be_longer() -> None:
    assert len(clean_line("字" * 200, "content", longest=200)) == 200
    with pytest.raises(Refusal):
        clean_line("字" * 201, "content", longest=200)


@thorough
@given(st.text(max_size=70))
def test_a_line_is_clean_or_refused_and_cleaning_twice_changes_nothing(text: str) -> None:
    try:
        line = clean_line(text, "name")
    except Refusal as refusal:
        assert refusal.reason is Reason.BAD_FIELD
        return
    assert line == text.strip() == clean_line(line, "name")
    assert 0 < len(line) <= NAME_LENGTH
    assert not any(unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for each in line)
    line.encode()


MASKS = {
    "two characters": ("王芳", "王**"),
    "four characters": ("欧阳明月", "欧**"),
    "one character": ("王", "王**"),
    "a rare character stays whole": ("𠮷田", "𠮷**"),
    "Latin": ("Anna Maria", "A**"),
}


@pytest.mark.parametrize("name, mask", MASKS.values(), ids=MASKS)
def test_bystanders_see_the_first_character_and_not_how_many_follow(name: str, mask: str) -> None:
    assert masked(name) == mask


PHONES = {
    "周老师 13800138000": "周老师 138****8000",
    "138 0013 8000": "138****8000",
    "院务办 0000-8100": "院务办 000****00",
    "010-62751234 转 3": "010****1234 转 3",
    "周老师": "周老师",
    "8号楼 302": "8号楼 302",
    "": "",
}


@pytest.mark.parametrize(("text", "shown"), PHONES.items())
def test_a_contact_is_shown_without_the_middle_of_its_number(text: str, shown: str) -> None:
    assert masked_phones(text) == shown
