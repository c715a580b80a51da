"""The demo firm's places: one headquarters, 6 branch companies, 24 offices in the regions of D-13, some teams."""

from __future__ import annotations

from dataclasses import dataclass

BRANCHES = (
    ("B01", "华北分公司", "北京", "北方"), ("B02", "东北分公司", "沈阳", "北方"),
    ("B03", "华东分公司", "上海", "华东"),
    ("B04", "闽鲁分公司", "济南", "华东"), ("B05", "南方分公司", "深圳", "南方"),
    ("B06", "西部分公司", "重庆", "西部"),
)  # fmt: skip
"""(code, name, city, region) of every branch company."""

OFFICES = (
    ("O011", "北京金融大街营业部", "北京", 7), ("O012", "北京中关村大街营业部", "北京", 5),
    ("O013", "天津友谊路营业部", "天津", 4), ("O014", "太原迎泽大街营业部", "太原", 4),
    ("O021", "沈阳青年大街营业部", "沈阳", 4), ("O022", "大连人民路营业部", "大连", 3),
    ("O023", "哈尔滨中山路营业部", "哈尔滨", 3),
    ("O031", "上海南京西路营业部", "上海", 9), ("O032", "上海世纪大道营业部", "上海", 7),
    ("O033", "南京中山路营业部", "南京", 5), ("O034", "杭州庆春路营业部", "杭州", 6),
    ("O035", "合肥长江中路营业部", "合肥", 3),
    ("O041", "福州五四路营业部", "福州", 3), ("O042", "济南经十路营业部", "济南", 4),
    ("O043", "青岛香港中路营业部", "青岛", 4),
    ("O051", "深圳深南大道营业部", "深圳", 8), ("O052", "广州天河路营业部", "广州", 6),
    ("O053", "南宁民族大道营业部", "南宁", 2),
    ("O054", "长沙芙蓉中路营业部", "长沙", 3), ("O055", "武汉中南路营业部", "武汉", 4),
    ("O061", "重庆民族路营业部", "重庆", 4), ("O062", "成都人民南路营业部", "成都", 5),
    ("O063", "昆明北京路营业部", "昆明", 2), ("O064", "乌鲁木齐新华北路营业部", "乌鲁木齐", 2),
)  # fmt: skip
"""(code, name, city, weight) of every office; the branch is B0 and the code's third character."""

TEAM_OFFICES = ("O011", "O031", "O032", "O034", "O051", "O052", "O033", "O062")
"""The offices large enough for two teams."""


@dataclass(frozen=True)
class Unit:
    """One row of ``org_unit`` with its surrogate id."""

    unit_id: int
    unit_code: str
    name: str
    kind: str
    parent_id: int | None
    path: str
    city: str | None
    region: str | None


def firm_units() -> list[Unit]:
    """Return every unit, parents before children; ids count from 1."""
    units = [Unit(1, "HQ", "总部", "hq", None, "/HQ/", "北京", None)]
    for code, name, city, region in BRANCHES:
        units.append(Unit(len(units) + 1, code, name, "branch", 1, f"/HQ/{code}/", city, region))
    branches = {unit.unit_code: unit for unit in units}
    for code, name, city, _weight in OFFICES:
        branch = branches["B0" + code[2]]
        units.append(
            Unit(len(units) + 1, code, name, "office", branch.unit_id, f"{branch.path}{code}/", city, branch.region)
        )
    offices = {unit.unit_code: unit for unit in units}
    for code in TEAM_OFFICES:
        office = offices[code]
        for number in (1, 2):
            units.append(
                Unit(
                    len(units) + 1,
                    f"T{code[1:]}{number}",
                    f"{office.name[:-3]}第{'一二'[number - 1]}团队",
                    "team",
                    office.unit_id,
                    f"{office.path}T{code[1:]}{number}/",
                    office.city,
                    office.region,
                )
            )
    return units
