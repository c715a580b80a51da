"""Which campaigns the Results page puts together, and on which day after the draw they are compared."""

from __future__ import annotations

from datetime import date

import streamlit as st

from data_access.clock import business_date
from domain.months import month_end
from metrics.results import Comparison
from pages._ui import states
from pages._ui.filters import choices, switch
from pages._ui.frame import Frame
from pages._ui.links import link
from pages._ui.results import reads
from pages._ui.texts import _

DAYS = {"own": "Day of the campaign", "30": "Day 30", "60": "Day 60", "90": "Day 90"}


def as_of_day(frame: Frame) -> date:
    """Return the day up to which everything counts: today for the newest month, else the month's last day."""
    newest = frame.generation.is_current and frame.month == frame.generation.last_month
    return business_date() if newest else month_end(frame.month)


def chosen(frame: Frame) -> tuple[Comparison, reads.Asked]:
    """Draw the choice; return the comparison and what was asked for. Stops where there is nothing to show."""
    as_of = as_of_day(frame)
    known = reads.campaigns(frame.generation.generation_id, frame.scope.key, as_of)
    if not known:
        states.no_data_for_date(_("No campaign was drawn by this day within your scope."))
        st.caption(_("A campaign is made from a list: reactivation pool, churn, warnings or Explore."))
        link(frame, "hand_out", _("Hand out"))
        st.stop()
    names = {one.campaign_no: f"{one.name} · {one.drawn_on:%Y-%m-%d}" for one in known}
    # the newest one that has a month since its draw says most
    first = next((one for one in known if one.known_days is not None), known[0])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        picked = choices("campaign", _("Campaigns"), names, width=460, placeholder=names[first.campaign_no])
        days = switch("day", _("Compared on"), {code: _(words) for code, words in DAYS.items()}, default="own")
    numbers = tuple(sorted(picked or (first.campaign_no,)))
    horizon = None if days == "own" else int(days)
    with st.spinner(_("Comparing the groups …"), show_time=False):
        asked = reads.asked_for(frame.generation.generation_id, frame.scope.key, numbers, as_of, horizon, known)
        return reads.comparison(asked, known), asked


def exported(asked: reads.Asked) -> dict[str, object]:
    """Return what repeats the choice in an export."""
    _generation, _reach, numbers, _as_of, days, _pulse, _content = asked
    return {"campaign": list(numbers), "days": days}
