"""Who registers what, that codes are taken once, and what text is kept."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.actions.stage import Stage, at, counts_of_rows
from volunteer.actions import registry
from volunteer.models import Base, Display, Member, Post, ProbationWindow, Site, Unit
from volunteer.rules import codes, kinds
from volunteer.rules.kinds import BaseStatus, BranchKind, UnitKind
from volunteer.rules.policy import HoursPolicy
from volunteer.rules.reasons import Reason

Act = Callable[[Stage, str], Any]


def common(stage: Stage, login: str) -> dict[str, Any]:
    return {"actor": stage.actor(login), "now": at("08:00")}


def unit(stage: Stage, login: str) -> int:
    return registry.add_unit(
        stage.session,
        code="NEW",
        name="新支部",
        kind=UnitKind.BRANCH,
        parent_id=stage.cast.college,
        **common(stage, login),
    )


def base(stage: Stage, login: str) -> int:
    return registry.add_base(
        stage.session, code="NEW", name="敬老院", unit_id=stage.cast.college, **common(stage, login)
    )


def base_of_nobody(stage: Stage, login: str) -> int:
    return registry.add_base(stage.session, code="NEW", name="敬老院", **common(stage, login))


def changed_base(stage: Stage, login: str) -> None:
    registry.change_base(
        stage.session,
        base_id=stage.cast.base,
        name="图书馆新馆",
        status=BaseStatus.SUSPENDED,
        **common(stage, login),
    )


def post(stage: Stage, login: str) -> int:
    return registry.add_post(
        stage.session, code="NEW", name="引导岗", unit_id=stage.cast.law, **common(stage, login)
    )


def changed_post(stage: Stage, login: str) -> None:
    registry.change_post(
        stage.session, post_id=stage.cast.post, name="阅览室", place="二楼", **common(stage, login)
    )


def member(stage: Stage, login: str) -> int:
    return registry.add_member(
        stage.session,
        student_no="20260001",
        name="赵云",
        unit_id=stage.cast.law,
        stage=kinds.Stage.PROBATIONARY,
        starts_on=date(2026, 3, 1),
        **common(stage, login),
    )


def term(stage: Stage, login: str) -> int:
    return registry.add_term(
        stage.session,
        code="T1",
        name="春季学期",
        starts_on=date(2026, 2, 20),
        ends_before=date(2026, 7, 1),
        **common(stage, login),
    )


def policy(stage: Stage, login: str) -> int:
    new = HoursPolicy(effective_on=date(2026, 9, 1))
    return registry.add_policy(stage.session, policy=new, **common(stage, login))


def workday(stage: Stage, login: str) -> None:
    registry.set_workday(stage.session, on=date(2026, 5, 9), is_workday=True, **common(stage, login))


def display(stage: Stage, login: str) -> str:
    return registry.open_display(stage.session, site_id=stage.cast.site, **common(stage, login))


EVERYBODY = {"mei", "bo", "leader", "organiser", "neighbour", "office", "admin", "auditor"}
MAY: list[tuple[Act, set[str]]] = [
    (unit, {"office", "admin"}),
    (base, {"office", "admin"}),
    (base_of_nobody, {"office", "admin"}),
    (changed_base, {"office", "admin"}),
    (post, {"organiser", "office"}),
    (changed_post, {"organiser", "office"}),
    (member, {"office"}),
    (term, {"office"}),
    (policy, {"office"}),
    (workday, {"office"}),
    (display, {"leader", "organiser", "office"}),
]


@pytest.mark.parametrize(("act", "may"), MAY, ids=[act.__name__ for act, _ in MAY])
def test_who_registers_what(stage: Stage, act: Act, may: set[str]) -> None:
    for login in sorted(EVERYBODY - may):
        with stage.refused(Reason.NOT_ALLOWED):
            act(stage, login)
    for login in sorted(may):
        savepoint = stage.session.begin_nested()
        act(stage, login)
        savepoint.rollback()
        stage.session.expire_all()


@pytest.mark.parametrize("act", [unit, base, post, member, term, policy])
def test_nothing_is_registered_twice(stage: Stage, act: Act) -> None:
    act(stage, "office")
    with stage.refused(Reason.ALREADY_EXISTS):
        act(stage, "office")


def test_a_posts_code_is_a_sites_too_and_so_is_a_bases(stage: Stage) -> None:
    post(stage, "office")
    with stage.refused(Reason.ALREADY_EXISTS):
        base(stage, "office")
    assert stage.session.query(Site).filter_by(code="NEW").one().post_id is not None


def test_a_unit_stands_below_its_parent(stage: Stage) -> None:
    made = stage.session.get_one(Unit, unit(stage, "office"))
    assert made.chain == (stage.cast.college, made.id)
    assert made.branch_kind is BranchKind.STUDENT


def test_a_new_members_window_is_a_year_from_the_meeting(stage: Stage) -> None:
    number = member(stage, "office")
    window = stage.session.get_one(ProbationWindow, number)
    assert (window.starts_on, window.ends_before) == (date(2026, 3, 1), date(2027, 3, 1))
    assert stage.session.get_one(Member, number).sort_key


def test_a_leap_day_is_due_on_the_28th(stage: Stage) -> None:
    number = registry.add_member(
        stage.session,
        student_no="1",
        name="赵云",
        unit_id=stage.cast.law,
        stage=kinds.Stage.PROBATIONARY,
        starts_on=date(2024, 2, 29),
        actor=None,
        now=at("08:00"),
    )
    assert stage.session.get_one(ProbationWindow, number).ends_before == date(2025, 2, 28)


@pytest.mark.parametrize("name", ["𠮷野家", "阿依古丽·买买提", "O’Neil-Ærø"])
def test_rare_names_are_kept_as_they_are(stage: Stage, name: str) -> None:
    number = registry.add_member(
        stage.session,
        student_no="1",
        name=f" {name} ",
        unit_id=stage.cast.law,
        stage=kinds.Stage.ACTIVIST,
        actor=None,
        now=at("08:00"),
    )
    assert stage.session.get_one(Member, number).name == name


@pytest.mark.parametrize(
    "name", ["", "  ", "\u200b", "王\u200b明", "王\x00明", "王\u202e明", "名" * 61, "\ud800"]
)
def test_invisible_empty_and_endless_names_are_refused(stage: Stage, name: str) -> None:
    with stage.refused(Reason.BAD_FIELD):
        registry.add_member(
            stage.session,
            student_no="1",
            name=name,
            unit_id=stage.cast.law,
            stage=kinds.Stage.ACTIVIST,
            actor=None,
            now=at("08:00"),
        )


def test_an_agreement_ends_after_it_starts_and_a_term_too(stage: Stage) -> None:
    with stage.refused(Reason.BAD_FIELD):
        registry.add_base(
            stage.session,
            code="NEW",
            name="敬老院",
            agreement_from=date(2026, 2, 2),
            agreement_to=date(2026, 2, 1),
            actor=None,
            now=at("08:00"),
        )
    with stage.refused(Reason.BAD_FIELD):
        registry.add_term(
            stage.session,
            code="T1",
            name="春",
            starts_on=date(2026, 2, 2),
            ends_before=date(2026, 2, 2),
            actor=None,
            now=at("08:00"),
        )


def test_what_is_changed_is_what_was_asked(stage: Stage) -> None:
    changed_base(stage, "office")
    changed_post(stage, "organiser")
    stage.session.expire_all()
    assert stage.session.get_one(Base, stage.cast.base).status is BaseStatus.SUSPENDED
    assert stage.session.get_one(Post, stage.cast.post).place == "二楼"
    assert stage.session.get_one(Site, stage.cast.site).name == "阅览室"


def test_what_does_not_exist_cannot_be_changed(stage: Stage) -> None:
    with stage.refused(Reason.UNKNOWN):
        registry.change_base(
            stage.session, base_id=99, name="x", status=BaseStatus.AGREED, **common(stage, "office")
        )
    with stage.refused(Reason.UNKNOWN):
        registry.change_post(stage.session, post_id=99, name="x", **common(stage, "office"))
    with stage.refused(Reason.UNKNOWN):
        registry.revoke_display(stage.session, handle="00000000", **common(stage, "office"))
    with stage.refused(Reason.UNKNOWN):
        registry.open_display(stage.session, site_id=99, **common(stage, "office"))


def test_a_workday_said_twice_is_the_latest_word(stage: Stage) -> None:
    before = counts_of_rows(stage.session)["workday"]
    for is_workday in (True, False, False):
        registry.set_workday(
            stage.session, on=date(2026, 5, 9), is_workday=is_workday, actor=None, now=at("08:00")
        )
    assert counts_of_rows(stage.session)["workday"] == before + 1


# --- displays ---


def test_an_account_has_one_display_a_site_and_a_site_one_poster(stage: Stage) -> None:
    mine = display(stage, "leader")
    assert display(stage, "leader") == mine
    assert display(stage, "organiser") != mine
    posters = {stage.display(stage.cast.site, is_poster=True)}
    for login in ("leader", "organiser"):
        posters.add(
            registry.open_display(
                stage.session, site_id=stage.cast.site, is_poster=True, **common(stage, login)
            )
        )
    assert len(posters) == 1


def test_after_a_revocation_there_is_a_new_handle(stage: Stage) -> None:
    old = display(stage, "leader")
    for login in sorted(EVERYBODY - {"leader", "organiser", "office"}):
        with stage.refused(Reason.NOT_ALLOWED):
            registry.revoke_display(stage.session, handle=old, **common(stage, login))
    registry.revoke_display(stage.session, handle=old, **common(stage, "organiser"))
    registry.revoke_display(stage.session, handle=old, actor=None, now=at("09:00"))
    assert display(stage, "leader") != old
    stage.session.expire_all()
    assert stage.session.query(Display).filter_by(handle=old).one().revoked_at == at("08:00")


def test_a_site_has_its_poster_from_the_first_day(stage: Stage) -> None:
    posters = select(func.count()).select_from(Display).where(Display.is_poster)
    sites = select(func.count()).select_from(Site)
    assert stage.session.scalar(posters) == stage.session.scalar(sites) > 0


def test_a_renewed_poster_has_a_new_code_and_the_old_one_opens_nothing(stage: Stage) -> None:
    old = stage.display(stage.cast.site, is_poster=True)
    for login in sorted(EVERYBODY - {"leader", "organiser", "office"}):
        with stage.refused(Reason.NOT_ALLOWED):
            registry.renew_poster(stage.session, site_id=stage.cast.site, **common(stage, login))
    new = registry.renew_poster(stage.session, site_id=stage.cast.site, **common(stage, "leader"))
    again = registry.open_display(
        stage.session, site_id=stage.cast.site, is_poster=True, **common(stage, "organiser")
    )
    assert old != new == again
    code = codes.printed_code(bytes.fromhex(old), stage.campus.keyring)
    with stage.refused(Reason.CODE_UNKNOWN):
        stage.scan("mei", "09:00", code=code)
    printed = codes.printed_code(bytes.fromhex(new), stage.campus.keyring)
    assert stage.scan("mei", "09:00", code=printed).visit_id


def test_a_base_that_changes_its_name_changes_it_on_its_code_too(stage: Stage) -> None:
    changed_base(stage, "office")
    stage.session.expire_all()
    base = stage.session.get_one(Base, stage.cast.base)
    assert stage.session.get_one(Site, stage.cast.base_site).name == base.name != "市图书馆"


def test_a_bases_site_is_shown_by_the_keepers_of_its_posts(stage: Stage) -> None:
    for login in ("leader", "organiser", "office"):
        registry.open_display(stage.session, site_id=stage.cast.base_site, **common(stage, login))
    with stage.refused(Reason.NOT_ALLOWED):
        registry.open_display(stage.session, site_id=stage.cast.base_site, **common(stage, "neighbour"))


def test_policy_that_makes_no_sense_is_refused(stage: Stage) -> None:
    for changes in ({"threshold_min": 0}, {"rounding_unit_min": 0}, {"day_cap_min": 800}, {"near_pct": 101}):
        new = HoursPolicy(effective_on=date(2026, 9, 1), **changes)
        with stage.refused(Reason.BAD_FIELD):
            registry.add_policy(stage.session, policy=new, actor=None, now=at("08:00"))
