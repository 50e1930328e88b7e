"""A naive book of one college: plain dicts, and every presence a set of minutes.

Nothing here is shared with the program under test. What a member has earned is worked out from
nothing each time it is asked, minute by minute, so that a mistake of one side is not repeated by
the other.
"""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta, timezone
from typing import Any

Line = dict[str, Any]

ZONE = timezone(timedelta(hours=8))
DEFAULTS: Line = {
    "threshold_min": 3000,
    "rounding_unit_min": 1,
    "day_cap_min": 480,
    "day_cap_max_min": 720,
    "checkin_early_min": 30,
    "checkout_grace_min": 120,
    "min_record_min": 15,
    "confirmation": "auto",
    "record_deadline_workdays": 10,
    "makeup_budget_pct": 15,
    "offline_max_age_h": 72,
    "extension_months_min": 6,
    "extension_months_max": 12,
    "opening_max_min": 3000,
    "outside_max_min": 1200,
    "near_pct": 80,
    "at_risk_week_min": 360,
    "behind_min": 600,
    "behind_after_days": 60,
}
GONE = ("void", "rejected")


class Refused(Exception):
    """The rules refuse the event, with this reason."""


class Doubt(Exception):
    """Two readings of the rules are equally good here: nothing may be asserted."""


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def text_of(moment: int) -> str:
    return datetime.fromtimestamp(moment, ZONE).isoformat()


def minute(moment: int) -> int:
    """Count local minutes, so that 1,440 of them are one local day."""
    return (moment + 8 * 3600) // 60


