"""What an `expect` line should find, worked out by the oracle.

`Answers.expected(line)` returns the values for the keys that the line asks for. A careful oracle
leaves a key out where the rule book can be read in two ways.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from tests.worlds.minutes import Doubt, Line, minute
from tests.worlds.oracle import Oracle

ACTIVE = ("in_window", "extended")


def share(part: int, whole: int) -> float | None:
    """Per cent with one decimal, half up; nothing of nothing is no number."""
    if whole == 0:
        return None
    return int(Fraction(part * 1000, whole) + Fraction(1, 2)) / 10


def as_hours(minutes: int) -> str:
    hundredths = minutes * 100 // 60
    return f"{hundredths // 100}.{hundredths % 100:02d}"


class Answers(Oracle):
    """The oracle that also answers."""

    def do_expect(self, line: Line) -> None:
        """A line that is only read: see `expected` and `differences`."""

    def expected(self, line: Line) -> Line:
        """The line's keys with the values they should have."""
        form, named = next((f, n) for f, n in FORMS.items() if f in line)
        found: Line = {}
        for key in line:
            if key in named or key in ("do", "at"):
                continue
            try:
                found[key] = getattr(self, f"{form}_{key}")(line)
            except Doubt:
                continue
        return found

    def differences(self, line: Line) -> list[tuple[str, Any, Any]]:
        """Key, wanted, found, for each key that does not hold. Losses are compared one by one."""
        found = self.expected(line)
        wrong = []
        for key, got in found.items():
            want = line[key]
            if key == "lost":
                wrong += [(f"lost.{k}", v, got.get(k, 0)) for k, v in want.items() if got.get(k, 0) != v]
            elif want != got:
                wrong.append((key, want, got))
        return wrong

    # -- a member -------------------------------------------------------------------------------

    def own_records(self, member: str) -> int:
        return sum(r["minutes"] for r in self.records_of(member))

    def member_net(self, line: Line) -> int:
        member = line["member"]
        self.doubt(self.records_of(member))
        return sum(e["net"] for e in self.earned(member).values()) + self.own_records(member)

    def member_credited(self, line: Line) -> int:
        entries = self.earned(line["member"]).values()
        return sum(e["credited"] for e in entries) + self.own_records(line["member"])

    def member_counted(self, line: Line) -> int:
        return self.counted(line["member"])

    def member_hours(self, line: Line) -> str:
        return as_hours(self.counted(line["member"]))

    def member_met(self, line: Line) -> bool | None:
        if self.window(line["member"]) is None:
            return None
        return self.counted(line["member"]) >= self.threshold(line["member"])

    def member_starts_on(self, line: Line) -> str | None:
        window = self.window(line["member"])
        return window[0].isoformat() if window else None

    def member_ends_before(self, line: Line) -> str | None:
        window = self.window(line["member"])
        return window[1].isoformat() if window else None

    def member_phase(self, line: Line) -> str:
        return self.phase(line["member"])

    def member_pending(self, line: Line) -> int:
        member = line["member"]
        waiting = [r for r in self.requests.values() if r["member"] == member and r["state"] == "asked"]
        claims = [self.as_granted(r) for r in waiting if "visit" in r]
        visits = [v for v in self.visits if v["member"] == member and self.state(v) == "pending"]
        known = {c["id"] for c in claims}
        items = claims + [v for v in visits if v["id"] not in known]
        self.doubt(any("visit" not in r for r in waiting))
        self.doubt(any(e for r in waiting for _, _, e in r["approved"]))
        self.doubt(any(not self.has_value(v) for v in items))
        items = [v for v in items if self.has_value(v)]
        together = self.earned(member, items)
        total = sum(together[v["id"]]["net"] for v in items)
        self.doubt(total != sum(self.earned(member, [v])[v["id"]]["net"] for v in items))
        return total + sum(r["minutes"] for r in waiting if "visit" not in r)

    def member_lost(self, line: Line) -> Line:
        """Minutes by reason; a careful oracle names only what every reading loses."""
        member = line["member"]
        lost: Counter[str] = Counter()
        for entry in self.earned(member).values():
            lost.update(entry["lost"])
        window = self.window(member)
        if window is None:
            self.doubt()
        lost["outside_window"] = self.member_credited(line) - self.counted(member) if window else 0
        if self.careful:
            lost = self.surely_lost(member, lost)
        return {k: v for k, v in sorted(lost.items()) if v}

    def surely_lost(self, member: str, lost: Counter[str]) -> Counter[str]:
        """The reasons that are the same whether or not visits that do not count are looked at."""
        visits = [v for v in self.visits if v["member"] == member and v["stays"][-1][1]]
        wider: Counter[str] = Counter()
        for entry in self.earned(member, [v for v in visits if not self.is_counting(v)]).values():
            wider.update(entry["lost"])
        several = any(
            len(v["stays"]) > 1
            and (
                self.shifts[v["shift"]]["breaks"]
                or any(minute(came) == minute(went) for came, went in v["stays"])
            )
            for v in visits
        )
        unsure = {"outside_shift"} | ({"away", "break"} if several else set())
        same = {k: v for k, v in lost.items() if k == "outside_window" or wider[k] == v}
        return Counter({k: v for k, v in same.items() if k not in unsure})

    def member_status(self, line: Line) -> str | None:
        member, window = line["member"], self.window(line["member"])
        if window is None or self.phase(member) not in ACTIVE:
            self.doubt()
            return None
        readings = {self.status(member, elapsed) for elapsed in (0, 1)}
        self.doubt(len(readings) > 1)
        return self.status(member, 0)

    def status(self, member: str, plus: int) -> str:
        start, end = self.window(member) or (self.today, self.today)
        rules, missing = self.policy(start), self.threshold(member) - self.counted(member)
        left, elapsed = (end - self.today).days, (self.today - start).days + plus
        straight = Fraction(rules["threshold_min"] * elapsed, (end - start).days)
        if missing <= 0:
            return "met"
        if missing > left * rules["day_cap_min"]:
            return "unreachable"
        if Fraction(missing * 7, left) > rules["at_risk_week_min"]:
            return "at_risk"
        if self.counted(member) * 100 >= rules["near_pct"] * rules["threshold_min"]:
            return "near"
        is_behind = straight - self.counted(member) > rules["behind_min"]
        return "behind" if is_behind and elapsed > rules["behind_after_days"] else "on_track"

    # -- a visit --------------------------------------------------------------------------------

    def named_visit(self, line: Line) -> Line:
        member, shift = line["visit"].split("@")
        visit = self.visit_of(member, shift)
        self.doubt(visit is None)
        assert visit is not None
        requests = [r for r in self.requests.values() if r.get("visit") is visit]
        fresh = visit["grade"] == "E" and visit["state"] == "pending"
        self.doubt(fresh or any(r["state"] == "rejected" for r in requests))
        return visit

    def visit_state(self, line: Line) -> str:
        return self.state(self.named_visit(line))

    def visit_grade(self, line: Line) -> str:
        visit = self.named_visit(line)
        self.doubt(visit["grade_doubt"])
        return str(visit["grade"])

    def visit_net(self, line: Line) -> int:
        visit = self.named_visit(line)
        self.doubt(self.state(visit) not in ("confirmed", "unclosed", "void"))
        self.doubt(not self.has_value(visit))
        entry = self.earned(visit["member"]).get(visit["id"])
        return entry["net"] if entry else 0

    def visit_credited(self, line: Line) -> int:
        visit = self.named_visit(line)
        self.doubt(self.state(visit) == "open" and len(visit["stays"]) > 1)
        entry = self.earned(visit["member"]).get(visit["id"])
        return entry["credited"] if entry else 0

    def visit_deadline(self, line: Line) -> str:
        return self.deadline_of(self.named_visit(line))

    # -- roll-ups -------------------------------------------------------------------------------

    def rolled(self, line: Line) -> list[Line]:
        """Entries of confirmed visits with net minutes that belong to the roll-up."""
        first, last = date.fromisoformat(line["from"]), date.fromisoformat(line["to"])
        if line["rollup"] == "term":
            first = max(first, self.terms[line["key"]][0])
            last = min(last, self.terms[line["key"]][1])
        return [
            e for member in self.members for e in self.earned(member).values()
            if e["net"] and first <= self.start_day(e["visit"]) < last and self.belongs(line, e["visit"])
        ]  # fmt: skip

    def belongs(self, line: Line, visit: Line) -> bool:
        key, post = line["key"], self.shifts[visit["shift"]]["post"]
        match line["rollup"]:
            case "post":
                return bool(post == key)
            case "base":
                return bool(self.posts[post]["base"] == key)
            case "unit" | "college":
                return visit["unit"] is not None and self.below(visit["unit"], key)
            case "month":
                return self.start_day(visit).isoformat()[:7] == key
            case _:
                return True

    def recorded(self, line: Line) -> Iterator[int]:
        """Opening and outside minutes: in the totals of units alone."""
        if line["rollup"] not in ("unit", "college"):
            return
        first, last = date.fromisoformat(line["from"]), date.fromisoformat(line["to"])
        for member in self.members:
            for record in self.records_of(member):
                unit = self.branch_on(member, record["on"])
                if unit is not None and self.below(unit, line["key"]) and first <= record["on"] < last:
                    self.doubt()
                    yield record["minutes"]

    def rollup_headcount(self, line: Line) -> int:
        return len({e["visit"]["member"] for e in self.rolled(line)})

    def rollup_person_times(self, line: Line) -> int:
        return len({
            (e["visit"]["member"], self.shifts[e["visit"]["shift"]]["post"], self.start_day(e["visit"]))
            for e in self.rolled(line)
        })  # fmt: skip

    def rollup_net(self, line: Line) -> int:
        return sum(e["net"] for e in self.rolled(line)) + sum(self.recorded(line))

    def rollup_credited(self, line: Line) -> int:
        return sum(e["credited"] for e in self.rolled(line)) + sum(self.recorded(line))

    def rollup_makeup_share_pct(self, line: Line) -> float | None:
        entries = self.rolled(line)
        made_up = sum(e["net"] for e in entries if e["visit"]["grade"] == "E")
        self.doubt(not entries)
        return share(made_up, sum(e["net"] for e in entries))

    # -- who is due -----------------------------------------------------------------------------

    def due_members(self, line: Line) -> list[str]:
        first, last = date.fromisoformat(line["due_from"]), date.fromisoformat(line["due_to"])
        found = []
        for member, facts in self.members.items():
            window = self.window(member)
            if window is None or not first <= window[1] < last:
                continue
            self.doubt(facts["is_out"] or facts["stage"] in ("activist", "candidate"))
            unit = self.branch_on(member, window[1])
            if unit is not None and self.below(unit, line["unit"]):
                found.append(member)
        return found

    def is_met(self, member: str) -> bool:
        met = self.counted(member) >= self.threshold(member)
        self.doubt(met and self.members[member]["decision"] == "cancelled")
        return met and self.members[member]["decision"] != "cancelled"

    def unit_due(self, line: Line) -> int:
        return len(self.due_members(line))

    def unit_met(self, line: Line) -> int:
        return sum(self.is_met(m) for m in self.due_members(line))

    def unit_met_rate_pct(self, line: Line) -> float | None:
        due = self.due_members(line)
        rest = [m for m in due if not self.is_closed(m)]
        return share(sum(self.is_met(m) for m in due), len(rest))

    def unit_order(self, line: Line) -> list[str]:
        due = self.due_members(line)
        self.doubt(any(self.members[m]["decision"] for m in due))
        everyone = {m for m in self.members if self.below(self.unit_now(m), line["unit"])}
        self.doubt(set(due) != everyone)
        return sorted(due, key=lambda m: (-max(0, self.threshold(m) - self.counted(m)), m))


FORMS = {
    "member": ("member",),
    "visit": ("visit",),
    "rollup": ("rollup", "key", "from", "to"),
    "unit": ("unit", "due_from", "due_to"),
}
