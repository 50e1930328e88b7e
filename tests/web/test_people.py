"""The registry's people on pages: the tree of units, the roster in reach, what changes about one of them."""

import re
from datetime import date
from typing import Any

import pytest
import time_machine
from sqlalchemy import event, select, update

from tests.cast import NOON, NOW, Cast, System
from tests.web.conftest import Enter
from volunteer.database import db
from volunteer.models import Member, Membership, ProbationWindow, RoleGrant, Unit
from volunteer.rules.kinds import Stage, UnitKind


def newcomer(write: Any, unit_id: int, stage: Stage = Stage.CANDIDATE) -> int:
    made: int = write(lambda session: System(session).member("2026010001", unit_id, name="赵云", stage=stage))
    return made


# --- units ---


def test_the_tree_counts_everybody_at_and_below_a_unit(enter: Enter, people: Cast, write: Any) -> None:
    write(lambda session: System(session).unit("G1", UnitKind.GROUP, people.law))
    page = enter("office").get("/registry/units").text
    assert (
        page.index("党组织COL") < page.index("党组织LAW") < page.index("党组织G1") < page.index("党组织BIO")
    )
    assert 'aria-label="人员 党组织COL">4<' in page
    assert 'aria-label="人员 党组织LAW">3<' in page
    assert 'aria-label="人员 党组织G1">0<' in page


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_units_stand_in_the_order_of_the_tree_wherever_they_are_listed(
    enter: Enter, people: Cast, write: Any
) -> None:
    codes = [f"N{number:02}" for number in range(12)]

    def found(session: Any) -> None:
        for code in codes:
            System(session).unit(code, UnitKind.BRANCH, people.college)

    write(found)
    office = enter("office")
    for path in ("/registry/units", "/units/COL", "/registry/members", "/registry/members/new"):
        page = office.get(path).text
        shown = list(dict.fromkeys(re.findall(r"党组织(N\d\d)", page)))
        assert shown == codes, path


@pytest.mark.parametrize("who", ["office", "admin"])
def test_a_branch_is_registered_and_renamed(enter: Enter, people: Cast, read: Any, who: str) -> None:
    browser = enter(who)
    form = {"code": "PHY", "name": "物理", "kind": "branch", "branch_kind": "staff", "parent": "COL"}
    assert browser.post("/registry/units/new", **form).status_code == 303
    assert read(select(Unit.branch_kind).where(Unit.code == "PHY")) == "staff"
    assert browser.post("/registry/units/PHY/edit", name="物理系").status_code == 303
    assert read(select(Unit.name).where(Unit.code == "PHY")) == "物理系"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "college"}, "请换一种类别"),
        ({"kind": "group"}, "请换一种类别"),
        ({"code": "LAW"}, "已经存在"),
        ({"code": "党"}, "字母"),
        ({"name": ""}, "必填"),
    ],
)
def test_what_is_wrong_with_a_unit_stands_beside_its_field(
    enter: Enter, people: Cast, change: dict[str, str], said: str
) -> None:
    form = {"code": "PHY", "name": "物理", "kind": "branch", "branch_kind": "", "parent": "COL"} | change
    answer = enter("office").post("/registry/units/new", **form)
    assert answer.status_code == 422
    assert said in answer.text


def test_the_college_says_on_its_page_since_when_its_hours_are_scanned(
    enter: Enter, people: Cast, read: Any
) -> None:
    office, form = enter("office"), {"name": "学院", "live_from": "2026-02-01"}
    assert office.post("/registry/units/COL/edit", **form).status_code == 303
    assert read(select(Unit.live_from).where(Unit.code == "COL")) == date(2026, 2, 1)
    assert 'value="2026-02-01"' in office.get("/registry/units/COL/edit").text
    asked = {"kind": "opening", "on": "2026-02-01", "minutes": "2", "what": "值班", "reason": "台账 7"}
    refused = enter("mei").post("/records/earlier", ref="00000000-0000-0000-0000-00000000000c", **asked)
    assert (refused.status_code, "自 2026-02-01 起扫码计时" in refused.text) == (422, True)
    assert "自此日起扫码计时" not in office.get("/registry/units/LAW/edit").text
    # An administrator gives names alone.
    enter("admin").post("/registry/units/COL/edit", **form | {"live_from": "2026-03-01"})
    assert read(select(Unit.live_from).where(Unit.code == "COL")) == date(2026, 2, 1)


