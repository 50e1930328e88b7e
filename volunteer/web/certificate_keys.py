"""The keys that certificates are signed with and verified by, as this deployment has them."""

from flask import Flask, current_app

from volunteer.config import Settings
from volunteer.rules.certificates import Fault, Verdict, judge
from volunteer.rules.kinds import Grade, RequestKind
from volunteer.signatures import CertificateSigner

KEPT = "certificate-keys.json"
MARKS = (Grade.A, Grade.B, Grade.C, Grade.E, RequestKind.OPENING, RequestKind.OUTSIDE)
_PLACE = "volunteer.certificates"


def init_app(app: Flask, settings: Settings) -> None:
    """Read the keys once; what was kept of older ones verifies on."""
    app.extensions[_PLACE] = CertificateSigner(settings.keyring, settings.state_dir / KEPT)
    app.jinja_env.globals.update(
        certificate_keys=lambda: signer().public_keys, certificate_faults=Fault, certificate_marks=MARKS
    )


def signer() -> CertificateSigner:
    """Return what signs and verifies."""
    found: CertificateSigner = current_app.extensions[_PLACE]
    return found


def verdict_on(token: str) -> Verdict:
    """Return the verdict on a token."""
    return judge(token, signer().is_signed)
