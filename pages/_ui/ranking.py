"""Rows and columns of the Performance page: people by a figure, the clients behind one, the identity per type."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.staff_results import Reconciliation
from domain.words import StaffCategory, Status
from metrics.catalogue import METRICS
from metrics.ranking import STAFF_KEYS, ranked_people
from metrics.units import NO_DATA, YUAN, write_exact
from pages._ui import cached
from pages._ui.frame import Frame
from pages._ui.links import client_address
from pages._ui.relationships.words import type_word
from pages._ui.texts import _, label

KEYS = list(STAFF_KEYS)


def ranking_rows(frame: Frame, values: pd.DataFrame, order: str, categories: Sequence[str]) -> list[dict[str, Any]]:
    """Return people by the chosen figure as the file holds them; a present unit outside the reach is a dash."""
    shown = [order, *(key for key in KEYS if key != order)]
    return [
        {"rank": row["rank"], "name": row["name"], **{key: float(row[key]) for key in shown},
         "unit": row["unit"] or NO_DATA, "category": label(StaffCategory, row["category"]),
         "staff_no": row["staff_no"], "left_on": row["left_on"]}
        for row in ranked_people(values.to_dict("records"), cached.people(frame.scope.key), order, categories)
    ]  # fmt: skip


def ranking_columns() -> dict[str, Any]:
    """Return the column settings of the ranking."""
    config = st.column_config
    money = {"staff_net_income": _("{what} (yuan)", what=_(METRICS["staff_net_income"].label)),
             "staff_assets": _("{what} (yuan)", what=_(METRICS["staff_assets"].label))}  # fmt: skip
    return {
        "rank": config.NumberColumn(_("Rank"), pinned=True, width="small"),
        "staff_no": config.TextColumn(_("Staff number")),
        "name": config.TextColumn(_("Name"), pinned=True),
        "unit": config.TextColumn(_("Unit")),
        "category": config.TextColumn(_("Category")),
        **{key: config.NumberColumn(money.get(key, _(METRICS[key].label)), help=_(METRICS[key].definition),
                                    format="accounting" if key in money else "localized") for key in KEYS},
        "left_on": config.DateColumn(_("Left on"), format="YYYY-MM-DD"),
    }  # fmt: skip


def staff_client_rows(frame: Frame, clients: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return the clients behind one person's results; a client outside the reach has no link."""
    return pd.DataFrame([
        {"client": client_address(frame, entry["client_no"]) if entry["opens"] else None, "name": entry["name"],
         "type": type_word(entry["type"]), "share": entry["share_bp"] / 10_000,
         "status": None if entry["status"] is None else label(Status, entry["status"]), "tier": entry["tier"],
         "assets": float(entry["assets"]), "net_income": float(entry["net_income"])}
        for entry in clients
    ])  # fmt: skip


def staff_client_columns() -> dict[str, Any]:
    """Return the column settings of the clients behind one person's results."""
    config = st.column_config
    return {
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Name")),
        "type": config.TextColumn(_("Relationship type")),
        "share": config.NumberColumn(_("Share"), format="percent"),
        "status": config.TextColumn(_("Status")),
        "tier": config.TextColumn(_("Tier")),
        "assets": config.NumberColumn(_("Assets, the person's part (yuan)"), format="accounting"),
        "net_income": config.NumberColumn(_("Net income, the person's part (yuan)"), format="accounting"),
    }


def reconciliation_rows(identity: Sequence[Reconciliation]) -> pd.DataFrame:
    """Return the identity per relationship type with exact amounts."""

    def text(fen: int) -> str:
        return write_exact(Decimal(fen) / 100, YUAN)

    return pd.DataFrame([
        {_("Relationship type"): type_word(row.type), _("Credited here"): text(row.own_fen),
         _("Credited to other units"): text(row.others_fen), _("Unattributed"): text(row.unattributed_fen),
         _("Total"): text(row.total_fen), _("Difference"): text(row.difference_fen)}
        for row in identity
    ])  # fmt: skip
