"""How long clients stay: Kaplan-Meier curves by tier and the share kept of every opening quarter."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from domain.months import month_add, month_text
from metrics.figures.lifecycle import heat_figure, survival_figure
from metrics.survival import Cohort, SurvivalCurve
from pages._ui import states
from pages._ui.components import card, chart
from pages._ui.filters import choice
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.lifecycle import reads as lifecycle_reads
from pages._ui.lifecycle.losses import rows_gone
from pages._ui.profiles.narrow import says_not_narrowed
from pages._ui.texts import _

SPANS = (12, 24, 36)
STEP = 6
"""Months between two columns of the number at risk."""


def show(frame: Frame) -> None:
    """Draw the view."""
    if rows_gone(frame, [month for month in frame.generation.builds if month <= frame.month]):
        return
    explained = _("Kaplan–Meier: share of the clients of the first month's end not lost since, by the tier they had "
                  "then; bands hold the true share with 95 % confidence.")  # fmt: skip
    with card(_("How long clients stay"), explained):
        _curves(frame)
    explained = _(
        "Of the clients opened here in a quarter, how many of a hundred are clients at each quarter's end since."
    )
    with card(_("Share kept by opening quarter"), explained):
        _cohorts(frame)


def _curves(frame: Frame) -> None:
    months = sorted(month for month in frame.generation.builds if month < frame.month)
    if not months:
        states.no_data_for_date(_("No earlier month is published."))
        return
    spans = [month_add(frame.month, -span) for span in SPANS]
    starts = sorted({month for month in spans if month in frame.generation.builds} | {months[0]}, reverse=True)
    offered = {month_text(month): month_text(month) for month in starts}
    usual = month_text(max(months[0], month_add(frame.month, -36)))
    chosen = choice("start", _("Clients of"), offered, default=usual, width=140) or usual
    curves = lifecycle_reads.survival(frame.generation.generation_id, int(chosen.replace("-", "")), frame.month,
                                      frame.scope.key, frame.profile.kinds, frame.profile.tiers)  # fmt: skip
    if not curves:
        states.no_data_for_date(_("No client stands inside this scope at {month}.", month=chosen))
        return
    names = {group: _("Tier {tier}", tier=group) for group in curves}
    chart(frame, survival_figure, curves, names, x_title=_("Months since {month}", month=chosen),
          y_title=_("Share not lost"), key="survival", alt=_("How long clients stay"))  # fmt: skip
    grid(_at_risk(curves, names), key="at_risk")
    st.caption(_("The tier is that of the first month, so that nobody's group is the fruit of having stayed; a client "
                 "who comes back counts as lost once. Median: months after which half are lost."))  # fmt: skip


def _at_risk(curves: dict[str, SurvivalCurve], names: dict[str, str]) -> pd.DataFrame:
    """Return per tier clients, losses, median and how many were still watched after every half year."""
    longest = max(curve.months[-1] for curve in curves.values())
    rows = []
    for group, curve in curves.items():
        median = _("not reached") if curve.median is None else f"{curve.median:g}"
        row = {_("Tier"): names[group], _("Clients"): f"{curve.clients:,}", _("Lost"): f"{curve.lost:,}",
               _("Median (months)"): median}  # fmt: skip
        for month in range(0, longest + 1, STEP):
            place = next((index for index, known in enumerate(curve.months) if known >= month), None)
            row[_("At risk, month {month}", month=month)] = "0" if place is None else f"{curve.at_risk[place]:,}"
        rows.append(row)
    return pd.DataFrame(rows)


def _cohorts(frame: Frame) -> None:
    found = lifecycle_reads.opening_cohorts(frame.generation.generation_id, frame.month, frame.scope.key,
                                            frame.profile.kinds)  # fmt: skip
    says_not_narrowed(frame, tiers=True)
    shown = [cohort for cohort in found if cohort.kept]
    if not shown:
        states.no_data_for_date(_("No quarter of openings is published in full."))
        return
    width = max(len(cohort.kept) for cohort in shown)
    values = [[*cohort.kept, *[None] * (width - len(cohort.kept))] for cohort in shown]
    texts = [[f"{share * 100:.0f}" if share is not None else "" for share in line] for line in values]
    hover = [[_kept(share, cohort.opened) for share in line] for cohort, line in zip(shown, values, strict=True)]
    low = min(share for cohort in shown for share in cohort.kept)
    chart(frame, heat_figure, tuple(_quarter(cohort) for cohort in shown), tuple(str(k) for k in range(width)), values,
          texts, hover=hover, x_title=_("Quarters since opening"), y_title="", low=low - 0.02,
          high=1.0, key="cohorts", alt=_("Share kept by opening quarter"))  # fmt: skip


def _kept(share: float | None, opened: int) -> str:
    return "" if share is None else f"{share:.1%} · {round(share * opened):,} / {opened:,}"


def _quarter(cohort: Cohort) -> str:
    return f"{cohort.quarter // 100} Q{cohort.quarter % 100 // 3}"
