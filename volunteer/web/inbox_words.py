"""What each message says, and where it leads."""

from collections.abc import Callable, Mapping
from datetime import date

from flask_babel import gettext as _

from volunteer.rules.kinds import MessageKind
from volunteer.rules.tally import hours_text
from volunteer.stats.inbox import InboxLine
from volunteer.web import access
from volunteer.web.show import DASH, clock_time, short_day
from volunteer.web.words import word


def told(line: InboxLine) -> str:
    """Return the sentence of a message in the language of the page."""
    said = _SAID[line.kind](line)
    if not line.text or line.kind not in _ANSWERED:
        return said
    return " ".join((said, _("Answer: %(a)s", a=line.text)))


def href(line: InboxLine) -> str:
    """Return where the message leads the asker."""
    return _LEADS.get(line.kind, _to_own)(line)


def _when(line: InboxLine) -> dict[str, str]:
    return {
        "post": line.post_name or DASH,
        "day": short_day(line.starts_at),
        "a": clock_time(line.starts_at),
        "b": clock_time(line.ends_at),
    }


def _request(line: InboxLine, of_visit: str, of_record: str) -> str:
    if line.post_name is None:
        return str(_(of_record, h=hours_text(line.number or 0)))
    return str(_(of_visit, **_when(line)))


def _role(line: InboxLine, sentence: str) -> str:
    return str(_(sentence, name=line.text or DASH, role=word(line.role), unit=line.unit_name or DASH))


