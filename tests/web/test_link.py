"""The scanned link: GET changes nothing, one press acts, a nervous second scan never checks out."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from tests.cast import NINE, NOON, NOW, Cast
from tests.web.conftest import Browser, Enter, token_in
from volunteer.actions.sign_in import set_password
from volunteer.models import Evidence, Visit
from volunteer.rules import codes
from volunteer.rules.kinds import VisitState

Code = Callable[[datetime], str]
HALF_PAST_TEN = NINE + timedelta(minutes=90)


def press(browser: Browser, path: str, **form: str) -> Any:
    """Open the link and press its button."""
    browser.get(path)
    return browser.post(path, **form)


def test_one_press_checks_in_and_says_from_when_it_counts(enter: Enter, code: Code) -> None:
    mei = enter("mei")
    page = mei.get(f"/c/{code(NOW)}")
    assert "从 09:00 起算" in page.text
    answer = mei.client.post(
        f"/c/{code(NOW)}", data={"csrf_token": mei.token, "wish": "in"}, follow_redirects=True
    )
    assert "已签到 08:50" in answer.text
    assert "从 09:00 起算" in answer.text


def test_the_letter_case_of_the_link_does_not_matter(enter: Enter, code: Code, read: Any) -> None:
    shown = code(NOW)
    assert press(enter("mei"), f"/C/{shown}", wish="in").status_code == 303
    assert press(enter("ning"), f"/c/{shown.lower()}", wish="in").status_code == 303
    assert read(select(func.count(Visit.id))) == 2


def test_pressing_twice_is_one_scan(enter: Enter, code: Code, read: Any) -> None:
    mei, path = enter("mei"), f"/c/{code(NOW)}"
    first = press(mei, path, wish="in")
    second = mei.post(path, wish="in")
    assert first.headers["Location"] == second.headers["Location"]
    assert read(select(func.count(Evidence.id))) == 1


def test_a_nervous_second_scan_stays_in_and_leaving_early_is_a_button_of_its_own(
    enter: Enter, code: Code, traveller: time_machine.Traveller, read: Any
) -> None:
    mei = enter("mei")
    press(mei, f"/c/{code(NOW)}", wish="in")
    traveller.move_to(HALF_PAST_TEN)
    path = f"/c/{code(HALF_PAST_TEN)}"
    page = mei.get(path).text
    assert "你 08:50 已签到" in page
    assert "提前离岗，现在签退" in page
    mei.post(path)
    assert read(select(Visit.state)) is VisitState.OPEN
    mei.post(path, wish="out")
    assert read(select(Visit.state)) is VisitState.CONFIRMED
    assert read(select(Visit.net_min)) == 90


def test_near_the_end_one_press_checks_out(
    enter: Enter, code: Code, traveller: time_machine.Traveller, read: Any
) -> None:
    mei = enter("mei")
    press(mei, f"/c/{code(NOW)}", wish="in")
    at = NOON - timedelta(minutes=15)
    traveller.move_to(at)
    answer = press(mei, f"/c/{code(at)}", wish="out")
    page = mei.get(answer.headers["Location"]).text
    assert "已签退 11:45" in page
    assert "本次 2 小时 45 分" in page
    assert read(select(Visit.credited_min)) == 165


def test_signing_in_does_not_outlive_the_code(
    app: Flask, people: Cast, code: Code, write: Any, read: Any, traveller: time_machine.Traveller
) -> None:
    write(
        lambda session: set_password(session, account_id=people.mei_account, password="a-long-one", now=NOW)
    )
    browser = Browser(app.test_client())
    path = f"/c/{code(NOW)}"
    assert f"/sign-in?next={path}" in browser.get(path).text
    traveller.shift(timedelta(minutes=4))
    form = {"login": "mei", "password": "a-long-one", "next": path}
    token = token_in(browser.get(f"/sign-in?next={path}").text)
    answer = browser.client.post("/sign-in", data=form | {"csrf_token": token})
    assert answer.headers["Location"] == path
    assert browser.post(path, wish="in").status_code == 303
    assert read(select(Evidence.at)) == NOW


def test_after_five_minutes_the_ticket_is_gone(
    enter: Enter, code: Code, traveller: time_machine.Traveller, read: Any
) -> None:
    mei, path = enter("mei"), f"/c/{code(NOW)}"
    mei.get(path)
    traveller.shift(timedelta(seconds=301))
    answer = mei.post(path, wish="in")
    assert answer.status_code == 409
    assert read(select(func.count(Visit.id))) == 0


def test_an_old_code_opens_nothing(enter: Enter, code: Code, traveller: time_machine.Traveller) -> None:
    path = f"/c/{code(NOW)}"
    traveller.shift(timedelta(seconds=codes.STEP_SECONDS * 4))
    answer = enter("mei").get(path)
    assert answer.status_code == 409
    assert "这个码已更新" in answer.text


def test_the_ticket_cannot_be_read_by_a_script_or_used_for_another_code(
    enter: Enter, code: Code, traveller: time_machine.Traveller
) -> None:
    mei = enter("mei")
    answer = mei.get(f"/c/{code(NOW)}")
    cookie = next(line for line in answer.headers.getlist("Set-Cookie") if line.startswith("ticket="))
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie
    other = code(NOW)
    traveller.shift(timedelta(minutes=2))
    mei.client.set_cookie("ticket", "forged.value.here")
    assert mei.post(f"/c/{other}", wish="in").status_code == 409


def test_the_poster_of_another_shape_and_somebody_without_a_roster_entry_are_told_so(
    enter: Enter, code: Code
) -> None:
    path = f"/c/{code(NOW)}"
    assert "名册里没有你" in enter("leader").get(path).text
    assert enter("mei").get("/c/not-a-code").status_code == 409


def test_before_the_shift_the_sentence_says_when_it_opens(
    enter: Enter, code: Code, traveller: time_machine.Traveller
) -> None:
    early = NINE - timedelta(minutes=31)
    traveller.move_to(early)
    assert "08:30 起可签到" in enter("mei").get(f"/c/{code(early)}").text


def test_the_typed_digits_do_the_same_beside_a_chosen_post(
    app: Flask, enter: Enter, people: Cast, handle: str, read: Any
) -> None:
    keyring = app.extensions["volunteer.settings"].campus.keyring
    digits = codes.typed_code(bytes.fromhex(handle), codes.step_at(NOW), keyring)
    mei = enter("mei")
    assert "岗位READ" in mei.get("/scan").text
    answer = mei.post("/scan", post=str(people.post), digits=f"{digits[:4]} {digits[4:]}")
    assert answer.status_code == 303
    assert read(select(Visit.state)) is VisitState.OPEN


def test_five_wrong_tries_at_the_digits_close_the_door_for_ten_minutes(
    enter: Enter, people: Cast, handle: str, traveller: time_machine.Traveller
) -> None:
    mei = enter("mei")
    short = mei.post("/scan", post=str(people.post), digits="0000")
    assert short.status_code == 409 and "数字码共 8 位" in short.text
    statuses = [mei.post("/scan", post=str(people.post), digits="00000000").status_code for _ in range(6)]
    assert statuses == [409] * 5 + [429]
    assert int(mei.post("/scan", post=str(people.post), digits="00000001").headers["Retry-After"]) <= 600
    wrong = enter("ning").post("/scan", post=str(people.post), digits="00000000")
    assert wrong.status_code == 409 and "「岗位READ」的屏幕现在不是这组数字" in wrong.text
    traveller.shift(timedelta(minutes=10, seconds=1))
    assert mei.post("/scan", post=str(people.post), digits="00000000").status_code == 409


def test_the_api_answers_the_same_reference_with_the_same_verdict(
    enter: Enter, code: Code, traveller: time_machine.Traveller
) -> None:
    mei, asked = enter("mei"), {"code": code(NOW), "client_ref": "0198a5e2-7f00-7000-8000-000000000001"}
    first = mei.send("/api/v1/scans", asked)
    assert first.status_code == 201
    assert first.json and first.json["verdict"] == "accepted"
    assert first.json["visit"]["counts_from"] == NINE.isoformat()
    traveller.shift(timedelta(minutes=30))
    assert mei.send("/api/v1/scans", asked).json == first.json
    other = mei.send("/api/v1/scans", asked | {"action": "out"})
    assert other.json and other.json["reason"] == "client_ref_reused"


def test_a_whole_link_is_taken_as_a_code(enter: Enter, code: Code) -> None:
    answer = enter("mei").send("/api/v1/scans", {"code": f"HTTP://LOCALHOST:8000/C/{code(NOW)}"})
    assert answer.status_code == 201


def test_a_batch_judges_each_by_itself_in_order(enter: Enter, code: Code, read: Any) -> None:
    scans = [
        {"code": "nonsense", "client_ref": "00000000-0001"},
        {"code": code(NOW), "client_ref": "00000000-0002", "action": "out"},
        {"code": code(NOW), "client_ref": "00000000-0003", "action": "in"},
    ]
    answer = enter("mei").send("/api/v1/scans/batch", {"scans": scans})
    assert answer.status_code == 200 and answer.json
    told = [(one["client_ref"], one["verdict"], one.get("reason")) for one in answer.json["verdicts"]]
    assert told == [
        ("00000000-0001", "refused", "code_unknown"),
        ("00000000-0002", "refused", "not_checked_in"),
        ("00000000-0003", "accepted", None),
    ]
    assert read(select(func.count(Visit.id))) == 1


def test_a_batch_of_a_hundred_and_one_is_refused_whole(enter: Enter) -> None:
    answer = enter("mei").send("/api/v1/scans/batch", {"scans": [{"code": "x"}] * 101})
    assert answer.status_code == 422


@pytest.mark.parametrize("kept", [1, 40, -1], ids=["its first sign", "a part", "all but its last sign"])
def test_a_batch_that_was_cut_short_on_the_way_leaves_nothing_and_is_taken_whole_later(
    enter: Enter, code: Code, read: Any, kept: int
) -> None:
    mei = enter("mei")
    body = json.dumps(
        {"scans": [{"code": code(NOW), "client_ref": "00000000-0001", "action": "in"}]}
    ).encode()
    as_json = {"content_type": "application/json", "headers": {"X-CSRFToken": mei.token}}
    cut = mei.client.post("/api/v1/scans/batch", data=body[:kept], **as_json)
    assert cut.status_code in (400, 422)
    assert read(select(func.count(Evidence.id))) == 0
    whole = mei.client.post("/api/v1/scans/batch", data=body, **as_json)
    assert whole.json and whole.json["verdicts"][0]["verdict"] == "accepted"
