"""Many at once, each on a connection of its own: nothing is lost, nothing is counted twice.

Uniqueness lives in constraints; whoever loses starts over and then sees what the winner wrote. The last
test takes the constraints away and sees the same race go wrong.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from tests import engines
from tests.actions.stage import IN, OUT, Stage, at
from tests.actions.test_ask import record
from tests.actions.test_keep import committee_confirms
from tests.cast import Cast, raise_cast
from volunteer import create_app
from volunteer.actions import approve, decide, kept, review, shifts
from volunteer.database import in_transaction, writing
from volunteer.models import Approval, Credit, Decision, Evidence, KeptSum, Request, Shift, Unit, Visit
from volunteer.rules.campus import Campus
from volunteer.rules.kinds import Grade, Verdict, VisitState
from volunteer.rules.reasons import Reason, Refusal
from volunteer.rules.spans import Span
from volunteer.rules.tally import RollUpKind
from volunteer.stats import rollups
from volunteer.stats.kept import periods
from volunteer.stats.rollups import Days

THREADS = 40
PAIRS = 8
Work = Callable[[Stage], Any]


class Hall:
    """The committed cast on a database, and threads that all begin at the same moment."""

    def __init__(self, app: Flask, engine: Engine, cast: Cast, campus: Campus) -> None:
        self.app, self.engine, self.cast, self.campus = app, engine, cast, campus
        self.displays: dict[tuple[int, bool], str] = {}

    @contextmanager
    def stage(self) -> Iterator[Stage]:
        """Give a stage whose doings are committed."""
        with Session(self.engine) as session, writing(session):
            yield Stage(session, self.cast, self.campus, self.displays)

    def at_once(self, works: Sequence[Work]) -> list[Any]:
        """Run all, begun together, and return what each came to: a result, or the reason of its refusal."""
        gate = threading.Barrier(min(len(works), THREADS), timeout=60)
        is_first = threading.local()

        def run(work: Work) -> Any:
            with self.app.app_context():
                if not getattr(is_first, "is_over", False):
                    is_first.is_over = True
                    gate.wait()
                try:
                    return in_transaction(
                        lambda session: work(Stage(session, self.cast, self.campus, self.displays))
                    )
                except Refusal as refusal:
                    return refusal.reason

        with ThreadPoolExecutor(min(len(works), THREADS)) as pool:
            return list(pool.map(run, works))

    def read(self, statement: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(statement))

    def count(self, *which: Any) -> int:
        return int(self.read(select(func.count()).where(*which))[0][0])


def made_hall(engine: Engine, cast: Cast, campus: Campus, folder: Path) -> Iterator[Hall]:
    app = create_app(engines.settings_for(engine, folder))
    hall = Hall(app, engine, cast, campus)
    with hall.stage() as stage:
        gate = stage.system.site_of(post_id=cast.campus_post)
        stage.system.shift("G1", cast.campus_post, at("09:00"), at("12:00"))
        for site in (cast.site, gate):
            stage.display(site)
    yield hall
    with app.app_context():
        from volunteer.database import db

        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def hall(engine: Engine, committed_cast: Cast, campus: Campus, tmp_path: Path) -> Iterator[Hall]:
    """Everything committed; what a test left is proven at its end."""
    for hall in made_hall(engine, committed_cast, campus, tmp_path):
        yield hall
        with hall.stage() as stage:
            stage.prove()


def members(hall: Hall, count: int) -> list[int]:
    with hall.stage() as stage:
        return [stage.system.member(f"30{number:08}", hall.cast.law) for number in range(count)]


def scanning(who: str | int, side: Any, when: str, **more: Any) -> Work:
    # The display gave its sign of life before; here everybody only scans.
    return lambda stage: stage.scan(who, when, side, is_alive=False, **more)


def alive(hall: Hall, when: str) -> None:
    from volunteer.actions.registry import beat

    with hall.stage() as stage:
        for handle in hall.displays.values():
            beat(stage.session, handle=handle, now=at(when))


def one_comes(hall: Hall) -> Counter[Verdict]:
    alive(hall, "09:00")
    works = [scanning("mei", IN, "09:00", client_ref=f"ref-{number}") for number in range(THREADS)]
    return Counter(result.verdict for result in hall.at_once(works))


def test_forty_taps_are_one_visit_with_one_stay(hall: Hall) -> None:
    assert one_comes(hall) == {Verdict.ACCEPTED: 1, Verdict.UNCHANGED: THREADS - 1}
    assert hall.count(Visit.id > 0) == 1
    assert hall.count(Evidence.verdict == Verdict.ACCEPTED) == 1


def test_one_reference_sent_by_many_is_one_scan(hall: Hall) -> None:
    alive(hall, "09:00")
    found = hall.at_once([scanning("mei", IN, "09:00", client_ref="same")] * THREADS)
    assert {(result.verdict, result.visit_id) for result in found} == {(Verdict.ACCEPTED, found[0].visit_id)}
    assert hall.count(Evidence.id > 0) == 1


def test_at_two_posts_at_once_she_is_in_at_one(hall: Hall) -> None:
    alive(hall, "09:00")
    gate = next(site for site, _ in hall.displays if site != hall.cast.site)
    works = [scanning("mei", IN, "09:00", site_id=site) for site in (hall.cast.site, gate)] * 10
    found = hall.at_once(works)
    assert sum(result is Reason.ALREADY_CHECKED_IN for result in found) == 10
    assert hall.count(Visit.state == VisitState.OPEN) == 1


def test_a_double_check_out_books_once(hall: Hall) -> None:
    alive(hall, "09:00")
    with hall.stage() as stage:
        stage.come("mei", "09:00")
    alive(hall, "12:00")
    found = hall.at_once([scanning("mei", OUT, "12:00")] * 20)
    assert sum(result is Reason.NOT_CHECKED_IN for result in found) == 19
    assert hall.read(select(Credit.net_min)) == [(180,)]


def test_two_hundred_members_at_one_post_are_two_hundred_visits(hall: Hall) -> None:
    people = members(hall, 200)
    alive(hall, "09:00")
    found = hall.at_once([scanning(who, IN, "09:00") for who in people])
    assert Counter(result.verdict for result in found) == {Verdict.ACCEPTED: 200}
    alive(hall, "12:00")
    found = hall.at_once([scanning(who, OUT, "12:00") for who in people])
    assert {result.net for result in found} == {180}
    assert hall.read(select(func.count(), func.sum(Credit.net_min))) == [(200, 200 * 180)]


def test_kept_sums_are_never_stale_while_many_leave_and_several_keep_them(hall: Hall) -> None:
    people = members(hall, 12)
    with hall.stage() as stage:
        stage.display(hall.cast.site)
        for who in people:
            stage.come(who, "09:00")
        stage.serve("mei", "09:00", "10:00")
        # So that there is a period to keep from the first batch on.
        kept.keep_sums(stage.session)
    alive(hall, "12:00")
    keeping: Work = lambda stage: kept.keep_sums(stage.session, limit=3)  # noqa: E731
    reading: Work = lambda _stage: difference_to_a_count(hall)  # noqa: E731
    works = [work for who in people for work in (scanning(who, OUT, "12:00"), keeping, reading)]
    found = hall.at_once(works[:24] + [scanning(who, OUT, "12:00") for who in people[8:]])
    assert {result.net for result in [*found[:24:3], *found[24:]]} == {180}
    assert set(found[2:24:3]) == {0}
    with hall.stage() as stage:
        while kept.keep_sums(stage.session, limit=7):
            pass
        assert kept.recount_sums(stage.session) == {}
        sums = select(KeptSum.headcount, KeptSum.net).where(
            KeptSum.kind == RollUpKind.ALL, KeptSum.unit_id == hall.cast.college
        )
        assert set(stage.session.execute(sums)) == {(13, 12 * 180 + 60)}


def difference_to_a_count(hall: Hall) -> int:
    """Read a total from the sums and by counting, in one snapshot, and return by how much they differ."""
    year = Days.calendar_year(2026)
    with hall.engine.connect() as connection:
        if hall.engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with Session(connection) as session:
            assert year in periods(session)
            path = session.scalar(select(Unit.path).where(Unit.id == hall.cast.college)) or ""
            total = rollups.of_unit(session, year, unit_path=path)
            counted = session.scalar(select(func.sum(Visit.net_min))) or 0
            return total.net - counted


def test_two_approvals_at_once_grant_once(hall: Hall) -> None:
    people = members(hall, PAIRS)
    with hall.stage() as stage:
        asked = [stage.make_up(who, "09:00", "11:00", "13:00") for who in people]
    works: list[Work] = []
    for request in asked:
        for login in ("organiser", "secretary"):
            works.append(lambda stage, request=request, login=login: stage.approve(request, login, "13:10"))
    found = hall.at_once(works)
    assert Counter(str(result) for result in found) == {"asked": PAIRS, "approved": PAIRS}
    assert hall.read(select(func.count(), func.sum(Credit.net_min))) == [(PAIRS, PAIRS * 120)]


def test_one_first_approval_pressed_by_two_hands_of_one_account_is_one(hall: Hall) -> None:
    with hall.stage() as stage:
        request = stage.make_up("mei", "09:00", "11:00", "13:00")
    found = hall.at_once([lambda stage: stage.approve(request, "organiser", "13:10")] * 10)
    assert sum(result is Reason.SAME_PERSON for result in found) == 9
    assert hall.count(Credit.id > 0) == 0


def test_of_two_reviewers_at_once_one_wins_and_the_other_must_look_again(hall: Hall) -> None:
    visits = []
    with hall.stage() as stage:
        committee_confirms(stage)
        for who in ("mei", "ning", "bo"):
            visits.append(stage.serve(who, "09:00", "12:00"))
        seen = {visit: stage.visit(visit).version for visit in visits}

    def act(visit: int, login: str, act: Callable[..., Any], **more: Any) -> Work:
        return lambda stage: act(
            stage.session,
            visit_id=visit,
            actor=stage.actor(login),
            campus=stage.campus,
            now=at("13:00"),
            seen=seen[visit],
            **more,
        )

    works = [
        pressed
        for visit in visits
        for pressed in (
            act(visit, "office", review.confirm),
            act(visit, "office_second", review.return_visit, reason="待核实"),
        )
    ]
    found = hall.at_once(works)
    for one, other in zip(found[::2], found[1::2], strict=True):
        assert {one, other} == {None, Reason.CHANGED_MEANWHILE}


def test_of_two_first_approvals_at_once_one_is_given_and_the_other_does_not_become_the_second(
    hall: Hall,
) -> None:
    with hall.stage() as stage:
        asked = stage.make_up("mei", "09:00", "12:00", "12:30")

    def press(login: str) -> Work:
        return lambda stage: approve.approve(
            stage.session,
            request_id=asked,
            actor=stage.actor(login),
            campus=stage.campus,
            now=at("13:00"),
            seen=0,
        )

    found = hall.at_once([press("secretary"), press("organiser")])
    assert sorted(str(one) for one in found) == ["asked", "changed_meanwhile"]
    assert hall.count(Approval.request_id == asked) == 1


def test_a_check_out_and_an_overlapping_make_up_count_the_minute_once(hall: Hall) -> None:
    people = members(hall, PAIRS)
    with hall.stage() as stage:
        other = stage.visit_of_code("G1")
        asked = []
        for who in people:
            stage.come(who, "09:00")
            asked.append(stage.make_up(who, "09:00", "12:00", "12:00", shift=other))
            stage.approve(asked[-1], "organiser", "12:00")
    alive(hall, "12:00")
    works: list[Work] = []
    for who, request in zip(people, asked, strict=True):
        works.append(scanning(who, OUT, "12:00"))
        works.append(lambda stage, request=request: stage.approve(request, "secretary", "12:00"))
    assert not any(isinstance(result, Reason) for result in hall.at_once(works))
    earned = select(Visit.member_id, func.sum(Visit.net_min)).group_by(Visit.member_id)
    assert {minutes for _, minutes in hall.read(earned)} == {180}
    by_grade = dict(hall.read(select(Visit.grade, func.sum(Visit.net_min)).group_by(Visit.grade)))
    assert by_grade == {Grade.B: 180 * PAIRS, Grade.E: 0}


def test_a_check_out_and_the_approval_of_its_own_correction_count_once(hall: Hall) -> None:
    people = members(hall, PAIRS)
    asked = []
    with hall.stage() as stage:
        for who in people:
            visit = stage.come(who, "09:00").visit_id
            asked.append(stage.correction(visit, "12:00", "12:30"))
            stage.approve(asked[-1], "organiser", "12:30")
    alive(hall, "12:40")
    works: list[Work] = []
    for who, request in zip(people, asked, strict=True):
        works.append(scanning(who, OUT, "12:40"))
        works.append(lambda stage, request=request: stage.approve(request, "secretary", "12:40"))
    found = hall.at_once(works)
    refused = [result for result in found if isinstance(result, Reason)]
    assert len(refused) == PAIRS
    assert set(refused) <= {Reason.NOT_CHECKED_IN, Reason.NOT_ALLOWED}
    assert {net for (net,) in hall.read(select(Visit.net_min))} == {180}


def test_two_approvals_that_fit_the_budget_only_one_by_one(hall: Hall) -> None:
    with hall.stage() as stage:
        asked = []
        for day in (17, 18):
            start, end = f"{day} 08:00", f"{day} 13:00"
            shift = stage.system.shift(f"L{day}", hall.cast.campus_post, at(start), at(end))
            asked.append(stage.make_up("mei", start, end, "19 09:00", shift=shift))
            stage.approve(asked[-1], "organiser", "19 09:10")
    works: list[Work] = [
        lambda stage, request=request: stage.approve(request, "secretary", "19 10:00") for request in asked
    ]
    assert sorted(str(result) for result in hall.at_once(works)) == ["approved", "budget_used"]


def test_two_records_that_fit_the_limit_only_one_by_one(hall: Hall) -> None:
    works: list[Work] = [lambda stage, ref=ref: record(stage, 2000, ref=ref) for ref in ("a", "b", "c", "d")]
    found = hall.at_once(works)
    assert sum(result is Reason.BUDGET_USED for result in found) == 3
    assert hall.read(select(func.sum(Request.minutes))) == [(2000,)]


def test_of_extensions_at_once_one_is_entered(hall: Hall) -> None:
    def extending(months: int) -> Work:
        return lambda stage: decide.extend(
            stage.session,
            member_id=hall.cast.mei,
            months=months,
            meeting_on=date(2026, 12, 1),
            proposed_by=stage.actor("organiser"),
            approved_by=stage.actor("office"),
            campus=hall.campus,
            now=at("12-01 10:00"),
        )

    found = hall.at_once([extending(months) for months in (6, 7, 8, 9)])
    assert sum(result is Reason.EXTENSION_REPEATED for result in found) == 3
    assert hall.count(Decision.id > 0) == 1


def test_of_shifts_at_once_on_the_same_hours_one_is_published(hall: Hall) -> None:
    def publishing(number: int) -> Work:
        span = Span(at("17 09:00"), at("17 12:00"))
        return lambda stage: shifts.publish(
            stage.session,
            code=f"N{number}",
            post_id=hall.cast.post,
            span=span,
            actor=stage.actor("leader"),
            now=at("10:00"),
        )

    found = hall.at_once([publishing(number) for number in range(10)])
    assert sum(result is Reason.SHIFT_OVERLAPS for result in found) == 9
    assert hall.count(Shift.code.startswith("N")) == 1


@pytest.mark.postgresql
def test_without_the_constraints_the_same_taps_do_double_book(
    postgresql_server: str, campus: Campus, tmp_path: Path
) -> None:
    """The control: it is the indexes that hold, not luck. On SQLite writers would still stand in line."""
    name = f"control_{threading.get_ident()}"
    engine = engines.open_engine(engines.new_database(postgresql_server, name))
    try:
        with engine.begin() as connection:
            for index in ("ux_visit_member_shift", "ux_visit_open", "ux_evidence_code_once"):
                connection.exec_driver_sql(f"DROP INDEX {index}")
        with Session(engine) as session:
            cast = raise_cast(session)
            session.commit()
        for hall in made_hall(engine, cast, campus, tmp_path):
            one_comes(hall)
            assert hall.count(Visit.id > 0) > 1
    finally:
        engine.dispose()
        engines.drop_database(postgresql_server, name)
