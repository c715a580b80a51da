"""Asset bridge of any place between two month ends: what made the assets of its clients change, to the fen.

``asset_bridge`` gives the terms of ``metrics.terms.BRIDGE_TERMS``. Every term but the market effect is a sum of its
own over client rows; the market effect is the residual, and named so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from data_access.database import Database, database
from data_access.reads.flow import REST, Node, Sums, fold, read_changes
from data_access.reads.generation import Generation
from data_access.scope import Scope
from domain.months import month_text
from metrics.between import Between, MonthLike, between, pin
from metrics.errors import QuestionError
from metrics.flow import nodes
from metrics.kept_rows import require_clients
from metrics.query import part_shown
from metrics.terms import BRIDGE_TERMS
from metrics.units import YUAN

Bridge = dict[str, int]
"""The terms of one bridge in fen."""


def asset_bridge(
    *,
    first: MonthLike,
    last: MonthLike,
    unit: str | None = None,
    region: str | None = None,
    children: bool = False,
    by_month: bool = False,
    opening_known_at: datetime | str | None = None,
    opening_generation: Generation | int | None = None,
    scope: Scope | None = None,
    known_at: datetime | str | None = None,
    rules: int | None = None,
    db: Database | None = None,
    generation: Generation | int | None = None,
) -> pd.DataFrame:
    """Return the asset bridge from the end of month ``first`` to the end of month ``last`` as one row.

    Columns: the keys of ``BRIDGE_TERMS`` as ``Decimal`` yuan with two decimals: opening + corrections + net_inflow +
    market_effect + won + lost + transferred_in - transferred_out + data_gaps = closing, chained month by month.
    ``lost`` is a signed change, hence mostly negative. ``by_month`` gives one row per month instead (``month`` in
    front), ``children`` the rows of the places right below too (``unit`` and ``part`` in front, as in
    ``client_flow``): every term but the two transfers, and the transfers' difference, is the sum over the parts.
    ``opening_known_at`` (or ``opening_generation``) is when the opening was known: what has been learnt since is
    ``corrections``, 0 without it. Places, months, reach and errors as in ``client_flow``.
    """
    with (db or database()).reading() as connection:
        span = between(connection, first=first, last=last, unit=unit, region=region, scope=scope, known_at=known_at,
                       rules=rules, generation=generation)  # fmt: skip
        changes = read_changes(connection, span.builds, span.territory)
        wanted = nodes(span.territory, children=children)
        then = _openings_then(connection, span, wanted, opening_known_at, opening_generation)
    rows: list[dict[str, Any]] = []
    for node, known in zip(wanted, then, strict=True):
        months = bridges(fold(changes, node), known)
        chosen = months if by_month else [(span.last, chained([bridge for _month, bridge in months]))]
        rows += [{"unit": node.code, "part": node.part, "month": month_text(month), **bridge}
                 for month, bridge in chosen if node.part != REST or any(bridge.values())]  # fmt: skip
    front = (["unit", "part"] if children else []) + (["month"] if by_month else [])
    shown = [{name: part_shown(YUAN, value) if name in BRIDGE_TERMS else value for name, value in row.items()}
             for row in rows]  # fmt: skip
    return pd.DataFrame(shown, columns=[*front, *BRIDGE_TERMS], dtype=object)


def bridges(months: Sequence[tuple[int, Sums]], opening_then: int | None = None) -> list[tuple[int, Bridge]]:
    """Return one bridge per month after the first, in fen; ``opening_then`` is the first opening as known then."""
    found = []
    opening = months[0][1]["end_assets_fen"]
    then = opening if opening_then is None else opening_then
    for month, sums in months[1:]:
        bridge = {
            "opening": then, "corrections": opening - then,
            "net_inflow": sums["stayed_inflow_fen"] - sums["stayed_outflow_fen"], "market_effect": 0,
            "won": sums["won_change_fen"], "lost": sums["lost_change_fen"], "transferred_in": sums["assets_in_fen"],
            "transferred_out": sums["assets_out_fen"], "data_gaps": sums["gap_change_fen"],
            "closing": sums["end_assets_fen"],
        }  # fmt: skip
        bridge["market_effect"] = bridge["closing"] - then - _explained(bridge)
        found.append((month, bridge))
        opening = then = sums["end_assets_fen"]
    return found


def chained(months: Sequence[Bridge]) -> Bridge:
    """Join the bridges of consecutive months: opening of the first, closing of the last, the sums between."""
    total = {key: sum(bridge[key] for bridge in months) for key in BRIDGE_TERMS}
    return total | {"opening": months[0]["opening"], "closing": months[-1]["closing"]}


def _explained(bridge: Bridge) -> int:
    return sum(term.sign * bridge[key] for key, term in BRIDGE_TERMS.items())


def _openings_then(connection: Connection, span: Between, wanted: Sequence[Node], known_at: datetime | str | None,
                   generation: Generation | int | None) -> list[int | None]:  # fmt: skip
    """Return the opening of each place as it was known; None where it is the knowledge of the bridge itself."""
    if known_at is None and generation is None:
        return [None] * len(wanted)
    then = pin(connection, known_at=known_at, generation=generation)
    if span.first not in then.builds:
        raise QuestionError(f"{month_text(span.first)} was not published yet when the opening was asked for.")
    builds = {span.first: then.builds[span.first]}
    if span.territory.scope is not None:
        require_clients(connection, then, builds.values())
    changes = read_changes(connection, builds, span.territory)
    return [fold(changes, node)[0][1]["end_assets_fen"] for node in wanted]
