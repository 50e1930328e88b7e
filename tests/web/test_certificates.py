"""Certificates in the browser: from asking to paper, revoked, looked up; what is shown to whom."""

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.actions.stage import Stage, at
from tests.cast import Cast
from tests.papers import certified
from tests.web.conftest import Browser, Enter
from tests.web.test_posters import text_of
from volunteer.actions.issue import digest_of
from volunteer.models import Certificate, CertificatePaper, CertificateRequest, Notice
from volunteer.rules.campus import Campus

Write = Callable[[Callable[[Session], Any]], Any]
FORM = "00000000-0000-0000-0000-0000000000f1"


@pytest.fixture
def issued(people: Cast, write: Write, campus: Campus, traveller: time_machine.Traveller) -> int:
    """A certificate of our member; it is the 25th, ten in the morning."""

    def act(session: Session) -> int:
        stage = Stage(session, people, campus)
        stage.serve("mei", "09:00", "12:00")
        return certified(stage)

    found: int = write(act)
    traveller.move_to(at("25 10:00"))
    return found


def row_of(read: Any) -> int:
    return int(read(select(func.max(CertificateRequest.id))))


def test_the_way_from_asking_to_paper(
    served: Browser, enter: Enter, read: Any, traveller: time_machine.Traveller
) -> None:
    for _ in range(2):
        assert served.post("/me/certificate").status_code == 303
    assert "支部公示你的姓名" in served.get("/me/certificate").text
    request = row_of(read)
    secretary, office = enter("secretary"), enter("office")
    assert "李梅" in secretary.get("/units/LAW/certificates").text
    shown = secretary.post("/units/LAW/certificates/notice", ref=FORM, chosen=str(request))
    again = secretary.post("/units/LAW/certificates/notice", ref=FORM, chosen=str(request))
    assert shown.headers["Location"] == again.headers["Location"]
    assert read(select(func.count()).select_from(Notice)) == 1
    early = office.post(f"/certificate-requests/{request}/issue")
    assert "公示期到" in office.get(early.headers["Location"]).text
    traveller.shift(timedelta(days=8))
    for _ in range(2):
        given = office.post(f"/certificate-requests/{request}/issue")
        assert given.headers["Location"] == "/certificates/1"
    assert read(select(func.count()).select_from(Certificate)) == 1
    paper = served.get("/certificates/1.pdf")
    assert paper.mimetype == "application/pdf"
    told = text_of(paper.data)
    for part in ("志愿服务记录证明", "COL-2026-0001", "兹证明李梅同志", "2.83小时", "B现场扫码", "岗位READ"):
        assert part in told, part
    for part in ("市图书馆", "经办人：secretary", "审核人：office", "党组织COL", "LAW"):
        assert part in told, part
    assert served.get("/certificates/1.pdf").data == paper.data


def test_a_paper_says_what_became_of_it(issued: int, enter: Enter, app: Flask, read: Any) -> None:
    office, mei = enter("office"), enter("mei")
    token = str(read(select(CertificatePaper.token)))
    address = f"/api/v1/certificates/{digest_of(token)}"
    stranger = app.test_client()
    assert stranger.get(address).json == {"standing": "valid", "since": None}
    assert office.post(f"/certificates/{issued}/revoke", reason=" ").status_code == 422
    for _ in range(2):
        assert office.post(f"/certificates/{issued}/revoke", reason="查实代签").status_code == 303
    assert stranger.get(address).json == {"standing": "revoked", "since": "2026-03-25"}
    assert "查实代签" in mei.get("/me/certificate").text
    assert "不再有效" in text_of(mei.get(f"/certificates/{issued}.pdf").data)
    page = stranger.get("/verify/paste")
    form = {"csrf_token": page.text.split('csrf_token" value="')[1].split('"')[0], "token": token}
    told = stranger.post("/verify/paste", data=form).text
    assert "撤销" in told
    assert "2026-03-25" in told


def test_a_stranger_learns_nothing_from_a_guess(issued: int, app: Flask) -> None:
    client = app.test_client()
    for digest in ("0" * 64, "COL-2026-0001".ljust(64, "0"), "'" * 64):
        assert client.get(f"/api/v1/certificates/{digest}").json == {"standing": "unknown", "since": None}
    assert client.get("/api/v1/certificates/COL-2026-0001").status_code == 404
    assert client.get(f"/certificates/{issued}").status_code == 303