def test_who_sees_everything_founds_what_stands_at_the_top(
    enter: Enter, people: Cast, write: Any, read: Any
) -> None:
    form = {"code": "FAR", "name": "另一学院", "kind": "college", "branch_kind": "", "parent": ""}
    assert "上级组织" in enter("admin").post("/registry/units/new", **form).text
    write(
        lambda session: session.execute(
            update(RoleGrant).where(RoleGrant.role == "admin").values(unit_id=None)
        )
    )
    admin = enter("admin")
    refused = admin.post("/registry/units/new", **form | {"kind": "branch"})
    assert (refused.status_code, "最上级" in refused.text) == (422, True)
    assert admin.post("/registry/units/new", **form).status_code == 303
    assert read(select(Unit.parent_id).where(Unit.code == "FAR")) is None
    answer = admin.post(
        "/registry/units/new", **form | {"code": "NEW", "kind": "branch", "parent": "FAR", "then": "next"}
    )
    again = admin.get(answer.location).text
    assert '<option value="FAR" selected>' in again and '<option value="branch" selected>' in again


# --- the roster ---


def test_everybody_reads_the_roster_of_her_own_reach(enter: Enter, people: Cast) -> None:
    for who, sees, misses in (
        ("office", {"李梅", "2023020001"}, set()),
        ("auditor", {"李梅", "2023020001"}, set()),
        ("secretary", {"李梅"}, {"2023020001"}),
        ("neighbour", {"2023020001"}, {"李梅"}),
    ):
        page = enter(who).get("/registry/members").text
        assert all(text in page for text in sees), who
        assert not any(text in page for text in misses), who
    assert enter("neighbour").get("/registry/members?unit=LAW").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=李梅", True),
        ("q=lm", True),
        ("q=limei", True),
        ("q=li mei", True),
        ("q=LIMEI", True),
        ("q=3010001", True),
        ("q=zz", False),
        ("q=%25", False),
        ("q=_", False),
        ("stage=probationary", True),
        ("stage=full", False),
        ("stage=nonsense", True),
        ("unit=LAW", True),
        ("unit=BIO", False),
        ("unit=COL&q=梅&stage=probationary", True),
    ],
)
def test_the_roster_is_searched_by_name_pinyin_number_unit_and_stage(
    enter: Enter, people: Cast, query: str, found: bool
) -> None:
    assert ("2023010001" in enter("office").get(f"/registry/members?{query}").text) is found


def test_who_may_not_change_is_offered_nothing_to_change(enter: Enter, people: Cast) -> None:
    for who, may in (("office", True), ("secretary", False), ("auditor", False)):
        page = enter(who).get("/registry/members").text
        assert (f'href="/registry/members/{people.mei}"' in page) is may
        assert ("/registry/members/new" in page) is may


def test_a_person_is_put_on_the_roster(enter: Enter, people: Cast, read: Any) -> None:
    form = {"student_no": "2026010009", "name": "𠮷·买买提", "unit": "LAW", "stage": "probationary"}
    office = enter("office")
    assert "召开大会" in office.post("/registry/members/new", **form, starts_on="").text
    answer = office.post("/registry/members/new", **form, starts_on="2026-03-01")
    assert answer.status_code == 303
    assert "𠮷·买买提" in office.get(answer.location).text
    assert read(select(ProbationWindow.starts_on).order_by(ProbationWindow.member_id.desc())).day == 1
    again = office.post("/registry/members/new", **form, starts_on="2026-03-01")
    assert (again.status_code, "已经存在" in again.text) == (422, True)
    nowhere = office.post("/registry/members/new", **(form | {"unit": "COL"}), starts_on="2026-03-01")
    assert nowhere.status_code == 422


