"""Pictures with a request: sent with its form, shown to those who decide, and to nobody else."""

import io
import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import func, select

from tests.cast import NOON, Cast
from tests.pictures import bomb, picture
from tests.web.conftest import Browser, Enter
from volunteer.models import Photo, Request
from volunteer.web.routing import FILE_LIMIT_BYTES

Read = Callable[[Any], Any]
TEN = picture(taken="2026:03:16 10:00:00")


@pytest.fixture
def mei(enter: Enter, people: Cast, traveller: time_machine.Traveller) -> Browser:
    traveller.move_to(NOON + timedelta(hours=3))
    return enter("mei")


def make_up(browser: Browser, *files: bytes, ref: str | None = None) -> Any:
    return browser.post(
        "/records/make-up?lang=en",
        ref=ref or str(uuid4()),
        shift="S1",
        starts_at="2026-03-16T09:00",
        ends_at="2026-03-16T12:00",
        reason="手机没电",
        photos=[(io.BytesIO(content), f"{n}.jpg") for n, content in enumerate(files)],
    )


def kept(read: Read) -> int:
    return int(read(select(func.count()).select_from(Photo)))


def shown(browser: Browser) -> Sequence[str]:
    return re.findall(r'src="(/photos/\d+)"', browser.get("/review").text)


def test_the_card_shows_the_picture_and_what_its_time_says(mei: Browser, enter: Enter) -> None:
    assert make_up(mei, TEN, picture(taken="2026:03:10 10:00:00"), picture()).status_code == 303
    desk = enter("organiser")
    page = desk.get("/review?lang=en").text
    assert "Taken 2026-03-16 10:00, within the claimed time." in page
    assert "5 days before the claimed time." in page
    assert "The picture carries no time." in page
    first = desk.get(shown(desk)[0])
    assert first.mimetype == "image/jpeg" and b"SecretPhone" not in first.data
    assert first.headers["Cache-Control"] == "no-store"


def test_only_the_member_and_those_who_decide_see_it(mei: Browser, enter: Enter, app: Any) -> None:
    make_up(mei, TEN)
    (path,) = shown(enter("organiser"))
    assert [enter(who).get(path).status_code for who in ("mei", "leader", "office", "auditor")] == [200] * 4
    assert [enter(who).get(path).status_code for who in ("ning", "bo", "neighbour", "admin")] == [404] * 4
    assert app.test_client().get(path).status_code == 303


def test_sent_twice_it_is_one_request_with_one_picture(mei: Browser, read: Read) -> None:
    ref = str(uuid4())
    assert [make_up(mei, TEN, ref=ref).status_code for _ in range(2)] == [303, 303]
    assert kept(read) == 1


def test_nobody_hangs_a_picture_on_anothers_request(mei: Browser, enter: Enter, read: Read) -> None:
    ref = str(uuid4())
    make_up(mei, ref=ref)
    assert make_up(enter("ning"), TEN, ref=ref).status_code in (403, 404)
    assert kept(read) == 0


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([b"%PDF-1.7"], "no picture that can be taken here"),
        ([TEN, TEN + b"<script>"], "no picture that can be taken here"),
        ([bomb(10_000, 10_000)], "too many pixels"),
        ([picture(size=(8, n)) for n in range(8, 12)], "At most 3 pictures"),
    ],
    ids=["no picture", "two things at once", "a hundred megapixels", "four"],
)
def test_one_bad_file_and_nothing_is_asked(
    mei: Browser, read: Read, files: Sequence[bytes], sentence: str
) -> None:
    answer = make_up(mei, *files)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert read(select(func.count()).select_from(Request)) == 0


def test_more_than_eight_megabytes_are_refused_with_the_limit(mei: Browser, read: Read) -> None:
    answer = make_up(mei, TEN + bytes(FILE_LIMIT_BYTES))
    assert answer.status_code == 413
    assert "8 MB" in answer.text
    # The test client keeps a large body in a file.
    answer.request.environ["wsgi.input"].close()
    assert kept(read) == 0


@pytest.mark.parametrize("path", ["/records/earlier", "/members/{mei}/record"])
def test_a_record_from_elsewhere_takes_the_paper_ledger_as_a_picture(
    enter: Enter, people: Cast, read: Read, path: str, traveller: time_machine.Traveller
) -> None:
    traveller.move_to(NOON)
    asker = enter("mei" if path == "/records/earlier" else "organiser")
    answer = asker.post(
        path.format(mei=people.mei),
        ref=str(uuid4()),
        kind="opening",
        on="2026-01-10",
        minutes="2.5",
        what="迎新服务",
        reason="纸质台账第12页",
        photos=(io.BytesIO(TEN), "ledger.jpg"),
    )
    assert answer.status_code == 303
    assert kept(read) == 1
    page = enter("office").get("/review?lang=en").text
    assert "days after the claimed time." in page