@pytest.mark.parametrize("who", ["ning", "bo", "neighbour", "leader"])
def test_another_member_finds_no_paper(issued: int, enter: Enter, who: str) -> None:
    for path in (f"/certificates/{issued}", f"/certificates/{issued}.pdf"):
        assert enter(who).get(path).status_code == 404


def test_the_list_is_searched_filtered_and_taken_along(issued: int, enter: Enter) -> None:
    auditor = enter("auditor")
    path = "/units/COL/certificates"
    assert "COL-2026-0001" in auditor.get(f"{path}?q=lm&standing=valid").text
    assert "COL-2026-0001" not in auditor.get(f"{path}?standing=revoked").text
    rows = list(csv.reader(io.StringIO(auditor.get(f"{path}.csv?q=%E6%9D%8E").text)))
    assert rows[-1][:4] == ["COL-2026-0001", "李梅", "2023010001", "党组织LAW"]
    assert "COL-2026-0001" not in auditor.get(f"{path}.json?standing=superseded").text


def test_a_removed_persons_certificate_stays_known_without_her(
    issued: int, enter: Enter, app: Flask, read: Any, write: Write
) -> None:
    digest = str(read(select(Certificate.digest)))
    write(lambda session: session.execute(text("DELETE FROM certificate_paper")))
    office = enter("office")
    page = office.get(f"/certificates/{issued}")
    assert "已清除" in page.text
    assert office.get(f"/certificates/{issued}.pdf").status_code == 404
    assert app.test_client().get(f"/api/v1/certificates/{digest}").json["standing"] == "valid"


def test_without_hours_she_is_told_so(enter: Enter) -> None:
    answer = enter("mei").post("/me/certificate")
    assert answer.status_code == 409
    assert "还没有认定时长" in answer.text


def test_the_branch_asks_for_her_and_turns_it_down(
    served: Browser, enter: Enter, read: Any, people: Cast
) -> None:
    secretary = enter("secretary")
    assert secretary.post(f"/members/{people.mei}/certificate").status_code == 303
    request = row_of(read)
    assert secretary.post(f"/certificate-requests/{request}/decline", reason="").status_code == 303
    assert "公示你的姓名" in served.get("/me/certificate").text
    secretary.post(f"/certificate-requests/{request}/decline", reason="资料不全")
    assert "资料不全" in served.get("/me/certificate").text
    taken = served.post(f"/certificate-requests/{request}/withdraw")
    assert "状态已变为" in served.get(taken.headers["Location"]).text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("form", [{"ref": "x", "chosen": "1"}, {"ref": FORM}, {"ref": FORM, "chosen": "-1"}])
def test_a_form_that_names_nobody_is_answered_and_writes_nothing(
    served: Browser, enter: Enter, read: Any, form: dict[str, str]
) -> None:
    served.post("/me/certificate")
    assert enter("secretary").post("/units/LAW/certificates/notice", **form).status_code == 422
    assert read(select(func.count()).select_from(Notice)) == 0


def test_what_came_out_otherwise_is_shown_again_from_the_list(
    served: Browser, enter: Enter, read: Any, write: Write, traveller: time_machine.Traveller
) -> None:
    served.post("/me/certificate")
    secretary, office, request = enter("secretary"), enter("office"), row_of(read)
    secretary.post("/units/LAW/certificates/notice", ref=FORM, chosen=str(request))
    write(lambda session: session.execute(text("UPDATE visit SET grade = 'A'")))
    traveller.shift(timedelta(days=8))
    refused = office.post(f"/certificate-requests/{request}/issue")
    assert "请重新公示" in office.get(refused.headers["Location"]).text
    page = secretary.get("/units/LAW/certificates").text
    ref = page.split('name="ref" value="')[1].split('"')[0]
    secretary.post("/units/LAW/certificates/notice", ref=ref, chosen=str(request))
    assert read(select(func.count()).select_from(Notice)) == 2
    traveller.shift(timedelta(days=8))
    given = office.post(f"/certificate-requests/{request}/issue")
    assert given.headers["Location"] == "/certificates/1"
