"""The posts of the demo college as data, and when each is served in a week."""

from dataclasses import dataclass

from volunteer.demo.branches import COLLEGE_CODE, SHOWN_BRANCH
from volunteer.rules.kinds import Category, Compensation

DAILY, WEEKDAYS, WEEKEND = "0123456", "01234", "56"


@dataclass(frozen=True, slots=True)
class Slot:
    """One line of a post's week.

    Attributes:
        days: Digits; Monday is 0.
        starts: Campus time, as 08:30.
        pause: Minutes from the start to the break, and its length.
        share: How often it was served in the past, against other slots.
    """

    days: str
    starts: str
    minutes: int
    seats: int = 6
    pause: tuple[int, int] | None = None
    share: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PostPlan:
    """A post and its week.

    Attributes:
        leader: The name of somebody from outside the roster; None: a member of the unit leads it.
        is_student_led: Led by a probationary member of the unit, whose own scans there prove little.
        idle_days: For so many days up to today nobody served there.
    """

    code: str
    name: str
    unit: str
    content: str
    slots: tuple[Slot, ...]
    base: str | None = None
    place: str | None = None
    leader: str | None = None
    is_student_led: bool = False
    category: Category = Category.SERVICE
    compensation: Compensation = Compensation.NONE
    idle_days: int = 0


def _round_the_clock(seats: int) -> tuple[Slot, ...]:
    """Return six slots of four hours; those at night were seldom served."""
    return tuple(
        Slot(DAILY, f"{hour:02}:00", 240, seats, share=0.01 if hour < 8 else 0.4)
        for hour in (0, 4, 8, 12, 16, 20)
    )


