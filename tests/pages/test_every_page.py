"""Every page for every role: its heading, and the figures of the small firm inside the role's reach.

The numbers stand in the docstring of ``tests.support.firm``; here they are cut down to what each reach holds.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from domain.words import Role
from metrics.catalogue import METRICS
from pages._ui.navigation import SCREENS
from tests.support.apptest import Open, Screen

CHINESE = {"overview": "总览", "tiers": "分级", "lifecycle": "生命周期与流失", "pool": "流失 · 休眠 · 沉寂",
           "list": "客户名单", "client": "客户全景", "performance": "业绩", "capacity": "负荷", "exit": "员工离职",
           "hand_out": "分派", "tasks": "任务", "call": "联系", "results": "成效",
           "register": "关系登记簿", "preregistrations": "预约登记", "approvals": "审批", "posts": "审批岗位",
           "core": "核心服务关系", "assigned": "分配类关系", "explore": "自助分析",
           "definitions": "口径", "rules": "规则", "data": "数据", "audit": "审计",
           "permissions": "权限", "users": "用户"}  # fmt: skip
READERS = ["hq", "branch_head", "branch_reviewer", "office_head", "staff", "analyst", "auditor"]
EVERYBODY = [*READERS, "user_admin"]


@dataclass(frozen=True)
class Reach:
    """What one reach holds at the firm's last month."""

    cards: tuple[str, ...]  # clients, monthly active, assets, net income, new, lost
    tiers: tuple[tuple[str, str, str, str], ...]  # tier, clients, net income of 12 months, assets
    pool: tuple[str, ...]
    listed: set[int]
    ranking: tuple[tuple[str, float, float], ...]  # staff number, net income, assets
    top5: str
    attention: tuple[str, ...]  # overdue, A lost, newly silent, near silent, pool without task, open tasks, data gap


FIRM = Reach(
    cards=("12", "8", "¥3.97M", "¥2.20K", "1", "1"),
    tiers=(("A", "1", "¥12.00K", "¥1.00M"), ("B", "1", "¥6.00K", "¥500.0K"), ("C", "10", "¥7.99K", "¥2.46M")),
    pool=("2", "2", "1", "0"),
    listed=set(range(1, 15)),
    ranking=(("S0001", 1125.0, 1_125_000.0), ("S0002", 496.66, 496_660.0), ("S0005", 200.0, 1_050_000.0),
             ("S0003", 146.66, 141_660.0), ("S0004", 10.0, 80_000.0)),
    top5="46.2%",  # 12,000 / 25,990
    attention=("0", "0", "0", "0", "4", "1", "1"),
)  # fmt: skip
BRANCH = Reach(
    cards=("9", "6", "¥1.91M", "¥1.84K", "1", "1"),
    tiers=(("A", "1", "¥12.00K", "¥1.00M"), ("B", "1", "¥6.00K", "¥500.0K"), ("C", "7", "¥3.79K", "¥411.3K")),
    pool=("1", "1", "1", "0"),
    listed={1, 2, 3, 4, 7, 8, 10, 11, 12, 14},
    ranking=(("S0001", 1125.0, 1_125_000.0), ("S0002", 496.66, 496_660.0), ("S0003", 146.66, 141_660.0),
             ("S0004", 10.0, 80_000.0)),
    top5="55.1%",  # 12,000 / 21,790: six with value, the first
    attention=("0", "0", "0", "0", "2", "1", "1"),
)  # fmt: skip
OFFICE = Reach(
    cards=("6", "4", "¥1.61M", "¥1.54K", "1", "0"),
    tiers=(("A", "1", "¥12.00K", "¥1.00M"), ("B", "1", "¥6.00K", "¥500.0K"), ("C", "4", "¥190.00", "¥110.8K")),
    pool=("1", "0", "1", "0"),
    listed={1, 2, 7, 8, 11, 14},
    ranking=(("S0001", 1125.0, 1_125_000.0), ("S0002", 496.66, 496_660.0), ("S0004", 10.0, 80_000.0)),
    top5="66.0%",  # 12,000 / 18,190
    attention=("0", "0", "0", "0", "1", "1", "0"),
)
OWN = Reach(  # S0002 with the agent S0004, and the client of the open task
    cards=("5", "4", "¥1.31M", "¥1.24K", "1", "0"),
    tiers=(("A", "1", "¥12.00K", "¥1.00M"), ("B", "0", "¥0.00", "¥0.00"), ("C", "4", "¥2.59K", "¥310.5K")),
    pool=("1", "0", "0", "0"),
    listed={1, 3, 7, 8, 14},
    ranking=(("S0002", 496.66, 496_660.0), ("S0004", 10.0, 80_000.0)),
    top5="82.2%",  # 12,000 / 14,590
    attention=("0", "0", "0", "0", "0", "1", "0"),
)
ALL = set(EVERYBODY)
SEEN_BY = {
    **{address: set(READERS)
       for address in ("overview", "tiers", "lifecycle", "pool", "list", "client", "performance", "capacity")},
    "exit": {"hq", "branch_head"},
    "hand_out": set(READERS) - {"staff"},
    "tasks": set(READERS), "call": set(READERS), "results": set(READERS) - {"staff"}, "register": set(READERS),
    "preregistrations": set(READERS), "approvals": set(READERS) - {"analyst"},
    "posts": set(READERS) - {"analyst", "staff"}, "core": set(READERS), "assigned": set(READERS),
    "explore": set(READERS),
    "definitions": ALL, "rules": ALL,
    "data": {"hq", "branch_head", "office_head", "analyst", "auditor"},
    "audit": {"hq", "auditor"}, "permissions": ALL, "users": {"hq", "user_admin"},
}  # fmt: skip
MENU = {user: [address for address, users in SEEN_BY.items() if user in users] for user in EVERYBODY}
DECIDES = {"hq", "branch_head", "branch_reviewer", "office_head"}
"""Roles that are told how many approvals wait for them; none waits in the small firm."""
REACH = {"hq": FIRM, "analyst": FIRM, "auditor": FIRM, "branch_head": BRANCH, "branch_reviewer": BRANCH,
         "office_head": OFFICE, "staff": OWN}  # fmt: skip
