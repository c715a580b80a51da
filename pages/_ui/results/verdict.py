"""The verdict in one sentence, and both groups side by side."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from domain.holdout import Arm
from metrics.figures.results import interval_figure
from metrics.language import translator
from metrics.results import Comparison
from metrics.results.picks import pick_clients
from metrics.results.tables import arm_rows, change_rows
from metrics.results.words import BAD, GOOD, days_sentence, headline, points, signed_points
from metrics.units import YUAN, write_value
from metrics.uplift import Uplift
from pages._ui.components import card, chart
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.results.rows import hint, picked_cell, show_clients
from pages._ui.texts import _, labels, plain

ICONS = {GOOD: ":material/check_circle:", BAD: ":material/cancel:"}
FEW_BACK = 60
"""Held-back clients back below which the interval of the net inflow holds the truth less often than it says."""


def show_verdict(frame: Frame, results: Comparison) -> None:
    """Draw the verdict, the day compared and what was left out."""
    translate = translator(frame.language)
    said = headline(results, translate)
    box = {GOOD: st.success, BAD: st.error}.get(said.tone, st.info)
    box(f"**{plain(said.text)}**", icon=ICONS.get(said.tone, ":material/help:"))
    parts = [days_sentence(results, translate)]
    names = {one.campaign_no: one.name for one in results.campaigns}
    if len(names) > 1:
        parts.append(_("{count} campaigns put together: the differences within each, averaged.", count=len(names)))
    if results.waiting and results.days is not None:
        parts.append(_("Left out, without a month since the draw: {names}.", names=_(", ").join(
            names[one] for one in results.waiting)))  # fmt: skip
    unheld = [one for one in results.unheld if one not in results.waiting]
    if unheld and len(unheld) < len(names) - len(results.waiting):
        parts.append(_("Left out of the comparison, nobody was held back: {names}.", names=_(", ").join(
            names[one] for one in unheld)))  # fmt: skip
    unknown = results.unknown_task + results.unknown_held
    if unknown:
        parts.append(_("{task} to be contacted and {held} held back are left out: a month is missing.",
                       task=f"{results.unknown_task:,}", held=f"{results.unknown_held:,}"))  # fmt: skip
    st.caption(" ".join(parts))


def show_groups(frame: Frame, results: Comparison) -> None:
    """Draw both groups, their difference with its interval, and the rows behind a number."""
    uplift = results.uplift
    if uplift is None:
        st.text(
            _(
                "Drawn: {task} to be contacted, {held} held back. Both groups stand here side by side as soon as the "
                "first month after the draw is in.",
                task=f"{results.drawn_task:,}",
                held=f"{results.drawn_held:,}",
            )
        )
        return
    keep = results.is_retention
    with card(
        _("With contact and without"), _("Every client counts in the group it was drawn into, whatever was done.")
    ):
        arms, config = labels(Arm), st.column_config
        rows = arm_rows(results)
        back = _("Stayed") if keep else _("Came back")
        table = pd.DataFrame({
            "group": [arms[row["arm"]] for row in rows],
            "clients": [row["clients"] for row in rows],
            "returned": [row["returned"] for row in rows],
            "ratio": [row["returned_ratio"] for row in rows],
            "net": [None if row["net_inflow_yuan"] is None else float(row["net_inflow_yuan"]) for row in rows],
            "contacted": [row["contacted"] for row in rows],
            "unknown": [row["unknown"] for row in rows],
        })  # fmt: skip
        cell = picked_cell(table, key="results_groups", columns={
            "group": config.TextColumn(_("Group"), pinned=True),
            "clients": config.NumberColumn(_("Clients"), format="localized"),
            "returned": config.NumberColumn(back, format="localized"),
            "ratio": config.NumberColumn(_("Proportion"), format="percent"),
            "net": config.NumberColumn(_("Net inflow per client (yuan)"), format="accounting"),
            "contacted": config.NumberColumn(_("Contacted"), format="localized"),
            "unknown": config.NumberColumn(_("Not known"), format="localized"),
        })  # fmt: skip
        hint()
        if uplift.held_count and uplift.contaminated:
            st.warning(_("{count} of {held} held-back clients ({share}) were contacted all the same; the difference is "
                         "rather larger than it looks.", count=f"{uplift.contaminated:,}",
                         held=f"{uplift.held_count:,}", share=f"{uplift.contamination:.1%}"),
                       icon=":material/warning:")  # fmt: skip
        _differences(frame, uplift, keep=keep)
        if cell is not None:
            row, column = cell
            arm = rows[row]["arm"]
            show_clients(frame, f"{arms[arm]} · {_column_words(column, back)}", _behind(results, arm, column),
                         key="results_group_rows")  # fmt: skip
    _change(results)


def _behind(results: Comparison, arm: str, column: str) -> list[Any]:
    kept: dict[str, Any] = {"returned": {"returned": True}, "ratio": {"returned": True},
                            "contacted": {"contacted": True}, "unknown": {"known": False}}.get(column, {})  # fmt: skip
    return pick_clients(results, arm=arm, **kept)


def _column_words(column: str, back: str) -> str:
    words = {"returned": back, "ratio": back, "contacted": _("Contacted"), "unknown": _("Not known")}
    return words.get(column, _("Clients"))


def _differences(frame: Frame, uplift: Uplift, *, keep: bool) -> None:
    if uplift.difference is None:
        return
    with st.container(horizontal=True):
        with st.container(width=420):
            unit = _("percentage points")
            st.markdown(f"**{_('Difference in clients who stayed') if keep else _('Difference in clients back')}**")
            st.caption(_("{difference} {unit}; with 95 % certainty between {low} and {high}.",
                         difference=signed_points(uplift.difference), unit=unit, low=signed_points(uplift.low or 0.0),
                         high=signed_points(uplift.high or 0.0)))  # fmt: skip
            chart(frame, interval_figure, uplift.difference, uplift.low, uplift.high, key="results_difference",
                  zero=_("no difference"), title=_("Share with contact minus without"),
                  text=signed_points(uplift.difference), line=uplift.worthwhile,
                  line_text=_("worth it: {points}", points=points(uplift.worthwhile)), ratio=True,
                  alt=_("Difference of the groups with its interval"))  # fmt: skip
        inflow = uplift.inflow
        if inflow is not None:
            with st.container(width=420):
                st.markdown(f"**{_('Difference in net inflow per client')}**")
                amounts = [None if one is None else one / 100 for one in (inflow.difference_fen, inflow.low_fen,
                                                                          inflow.high_fen)]  # fmt: skip
                words = [_signed(one, frame.language) for one in amounts]
                st.caption(_("{difference}; with 95 % certainty between {low} and {high}.", difference=words[0],
                             low=words[1], high=words[2]) if amounts[1] is not None
                           else _("{difference}; too few people for an interval.", difference=words[0]))  # fmt: skip
                chart(frame, interval_figure, *amounts, key="results_inflow", zero=_("no difference"),
                      title=_("Yuan per client, with contact minus without"), text=words[0],
                      alt=_("Difference in net inflow with its interval"))  # fmt: skip
                if uplift.held_returned < FEW_BACK and amounts[1] is not None:
                    st.caption(_("A few clients bring most of the money. With {count} held-back clients back the range "
                                 "is rather too narrow: in trials it held the truth 9 times of 10.",
                                 count=uplift.held_returned))  # fmt: skip


def _signed(amount: float | None, language: str) -> str:
    text = write_value(amount, YUAN, language).replace("-", "−")
    return f"+{text}" if amount is not None and amount > 0 else text


def _change(results: Comparison) -> None:
    """Draw before and after, only where the group without contact stands beside it."""
    rows = change_rows(results)
    if not rows:
        return
    with st.expander(_("Before and after, both groups"), icon=":material/compare_arrows:", type="compact"):
        st.caption(_("Means per client and month over {months} months before the month of the draw and from it on. "
                     "What the held-back clients gained came without any call: only the rest can be due to the calls.",
                     months=rows[0]["months"]))  # fmt: skip
        arms, config = labels(Arm), st.column_config
        grid(pd.DataFrame({
            "group": [arms[row["arm"]] for row in rows], "clients": [row["clients"] for row in rows],
            "before": [float(row["before_yuan"]) for row in rows], "after": [float(row["after_yuan"]) for row in rows],
            "traded_before": [row["traded_before"] for row in rows],
            "traded_after": [row["traded_after"] for row in rows],
        }), key="results_change", column_config={
            "group": config.TextColumn(_("Group")), "clients": config.NumberColumn(_("Clients"), format="localized"),
            "before": config.NumberColumn(_("Net inflow before (yuan)"), format="accounting"),
            "after": config.NumberColumn(_("Net inflow after (yuan)"), format="accounting"),
            "traded_before": config.NumberColumn(_("Traded before"), format="localized"),
            "traded_after": config.NumberColumn(_("Traded after"), format="localized"),
        })  # fmt: skip
