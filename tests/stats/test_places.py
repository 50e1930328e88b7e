"""What posts and bases received equals a count by hand, on random colleges and both engines."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session

from tests.cast import LONG_AGO
from tests.stats import by_hand
from tests.stats.college import College
from volunteer.models import PolicyVersion, Shift, Visit
from volunteer.rules.kinds import Grade, VisitState
from volunteer.rules.places import Whose, by_weekday_and_hour
from volunteer.rules.spans import Span
from volunteer.stats import fill, place, places
from volunteer.stats.place import Place
from volunteer.stats.rollups import Days
from volunteer.stats.units import DRIEST_SHOWN, counts_of

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 5, 20, 4, tzinfo=UTC)
STRETCHES = [(date(2025, 9, 1), date(2027, 1, 1)), (date(2026, 1, 1), date(2026, 7, 1))]
GONE = (VisitState.VOID, VisitState.REJECTED)


@pytest.fixture
def college(session: Session) -> College:
    return College.founded(session, 7)


def looks(college: College) -> Iterator[tuple[Place, list[by_hand.Figures]]]:
    """Give what may be looked at, with its visits: both kinds of service, at all posts, one, or one base."""
    for unit in (*college.units[:3], college.units[-1]):
        below = {one["id"] for one in college.units if unit["id"] in one["above"]}
        for whose in Whose:
            visits = [
                visit
                for visit in college.visits
                if (visit["unit"] if whose is Whose.MEMBERS else college.runners[visit["post"]]) in below
            ]
            yield Place(unit_path=unit["path"], whose=whose), visits
            post_id, base_id = next(iter(college.posts)), next(iter(college.bases))
            yield (
                Place(unit_path=unit["path"], whose=whose, post_id=post_id),
                [visit for visit in visits if visit["post"] == post_id],
            )
            yield (
                Place(unit_path=unit["path"], whose=whose, base_id=base_id),
                [visit for visit in visits if visit["base"] == base_id],
            )


def inside(visits: list[by_hand.Figures], start: date, end: date) -> list[by_hand.Figures]:
    return [visit for visit in visits if start <= visit["day"] < end]


def test_totals_posts_bases_months_and_terms(college: College, session: Session) -> None:
    keys = {
        place.by_post: lambda visit: college.posts[visit["post"]][0],
        place.by_base: lambda visit: college.bases.get(visit["base"]),
        place.by_month: lambda visit: visit["day"].strftime("%Y-%m"),
    }
    for here, visits in looks(college):
        for start, end in STRETCHES:
            days, chosen = Days(from_on=start, to_on=end), inside(visits, start, end)
            assert by_hand.of_row(place.total(session, days, here)) == by_hand.counted(chosen), here
            both = place.by_month(session, days, here), place.total(session, days, here)
            assert place.months_and_total(session, days, here) == both
            for read, key in keys.items():
                rows = read(session, days, here)
                assert {row.code: by_hand.of_row(row) for row in rows} == by_hand.grouped(chosen, key), here
                assert all(sum(row.by_grade) == row.net for row in rows)
        terms = place.by_term(session, here, [code for code, _, _ in college.terms])
        wanted = {code: by_hand.counted(inside(visits, *days)) for code, *days in college.terms}
        assert {code: by_hand.of_row(row) for code, row in terms.items()} == {
            code: figures for code, figures in wanted.items() if figures["headcount"]
        }


def test_the_hours_of_the_week_count_each_record_in_every_hour_of_its_shift(
    college: College, session: Session
) -> None:
    for here, visits in looks(college):
        for start, end in STRETCHES:
            slots = place.slots(session, Days(from_on=start, to_on=end), here, ZONE)
            assert by_weekday_and_hour(slots, ZONE) == by_hand.week(inside(visits, start, end))


def test_who_served_is_named_of_the_own_unit_alone(college: College, session: Session) -> None:
    numbers = {one["id"]: one for one in college.members}
    for here, visits in looks(college):
        below = {unit["id"] for unit in college.units if unit["path"].startswith(here.unit_path)}
        start, end = STRETCHES[0]
        ours = [visit for visit in visits if visit["counts"] and visit["unit"] in below]
        rows, total = place.servers(session, Days(from_on=start, to_on=end), here)
        assert total == len(rows) == len({visit["member"] for visit in ours})
        for row in rows:
            own = [visit for visit in ours if visit["member"] == row.member_id]
            figures = by_hand.counted(own)
            assert (row.person_times, row.net) == (figures["person_times"], figures["net"])
            assert row.last_on == max(visit["day"] for visit in own)
            assert row.is_here is (numbers[row.member_id]["unit"] in below)
        page, again = place.servers(session, Days(from_on=start, to_on=end), here, limit=2, offset=1)
        assert list(page) == list(rows)[1:3] and again in (0, total)


def test_what_posts_and_bases_received_month_by_month_and_term_by_term(
    college: College, session: Session
) -> None:
    start, end = STRETCHES[1]
    days = Days(from_on=start, to_on=end)
    codes, terms = ["P0", "P3", "P6"], [code for code, _, _ in college.terms]
    for here, visits in looks(college):
        chosen = [visit for visit in inside(visits, start, end) if visit["counts"]]
        months = places.months_by_post(session, days, here, codes)
        found = {(code, month): minutes for code, parts in months.items() for month, minutes in parts.items()}
        assert found == sums(
            chosen, lambda visit: (college.posts[visit["post"]][0], f"{visit['day']:%Y-%m}"), codes
        )
        branches = places.branches_by_base(session, days, here, list(college.bases.values()))
        assert branches == {
            code: len({visit["unit"] for visit in chosen if visit["base"] == base_id})
            for base_id, code in college.bases.items()
            if any(visit["base"] == base_id for visit in chosen)
        }
        by_term = places.terms_by_base(session, here, ["BASE0", "BASE1"], terms)
        wanted: dict[tuple[str, str], int] = {}
        for code, first, last in college.terms:
            inner = [visit for visit in inside(visits, first, last) if visit["counts"] and visit["base"]]
            wanted |= sums(
                inner, lambda visit, code=code: (college.bases[visit["base"]], code), ["BASE0", "BASE1"]
            )
        assert {(code, term): n for code, parts in by_term.items() for term, n in parts.items()} == wanted


def sums(
    visits: list[by_hand.Figures], key: Callable[[by_hand.Figures], tuple[str, str]], codes: list[str]
) -> dict[tuple[str, str], int]:
    """Add up the minutes by key, of those whose code is asked for."""
    found: dict[tuple[str, str], int] = {}
    for visit in visits:
        if key(visit)[0] in codes:
            found[key(visit)] = found.get(key(visit), 0) + visit["net"]
    return found


def test_how_full_posts_were_and_when_they_last_served(college: College, session: Session) -> None:
    for start, end in STRETCHES:
        span = Span(*(datetime.combine(day, time.min, ZONE) for day in (start, end)))
        for unit in college.units[:3]:
            found = places.posts_of(session, unit_path=unit["path"], served=["P6"])
            rows = fill.how_full(session, found, span=span, now=NOW)
            below = {one["id"] for one in college.units if unit["id"] in one["above"]}
            own = {post_id for post_id, runner in college.runners.items() if runner in below}
            assert {row.code for row in rows} == {college.posts[post_id][0] for post_id in own} | {"P6"}
            for row in rows:
                assert row.is_run_here is (row.id in own)
                check_post(college, row, span)


def check_post(college: College, row: places.PostFacts, span: Span) -> None:
    here = [visit for visit in college.visits if visit["post"] == row.id]
    served = [visit["day"] for visit in here if visit["counts"]]
    assert row.last_on == max(served, default=None)
    if not row.is_run_here:
        assert (row.shifts, row.capacity, row.came, row.unclosed, row.coming) == (0, 0, 0, 0, 0)
        return
    begun = [visit for visit in here if span.start <= visit["shift"].starts_at < min(span.end, NOW)]
    # Every shift of this college has one visit, and every visit a shift of its own.
    fit = [visit for visit in begun if is_published(visit)]
    with_room = [visit for visit in fit if visit["shift"].capacity]
    assert row.shifts == len(fit)
    assert row.capacity == sum(visit["shift"].capacity for visit in with_room)
    assert row.came == sum(visit["state"] not in GONE for visit in with_room)
    assert row.unclosed == sum(visit["state"] is VisitState.UNCLOSED for visit in begun)
    assert row.coming == sum(is_published(visit) and visit["shift"].starts_at >= NOW for visit in here)
    assert row.fill_pct == by_hand.half_up(row.came * 100, row.capacity)


def is_published(visit: by_hand.Figures) -> bool:
    return visit["shift"].cancelled_at is None and not visit["shift"].is_for_make_ups


def test_all_who_came_to_one_shift_count_and_who_is_in_after_the_grace_is_not_checked_out(
    college: College, session: Session
) -> None:
    (post_id, (code, _)), unit = next(iter(college.posts.items())), college.units[0]
    start = datetime(2026, 5, 19, 1, tzinfo=UTC)
    came = [state for state in VisitState if state not in GONE]
    for capacity in (4, None):
        shift = Shift(
            code=f"MANY{capacity}",
            post_id=post_id,
            starts_at=start,
            ends_at=start + timedelta(hours=2),
            first_ends_at=start + timedelta(hours=2),
            capacity=capacity,
            is_opened_on_spot=False,
            is_for_make_ups=False,
            published_at=LONG_AGO,
        )
        college.add(shift)
        # Somebody else is in each time: nobody is in twice.
        others = college.members[capacity or 0 :] + college.members[: capacity or 0]
        for state, one in zip(VisitState, others, strict=False):
            values = {"member_id": one["id"], "shift_id": shift.id, "post_id": post_id, "unit_id": unit["id"]}
            college.add(Visit(**values, policy_id=1, served_on=start.date(), state=state, grade=Grade.X))
    grace = timedelta(minutes=session.get_one(PolicyVersion, 1).checkout_grace_min)
    span, end = Span(start, start + timedelta(days=1)), start + timedelta(hours=2)
    (found,) = [
        one for one in places.posts_of(session, unit_path=unit["path"], served=[]) if one.code == code
    ]
    for now, unclosed in ((end + grace, 2), (end + grace + timedelta(seconds=1), 4)):
        (row,) = fill.how_full(session, [found], span=span, now=now)
        assert (row.shifts, row.capacity, row.came, row.unclosed) == (2, 4, len(came), unclosed)


def test_a_post_runs_dry_where_no_published_shift_is_to_come(college: College, session: Session) -> None:
    for now in (NOW, NOW - timedelta(days=200), NOW + timedelta(days=200)):
        coming = {
            visit["post"]
            for visit in college.visits
            if is_published(visit) and visit["shift"].starts_at >= now
        }
        for unit in college.units:
            below = {one["id"] for one in college.units if unit["id"] in one["above"]}
            wanted = sorted(
                (code, f"岗位{code}")
                for post_id, (code, _base) in college.posts.items()
                if college.runners[post_id] in below and post_id not in coming
            )
            counts = counts_of(session, unit["path"], now=now)
            assert (counts.dry, list(counts.driest)) == (len(wanted), wanted[:DRIEST_SHOWN])


def test_shifts_come_latest_first_with_who_came(college: College, session: Session) -> None:
    start, end = STRETCHES[1]
    span = Span(*(datetime.combine(day, time.min, ZONE) for day in (start, end)))
    for here, _ in looks(college):
        below = {unit["id"] for unit in college.units if unit["path"].startswith(here.unit_path)}
        wanted = {
            visit["shift"].code: (int(visit["state"] not in GONE), visit["net"])
            for visit in inside(college.visits, start, end)
            if college.runners[visit["post"]] in below
            and here.post_id in (None, visit["post"])
            and here.base_id in (None, visit["base"])
        }
        rows, total = place.shifts(session, span, here)
        assert {row.code: (row.came, row.net) for row in rows} == wanted
        assert total == len(rows)
        starts = [row.starts_at for row in rows]
        assert starts == sorted(starts, reverse=True)


def test_a_base_tells_its_posts_and_last_service_also_without_any(college: College, session: Session) -> None:
    for unit in college.units[:3]:
        below = {one["id"] for one in college.units if unit["id"] in one["above"]}
        rows = places.bases_of(session, unit_path=unit["path"], served=["BASE0"])
        held = {
            base_id: [post_id for post_id, (_, at) in college.posts.items() if at == base_id]
            for base_id in college.bases
        }
        own = {
            base_id for base_id, posts in held.items() if any(college.runners[one] in below for one in posts)
        }
        assert {row.code for row in rows} == {college.bases[base_id] for base_id in own} | {"BASE0"}
        for row in rows:
            posts = held[row.id]
            served = [visit["day"] for visit in college.visits if visit["counts"] and visit["base"] == row.id]
            assert row.posts == len(posts)
            assert row.posts_here == sum(college.runners[post_id] in below for post_id in posts)
            assert row.last_on == max(served, default=None)


def test_one_post_or_base_is_found_by_who_runs_it_or_has_served_there(
    college: College, session: Session
) -> None:
    for unit in college.units:
        below = {one["id"] for one in college.units if unit["id"] in one["above"]}
        ours = [visit for visit in college.visits if visit["counts"] and visit["unit"] in below]
        for post_id, (code, _) in college.posts.items():
            is_run = college.runners[post_id] in below
            found = places.post_of(session, code, unit_path=unit["path"])
            assert (found is not None) is (is_run or any(visit["post"] == post_id for visit in ours))
        for base_id, code in college.bases.items():
            at = [post_id for post_id, (_, base) in college.posts.items() if base == base_id]
            is_kept = any(college.runners[post_id] in below for post_id in at)
            one = places.base_of(session, code, unit_path=unit["path"])
            assert (one is not None) is (is_kept or any(visit["base"] == base_id for visit in ours))
    assert places.post_of(session, "NOBODYS", unit_path="/") is None
    assert places.base_of(session, "NOBODYS", unit_path="/") is None
