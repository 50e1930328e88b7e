"""What leaves the machine: only where a way out is set and an address was entered, and once.

A mail and a web server of the test stand on 127.0.0.1; apprise itself talks to them.
"""

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from tests.actions.stage import at
from tests.cast import NOW, Cast, System
from tests.web.conftest import Enter
from volunteer.actions.inbox import mark_read
from volunteer.actions.letters import MOST_TRIES, WAITS_S, keep_address, take_due
from volunteer.actions.tell import tell_member
from volunteer.config import Settings
from volunteer.database import db, in_transaction
from volunteer.models import Letter, MailAddress
from volunteer.rules.kinds import MessageKind
from volunteer.web.letters import mail_to, send_due

ONE_ENGINE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
Sent = list[tuple[str, str, str]]


@pytest.fixture
def told(people: Cast, write: Callable[..., Any]) -> Cast:
    """Mei has entered an address, and is then told of her shift."""

    def happen(session: Any) -> None:
        keep_address(
            session, account_id=people.mei_account, address="mei@example.edu", language="zh_Hans", now=NOW
        )
        for member_id in (people.mei, people.ning):
            tell_member(session, member_id, MessageKind.REMINDER, "remind:1", now=NOW, shift_id=people.shift)

    write(happen)
    return people


def send(app: Flask, settings: Settings, now: datetime = NOW, *, post: Any = None) -> int:
    with app.app_context():
        return send_due(settings, now=now, post=post)


def mailing(settings: Settings) -> Settings:
    return replace(settings, mail_url="mailto://127.0.0.1:2525/?from=hours@example.edu")


def test_a_message_goes_to_the_address_of_who_entered_one_once(
    app: Flask, settings: Settings, told: Cast
) -> None:
    sent: Sent = []

    def post(url: str, title: str, text: str) -> bool:
        sent.append((url, title, text))
        return True

    assert [send(app, mailing(settings), post=post) for _ in range(2)] == [1, 0]
    ((url, title, text),) = sent
    assert url.endswith("to=mei%40example.edu")
    assert title == "五十小时：你的班次" and "岗位READ" in text and text.endswith("/inbox")


def test_a_letter_speaks_the_language_of_its_reader(
    app: Flask, settings: Settings, told: Cast, enter: Enter
) -> None:
    sent: Sent = []
    enter("mei").post("/language", language="en")
    # Somebody else's choice is her own.
    enter("ning").post("/language", language="zh_Hant")
    assert send(app, mailing(settings), post=lambda *one: sent.append(one) is None) == 1
    ((_url, title, _text),) = sent
    assert title == "Fifty Hours: your shift"


def test_without_a_way_out_nothing_is_written_or_sent(
    app: Flask, settings: Settings, told: Cast, read: Any
) -> None:
    assert send(app, settings, post=lambda *_: pytest.fail("sent")) == 0
    assert read(select(Letter.id)) is None


def test_what_was_read_meanwhile_or_whose_address_is_gone_is_not_sent(
    app: Flask, settings: Settings, told: Cast, write: Any
) -> None:
    refused = send(app, mailing(settings), post=lambda *_: False)
    assert refused == 0
    write(lambda session: mark_read(session, account_id=told.mei_account, now=NOW))
    later = NOW + timedelta(hours=1)
    send(app, mailing(settings), later, post=lambda *_: pytest.fail("sent"))
    write(
        lambda session: keep_address(
            session, account_id=told.mei_account, address=None, language="en", now=later
        )
    )
    send(app, mailing(settings), later + timedelta(days=2), post=lambda *_: pytest.fail("sent"))


def test_trouble_is_tried_again_later_and_later_and_given_up_at_last(
    app: Flask, settings: Settings, told: Cast, read: Any
) -> None:
    tries: list[datetime] = []
    now = NOW

    def fail(*_: str) -> bool:
        tries.append(now)
        raise ConnectionRefusedError

    for wait in (0, *WAITS_S, WAITS_S[-1]):
        now += timedelta(seconds=wait)
        if wait:
            send(app, mailing(settings), now - timedelta(seconds=1), post=fail)
        send(app, mailing(settings), now, post=fail)
    assert len(tries) == MOST_TRIES
    waits = [(later - before).total_seconds() for before, later in pairwise(tries)]
    assert waits == list(WAITS_S[:-1])
    assert read(select(Letter.given_up_at)) == tries[-1]


def test_of_two_senders_one_takes_a_letter(app: Flask, settings: Settings, told: Cast) -> None:
    send(app, mailing(settings), post=lambda *_: False)
    due = NOW + timedelta(minutes=5)
    taken: list[int] = []
    gate = threading.Barrier(4, timeout=60)

    def take() -> None:
        with app.app_context():
            gate.wait()
            taken.append(len(in_transaction(lambda session: take_due(session, now=due))))
            db.session.remove()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == [0, 0, 0, 1]


