"""A poster carries its site's own code, readable on paper, and says what it is worth; all are one file."""

import re
from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.cast import LONG_AGO, Cast, System
from tests.web.conftest import Enter
from tests.web.test_pages import statements
from volunteer.models import AuditLine, Display, Post, Site
from volunteer.rules import codes
from volunteer.web import qr
from volunteer.web.downloads import named
from volunteer.web.pdf import Paper

Write = Callable[[Callable[..., Any]], Any]
RARE = "陪伴·𠮷龘〇号岗"


def text_of(file: bytes, page: int = 0) -> str:
    """Return what a reader of the PDF finds on a page, without its line ends."""
    with pypdfium2.PdfDocument(file) as document:
        found: str = document[page].get_textpage().get_text_bounded()
    return "".join(found.split())


def modules_on(file: bytes, size: int) -> list[list[bool]]:
    """Return the QR of the first page, read module by module from a picture of it at 150 dpi."""
    with pypdfium2.PdfDocument(file) as document:
        picture = document[0].render(scale=150 / 72).to_pil().convert("1")
    dark = picture.point(lambda light: 255 - light)
    # The three finders are the largest black squares: all above them is text.
    rows = [y for y in range(dark.height) if longest_run(dark, y) > dark.width * 0.09]
    top, bottom = rows[0], max(y for y in rows if y - rows[0] < dark.width * 0.5)
    left, _, right, _ = dark.crop((0, top, dark.width, bottom + 1)).getbbox()
    inner = size - 2 * qr.QUIET_MODULES
    module = (right - left) / inner
    return [
        [bool(dark.getpixel((left + (x + 0.5) * module, top + (y + 0.5) * module))) for x in range(inner)]
        for y in range(inner)
    ]


def longest_run(picture: Any, y: int) -> int:
    line = bytes(picture.crop((0, y, picture.width, y + 1)).tobytes("raw", "1"))
    bits = "".join(f"{byte:08b}" for byte in line)
    return max(map(len, re.findall("1+", bits)), default=0)


def test_a_poster_shows_the_sites_code_on_paper_module_by_module(
    app: Flask, enter: Enter, people: Cast, read: Any
) -> None:
    leader = enter("leader")
    file = leader.get("/sites/READ/poster.pdf").data
    campus = app.extensions["volunteer.settings"].campus
    handle = read(select(Display.handle).where(Display.site_id == people.site, Display.is_poster))
    link = f"http://localhost/c/{codes.printed_code(bytes.fromhex(handle), campus.keyring)}".upper()
    base = app.extensions["volunteer.settings"].public_url.upper()
    wanted = qr.matrix(base + link.removeprefix("HTTP://LOCALHOST"))
    quiet = qr.QUIET_MODULES
    inner = [row[quiet:-quiet] for row in wanted[quiet:-quiet]]
    assert modules_on(file, len(wanted)) == inner
    assert leader.get("/api/v1/sites/READ/poster.pdf").data.startswith(b"%PDF")
    assert leader.get("/sites/READ/poster.svg").text == qr.svg(base + link.removeprefix("HTTP://LOCALHOST"))
    assert leader.get("/sites/READ/poster.png").data.startswith(b"\x89PNG")


def test_a_poster_says_where_when_and_what_it_is_worth(enter: Enter, people: Cast) -> None:
    text = text_of(enter("leader").get("/sites/READ/poster.pdf").data)
    for words in ("岗位READ", "市图书馆", "班次开始前30分钟", "结束后120分钟", "D级", "党组织LAW", "READ"):
        assert words in text, (words, text)
    base = text_of(enter("secretary").get("/sites/LIB/poster.pdf").data)
    assert "选择自己的岗位" in base


def test_a_rare_name_is_on_the_poster_and_a_sign_without_a_font_is_told_by_its_number(
    enter: Enter, people: Cast, write: Write
) -> None:
    write(lambda session: session.execute(update(Site).where(Site.id == people.site).values(name=RARE)))
    answer = enter("leader").get("/sites/READ/poster.pdf")
    assert RARE in text_of(answer.data)
    assert "%F0%A0%AE%B7" in answer.headers["Content-Disposition"]
    paper = Paper("x")
    assert paper.spelled("李\U0002aed0梅") == "李[U+2AED0]梅"
    paper.close_fonts()


