"""Activation slips: how a one-time code is made and read, and who may hand out the key to whose account.

Whoever prints a slip could use it herself. So a slip is a take-over, and the rule keeps any take-over from
giving one office-holder a second pair of hands: an account without a role can approve nothing, and one
person may print its slip; an account with a role needs two people, of whom only the second sees the code.
A role is given by somebody else than who printed the slip (``volunteer/actions/accounts.py``).
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor

SLIP_LASTS = timedelta(days=30)
# Thirty signs: no 0 and O, no 1, I and L, and no U, which looks like V in a hurry. 58 bits in twelve.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
GROUP_LENGTH = 4
_CODE_LABEL = b"fifty-hours/slip/code/1"
_DIGEST_LABEL = b"fifty-hours/slip/digest/1"
_BETWEEN = frozenset(" -‐‑‒–—−－·.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """Whose account a slip would open.

    Attributes:
        home: The unit of the person with all above it, own unit last; empty for nobody's.
        offices: The same of each role in force; empty for one that reaches everywhere.
    """

    account_id: int
    is_member: bool
    home: Collection[int] = ()
    offices: Collection[Collection[int]] = ()


def code_of(secret: bytes, print_ref: str, account_id: int) -> str:
    """Return the code of one account's slip in one printing: sent twice, a print gives the same paper."""
    label = b"%s/%s/%d" % (_CODE_LABEL, print_ref.encode(), account_id)
    number = int.from_bytes(hmac.digest(secret, label, "sha256"), "big")
    signs = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[place])
    return "".join(signs)


def digest_of(secret: bytes, code: str) -> str:
    """Return what the database keeps of a code. It says nothing without the secret."""
    return hmac.new(secret, _DIGEST_LABEL + code.encode(), hashlib.sha256).hexdigest()


def grouped(code: str) -> str:
    """Return the code as it is printed: ABCD-EFGH-JKMN."""
    parts = [code[at : at + GROUP_LENGTH] for at in range(0, len(code), GROUP_LENGTH)]
    return "-".join(parts)


def read_code(text: str) -> str:
    """Return the code that somebody typed, whatever the case, the dashes and the width of its signs.

    Raises:
        Refusal: ``SLIP_UNKNOWN``: it cannot be one; nothing was tried.
    """
    plain = unicodedata.normalize("NFKC", text[:100]).upper()
    code = "".join(sign for sign in plain if sign not in _BETWEEN and not sign.isspace())
    if len(code) != CODE_LENGTH or any(sign not in ALPHABET for sign in code):
        raise Refusal(Reason.SLIP_UNKNOWN, case="signs")
    return code


def may_print_alone(actor: Actor, holder: Holder) -> bool:
    """Whether the actor may print the slip of an account without a role: never her own.

    A committee may for the members of its branch, the college and the administrator for everybody below.
    """
    if actor.account_id == holder.account_id or holder.offices:
        return False
    is_branch = holder.is_member and actor.is_committee_of(holder.home)
    return is_branch or actor.is_college_of(holder.home) or actor.looks_after(holder.home)


def may_print_with_another(actor: Actor, holder: Holder) -> bool:
    """Whether the actor may be one of the two for an account that holds roles: over all that it reaches."""
    if actor.account_id == holder.account_id or not holder.offices:
        return False
    places = [*holder.offices, *([holder.home] if holder.home else [])]
    return all(actor.is_college_of(place) or actor.looks_after(place) for place in places)
