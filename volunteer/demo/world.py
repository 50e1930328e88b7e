"""What the demo's people do: each act a call of the action that the web calls, by the names of things."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from volunteer.actions import keep, registry, scan
from volunteer.actions.access import load_actor
from volunteer.actions.presence import ScanResult
from volunteer.demo.plan import Duty
from volunteer.demo.posts import POST
from volunteer.demo.roster import Person
from volunteer.models import Account, Member, Post, Shift, Site, Unit
from volunteer.rules import codes
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Side
from volunteer.rules.roles import Actor

BEATS_EVERY = timedelta(minutes=4)
OFFICE, DEPUTY = "college-office", "college-deputy"


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens at a moment. ``at`` is what the action takes for now."""

    at: datetime
    act: Callable[["World", datetime], object]


@dataclass(slots=True)
class World:
    """The demo college on its database. Ids are looked up once, by what people call the thing."""

    session: Session
    campus: Campus
    ids: dict[tuple[str, str], int] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    displays: dict[tuple[str, bool], str] = field(default_factory=dict)
    beaten: dict[str, datetime] = field(default_factory=dict)
    visits: dict[Duty, int] = field(default_factory=dict)
    asked: dict[Duty, int] = field(default_factory=dict)

    def unit(self, code: str) -> int:
        """Return the id of a unit."""
        return self._id("unit", code, select(Unit.id).where(Unit.code == code))

    def post(self, code: str) -> int:
        """Return the id of a post."""
        return self._id("post", code, select(Post.id).where(Post.code == code))

    def shift(self, code: str) -> int:
        """Return the id of a shift."""
        return self._id("shift", code, select(Shift.id).where(Shift.code == code))

    def member(self, number: str) -> int:
        """Return the id of a member."""
        return self._id("member", number, select(Member.id).where(Member.student_no == number))

    def account(self, login: str) -> int:
        """Return the id of an account."""
        return self._id("account", login, select(Account.id).where(Account.login == login))

    def actor(self, login: str) -> Actor:
        """Return who acts, with the rights that were given at the start."""
        if login not in self.actors:
            self.actors[login] = load_actor(self.session, self.account(login))
        return self.actors[login]

    def leader(self, post: str) -> Actor:
        """Return the leader of a post."""
        return self.actor(f"leader-{post.lower()}")

    def committee(self, branch: str, ending: str = "shuji") -> Actor:
        """Return who holds an office in a branch; of the college's own posts, the college."""
        return self.actor(f"{branch.lower()}-{ending}" if branch[1:].isdecimal() else OFFICE)

    def own(self, person: Person) -> Actor | None:
        """Return the account of a member; None where she has none."""
        return self.actor(person.login) if person.login else None

    def check(
        self,
        duty: Duty,
        side: Side,
        now: datetime,
        *,
        since: datetime | None = None,
        is_poster: bool = False,
        is_typed: bool = False,
    ) -> ScanResult:
        """Scan at the duty's post.

        Args:
            since: When the code was scanned, if the phone had no network then.
        """
        handle = self.display(duty.shift.post, since or now, is_poster=is_poster)
        keyring = self.campus.keyring
        raw = bytes.fromhex(handle)
        code = codes.printed_code(raw, keyring) if is_poster else codes.live_code(raw, since or now, keyring)
        owner = duty.shift.code if duty.story == "borrowed" else duty.person.number
        asked = scan.Scan(
            code=None if is_typed else code,
            display_step=(handle, codes.step_at(now)) if is_typed else None,
            action=side,
            device=f"phone-{owner}",
            is_queued=since is not None,
        )
        member_id = self.member(duty.person.number)
        result = scan.check(self.session, member_id=member_id, scan=asked, campus=self.campus, now=now)
        self.visits[duty] = result.visit_id
        return result

    def display(self, post: str, at: datetime, *, is_poster: bool = False) -> str:
        """Return the handle of a living display at the post's site, opened by the post's leader."""
        key = (post, is_poster)
        if key not in self.displays:
            site_id = self._id("site", post, select(Site.id).where(Site.code == post))
            self.displays[key] = registry.open_display(
                self.session, site_id=site_id, is_poster=is_poster, actor=self.leader(post), now=at
            )
        handle = self.displays[key]
        if not is_poster and (handle not in self.beaten or at - self.beaten[handle] > BEATS_EVERY):
            registry.beat(self.session, handle=handle, now=at)
            self.beaten[handle] = at
        return handle

    def witness(self, duty: Duty, by: Actor, now: datetime) -> None:
        """Let a keeper vouch for the duty."""
        visit_id = self.visits[duty]
        keep.witness(self.session, visit_id=visit_id, actor=by, campus=self.campus, now=now)

    def second_keeper(self, post: str) -> Actor:
        """Return a keeper of the post who is not its leader."""
        return self.committee(POST[post].unit, "zuzhi")

    def _id(self, kind: str, name: str, statement: Any) -> int:
        if (kind, name) not in self.ids:
            self.ids[kind, name] = self.session.execute(statement).scalar_one()
        return self.ids[kind, name]
