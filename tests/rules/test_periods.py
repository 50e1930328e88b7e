"""What a report covers has one name, and every name one stretch of days."""

from datetime import date

import pytest

from volunteer.rules.kinds import ReportKind
from volunteer.rules.periods import check_begun, latest, name_of, period_named
from volunteer.rules.reasons import Reason, Refusal

TERMS = {
    "T1": ("秋季学期", date(2025, 9, 1), date(2026, 1, 20)),
    "T2": ("春季学期", date(2026, 2, 20), date(2026, 7, 1)),
}
NAMED = {
    "a month": (ReportKind.MONTH, "2026-02", "2026-02-01", "2026-02-28"),
    "December": (ReportKind.MONTH, "2026-12", "2026-12-01", "2026-12-31"),
    "a quarter": (ReportKind.QUARTER, "2026-Q4", "2026-10-01", "2026-12-31"),
    "a half-year": (ReportKind.HALF_YEAR, "2026-H2", "2026-07-01", "2026-12-31"),
    "a year": (ReportKind.YEAR, "2026", "2026-01-01", "2026-12-31"),
    "an academic year": (ReportKind.ACADEMIC_YEAR, "2025-2026", "2025-09-01", "2026-08-31"),
    "a term": (ReportKind.TERM, "T2", "2026-02-20", "2026-06-30"),
    "two days": (ReportKind.DAYS, "2026-03-28_2026-04-02", "2026-03-28", "2026-04-02"),
    "one day": (ReportKind.DAYS, "2026-03-28_2026-03-28", "2026-03-28", "2026-03-28"),
}
NO_PERIOD = {
    "month 13": (ReportKind.MONTH, "2026-13"),
    "month 0": (ReportKind.MONTH, "2026-00"),
    "quarter 5": (ReportKind.QUARTER, "2026-Q5"),
    "half 3": (ReportKind.HALF_YEAR, "2026-H3"),
    "no year": (ReportKind.YEAR, ""),
    "year 9999": (ReportKind.YEAR, "9999"),
    "year 1999": (ReportKind.YEAR, "1999"),
    "digits of another script": (ReportKind.YEAR, "２０２６"),
    "a line end": (ReportKind.YEAR, "2026\n"),
    "two years that do not follow": (ReportKind.ACADEMIC_YEAR, "2025-2027"),
    "an unknown term": (ReportKind.TERM, "T9"),
    "no such day": (ReportKind.DAYS, "2026-02-30_2026-03-01"),
    "one day only": (ReportKind.DAYS, "2026-03-01"),
    "year 9999 as a day": (ReportKind.DAYS, "2026-01-01_9999-12-31"),
}


@pytest.mark.parametrize(("kind", "name", "first", "last"), NAMED.values(), ids=NAMED)
def test_a_name_means_its_days(kind: ReportKind, name: str, first: str, last: str) -> None:
    period = period_named(kind, name, TERMS)
    assert (str(period.from_on), str(period.last_on), period.name) == (first, last, name)
    if kind is not ReportKind.DAYS:
        assert name_of(kind, period.from_on, TERMS) == name_of(kind, period.last_on, TERMS) == name


@pytest.mark.parametrize(("kind", "name"), NO_PERIOD.values(), ids=NO_PERIOD)
def test_other_names_are_refused(kind: ReportKind, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        period_named(kind, name, TERMS)
    assert (caught.value.reason, caught.value.facts["case"]) == (Reason.BAD_FIELD, "no_period")


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(Refusal) as caught:
        period_named(ReportKind.DAYS, "2026-03-28_2026-03-27", TERMS)
    assert caught.value.facts["case"] == "ends_first"


def test_a_period_is_reported_on_from_its_first_day() -> None:
    march = period_named(ReportKind.MONTH, "2026-03", TERMS)
    check_begun(march, date(2026, 3, 1))
    with pytest.raises(Refusal) as caught:
        check_begun(march, date(2026, 2, 28))
    assert caught.value.facts["case"] == "not_begun"


def test_it_is_judged_on_its_last_day_and_on_today_while_it_runs() -> None:
    march = period_named(ReportKind.MONTH, "2026-03", TERMS)
    assert [march.judged_on(date(2026, 3, day)).day for day in (16, 30, 31)] == [16, 30, 31]
    assert march.judged_on(date(2026, 4, 1)) == date(2026, 3, 31)


LATEST = {
    ReportKind.MONTH: ["2026-02", "2026-01", "2025-12"],
    ReportKind.QUARTER: ["2026-Q1", "2025-Q4", "2025-Q3"],
    ReportKind.HALF_YEAR: ["2026-H1", "2025-H2", "2025-H1"],
    ReportKind.YEAR: ["2026", "2025", "2024"],
    ReportKind.TERM: ["T1"],
    ReportKind.ACADEMIC_YEAR: ["2025-2026", "2024-2025", "2023-2024"],
}


@pytest.mark.parametrize(("kind", "names"), LATEST.items(), ids=LATEST)
def test_the_latest_begin_with_the_one_that_runs_or_ran_last(kind: ReportKind, names: list[str]) -> None:
    assert [period.name for period in latest(kind, date(2026, 2, 10), TERMS, most=3)] == names


def test_the_first_of_september_opens_the_academic_year() -> None:
    names = [name_of(ReportKind.ACADEMIC_YEAR, day, {}) for day in (date(2026, 8, 31), date(2026, 9, 1))]
    assert names == ["2025-2026", "2026-2027"]
