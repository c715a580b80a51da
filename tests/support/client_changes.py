"""Flows and bridges worked out client by client in plain Python, from what a build says of each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, select

from data_access.tables import client_status

Row = Mapping[str, Any]
FLOW = ("opening", "new", "returned", "lost", "transferred_in", "transferred_out", "closing")
BRIDGE = ("opening", "net_inflow", "market_effect", "won", "lost", "transferred_in", "transferred_out", "data_gaps",
          "closing")  # fmt: skip
_COLUMNS = ("client_id", "office_id", "status", "new_count", "returned_count", "lost_count", "end_assets_fen",
            "inflow_fen", "outflow_fen")  # fmt: skip


def read_clients_of(connection: Connection, build_id: int) -> dict[int, Row]:
    """Return what the build says of each client by its id; nothing that was derived from another month."""
    rows = connection.execute(
        select(*(client_status.c[name] for name in _COLUMNS)).where(client_status.c.build_id == build_id)
    )
    return {row[0]: dict(zip(_COLUMNS, row, strict=True)) for row in rows}


def is_client(row: Row) -> int:
    """Return 1 for a client that is not lost."""
    return int(row["status"] != "lost")


def changes_of(before: Mapping[int, Row], now: Mapping[int, Row],
               holds: Callable[[Row], bool]) -> tuple[dict[str, int], dict[str, int]]:  # fmt: skip
    """Return flow and bridge (fen) of the place that ``holds`` tells, each term added up client by client."""
    flow, bridge = dict.fromkeys(FLOW, 0), dict.fromkeys(BRIDGE, 0)
    for row in before.values():
        if holds(row):
            flow["opening"] += is_client(row)
            bridge["opening"] += row["end_assets_fen"] or 0
    for key, row in now.items():
        then = before.get(key)
        here, there = holds(row), then is not None and holds(then)
        if then is not None and here != there:
            way = "transferred_in" if here else "transferred_out"
            flow[way] += is_client(then)
            bridge[way] += then["end_assets_fen"] or 0
        if here:
            _add(flow, bridge, then, row)
    return flow, bridge


def _add(flow: dict[str, int], bridge: dict[str, int], then: Row | None, row: Row) -> None:
    held = (then["end_assets_fen"] or 0) if then else 0
    change = (row["end_assets_fen"] or 0) - held
    flow["new"] += row["new_count"]
    flow["returned"] += row["returned_count"]
    flow["lost"] += row["lost_count"]
    flow["closing"] += is_client(row)
    bridge["closing"] += row["end_assets_fen"] or 0
    was, stays = is_client(then) if then else 0, is_client(row)
    ends = (then and then["end_assets_fen"], row["end_assets_fen"], row["inflow_fen"], row["outflow_fen"])
    if was != stays:
        bridge["won" if stays else "lost"] += change
    elif None in ends:
        bridge["data_gaps"] += change
    else:
        bridge["net_inflow"] += row["inflow_fen"] - row["outflow_fen"]
        bridge["market_effect"] += change - row["inflow_fen"] + row["outflow_fen"]


def balance(terms: Mapping[str, int], plus: Iterable[str], minus: Iterable[str]) -> int:
    """Return opening + plus - minus - closing: 0 where the terms balance."""
    return (terms["opening"] + sum(terms[key] for key in plus) - sum(terms[key] for key in minus)
            - terms["closing"])  # fmt: skip
