"""The bases of the demo college as data."""

from dataclasses import dataclass

from volunteer.rules.kinds import BaseStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class BasePlan:
    """A base. Days are counted from today; None: no such paper yet."""

    code: str
    name: str
    kind: str
    host: str
    contact: str
    address: str
    agreed: int | None
    ends: int | None
    plaque: int | None = None
    status: BaseStatus = BaseStatus.PLAQUED


BASES = (
    BasePlan(
        code="NURSING",
        name="松鹤敬老院",
        kind="敬老院",
        host="松鹤敬老院院务办",
        contact="院务办 0000-8100",
        address="松鹤路 18 号",
        agreed=-700,
        ends=395,
        plaque=-690,
    ),
    BasePlan(
        code="COMMUNITY",
        name="和畅里社区",
        kind="社区",
        host="和畅里社区党委",
        contact="党群服务中心 0000-8200",
        address="和畅里 6 幢一楼",
        agreed=-520,
        ends=210,
        plaque=-500,
    ),
    BasePlan(
        code="VILLAGE",
        name="石桥头村党支部",
        kind="村党支部",
        host="石桥头村党支部",
        contact="村委会 0000-8300",
        address="石桥头村 1 号",
        agreed=-610,
        ends=120,
        plaque=-600,
    ),
    BasePlan(
        code="MUSEUM",
        name="运河民俗博物馆",
        kind="博物馆",
        host="运河民俗博物馆社教部",
        contact="社教部 0000-8400",
        address="运河东路 99 号",
        agreed=-345,
        ends=20,
        plaque=-340,
    ),
    BasePlan(
        code="TRAFFIC",
        name="城东交警中队文明交通岗",
        kind="交通",
        host="城东交警中队",
        contact="宣传岗 0000-8500",
        address="城东大道与学院路口",
        agreed=-480,
        ends=250,
        plaque=-470,
    ),
    BasePlan(
        code="CHILDREN",
        name="向日葵儿童福利院",
        kind="儿童福利院",
        host="向日葵儿童福利院社工部",
        contact="社工部 0000-8600",
        address="葵园路 5 号",
        agreed=-400,
        ends=330,
        plaque=-390,
    ),
    BasePlan(
        code="HOSPITAL",
        name="学院路医院门诊部",
        kind="医院",
        host="学院路医院社工科",
        contact="社工科 0000-8700",
        address="学院路 77 号",
        agreed=-300,
        ends=430,
        status=BaseStatus.AGREED,
    ),
    BasePlan(
        code="SCHOOL",
        name="晨光小学",
        kind="学校",
        host="晨光小学德育处",
        contact="德育处 0000-8800",
        address="晨光巷 12 号",
        agreed=-260,
        ends=470,
        status=BaseStatus.AGREED,
    ),
    BasePlan(
        code="STATION",
        name="城东火车站志愿服务站",
        kind="车站",
        host="城东火车站客运车间",
        contact="服务台 0000-8900",
        address="城东火车站出站层",
        agreed=-560,
        ends=170,
        plaque=-550,
    ),
    BasePlan(
        code="WETLAND",
        name="青溪湿地保护站",
        kind="生态",
        host="青溪湿地保护站",
        contact="巡护队 0000-9000",
        address="青溪北岸",
        agreed=-640,
        ends=90,
        plaque=-630,
    ),
)
