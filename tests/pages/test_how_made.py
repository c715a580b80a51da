"""The statement shown under "How this number is made", run against the database, gives the number on the page."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from data_access.database import database
from domain.words import RelationshipType
from metrics.catalogue import METRICS
from metrics.units import YUAN, write_exact, write_value
from pages._ui.ranking import KEYS as RANKING
from pages._ui.tiers import distribution
from tests.support.apptest import Open, Screen

Group = tuple[Any, ...]


def statement_of(screen: Screen, *names: str) -> str:
    """Open the block for these figures and dimensions and return the statement it shows."""
    assert screen.says("code") == []
    screen.at.session_state[f"how_{'_'.join(names)}"] = True
    shown = screen.run().says("code")
    assert len(shown) == 1
    return shown[0]


def ran(statement: str, *dimensions: str) -> dict[Group, dict[str, Any]]:
    """Run what the block shows; figures by group, the parts of a statement in several pieces put together."""
    found: dict[Group, dict[str, Any]] = {}
    with database().reading() as connection:
        for piece in statement.split(";"):
            for row in connection.execute(text(piece.replace(":", "\\:"))).mappings():
                group = tuple(row[name] for name in dimensions)
                found.setdefault(group, {}).update({key: value for key, value in row.items() if key not in dimensions})
    return found


def written(key: str, value: object) -> str:
    return write_value(None if value is None else Decimal(str(value)), METRICS[key].unit, "en")


@pytest.mark.parametrize(("user", "flow"), [("hq", (1, 1, 1)), ("office_head", (1, 0, 1)), ("staff", (1, 0, 1))])
def test_client_flow(look: Open, user: str, flow: tuple[int, int, int]) -> None:
    keys = ("new_clients", "lost_clients", "returned_clients")
    screen = look("overview", user)
    assert ran(statement_of(screen, *keys)) == {(): dict(zip(keys, flow, strict=True))}
    assert [screen.cards[METRICS[key].label] for key in keys[:2]] == [str(value) for value in flow[:2]]


@pytest.mark.parametrize("address", ["overview", "tiers"])
@pytest.mark.parametrize("user", ["hq", "branch_head", "staff"])
def test_tier_mix(look: Open, address: str, user: str) -> None:
    keys = ["clients", "net_income", "assets"]
    found = ran(statement_of(look(address, user), *keys, "tier"), "tier")
    page = look("tiers", user).table("Tier", METRICS["clients"].label).set_index("Tier")
    shown = {tier: tuple(page.loc[tier, METRICS[key].label] for key in keys) for tier in "ABC"}
    assert {tier: tuple(written(key, found[(tier,)][key]) for key in keys) for tier in "ABC" if (tier,) in found} == {
        tier: values for tier, values in shown.items() if values[0] != "0"
    }


@pytest.mark.parametrize("key", ["assets", "clients", "net_income", "turnover", "net_inflow"])
def test_trend(look: Open, key: str) -> None:
    screen = look("overview", "hq").choose("trend", key)
    found = ran(statement_of(screen, key, "month"), "month")
    expected = {"assets": Decimal("3972299.99"), "clients": 12, "net_income": 2195, "turnover": 10_975_000,
                "net_inflow": 100_000}[key]  # fmt: skip
    assert (len(found), Decimal(str(found[("2025-06",)][key]))) == (14, expected)


@pytest.mark.parametrize(
    ("user", "dimension", "income"),
    [("hq", "branch", {"B01": 1845, "B02": 350}), ("branch_head", "office", {"O011": 1540, "O012": 305})],
)
def test_comparison_of_places(look: Open, user: str, dimension: str, income: dict[str, int]) -> None:
    found = ran(statement_of(look("overview", user), "net_income", dimension), dimension)
    assert {group[0]: values["net_income"] for group, values in found.items()} == income


@pytest.mark.parametrize("user", ["hq", "branch_head", "office_head", "staff"])
def test_income_shares(look: Open, user: str) -> None:
    keys = ("income_share_top5", "income_share_top20")
    screen = look("tiers", user)
    values = ran(statement_of(screen, *keys))[()]
    assert [written(key, values[key]) for key in keys] == [screen.cards[METRICS[key].label] for key in keys]


def test_tiers_over_time(look: Open) -> None:
    found = ran(statement_of(look("tiers", "hq"), "clients", "month", "tier"), "month", "tier")
    assert [found[("2025-06", tier)]["clients"] for tier in "ABC"] == [1, 1, 10]


@pytest.mark.parametrize("dimension", ["branch", "office", "region", "client_kind", "risk_level"])
def test_where_tiers_sit(look: Open, dimension: str) -> None:
    screen = look("tiers", "hq", query={"by": dimension})
    found = ran(statement_of(screen, "clients", "net_income", dimension, "tier"), dimension, "tier")
    page = screen.table("Group", "A clients")
    for tier in "ABC":
        of_tier = [values for group, values in found.items() if group[1] == tier]
        assert sum(values["clients"] for values in of_tier) == page[f"{tier} clients"].astype(int).sum()
        incomes = sorted(write_value(values["net_income"], YUAN, "en") for values in of_tier)
        assert sorted(text for text in page[f"{tier} net income"] if text != "–") == incomes


def test_many_groups_of_tiers_are_exact(look: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(distribution, "FEW", 1)
    screen = look("tiers", "hq", query={"by": "office"})
    found = ran(statement_of(screen, "clients", "net_income", "office", "tier"), "office", "tier")
    page = screen.table("Group", "A net income (yuan)")
    for tier in "ABC":
        of_tier = [values for group, values in found.items() if group[1] == tier]
        assert sum(values["clients"] for values in of_tier) == page[f"{tier} clients"].sum()
        assert sum(values["net_income"] for values in of_tier) == page[f"{tier} net income (yuan)"].sum()


@pytest.mark.parametrize("user", ["hq", "branch_head", "office_head", "staff"])
def test_pool(look: Open, user: str) -> None:
    screen = look("pool", user)
    values = ran(statement_of(screen, "pool_lost", "pool_archived", "pool_silent"))[()]
    counts = [words.rsplit(" ", 1)[1] for words in screen.options("filter_status")]
    assert [str(values[f"pool_{name}"]) for name in ("silent", "lost", "archived")] == counts[:3]


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
@pytest.mark.parametrize("user", ["hq", "office_head", "staff"])
def test_ranking(look: Open, user: str, period: str) -> None:
    screen = look("performance", user, query={"period": period})
    found = ran(statement_of(screen, *RANKING, "staff"), "staff")
    page = screen.table("rank", "staff_no").set_index("staff_no")
    assert {group[0]: {key: float(values.get(key) or 0) for key in RANKING} for group, values in found.items()} == {
        number: {key: float(page.loc[number, key]) for key in RANKING} for number in page.index
    }


def test_reconciliation(look: Open) -> None:
    screen = look("performance", "hq")
    found = ran(
        statement_of(screen, "attributed_net_income", "unattributed_net_income", "relationship_type"),
        "relationship_type",
    )
    page = screen.table("Relationship type", "Difference").set_index("Relationship type")
    unit = METRICS["net_income"].unit
    for kind in RelationshipType:
        values = found[(kind.value,)]
        assert (
            write_exact(values.get("attributed_net_income") or 0, unit),
            write_exact(values["unattributed_net_income"], unit),
        ) == (page.loc[kind.label, "Credited here"], page.loc[kind.label, "Unattributed"])
