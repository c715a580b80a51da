"""Rows of ``client_month``, with the gaps a real firm's files have."""

from __future__ import annotations

from typing import Any

import numpy as np
from sqlalchemy import Connection

from data_access.bulk import load_columns
from data_access.demo.behaviour import MonthFigures
from data_access.demo.profiles import Profiles
from data_access.demo.streams import stream
from data_access.tables import client_month

GAP_OFFICE = "O053"
"""The office whose file was never delivered for one month."""
GAP_MONTHS_BACK = 7
_BLANK = 0.0004
BLOCK = 50_000


def store_month(
    connection: Connection,
    seed: int,
    profiles: Profiles,
    figures: MonthFigures,
    *,
    at: int,
    month: int,
    gap_office: int | None,
) -> int:
    """Write one month's rows and return how many; ``gap_office`` (index) has none, a few cells are blank."""
    keep = np.ones(len(figures.clients), bool)
    if gap_office is not None:
        keep = profiles.office[figures.clients] != gap_office
    net = figures.commission - figures.fees
    measures = {
        "end_assets_fen": figures.end_assets, "cash_fen": figures.cash, "inflow_fen": figures.inflow,
        "outflow_fen": figures.outflow, "turnover_fen": figures.turnover, "trades_count": figures.trades,
        "commission_fen": figures.commission, "fees_fen": figures.fees, "net_income_fen": net,
        "product_assets_fen": figures.product, "margin_balance_fen": figures.margin,
    }  # fmt: skip
    clients = figures.clients[keep] + 1
    measures = {name: values[keep] for name, values in measures.items()}
    random = stream(seed, "blanks", at)
    blanks = {
        name: np.flatnonzero(random.random(len(clients)) < _BLANK)
        for name in ("end_assets_fen", "trades_count", "product_assets_fen")
    }
    # Python objects take several times the room of the arrays: a block at a time
    for start in range(0, len(clients), BLOCK):
        part = slice(start, start + BLOCK)
        columns: dict[str, Any] = {"month": [month] * len(clients[part]), "client_id": clients[part].tolist()}
        columns.update({name: values[part].tolist() for name, values in measures.items()})
        for name, places in blanks.items():
            for place in places[(places >= start) & (places < start + BLOCK)].tolist():
                columns[name][place - start] = None
        load_columns(connection, client_month, columns)
    return len(clients)
