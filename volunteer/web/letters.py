"""Sending what waits in the outbox, by e-mail or chat, where the settings name a way; else nothing leaves.

Runs in the background, never in a request, and holds no transaction while it talks to a server elsewhere.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from flask_babel import force_locale, gettext

from volunteer import clock
from volunteer.actions.letters import Due, settle, take_due, write_digest, write_letters
from volunteer.config import Settings
from volunteer.database import db, in_transaction
from volunteer.models import Message
from volunteer.rules.kinds import MessageKind
from volunteer.stats.inbox import InboxLine, lines
from volunteer.web.inbox_words import told
from volunteer.web.language import DEFAULT
from volunteer.web.words import word

# These name other people; what leaves the house says only that there is something to read.
_NAMES_OTHERS = frozenset({MessageKind.ROLE_GIVEN, MessageKind.ROLE_ENDED, MessageKind.SLIP_PRINTED})
log = logging.getLogger("volunteer.letters")
Post = Callable[[str, str, str], bool]


def send_due(settings: Settings, *, now: datetime, post: Post | None = None) -> int:
    """Write and send what is due; return how much went out.

    Args:
        post: Sends title and text to an address; by default by apprise.
    """
    if not (settings.mail_url or settings.notify_urls):
        return 0
    if settings.mail_url:
        in_transaction(lambda session: write_letters(session, now=now))
    if settings.notify_urls:
        in_transaction(lambda session: write_digest(session, campus=settings.campus, now=now))
    due = in_transaction(lambda session: take_due(session, now=now))
    if not due:
        return 0
    messages = _messages(due)
    # From here on nothing is held open in the database while others answer, or do not.
    db.session.rollback()
    sent = [one.id for one in due if _send(one, messages, settings, post or by_apprise)]
    later = clock.utc_now() if post is None else now
    in_transaction(lambda session: settle(session, sent=sent, tried=[one.id for one in due], now=later))
    return len(sent)


def by_apprise(url: str, title: str, text: str) -> bool:
    """Send by apprise; False where the other side did not take it."""
    import apprise

    service = apprise.Apprise()
    return bool(service.add(url)) and bool(service.notify(title=title, body=text, body_format="text"))


def mail_to(mail_url: str, address: str) -> str:
    """Return the mail server's address with the person's as the only recipient."""
    parts = urlsplit(mail_url)
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name != "to"]
    return urlunsplit(parts._replace(query=urlencode([*asked, ("to", address)])))


def _messages(due: Iterable[Due]) -> Mapping[int, InboxLine]:
    ids = [one.message_id for one in due if one.message_id is not None]
    return {line.id: line for line in lines(db.session(), Message.id.in_(ids))} if ids else {}


def _send(one: Due, messages: Mapping[int, InboxLine], settings: Settings, post: Post) -> bool:
    with force_locale(one.language or DEFAULT):
        if one.message_id is None:
            title, text = _digest(one, settings.public_url)
            # Once somewhere is told: trying all again would tell some of them twice.
            return sum(_posted(post, url, title, text) for url in settings.notify_urls.split()) > 0
        line = messages.get(one.message_id)
        if line is None or one.address is None or not settings.mail_url:
            return False
        if line.is_read:
            return True
        title, text = _words(line, settings.public_url)
    return _posted(post, mail_to(settings.mail_url, one.address), title, text)


def _posted(post: Post, url: str, title: str, text: str) -> bool:
    """Post, and count whatever goes wrong on the way as not sent: it is tried again later."""
    try:
        return post(url, title, text)
    except Exception:
        # Without the address: it holds a password.
        log.warning("a letter was not sent", exc_info=True)
        return False


def _words(line: InboxLine, public_url: str) -> tuple[str, str]:
    title = f"{gettext('Fifty Hours')}{gettext(': ')}{word(line.kind)}"
    said = gettext("There is something new in your inbox.") if line.kind in _NAMES_OTHERS else told(line)
    return title, f"{said}\n\n{public_url}/inbox"


def _digest(one: Due, public_url: str) -> tuple[str, str]:
    title = gettext("Fifty Hours, %(d)s", d=one.digest_on)
    said = gettext(
        "%(n)s cases wait for review; %(m)s shifts of the next two weeks have free places.",
        n=one.waiting or 0,
        m=one.gaps or 0,
    )
    return title, f"{said}\n\n{public_url}/"
