"""What a password that somebody chooses must be. Length counts most; no signs are prescribed."""

from volunteer.rules.reasons import Reason, Refusal

SHORTEST = 10
LONGEST = 200
FEWEST_DIFFERENT = 5


def check_password(password: str, *, login: str) -> None:
    """Refuse what is guessed first.

    Raises:
        Refusal: ``BAD_FIELD`` with the case ``password_length``, ``password_login`` or ``password_plain``.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise Refusal(Reason.BAD_FIELD, field="new", case="password_length")
    if login.casefold() in password.casefold() and len(password) - len(login) < FEWEST_DIFFERENT:
        raise Refusal(Reason.BAD_FIELD, field="new", case="password_login")
    if len(set(password)) < FEWEST_DIFFERENT or password in "01234567890123456789":
        raise Refusal(Reason.BAD_FIELD, field="new", case="password_plain")
