"""Every key has a sentence or a word, in Chinese and in English, and the catalogue is complete."""

import re
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask

from volunteer.config import PACKAGE, ROOT
from volunteer.rules import kinds
from volunteer.rules.reasons import Reason, Refusal
from volunteer.web import words
from volunteer.web.language import nearest, negotiated

KINDS = [
    kind
    for kind in vars(kinds).values()
    if isinstance(kind, type) and issubclass(kind, StrEnum) and kind is not StrEnum
]
ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in text)


@ONE_ENGINE
def test_every_value_of_every_list_has_a_word_in_both_languages(app: Flask) -> None:
    for kind in KINDS:
        for value in kind:
            with app.test_request_context("/?lang=en"):
                assert words.word(value), value
                assert not is_chinese(words.word(value)), value
            with app.test_request_context("/?lang=zh_Hans"):
                assert is_chinese(words.word(value)), value


@ONE_ENGINE
def test_every_reason_has_a_sentence_in_both_languages(app: Flask) -> None:
    for reason in Reason:
        with app.test_request_context("/?lang=en"):
            assert len(words.sentence(Refusal(reason))) > 10
        with app.test_request_context("/?lang=zh_Hans"):
            assert is_chinese(words.sentence(Refusal(reason))), reason


@ONE_ENGINE
def test_every_case_of_a_sentence_is_spoken_in_chinese(app: Flask) -> None:
    with app.test_request_context("/?lang=zh_Hans"):
        for reason, case in words.CASES:
            assert is_chinese(words.sentence(Refusal(reason, case=case)))


@pytest.mark.parametrize("language", ["zh_Hans", "zh_Hant"])
def test_a_chinese_catalogue_says_everything_that_the_source_asks_for(tmp_path: Path, language: str) -> None:
    template = tmp_path / "messages.pot"
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", "extract", "-F", "babel.cfg"]
    keywords = ["-k", "_l", "-k", "lazy_gettext", "-k", "_p:1c,2"]
    subprocess.run([*command, *keywords, "-o", template, "."], cwd=ROOT, check=True)
    with template.open("rb") as asked:
        wanted = {(entry.context, entry.id) for entry in read_po(asked) if entry.id}
    with (PACKAGE / f"translations/{language}/LC_MESSAGES/messages.po").open("rb") as given:
        held = {(entry.context, entry.id) for entry in read_po(given) if entry.id and entry.string}
    assert wanted == held


TAGS = {
    "zh-CN": "zh_Hans",
    "zh": "zh_Hans",
    "zh-Hans-CN": "zh_Hans",
    "zh-TW": "zh_Hant",
    "zh-HK": "zh_Hant",
    "zh-MO": "zh_Hant",
    "zh-SG": "zh_Hans",
    "zh-Hant": "zh_Hant",
    "zh-Hant-CN": "zh_Hant",
    "zh-Hans-TW": "zh_Hans",
    "en": "en",
    "en-GB": "en",
    "fr": None,
    "": None,
    "x-nonsense": None,
}


@pytest.mark.parametrize(("tag", "expected"), TAGS.items())
def test_the_nearest_of_our_languages_is_chosen(tag: str, expected: str | None) -> None:
    assert nearest(tag) == expected


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)[sd]|\{\w+\}", text))


def test_both_chinese_catalogues_name_the_same_facts_and_the_second_has_its_own_letters() -> None:
    held = {}
    for language in ("zh_Hans", "zh_Hant"):
        with (PACKAGE / f"translations/{language}/LC_MESSAGES/messages.po").open("rb") as given:
            held[language] = {str(entry.id): str(entry.string) for entry in read_po(given) if entry.id}
    for said, simplified in held["zh_Hans"].items():
        traditional = held["zh_Hant"][said]
        assert placeholders(traditional) == placeholders(simplified), said
        # A few letters that only the simplified script has.
        assert not set("们记录签到时岗审务这为说") - set("到") & set(traditional) - set("到"), traditional


@pytest.mark.parametrize(("language", "letters"), [("zh_Hans", "gb2312"), ("zh_Hant", "big5hkscs")])
def test_no_letter_of_the_other_script_slips_in(language: str, letters: str) -> None:
    with (PACKAGE / f"translations/{language}/LC_MESSAGES/messages.po").open("rb") as given:
        said = {str(entry.string) for entry in read_po(given) if entry.id}
    foreign = {
        text for text in said for sign in re.findall(r"[\u4e00-\u9fff]", text) if not fits(sign, letters)
    }
    assert foreign == set()


def fits(sign: str, letters: str) -> bool:
    try:
        sign.encode(letters)
    except UnicodeEncodeError:
        return False
    return True


def test_a_phone_that_says_nothing_gets_chinese() -> None:
    assert negotiated([]) == "zh_Hans"
    assert negotiated(["fr", "en-US", "zh-CN"]) == "en"
