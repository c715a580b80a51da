"""Explore for every role: exact figures of the small firm, choices in the address, drill, list, export, refusals."""

from __future__ import annotations

import pytest

from tests.support.apptest import Open

TOTALS = {"hq": 12, "analyst": 12, "auditor": 12, "branch_head": 9, "branch_reviewer": 9, "office_head": 6, "staff": 5}


@pytest.mark.parametrize("role", list(TOTALS))
def test_every_reader_sees_the_own_reach(look: Open, role: str) -> None:
    screen = look("explore", role)
    table = screen.table("by_0", "clients_0_value")
    assert (screen.heading, table["by_0"].tolist()[-1], table["clients_0_value"].tolist()[-1]) == (
        "Explore", "Total", TOTALS[role])  # fmt: skip


def test_clients_and_income_by_office(look: Open) -> None:
    screen = look("explore", "hq", query={"measure": ["net_income", "clients"], "by": "office"})
    table = screen.table("by_0", "net_income_0_value")
    assert table["net_income_0_value"].tolist() == [1540.0, 350.0, 305.0, 2195.0]
    assert table["clients_0_value"].tolist() == [6, 3, 3, 12]