TITLES = {screen.address: screen.title for screen in SCREENS}


def numbers(listed: set[int]) -> set[str]:
    return {f"{number:08d}" for number in listed}


@pytest.mark.parametrize("address", [screen.address for screen in SCREENS])
@pytest.mark.parametrize(("language", "titles"), [("en", TITLES), ("zh", CHINESE)])
def test_heading_in_both_languages(look: Open, address: str, language: str, titles: dict[str, str]) -> None:
    assert look(address, "hq", language=language).heading == titles[address]


def test_every_page_has_a_chinese_heading_here() -> None:
    assert set(CHINESE) == set(TITLES)


@pytest.mark.parametrize("user", EVERYBODY)
def test_the_menu_of_a_role(look: Open, user: str) -> None:
    assert look("definitions", user).menu == MENU[user]


HIDDEN = [(user, screen.address) for user, seen in MENU.items() for screen in SCREENS if screen.address not in seen]


@pytest.mark.parametrize(("user", "address"), HIDDEN)
def test_a_page_that_a_role_must_not_see_is_not_there(look: Open, user: str, address: str) -> None:
    screen = look(address, user)
    assert (address in screen.menu, screen.heading == TITLES[address]) == (False, False)
    assert screen.heading == TITLES[MENU[user][0]]


def test_every_role_has_a_menu_here() -> None:
    assert set(MENU) == {role.value for role in Role}


@pytest.mark.parametrize("user", READERS)
def test_overview(look: Open, user: str) -> None:
    screen = look("overview", user)
    keys = ("clients", "monthly_active_clients", "assets", "net_income", "new_clients", "lost_clients")
    assert screen.heading == "Overview"
    assert tuple(screen.cards[METRICS[key].label] for key in keys) == REACH[user].cards
    waiting = ("0",) if user in DECIDES else ()
    counts = tuple(text.strip("*") for text in screen.says("markdown") if text.startswith("**"))
    assert counts == REACH[user].attention + waiting


@pytest.mark.parametrize("user", READERS)
def test_tiers(look: Open, user: str) -> None:
    screen, reach = look("tiers", user), REACH[user]
    table = screen.table("Tier", METRICS["clients"].label)
    columns = ["Tier", *(METRICS[key].label for key in ("clients", "net_income", "assets"))]
    assert screen.heading == "Tiers"
    assert tuple(tuple(row) for row in table[columns].astype(str).to_numpy()) == reach.tiers
    assert screen.cards[METRICS["income_share_top5"].label] == reach.top5
    assert screen.clients == ["00000001"]  # the clients of tier A


@pytest.mark.parametrize("user", READERS)
def test_pool(look: Open, user: str) -> None:
    screen, reach = look("pool", user), REACH[user]
    assert screen.heading == "Lost · archived · silent"
    assert tuple(words.rsplit(" ", 1)[1] for words in screen.options("filter_status")) == reach.pool
    assert set(screen.clients) == {"00000008", "00000009"} & numbers(reach.listed)
    offers = [button.label for button in screen.at.button if button.key == "hand_out"]
    assert offers == (["Select rows to hand out"] if user in ("hq", "branch_head", "office_head") else [])


@pytest.mark.parametrize("user", READERS)
def test_list(look: Open, user: str) -> None:
    screen, reach = look("list", user), REACH[user]
    assert screen.heading == "Client list"
    assert set(screen.clients) == numbers(reach.listed)
    assert len(screen.clients) == len(reach.listed)


@pytest.mark.parametrize("user", READERS)
def test_client(look: Open, user: str) -> None:
    screen = look("client", user, query={"client": "00000001"})
    facts = dict(screen.table("Field", "Value").itertuples(index=False, name=None))
    assert screen.heading == "Client"
    assert list(screen.cards.values())[:4] == ["¥1.00M", "¥12.00K", "0", "2025-06"]
    assert (facts["Phone"], facts["Document number"]) == ("199****0001", "110*************10")
    holders = screen.table("Relationship type", "Share")
    assert list(holders["Share"]) == ["60.00%", "40.00%"]
    assert len(screen.table("Month", "Trades")) == 14
    name = "欧**" if user in ("analyst", "auditor") else "欧阳文"
    assert screen.says("header")[0].replace("\\", "") == name


