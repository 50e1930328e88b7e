"""Certificates: asked for, shown for seven days, issued by another person; replaced and revoked."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from tests.actions.stage import Stage, at
from volunteer.actions import decide
from volunteer.actions.certificates import ask_certificate, decline_request, show_requests, withdraw_request
from volunteer.actions.issue import digest_of, issue, revoke
from volunteer.actions.notices import withdraw_notice
from volunteer.models import Certificate, CertificateRequest, Message, NoticeLine, Seal
from volunteer.rules.certificates import Standing, judge
from volunteer.rules.kinds import CertificateState, MessageKind, Outcome
from volunteer.rules.reasons import Reason
from volunteer.signatures import CertificateSigner
from volunteer.stats import certificates
from volunteer.stats.certificates import Asked
from volunteer.stats.rollups import Days
from volunteer.stats.todo import waiting_for

ASKED, NOTICED, ISSUED, WITHDRAWN = (
    CertificateState.ASKED,
    CertificateState.NOTICED,
    CertificateState.ISSUED,
    CertificateState.WITHDRAWN,
)


def ask(stage: Stage, when: str, *, who: str = "mei", by: str | None = None) -> int:
    return ask_certificate(
        stage.session,
        member_id=stage.member(who),
        actor=stage.actor(by or who),
        campus=stage.campus,
        now=at(when),
    )


def show(stage: Stage, requests: list[int], when: str, *, by: str = "organiser", ref: str = "") -> Any:
    return show_requests(
        stage.session,
        ref=ref or stage.ref(),
        request_ids=requests,
        actor=stage.actor(by),
        campus=stage.campus,
        now=at(when),
    )


def give(stage: Stage, request: int, when: str, *, by: str = "office") -> int:
    return issue(
        stage.session,
        request_id=request,
        actor=stage.actor(by),
        signer=CertificateSigner(stage.campus.keyring),
        campus=stage.campus,
        now=at(when),
    )


def state(stage: Stage, request: int) -> CertificateState:
    return stage.session.get_one(CertificateRequest, request, populate_existing=True).state


def standing(stage: Stage, certificate: int) -> Standing:
    digest = stage.session.get_one(Certificate, certificate).digest
    return certificates.standing_of(stage.session, digest)[0]


@pytest.fixture
def served(stage: Stage) -> Stage:
    """Our member has three hours of the 16th."""
    stage.serve("mei", "09:00", "12:00")
    return stage


@pytest.fixture
def shown(served: Stage) -> int:
    """Her request, on notice from the 17th."""
    request = ask(served, "16 13:00")
    show(served, [request], "17 09:00")
    return request


def test_she_asks_once_and_again_is_the_same(served: Stage) -> None:
    first = ask(served, "13:00")
    assert ask(served, "13:01") == first
    assert ask(served, "13:02", by="organiser") == first


@pytest.mark.parametrize("by", ["neighbour", "leader", "admin", "auditor", "ning"])
def test_nobody_else_asks_for_her(served: Stage, by: str) -> None:
    with served.refused(Reason.NOT_ALLOWED):
        ask(served, "13:00", by=by)


def test_without_an_hour_there_is_nothing_to_certify(stage: Stage) -> None:
    with stage.refused(Reason.NOT_DUE):
        ask(stage, "08:00")


def test_it_is_issued_the_day_after_seven_days_of_notice(served: Stage, shown: int) -> None:
    with served.refused(Reason.NOT_DUE):
        give(served, shown, "24 23:59:59")
    found = served.session.get_one(Certificate, give(served, shown, "25 00:00"))
    assert (found.number, found.minutes, found.marks) == ("COL-2026-0001", 180, "B:180")
    assert (found.from_on, found.last_on, found.issued_on) == (
        date(2025, 12, 1),
        date(2026, 3, 17),
        date(2026, 3, 25),
    )
    assert give(served, shown, "25 00:01") == found.id
    assert state(served, shown) is ISSUED


def test_what_is_signed_is_what_was_shown_and_where_the_ledger_ended(served: Stage, shown: int) -> None:
    paper = certificates.paper_of(served.session, give(served, shown, "25 10:00"))
    assert paper
    claims = judge(paper.token, CertificateSigner(served.campus.keyring).is_signed).claims
    assert claims
    assert (claims.name, claims.unit, claims.issuer) == ("李梅", "党组织LAW", "党组织COL")
    assert claims.minutes == {"B": 180}
    seal = served.session.scalars(select(Seal).order_by(Seal.number.desc())).first()
    assert seal
    assert claims.heads == (f"LAW {seal.number} {seal.hash[:16]}",)


@pytest.mark.parametrize(
    ("by", "reason"),
    [
        ("organiser", Reason.NOT_ALLOWED),
        ("neighbour", Reason.NOT_ALLOWED),
        ("admin", Reason.NOT_ALLOWED),
        ("auditor", Reason.NOT_ALLOWED),
        ("mei", Reason.SAME_PERSON),
    ],
)
def test_the_college_alone_issues_it(served: Stage, shown: int, by: str, reason: Reason) -> None:
    with served.refused(reason):
        give(served, shown, "25 10:00", by=by)


def test_handler_and_approver_are_two_people(served: Stage) -> None:
    request = ask(served, "16 13:00")
    show(served, [request], "17 09:00", by="office")
    with served.refused(Reason.SAME_PERSON):
        give(served, request, "25 10:00", by="office")
    give(served, request, "25 10:00", by="office_second")


def test_what_was_not_shown_is_not_issued(served: Stage) -> None:
    request = ask(served, "16 13:00")
    with served.refused(Reason.CHANGED_MEANWHILE):
        give(served, request, "30 10:00")


def test_while_an_objection_is_open_nothing_is_issued(served: Stage, shown: int) -> None:
    objection = served.object_to(served.visit_of("mei").id, "20 10:00", by="ning")
    with served.refused(Reason.NOT_DUE):
        give(served, shown, "25 10:00")
    served.accept(objection, "office", "25 11:00")
    served.resolve(objection, "office", "25 12:00", upheld=False)
    give(served, shown, "25 13:00")


def test_what_came_out_otherwise_is_shown_again_first(served: Stage, shown: int) -> None:
    morning = served.system.shift("LATER", served.cast.post, at("17 08:00"), at("17 12:00"))
    request = served.make_up("mei", "17 08:00", "17 10:00", "18 09:00", shift=morning)
    served.approve(request, "leader", "18 10:00")
    served.approve(request, "organiser", "18 11:00")
    with served.refused(Reason.CHANGED_MEANWHILE):
        give(served, shown, "25 10:00")
    show(served, [shown], "25 11:00")
    with served.refused(Reason.NOT_DUE):
        give(served, shown, "04-01 10:00")
    found = served.session.get_one(Certificate, give(served, shown, "04-02 10:00"))
    assert found.marks == "B:180 E:120"


def test_hours_after_the_first_day_of_the_notice_do_not_disturb_it(served: Stage, shown: int) -> None:
    served.system.shift("NEXT", served.cast.post, at("18 09:00"), at("18 12:00"))
    served.serve("mei", "18 09:00", "18 12:00")
    found = served.session.get_one(Certificate, give(served, shown, "25 10:00"))
    assert found.minutes == 180


def test_a_notice_that_is_taken_down_lets_its_requests_wait_again(served: Stage, shown: int) -> None:
    request = served.session.get_one(CertificateRequest, shown, populate_existing=True)
    assert request.notice_id
    withdraw_notice(
        served.session,
        notice_id=request.notice_id,
        reason="误",
        actor=served.actor("organiser"),
        campus=served.campus,
        now=at("18 09:00"),
    )
    assert state(served, shown) is ASKED


def test_each_branch_has_its_own_notice(served: Stage) -> None:
    served.serve("bo", "09:00", "12:00")
    requests = [ask(served, "13:00"), ask(served, "13:00", who="bo")]
    made = show(served, requests, "17 09:00", by="office", ref="form")
    assert len(made) == 2
    assert show(served, requests, "17 09:00", by="office", ref="form") == made
    assert served.count(NoticeLine) == 2


@pytest.mark.parametrize(
    ("by", "reason"), [("neighbour", Reason.NOT_ALLOWED), ("leader", Reason.NOT_ALLOWED)]
)
def test_only_its_committee_and_the_college_show_it(served: Stage, by: str, reason: Reason) -> None:
    request = ask(served, "13:00")
    with served.refused(reason):
        show(served, [request], "17 09:00", by=by)


def test_she_takes_it_back_or_it_is_turned_down_with_a_reason(served: Stage, shown: int) -> None:
    with served.refused(Reason.NOT_ALLOWED):
        withdraw_request(served.session, request_id=shown, actor=served.actor("ning"), now=at("18 09:00"))
    withdraw_request(served.session, request_id=shown, actor=served.actor("mei"), now=at("18 09:00"))
    assert state(served, shown) is WITHDRAWN
    again = ask(served, "18 10:00")
    with served.refused(Reason.BAD_FIELD):
        decline_request(
            served.session, request_id=again, reason=" ", actor=served.actor("organiser"), now=at("18 11:00")
        )
    decline_request(
        served.session, request_id=again, reason="重复", actor=served.actor("organiser"), now=at("18 11:00")
    )
    with served.refused(Reason.CHANGED_MEANWHILE):
        show(served, [again], "18 12:00")


def test_a_newer_one_takes_the_place_of_the_older(served: Stage, shown: int) -> None:
    first = give(served, shown, "25 10:00")
    second_request = ask(served, "26 09:00")
    show(served, [second_request], "26 10:00")
    assert standing(served, first) is Standing.VALID
    second = give(served, second_request, "04-03 09:00")
    assert (standing(served, first), standing(served, second)) == (Standing.SUPERSEDED, Standing.VALID)
    rows = certificates.certificates_of(served.session, served.cast.mei)
    assert [(row.number, row.replaced_by) for row in rows] == [
        ("COL-2026-0002", None),
        ("COL-2026-0001", "COL-2026-0002"),
    ]
    with served.refused(Reason.CHANGED_MEANWHILE):
        revoke(
            served.session,
            certificate_id=first,
            reason="误",
            actor=served.actor("office"),
            now=at("04-03 10:00"),
        )


def test_the_college_revokes_it_with_a_reason(served: Stage, shown: int) -> None:
    found = give(served, shown, "25 10:00")
    for by, reason in (("organiser", Reason.NOT_ALLOWED), ("mei", Reason.SAME_PERSON)):
        with served.refused(reason):
            revoke(
                served.session,
                certificate_id=found,
                reason="误",
                actor=served.actor(by),
                now=at("26 09:00"),
            )
    for _ in range(2):
        revoke(
            served.session,
            certificate_id=found,
            reason="查实代签",
            actor=served.actor("office"),
            now=at("26 09:00"),
        )
    assert standing(served, found) is Standing.REVOKED


def test_a_record_that_falls_later_shows_beside_the_certificate(served: Stage, shown: int) -> None:
    found = give(served, shown, "25 10:00")
    objection = served.object_to(served.visit_of("mei").id, "26 10:00")
    served.resolve(objection, "office", "26 11:00", upheld=True)
    (row,) = certificates.certificates_of(served.session, served.cast.mei)
    assert (row.id, row.is_outdated, row.minutes_now) == (found, True, 0)


def test_lists_search_filter_and_count_and_stay_below_their_unit(served: Stage, shown: int) -> None:
    give(served, shown, "25 10:00")
    session = served.session
    law, bio = f"/{served.cast.college}/{served.cast.law}/", f"/{served.cast.college}/{served.cast.bio}/"
    for text, count in (("李", 1), ("lm", 1), ("0001", 1), ("2023010001", 1), ("王", 0), ("%", 0)):
        assert certificates.count_of(session, law, Asked(text=text)) == count, text
    assert certificates.count_of(session, law, Asked(standing=Standing.REVOKED)) == 0
    assert certificates.certificates_below(session, bio, Asked(), limit=9) == []
    assert len(certificates.certificates_below(session, law, Asked(standing=Standing.VALID), limit=9)) == 1
    assert certificates.issued_in(session, Days.calendar_year(2026), unit_path=law) == 1
    assert certificates.issued_in(session, Days.calendar_year(2025), unit_path=law) == 0
    assert certificates.issued_in(session, Days.calendar_year(2026), unit_path=bio) == 0
    assert certificates.standing_of(session, digest_of("x")) == (Standing.UNKNOWN, None)


def test_after_the_probation_it_covers_the_probation(served: Stage) -> None:
    decide.decide(
        served.session,
        member_id=served.cast.mei,
        outcome=Outcome.CANCELLED,
        meeting_on=date(2026, 4, 1),
        proposed_by=served.actor("organiser"),
        approved_by=served.actor("office"),
        campus=served.campus,
        now=at("04-01 12:00"),
    )
    request = ask(served, "12-20 10:00")
    show(served, [request], "12-21 10:00")
    line = served.session.scalars(select(NoticeLine)).one()
    assert (line.from_on, line.to_on) == (date(2025, 12, 1), date(2026, 12, 1))


def to_do(stage: Stage, login: str, on: str) -> tuple[int, str | None]:
    found = waiting_for(
        stage.session,
        stage.actor(login),
        now=at(on),
        today=stage.campus.day(at(on)),
        due_by=stage.campus.day(at(on)),
    )
    return found.certificates, found.office_unit


def test_it_stands_on_the_list_of_whoever_takes_the_next_step(served: Stage) -> None:
    request = ask(served, "16 13:00")
    assert to_do(served, "organiser", "16 14:00") == (1, "LAW")
    assert to_do(served, "office", "16 14:00") == (1, "COL")
    assert to_do(served, "neighbour", "16 14:00") == (0, "BIO")
    assert to_do(served, "leader", "16 14:00") == (0, None)
    show(served, [request], "17 09:00", by="office")
    assert to_do(served, "office_second", "24 09:00")[0] == 0
    found = {login: to_do(served, login, "25 09:00")[0] for login in ("organiser", "office", "office_second")}
    assert found == {"organiser": 0, "office": 0, "office_second": 1}


def test_she_is_told_what_came_of_it(served: Stage, shown: int) -> None:
    found = give(served, shown, "25 10:00")
    revoke(
        served.session,
        certificate_id=found,
        reason="查实代签",
        actor=served.actor("office"),
        now=at("26 09:00"),
    )
    again = ask(served, "26 10:00")
    decline_request(
        served.session, request_id=again, reason="重复", actor=served.actor("office"), now=at("26 11:00")
    )
    told = served.session.execute(
        select(Message.kind, Message.text)
        .where(Message.account_id == served.cast.mei_account)
        .order_by(Message.id)
    )
    assert [(row.kind, row.text) for row in told] == [
        (MessageKind.CERTIFICATE_ISSUED, "COL-2026-0001"),
        (MessageKind.CERTIFICATE_REVOKED, "查实代签"),
        (MessageKind.CERTIFICATE_DECLINED, "重复"),
    ]
