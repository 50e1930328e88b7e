"""Invented people: names that sound like a college's, of nobody in particular."""

import random
from collections.abc import Iterator

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石"
    "金韦贾夏付方白邹孟熊秦邱侯江尹薛闫段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戴莫孔向汤单解仇"
)
_YOUNG_FIRST = "子雨思梓欣佳嘉俊宇浩晨诗若一沐语书奕芷可景锦云知乐清亦舒宛星苡昕筱靖泽睿宸航铭哲凌彦"
_YOUNG_SECOND = "涵轩怡彤萱琪妍悦宁然航辰阳睿豪杰博远恺晗菲瑶婷岚薇桐霖源岩澄禾棠翊昀霁珩琬祺洲屿衡"
_OLDER_FIRST = "志建秀丽海晓卫春永玉桂红文亚光振松国兰凤"
_OLDER_SECOND = "明华兰萍波英东梅军芳林琴涛霞宏珍敏刚燕辉"
RARE = (
    "李𠮷祥",
    "阿依努尔·吐尔逊",
    "赵龑",
    "欧阳芷晴",
    "买尔旦·艾合买提",
    "司徒骁",
    "苏日娜·巴特尔",
    "王祎璠",
    "卓玛·次仁",
    "陈喆䶮",
)


def young_names(rng: random.Random) -> Iterator[str]:
    """Give names of students, each once, a rare one now and then; without end."""
    rare = list(RARE)
    for number, name in enumerate(_names(rng, _YOUNG_FIRST, _YOUNG_SECOND)):
        if number % 37 == 5 and rare:
            yield rare.pop(0)
        yield name


def older_names(rng: random.Random) -> Iterator[str]:
    """Give names of staff, each once."""
    return _names(rng, _OLDER_FIRST, _OLDER_SECOND)


def _names(rng: random.Random, first: str, second: str) -> Iterator[str]:
    seen: set[str] = set()
    while True:
        # The front of the list holds the common surnames.
        surname = SURNAMES[int(len(SURNAMES) * rng.random() ** 1.7)]
        name = surname + rng.choice(first) + rng.choice(second)
        if name not in seen and name[1] != name[2]:
            seen.add(name)
            yield name
