"""Client flow of any place between two month ends: opening, what changed, closing, to the client (K-50).

``client_flow`` gives a row per month, ``flow_total`` adds the months up. The words are ``metrics.terms.FLOW_TERMS``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from data_access.database import Database, database
from data_access.reads.flow import REST, Node, Sums, Territory, fold, read_changes
from data_access.reads.generation import Generation
from data_access.scope import Scope
from domain.months import month_text
from metrics.between import MonthLike, between
from metrics.terms import FLOW_TERMS

_STORED = {"new": "new_count", "returned": "returned_count", "lost": "lost_count",
           "transferred_in": "clients_in", "transferred_out": "clients_out", "closing": "alive_count"}  # fmt: skip


def client_flow(
    *,
    first: MonthLike,
    last: MonthLike,
    unit: str | None = None,
    region: str | None = None,
    children: bool = False,
    scope: Scope | None = None,
    known_at: datetime | str | None = None,
    rules: int | None = None,
    db: Database | None = None,
    generation: Generation | int | None = None,
) -> pd.DataFrame:
    """Return the client flow from the end of month ``first`` to the end of month ``last``, one row per month between.

    The first row is the month after ``first``: the flow of one month M runs from the month before M to M. Months are
    ``YYYYMM`` or ``"YYYY-MM"``. Columns: ``month`` (``YYYY-MM``) and the keys of ``FLOW_TERMS`` as integers:
    opening + new + returned - lost + transferred_in - transferred_out = closing. ``unit`` is the code of a branch, an
    office or headquarters, ``region`` a region's name; without both it is the whole reach. Transfers between places
    inside cancel. ``children`` adds the rows of the places right below, told by two more columns in front: ``unit``
    and ``part`` (``whole``, ``child``, or ``rest`` for clients who stand at no place below). ``scope`` None is the
    whole firm. Raises ``QuestionError`` for months that are not published and for places outside the reach.
    """
    with (db or database()).reading() as connection:
        span = between(connection, first=first, last=last, unit=unit, region=region, scope=scope, known_at=known_at,
                       rules=rules, generation=generation)  # fmt: skip
        changes = read_changes(connection, span.builds, span.territory)
    rows = [row for node in nodes(span.territory, children=children) for row in _rows(node, fold(changes, node))]
    columns = ["month", *FLOW_TERMS]
    if children:
        rows = [row for row in rows if row["part"] != REST or any(row[key] for key in FLOW_TERMS)]
        columns = ["unit", "part", *columns]
    return pd.DataFrame(rows, columns=columns)


def flow_total(flow: pd.DataFrame) -> dict[str, int]:
    """Add up the months of one place's flow: opening of the first, closing of the last, the sums between.

    A client who goes and comes back counts in both, so that transfers and losses are gross.
    """
    total = {key: int(flow[key].sum()) for key in FLOW_TERMS}
    return total | {"opening": int(flow["opening"].iloc[0]), "closing": int(flow["closing"].iloc[-1])}


def nodes(territory: Territory, *, children: bool) -> list[Node]:
    """Return the place asked for, and those right below it."""
    return [territory.whole, *(territory.parts if children else ())]


def _rows(node: Node, months: list[tuple[int, Sums]]) -> list[dict[str, Any]]:
    opening = months[0][1]["alive_count"]
    rows: list[dict[str, Any]] = []
    for month, sums in months[1:]:
        rows.append({"unit": node.code, "part": node.part, "month": month_text(month), "opening": opening,
                     **{key: sums[name] for key, name in _STORED.items()}})  # fmt: skip
        opening = sums["alive_count"]
    return rows