POSTS = (
    PostPlan(
        code="DORM1",
        name="学生公寓一号楼值守",
        unit=COLLEGE_CODE,
        place="一号楼大厅",
        content="出入登记、访客引导、突发情况报告",
        leader="周宿管",
        slots=_round_the_clock(5),
    ),
    PostPlan(
        code="DORM2",
        name="学生公寓五号楼值守",
        unit="S02",
        place="五号楼大厅",
        content="出入登记、访客引导、突发情况报告",
        slots=_round_the_clock(5),
    ),
    PostPlan(
        code="PATROL",
        name="平安校园夜间巡逻",
        unit="T01",
        place="保卫处值班室",
        content="随保卫处校园夜巡,检查门窗与照明",
        slots=(
            Slot(DAILY, "22:00", 240, 4, share=0.3),
            Slot(DAILY, "02:00", 240, 4, share=0.02),
        ),
    ),
    PostPlan(
        code="LIB",
        name="图书馆引导",
        unit=SHOWN_BRANCH,
        place="图书馆一楼总服务台",
        content="读者引导、图书整理、自习区秩序维护",
        slots=(
            Slot(DAILY, "08:30", 180, share=1.1),
            Slot(DAILY, "14:00", 180, share=1.2),
            Slot(DAILY, "18:30", 210),
        ),
    ),
    PostPlan(
        code="CANTEEN",
        name="食堂光盘行动",
        unit="S08",
        place="第一食堂",
        content="劝导按需取餐,引导餐盘回收",
        slots=(Slot(DAILY, "11:00", 120, 5), Slot(DAILY, "17:00", 120, 5)),
    ),
    PostPlan(
        code="GATE",
        name="校门口文明劝导",
        unit="S06",
        place="南门",
        content="早晚高峰疏导非机动车与行人",
        slots=(Slot(WEEKDAYS, "07:00", 120, 5), Slot(WEEKDAYS, "16:30", 120, 5)),
        is_student_led=True,
    ),
    PostPlan(
        code="WELCOME",
        name="迎新与校园开放日接待",
        unit="S09",
        place="南门广场",
        content="报到引导、行李搬运、校园讲解",
        slots=(Slot(WEEKEND, "08:00", 600, 8, (240, 60), share=0.6),),
    ),
    PostPlan(
        code="TUTOR",
        name="朋辈学业辅导",
        unit="S07",
        place="教学楼 B 座 205",
        content="高等数学、大学物理答疑",
        slots=(Slot("0123", "19:00", 120, 5, share=1.2),),
        is_student_led=True,
    ),
    PostPlan(
        code="ARCHIVE",
        name="党建资料室整理",
        unit="T03",
        place="行政楼 310",
        content="资料编目、展板更新",
        slots=(Slot("24", "14:00", 180, 4),),
    ),
    PostPlan(
        code="GREEN",
        name="校园垃圾分类督导",
        unit="S13",
        place="生活区投放点",
        content="投放引导、点位清洁",
        slots=(Slot(DAILY, "06:00", 120, 4, share=0.2), Slot(DAILY, "18:00", 120, 5)),
    ),
    PostPlan(
        code="FAIR",
        name="校园招聘会引导",
        unit="S14",
        place="体育馆",
        content="入场引导、咨询、会场秩序",
        slots=(Slot("5", "09:00", 360, 8, (180, 30), share=0.8),),
    ),
    PostPlan(
        code="CARE",
        name="敬老院陪伴",
        unit=SHOWN_BRANCH,
        base="NURSING",
        content="陪老人聊天、读报、散步",
        slots=(
            Slot("56", "09:00", 150, share=2),
            Slot("2", "14:30", 150),
        ),
        is_student_led=True,
    ),
    PostPlan(
        code="MEALS",
        name="敬老院助餐",
        unit="S01",
        base="NURSING",
        content="分餐、送餐、餐后整理",
        slots=(Slot("0135", "10:30", 120, 4),),
        leader="沈护工长",
    ),
    PostPlan(
        code="NEIGHBOUR",
        name="社区便民服务",
        unit="S10",
        base="COMMUNITY",
        content="窗口引导、家电小修、代办登记",
        slots=(Slot("56", "09:00", 180, share=2), Slot("1", "14:00", 180)),
    ),
    PostPlan(
        code="FRAUD",
        name="社区反诈宣传",
        unit="S15",
        base="COMMUNITY",
        content="入户宣传、反诈讲解",
        slots=(Slot("5", "14:00", 180, share=1.5),),
        leader="陶社工",
    ),
    PostPlan(
        code="FARM",
        name="驻村助农与文化墙",
        unit="S16",
        base="VILLAGE",
        content="农产品包装、文化墙绘制、儿童陪伴",
        slots=(Slot("5", "08:30", 480, 8, (210, 60), share=1.5),),
    ),
    PostPlan(
        code="GUIDE",
        name="博物馆讲解",
        unit="S11",
        base="MUSEUM",
        content="展厅讲解、观众引导",
        slots=(
            Slot("56", "09:00", 180, share=2),
            Slot("3456", "13:30", 180, share=1.5),
        ),
        is_student_led=True,
    ),
    PostPlan(
        code="CROSSING",
        name="路口文明交通劝导",
        unit="S17",
        base="TRAFFIC",
        content="劝导行人与非机动车守法通行",
        slots=(Slot(DAILY, "07:00", 120, 5), Slot(DAILY, "17:00", 120, 5)),
        leader="岳警官",
    ),
    PostPlan(
        code="READING",
        name="福利院陪读",
        unit="S12",
        base="CHILDREN",
        content="绘本阅读、手工、作业辅导",
        slots=(Slot("5", "14:00", 180, share=2), Slot("6", "09:00", 150, share=2)),
    ),
    PostPlan(
        code="CLINIC",
        name="门诊导医",
        unit="S18",
        base="HOSPITAL",
        content="自助机使用指导、科室引导、轮椅推送",
        slots=(Slot("012345", "07:30", 240, share=1.4),),
        leader="闫护士",
    ),
    PostPlan(
        code="AFTERNOON",
        name="小学课后辅导",
        unit="S03",
        base="SCHOOL",
        content="作业辅导、兴趣课助教",
        slots=(Slot(WEEKDAYS, "16:00", 120, 5),),
    ),
    PostPlan(
        code="TRAVEL",
        name="火车站旅客引导",
        unit="S04",
        base="STATION",
        content="自助取票、重点旅客帮扶",
        slots=(
            Slot(DAILY, "08:00", 240, share=0.8),
            Slot(DAILY, "13:00", 240, share=0.8),
            Slot("46", "18:00", 240, share=0.5),
        ),
    ),
    PostPlan(
        code="WATER",
        name="湿地巡护",
        unit="S19",
        base="WETLAND",
        content="岸线巡查、清理漂浮垃圾、鸟类观察记录",
        slots=(Slot("6", "09:00", 180, share=2),),
        idle_days=100,
    ),
    PostPlan(
        code="TRAINING",
        name="志愿者岗前培训",
        unit=COLLEGE_CODE,
        place="报告厅",
        content="签到规则、服务礼仪、安全须知",
        slots=(Slot("2", "19:00", 120, 12, share=0.7),),
        category=Category.TRAINING,
        leader="费老师",
    ),
    PostPlan(
        code="LABWORK",
        name="机房勤工助学",
        unit="T06",
        place="实验楼机房",
        content="机房值班;有报酬,不计入志愿服务时长",
        slots=(Slot(WEEKDAYS, "12:00", 120, 3, share=0.3),),
        compensation=Compensation.PAID,
    ),
)
POST = {post.code: post for post in POSTS}
