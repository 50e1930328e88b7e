"""A certificate as it is signed, and the verdict on what somebody shows as one.

A JWS in compact form (RFC 7515) with ES256. The browser judges by the same rules (``certificate.js``),
without asking anybody; one corpus of cases holds both to the same verdicts.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

ALGORITHM = "ES256"
# What this key signs besides, it signs under another name: one paper never passes for another.
PURPOSE = "fifty-hours-certificate"
SIGNATURE_SIGNS = 86
LONGEST = 4000
_BLANKS = " \t\r\n"


class Fault(StrEnum):
    """Why something is no certificate of ours; the first that fits."""

    NOT_ONE = "not_one"
    UNSIGNED = "unsigned"
    ALGORITHM = "algorithm"
    PURPOSE = "purpose"
    FOREIGN_KEY = "foreign_key"
    CUT_OFF = "cut_off"
    CHANGED = "changed"


class Standing(StrEnum):
    """What the college says of a genuine certificate today."""

    VALID = "valid"
    SUPERSEDED = "superseded"
    REVOKED = "revoked"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What is signed. Minutes are credited from ``from_on`` to ``last_on``, both included.

    Attributes:
        minutes: By grade of evidence, or kind of typed record.
        heads: The ledger's ends on that day: branch, number, first signs of the seal.
    """

    number: str
    name: str
    unit: str
    issuer: str
    from_on: date
    last_on: date
    minutes: Mapping[str, int]
    heads: tuple[str, ...]
    issued_on: date

    @property
    def total(self) -> int:
        """All minutes."""
        return sum(self.minutes.values())

    @property
    def payload(self) -> bytes:
        """What the signature is over."""
        members = {
            "iss": self.issuer,
            "number": self.number,
            "name": self.name,
            "unit": self.unit,
            "from": str(self.from_on),
            "until": str(self.last_on),
            "minutes": dict(self.minutes),
            "heads": list(self.heads),
            "issued": str(self.issued_on),
        }
        return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Either what is certified, or why it is not."""

    claims: Claims | None
    fault: Fault | None = None


def token_in(text: str) -> str:
    """Return the token of what somebody pasted: itself, or the end of the link from the code."""
    return text.strip(_BLANKS).rpartition("#")[2]


def judge(token: str, is_signed: Callable[[str, str], bool | None]) -> Verdict:
    """Return the verdict on a token.

    Args:
        is_signed: Told the name of a key and the token, says whether the key signed it; None for no key of
            ours.
    """
    parts = token.split(".")
    header = _object_in(parts[0]) if len(token) <= LONGEST and 2 <= len(parts) <= 3 else None
    if header is None:
        return Verdict(None, Fault.NOT_ONE)
    fault = _fault_of(header, parts)
    if fault is not None:
        return Verdict(None, fault)
    signed = is_signed(str(header["kid"]), token) if isinstance(header.get("kid"), str) else None
    if signed is None:
        return Verdict(None, Fault.FOREIGN_KEY)
    if len(parts) < 3 or len(parts[2]) < SIGNATURE_SIGNS:
        return Verdict(None, Fault.CUT_OFF)
    claims = _claims_in(_object_in(parts[1])) if signed else None
    return Verdict(claims) if claims else Verdict(None, Fault.CHANGED)


def _fault_of(header: Mapping[str, Any], parts: list[str]) -> Fault | None:
    """Return what is wrong with the head, before any key is looked for."""
    algorithm = header.get("alg")
    if isinstance(algorithm, str) and algorithm.lower() == "none":
        return Fault.UNSIGNED
    if algorithm != ALGORITHM:
        return Fault.ALGORITHM
    if header.get("typ") != PURPOSE:
        return Fault.PURPOSE
    return None


def _object_in(text: str) -> dict[str, Any] | None:
    """Return the JSON object that a part spells in base64url, or None."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        if base64.urlsafe_b64encode(raw).decode().rstrip("=") != text:
            return None
        found = json.loads(raw.decode(), parse_constant=_refuse)
    except (binascii.Error, UnicodeError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _refuse(_constant: str) -> None:
    raise ValueError("no JSON")


def _claims_in(members: Mapping[str, Any] | None) -> Claims | None:
    """Return what a payload certifies; None where it has not the shape that we sign."""
    if members is None:
        return None
    try:
        return Claims(
            number=str(members["number"]),
            name=str(members["name"]),
            unit=str(members["unit"]),
            issuer=str(members["iss"]),
            from_on=date.fromisoformat(members["from"]),
            last_on=date.fromisoformat(members["until"]),
            minutes={str(mark): int(minutes) for mark, minutes in members["minutes"].items()},
            heads=tuple(map(str, members["heads"])),
            issued_on=date.fromisoformat(members["issued"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
