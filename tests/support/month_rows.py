"""Client rows of published months, drawn at random: every code, unknown numbers, moves of offices, late openings."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert

from data_access.tables import build, client_column, client_status, generation_month, relationship, relationship_share
from domain.months import month_add
from domain.words import ClientKind, Stage, Status, Tier
from tests.support.book_rows import NOW, STATUS_BLANKS, Book, add_clients

LAST = 202406
MONTHS = tuple(month_add(LAST, back) for back in range(-11, 1))
"""Twelve months; month number n, from 1, is build n."""
CLIENTS = 12
_TIERS = st.sampled_from((None, *(one.value for one in Tier)))
_FEN = st.sampled_from((0, 1, 99, -40, 100_000, 2**31 - 1, 2**31, -(2**31) - 1, 2**52 + 1))


@st.composite
def month_rows(draw: st.DrawFn, offices: tuple[int, ...]) -> list[dict[str, Any]]:
    """Rows of up to twelve clients, each from the month of its opening on, in some of the last months."""
    rows = []
    for client_id in range(1, draw(st.integers(0, CLIENTS)) + 1):
        opened = draw(st.sampled_from((1, 1, 4, 11, 12)))
        for build_id in range(opened, len(MONTHS) + 1):
            status = draw(st.sampled_from([one.value for one in Status]))
            lost_on = draw(st.sampled_from((date(2024, 1, 31), date(2024, 5, 1)))) if status == "lost" else None
            office = draw(st.sampled_from(offices))
            rows.append({
                **STATUS_BLANKS, "build_id": build_id, "month": MONTHS[build_id - 1], "client_id": client_id,
                "branch_id": office, "office_id": office, "status": status, "lost_on": lost_on,
                "client_kind": draw(st.sampled_from([one.value for one in ClientKind])),
                "segment": draw(st.sampled_from((None, "gold"))),
                "stage": draw(st.sampled_from((None, *(one.value for one in Stage)))), "tier": draw(_TIERS),
                "line_tier": draw(_TIERS), "tier_before": draw(_TIERS), "is_active": draw(st.booleans()),
                "months_quiet": draw(st.sampled_from((0, 9, 11, 12, 40))),
                **{f"{moved}_count": draw(st.integers(0, 1)) for moved in ("new", "lost", "returned")},
                "end_assets_fen": draw(st.none() | _FEN), "value_fen": draw(_FEN),
                "turnover_fen": draw(st.none() | _FEN), "turnover_recent_fen": draw(_FEN),
            })  # fmt: skip
    return rows


def add_months(connection: Connection, book: Book) -> None:
    """Publish the months without any row, and open the clients, the first and the fourth of them held by person S1."""
    months = list(enumerate(MONTHS, start=1))
    for table in (generation_month, build):
        connection.execute(delete(table))
    connection.execute(insert(build), [
        {"build_id": key, "month": month, "rule_version": 1, "run_id": 1, "built_at": NOW}
        for key, month in months])  # fmt: skip
    connection.execute(insert(generation_month), [
        {"generation_id": 1, "month": month, "build_id": key} for key, month in months])  # fmt: skip
    add_clients(connection, book, [f"C{number}" for number in range(1, CLIENTS + 1)], status=None)
    for key, number in ((1, "C1"), (2, "C4")):
        connection.execute(insert(relationship).values(
            relationship_id=key, relationship_no=f"R{key}", client_id=book.clients[number], type="core_service",
            state="confirmed", valid_from=date(2020, 1, 1)))  # fmt: skip
        connection.execute(insert(relationship_share).values(
            relationship_id=key, staff_id=book.staff["S1"], share_bp=10_000))  # fmt: skip


def put_rows(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Put the rows in the place of those of the example before."""
    connection.execute(delete(client_column))
    connection.execute(delete(client_status))
    if rows:
        connection.execute(insert(client_status), rows)
