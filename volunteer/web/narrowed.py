"""By what the rows of a file were chosen: printed with its basis, in the words of its page."""

from flask_babel import gettext as _


def narrowed(basis: str, *facts: str) -> str:
    """Return the basis of a file with all by which its rows were chosen; an empty fact chose nothing."""
    separator: str = _("; ")
    return separator.join([basis, *filter(None, facts)])


def searched(text: str) -> str:
    """Return what was searched for."""
    return _("searched: %(text)s", text=text) if text else ""
