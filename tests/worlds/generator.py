"""Random worlds: scenarios of a few hundred lines whose every outcome the oracle knows.

A world is a queue of intentions in time: people come, forget, claim, object, decide; now and then
somebody tries something at the edge of what is allowed. Each intention becomes a line only if the
careful oracle has one answer to it; what it refuses is written with its reason.
"""

from __future__ import annotations

import heapq
import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random

from tests.worlds.answers import Answers
from tests.worlds.minutes import ZONE, Doubt, Line, Refused, day_of, seconds, text_of

MINUTE, HOUR, DAY = 60, 3600, 24 * 3600
# The official calendar of 2026 where it differs from Monday to Friday.
OFF = ("01-01 01-02 02-16 02-17 02-18 02-19 02-20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 "
       "10-01 10-02 10-05 10-06 10-07")  # fmt: skip
ON = "01-04 02-14 02-28 05-09 09-20 10-10"
FIRST_DAYS = ("2026-03-02", "2026-04-20", "2026-06-08", "2026-08-31", "2026-09-21")
FRACTIONS = (0, 0, 0, 1, 14, 15, 30, 44, 59)


class Generator:
    """One world. `lines` is the scenario so far."""

    def __init__(self, seed: int, *, careful: bool = True) -> None:
        self.random = Random(seed)
        self.world = Answers(careful=careful)
        self.lines: list[Line] = []
        self.queue: list[tuple[int, int, Callable[[], object]]] = []
        self.counter = 0
        self.said_at = -1
        self.size = self.random.randint(200, 500)
        self.day = date.fromisoformat(self.random.choice(FIRST_DAYS))
        self.sent: list[Line] = []

    # -- the tape -------------------------------------------------------------------------------

    def write(self, line: Line) -> None:
        if self.said_at != self.world.now:
            line = {"at": text_of(self.world.now), **line}
            self.said_at = self.world.now
        self.lines.append(line)

    def attempt(self, do: str, **keys: object) -> bool:
        """Try the event now; write it down unless the rules leave it open. True: it was done."""
        line: Line = {"do": do, **keys}
        try:
            self.world.apply(line)
        except Doubt:
            return False
        except Refused as refusal:
            self.write({**line, "refused": str(refusal)})
            return False
        self.write(line)
        if "member" in line and self.random.random() < 0.3:
            self.look_at(line)
        return True

    def ask(self, line: Line) -> None:
        """Write an expectation of those keys that the oracle is sure of."""
        found = self.world.expected(line)
        if not found.get("lost", True):
            del found["lost"]
        if found:
            named = {k: v for k, v in line.items() if k not in found and v is not ...}
            self.write({**named, **found})

    def look_at(self, line: Line) -> None:
        if "shift" in line and self.random.random() < 0.6:
            self.ask_visit(line["member"], line["shift"])
        else:
            self.ask_member(line["member"])

    def ask_member(self, member: str) -> None:
        keys = ["net", "credited", "counted", "pending", "met", "status", "phase", "starts_on",
                "ends_before", "lost", "hours"]  # fmt: skip
        wanted = sorted(self.random.sample(keys, self.random.randint(3, len(keys))))
        self.ask({"do": "expect", "member": member, **dict.fromkeys(wanted, ...)})

    def ask_visit(self, member: str, shift: str) -> None:
        if self.world.visit_of(member, shift):
            keys = dict.fromkeys(["state", "grade", "net", "credited", "deadline"], ...)
            self.ask({"do": "expect", "visit": f"{member}@{shift}", **keys})

    def at(self, moment: int, act: Callable[[], object]) -> None:
        self.counter += 1
        heapq.heappush(self.queue, (max(moment, self.world.now), self.counter, act))

    def later(self, low: int, high: int, act: Callable[[], object]) -> None:
        self.at(self.world.now + self.random.randint(low, high), act)

    def new_id(self, prefix: str) -> str:
        self.counter += 1
        return f"{prefix}{self.counter}"

    def chance(self, share: float) -> bool:
        return self.random.random() < share

    # -- the cast -------------------------------------------------------------------------------

    def set_up(self) -> None:
        self.world.now = seconds(f"{self.day.isoformat()}T00:00:00+08:00") - 3 * DAY
        self.policies()
        for day in OFF.split():
            self.attempt("workday", on=f"2026-{day}", is_workday=False)
        for day in ON.split():
            self.attempt("workday", on=f"2026-{day}", is_workday=True)
        self.units_and_accounts()
        self.places()
        self.people()

    def policies(self) -> None:
        pick = self.random.choice
        keys: Line = {"threshold_min": pick([300, 600, 900, 1200, 3000])}
        keys["rounding_unit_min"] = pick([1, 15, 30])
        keys["confirmation"] = pick(["auto", "auto", "committee"])
        keys["day_cap_min"] = pick([240, 300, 480])
        keys["day_cap_max_min"] = pick([480, 720])
        keys["min_record_min"] = pick([15, 15, 10, 20])
        keys["makeup_budget_pct"] = pick([15, 15, 30])
        keys["checkin_early_min"] = pick([30, 30, 30, 15, 60])
        keys["checkout_grace_min"] = pick([120, 120, 120, 60, 180])
        keys["record_deadline_workdays"] = pick([10, 10, 5])
        keys["offline_max_age_h"] = pick([72, 72, 48])
        self.attempt("policy", effective_on="2020-01-01", **keys)
        self.second: Line | None = None
        if self.chance(0.5):
            changed = {"rounding_unit_min": pick([1, 15, 30]), "confirmation": pick(["auto", "committee"]),
                       "day_cap_min": pick([240, 300, 480]), "min_record_min": pick([15, 10, 20]),
                       "checkin_early_min": pick([30, 15, 60]), "checkout_grace_min": pick([120, 60, 180]),
                       "threshold_min": pick([300, 900, 3000])}  # fmt: skip
            self.second = keys | changed

    def units_and_accounts(self) -> None:
        top = self.chance(0.3)
        if top:
            self.attempt("unit", code="UNI", name="大学党委", kind="university")
        parent = {"parent": "UNI"} if top else {}
        self.attempt("unit", code="COL", name="城市学院党委", kind="college", **parent)
        self.attempt("unit", code="EDU", name="教育学院党委", kind="college", **parent)
        above = "COL"
        if self.chance(0.3):
            self.attempt("unit", code="GEN", name="学生党总支", kind="general_branch", parent="COL")
            above = "GEN"
        self.branches = ["LAW", "BIO", "CHE"][: self.random.randint(2, 3)]
        for code in self.branches:
            self.attempt("unit", code=code, name=f"{code} 学生支部", kind="branch",
                         parent=above if code == "LAW" else "COL", branch_kind="student")  # fmt: skip
        self.homes = list(self.branches)
        if self.chance(0.4):
            self.attempt("unit", code="LAW-1", name="第一党小组", kind="group", parent="LAW")
            self.homes.append("LAW-1")
        self.staff("office", "college", "COL")
        self.staff("office2", "college", "COL")
        self.staff("other-office", "college", "EDU")
        for code in self.branches:
            self.staff(f"{code.lower()}-org", "committee", code)
            self.staff(f"{code.lower()}-dis", "committee", code)
        self.staff("root", "admin", "COL")
        self.staff("checker", "auditor", "COL")

    def staff(self, login: str, role: str, unit: str) -> None:
        self.attempt("account", login=login, name=login)
        self.attempt("grant", login=login, role=role, unit=unit)

    def places(self) -> None:
        self.attempt("base", code="B1", name="儿童福利院", kind="nursing_home", unit="COL")
        self.attempt("base", code="B2", name="社区服务中心", unit="COL", status="plaqued")
        kinds: list[Line] = [
            {"base": "B1"},
            {"base": "B2", "compensation": "expenses"},
            {"unit": "LAW"},
            {"base": "B1", "compensation": "paid"},
            {"category": self.random.choice(["training", "meeting", "practice", "duty"])},
        ]
        self.random.shuffle(kinds)
        chosen = [{}, {"base": "B1"}, *kinds[: self.random.randint(1, 4)]]
        self.posts = []
        for number, facts in enumerate(chosen, 1):
            code = f"P{number}"
            self.attempt("post", code=code, name=f"{code} 岗", **({"unit": "COL"} | facts))
            self.attempt("account", login=f"lead-{code.lower()}", name=f"{code} 负责人")
            self.attempt("grant", login=f"lead-{code.lower()}", role="leader", post=code)
            self.posts.append(code)
        self.attempt("term", code="2026S", name="2026 春", starts_on="2026-02-23", ends_before="2026-07-13")
        self.attempt("term", code="2026A", name="2026 秋", starts_on="2026-09-07", ends_before="2027-01-18")

    def people(self) -> None:
        self.members = []
        for number in range(1, self.random.randint(4, 9)):
            member = f"m{number}"
            stage = "probationary" if self.chance(0.85) else self.random.choice(["activist", "full"])
            keys: Line = {}
            if stage == "probationary":
                keys["probation_start"] = self.probation_start().isoformat()
            self.attempt("member", student_no=member, name=f"学生{number}",
                         unit=self.random.choice(self.homes), stage=stage, **keys)  # fmt: skip
            self.members.append(member)
        self.own: dict[str, str] = {}
        for member in self.random.sample(self.members, 2):
            login = f"{member}-login"
            self.own[member] = login
            self.attempt("account", login=login, name=member, member=member)
        keeper, officer = self.own
        self.attempt("grant", login=self.own[keeper], role="leader", post=self.random.choice(self.posts))
        if self.chance(0.5):
            self.attempt("grant", login=self.own[officer], role="committee",
                         unit=self.random.choice(self.branches))  # fmt: skip
        self.logins = list(self.world.accounts)

    def probation_start(self) -> date:
        """Often so that the due day falls into the days that the world plays."""
        if self.chance(0.4):
            return self.day - timedelta(days=365 - self.random.randint(0, 25))
        if self.chance(0.1):
            return self.day + timedelta(days=self.random.randint(0, 12))
        return self.day - timedelta(days=self.random.randint(1, 360))

    # -- one day --------------------------------------------------------------------------------

    def play(self) -> list[Line]:
        self.set_up()
        while len(self.lines) < self.size - 30:
            self.plan_day()
            self.day += timedelta(days=self.random.choice([1, 1, 1, 1, 1, 2, 3, 5, 8, 14]))
            while self.queue and self.queue[0][0] < self.midnight() and len(self.lines) < self.size - 30:
                moment, _, act = heapq.heappop(self.queue)
                self.world.now = max(self.world.now, moment)
                act()
                if self.chance(0.05):
                    self.probe()
        self.queue.clear()
        self.finish()
        return self.lines

    def midnight(self, days: int = 0) -> int:
        there = datetime(self.day.year, self.day.month, self.day.day, tzinfo=ZONE) + timedelta(days=days)
        return int(there.timestamp())

    def plan_day(self) -> None:
        """Publish shifts at dawn, and send people to them."""
        base = self.midnight()
        if self.second and self.chance(0.2):
            effective, keys = self.day + timedelta(days=2), self.second
            self.second = None
            self.quiet_eve = effective - timedelta(days=1)
            self.at(base, lambda: self.attempt("policy", effective_on=effective.isoformat(), **keys))
        for post in self.random.sample(self.posts, min(len(self.posts), self.random.randint(1, 3))):
            self.at(base + 6 * HOUR, lambda post=post, base=base: self.publish(post, base))
        if self.chance(0.3):
            self.at(base + self.random.randint(7, 20) * HOUR, self.on_the_spot)
        self.at(base + 23 * HOUR + 1800, self.evening)
        self.at(base + 6 * HOUR - 60, self.affairs)

    quiet_eve: date | None = None

    def publish(self, post: str, base: int) -> None:
        pick = self.random.choice
        start = base + pick([8, 9, 10, 13, 14, 16, 18, 20]) * HOUR + pick([0, 0, 15, 30, 40]) * MINUTE
        length = pick([10, 20, 45, 60, 90, 120, 150, 180, 240, 300, 600]) * MINUTE
        if self.chance(0.12) and self.quiet_eve != day_of(base):
            start = base + pick([21, 22, 23]) * HOUR + pick([0, 30]) * MINUTE
            length = pick([180, 240, 300]) * MINUTE
        elif day_of(start + length + HOUR) != day_of(start):
            length = 60 * MINUTE
        made = self.new_shift(post, start, start + length)
        if made and self.chance(0.3):
            end = self.world.shifts[made]["end"]
            made2 = self.new_shift(post, end + pick([0, 0, 10, 40, -10]) * MINUTE, end + 100 * MINUTE)
            if made2:
                self.send(made2)
        if made and self.chance(0.06):
            self.later(10, 600, lambda: self.attempt("cancel_shift", shift=made, by=self.some_login(made),
                                                     reason="停电"))  # fmt: skip
        elif made:
            self.send(made)

    def new_shift(self, post: str, start: int, end: int) -> str | None:
        code = self.new_id("S")
        keys: Line = {"code": code, "post": post, "start": text_of(start), "end": text_of(end)}
        length = end - start
        if length >= 2 * HOUR and self.chance(0.35):
            pause = start + length // 2 // 300 * 300
            keys["breaks"] = [[text_of(pause), text_of(pause + self.random.choice([10, 30, 60]) * MINUTE)]]
        if self.chance(0.3):
            keys["by"] = self.random.choice(self.logins) if self.chance(0.2) else f"lead-{post.lower()}"
        if self.chance(0.1):
            keys["capacity"] = 2
        return code if self.attempt("shift", **keys) else None

    def on_the_spot(self) -> None:
        start = self.world.now - self.world.now % 60
        length = self.random.choice([60, 120, 240]) * MINUTE
        if day_of(start + length) == day_of(start):
            made = self.new_shift(self.random.choice(self.posts), start, start + length)
            if made:
                self.send(made)

    def send(self, code: str) -> None:
        """Plan who comes to the shift, what the leader does, and what is tried at its edges."""
        shift = self.world.shifts[code]
        goers = self.random.sample(self.members, self.random.randint(1, min(4, len(self.members))))
        for member in goers:
            self.random.choice(self.WAYS)(self, member, shift)
        if self.chance(0.5):
            self.at(self.random.randint(shift["start"] - 600, shift["end"] + 600),
                    lambda: self.witness_somebody(code))  # fmt: skip
        if self.chance(0.6):
            self.at(shift["end"] + self.random.choice([0, 60, 9 * MINUTE, 3 * HOUR, DAY, DAY + 1]),
                    lambda: self.attest(code))  # fmt: skip
        if self.chance(0.15):
            self.at((shift["start"] + shift["end"]) // 2, lambda: self.prolong(code))
        for edge in self.random.sample(self.edges(shift), self.random.randint(0, 2)):
            self.at(edge, lambda: self.scan_somebody(shift["post"]))

    def edges(self, shift: Line) -> list[int]:
        early, grace = self.world.shift_days(shift)
        return [shift["start"] - early - 1, shift["start"] - early, shift["end"] - 1, shift["end"],
                shift["end"] + grace, shift["end"] + grace + 1]  # fmt: skip

    # -- ways to serve --------------------------------------------------------------------------

    def scan(self, side: str, member: str, post: str, **keys: object) -> bool:
        if self.chance(0.12):
            keys.setdefault("code_age_s", self.random.choice([15, 30, 45, 60, 75, -15, -30, -60, 600]))
        if self.chance(0.15):
            keys["client_ref"] = f"018f5c1e-0000-7000-8000-{self.counter:012d}"
            self.counter += 1
        if self.chance(0.04):
            self.attempt(f"check_{side}", member=member, post=post, code="NOTACODE")
        if self.chance(0.1):
            keys["device"] = f"phone-{member}"
        done = self.attempt(f"check_{side}", member=member, post=post, **keys)
        if not done and "code_age_s" in keys and keys["code_age_s"] not in (15, 30, 45):
            done = self.attempt(f"check_{side}", member=member, post=post)
        if done and "client_ref" in keys:
            self.sent.append({"do": f"check_{side}", "member": member, "post": post, **keys})
            self.later(1, 3 * HOUR, self.repeat)
        if done and self.chance(0.1):
            self.later(0, 40, lambda: self.attempt(f"check_{side}", member=member, post=post))
        return done

    def repeat(self) -> None:
        """Send a scan again: as it was, changed, or from another account."""
        line = dict(self.random.choice(self.sent))
        kind = self.random.randrange(4)
        if kind == 0:
            line["post"] = self.random.choice(self.posts)
        if kind == 1:
            line["member"] = self.random.choice(self.members)
        if kind == 2 and "offline_since" not in line:
            line["do"] = self.random.choice(["check_in", "check_out"])
        self.attempt(**line)

    def come(self, shift: Line) -> int:
        pick = self.random.choice
        late = pick([-30, -29, -10, -3, -1, 0, 0, 0, 1, 5, 20])
        return int(shift["start"] + late * MINUTE + (pick(FRACTIONS) if late != -30 else 0))

    def go(self, shift: Line) -> int:
        pick = self.random.choice
        early = pick([-120, -60, -13, -5, -1, 0, 0, 0, 1, 7, 60, 119])
        moment = shift["end"] + early * MINUTE + pick(FRACTIONS)
        return int(max(moment, shift["start"] - MINUTE))

    def two_ends(self, member: str, shift: Line, *, forget: bool = False, **keys: object) -> None:
        post = shift["post"]
        self.at(self.come(shift), lambda: self.scan("in", member, post, **keys))
        if not forget:
            self.at(self.go(shift), lambda: self.scan("out", member, post, **keys))

    def plainly(self, member: str, shift: Line) -> None:
        self.two_ends(member, shift)

    def forgetting(self, member: str, shift: Line) -> None:
        self.two_ends(member, shift, forget=True)
        self.at(shift["end"] + self.random.randint(3 * HOUR, 40 * HOUR),
                lambda: self.ask_correction(member, shift["code"]))  # fmt: skip

    def with_stays(self, member: str, shift: Line) -> None:
        stays = self.random.choice([2, 2, 3, 4])
        step = (shift["end"] - shift["start"]) // stays
        for number in range(stays):
            begins = shift["start"] + number * step + self.random.choice(FRACTIONS)
            self.at(begins, lambda: self.scan("in", member, shift["post"]))
            self.at(begins + step * 2 // 3, lambda: self.scan("out", member, shift["post"]))

    def printed(self, member: str, shift: Line) -> None:
        keys = {"printed": True}
        both = self.chance(0.5)
        self.at(self.come(shift), lambda: self.attempt("check_in", member=member, post=shift["post"], **keys))
        self.at(self.go(shift), lambda: self.attempt("check_out", member=member, post=shift["post"],
                                                     **(keys if both else {})))  # fmt: skip
        grace = self.world.shift_days(shift)[1]
        last = shift["end"] + grace + self.random.choice([-HOUR, -HOUR, 0, 1])
        self.at(last, lambda: self.witness_one(member, shift["code"]))

    def offline(self, member: str, shift: Line) -> None:
        came, went = self.come(shift), max(self.go(shift), self.come(shift) + 60)
        sent = went + self.random.choice([5 * MINUTE, HOUR, 20 * HOUR, 70 * HOUR, 73 * HOUR])
        which = self.random.choice(["both", "both", "in", "out"])
        post = shift["post"]

        def upload(side: str, then: int) -> None:
            keys: Line = {"member": member, "post": post, "offline_since": text_of(then)}
            if self.chance(0.1):
                keys["printed"] = True
            self.attempt(f"check_{side}", **keys)

        if which == "out":
            self.at(came, lambda: self.scan("in", member, post))
        else:
            self.at(sent, lambda: upload("in", came))
        if which == "in":
            self.at(went, lambda: self.scan("out", member, post))
        else:
            self.at(sent, lambda: upload("out", went))
        last = shift["end"] + self.random.choice([2 * HOUR, 23 * HOUR, DAY, DAY + 1, 3 * DAY])
        self.at(max(last, sent + 1), lambda: self.witness_one(member, shift["code"]))

    def taken(self, member: str, shift: Line) -> None:
        post = shift["post"]
        by = self.random.choice([f"lead-{post.lower()}"] * 4 + [self.some_login(shift["code"])])
        went = self.go(shift)
        self.at(self.come(shift), lambda: self.attempt("take_in", by=by, member=member, post=post))
        self.at(went, lambda: self.attempt("take_out", by=by, member=member, post=post))
        last = went + self.random.choice([HOUR, 30 * HOUR, 71 * HOUR])
        self.at(last, lambda: self.confirm_taken(member, shift["code"]))

    def confirm_taken(self, member: str, code: str) -> None:
        visit = self.world.live_visit(member, code)
        if visit and visit["is_taken"]:
            self.attempt("confirm_taken", member=member, shift=code)

    def claiming(self, member: str, shift: Line) -> None:
        self.at(shift["end"] + self.random.choice([HOUR, 20 * HOUR, 3 * DAY, 9 * DAY]),
                lambda: self.ask_make_up(member, shift["code"]))  # fmt: skip

    WAYS = (plainly, plainly, plainly, forgetting, forgetting, with_stays, printed, offline, taken,
            claiming, claiming)  # fmt: skip

    # -- what keepers do ------------------------------------------------------------------------

    def some_login(self, code: str) -> str:
        post = self.world.shifts[code]["post"]
        likely = [f"lead-{post.lower()}"] * 6 + ["office", "office2", "law-org", *self.own.values()]
        return self.random.choice(likely if self.chance(0.9) else self.logins)

    def somebody_at(self, code: str) -> str | None:
        here = [v["member"] for v in self.world.visits if v["shift"] == code]
        return self.random.choice(here) if here else None

    def witness_one(self, member: str, code: str) -> None:
        if self.world.live_visit(member, code) and self.chance(0.8):
            self.attempt("witness", by=self.some_login(code), member=member, shift=code)
            self.ask_visit(member, code)

    def witness_somebody(self, code: str) -> None:
        member = self.somebody_at(code)
        if member:
            self.witness_one(member, code)

    def attest(self, code: str) -> None:
        world = self.world
        still = [v["member"] for v in world.visits
                 if v["shift"] == code and world.state(v) in ("open", "unclosed")]  # fmt: skip
        if still:
            chosen = self.random.sample(still, self.random.randint(1, len(still)))
            end = world.shifts[code]["end"] + self.random.choice([0, 0, -15, -30, 1]) * MINUTE
            self.attempt("attest_end", by=self.some_login(code), shift=code, end=text_of(end), members=chosen)
            self.ask_visit(chosen[0], code)

    def prolong(self, code: str) -> None:
        end = self.world.shifts[code]["end"] + self.random.choice([15, 30, 60, 120, 121]) * MINUTE
        if day_of(end) == day_of(self.world.shifts[code]["end"]):
            by = self.some_login(code)
            self.attempt("prolong_shift", shift=code, end=text_of(end), by=by, reason="未完")

    def scan_somebody(self, post: str) -> None:
        member = self.random.choice(self.members)
        inside = [v["member"] for v in self.world.visits if v["state"] == "open"]
        if inside and self.chance(0.6):
            member = self.random.choice(inside)
        self.scan(self.random.choice(["in", "out"]), member, post)

    # -- papers ---------------------------------------------------------------------------------

    def ask_correction(self, member: str, code: str) -> None:
        shift = self.world.shifts[code]
        visit = self.world.live_visit(member, code)
        if not visit or self.world.state(visit) != "unclosed":
            return
        end = shift["end"] + self.random.choice([0, 0, -5, -30, 10]) * MINUTE
        name = self.new_id("c")
        if self.attempt("request_correction", id=name, member=member, shift=code, end=text_of(end),
                        reason="忘记签退"):  # fmt: skip
            self.send_round(name)

    def ask_make_up(self, member: str, code: str) -> None:
        shift, pick = self.world.shifts[code], self.random.choice
        length = (shift["end"] - shift["start"]) // MINUTE
        start = shift["start"] + pick([0, 0, 5, length // 3, -1]) * MINUTE
        end = shift["end"] - pick([0, 0, 7, length // 4, -5]) * MINUTE
        name = self.new_id("k")
        if self.attempt("request_make_up", id=name, member=member, shift=code, start=text_of(start),
                        end=text_of(end), reason="手机没电"):  # fmt: skip
            self.send_round(name)

    def send_round(self, name: str) -> None:
        """Plan the approvals of a request, in time or late, by the right people or not."""
        self.later(HOUR, self.random.choice([20 * HOUR, 4 * DAY, 16 * DAY]), lambda: self.approve(name))
        for _ in range(self.random.randint(1, 3)):
            self.later(2 * DAY, self.random.choice([3 * DAY, 6 * DAY, 17 * DAY]), lambda: self.approve(name))

    def approvers(self, request: Line) -> list[str]:
        home = self.world.unit_now(request["member"]).split("-", maxsplit=1)[0].lower()
        likely = [f"{home}-org", f"{home}-org", f"{home}-dis", "office", "office2"]
        if "shift" in request:
            likely += [f"lead-{self.world.shifts[request['shift']]['post'].lower()}"] * 2
        return likely

    def approve(self, name: str) -> None:
        request = self.world.requests[name]
        if request["state"] != "asked":
            return
        likely = self.approvers(request)
        by = self.random.choice(likely if self.chance(0.85) else self.logins)
        if self.chance(0.12):
            self.attempt("reject", id=name, by=by, reason="无人证明")
        elif self.chance(0.2) and "shift" in request and not request["approved"]:
            self.attempt("approve", id=name, by=by, end=text_of(request["end"] - 10 * MINUTE))
        else:
            self.attempt("approve", id=name, by=by)
        if self.chance(0.5):
            self.ask_member(request["member"])

    def affairs(self) -> None:
        """What a committee or the office does of a morning."""
        for _ in range(self.random.randint(1, 3)):
            self.random.choice(self.AFFAIRS)(self)
        for member in self.members:
            phase = self.world.phase(member)
            if phase in ("due_waiting", "not_met") and self.chance(0.8):
                self.decide(member)

    def a_login_for(self, member: str) -> str:
        home = self.world.unit_now(member).split("-", maxsplit=1)[0].lower()
        likely = [f"{home}-org"] * 4 + [f"{home}-dis"] * 2 + ["office"] * 2
        return self.random.choice(likely if self.chance(0.85) else self.logins)

    def decide(self, member: str) -> None:
        by = self.a_login_for(member)
        approver = "office" if self.chance(0.85) else self.random.choice(self.logins)
        meeting = self.world.today - timedelta(days=self.random.choice([0, 0, 0, 1, 3]))
        keys: Line = {"member": member, "meeting_on": meeting.isoformat(), "by": by, "approved_by": approver}
        choice = self.random.random()
        if choice < 0.5:
            self.attempt("decide", outcome="converted", **keys)
        elif choice < 0.85:
            self.attempt("extend", months=self.random.choice([5, 6, 6, 9, 12, 13]), **keys)
        elif choice < 0.9:
            self.attempt("decide", outcome="cancelled", **keys)
        self.ask_member(member)

    def pick_visit(self, *states: str) -> Line | None:
        found = [v for v in self.world.visits if self.world.state(v) in states]
        return self.random.choice(found) if found else None

    def review_round(self) -> None:
        for visit in [v for v in self.world.visits if v["state"] == "pending"]:
            if self.chance(0.6):
                member = visit["member"]
                self.attempt("confirm", member=member, shift=visit["shift"], by=self.a_login_for(member))

    def return_one(self) -> None:
        visit = self.pick_visit("confirmed")
        if visit:
            member = visit["member"]
            self.attempt("return_visit", member=member, shift=visit["shift"], by=self.a_login_for(member),
                         reason="请补充说明")  # fmt: skip

    def object_to_one(self) -> None:
        visit = self.pick_visit("confirmed")
        if not visit:
            return
        name, keys = self.new_id("o"), {}
        if self.chance(0.4):
            keys["by"] = self.a_login_for(visit["member"])
        if not self.attempt("object", id=name, member=visit["member"], shift=visit["shift"],
                            reason="时间不对", **keys):  # fmt: skip
            return
        self.ask_visit(visit["member"], visit["shift"])
        if keys:
            self.later(HOUR, DAY, lambda: self.attempt("accept_objection", id=name,
                                                       by=self.a_login_for(visit["member"])))  # fmt: skip
        for _ in range(2):
            self.later(DAY, 3 * DAY, lambda: self.resolve(name))

    def resolve(self, name: str) -> None:
        objection = self.world.objections[name]
        visit = objection["visit"]
        if objection["state"] == "open":
            self.attempt("resolve", id=name, by=self.a_login_for(visit["member"]), upheld=self.chance(0.5),
                         reason="已核实")  # fmt: skip
            self.ask_member(visit["member"])

    def record_one(self) -> None:
        member = self.random.choice(self.members)
        by = self.a_login_for(member)
        name, do = self.new_id("r"), self.random.choice(["opening_record", "outside_record"])
        on = self.world.today - timedelta(days=self.random.randint(0, 60))
        if self.attempt(do, id=name, member=member, on=on.isoformat(), minutes=self.random.randint(20, 240),
                        what="校外志愿服务", reason="有证明", by=by):  # fmt: skip
            for _ in range(3):
                self.later(HOUR, 4 * DAY, lambda: self.approve(name))

    def lift_a_day(self) -> None:
        visit = self.pick_visit("confirmed")
        if visit:
            on = self.world.start_day(visit).isoformat()
            approver = self.random.choice(["office", "office", "office", "law-dis", "root"])
            self.attempt("over_cap", member=visit["member"], on=on, by=self.a_login_for(visit["member"]),
                         approved_by=approver, reason="抢险")  # fmt: skip

    def move_one(self) -> None:
        member = self.random.choice(self.members)
        to = None if self.chance(0.15) else self.random.choice(self.branches)
        by = "office" if self.chance(0.8) else self.a_login_for(member)
        self.attempt("transfer", member=member, to=to, on=self.world.today.isoformat(), by=by)

    def past_shift(self) -> None:
        post, days = self.random.choice(self.posts), self.random.randint(1, 5)
        start = self.midnight(-days) + self.random.randint(8, 16) * HOUR
        by = self.random.choice(["office", "office", f"lead-{post.lower()}", "law-org"])
        code = self.new_id("S")
        if self.attempt("shift", code=code, post=post, start=text_of(start), end=text_of(start + 2 * HOUR),
                        by=by):  # fmt: skip
            self.ask_make_up(self.random.choice(self.members), code)

    def early_decision(self) -> None:
        self.decide(self.random.choice(self.members))

    AFFAIRS = (review_round, review_round, return_one, object_to_one, object_to_one, record_one, lift_a_day,
               move_one, past_shift, early_decision)  # fmt: skip

    def probe(self) -> None:
        """Something nobody planned."""
        code = self.random.choice(list(self.world.shifts) or [""])
        if not code:
            return
        choice = self.random.randrange(6)
        member = self.random.choice(self.members)
        if choice == 0:
            self.scan_somebody(self.random.choice(self.posts))
        elif choice == 1:
            who = "nobody" if self.chance(0.3) else member
            self.attempt("check_in", member=who, post=self.random.choice(self.posts))
        elif choice == 2:
            self.witness_somebody(code)
        elif choice == 3:
            self.ask_make_up(member, code)
        elif choice == 4:
            self.ask_member(member)
        else:
            self.attempt("check_in", member=member, post=self.random.choice(self.posts), code="0" * 31)

    # -- the end --------------------------------------------------------------------------------

    def evening(self) -> None:
        self.ask_rollup(self.random.choice(self.rollups()))
        if self.chance(0.4):
            self.ask_due()

    def rollups(self) -> list[tuple[str, str | None]]:
        world = self.world
        months = sorted({world.start_day(v).isoformat()[:7] for v in world.visits}) or ["2026-03"]
        named: list[tuple[str, str | None]] = [("post", p) for p in self.posts]
        named += [("base", b) for b in ("B1", "B2", None)]
        named += [("unit", u) for u in world.units]
        named += [("term", t) for t in world.terms]
        named += [("month", m) for m in months]
        return [*named, ("college", "COL")]

    def ask_rollup(self, named: tuple[str, str | None]) -> None:
        first, last = "2026-01-01", "2027-01-01"
        if self.chance(0.3):
            first = (self.day - timedelta(days=self.random.randint(0, 6))).isoformat()
        if self.chance(0.3):
            last = (self.day + timedelta(days=self.random.randint(0, 2))).isoformat()
        keys = ["headcount", "person_times", "net", "credited", "makeup_share_pct"]
        rollup, key = named
        line: Line = {"do": "expect", "rollup": rollup, "key": key, "from": first, "to": last}
        self.ask({**line, **dict.fromkeys(keys, ...)})

    def ask_due(self) -> None:
        first = self.world.today - timedelta(days=self.random.randint(0, 40))
        last = self.world.today + timedelta(days=self.random.choice([1, 30, 400]))
        line: Line = {"do": "expect", "unit": self.random.choice([*self.homes, "COL"])}
        line |= {"due_from": first.isoformat(), "due_to": last.isoformat()}
        self.ask({**line, **dict.fromkeys(["met", "due", "met_rate_pct", "order"], ...)})

    def finish(self) -> None:
        """Ask for everything once more."""
        self.world.now += 3 * HOUR
        for member in self.members:
            self.ask_member(member)
        for named in self.random.sample(self.rollups(), 8):
            self.ask_rollup(named)
        self.ask_due()
        for visit in self.random.sample(self.world.visits, min(8, len(self.world.visits))):
            self.ask_visit(visit["member"], visit["shift"])


def world_text(seed: int, *, careful: bool = True) -> str:
    """The scenario of this seed, as the text of a file."""
    lines = Generator(seed, careful=careful).play()
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
