"""Value segments: the most valuable clients, the others, the most valuable that were lost, and who may come."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.segments import SegmentSums
from domain.segments import ValueSegment
from metrics.catalogue import METRICS
from metrics.figures.tiers import segment_figure
from metrics.segments import SegmentTable
from metrics.units import NO_DATA, YUAN, write_value
from pages._ui import states
from pages._ui.components import card, chart
from pages._ui.exports import export_button
from pages._ui.filters import switch
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.links import export_params, link
from pages._ui.lists import client_filter, show_clients
from pages._ui.profiles.narrow import says_not_narrowed
from pages._ui.texts import _, label, labels
from pages._ui.tiers import reads as tiers_reads

COLUMNS = ["client", "name", "office", "kind", "status", "tier", "tier_before", "value", "assets", "since", "holders",
           "task"]  # fmt: skip
_WITH_ACCOUNT = [segment.value for segment in ValueSegment if segment is not ValueSegment.POTENTIAL]


def show(frame: Frame) -> None:
    """Draw the view."""
    table = tiers_reads.segments(frame.generation.generation_id, frame.month, frame.scope.key, frame.profile.kinds)
    says_not_narrowed(frame, tiers=True)
    if not table.total.clients:
        states.no_data_for_date(_("No client stands inside this scope at {month}.", month=frame.as_of))
        return
    _cards(frame, table)
    left, right = st.columns([3, 2])
    with left, card(_("Contributing clients"),
                    _("Everybody with an account, one class each: what each brings, together 100 %.")):  # fmt: skip
        grid(_lines(frame, table), key="segment_rows")
        st.caption(
            _(
                "Most valuable: tier A and not lost. Lost most valuable: tier A before they were lost. Other: all the "
                "rest, {lost} lost ones included. Net income is that of the trailing 12 months, of lost clients too.",
                lost=f"{sum(line.sums.lost for line in table.lines if line.segment is ValueSegment.OTHER):,}",
            )
        )
    with right, card(_("Shares"), _("Clients, trailing net income and assets by segment.")):
        chart(frame, segment_figure, _shares(table), key="segments", alt=_("Shares"))
    with card(_("Clients of a segment"), _("The most valuable first; a number opens the client.")):
        names = {code: words for code, words in labels(ValueSegment).items() if code in _WITH_ACCOUNT}
        segment = switch("segment", _("Segment"), names, default=ValueSegment.LOST_VALUABLE.value)
        show_clients(frame, client_filter(segment=segment), COLUMNS, order="value", key="segment_clients",
                     empty=_("This segment is empty."))  # fmt: skip
        export_button(_("Export the whole list"), "segment_list", export_params(frame, segment=segment), key="export")


def _cards(frame: Frame, table: SegmentTable) -> None:
    with st.container(horizontal=True, gap="small"):
        for line in table.lines:
            words = _("{count} in the last 12 months", count=f"{line.sums.lost_since:,}") \
                if line.segment is ValueSegment.LOST_VALUABLE else ""  # fmt: skip
            with st.container(border=True, width=164, gap="xsmall"):
                st.metric(label(ValueSegment, line.segment), f"{line.sums.clients:,}")
                st.caption(words or _("{share} % of all", share=_percent(line.clients_share)))
        with st.container(border=True, width=164, gap="xsmall"):
            st.metric(label(ValueSegment, ValueSegment.POTENTIAL), f"{table.prospects:,}")
            link(frame, "tiers", _("Prospects open today"), view="prospects")


def _lines(frame: Frame, table: SegmentTable) -> pd.DataFrame:
    clients, income, assets = _("Persons"), *(_(METRICS[key].label) for key in ("net_income", "assets"))

    def line(words: str, sums: SegmentSums, shares: Sequence[Decimal | None]) -> dict[str, Any]:
        amounts = [write_value(Decimal(fen) / 100, YUAN, frame.language) for fen in (sums.value_fen, sums.assets_fen)]
        return {_("Segment"): words, clients: f"{sums.clients:,}", f"{clients} %": _percent(shares[0]),
                income: amounts[0], f"{income} %": _percent(shares[1]), assets: amounts[1],
                f"{assets} %": _percent(shares[2])}  # fmt: skip

    rows = [
        line(label(ValueSegment, one.segment), one.sums, (one.clients_share, one.value_share, one.assets_share))
        for one in table.lines
    ]
    first = table.lines[0]
    whole = [None if share is None else Decimal(100)
             for share in (first.clients_share, first.value_share, first.assets_share)]  # fmt: skip
    return pd.DataFrame([*rows, line(_("Total"), table.total, whole)])


def _shares(table: SegmentTable) -> dict[str, dict[str, float]]:
    """Return the shares 0-1 of every segment per measure that has a total."""
    names = {"clients": "clients_share", "net_income": "value_share", "assets": "assets_share"}
    found: dict[str, dict[str, float]] = {}
    for key, name in names.items():
        parts = {label(ValueSegment, line.segment): getattr(line, name) for line in table.lines}
        if None not in parts.values():
            found[_(METRICS[key].label)] = {words: float(share) / 100 for words, share in parts.items()}
    return found


def _percent(share: Decimal | None) -> str:
    return NO_DATA if share is None else f"{share:.1f}"