def test_the_channel_gets_the_days_figures_once_in_the_morning(
    app: Flask, settings: Settings, people: Cast, write: Any
) -> None:
    sent: Sent = []

    def post(url: str, title: str, text: str) -> bool:
        sent.append((url, title, text))
        return url == "json://127.0.0.1:2"

    write(
        lambda session: System(session).shift("T1", people.post, at("17 09:00"), at("17 12:00"), capacity=2)
    )
    channel = replace(settings, notify_urls="json://127.0.0.1:1 json://127.0.0.1:2")
    for when in ("07:59", "08:00", "08:05", "23:00"):
        send(app, channel, at(when), post=post)
    assert [url for url, _, _ in sent] == ["json://127.0.0.1:1", "json://127.0.0.1:2"]
    assert "有 1 个班次尚有空余名额" in sent[0][2]


def test_an_address_is_offered_where_there_is_a_mail_server_and_checked(
    app: Flask, settings: Settings, enter: Enter, people: Cast, read: Any
) -> None:
    mei = enter("mei")
    assert "/me/mail" not in mei.get("/inbox").text
    app.extensions["volunteer.settings"] = mailing(settings)
    assert "/me/mail" in mei.get("/inbox").text
    for wrong in ("mei", "a@b\r\nBcc: c@d.e", "x" * 120 + "@example.edu", "mei@example.edu,bo@example.edu"):
        mei.post("/me/mail", address=wrong)
        assert read(select(MailAddress.address)) is None
    mei.post("/me/mail", address=" mei@example.edu ")
    assert read(select(MailAddress.address)) == "mei@example.edu"
    mei.post("/me/mail", address="")
    assert read(select(MailAddress.address)) is None


def test_the_person_is_the_only_recipient() -> None:
    url = mail_to("mailtos://u:p@mail.example.edu?to=all@example.edu&from=a@example.edu", "m&x@example.edu")
    assert url == "mailtos://u:p@mail.example.edu?from=a%40example.edu&to=m%26x%40example.edu"


class Mailbox(socketserver.StreamRequestHandler):
    """As much of SMTP as takes a letter in."""

    taken: list[bytes]

    def handle(self) -> None:
        self.say("220 here")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.say("354 go on")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                self.taken.append(text)
            self.say("221 bye" if word == b"QUIT" else "250 ok")
            if word == b"QUIT":
                return

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Channel(BaseHTTPRequestHandler):
    """Takes whatever is posted."""

    taken: list[bytes]

    def do_POST(self) -> None:
        """Keep the body."""
        self.taken.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_about: object) -> None:
        """Say nothing."""


@contextmanager
def listening(server: Any) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@ONE_ENGINE
def test_a_mail_server_gets_the_letter(app: Flask, settings: Settings, told: Cast) -> None:
    Mailbox.taken = []
    with listening(socketserver.TCPServer(("127.0.0.1", 0), Mailbox)) as port:
        url = f"mailto://127.0.0.1:{port}/?from=hours@example.edu"
        assert send(app, replace(settings, mail_url=url)) == 1
    letter = message_from_bytes(Mailbox.taken[0])
    assert str(make_header(decode_header(letter["Subject"]))) == "五十小时：你的班次"
    assert letter["To"] == "mei@example.edu"
    parts = [part for part in letter.walk() if not part.is_multipart()]
    assert any("岗位READ" in bytes(part.get_payload(decode=True)).decode() for part in parts)


@ONE_ENGINE
def test_a_channel_gets_the_days_line(app: Flask, settings: Settings, people: Cast, write: Any) -> None:
    write(
        lambda session: System(session).shift("T1", people.post, at("17 09:00"), at("17 12:00"), capacity=2)
    )
    Channel.taken = []
    with listening(HTTPServer(("127.0.0.1", 0), Channel)) as port:
        assert send(app, replace(settings, notify_urls=f"json://127.0.0.1:{port}")) == 1
    assert "空余名额" in json.loads(Channel.taken[0])["message"]


@ONE_ENGINE
def test_a_server_that_is_away_is_no_error(app: Flask, settings: Settings, told: Cast, read: Any) -> None:
    with listening(HTTPServer(("127.0.0.1", 0), Channel)) as port:
        pass
    assert send(app, replace(settings, mail_url=f"mailto://127.0.0.1:{port}/?from=h@example.edu")) == 0
    assert (read(select(Letter.tries)), read(select(Letter.sent_at))) == (1, None)
