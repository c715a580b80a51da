"""The watch list: clients below the line of the tier they still hold, and what takes them off it (R-53)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.narrowing import narrow_clients
from data_access.reads.watch import read_watch, watch_filter
from domain.months import month_text
from domain.policies import RuleSet
from domain.words import ClientKind
from metrics.units import YUAN, write_value
from pages._ui import cached, states
from pages._ui.components import card, how_made
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.filters import choices, switch
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import client_address, export_params
from pages._ui.lists import clients_below, position
from pages._ui.tables import yuan
from pages._ui.texts import _, label
from pages._ui.tiers import reads as tiers_reads

WHICH = {"all": "All on watch", "falling": "About to fall"}
KEY = "watch_clients"


def show(frame: Frame) -> None:
    """Draw the view."""
    pinned = (frame.generation.generation_id, frame.month)
    rules = tiers_reads.rules_of(*pinned, frame.scope.key)
    counts = tiers_reads.watch_counts(*pinned, frame.scope.key, frame.profile.kinds, frame.profile.tiers)
    if rules.watch_months:
        st.caption(_explained(rules))
    if not counts:
        states.nothing_to_do(
            _("Nobody stands below the line of the tier held.")
            if rules.watch_months
            else _("Nobody is on watch: by the rules of this month a tier falls at once.")
        )
        how_made(frame, ["clients_on_watch"], by=["tier"])
        return
    _cards(frame, counts, rules)
    with card(_("Clients on watch"), _("The most valuable first; a number opens the client.")):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            which = switch("which", _("Which"), {code: _(words) for code, words in WHICH.items()}, default="all")
            tiers = choices("tier", _("Tier held"), {code: code for code in ("A", "B")}, width=150)
        _list(frame, rules, which, tiers)
        export_button(_("Export the whole list"), "watch_list", export_params(frame, which=which, tier=tiers),
                      key="export")  # fmt: skip
        how_made(frame, ["clients_on_watch"], by=["tier"])


def _explained(rules: RuleSet) -> str:
    return _(
        "Upwards a client moves at once. Below the line it keeps its tier for {months} month-ends and falls at the "
        "next one; reaching the line of a month-end takes it off the list (rule version {version}).",
        months=rules.watch_months,
        version=rules.version,
    )


def _cards(frame: Frame, counts: dict[tuple[str, int], tuple[int, int]], rules: RuleSet) -> None:
    def total(*, tier: str = "", last: bool = False) -> tuple[int, int]:
        kept = [found for (held, months), found in counts.items()
                if (not tier or held == tier) and (not last or months >= rules.watch_months)]  # fmt: skip
        return sum(count for count, _fen in kept), sum(fen for _count, fen in kept)

    with st.container(horizontal=True, gap="small"):
        for words, (count, fen) in (
            (_("On watch in tier A"), total(tier="A")), (_("On watch in tier B"), total(tier="B")),
            (_("About to fall"), total(last=True)),
        ):  # fmt: skip
            with st.container(border=True, width=164, gap="xsmall"):
                st.metric(words, f"{count:,}")
                st.caption(_("{value} net income, 12 months",
                             value=write_value(Decimal(fen) / 100, YUAN, frame.language)))  # fmt: skip


def _list(frame: Frame, rules: RuleSet, which: str, tiers: tuple[str, ...]) -> None:
    kept = narrow_clients(watch_filter(rules, falling=which == "falling", tiers=tiers), frame.profile)
    total = cached.client_count(frame.generation.generation_id, frame.month, frame.scope.key, kept)
    if not total:
        states.nothing_to_do(_("Nobody falls at the next month-end."))
        return
    page, after = position(KEY, kept, frame)
    with db().reading() as connection:
        rows = read_watch(connection, frame.generation, frame.month, frame.scope, kept, after=after)
    table = watch_frame(frame, rows)
    config = st.column_config
    grid(table, key=f"{KEY}_{page}", height=table_height(len(rows), 458), column_config={
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Name"), pinned=True),
        "tier": config.TextColumn(_("Tier held"), width="small"),
        "value": config.NumberColumn(_("Net income, 12 months (yuan)"), format="accounting"),
        "line": config.NumberColumn(_("Line (yuan)"), format="accounting"),
        "watched": config.ProgressColumn(_("Months below"), format=f"%d / {rules.watch_months}", min_value=0,
                                         max_value=max(rules.watch_months, 1), width="small"),
        "off": config.NumberColumn(_("Takes it off: yuan more"), format="accounting",
                                   help=_("What the value lacks to the line as it stands now.")),
        "by": config.TextColumn(_("By the end of"), width="small"),
        "goal": config.TextColumn(_("Else falls to"), width="small"),
        "office": config.TextColumn(_("Business office")), "kind": config.TextColumn(_("Kind")),
        "holders": config.TextColumn(_("Holders")),
    })  # fmt: skip
    clients_below(KEY, rows, page=page, total=total)


def watch_frame(frame: Frame, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Return the columns of the watch list, words in the reader's language and amounts in yuan."""
    return pd.DataFrame({
        "client": [client_address(frame, row["client_no"]) for row in rows],
        "name": [row["name"] for row in rows],
        "tier": [row["tier"] for row in rows],
        "value": [yuan(row["value_fen"]) for row in rows],
        "line": [yuan(row["line_fen"]) for row in rows],
        "watched": [row["watch_count"] for row in rows],
        "off": [yuan(row["short_fen"]) for row in rows],
        "by": [month_text(row["falls_in"]) for row in rows],
        "goal": [row["line_tier"] for row in rows],
        "office": [row["office"] for row in rows],
        "kind": [label(ClientKind, row["client_kind"]) for row in rows],
        "holders": [row["holders"] or None for row in rows],
    })  # fmt: skip
