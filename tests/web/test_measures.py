"""Every page in few statements and little HTML, however many people there are, and as plain markup.

The pages come from the map of routes, so a new one is measured without being named.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from benchmarks.statements import overheard
from tests.cast import LONG_AGO, TODAY, Cast
from tests.web import test_neighbours
from tests.web.conftest import Browser, Enter
from tests.web.crowd import Crowd
from tests.web.test_gates import MAY
from volunteer.actions import registry
from volunteer.database import db
from volunteer.models import RoleGrant
from volunteer.rules.kinds import Role

FEW, MANY = 30, 3000
MOST_STATEMENTS = 12
MOST_BYTES = 100_000
# Who walks: of all whom the gate lets through the first and the one who reaches most.
REACH = ("nobody", "mei", "leader", "secretary", "admin", "auditor", "office")
SEEN_BY_CODE = "A" * 31
# Addresses that name no row of a branch.
OTHERS = {
    "/c/<string(maxlength=200):code>": f"/c/{SEEN_BY_CODE}",
    "/C/<string(maxlength=200):code>": f"/C/{SEEN_BY_CODE}",
    "/terms/<code:code>/edit": "/terms/T1/edit",
    "/policy/<row:policy_id>/recount": "/policy/1/recount",
    "/display/<string(maxlength=60):token>": f"/display/{SEEN_BY_CODE}",
    "/my-calendar/<string(maxlength=60):token>.ics": f"/my-calendar/{SEEN_BY_CODE}.ics",
    "/me/stored/<string(maxlength=40):key>": "/me/stored/visit",
    "/posters/<string(length=32):key>.pdf": f"/posters/{'0' * 32}.pdf",
}
STANDING = f"/api/v1/certificates/{'0' * 64}"
OTHERS["/api/v1/certificates/<string(length=64):digest>"] = STANDING
# What opens only in a state of its own: a code, screen or link that lives, a figure that is asked for.
NEEDS_MORE = {
    "/metrics",
    "/host",
    "/registry/import/shifts/1",
    "/registry/import/outside/1",
    "/api/v1/stats",
    "/api/v1/sites/READ/code",
    "/api/v1/sites/READ/code.svg",
    "/api/v1/sites/READ/code.png",
    "/api/v1/sites/READ/sheet",
    "/api/v1/display/sheet",
}
rows = test_neighbours.rows


@dataclass(frozen=True, slots=True)
class Seen:
    """A page as somebody got it."""

    who: str
    path: str
    statements: int
    answer: TestResponse

    @property
    def is_page(self) -> bool:
        """Whether it is HTML that was asked for, not a refusal or a file."""
        return self.answer.status_code == 200 and self.answer.mimetype == "text/html"


@pytest.fixture
def walk(app: Flask, enter: Enter, rows: dict[str, int], write: Any) -> Any:
    """Return what opens every page once, as each of those who walk it."""

    def more(session: Session) -> None:
        registry.add_term(
            session,
            code="T1",
            name="春季学期",
            starts_on=TODAY,
            ends_before=TODAY.replace(month=7),
            actor=None,
            now=LONG_AGO,
        )
        # The first administrator sees all units.
        session.execute(update(RoleGrant).where(RoleGrant.role == Role.ADMIN).values(unit_id=None))

    write(more)

    def walk() -> list[Seen]:
        browsers = {who: Browser(app.test_client()) if who == "nobody" else enter(who) for who in REACH}
        with app.app_context():
            engine = db.engine
        # Also those that go to the driver without SQLAlchemy, as the one that knows who asks.
        with overheard(engine) as heard:
            return [
                _opened(heard, browsers[who], who, path)
                for rule in app.url_map.iter_rules()
                if "GET" in (rule.methods or ())
                for path in _addresses(rule, rows)
                for who in _walkers(app, rule)
            ]

    return walk


def _addresses(rule: Rule, rows: dict[str, int]) -> Iterator[str]:
    path = OTHERS[rule.rule] if rule.rule in OTHERS else test_neighbours.address(rule, rows)
    yield path
    if path.startswith("/units/LAW") or "/units/LAW" in path:
        yield path.replace("LAW", "COL")


def _walkers(app: Flask, rule: Rule) -> list[str]:
    gate: Any = app.view_functions[rule.endpoint]
    may = [who for who in REACH if who in MAY[str(gate.gate)]]
    return list(dict.fromkeys((may[0], may[-1])))


def _opened(heard: list[str], browser: Browser, who: str, path: str) -> Seen:
    heard.clear()
    answer = browser.get(path)
    # A page that is streamed asks while it is read.
    answer.get_data()
    return Seen(who, path, len(heard), answer)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_page_takes_twelve_statements_at_most_and_as_many_for_3000_people_as_for_30(
    walk: Any, people: Cast, write: Any
) -> None:
    write(lambda session: Crowd(session, people, 1, FEW).come())
    few = walk()
    write(lambda session: Crowd(session, people, FEW + 1, MANY).come())
    many = walk()
    other = {
        (now.who, now.path, was.answer.status_code, now.answer.status_code)
        for was, now in zip(few, many, strict=True)
        if was.answer.status_code != now.answer.status_code
    }
    opened = {seen.path for seen in many if seen.answer.status_code < 400}
    assert {seen.path for seen in many} - opened == NEEDS_MORE | (
        set(OTHERS.values()) - {"/terms/T1/edit", "/policy/1/recount", "/me/stored/visit", STANDING}
    )
    over = {(seen.who, seen.path, seen.statements) for seen in many if seen.statements > MOST_STATEMENTS}
    grown = {
        (now.who, now.path, was.statements, now.statements)
        for was, now in zip(few, many, strict=True)
        if was.statements != now.statements
    }
    heavy = {
        (seen.who, seen.path, len(seen.answer.data))
        for seen in many
        if seen.is_page and len(seen.answer.data) > MOST_BYTES
    }
    assert (other, over, grown, heavy) == (set(), set(), set(), set())


class Markup(HTMLParser):
    """What a page is made of, and what is wrong with it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.ids: list[str] = []
        self.named: set[str] = set()
        self.labels: set[str] = set()
        self.fields: list[tuple[str | None, bool]] = []
        self.headings = 0
        self._inside_label = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        self.wrong += [f"{tag} {name}" for name in about if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and not about.get("src")):
            self.wrong.append(f"inline {tag}")
        if "id" in about:
            self.ids.append(str(about["id"]))
        for name in ("aria-labelledby", "aria-describedby"):
            self.named |= set(str(about.get(name) or "").split())
        self.headings += tag == "h1"
        if tag == "label":
            self._inside_label += 1
            self.labels |= {str(about["for"])} if "for" in about else set()
        is_shown = about.get("type") not in ("hidden", "submit")
        if tag in ("input", "select", "textarea") and is_shown:
            self.fields.append((about.get("id"), bool(self._inside_label or about.get("aria-label"))))

    def handle_endtag(self, tag: str) -> None:
        self._inside_label -= tag == "label"

    def all_wrong(self) -> list[str]:
        """Return everything that is wrong, each as a few words."""
        twice = {one for one in self.ids if self.ids.count(one) > 1}
        lost = (self.labels | self.named) - set(self.ids)
        bare = [name for name, is_told in self.fields if not is_told and name not in self.labels]
        return [
            *self.wrong,
            *(f"id {one} twice" for one in sorted(twice)),
            *(f"nothing has the id {one}" for one in sorted(lost)),
            *(f"field {one} without a label" for one in bare),
            *([f"{self.headings} h1"] if self.headings != 1 else []),
        ]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_page_has_inline_script_or_style_and_all_have_one_heading_and_labelled_fields(
    walk: Any, people: Cast, write: Any
) -> None:
    write(lambda session: Crowd(session, people, 1, FEW).come())
    pages = [seen for seen in walk() if seen.answer.mimetype == "text/html" and seen.answer.data]
    assert len(pages) > 100
    wrong = {
        (seen.path, told)
        for seen in pages
        if not 300 <= seen.answer.status_code < 400
        for told in Markup(seen.answer.text).all_wrong()
    }
    assert wrong == set()


WRONG = {
    "<h1>a</h1><p style='x'>": ["p style"],
    "<h1>a</h1><a onclick='x'>": ["a onclick"],
    "<h1>a</h1><style>": ["inline style"],
    "<h1>a</h1><script>x</script>": ["inline script"],
    "<h1 id=a>a</h1><p id=a>": ["id a twice"],
    "<h1>a</h1><label for=b>": ["nothing has the id b"],
    "<h1>a</h1><input id=b>": ["field b without a label"],
    "<h1>a</h1><label for=b></label><input id=b><label><input></label><script src=x></script>": [],
    "<h1>a</h1><h1>b</h1>": ["2 h1"],
    "<p>": ["0 h1"],
}


@pytest.mark.parametrize(("page", "told"), WRONG.items(), ids=WRONG)
def test_wrong_markup_is_seen(page: str, told: list[str]) -> None:
    assert Markup(page).all_wrong() == told
