"""The rules of DOMAIN 3 once more, as simply as they can be written: one method an event.

`Oracle.apply` takes one line of a scenario and either does what it says or raises `Refused`.
A careful oracle raises `Doubt`, before it changes anything, wherever the rule book can be read in
two ways; the other one chooses the plainer reading.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from tests.worlds.minutes import DEFAULTS, GONE, Book, Line, Refused, day_of, minute, seconds

DAY = 24 * 3600
STEP = 15


def refuse_if(condition: object, reason: str) -> None:
    if condition:
        raise Refused(reason)


class Registry(Book):
    """Units, people, posts, shifts: what the scenario sets up."""

    def apply(self, line: Line) -> None:
        """Do one event, with the clock set to its `at`."""
        if "at" in line:
            assert seconds(line["at"]) >= self.now, "the time goes back"
            self.now = seconds(line["at"])
        try:
            getattr(self, "do_" + line["do"])({k: v for k, v in line.items() if k != "refused"})
        except Refused:
            if "client_ref" in line:
                self.refused_refs.add(line["client_ref"])
            raise

    def do_unit(self, line: Line) -> None:
        self.units[line["code"]] = {"parent": line.get("parent"), "kind": line["kind"]}

    def do_term(self, line: Line) -> None:
        days = date.fromisoformat(line["starts_on"]), date.fromisoformat(line["ends_before"])
        self.terms[line["code"]] = days

    def do_workday(self, line: Line) -> None:
        self.workdays[date.fromisoformat(line["on"])] = line["is_workday"]

    def do_policy(self, line: Line) -> None:
        given = {k: v for k, v in line.items() if k in DEFAULTS}
        self.policies.append((date.fromisoformat(line["effective_on"]), DEFAULTS | given))

    def do_member(self, line: Line) -> None:
        start = line.get("probation_start")
        self.members[line["student_no"]] = {
            "units": [(None, line["unit"])], "stage": line["stage"], "is_out": False, "extension": 0,
            "start": date.fromisoformat(start) if start else None, "decision": None,
        }  # fmt: skip

    def do_account(self, line: Line) -> None:
        self.accounts[line["login"]] = line.get("member")

    def do_grant(self, line: Line) -> None:
        self.grants.append(line)

    def do_base(self, line: Line) -> None:
        self.bases[line["code"]] = line

    def do_post(self, line: Line) -> None:
        self.posts[line["code"]] = {
            "base": line.get("base"), "unit": line["unit"], "category": line.get("category", "service"),
            "compensation": line.get("compensation", "none"),
        }  # fmt: skip

    # -- who may --------------------------------------------------------------------------------

    def is_self(self, login: str, member: str) -> bool:
        return self.accounts[login] == member

    def has_grant(self, login: str, role: str, unit: str | None) -> bool:
        return unit is not None and any(
            g["login"] == login and g["role"] == role and self.below(unit, g["unit"]) for g in self.grants
        )

    def is_college(self, login: str, unit: str | None) -> bool:
        return self.has_grant(login, "college", unit)

    def is_committee(self, login: str, unit: str | None) -> bool:
        return self.has_grant(login, "committee", unit)

    def is_leader(self, login: str, post: str) -> bool:
        return any(
            g["login"] == login and g["role"] == "leader" and g.get("post") == post for g in self.grants
        )

    def keeps(self, login: str | None, post: str) -> bool:
        """Leader of the post, committee of its branch, or the college. No login: the system."""
        unit = self.posts[post]["unit"]
        return (
            login is None
            or self.is_leader(login, post)
            or self.is_committee(login, unit)
            or self.is_college(login, unit)
        )

    def unit_now(self, member: str) -> str:
        """Her present branch, or the last one."""
        return str([code for _, code in self.members[member]["units"] if code is not None][-1])

    def reviews(self, login: str, member: str) -> bool:
        unit = self.unit_now(member)
        return self.is_committee(login, unit) or self.is_college(login, unit)

    # -- shifts ---------------------------------------------------------------------------------

    def do_shift(self, line: Line) -> None:
        start, end, post = seconds(line["start"]), seconds(line["end"]), line["post"]
        by = line.get("by")
        refuse_if(not self.keeps(by, post), "not_allowed")
        is_past = minute(start) < minute(self.now)
        if is_past:
            self.doubt(end > self.now)
            is_office = by is not None and self.is_college(by, self.posts[post]["unit"])
            self.doubt(self.overlaps(post, start, end))
            refuse_if(not is_office, "shift_in_past")
        if minute(start) == minute(self.now) and end - start > 4 * 3600:
            self.doubt()
            refuse_if(True, "shift_in_past")
        refuse_if(self.overlaps(post, start, end), "shift_overlaps")
        breaks = [(seconds(a), seconds(b)) for a, b in line.get("breaks", [])]
        self.shifts[line["code"]] = {
            "code": line["code"], "post": post, "start": start, "end": end, "breaks": breaks, "by": by,
            "is_cancelled": False, "is_prolonged": False,
        }  # fmt: skip

    def overlaps(self, post: str, start: int, end: int, other_than: str = "") -> bool:
        return any(
            s["post"] == post and s["start"] < end and start < s["end"] and s["code"] != other_than
            for s in self.shifts.values()
            if not s["is_cancelled"]
        )

    def do_prolong_shift(self, line: Line) -> None:
        shift, end = self.shifts[line["shift"]], seconds(line["end"])
        refuse_if(not self.keeps(line["by"], shift["post"]), "not_allowed")
        self.doubt(shift["is_cancelled"] or shift["is_prolonged"])
        self.doubt(not shift["start"] <= self.now < shift["end"] or end <= shift["end"])
        refuse_if(not shift["start"] <= self.now < shift["end"] or end <= shift["end"], "shift_started")
        clash = self.overlaps(shift["post"], shift["start"], end, shift["code"])
        too_long = end > shift["end"] + 120 * 60
        self.doubt(clash and too_long)
        refuse_if(too_long, "beyond_shift")
        refuse_if(clash, "shift_overlaps")
        shift["end"], shift["is_prolonged"] = end, True

    def do_cancel_shift(self, line: Line) -> None:
        shift = self.shifts[line["shift"]]
        refuse_if(not self.keeps(line["by"], shift["post"]), "not_allowed")
        self.doubt(shift["is_cancelled"] or self.now >= shift["start"])
        self.doubt(any(v["shift"] == line["shift"] for v in self.visits))
        shift["is_cancelled"] = True


class Scans(Registry):
    """Check-in, check-out, and what the leader does on site."""

    def moment(self, line: Line) -> int:
        """The time a scan counts at: an offline one has the time of its step."""
        return seconds(line["offline_since"]) // STEP * STEP if "offline_since" in line else self.now

    def shift_at(self, post: str, when: int, side: str) -> Line | None:
        """The running shift, else the coming one; for a check-out also one in its grace."""
        fits = []
        for shift in self.shifts.values():
            early, grace = self.shift_days(shift)
            if shift["post"] != post or shift["is_cancelled"]:
                continue
            last = shift["end"] - 1 if side == "in" else shift["end"] + grace
            if shift["start"] - early <= when <= last:
                fits.append((not shift["start"] <= when < shift["end"], shift["start"], shift["code"]))
        return self.shifts[min(fits)[2]] if fits else None

    def code_fault(self, line: Line) -> str | None:
        """What is wrong with the code alone, seen online."""
        if "code" in line:
            return "code_unknown"
        if line.get("printed"):
            return "code_expired" if "offline_since" in line else None
        if "offline_since" in line:
            return None
        age = line.get("code_age_s", 0)
        steps = self.now // STEP - (self.now - age) // STEP
        self.doubt((steps > 3) != (age > 45) or (steps < -2) != (age < -30))
        if steps < -2:
            return "code_from_future"
        return "code_expired" if steps > 3 else None

    def offline_fault(self, line: Line) -> str | None:
        when = self.moment(line)
        limit = self.policy(self.today)["offline_max_age_h"] * 3600
        self.doubt(0 < when - self.now < 300 or abs(self.now - when - limit) < 2 * STEP)
        self.doubt(self.now - when < 60 <= self.now - when + 60)
        if when > self.now:
            return "code_from_future"
        return "too_old" if self.now - when > limit else None

    def faults(self, line: Line, side: str) -> list[str]:
        """Every reason that speaks against the scan before a visit is looked at."""
        first = self.code_fault(line)
        closed = "probation_closed" if self.is_closed(line["member"]) else None
        no_shift = None if self.shift_at(line["post"], self.moment(line), side) else "outside_shift"
        late = self.offline_fault(line) if "offline_since" in line and not line.get("printed") else None
        return [reason for reason in (first, closed, no_shift, late) if reason]

    def is_repeat(self, line: Line, side: str) -> bool:
        """Whether this very scan was answered before; refuses a reference used for another."""
        ref = line.get("client_ref")
        if ref is None:
            return False
        self.doubt(ref in self.refused_refs)
        if ref not in self.refs:
            return False
        owner, content = self.refs[ref]
        refuse_if(owner != line["member"], "wrong_account")
        refuse_if(content != self.content(line, side), "client_ref_reused")
        return True

    def content(self, line: Line, side: str) -> Line:
        return {k: v for k, v in line.items() if k not in ("at", "do", "device")} | {"side": side}

    def remember(self, line: Line, side: str) -> None:
        if "client_ref" in line:
            self.refs[line["client_ref"]] = (line["member"], self.content(line, side))

    def code_key(self, line: Line, side: str) -> tuple[str, str, int, str] | None:
        """A live code serves a member once for each action; a poster has no step."""
        if line.get("printed"):
            return None
        when = self.moment(line) if "offline_since" in line else self.now - line.get("code_age_s", 0)
        return line["member"], line["post"], when // STEP, side

    def is_keeper_herself(self, member: str, shift: Line) -> bool:
        mine = [login for login, who in self.accounts.items() if who == member]
        return any(self.is_leader(login, shift["post"]) or shift["by"] == login for login in mine)

    def begin_scan(self, line: Line, side: str) -> bool:
        """Judge all that comes before the visit. True: answered before, nothing to do."""
        refuse_if(line["member"] not in self.members, "not_a_member")
        if self.is_repeat(line, side):
            return True
        faults = self.faults(line, side)
        self.doubt(len(faults) > 1 and faults[0] != "code_unknown")
        if faults:
            self.doubt(side == "out" and faults[0] not in ("code_unknown", "code_expired", "outside_shift"))
            if faults[0] == "outside_shift" and side == "out":
                self.doubt(not self.unclosed_here(line))
            raise Refused(faults[0])
        return False

    def unclosed_here(self, line: Line) -> bool:
        return any(
            v["member"] == line["member"] and self.shifts[v["shift"]]["post"] == line["post"]
            and self.state(v) == "unclosed"
            for v in self.visits
        )  # fmt: skip

    def do_check_in(self, line: Line) -> None:
        if self.begin_scan(line, "in"):
            return
        member, when = line["member"], self.moment(line)
        shift = self.shift_at(line["post"], when, "in")
        assert shift is not None
        here = self.live_visit(member, shift["code"])
        elsewhere = [
            v for v in self.visits
            if v["member"] == member and v["shift"] != shift["code"] and v["state"] == "open"
        ]  # fmt: skip
        key = self.code_key(line, "in")
        if "offline_since" in line:
            self.doubt(here or elsewhere or self.scanned_after(member, when))
        if here and here["state"] == "open":
            self.doubt(here["is_taken"])
            self.remember(line, "in")
            return
        blocked = any(when < self.shifts[v["shift"]]["end"] for v in elsewhere)
        self.doubt(blocked and key in self.used_codes)
        refuse_if(blocked, "already_checked_in")
        refuse_if(key in self.used_codes, "same_code_again")
        self.come_in(line, shift, here, when)
        for visit in elsewhere:
            visit["state"] = "unclosed"
        if key:
            self.used_codes.add(key)
        self.remember(line, "in")

    def scanned_after(self, member: str, when: int) -> bool:
        return any(
            moment is not None and moment >= when
            for v in self.visits
            if v["member"] == member
            for stay in v["stays"]
            for moment in stay
        )

    def come_in(self, line: Line, shift: Line, here: Line | None, when: int) -> None:
        is_keeper = self.is_keeper_herself(line["member"], shift)
        is_weak = is_keeper or "offline_since" in line or bool(line.get("printed"))
        if here:
            self.doubt(here["grade"] not in "AB" or here["is_returned"] or here["is_taken"])
            self.doubt(here["state"] not in ("confirmed", "pending") or is_weak or here["witnessed_by"])
            self.doubt(any(o["visit"] is here for o in self.objections.values()))
            refuse_if(len(here["stays"]) >= 3, "already_checked_in")
            here["stays"].append([when, None])
            here["state"] = "open"
            return
        visit = self.new_visit(line["member"], shift["code"], [when, None], "D" if is_weak else "B")
        visit["is_keeper"] = is_keeper
        visit["is_offline"] = "offline_since" in line
        visit["is_printed"] = bool(line.get("printed"))

    def new_visit(self, member: str, shift: str, stay: list[int | None], grade: str) -> Line:
        visit: Line = {
            "id": len(self.visits) + 1, "member": member, "shift": shift, "stays": [stay], "grade": grade,
            "state": "open", "is_keeper": False, "is_offline": False, "is_printed": False,
            "is_taken": False, "is_returned": False, "witnessed_by": None, "attested_by": None,
            "confirmed_by": None, "grade_doubt": False, "taken_out_at": None, "taken_by": set(),
            "seen_by": set(),
        }  # fmt: skip
        visit["unit"] = self.branch_on(member, self.start_day(visit))
        self.visits.append(visit)
        return visit

    def do_check_out(self, line: Line) -> None:
        if self.begin_scan(line, "out"):
            return
        visit = self.to_close(line)
        when, key = self.moment(line), self.code_key(line, "out")
        refuse_if(key in self.used_codes, "same_code_again")
        self.doubt(visit["is_taken"])
        is_weak = "offline_since" in line or bool(line.get("printed"))
        self.doubt((visit["witnessed_by"] or visit["seen_by"]) and (is_weak or visit["is_keeper"]))
        self.doubt(is_weak and visit["is_keeper"])
        self.doubt(is_weak and len(visit["stays"]) > 1)
        visit["stays"][-1][1] = when
        visit["is_offline"] |= "offline_since" in line
        visit["is_printed"] |= bool(line.get("printed"))
        if is_weak:
            visit["grade"] = "D"
        self.settle(visit)
        if key:
            self.used_codes.add(key)
        self.remember(line, "out")

    def to_close(self, line: Line) -> Line:
        """The open visit at the post whose grace still runs at the moment of the scan."""
        when = self.moment(line)
        found = None
        for visit in self.visits:
            shift = self.shifts[visit["shift"]]
            if visit["member"] != line["member"] or shift["post"] != line["post"]:
                continue
            is_late = "offline_since" in line and visit["state"] == "unclosed"
            if visit["state"] != "open" and not is_late:
                continue
            if when <= shift["end"] + self.shift_days(shift)[1]:
                self.doubt(is_late)
                found = visit
        if found is None:
            shift_now = self.shift_at(line["post"], when, "out")
            assert shift_now is not None
            self.doubt(self.unclosed_here(line) or "offline_since" in line)
            self.doubt(not shift_now["start"] <= when < shift_now["end"])
            self.doubt(self.code_key(line, "out") in self.used_codes)
            raise Refused("not_checked_in")
        self.doubt(when < found["stays"][-1][0])
        return found

    def settle(self, visit: Line) -> None:
        """State of a visit whose last stay has just ended."""
        is_auto = self.policy(self.start_day(visit))["confirmation"] == "auto"
        visit["state"] = "confirmed" if is_auto and visit["grade"] != "D" else "pending"

    # -- on site --------------------------------------------------------------------------------

    def do_witness(self, line: Line) -> None:
        visit, by = self.live_visit(line["member"], line["shift"]), line["by"]
        shift = self.shifts[line["shift"]]
        self.doubt(visit is None)
        assert visit is not None
        refuse_if(self.is_self(by, line["member"]), "same_person")
        is_publisher = by == shift["by"]
        refuse_if(not is_publisher and not self.keeps(by, shift["post"]), "not_allowed")
        self.doubt(self.is_closed(line["member"]))
        self.doubt(visit["is_taken"] or visit["is_returned"] or visit["grade"] not in "BD")
        self.doubt(self.state(visit) not in ("open", "pending", "confirmed"))
        if visit["grade"] == "D":
            self.witness_weak(visit, shift, by)
        else:
            self.witness_live(visit, shift, by)

    def witness_weak(self, visit: Line, shift: Line, by: str) -> None:
        grace = self.shift_days(shift)[1]
        limits = [shift["end"] + DAY] if visit["is_offline"] or visit["is_keeper"] else []
        limits += [shift["end"] + grace] if visit["is_printed"] else []
        self.doubt(min(limits) < self.now <= max(limits))
        is_other_keeper = self.is_leader(by, shift["post"]) or by == shift["by"]
        self.doubt(visit["is_keeper"] and not is_other_keeper)
        refuse_if(self.now > min(limits), "deadline_passed")
        visit["grade"], visit["witnessed_by"] = "C", by
        if visit["state"] == "pending":
            self.settle(visit)

    def witness_live(self, visit: Line, shift: Line, by: str) -> None:
        self.doubt(shift["start"] - 3600 <= self.now < shift["start"] or self.now == shift["end"])
        self.doubt(self.now > shift["end"] + DAY)
        self.doubt(visit["attested_by"])
        if shift["start"] <= self.now < shift["end"]:
            visit["grade"], visit["witnessed_by"] = "A", by
        else:
            visit["seen_by"].add(by)

    def do_attest_end(self, line: Line) -> None:
        shift, by, end = self.shifts[line["shift"]], line["by"], seconds(line["end"])
        refuse_if(any(self.is_self(by, m) for m in line["members"]), "same_person")
        refuse_if(not self.keeps(by, shift["post"]), "not_allowed")
        self.doubt(self.now < shift["end"] or any(self.is_closed(m) for m in line["members"]))
        refuse_if(self.now < shift["end"], "outside_shift")
        refuse_if(self.now > shift["end"] + DAY, "deadline_passed")
        refuse_if(end > shift["end"], "beyond_shift")
        visits = [self.live_visit(m, line["shift"]) for m in line["members"]]
        for visit in visits:
            self.doubt(visit is None or self.state(visit) not in ("open", "unclosed"))
            assert visit is not None
            self.doubt(visit["grade"] not in "AB" or visit["is_taken"] or self.asked_for(visit))
            self.doubt(end <= max(visit["stays"][-1][0], shift["start"]))
        for visit in visits:
            assert visit is not None
            visit["grade_doubt"] |= visit["grade"] == "A"
            visit["stays"][-1][1] = end
            visit["grade"], visit["attested_by"] = "C", by
            self.settle(visit)

    def asked_for(self, visit: Line) -> bool:
        return any(
            r["state"] == "asked" and r["member"] == visit["member"] and r.get("shift") == visit["shift"]
            for r in self.requests.values()
        )

    def do_take_in(self, line: Line) -> None:
        member, by = line["member"], line["by"]
        refuse_if(self.is_self(by, member), "same_person")
        refuse_if(not self.keeps(by, line["post"]), "not_allowed")
        refuse_if(self.is_closed(member), "probation_closed")
        shift = self.shift_at(line["post"], self.now, "in")
        refuse_if(shift is None, "outside_shift")
        assert shift is not None
        self.doubt(self.live_visit(member, shift["code"]) or self.is_keeper_herself(member, shift))
        refuse_if(self.live_visit(member, shift["code"]), "already_checked_in")
        elsewhere = [v for v in self.visits if v["member"] == member and v["state"] == "open"]
        refuse_if(any(self.now < self.shifts[v["shift"]]["end"] for v in elsewhere), "already_checked_in")
        for visit in elsewhere:
            visit["state"] = "unclosed"
        visit = self.new_visit(member, shift["code"], [self.now, None], "D")
        visit.update(is_taken=True, grade_doubt=True, taken_by={by})

    def do_take_out(self, line: Line) -> None:
        member, by = line["member"], line["by"]
        refuse_if(self.is_self(by, member), "same_person")
        refuse_if(not self.keeps(by, line["post"]), "not_allowed")
        self.doubt(self.is_closed(member) or self.shift_at(line["post"], self.now, "out") is None)
        refuse_if(self.shift_at(line["post"], self.now, "out") is None, "outside_shift")
        visit = self.to_close(line)
        self.doubt(not visit["is_taken"])
        visit["stays"][-1][1] = self.now
        visit["taken_out_at"] = self.now
        visit["taken_by"].add(by)
        visit["state"] = "pending"

    def do_confirm_taken(self, line: Line) -> None:
        visit = self.live_visit(line["member"], line["shift"])
        self.doubt(visit is None)
        assert visit is not None
        out_at = visit["taken_out_at"]
        self.doubt(out_at is None or visit["state"] != "pending" or visit["grade"] != "D")
        self.doubt(self.is_closed(line["member"]) or self.now > out_at + 72 * 3600)
        refuse_if(self.now > out_at + 72 * 3600, "too_old")
        visit["grade"], visit["grade_doubt"] = "C", False
        self.settle(visit)


class Papers(Scans):
    """Requests, approvals, objections and decisions."""

    def deadline(self, shift: Line) -> date:
        rules = self.policy(day_of(shift["start"]))
        return self.workdays_after(day_of(shift["end"]), rules["record_deadline_workdays"])

    def new_request(self, line: Line, **facts: Any) -> None:
        wanted = {"do": line["do"], "member": line["member"], "state": "asked", "approved": []}
        self.requests[line["id"]] = wanted | facts

    def do_request_correction(self, line: Line) -> None:
        shift, end = self.shifts[line["shift"]], seconds(line["end"])
        visit = self.live_visit(line["member"], line["shift"])
        self.doubt(visit is None or self.state(visit) != "unclosed" or self.asked_for(visit))
        assert visit is not None
        refuse_if(self.is_closed(line["member"]), "probation_closed")
        is_late = self.today > self.deadline(shift)
        self.doubt(is_late or visit["is_taken"])
        self.doubt(end <= visit["stays"][-1][0])
        refuse_if(end > shift["end"], "beyond_shift")
        self.new_request(line, shift=line["shift"], visit=visit, end=end)

    def do_request_make_up(self, line: Line) -> None:
        shift, start, end = self.shifts[line["shift"]], seconds(line["start"]), seconds(line["end"])
        refuse_if(self.is_closed(line["member"]), "probation_closed")
        is_late = self.today > self.deadline(shift)
        self.doubt(is_late or shift["is_cancelled"] or self.now < shift["end"] or start >= end)
        beyond = start < shift["start"] or end > shift["end"]
        here = self.live_visit(line["member"], line["shift"])
        self.doubt(here)
        refuse_if(beyond, "beyond_shift")
        refuse_if(here, "already_checked_in")
        visit = self.new_visit(line["member"], line["shift"], [start, end], "E")
        visit["state"] = "pending"
        self.new_request(line, shift=line["shift"], visit=visit, end=end)

    def as_granted(self, request: Line, end: int | None = None) -> Line:
        """The visit as it would be with both approvals."""
        until = min([request["end"]] + [e for _, _, e in request["approved"] if e] + ([end] if end else []))
        visit: Line = request["visit"]
        stays = [*visit["stays"][:-1], [visit["stays"][-1][0], until]]
        return visit | {"stays": stays, "grade": "E", "state": "confirmed"}

    def do_approve(self, line: Line) -> None:
        request, by = self.requests[line["id"]], line["by"]
        self.doubt(self.members[request["member"]]["is_out"])
        end = seconds(line["end"]) if "end" in line else None
        self.doubt(request["state"] != "asked")
        if request["do"].endswith("_record"):
            self.approve_record(request, line, by)
            return
        self.doubt(end is not None and not request["visit"]["stays"][-1][0] < end <= request["end"])
        if request["approved"]:
            self.approve_again(request, by, end)
        else:
            member, post = request["member"], self.shifts[request["shift"]]["post"]
            refuse_if(self.is_self(by, member), "same_person")
            allowed = self.is_leader(by, post) or self.reviews(by, member)
            refuse_if(not allowed, "not_allowed")
            refuse_if(self.is_closed(member), "probation_closed")
        request["approved"].append((by, self.now, end))
        if len(request["approved"]) == 2:
            granted = self.as_granted(request)
            request["visit"].update(granted)
            request["state"] = "granted"

    def approve_again(self, request: Line, by: str, end: int | None) -> None:
        member, shift = request["member"], self.shifts[request["shift"]]
        refuse_if(self.is_self(by, member) or by == request["approved"][0][0], "same_person")
        refuse_if(by in self.vouchers(request["visit"]), "same_person")
        refuse_if(not self.reviews(by, member), "not_allowed")
        refuse_if(self.is_closed(member), "probation_closed")
        if self.is_college(by, self.unit_now(member)):
            return
        refuse_if(day_of(request["approved"][0][1]) > self.deadline(shift), "deadline_passed")
        refuse_if(self.goes_over_budget(request, end), "budget_used")

    def goes_over_budget(self, request: Line, end: int | None) -> bool:
        member, granted = request["member"], self.as_granted(request, end)
        window = self.window(member)
        if window is None:
            self.doubt(True)
            return False
        rules = self.policy(window[0])
        budget = rules["threshold_min"] * rules["makeup_budget_pct"] // 100
        before = sum(
            e["net"] for e in self.earned(member).values()
            if e["visit"]["grade"] == "E" and self.is_inside(member, self.start_day(e["visit"]))
        )  # fmt: skip
        net = self.earned(member, [granted])[granted["id"]]["net"]
        raw = len(self.presence(granted)[0])
        full = request["end"] // 60 - granted["stays"][0][0] // 60
        self.doubt((before + net > budget) != (before + max(raw, full) > budget))
        self.doubt(before + max(raw, full) > budget and not self.has_value(granted))
        days = {day_of(granted["stays"][0][0]), day_of(granted["stays"][-1][1])}
        self.doubt(before + full > budget and not all(self.is_inside(member, d) for d in days))
        return before + net > budget

    def approve_record(self, request: Line, line: Line, by: str) -> None:
        member = request["member"]
        is_second = bool(request["approved"])
        refuse_if(self.is_self(by, member) or by == request["by"], "same_person")
        refuse_if(is_second and by == request["approved"][0][0], "same_person")
        unit = self.unit_now(member)
        allowed = self.is_college(by, unit) or (not is_second and self.is_committee(by, unit))
        self.doubt(not is_second and not self.is_committee(by, unit))
        self.doubt(is_second and not self.is_college(by, unit) and self.is_committee(by, unit))
        refuse_if(not allowed, "not_allowed")
        self.doubt(self.is_closed(member))
        request["approved"].append((by, self.now, None))
        if is_second:
            request["state"] = "granted"

    def record(self, line: Line, limit: str) -> None:
        member, by = line["member"], line["by"]
        on = date.fromisoformat(line["on"])
        self.doubt(self.is_self(by, member))
        refuse_if(self.is_self(by, member), "same_person")
        self.doubt(not self.is_committee(by, self.unit_now(member)))
        refuse_if(not self.reviews(by, member), "not_allowed")
        refuse_if(self.is_closed(member), "probation_closed")
        most = self.policy(self.today)[limit]
        known = sum(
            r["minutes"] for r in self.requests.values()
            if r["do"] == line["do"] and r["member"] == member and r["state"] != "rejected"
        )  # fmt: skip
        self.doubt(known + line["minutes"] > most or on > self.today or on < date(2025, 1, 1))
        refuse_if(known + line["minutes"] > most, "budget_used")
        self.new_request(line, on=on, minutes=line["minutes"], by=by)

    def do_opening_record(self, line: Line) -> None:
        self.record(line, "opening_max_min")

    def do_outside_record(self, line: Line) -> None:
        self.record(line, "outside_max_min")

    def do_reject(self, line: Line) -> None:
        request, by = self.requests[line["id"]], line["by"]
        self.doubt(request["state"] != "asked" or any(by == who for who, _, _ in request["approved"]))
        self.doubt(request.get("by") == by)
        refuse_if(self.is_self(by, request["member"]), "same_person")
        refuse_if("visit" in request and by in self.vouchers(request["visit"]), "same_person")
        refuse_if(not self.reviews(by, request["member"]), "not_allowed")
        self.doubt(self.is_closed(request["member"]))
        request["state"] = "rejected"
        if "visit" in request:
            request["visit"].update(state="rejected", grade="X")
            request["visit"]["grade_doubt"] = request["do"] == "request_correction"

    # -- review ---------------------------------------------------------------------------------

    def review(self, line: Line) -> Line:
        visit, by, member = self.live_visit(line["member"], line["shift"]), line["by"], line["member"]
        self.doubt(visit is None)
        assert visit is not None
        refuse_if(self.is_self(by, member), "same_person")
        self.doubt(visit["unit"] != self.unit_now(member) or self.is_closed(member))
        self.doubt(self.is_leader(by, self.shifts[visit["shift"]]["post"]) and self.reviews(by, member))
        self.doubt(by in self.recorders(visit) | visit["seen_by"])
        refuse_if(not self.reviews(by, member), "not_allowed")
        self.doubt(any(r.get("visit") is visit for r in self.requests.values()))
        return visit

    def vouchers(self, visit: Line) -> set[str | None]:
        """Who took her in or out, attested or witnessed: recorder is not approver."""
        return visit["taken_by"] | {visit["witnessed_by"], visit["attested_by"]}

    def recorders(self, visit: Line) -> set[str | None]:
        """Everybody whose word the visit rests on."""
        asked = [r for r in self.requests.values() if r.get("visit") is visit]
        approvers = {who for r in asked for who, _, _ in r["approved"]}
        return approvers | self.vouchers(visit) | {self.shifts[visit["shift"]]["by"]}

    def do_confirm(self, line: Line) -> None:
        visit = self.review(line)
        self.doubt(visit["grade"] == "D" or visit["state"] != "pending")
        refuse_if(visit["grade"] == "D", "not_allowed")
        visit.update(state="confirmed", confirmed_by=line["by"], is_returned=False)

    def do_return_visit(self, line: Line) -> None:
        visit = self.review(line)
        self.doubt(visit["state"] != "confirmed" or visit["grade"] not in "ABC")
        visit.update(state="pending", is_returned=True)

    def do_object(self, line: Line) -> None:
        visit = self.live_visit(line["member"], line["shift"])
        by = line.get("by")
        self.doubt(visit is None or visit["state"] != "confirmed" or self.is_closed(line["member"]))
        assert visit is not None
        self.doubt(any(o["visit"] is visit and o["state"] == "open" for o in self.objections.values()))
        self.doubt(by is not None and self.is_self(by, line["member"]))
        self.doubt(by is not None and not self.reviews(by, line["member"]))
        is_own = by is None or self.is_self(by, line["member"])
        self.objections[line["id"]] = {
            "visit": visit, "by": by, "is_in_force": is_own, "on": self.today, "state": "open",
            "accepted_by": None, "before": visit["state"],
        }  # fmt: skip
        if is_own:
            visit["state"] = "disputed"

    def judge(self, line: Line) -> Line:
        """Who accepts or resolves: not herself, not the objector, the committee or the college."""
        objection, by = self.objections[line["id"]], line["by"]
        visit = objection["visit"]
        member = visit["member"]
        self.doubt(objection["state"] != "open" or self.is_closed(member))
        self.doubt(visit["unit"] != self.unit_now(member))
        refuse_if(self.is_self(by, member) or by == objection["by"], "same_person")
        refuse_if(not self.reviews(by, member), "not_allowed")
        return objection

    def do_accept_objection(self, line: Line) -> None:
        objection = self.judge(line)
        self.doubt(objection["is_in_force"] or objection["visit"]["state"] != "confirmed")
        self.doubt(line["by"] == objection["visit"]["confirmed_by"])
        self.doubt(line["by"] in self.recorders(objection["visit"]) | objection["visit"]["seen_by"])
        last = self.workdays_after(objection["on"], 3)
        self.doubt(self.today > last)
        late = not self.is_college(line["by"], self.unit_now(objection["visit"]["member"]))
        refuse_if(self.today > last and late, "deadline_passed")
        objection.update(is_in_force=True, accepted_by=line["by"])
        objection["visit"]["state"] = "disputed"

    def do_resolve(self, line: Line) -> None:
        objection = self.objections[line["id"]]
        visit = objection["visit"]
        self.doubt(not objection["is_in_force"] or line["by"] == objection["accepted_by"])
        self.doubt(line["by"] in self.recorders(visit) | visit["seen_by"])
        self.judge(line)
        refuse_if(visit["confirmed_by"] == line["by"], "same_person")
        objection["state"] = "resolved"
        visit.update({"state": "void", "grade": "X"} if line["upheld"] else {"state": objection["before"]})

    # -- decisions ------------------------------------------------------------------------------

    def two_sides(self, line: Line) -> None:
        member, unit = line["member"], self.unit_now(line["member"])
        by, approver = line["by"], line["approved_by"]
        own = self.is_self(by, member) or self.is_self(approver, member)
        refuse_if(by == approver or own, "same_person")
        self.doubt(self.is_college(by, unit) and self.is_college(approver, unit))
        allowed = self.is_committee(by, unit) or self.is_college(by, unit)
        refuse_if(not allowed or not self.is_college(approver, unit), "not_allowed")

    def do_over_cap(self, line: Line) -> None:
        self.two_sides(line)
        on = date.fromisoformat(line["on"])
        self.doubt(on > self.today or self.is_closed(line["member"]))
        self.lifted.add((line["member"], on))

    def do_extend(self, line: Line) -> None:
        member, meeting = line["member"], date.fromisoformat(line["meeting_on"])
        facts, window = self.members[member], self.window(line["member"])
        self.doubt(window is None or meeting > self.today or facts["decision"] == "converted")
        assert window is not None
        self.two_sides(line)
        refuse_if(self.is_closed(member), "probation_closed")
        rules = self.policy(self.today)
        is_out = not rules["extension_months_min"] <= line["months"] <= rules["extension_months_max"]
        is_early = meeting < window[1]
        self.doubt(is_out and (is_early or facts["extension"]))
        refuse_if(is_out, "extension_out_of_range")
        refuse_if(facts["extension"], "extension_repeated")
        refuse_if(is_early, "not_due")
        facts["extension"] = line["months"]

    def do_decide(self, line: Line) -> None:
        member, meeting = line["member"], date.fromisoformat(line["meeting_on"])
        facts, window = self.members[member], self.window(line["member"])
        self.doubt(window is None or meeting > self.today or facts["decision"] == "converted")
        assert window is not None
        self.two_sides(line)
        refuse_if(self.is_closed(member), "probation_closed")
        if line["outcome"] == "converted":
            refuse_if(meeting < window[1], "not_due")
            refuse_if(self.counted(member) < self.threshold(member), "threshold_not_met")
            facts["stage"] = "full"
        else:
            self.doubt(any(v["member"] == member and v["state"] == "open" for v in self.visits))
        facts["decision"] = line["outcome"]

    def do_transfer(self, line: Line) -> None:
        member, on = line["member"], date.fromisoformat(line["on"])
        facts = self.members[member]
        self.doubt(facts["is_out"])
        refuse_if(self.is_self(line["by"], member), "same_person")
        refuse_if(not self.is_college(line["by"], self.unit_now(member)), "not_allowed")
        refuse_if(self.is_closed(member), "probation_closed")
        self.doubt(on > self.today or facts["decision"] or line["to"] == self.unit_now(member))
        since = facts["units"][-1][0]
        self.doubt(since is not None and on <= since)
        for visit in self.visits:
            if visit["member"] == member:
                self.doubt(visit["state"] == "open" or day_of(visit["stays"][-1][0]) >= on)
                self.doubt(visit["state"] not in GONE and self.start_day(visit) >= on)
                last = visit["stays"][-1][1]
                self.doubt(last is not None and day_of(last) >= on)
        facts["units"].append((on, line["to"]))
        facts["is_out"] = line["to"] is None

    def deadline_of(self, visit: Line) -> str:
        return self.deadline(self.shifts[visit["shift"]]).isoformat()

    def length_of_window(self, member: str) -> timedelta:
        window = self.window(member)
        assert window is not None
        return window[1] - window[0]


Oracle = Papers
