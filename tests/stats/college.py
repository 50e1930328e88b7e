"""A college of random rows, kept in plain lists as well, so that every figure can be counted by hand."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

from sqlalchemy.orm import Session

from tests.cast import LONG_AGO
from volunteer.models import (
    Base,
    Credit,
    Member,
    Membership,
    PolicyVersion,
    Post,
    ProbationWindow,
    Request,
    Shift,
    Term,
    Unit,
    Visit,
)
from volunteer.rules.kinds import (
    BaseStatus,
    BranchKind,
    Category,
    Compensation,
    Grade,
    Outcome,
    RequestKind,
    RequestState,
    Stage,
    UnitKind,
    VisitState,
)
from volunteer.rules.probation import plus_months

FIRST = date(2025, 9, 1)
LOSSES = ("outside_shift", "away", "break", "overlap", "too_short", "rounding", "day_cap")
POLICIES = ((date(2025, 1, 1), 3000, 15), (date(2026, 2, 1), 2400, 10))
NAMES = (
    ("李梅", "li mei", "lm"),
    ("王宁", "wang ning", "wn"),
    ("赵博", "zhao bo", "zb"),
    ("陈安", "chen an", "ca"),
)


@dataclass
class College:
    """What was written, as plain values: ids are those of the database."""

    session: Session
    random: Random
    units: list[dict[str, Any]] = field(default_factory=list)
    bases: dict[int, str] = field(default_factory=dict)
    posts: dict[int, tuple[str, int | None]] = field(default_factory=dict)
    runners: dict[int, int] = field(default_factory=dict)
    terms: list[tuple[str, date, date]] = field(default_factory=list)
    members: list[dict[str, Any]] = field(default_factory=list)
    visits: list[dict[str, Any]] = field(default_factory=list)
    credits: list[dict[str, Any]] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def founded(cls, session: Session, seed: int) -> "College":
        """Write everything."""
        made = cls(session, Random(seed))
        made._found()
        for number in range(18):
            made._admit(number)
        for number in range(150):
            made._serve(number)
        for number in range(24):
            made._type(number)
        session.flush()
        session.expire_all()
        return made

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def day(self, days: int = 420) -> date:
        return FIRST + timedelta(days=self.random.randrange(days))

    def _found(self) -> None:
        top = self._unit("COL", UnitKind.COLLEGE, None)
        party = self._unit("GEN", UnitKind.GENERAL_BRANCH, top)
        for number in range(3):
            self._unit(f"B{number}", UnitKind.BRANCH, party)
        # So many that /1/ is the beginning of another path's number too.
        for number in range(3, 9):
            self._unit(f"B{number}", UnitKind.BRANCH, top)
        self._unit("G0", UnitKind.GROUP, self.units[2])
        self._unit("COL2", UnitKind.COLLEGE, None)
        for effective_on, threshold, pct in POLICIES:
            self.add(PolicyVersion(**policy_values(effective_on, threshold, pct), entered_at=LONG_AGO))
        for number in range(3):
            base = self.add(Base(code=f"BASE{number}", name=f"基地{number}", status=BaseStatus.AGREED))
            self.bases[base.id] = base.code
        for number in range(7):
            base_id = self.random.choice([None, *self.bases])
            self._post(f"P{number}", base_id, self.units[number % 4])
        for number, (start, end) in enumerate(
            [
                (date(2025, 9, 1), date(2026, 1, 20)),
                (date(2026, 2, 20), date(2026, 7, 1)),
                (date(2026, 9, 1), date(2027, 1, 20)),
            ]
        ):
            self.add(Term(code=f"T{number}", name=f"学期{number}", starts_on=start, ends_before=end))
            self.terms.append((f"T{number}", start, end))

    def _unit(self, code: str, kind: UnitKind, parent: dict[str, Any] | None) -> dict[str, Any]:
        unit = Unit(
            code=code, name=f"组织{code}", kind=kind, path=code, parent_id=parent["id"] if parent else None
        )
        if kind is UnitKind.BRANCH:
            unit.branch_kind = BranchKind.STUDENT
        self.add(unit)
        unit.path = f"{parent['path'] if parent else '/'}{unit.id}/"
        self.session.flush()
        above = [*parent["above"], unit.id] if parent else [unit.id]
        self.units.append({"id": unit.id, "code": code, "path": unit.path, "above": above})
        return self.units[-1]

    def _post(self, code: str, base_id: int | None, unit: dict[str, Any]) -> None:
        post = Post(
            code=code,
            name=f"岗位{code}",
            base_id=base_id,
            unit_id=unit["id"],
            category=Category.SERVICE,
            compensation=Compensation.NONE,
        )
        self.add(post)
        self.posts[post.id] = (code, base_id)
        self.runners[post.id] = unit["id"]

    def _admit(self, number: int) -> None:
        random = self.random
        homes = [unit for unit in self.units if unit["code"] not in ("COL", "GEN")]
        home, start = random.choice(homes), self.day()
        stage = random.choice([Stage.PROBATIONARY] * 4 + [Stage.ACTIVIST, Stage.FULL])
        row = Member(
            student_no=f"S{number:03}",
            name=NAMES[number % 4][0] + str(number // 4),
            sort_key=NAMES[number % 4][1],
            initials=NAMES[number % 4][2],
            unit_id=home["id"],
            stage=stage,
        )
        self.add(row)
        one = {
            "id": row.id,
            "no": row.student_no,
            "name": row.name,
            "sort_key": row.sort_key,
            "pinyin": row.sort_key.replace(" ", ""),
            "initials": row.initials,
            "unit": home["id"],
            "stage": stage,
            "start": None,
            "homes": [],
        }
        self.add(Membership(member_id=row.id, unit_id=home["id"], from_on=date.min))
        one["homes"].append([home["id"], date.min, None])
        if stage is Stage.PROBATIONARY or random.random() < 0.4:
            self._open_window(row, one, start)
        if random.random() < 0.5:
            self._move(row, one, random.choice([*homes, None]))
        self.members.append(one)

    def _move(self, row: Member, one: dict[str, Any], to: dict[str, Any] | None) -> None:
        # Often on the very day on which the probation is due.
        on = self.random.choice([self.day(), *self._edges(one)])
        self.session.query(Membership).filter_by(member_id=row.id, before_on=None).update({"before_on": on})
        one["homes"][-1][2] = on
        row.unit_id = one["unit"] = to["id"] if to else None
        if to:
            self.add(Membership(member_id=row.id, unit_id=to["id"], from_on=on))
            one["homes"].append([to["id"], on, None])

    def _edges(self, one: dict[str, Any]) -> list[date]:
        """Return the days around both ends of the member's window."""
        if one["start"] is None:
            return []
        return [edge + timedelta(days=days) for edge in (one["start"], one["end"]) for days in (-1, 0)]

    def _open_window(self, row: Member, one: dict[str, Any], start: date) -> None:
        months = self.random.choice([None, None, None, 6, 12])
        outcome = self.random.choice([None] * 5 + [Outcome.CONVERTED, Outcome.CANCELLED])
        ends_before = plus_months(plus_months(start, 12), months or 0)
        decided_on = ends_before if outcome else None
        self.add(
            ProbationWindow(
                member_id=row.id,
                starts_on=start,
                ends_before=ends_before,
                extension_months=months,
                outcome=outcome,
                decided_on=decided_on,
            )
        )
        if outcome is Outcome.CONVERTED:
            row.stage = one["stage"] = Stage.FULL
        one |= {"start": start, "end": ends_before, "months": months, "outcome": outcome}

    def _serve(self, number: int) -> None:
        random = self.random
        one = random.choice(self.members[:15])
        day, (post_id, (_, base_id)) = self.day(), random.choice(list(self.posts.items()))
        # Often the same few days, so that persons, posts and days meet again.
        if random.random() < 0.5 and self.visits:
            day = random.choice(self.visits)["day"]
        unit = random.choice([home[0] for home in one["homes"]] * 3 + [random.choice(self.units)["id"]])
        state = random.choice([VisitState.CONFIRMED] * 6 + list(VisitState))
        if state is VisitState.OPEN:
            state = VisitState.UNCLOSED
        grade = random.choice([Grade.A, Grade.B, Grade.C, Grade.E])
        net = random.choice([0, 1, 15, 59, 60, 180, 181, 480]) if state is VisitState.CONFIRMED else 0
        credited = net - random.choice([0, 0, 0, min(net, 17)])
        pending = random.choice([0, 33, 120]) if state in (VisitState.PENDING, VisitState.UNCLOSED) else 0
        lost = {name: random.choice([0, 0, 5]) for name in LOSSES}
        start = datetime.combine(day, time(1), UTC)
        shift = self.add(
            Shift(
                code=f"S{number}",
                post_id=post_id,
                starts_at=start,
                ends_at=start + timedelta(hours=9),
                first_ends_at=start + timedelta(hours=9),
                capacity=(None, 3, 8)[number % 3],
                is_opened_on_spot=False,
                is_for_make_ups=number % 13 == 0,
                published_at=LONG_AGO,
                cancelled_at=LONG_AGO if number % 11 == 0 else None,
            )
        )
        visit = self.add(
            Visit(
                member_id=one["id"],
                shift_id=shift.id,
                post_id=post_id,
                unit_id=unit,
                policy_id=1,
                served_on=day,
                state=state,
                grade=Grade.X if state in (VisitState.VOID, VisitState.REJECTED) else grade,
                net_min=net,
                credited_min=credited,
                pending_min=pending,
                **{f"lost_{name}": minutes for name, minutes in lost.items()},
            )
        )
        self.visits.append(
            {
                "id": visit.id,
                "member": one["id"],
                "post": post_id,
                "base": base_id,
                "shift": shift,
                "state": state,
                "unit": unit,
                "day": day,
                "net": net,
                "credited": credited,
                "pending": pending,
                "lost": lost,
                "made_up": net if visit.grade is Grade.E else 0,
                "counts": state is VisitState.CONFIRMED and net > 0,
            }
        )
        self._book(self.visits[-1])

    def _book(self, visit: dict[str, Any]) -> None:
        """Write ledger lines that sum to the visit's figures, some after a detour, some over midnight."""
        days = [(visit["day"], visit["net"], visit["credited"])]
        if visit["net"] > 60 and self.random.random() < 0.3:
            days = [
                (visit["day"], visit["net"] - 60, max(0, visit["credited"] - 60)),
                (visit["day"] + timedelta(days=1), 60, min(60, visit["credited"])),
            ]
        for day, net, credited in days:
            if self.random.random() < 0.3:
                self._line(visit, day, 77, 77)
                self._line(visit, day, -77, -77)
            if net:
                self._line(visit, day, net, credited)

    def _line(self, of: dict[str, Any], day: date, net: int, credited: int, **record: Any) -> None:
        number = sum(line["member"] == of["member"] for line in self.credits) + 1
        self.add(
            Credit(
                member_id=of["member"],
                member_seq=number,
                visit_id=of.get("id"),
                unit_id=of["unit"],
                post_id=of.get("post"),
                base_id=of.get("base"),
                day=day,
                net_min=net,
                credited_min=credited,
                is_reversal=net < 0,
                grade=Grade.B,
                cause="check_out",
                at=LONG_AGO,
                **record,
            )
        )
        self.credits.append(
            {
                "member": of["member"],
                "unit": of["unit"],
                "day": day,
                "net": net,
                "credited": credited,
                "is_record": bool(record),
            }
        )

    def _type(self, number: int) -> None:
        """Ask for typed minutes, some of them granted."""
        random, one = self.random, self.random.choice(self.members)
        state = random.choice([RequestState.APPROVED, *RequestState])
        day = random.choice([self.day(), *self._edges(one)])
        minutes, unit = random.choice([30, 600, 1500]), one["homes"][0][0]
        request = Request(
            ref=f"R{number}",
            kind=RequestKind.OPENING,
            member_id=one["id"],
            unit_id=unit,
            on=day,
            minutes=minutes,
            what="迎新",
            reason="启用前",
            deadline_on=day,
            is_deadline_provisional=False,
            asked_at=LONG_AGO,
            state=state,
        )
        self.add(request)
        if state is RequestState.APPROVED:
            of = {"member": one["id"], "unit": unit}
            self._line(of, day, minutes, minutes, request_id=request.id, record_kind=RequestKind.OPENING)
        if state is RequestState.ASKED:
            self.asked.append({"member": one["id"], "minutes": minutes})


def policy_values(effective_on: date, threshold: int, pct: int) -> dict[str, Any]:
    """Return the columns of a policy version."""
    from dataclasses import asdict

    from volunteer.rules.policy import HoursPolicy

    policy = HoursPolicy(effective_on=effective_on, threshold_min=threshold, makeup_budget_pct=pct)
    return asdict(policy) | {"stages": "probationary"}
