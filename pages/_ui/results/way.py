"""The way of the tasks: funnel, cohorts by month of hand-out, days and returned assets."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from domain.months import month_text
from domain.words import Status
from metrics.figures.results import funnel_figure
from metrics.results import CampaignResults
from metrics.results.picks import pick_tasks
from metrics.units import RATIO, YUAN, write_value
from metrics.uplift import FunnelStep
from pages._ui import states
from pages._ui.components import card, chart
from pages._ui.filters import choice
from pages._ui.frame import Frame
from pages._ui.results.rows import hint, picked_cell, show_tasks
from pages._ui.texts import _, labels


def show_way(frame: Frame, results: CampaignResults) -> None:
    """Draw how far the tasks came, and the rows behind a number."""
    if not results.tasks:
        states.nothing_to_do(_("Nothing was handed out from these campaigns by this day."))
        return
    _numbers(frame, results)
    with card(_("From hand-out to activity"), _("Who reached a step has passed those before it. The last three are out "
                                               "of the recognised of whom the day has come.")):  # fmt: skip
        words, config = labels(FunnelStep), st.column_config
        steps = results.funnel.steps
        chart(frame, funnel_figure, tuple((words[one.step.value], one.count, one.of) for one in steps),
              none=_("not yet"), key="results_funnel", alt=_("The way of the tasks"))  # fmt: skip
        table = pd.DataFrame({"step": [words[one.step.value] for one in steps], "count": [one.count for one in steps],
                              "of": [one.of for one in steps], "share": [one.ratio for one in steps]})  # fmt: skip
        cell = picked_cell(table, key="results_steps", columns={
            "step": config.TextColumn(_("Step"), pinned=True),
            "count": config.NumberColumn(_("How many"), format="localized"),
            "of": config.NumberColumn(_("Out of"), format="localized"),
            "share": config.NumberColumn(_("Proportion"), format="percent"),
        })  # fmt: skip
        hint()
        if cell is not None:
            step = steps[cell[0]].step
            show_tasks(frame, words[step.value], pick_tasks(results, step=step), key="results_step_rows")
    _cohorts(frame, results)


def _numbers(frame: Frame, results: CampaignResults) -> None:
    funnel = results.funnel
    expired = pick_tasks(results, unregistered=True)
    cards = [
        (_("Median days"), "–" if funnel.median_days is None else f"{funnel.median_days:,.0f}",
         _("From the hand-out to the first day of the recognised relationship (K-58).")),
        (_("Returned assets, 30 days"), _amount(frame, funnel.returned_30_fen, funnel.returned_30_of),
         _("Inflow of {count} recognised clients from the month of the recognition to the month-end nearest to day 30 "
           "(K-59).", count=f"{funnel.returned_30_of:,}")),
        (_("Returned assets, 90 days"), _amount(frame, funnel.returned_90_fen, funnel.returned_90_of),
         _("Inflow of {count} recognised clients from the month of the recognition to the month-end nearest to day 90 "
           "(K-59).", count=f"{funnel.returned_90_of:,}")),
        (_("Ran out unregistered"), f"{len(expired):,}",
         _("{share} of the tasks ran out without a pre-registration (K-58).",
           share=write_value(len(expired) / len(results.tasks), RATIO, frame.language))),
    ]  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for words, value, told in cards:
            st.metric(words, value, border=True, width=200, help=told)


def _amount(frame: Frame, fen: int, of: int) -> str:
    return write_value(fen / 100, YUAN, frame.language) if of else "–"


def _cohorts(frame: Frame, results: CampaignResults) -> None:
    told = _("How many of a month's tasks were recognised by the end of that month, of the next, and so on; a dash "
             "where the month is not known yet.")  # fmt: skip
    with card(_("By month of hand-out"), told):
        kinds = {code: words for code, words in labels(Status).items() if code in results.cohorts}
        kind = choice("pool_kind", _("Why in the pool"), kinds) or "" if len(kinds) > 1 else ""
        cohorts, config = results.cohorts.get(kind, ()), st.column_config
        months = len(cohorts[0].recognised) if cohorts else 0
        table = pd.DataFrame({
            "month": [month_text(one.month) for one in cohorts],
            "handed": [one.handed_out for one in cohorts],
            **{f"after_{number}": [one.recognised[number] for one in cohorts] for number in range(months)},
            "share": [_last(one.ratios) for one in cohorts],
        })  # fmt: skip
        for number in range(months):
            table[f"after_{number}"] = table[f"after_{number}"].astype("Int64")
        cell = picked_cell(table, key=f"results_cohorts_{kind}", columns={
            "month": config.TextColumn(_("Handed out in"), pinned=True),
            "handed": config.NumberColumn(_("Handed out"), format="localized"),
            **{f"after_{number}": config.NumberColumn(
                _("Same month") if number == 0 else _("+{count} months", count=number), format="localized")
               for number in range(months)},
            "share": config.NumberColumn(_("Recognised"), format="percent"),
        })  # fmt: skip
        hint()
        if cell is None:
            return
        cohort, column = cohorts[cell[0]], cell[1]
        known = [number for number, count in enumerate(cohort.recognised) if count is not None]
        after = int(column.removeprefix("after_")) if column.startswith("after_") else None
        after = max(known, default=None) if column == "share" else after
        show_tasks(frame, month_text(cohort.month), pick_tasks(results, month=cohort.month, pool_status=kind,
                                                               recognised_after=after),
                   key="results_cohort_rows")  # fmt: skip


def _last(ratios: tuple[float | None, ...]) -> float | None:
    return next((one for one in reversed(ratios) if one is not None), None)
