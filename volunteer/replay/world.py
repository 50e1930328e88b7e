"""What a scenario calls things: codes, numbers and logins, and the rows behind them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.actions.access import load_actor
from volunteer.actions.registry import beat, open_display
from volunteer.models import Account, Base, Member, Objection, Post, Request, Shift, Site, Unit, Visit
from volunteer.replay.lines import BadScenario, Event
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import SETTLED
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.roles import Actor


@dataclass(slots=True)
class World:
    """One scenario on its database.

    Attributes:
        sent: The code that went with each ``client_ref``, with what it was sent for: a phone that asks again
            sends the same code.
    """

    session: Session
    campus: Campus
    ids: dict[tuple[str, str], int] = field(default_factory=dict)
    handles: dict[tuple[int, bool], str] = field(default_factory=dict)
    sent: dict[str, tuple[str, str]] = field(default_factory=dict)

    def unit(self, code: str) -> int:
        """Return the id of a unit."""
        return self._id("unit", code, select(Unit.id).where(Unit.code == code))

    def base(self, code: str) -> int:
        """Return the id of a base."""
        return self._id("base", code, select(Base.id).where(Base.code == code))

    def post(self, code: str) -> int:
        """Return the id of a post."""
        return self._id("post", code, select(Post.id).where(Post.code == code))

    def shift(self, code: str) -> int:
        """Return the id of a shift."""
        return self._id("shift", code, select(Shift.id).where(Shift.code == code))

    def request(self, ref: str) -> int:
        """Return the id of a request."""
        return self._id("request", ref, select(Request.id).where(Request.ref == ref))

    def objection(self, ref: str) -> int:
        """Return the id of an objection."""
        return self._id("objection", ref, select(Objection.id).where(Objection.ref == ref))

    def member(self, student_no: str) -> int:
        """Return the id of a member; a stranger is refused as the web would."""
        try:
            return self._id("member", student_no, select(Member.id).where(Member.student_no == student_no))
        except KeyError:
            raise Refusal(Reason.NOT_A_MEMBER) from None

    def account(self, login: str) -> int:
        """Return the id of an account."""
        return self._id("account", login, select(Account.id).where(Account.login == login))

    def actor(self, login: str) -> Actor:
        """Return who acts."""
        return load_actor(self.session, self.account(login))

    def maybe_actor(self, event: Event) -> Actor | None:
        """Return who acts, or None for the system."""
        return self.actor(event.text("by")) if event.keys.get("by") is not None else None

    def visit(self, member: str, shift: str) -> int:
        """Return the id of the member's record of a shift: the live one, else the latest."""
        rows = self.session.execute(
            select(Visit.id, Visit.state)
            .where(Visit.member_id == self.member(member), Visit.shift_id == self.shift(shift))
            .order_by(Visit.id)
        ).all()
        if not rows:
            raise Refusal(Reason.NOT_CHECKED_IN)
        live = [row.id for row in rows if row.state not in SETTLED]
        return int(live[-1] if live else rows[-1].id)

    def display(self, place: str, now: datetime, *, is_poster: bool = False) -> str:
        """Return the handle of a living display at a site, which has the code of its post or base."""
        site_id = self._id("site", place, select(Site.id).where(Site.code == place))
        key = (site_id, is_poster)
        if key not in self.handles:
            self.handles[key] = open_display(
                self.session, site_id=site_id, is_poster=is_poster, actor=None, now=now
            )
        beat(self.session, handle=self.handles[key], now=now)
        return self.handles[key]

    def _id(self, kind: str, name: str, statement: Any) -> int:
        if (kind, name) not in self.ids:
            found = self.session.execute(statement).scalar_one_or_none()
            if found is None:
                raise KeyError(f"no {kind} {name}")
            self.ids[kind, name] = found
        return self.ids[kind, name]


def unknown(event: Event, error: KeyError) -> BadScenario:
    """Return the complaint about a name that the scenario never introduced."""
    return BadScenario(f"{event.place}: {error.args[0]}")
