"""The comparison of places on the Overview: each place of the reach with its month and its change on the year."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import select

from data_access.database import database
from data_access.scope import read_scope
from data_access.tables import app_user
from metrics.catalogue import METRICS
from metrics.query import query
from metrics.units import write_value
from tests.support.apptest import Open, Screen

UNIT = METRICS["net_income"].unit


def drawn(screen: Screen) -> set[str]:
    """What the comparison of places writes beside its bars."""
    places = next(entry.proto.body for entry in screen.at.get("html") if 'aria-label="Net income"' in entry.proto.body)
    return {unescape(text) for text in re.findall(r"<span[^>]*>([^<]*)</span>", places)}


@pytest.mark.parametrize(("user", "dimension"), [("hq", "branch"), ("branch_head", "office"), ("staff", "office")])
@pytest.mark.parametrize("month", ["2025-05", "2024-12"])
def test_places_with_their_change_on_the_year(look: Open, user: str, dimension: str, month: str) -> None:
    with database().reading() as connection:
        row = connection.execute(select(app_user).where(app_user.c.username == user)).one()
        scope = read_scope(connection, role=row.role, unit_id=row.unit_id, staff_id=row.staff_id)
    everything = query("net_income", by=("month", dimension), as_of=month, scope=scope)
    of_month = {key: dict(zip(part[dimension], part["net_income"], strict=True))
                for key, part in everything.groupby("month")}  # fmt: skip
    before = of_month.get(f"{int(month[:4]) - 1}{month[4:]}", {})
    expected = {write_value(value, UNIT, "en") + change(value, before.get(code))
                for code, value in of_month[month].items()}  # fmt: skip
    assert drawn(look("overview", user, query={"as_of": month})) == expected
    assert any("%" in text for text in expected) == (month == "2025-05")


def change(value: Decimal | None, before: Decimal | None) -> str:
    return f"\u2002{(value - before) / abs(before):+.1%}".replace("-", "−") if value is not None and before else ""