@pytest.mark.parametrize("size", [1, 60])
def test_names_of_any_length_leave_the_code_on_the_page(
    enter: Enter, people: Cast, write: Write, size: int
) -> None:
    def rename(session: Any) -> None:
        session.execute(update(Site).where(Site.id == people.site).values(name="长" * size))
        session.execute(update(Post).where(Post.id == people.post).values(place="路" * 2 * size))

    write(rename)
    file = enter("leader").get("/sites/READ/poster.pdf").data
    with pypdfium2.PdfDocument(file) as document:
        assert len(document) == 1
        picture = document[0].render(scale=1).to_pil().convert("L")
    # Nothing touches the edges: printers keep some millimetres white.
    inner = picture.point(lambda light: 255 if light < 128 else 0).getbbox()
    assert inner[0] > 20 and inner[1] > 20 and inner[2] < 595 - 20 and inner[3] < 842 - 20
    assert "长" * size in text_of(file) and "D级" in text_of(file)


def test_asking_for_a_poster_writes_nothing_and_a_renewed_one_has_another_code(
    enter: Enter, people: Cast, read: Any
) -> None:
    leader, lines = enter("leader"), read(select(func.count(AuditLine.id)))
    before = leader.get("/sites/READ/poster.svg").text
    assert leader.get("/sites/READ/poster.svg").text == before
    assert read(select(func.count(AuditLine.id))) == lines
    assert leader.post("/sites/READ/poster").status_code == 303
    assert leader.get("/sites/READ/poster.svg").text != before


def test_a_poster_that_was_taken_down_is_not_found_until_a_new_one_is_made(
    enter: Enter, people: Cast, write: Write
) -> None:
    write(lambda session: session.execute(update(Display).values(revoked_at=LONG_AGO)))
    leader = enter("leader")
    assert leader.get("/sites/READ/poster.pdf").status_code == 404
    assert "没有海报" in leader.get("/posters").text
    leader.post("/sites/READ/poster")
    assert leader.get("/sites/READ/poster.pdf").status_code == 200


@pytest.mark.parametrize("path", ["poster.pdf", "poster.svg", "poster.png"])
def test_a_neighbour_finds_no_poster(enter: Enter, path: str) -> None:
    neighbour = enter("neighbour")
    assert neighbour.get(f"/sites/READ/{path}").status_code == 404
    assert neighbour.get("/posters?unit=LAW").status_code == 404
    assert "READ" not in neighbour.get("/posters").text
    if path == "poster.pdf":
        assert neighbour.get(f"/api/v1/sites/READ/{path}").status_code == 404
        assert neighbour.post("/sites/READ/poster").status_code == 404


def test_all_posters_of_a_reach_are_one_file_that_only_its_owner_takes(
    enter: Enter, people: Cast, write: Write
) -> None:
    write(lambda session: [System(session).post(f"P{n}", people.law) for n in range(25)])
    secretary = enter("secretary")
    answer = secretary.post("/posters", unit="LAW")
    told = re.findall(r"<p>(?:已画|已生成) (\d+) / 28 张海报", answer.text) or re.findall(
        r"(\d+)\D+28\D", answer.text
    )
    assert [int(number) for number in told][-1] == 28
    assert '<progress max="28" value="20">' in answer.text
    link = re.search(r'href="(/posters/[0-9a-f]{32}\.pdf)"', answer.text)
    assert link, answer.text
    # Read at once: nothing but a browser closes the file.
    file = secretary.get(link[1], buffered=True).data
    with pypdfium2.PdfDocument(file) as document:
        assert len(document) == 28
    for other in ("organiser_account", "leader"):
        assert enter(other.removesuffix("_account")).get(link[1]).status_code == 404


def test_a_leader_without_a_post_gets_no_file(enter: Enter, people: Cast) -> None:
    answer = enter("neighbour").post("/posters")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/posters")


def test_the_list_of_posters_takes_the_same_few_statements_however_long_it_is(
    app: Flask, enter: Enter, people: Cast, write: Write
) -> None:
    office = enter("office")
    few = statements(app, office, "/posters")
    write(lambda session: [System(session).post(f"P{n}", people.law) for n in range(100)])
    assert statements(app, office, "/posters") == few <= 12


def test_a_file_name_is_chinese_for_new_programs_and_plain_for_old_ones(app: Flask) -> None:
    with app.test_request_context():
        said = named(app.response_class(b""), '图书馆/"A"\r\n岗.pdf').headers["Content-Disposition"]
    assert said.startswith('attachment; filename="')
    assert "\r" not in said and "\n" not in said and "/" not in said.split("filename*")[0]
    assert "filename*=UTF-8''%E5%9B%BE%E4%B9%A6%E9%A6%86" in said