def day_of_minute(value: int) -> date:
    return date.fromordinal(date(1970, 1, 1).toordinal() + value // 1440)


def day_of(moment: int) -> date:
    return day_of_minute(minute(moment))


def add_months(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


class Book:
    """What is known at one moment, and what it is worth."""

    def __init__(self, *, careful: bool = False) -> None:
        self.careful = careful
        self.now = 0
        self.units: dict[str, Line] = {}
        self.terms: dict[str, tuple[date, date]] = {}
        self.workdays: dict[date, bool] = {}
        self.policies: list[tuple[date, Line]] = []
        self.members: dict[str, Line] = {}
        self.accounts: dict[str, str | None] = {}
        self.grants: list[Line] = []
        self.bases: dict[str, Line] = {}
        self.posts: dict[str, Line] = {}
        self.shifts: dict[str, Line] = {}
        self.visits: list[Line] = []
        self.requests: dict[str, Line] = {}
        self.objections: dict[str, Line] = {}
        self.lifted: set[tuple[str, date]] = set()
        self.refs: dict[str, tuple[str, Line]] = {}
        self.refused_refs: set[str] = set()
        self.used_codes: set[tuple[str, str, int, str]] = set()

    def doubt(self, condition: object = True) -> None:
        """Stop here if the event is open to two readings and we must not choose one."""
        if self.careful and condition:
            raise Doubt

    # -- small look-ups -------------------------------------------------------------------------

    @property
    def today(self) -> date:
        return day_of(self.now)

    def policy(self, day: date) -> Line:
        known = [(effective, n) for n, (effective, _) in enumerate(self.policies) if effective <= day]
        return self.policies[max(known)[1]][1] if known else DEFAULTS

    def is_workday(self, day: date) -> bool:
        return self.workdays.get(day, day.weekday() < 5)

    def workdays_after(self, day: date, count: int) -> date:
        while count:
            day += timedelta(days=1)
            count -= self.is_workday(day)
        return day

    def below(self, unit: str, top: str) -> bool:
        at: str | None = unit
        while at is not None and at != top:
            at = self.units[at]["parent"]
        return at == top

    def branch_on(self, member: str, day: date) -> str | None:
        unit = None
        for since, code in self.members[member]["units"]:
            if since is None or since <= day:
                unit = code
        return unit

    def shift_days(self, shift: Line) -> tuple[int, int]:
        """Early minutes and grace of the shift, in seconds."""
        rules = self.policy(day_of(shift["start"]))
        return rules["checkin_early_min"] * 60, rules["checkout_grace_min"] * 60

    def visit_of(self, member: str, shift: str) -> Line | None:
        """The one that is alive, or else the last that was."""
        found = [v for v in self.visits if v["member"] == member and v["shift"] == shift]
        alive = [v for v in found if v["state"] not in GONE]
        return (alive or found or [None])[-1]

    def live_visit(self, member: str, shift: str) -> Line | None:
        visit = self.visit_of(member, shift)
        return None if visit is None or visit["state"] in GONE else visit

    def state(self, visit: Line) -> str:
        shift = self.shifts[visit["shift"]]
        if visit["state"] == "open" and self.now > shift["end"] + self.shift_days(shift)[1]:
            return "unclosed"
        return str(visit["state"])

    # -- presence -------------------------------------------------------------------------------

    def starts(self, visit: Line) -> int:
        """Clipped presence start, in local minutes."""
        return max(minute(visit["stays"][0][0]), minute(self.shifts[visit["shift"]]["start"]))

    def start_day(self, visit: Line) -> date:
        return day_of_minute(self.starts(visit))

    def presence(self, visit: Line) -> tuple[set[int], Counter[str]]:
        """Minutes inside the shift without its breaks, and what was lost on the way."""
        shift = self.shifts[visit["shift"]]
        inside_shift = set(range(minute(shift["start"]), minute(shift["end"])))
        pauses = {m for a, b in shift["breaks"] for m in range(minute(a), minute(b))}
        present: set[int] = set()
        away: set[int] = set()
        left = None
        for came, went in visit["stays"]:
            if went is None:
                continue
            present |= set(range(minute(came), minute(went)))
            if left is not None:
                away |= set(range(minute(left), minute(came)))
            left = went
        lost: Counter[str] = Counter()
        lost["outside_shift"] = len(present - inside_shift)
        lost["away"] = len(away & inside_shift)
        lost["break"] = len(present & inside_shift & pauses)
        return (present & inside_shift) - pauses, lost

    def has_value(self, visit: Line) -> bool:
        post = self.posts[self.shifts[visit["shift"]]["post"]]
        return post["category"] == "service" and post["compensation"] != "paid"

    def is_counting(self, visit: Line) -> bool:
        return self.state(visit) == "confirmed" and self.has_value(visit)

    def earned(self, member: str, also: Iterable[Line] = ()) -> dict[int, Line]:
        """What each counting visit of the member is worth: net, credited, lost, credited by day."""
        extra = list(also)
        replaced = {v["id"] for v in extra}
        visits = [
            v for v in self.visits
            if v["member"] == member and v["id"] not in replaced and self.is_counting(v)
        ] + extra  # fmt: skip
        taken: set[int] = set()
        book: dict[int, Line] = {}
        for visit in sorted(visits, key=lambda v: (v["grade"] == "E", self.starts(v), v["id"])):
            rules = self.policy(self.start_day(visit))
            minutes, lost = self.presence(visit)
            lost["overlap"] = len(minutes & taken)
            minutes -= taken
            taken |= minutes
            if len(minutes) < rules["min_record_min"]:
                lost["too_short"] = len(minutes)
                minutes = set()
            book[visit["id"]] = {"visit": visit, "net": len(minutes), "lost": lost, "minutes": minutes}
        used: Counter[date] = Counter()
        for entry in sorted(book.values(), key=lambda e: (self.starts(e["visit"]), e["visit"]["id"])):
            self.fill_days(member, entry, used)
        return book

    def fill_days(self, member: str, entry: Line, used: Counter[date]) -> None:
        rules = self.policy(self.start_day(entry["visit"]))
        entry["days"] = {}
        by_day = Counter(day_of_minute(m) for m in entry["minutes"])
        for day, count in sorted(by_day.items()):
            whole = count - count % rules["rounding_unit_min"]
            cap = rules["day_cap_max_min" if (member, day) in self.lifted else "day_cap_min"]
            given = min(whole, max(0, cap - used[day]))
            used[day] += given
            entry["lost"]["rounding"] += count - whole
            entry["lost"]["day_cap"] += whole - given
            entry["days"][day] = given
        entry["credited"] = sum(entry["days"].values())

    # -- a member -------------------------------------------------------------------------------

    def window(self, member: str) -> tuple[date, date] | None:
        facts = self.members[member]
        if facts["start"] is None:
            return None
        due = add_months(facts["start"], 12)
        return facts["start"], add_months(due, facts["extension"]) if facts["extension"] else due

    def is_inside(self, member: str, day: date) -> bool:
        window = self.window(member)
        return window is not None and window[0] <= day < window[1]

    def records_of(self, member: str) -> list[Line]:
        """Opening and outside records that two people have approved."""
        return [
            r for r in self.requests.values()
            if r["member"] == member and r["do"].endswith("_record") and r["state"] == "granted"
        ]  # fmt: skip

    def counted(self, member: str) -> int:
        days: Counter[date] = Counter()
        for entry in self.earned(member).values():
            days.update(entry["days"])
        for record in self.records_of(member):
            days[record["on"]] += record["minutes"]
        return sum(count for day, count in days.items() if self.is_inside(member, day))

    def threshold(self, member: str) -> int:
        window = self.window(member)
        return int(self.policy(window[0] if window else self.today)["threshold_min"])

    def phase(self, member: str) -> str:
        facts, window = self.members[member], self.window(member)
        if facts["decision"]:
            return str(facts["decision"])
        if facts["is_out"]:
            return "transferred_out"
        if window is None:
            return "no_window"
        if self.today < window[0]:
            return "not_started"
        if self.today < window[1]:
            return "extended" if facts["extension"] else "in_window"
        return "due_waiting" if self.counted(member) >= self.threshold(member) else "not_met"

    def is_closed(self, member: str) -> bool:
        facts = self.members[member]
        return facts["decision"] == "cancelled" or bool(facts["is_out"])
