"""Which language a page speaks: the person's choice, else the phone's, else simplified Chinese.

A phone says ``zh-CN``, our catalogue is ``zh_Hans``: tags are compared by language and script, after the
script that is likely for the region has been added.
"""

from babel import Locale, UnknownLocaleError
from babel.core import parse_locale
from flask import Flask, has_request_context, request
from flask_babel import Babel

COOKIE = "language"
COOKIE_AGE_S = 180 * 86_400
DEFAULT = "zh_Hans"
NAMES = {"zh_Hans": "简体中文", "zh_Hant": "繁體中文", "en": "English"}

babel = Babel()


def init_app(app: Flask) -> None:
    """Choose the language once a request, when the first word is needed."""
    babel.init_app(app, locale_selector=chosen, timezone_selector=None)


def chosen() -> str:
    """Return the key of the catalogue to speak from."""
    if not has_request_context():
        return DEFAULT
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in NAMES:
            return wish
    return negotiated(request.accept_languages.values())


def negotiated(tags: object) -> str:
    """Return the first of our languages among the *tags* of an Accept-Language header."""
    for tag in tags if hasattr(tags, "__iter__") else ():
        fit = nearest(str(tag))
        if fit is not None:
            return fit
    return DEFAULT


def nearest(tag: str) -> str | None:
    """Return our language for one tag, or None. Another Chinese script is nearer than another language."""
    tag = tag.replace("_", "-")
    try:
        language, _territory, script = parse_locale(tag, sep="-")[:3]
        # A script that the tag names counts more than the one of its region.
        script = script or Locale.parse(tag, sep="-").script
    except (UnknownLocaleError, ValueError):
        return None
    with_script = f"{language}_{script}"
    if with_script in NAMES:
        return with_script
    if language in NAMES:
        return language
    return DEFAULT if language == "zh" else None


def html_tag() -> str:
    """Return the language of this page as HTML writes it: ``zh-Hans``."""
    return chosen().replace("_", "-")