@pytest.mark.parametrize("user", READERS)
def test_performance(look: Open, user: str) -> None:
    screen, reach = look("performance", user), REACH[user]
    ranking = screen.table("rank", "staff_no")
    found = tuple(ranking[["staff_no", "staff_net_income", "staff_assets"]].itertuples(index=False, name=None))
    assert screen.heading == "Performance"
    assert found == reach.ranking
    assert list(ranking["rank"]) == list(range(1, len(reach.ranking) + 1))


@pytest.mark.parametrize(
    ("user", "total", "new"),
    [
        ("hq", "2,195.00", "133.32"),
        ("auditor", "2,195.00", "133.32"),
        ("branch_head", "1,845.00", "133.32"),
        ("office_head", "1,540.00", "0.00"),
    ],
)
def test_reconciliation(look: Open, user: str, total: str, new: str) -> None:
    table = look("performance", user).table("Relationship type", "Difference")
    assert list(table["Difference"]) == ["0.00"] * 10
    assert list(table["Total"]) == [total] * 10
    row = table.set_index("Relationship type").loc["New development"]
    assert row["Credited here"] == new


@pytest.mark.parametrize("user", READERS)
def test_tasks(look: Open, user: str) -> None:
    screen = look("tasks", user)
    assert screen.heading == "Tasks"
    assert list(screen.cards.items())[:3] == [("Open", "1"), ("Overdue", "0"), ("Recognised", "1")]
    assert list(screen.table("task", "due")["task"]) == ["T00000001"]


@pytest.mark.parametrize("user", EVERYBODY)
def test_definitions(look: Open, user: str) -> None:
    screen = look("definitions", user)
    assert screen.heading == "Definitions"
    assert list(screen.table("Figure", "Key")["Key"]) == list(METRICS)


@pytest.mark.parametrize("user", ["hq", "branch_head", "office_head", "analyst", "auditor"])
def test_data(look: Open, user: str) -> None:
    screen = look("data", user)
    months = screen.table("Month", "State")
    assert screen.heading == "Data"
    clients, rows, before = {"branch_head": (9, 10, 8), "office_head": (6, 6, 4)}.get(user, (12, 14, 11))
    assert [str(value) for value in months.iloc[0]] == ["2025-06", "Provisional", str(clients), str(rows), "0"]
    assert (len(months), list(months["Clients"][1:3])) == (14, [before, before])
    buttons = {button.label for button in screen.at.button} & {"Mark the month", "Run a refresh"}
    assert buttons == ({"Mark the month", "Run a refresh"} if user == "hq" else set())


@pytest.mark.parametrize("user", ["hq", "user_admin"])
def test_users(look: Open, user: str) -> None:
    screen = look("users", user)
    accounts = screen.table("User name", "Role")
    assert screen.heading == "Users"
    assert dict(zip(accounts["User name"], accounts["Role"], strict=True))["staff"] == "Staff"
    assert len(accounts) == 11


@pytest.mark.parametrize("address", [screen.address for screen in SCREENS])
def test_nobody_signed_in_sees_only_the_form(look: Open, address: str) -> None:
    screen: Screen = look(address, None, query={"client": "00000001"})
    assert (screen.heading, screen.blocks, screen.cards, len(screen.at.dataframe)) == (
        "Client relationships",
        ["Sign in"],
        {},
        0,
    )


def test_another_office_sees_its_own(look: Open) -> None:
    screen = look("overview", "other_office_head")
    assert (screen.cards[METRICS["clients"].label], screen.cards[METRICS["assets"].label]) == ("3", "¥2.06M")
    assert set(look("list", "other_office_head").clients) == numbers({5, 6, 9, 13})


def test_another_staff_member_sees_own_clients_only(look: Open) -> None:
    assert set(look("list", "other_staff").clients) == numbers({5, 6})


@pytest.mark.parametrize(
    ("user", "number"),
    [
        ("staff", "00000002"),
        ("office_head", "00000005"),
        ("branch_head", "00000009"),
        ("other_staff", "00000001"),
        ("hq", "00009999"),
    ],
)
def test_a_client_outside_the_reach_is_not_found(look: Open, user: str, number: str) -> None:
    screen = look("client", user, query={"client": number})
    assert (screen.says("warning"), screen.cards, screen.says("header")) == (["Not found."], {}, [])


@pytest.mark.parametrize("user", ["analyst", "auditor"])
def test_names_are_masked_for_those_who_only_count(look: Open, user: str) -> None:
    assert not {"欧阳文", "刘洋", "张伟"} & set(look("list", user).table("client", "name")["name"])


@pytest.mark.parametrize("user", ["hq", "auditor"])
def test_the_trail_names_acts_and_its_chain_can_be_verified(look: Open, user: str) -> None:
    screen = look("audit", user)
    acts = set(screen.table("Sequence", "Act")["Act"])
    assert "refresh.publish" in acts
    assert screen.press("Verify the chain").says("success") == ["The chain is whole."]
