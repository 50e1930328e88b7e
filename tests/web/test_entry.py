"""From a printed slip to an own password: each wrong code has its sentence, and a form sent twice is one."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pypdfium2
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.cast import NOW, Cast, System
from tests.web.conftest import Browser, Enter, token_in
from tests.web.test_pages import statements
from volunteer.actions.slips import accounts_of_members, print_slips
from volunteer.models import Account, ApiToken, Proposal, RoleGrant, Slip, WrongTry
from volunteer.rules.kinds import Role, UnitKind

PASSWORD = "door at nine"


@pytest.fixture
def slip(app: Flask, people: Cast, write: Any) -> Any:
    """Return the code of a slip that the system prints, each time a new one."""

    def slip(login: str = "mei") -> str:
        keyring = app.extensions["volunteer.settings"].campus.keyring
        (made,) = write(
            lambda session: print_slips(
                session,
                account_ids=[getattr(people, f"{login}_account")],
                print_ref=str(uuid4()),
                actor=None,
                keyring=keyring,
                now=NOW,
            )
        )
        return str(made.code)

    return slip


def send(client: FlaskClient, **form: str) -> TestResponse:
    token = token_in(client.get("/activate").text)
    return client.post("/activate", data={"csrf_token": token} | form)


def choose(
    client: FlaskClient, code: str, password: str = PASSWORD, again: str | None = None
) -> TestResponse:
    return send(client, code=code, new=password, again=password if again is None else again)


def test_a_right_code_shows_a_masked_name_and_then_lets_her_in(
    client: FlaskClient, slip: Any, read: Any
) -> None:
    shown = slip()
    page = send(client, code=f" {shown[:4].lower()}-{shown[4:8]} {shown[8:]}")
    assert (page.status_code, "m**" in page.text, "党组织LAW" in page.text) == (200, True, True)
    answer = choose(client, shown)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/home").status_code == 200
    assert read(select(func.count(WrongTry.id))) == 0


def test_before_a_right_code_nothing_is_told_about_anybody(client: FlaskClient, slip: Any) -> None:
    slip()
    page = send(client, code="ABCD-EFGH-JKMN")
    assert page.status_code == 409
    assert "没有这个激活码" in page.text
    assert "**" not in page.text


@pytest.mark.parametrize(
    ("password", "again", "sentence"),
    [
        ("too short", None, "至少 10 个字符"),
        ("1234567890", None, "连续数字"),
        (PASSWORD, "door at ten", "两次输入不一致"),
    ],
)
def test_a_password_that_does_not_do_is_told_why_and_the_slip_still_opens(
    client: FlaskClient, slip: Any, password: str, again: str | None, sentence: str
) -> None:
    shown = slip()
    page = choose(client, shown, password, again)
    assert (page.status_code, sentence in page.text) == (422, True)
    assert choose(client, shown).status_code == 303


def test_the_same_form_sent_twice_from_the_same_page_lets_her_in_twice(
    app: Flask, slip: Any, read: Any
) -> None:
    client, shown = app.test_client(), slip()
    token = token_in(client.get("/activate").text)
    cookie = client.get_cookie("session")
    assert cookie is not None
    form = {"csrf_token": token, "code": shown, "new": PASSWORD, "again": PASSWORD}
    first = client.post("/activate", data=form)
    # The second was under way before the first one's answer, so it carries the old cookie.
    client.set_cookie("session", cookie.value)
    second = client.post("/activate", data=form)
    assert (first.status_code, second.status_code) == (303, 303)
    assert client.get("/home").status_code == 200
    assert read(select(Account.session_epoch).where(Account.login == "mei")) == 1


def test_a_used_slip_lets_nobody_in_who_does_not_know_the_password(app: Flask, slip: Any) -> None:
    shown = slip()
    choose(app.test_client(), shown)
    stranger = app.test_client()
    for answer in (send(stranger, code=shown), choose(stranger, shown, "something else")):
        assert answer.status_code == 409
        assert "这张激活单已经用过" in answer.text
    assert stranger.get("/home").status_code == 303


def test_guessing_the_password_through_a_used_slip_is_throttled_with_the_account(
    app: Flask, slip: Any
) -> None:
    shown = slip()
    choose(app.test_client(), shown)
    stranger = app.test_client()
    for number in range(6):
        choose(stranger, shown, f"something else {number}")
    assert choose(stranger, shown).status_code == 409
    assert stranger.get("/home").status_code == 303


def test_replaced_and_expired_slips_say_so(
    client: FlaskClient, slip: Any, traveller: time_machine.Traveller
) -> None:
    first, second = slip(), slip()
    assert "这张激活单已失效" in send(client, code=first).text
    traveller.shift(timedelta(days=30))
    assert "这张激活单已过期" in send(client, code=second).text


def test_five_wrong_codes_close_their_own_slip_for_ten_minutes_and_no_other(
    client: FlaskClient, slip: Any, traveller: time_machine.Traveller
) -> None:
    mine, other = slip("mei"), slip("ning")
    wrong = [mine[:4] + other[4:], *(mine[:11] + sign for sign in "23456" if sign != mine[11])][:5]
    assert [send(client, code=one).status_code for one in wrong] == [409] * 5
    closed = send(client, code=mine)
    assert (closed.status_code, int(closed.headers["Retry-After"]) > 0) == (429, True)
    assert send(client, code=other).status_code == 200
    traveller.shift(timedelta(minutes=10, seconds=1))
    assert send(client, code=mine).status_code == 200


def test_what_cannot_be_a_code_counts_as_no_try(client: FlaskClient, read: Any) -> None:
    for _ in range(7):
        assert send(client, code="0000").status_code == 409
    assert read(select(func.count(WrongTry.id))) == 0


def test_the_code_is_never_part_of_an_address(client: FlaskClient, slip: Any) -> None:
    shown = slip()
    assert shown not in client.get(f"/activate?code={shown}").text


def test_a_waiting_slip_is_told_to_who_has_a_password_and_she_may_end_it(
    app: Flask, slip: Any, read: Any
) -> None:
    client = app.test_client()
    choose(client, slip())
    browser = Browser(client)
    assert "命令行" in browser.get("/me").text
    slip()
    assert "有人为你补发了激活单" in browser.get("/me").text
    assert "有人为你补发了激活单" in browser.get("/home").text
    assert browser.post("/me/slip/withdraw").status_code == 303
    assert "有人为你补发了激活单" not in browser.get("/me").text
    assert read(select(func.count(Slip.id)).where(Slip.replaced_at.is_not(None))) == 1


def test_staff_who_enter_by_a_slip_stay_twelve_hours(
    app: Flask, slip: Any, traveller: time_machine.Traveller
) -> None:
    client = app.test_client()
    choose(client, slip("office"))
    traveller.shift(timedelta(hours=12))
    assert client.get("/accounts").status_code == 303


def test_the_old_password_is_not_guessed_from_an_open_phone(app: Flask, slip: Any) -> None:
    client = app.test_client()
    choose(client, slip())
    browser = Browser(client)
    for _ in range(5):
        browser.post("/me", old="not the old one", new="another one")
    page = browser.post("/me", old=PASSWORD, new="another one")
    assert (page.status_code, "次数过多" in page.text or "稍等" in page.text or "分钟" in page.text) == (
        422,
        True,
    )


def test_an_account_without_a_member_is_told_what_to_do_and_comes_back_to_the_code(
    enter: Enter, code: Callable[[datetime], str]
) -> None:
    leader, link = enter("leader"), f"/c/{code(NOW)}"
    page = leader.get(link)
    assert (page.status_code, "不对应党员的账号" in page.text) == (409, True)
    assert f'name="next" value="{link.upper().replace("/C/", "/c/")}"' in page.text
    answer = leader.post("/sign-out", next=link)
    assert answer.headers["Location"] == f"/sign-in?{urlencode({'next': link})}"
    assert leader.get("/sites").status_code == 303


def test_signing_out_leads_to_no_other_site(enter: Enter) -> None:
    assert enter("mei").post("/sign-out", next="https://evil.example").headers["Location"] == "/sign-in"


# --- the pages around ---


def slips_form(browser: Browser, unit: str = "LAW", **form: Any) -> TestResponse:
    return browser.post(f"/units/{unit}/slips", **({"ref": str(uuid4())} | form))


def test_a_branch_prints_for_all_who_need_a_slip_and_a_second_click_is_the_same_file(
    enter: Enter, read: Any
) -> None:
    secretary, ref = enter("secretary"), str(uuid4())
    first = slips_form(secretary, ref=ref, whom="new")
    assert (first.status_code, first.mimetype, first.data[:5]) == (200, "application/pdf", b"%PDF-")
    assert read(select(func.count(Slip.id))) == 2
    assert slips_form(secretary, ref=ref, whom="new").status_code == 200
    assert read(select(func.count(Slip.id))) == 2
    assert slips_form(secretary, whom="new").status_code == 303
    assert slips_form(secretary, whom="unused").status_code == 200
    assert read(select(func.count(Slip.id))) == 4


def test_one_member_gets_a_slip_and_a_role_holder_none_from_her_branch(enter: Enter, people: Cast) -> None:
    organiser = enter("organiser")
    assert slips_form(organiser, member=people.mei).status_code == 200
    assert slips_form(organiser, member=people.hua).status_code == 403
    assert slips_form(organiser, member=people.bo).status_code == 404
    assert slips_form(organiser, whom="everybody").status_code == 422
    assert slips_form(organiser, ref="nonsense", whom="new").status_code == 422


def test_the_slip_on_paper_carries_the_code_behind_the_hash(enter: Enter, people: Cast, app: Flask) -> None:
    answer = slips_form(enter("secretary"), member=people.mei)
    (page,) = pypdfium2.PdfDocument(answer.data)
    text = page.get_textpage().get_text_range()
    (code,) = re.findall(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}", text)
    assert "mei" in text
    assert send(app.test_client(), code=code).status_code == 200


def test_the_neighbour_sees_nothing_of_slips_accounts_and_roles(
    enter: Enter, people: Cast, write: Any
) -> None:
    def elsewhere(session: Any) -> None:
        other = System(session).unit("FAR", UnitKind.COLLEGE)
        System(session).account("far_office", Role.COLLEGE, unit_id=other)

    write(elsewhere)
    far = write(
        lambda session: session.scalars(select(Account.id).where(Account.login == "far_office")).one()
    )
    neighbour, office = enter("neighbour"), enter("office")
    for path in ("/units/LAW/slips", "/units/LAW/roles"):
        assert neighbour.get(path).status_code == 404
    assert slips_form(neighbour, whom="new").status_code == 404
    assert "far_office" not in office.get("/accounts").text
    for path in (f"/accounts/{far}", "/units/FAR/slips", "/units/FAR/roles"):
        assert office.get(path).status_code == 404, path
    for path in ("roles", "lead", "slip"):
        assert office.post(f"/accounts/{far}/{path}", role="committee", unit="FAR").status_code == 404
    assert office.post(f"/accounts/{people.mei_account}/lead", post="NOBODYS").status_code == 404
    assert (
        office.post(f"/accounts/{people.mei_account}/roles", role="committee", unit="FAR").status_code == 422
    )


def test_the_college_gives_and_ends_a_role_and_the_branch_reads_who_did(
    enter: Enter, people: Cast, read: Any
) -> None:
    office, mei = enter("office"), people.mei_account
    given = office.post(f"/accounts/{mei}/roles", role="committee", unit="LAW", title="组织委员")
    assert given.status_code == 303
    assert office.post(f"/accounts/{mei}/lead", post="READ").status_code == 303
    assert set(re.findall(r'action="/accounts/(\d+)/', office.get(f"/accounts/{mei}").text)) == {str(mei)}
    page = enter("secretary").get("/units/LAW/roles").text
    assert "组织委员" in page
    assert "office" in page
    number = read(select(RoleGrant.id).where(RoleGrant.account_id == mei, RoleGrant.title == "组织委员"))
    assert office.post(f"/grants/{number}/end").status_code == 303
    assert "收回" in office.get(f"/accounts/{mei}").text
    assert read(select(RoleGrant.ended_by_id).where(RoleGrant.id == number)) == people.office_account


def test_the_colleges_own_role_waits_for_another_account_of_the_college(
    enter: Enter, people: Cast, read: Any
) -> None:
    office, second, mei = enter("office"), enter("office_second"), people.mei_account
    office.post(f"/accounts/{mei}/roles", role="college", unit="COL")
    number = read(select(Proposal.id))
    assert office.post(f"/proposals/{number}/approve").status_code == 409
    assert "待第二人批准" in second.get("/accounts").text
    assert second.post(f"/proposals/{number}/approve").status_code == 303
    row = read(select(RoleGrant.approved_by_id).where(RoleGrant.account_id == mei))
    assert row == people.office_second_account
    assert "office + office_second" in enter("auditor").get("/units/COL/roles").text


def test_a_slip_of_an_office_holder_is_proposed_and_printed_by_another(
    enter: Enter, people: Cast, read: Any
) -> None:
    office, second, organiser = enter("office"), enter("office_second"), people.organiser_account
    assert office.post(f"/accounts/{organiser}/slip", ref=str(uuid4())).status_code == 303
    number = read(select(Proposal.id))
    first = second.post(f"/proposals/{number}/approve")
    assert (first.status_code, first.mimetype) == (200, "application/pdf")
    assert second.post(f"/proposals/{number}/approve").mimetype == "application/pdf"
    assert read(select(func.count(Slip.id))) == 1
    assert office.post(f"/proposals/{number}/approve").status_code == 404
    row = read(select(Slip.proposed_by_id))
    assert row == people.office_account


def test_the_administrator_creates_closes_and_opens_accounts(enter: Enter, people: Cast, read: Any) -> None:
    admin = enter("admin")
    answer = admin.post("/accounts/new", login="new-office", name="新老师", unit="COL")
    path = answer.headers["Location"]
    assert answer.status_code == 303
    assert admin.post("/accounts/new", login="new-office", name="又一个", unit="COL").status_code == 422
    assert enter("office").get(path).status_code == 200
    slip = admin.post(f"{path}/slip", ref=str(uuid4()))
    assert slip.mimetype == "application/pdf"
    assert admin.post(f"{path}/close").status_code == 303
    assert read(select(Account.is_closed).where(Account.login == "new-office"))
    assert read(select(Slip.replaced_at)) == NOW
    assert admin.post(f"{path}/reopen").status_code == 303
    assert admin.post(f"{path}/sign-out").status_code == 303
    assert admin.post(f"/accounts/{people.admin_account}/close").status_code == 409


def test_a_token_is_shown_once_works_and_is_revoked(enter: Enter, app: Flask, read: Any) -> None:
    mei = enter("mei")
    found = re.search(r'id="token"[^>]* value="([^"]+)"', mei.post("/me/tokens").text)
    assert found is not None
    headers = {"Authorization": f"Bearer {found[1]}"}
    assert app.test_client().get("/api/v1/me", headers=headers).status_code == 200
    assert found[1] not in mei.get("/me").text
    number = read(select(ApiToken.id))
    assert enter("ning").post(f"/me/tokens/{number}/revoke").status_code == 404
    assert mei.post(f"/me/tokens/{number}/revoke").status_code == 303
    assert app.test_client().get("/api/v1/me", headers=headers).status_code == 401


PAGES = [
    ("secretary", "/units/LAW/slips"),
    ("office", "/units/COL/slips"),
    ("office", "/accounts"),
    ("office", "/accounts/{mei_account}"),
    ("secretary", "/units/LAW/roles"),
    ("mei", "/me"),
]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("who", "path"), PAGES)
def test_a_page_takes_as_many_statements_with_300_more_members(
    app: Flask, enter: Enter, people: Cast, write: Any, who: str, path: str
) -> None:
    path = path.format(mei_account=people.mei_account)
    before = statements(app, enter(who), path)

    def many(session: Any) -> None:
        system = System(session)
        ids = [system.member(f"20240{number:05}", people.law) for number in range(300)]
        accounts_of_members(session, member_ids=ids[:150], now=NOW)

    write(many)
    assert statements(app, enter(who), path) == before <= 12
    assert len(enter(who).get(path).data) < 100_000
