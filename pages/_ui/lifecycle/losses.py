"""The list of losses of a period, most valuable first, with reason and holders; rows can be selected."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.losses import LossFilter, read_found_losses
from data_access.reads.narrowing import narrow_losses
from domain.months import month_text
from domain.words import ClientKind, LossReason
from pages._ui import past_reads, states
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.lifecycle import reads as lifecycle_reads
from pages._ui.links import client_addresses
from pages._ui.lists import clients_below, position
from pages._ui.past import says_rows_gone
from pages._ui.tables import yuan
from pages._ui.texts import _, label, labels


def show_losses(frame: Frame, months: tuple[int, ...], kept: LossFilter, *, key: str, empty: str,
                selectable: bool = False, total: int | None = None) -> list[dict[str, Any]]:  # fmt: skip
    """Draw one page of the losses of some months within the profile and return the selected rows.

    ``total``: their number, where known.
    """
    is_whole, kept = kept == LossFilter(), narrow_losses(kept, frame.profile)
    if total is None:
        total = lifecycle_reads.loss_count(frame.generation.generation_id, months, frame.scope.key, kept)
    if not total:
        if is_whole or empty:
            states.nothing_to_do(empty or _("Nobody was lost in this period."))
        else:
            states.filters_exclude_everything(st.query_params.clear)
        return []
    page, after = position(key, (kept, months), frame)
    found = lifecycle_reads.found_losses(frame.generation.generation_id, months, frame.scope.key, kept, after)
    with db().reading() as connection:
        rows = read_found_losses(connection, frame.generation, months, frame.scope, found)
    chosen = grid(loss_frame(frame, rows), column_config=_columns(), key=f"{key}_{page}",
                  on_select="rerun" if selectable else "ignore", selection_mode="multi-row",
                  height=table_height(len(rows), 458))  # fmt: skip
    clients_below(key, rows, page=page, total=total)
    return [rows[number] for number in chosen["selection"]["rows"] if number < len(rows)] if selectable else []


def loss_frame(frame: Frame, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return the columns of the list, words in the reader's language and amounts in yuan."""
    reasons, kinds = labels(LossReason), {code: label(ClientKind, code) for code in ClientKind}
    return pd.DataFrame({
        "client": client_addresses(frame, [row["client_no"] for row in rows]),
        "name": [row["name"] for row in rows],
        "lost_on": [row["lost_on"] for row in rows],
        "reason": [reasons.get(row["reason"]) for row in rows],
        "income": [yuan(row["income_before_fen"]) for row in rows],
        "assets": [yuan(row["assets_before_fen"]) for row in rows],
        "tier": [row["tier_then"] for row in rows],
        "holders": [row["holders"] or None for row in rows],
        "office": [row["office"] for row in rows],
        "kind": [kinds[row["client_kind"]] for row in rows],
        "returned": [row["returned_on"] for row in rows],
        "note": [row["note"] for row in rows],
    })  # fmt: skip


def _columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Name"), pinned=True, width=90),
        "lost_on": config.DateColumn(_("Lost on"), format="YYYY-MM-DD"),
        "reason": config.TextColumn(_("Reason"), width=120),
        "income": config.NumberColumn(_("Net income, 12 months before (yuan)"), format="accounting"),
        "assets": config.NumberColumn(_("Assets the month before (yuan)"), format="accounting"),
        "tier": config.TextColumn(_("Tier before"), width="small", help=_("The tier of the month before the loss.")),
        "holders": config.TextColumn(_("Holders"), width=120, help=_("The newest holders, present or last.")),
        "office": config.TextColumn(_("Business office")),
        "kind": config.TextColumn(_("Kind")),
        "returned": config.DateColumn(_("Back on"), format="YYYY-MM-DD"),
        "note": config.TextColumn(_("Note")),
    }


def rows_gone(frame: Frame, months: Iterable[int]) -> bool:
    """Say, where a publication of the past no longer keeps the clients' rows of some months, that they are gone."""
    if frame.generation.is_current:
        return False
    kept = all(past_reads.has_clients(frame.generation.generation_id, month, frame.scope.key) for month in months)
    return says_rows_gone(replace(frame, has_clients=kept))


def span_words(months: Sequence[int]) -> str:
    """Write a span of months as one text."""
    first, last = month_text(months[0]), month_text(months[-1])
    return first if first == last else f"{first} – {last}"
