"""Names that read like real ones and belong to nobody in particular."""

from __future__ import annotations

import numpy as np

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
    "苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史"
    "顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
RARE_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "䶮", "尉迟", "阿不都·")
FEMALE = "芳娜敏静丽艳娟霞秀燕玲桂英红华梅兰萍洁雪琴云莲婷颖琳慧倩雯佳怡瑶欣悦萱涵"
MALE = "伟强磊军洋勇杰涛明超刚平辉鹏斌波宇浩凯健俊帆帅旭宁龙林阳建国志文博晨轩睿泽昊"
COMPANY_WORDS = (
    "恒",
    "盛",
    "瑞",
    "丰",
    "安",
    "泰",
    "华",
    "信",
    "远",
    "达",
    "博",
    "嘉",
    "鼎",
    "宏",
    "海",
    "源",
    "诚",
    "明",
)
COMPANY_TRADES = ("机械", "电子", "化工", "建材", "医药", "能源", "贸易", "物流", "纺织", "食品", "软件", "置业")
GROUP_NAMES = {
    "fund_closed": "{w}封闭式证券投资基金", "fund_open": "{w}开放式证券投资基金",
    "fund_social_security": "社保基金{n}组合",
    "fund_other": "{w}专项基金", "enterprise_group": "{c}{w}{t}集团有限公司",
    "foreign_fund": "{w}海外基金(QFII)", "foreign_broker": "{w}国际证券有限公司",
}  # fmt: skip
"""How the name of an institution of each target group (D-12) is put together."""


def people(random: np.random.Generator, female: np.ndarray) -> list[str]:
    """Return one name per person; ``female`` holds booleans."""
    count = len(female)
    weight = 1.0 / (np.arange(len(SURNAMES)) + 6.0)
    surnames = random.choice(len(SURNAMES), size=count, p=weight / weight.sum())
    rare = random.random(count) < 0.004
    rare_pick = random.integers(0, len(RARE_SURNAMES), count)
    first = random.integers(0, 10_000, count)
    second = random.integers(0, 10_000, count)
    double = random.random(count) < 0.78
    names = []
    for surname, is_rare, which, woman, one, two, both in zip(
        surnames.tolist(), rare.tolist(), rare_pick.tolist(), female.tolist(), first.tolist(), second.tolist(),
        double.tolist(), strict=True,
    ):  # fmt: skip
        given = FEMALE if woman else MALE
        head = RARE_SURNAMES[which] if is_rare else SURNAMES[surname]
        names.append(head + given[one % len(given)] + (given[two % len(given)] if both else ""))
    return names


def institutions(random: np.random.Generator, groups: list[str], cities: list[str]) -> list[str]:
    """Return one name per institution of the given target groups, seated in the given cities."""
    names = []
    for group, city in zip(groups, cities, strict=True):
        one, two = random.choice(len(COMPANY_WORDS), 2, replace=False)
        trade = COMPANY_TRADES[int(random.integers(len(COMPANY_TRADES)))]
        names.append(
            GROUP_NAMES[group].format(
                w=COMPANY_WORDS[one] + COMPANY_WORDS[two], c=city, t=trade, n=f"{int(random.integers(101, 999))}"
            )
        )
    return names


def products(random: np.random.Generator, count: int) -> list[str]:
    """Return names of asset-management products."""
    pairs = random.integers(0, len(COMPANY_WORDS), (count, 2)).tolist()
    return [f"{COMPANY_WORDS[a]}{COMPANY_WORDS[b]}稳进{i % 90 + 1}号集合资产管理计划" for i, (a, b) in enumerate(pairs)]