def N_(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


_SAID: Mapping[MessageKind, Callable[[InboxLine], str]] = {
    MessageKind.UNCLOSED: lambda line: _(
        "You did not check out at %(post)s, %(day)s %(a)s–%(b)s. It earns nothing until the end is put"
        " right.",
        **_when(line),
    ),
    MessageKind.REQUEST_APPROVED: lambda line: _request(
        line,
        N_("Your request for %(post)s, %(day)s, is approved and counted."),
        N_("Your request for %(h)s hours is approved and counted."),
    ),
    MessageKind.REQUEST_REJECTED: lambda line: _request(
        line,
        N_("Your request for %(post)s, %(day)s, was not approved."),
        N_("Your request for %(h)s hours was not approved."),
    ),
    MessageKind.RECORD_RETURNED: lambda line: _(
        "The record of %(post)s, %(day)s, was sent back and waits for the committee.", **_when(line)
    ),
    MessageKind.OBJECTION_ACCEPTED: lambda line: _(
        "An objection to the record of %(post)s, %(day)s, is in force. It does not count until it is"
        " answered.",
        **_when(line),
    ),
    MessageKind.OBJECTION_UPHELD: lambda line: _(
        "The objection to the record of %(post)s, %(day)s, was upheld: the record is void.", **_when(line)
    ),
    MessageKind.OBJECTION_NOT_UPHELD: lambda line: _(
        "The objection to the record of %(post)s, %(day)s, was not upheld: the record stands.",
        **_when(line),
    ),
    MessageKind.NEAR: lambda line: _("%(h)s hours to go, then it is done.", h=hours_text(line.number or 0)),
    MessageKind.MET: lambda line: _("The hours of the probation are reached."),
    MessageKind.OUT_OF_REACH: lambda line: _(
        "%(h)s hours are missing, and the shifts published until your probation ends cannot give that many."
        " Sign up for what there is, and talk to your branch now, while there is time.",
        h=hours_text(line.number or 0),
    ),
    MessageKind.REVIEW_WAITING: lambda line: _("%(n)s cases wait for review.", n=line.number),
    MessageKind.REMINDER: lambda line: _("You are expected at %(post)s, %(day)s %(a)s–%(b)s.", **_when(line)),
    MessageKind.PLACE_FREE: lambda line: _(
        "A place came free: you are expected at %(post)s, %(day)s %(a)s–%(b)s. Cannot come? Withdraw, so"
        " that the next has it.",
        **_when(line),
    ),
    MessageKind.SHIFT_CHANGED: lambda line: _(
        "A shift of yours is at another time: %(post)s, now %(day)s %(a)s–%(b)s.", **_when(line)
    ),
    MessageKind.SHIFT_CANCELLED: lambda line: _(
        "The shift of %(post)s, %(day)s %(a)s–%(b)s, is cancelled.", **_when(line)
    ),
    MessageKind.ROLE_GIVEN: lambda line: _role(line, N_("%(name)s was given a role: %(role)s, %(unit)s.")),
    MessageKind.ROLE_ENDED: lambda line: _role(line, N_("A role of %(name)s has ended: %(role)s, %(unit)s.")),
    MessageKind.SLIP_PRINTED: lambda line: _(
        "New activation slips were printed for %(n)s people who had one: %(names)s. Whoever holds a slip can"
        " sign in as that person.",
        n=line.number,
        names=line.text or DASH,
    ),
    MessageKind.NOTICE_OPENED: lambda line: _(
        "The hours of %(unit)s are shown until %(day)s. Look at yours, and object to a record that is wrong.",
        unit=line.unit_name or DASH,
        day=short_day(date.fromisoformat(line.text) if line.text else None),
    ),
    MessageKind.CERTIFICATE_ISSUED: lambda line: _(
        "Your certificate No. %(n)s is issued. Take it along under Me.", n=line.text or DASH
    ),
    MessageKind.CERTIFICATE_DECLINED: lambda line: _("Your request for a certificate was turned down."),
    MessageKind.CERTIFICATE_REVOKED: lambda line: _("A certificate of yours was revoked."),
}
_ANSWERED = frozenset(
    {
        MessageKind.REQUEST_APPROVED,
        MessageKind.REQUEST_REJECTED,
        MessageKind.RECORD_RETURNED,
        MessageKind.OBJECTION_UPHELD,
        MessageKind.OBJECTION_NOT_UPHELD,
        MessageKind.SHIFT_CANCELLED,
        MessageKind.CERTIFICATE_DECLINED,
        MessageKind.CERTIFICATE_REVOKED,
    }
)


def _to_own(line: InboxLine) -> str:
    """Lead to the own records, or back to the inbox where it is about somebody else's."""
    is_hers = line.is_own or line.visit_id is None
    return "/records" if is_hers and access.me().member_id is not None else "/inbox"


def _to_shifts(_line: InboxLine) -> str:
    return "/sign-ups"


def _to_certificates(_line: InboxLine) -> str:
    return "/me/certificate"


def _to_unit(page: str) -> Callable[[InboxLine], str]:
    def lead(line: InboxLine) -> str:
        reads = bool(access.roles() & access.READERS)
        return f"/units/{line.unit_code}/{page}" if line.unit_code and reads else "/me"

    return lead


_LEADS: Mapping[MessageKind, Callable[[InboxLine], str]] = {
    MessageKind.UNCLOSED: lambda line: f"/records/{line.visit_id}/correct",
    MessageKind.NEAR: lambda _line: "/home",
    MessageKind.MET: lambda _line: "/home",
    MessageKind.OUT_OF_REACH: _to_shifts,
    MessageKind.REVIEW_WAITING: lambda _line: "/review",
    MessageKind.REMINDER: _to_shifts,
    MessageKind.PLACE_FREE: _to_shifts,
    MessageKind.SHIFT_CHANGED: _to_shifts,
    MessageKind.SHIFT_CANCELLED: _to_shifts,
    MessageKind.ROLE_GIVEN: _to_unit("roles"),
    MessageKind.ROLE_ENDED: _to_unit("roles"),
    MessageKind.SLIP_PRINTED: _to_unit("slips"),
    MessageKind.NOTICE_OPENED: lambda _line: "/notices",
    MessageKind.CERTIFICATE_ISSUED: _to_certificates,
    MessageKind.CERTIFICATE_DECLINED: _to_certificates,
    MessageKind.CERTIFICATE_REVOKED: _to_certificates,
}
