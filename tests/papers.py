"""Papers for tests: a certificate that was asked for, shown and issued, and a notice of hours that runs."""

from datetime import datetime

from tests.actions.stage import Stage, at
from volunteer.actions.certificates import ask_certificate, show_requests
from volunteer.actions.issue import issue
from volunteer.actions.notices import open_notice
from volunteer.rules.kinds import NoticeList
from volunteer.signatures import CertificateSigner

FORM = "00000000-0000-0000-0000-0000000000c1"
SHOWN_AT, ISSUED_AT = at("16 13:00"), at("25 10:00")
OTHER_FORM = "00000000-0000-0000-0000-0000000000c2"


def certified(
    stage: Stage,
    who: str = "mei",
    *,
    shown: datetime = SHOWN_AT,
    issued: datetime = ISSUED_AT,
) -> int:
    """Let a member who has hours ask, the branch show it and the office issue it; return the certificate."""
    request = ask_certificate(
        stage.session,
        member_id=stage.member(who),
        actor=stage.actor(who),
        campus=stage.campus,
        now=shown,
    )
    show_requests(
        stage.session,
        ref=FORM,
        request_ids=[request],
        actor=stage.actor("organiser"),
        campus=stage.campus,
        now=shown,
    )
    return issue(
        stage.session,
        request_id=request,
        actor=stage.actor("office"),
        signer=CertificateSigner(stage.campus.keyring),
        campus=stage.campus,
        now=issued,
    )


def hours_notice(stage: Stage, when: str = "16 13:00") -> int:
    """Let the branch show the hours of everybody."""
    return open_notice(
        stage.session,
        ref=OTHER_FORM,
        unit_id=stage.cast.law,
        which=NoticeList.ALL,
        actor=stage.actor("organiser"),
        campus=stage.campus,
        now=at(when),
    )
