"""Churn warnings by rule points: whom to save first, and why (R-74, K-56); beside them the fitted model's back-test."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.client_beside import read_asset_histories
from data_access.reads.narrowing import narrow_warnings
from data_access.reads.warned import WarningFilter, read_warned
from domain.campaigns import Source
from domain.words import ClientKind, Tier
from metrics.warning.reasons import WARNING_REASONS, reason_codes, reason_number
from pages._ui import cached, states
from pages._ui.campaigns.button import campaign_button
from pages._ui.campaigns.carried import carried
from pages._ui.components import card, how_made
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.filters import choices
from pages._ui.foresight_panel import warning_model_panel
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.lifecycle import reads as lifecycle_reads
from pages._ui.lifecycle.losses import rows_gone
from pages._ui.links import export_params
from pages._ui.lists import clients_below, position
from pages._ui.tables import client_columns, client_frame
from pages._ui.texts import _, labels
from pages._ui.tiers import reads as tiers_reads

KEY = "warned"
COLUMNS = ["client", "name", "tier", "value", "assets", "history", "last_trade", "holders", "office", "kind"]


def show(frame: Frame) -> None:
    """Draw the view."""
    if rows_gone(frame, [frame.month]):
        return
    rules = tiers_reads.rules_of(frame.generation.generation_id, frame.month, frame.scope.key)
    explained = _(
        "One point for each reason; on the list from {limit} points. Points are counted reasons, not a probability; "
        "lost, archived and silent clients and new accounts are not rated (rule version {version}).",
        limit=rules.warning_limit,
        version=rules.version,
    )
    with card(_("Rule points"), explained):
        _summary(frame)
        _list(frame)
        how_made(frame, ["warned_clients"])
    warning_model_panel(frame)


def _summary(frame: Frame) -> None:
    found = lifecycle_reads.warning_reasons(frame.generation.generation_id, frame.month, frame.scope.key,
                                            narrow_warnings(WarningFilter(), frame.profile))  # fmt: skip
    lines = [f"{_(words)} {found.get(reason_number(code), 0):,}" for code, words in WARNING_REASONS.items()]
    st.caption(" · ".join(lines))


def _list(frame: Frame) -> None:
    offices = {place.unit_code: place.name for place in cached.places(frame.scope.key) if place.kind == "office"}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tiers = choices("tier", _("Tier"), {tier.value: tier.value for tier in Tier}, width=132)
        reasons = choices("why", _("Reason"), {code: _(words) for code, words in WARNING_REASONS.items()}, width=190)
        kinds = choices("kind", _("Kind"), labels(ClientKind), width=132)
        chosen = choices("office", _("Business office"), offices, width=170) if len(offices) > 1 else ()
    asked = WarningFilter(tiers, kinds, chosen, tuple(reason_number(code) for code in reasons))
    kept = narrow_warnings(asked, frame.profile)
    total = lifecycle_reads.warned_count(frame.generation.generation_id, frame.month, frame.scope.key, kept)
    if not total:
        if asked == WarningFilter():
            states.nothing_to_do(_("No client inside this scope has a churn warning."))
        else:
            states.filters_exclude_everything(st.query_params.clear)
        return
    page, after = position(KEY, kept, frame)
    with db().reading() as connection:
        rows = read_warned(connection, frame.generation, frame.month, frame.scope, kept, after=after)
        past = read_asset_histories(connection, [row["client_id"] for row in rows], frame.month)
    rows = [{**row, "history": past.get(row["client_id"], [])} for row in rows]
    shown = ["client", "name", "tier", "points", "why", *COLUMNS[3:]]
    grid(warned_frame(frame, rows)[shown], key=f"{KEY}_{page}", height=table_height(len(rows), 458),
         column_config={**client_columns(frame, COLUMNS),
                        "points": st.column_config.NumberColumn(_("Points"), width="small"),
                        "why": st.column_config.TextColumn(_("Reasons"), width="medium")})  # fmt: skip
    clients_below(KEY, rows, page=page, total=total)
    with st.container(horizontal=True):
        campaign_button(frame, carried(Source.WARNING, tier=tiers, why=reasons, kind=kinds, office=chosen))
        export_button(_("Export the whole list"), "warnings",
                      export_params(frame, tier=tiers, why=reasons, kind=kinds, office=chosen),
                      key="export")  # fmt: skip


def warned_frame(frame: Frame, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return the columns of the list, reasons in the reader's words."""
    table = client_frame(frame, rows)
    table["points"] = [row["points"] for row in rows]
    table["why"] = [" · ".join(_(WARNING_REASONS[code]) for code in reason_codes(row["reasons"])) for row in rows]
    return table