def test_a_candidate_is_admitted_with_the_meetings_day(
    enter: Enter, people: Cast, write: Any, read: Any
) -> None:
    who = newcomer(write, people.law, Stage.ACTIVIST)
    office, path = enter("office"), f"/registry/members/{who}"
    assert "admit" not in office.get(path).text
    assert office.post(path, act="candidate").status_code == 303
    early = office.post(path, act="admit", meeting_on="2026-03-17")
    assert (early.status_code, "2026-03-17" in early.text) == (422, True)
    assert office.post(path, act="admit", meeting_on="2026-03-10").status_code == 303
    assert read(select(Member.stage).where(Member.id == who)) is Stage.PROBATIONARY
    twice = office.post(path, act="admit", meeting_on="2026-03-10")
    assert (twice.status_code, "预备党员" in twice.text) == (422, True)


def test_a_person_moves_to_a_group_of_her_branch_and_not_before_her_last_service(
    enter: Enter, people: Cast, write: Any, read: Any
) -> None:
    write(lambda session: System(session).unit("G1", UnitKind.GROUP, people.law))
    office, path = enter("office"), f"/registry/members/{people.mei}"
    assert office.post(path, act="move", unit="G1", on="2026-03-16").status_code == 303
    assert read(select(Unit.code).join(Member).where(Member.id == people.mei)) == "G1"
    before = office.post(path, act="move", unit="LAW", on="2026-03-15")
    assert (before.status_code, "2026-03-16" in before.text) == (422, True)
    ahead = office.post(path, act="move", unit="LAW", on="2026-03-17")
    assert ahead.status_code == 422
    assert read(select(Membership.before_on).where(Membership.member_id == people.mei)).day == 16


def test_a_number_is_mended_until_hours_are_credited_and_the_page_says_why_not(
    enter: Enter, people: Cast, read: Any, code: Any, traveller: time_machine.Traveller
) -> None:
    office, path = enter("office"), f"/registry/members/{people.mei}"
    assert office.post(path, act="number", student_no="2023010009").status_code == 303
    assert read(select(Member.student_no).where(Member.id == people.mei)) == "2023010009"
    taken = office.post(path, act="number", student_no="2023010002")
    assert (taken.status_code, "已经存在" in taken.text) == (422, True)
    mei = enter("mei")
    for moment, action in ((NOW, "in"), (NOON, "out")):
        traveller.move_to(moment)
        mei.send("/api/v1/scans", {"code": code(moment), "action": action})
    late = office.post(path, act="number", student_no="2023010001")
    assert (late.status_code, "不再更改" in late.text) == (422, True)
    page = office.get(path).text
    assert ("不再更改" in page, 'value="number"' in page) == (True, False)


def test_another_colleges_people_do_not_exist(enter: Enter, people: Cast, write: Any) -> None:
    def other(session: Any) -> int:
        system = System(session)
        branch = system.unit("PHY", UnitKind.BRANCH, system.unit("COL2", UnitKind.COLLEGE))
        return system.member("2026020001", branch, name="钱二")

    stranger = write(other)
    office = enter("office")
    assert "钱二" not in office.get("/registry/members").text
    assert office.get(f"/registry/members/{stranger}").status_code == 404
    assert office.post(f"/registry/members/{stranger}", act="name", name="钱三").status_code == 404
    assert (
        office.post(f"/registry/members/{people.mei}", act="move", unit="PHY", on="2026-03-16").status_code
        == 404
    )
    assert office.post("/registry/units/PHY/edit", name="x").status_code == 404
    assert "COL2" not in office.get("/registry/units").text


PATHS = ["/registry/members", "/registry/members?q=wang", "/registry/units", "/registry/members/{mei}"]


@pytest.mark.parametrize("path", PATHS)
def test_a_page_asks_the_same_few_questions_of_a_long_roster(
    app: Any, enter: Enter, people: Cast, write: Any, path: str
) -> None:
    statements: list[str] = []
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *about: statements.append(about[2]))

    def asked() -> int:
        statements.clear()
        answer = office.get(path.format(mei=people.mei))
        assert (answer.status_code, len(answer.data) < 100_000) == (200, True)
        return len(statements)

    office = enter("office")
    few = asked()

    def many(session: Any) -> None:
        for number in range(200):
            System(session, NOW).member(f"9{number:05}", people.law, name=f"王{number}")

    write(many)
    assert few <= 12
    assert asked() == few
