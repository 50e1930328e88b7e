"""Pinyin of names: the key that sorts them alike on every engine, and the initials that people search by."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin

# What the package reads as common words, and people bear as surnames.
SURNAMES = {
    "单": "shan",
    "曾": "zeng",
    "解": "xie",
    "仇": "qiu",
    "朴": "piao",
    "查": "zha",
    "盖": "ge",
    "区": "ou",
    "任": "ren",
    "华": "hua",
    "尉": "yu",
    "乐": "yue",
    "覃": "qin",
    "翟": "zhai",
    "缪": "miao",
    "员": "yun",
    "折": "she",
    "种": "chong",
    "召": "shao",
    "万": "wan",
}


@lru_cache(maxsize=4096)
def syllables_of(name: str) -> tuple[str, ...]:
    """Return the syllables of a name, lower case, without tones; what is not Chinese stays as it is."""
    rest = lazy_pinyin(name[1:], style=Style.NORMAL)
    first = SURNAMES.get(name[:1])
    return tuple(part.lower() for part in ([first] if first else lazy_pinyin(name[:1])) + rest)


def sort_key_of(name: str) -> str:
    """Return the syllables, blank-separated: 王小明 is ``wang xiao ming``."""
    return " ".join(syllables_of(name))[:200]


def initials_of(name: str) -> str:
    """Return the first letters: 王小明 is ``wxm``."""
    return "".join(part[:1] for part in syllables_of(name))[:60]
