"""The most valuable clients of a list at a glance, with the way to the whole list."""

from __future__ import annotations

from typing import Any

import pandas as pd

from data_access.reads.client_filter import ClientFilter
from domain.words import ClientKind
from metrics.figures.book import small_line
from pages._ui import cached
from pages._ui.frame import Frame
from pages._ui.links import client_addresses, link
from pages._ui.lists import narrowed_list
from pages._ui.sheet import Markup, linked, sheet
from pages._ui.tables import month_words, yuan
from pages._ui.texts import _, label

TOP = 10


def show_top(frame: Frame, kept: ClientFilter, *, key: str, **asked: Any) -> None:
    """Draw the first clients by value; ``asked``: the parameters that give the same list on its own screen."""
    found = narrowed_list(frame, kept)
    if found is None:
        return
    kept, total = found
    rows = cached.client_rows(frame.generation, frame.month, frame.scope, kept, order="value", after=None, limit=TOP,
                              with_history=True)  # fmt: skip
    sheet(frame.tokens, _table(frame, rows), key=key)
    link(frame, "list", _("All {total} clients as a list", total=f"{total:,}"), **asked)


def _table(frame: Frame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    addresses = client_addresses(frame, [row["client_no"] for row in rows])
    past = _("Assets, 24 months")
    return pd.DataFrame([{
        _("Client number"): linked(frame.tokens, address, row["client_no"]), _("Name"): row["name"],
        _("Business office"): row["office"], _("Kind"): label(ClientKind, row["client_kind"]),
        _("Net income, 12 months (yuan)"): yuan(row["value_fen"]),
        _("Month-end assets (yuan)"): yuan(row["end_assets_fen"]),
        past: Markup(small_line(frame.tokens, row["history"], alt=past)),
        _("Last trade"): month_words(row["last_trade_month"]), _("Holders"): row["holders"] or None,
    } for row, address in zip(rows, addresses, strict=True)], dtype=object)  # fmt: skip
