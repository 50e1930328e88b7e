"""The demo college as data: its branches, and who is shown to visitors."""

from dataclasses import dataclass

from volunteer.rules.kinds import BranchKind

COLLEGE_CODE = "CITY"
COLLEGE_NAME = "城市学院党委"
SHOWN_BRANCH = "S05"
"""The branch of the people as whom a visitor enters."""
FIRST_POST = "DORM1"
"""Served round the clock, so that its leader always has a code to show."""


@dataclass(frozen=True, slots=True)
class BranchPlan:
    """A branch and how many people are on its roster."""

    code: str
    name: str
    kind: BranchKind
    size: int


STAFF_BRANCHES = tuple(
    BranchPlan(f"T{number:02}", name, BranchKind.STAFF, size)
    for number, (name, size) in enumerate(
        (
            ("机关第一党支部", 24),
            ("机关第二党支部", 22),
            ("教务与学生工作党支部", 26),
            ("土木工程系教工党支部", 20),
            ("建筑系教工党支部", 18),
            ("信息工程系教工党支部", 27),
            ("经济管理系教工党支部", 24),
            ("外国语系教工党支部", 22),
            ("艺术设计系教工党支部", 17),
            ("离退休教工党支部", 22),
        ),
        1,
    )
)
STUDENT_BRANCHES = tuple(
    BranchPlan(f"S{number:02}", name, BranchKind.STUDENT, size)
    for number, (name, size) in enumerate(
        (
            ("土木工程系本科生第一党支部", 42),
            ("土木工程系本科生第二党支部", 40),
            ("建筑系本科生党支部", 38),
            ("城乡规划系本科生党支部", 36),
            ("信息工程系本科生第一党支部", 44),
            ("信息工程系本科生第二党支部", 41),
            ("信息工程系本科生第三党支部", 39),
            ("经济管理系本科生第一党支部", 37),
            ("经济管理系本科生第二党支部", 43),
            ("经济管理系本科生第三党支部", 40),
            ("外国语系本科生第一党支部", 38),
            ("外国语系本科生第二党支部", 36),
            ("艺术设计系本科生党支部", 39),
            ("法学系本科生第一党支部", 37),
            ("法学系本科生第二党支部", 35),
            ("土木与交通研究生党支部", 41),
            ("信息工程研究生党支部", 38),
            ("经济管理研究生党支部", 37),
            ("法学研究生党支部", 38),
        ),
        1,
    )
)
BRANCHES = STAFF_BRANCHES + STUDENT_BRANCHES
TITLES = {"书记": "shuji", "组织委员": "zuzhi", "纪检委员": "jijian"}
"""The titles of a committee, and how its members' logins end."""
