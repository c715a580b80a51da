"""The working calendar (R-12): how far it reaches, which days count, the days of a year that are odd."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.commands.calendar import choose_working_days
from data_access.reads.working_days import (
    LOW_DAYS,
    CalendarMonth,
    read_calendar_horizon,
    read_calendar_year,
    read_odd_days,
    read_working_day_kind,
)
from domain.calendar import WorkingDayKind
from domain.months import month_text
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.filters import switch
from pages._ui.grid import grid
from pages._ui.navigation import screen_page
from pages._ui.session import actor
from pages._ui.texts import _, label, labels

YEARS_BACK, YEARS_AHEAD = 3, 1


def show_alert(*, is_hq: bool) -> None:
    """Warn when the calendar ends soon: rules refuse to count days that nobody has published."""
    today = business_date()
    with db().reading() as connection:
        horizon = read_calendar_horizon(connection, today)
    if not horizon.is_low:
        return
    st.warning(
        _("There is no calendar for {year}: make-ups cannot be counted until it is loaded.", year=today.year)
        if horizon.last_day is None
        else _("The calendar ends on {day}: {count} days are left, fewer than {low}. Load the days of the next year.",
               day=horizon.last_day.isoformat(), count=horizon.days_left, low=LOW_DAYS),
        icon=":material/event_busy:",
    )  # fmt: skip
    if is_hq:
        st.page_link(screen_page("data"), label=_("Load the calendar on the Data page"), icon=":material/upload_file:")


def show_calendar(*, is_hq: bool) -> None:
    """Draw the view."""
    today = business_date()
    years = {str(year): str(year) for year in range(today.year - YEARS_BACK, today.year + YEARS_AHEAD + 1)}
    st.caption(_("Working days count from the day after the event. Days that the firm has loaded win over the "
                 "published calendar; a year that nobody has published is refused, never guessed."))  # fmt: skip
    year = int(switch("year", _("Year"), years, default=str(today.year)))
    with db().reading() as connection:
        kind = read_working_day_kind(connection)
        months = read_calendar_year(connection, year)
        odd = read_odd_days(connection, year)
    left, right = st.columns([3, 2])
    with left, st.container(border=True, height="stretch"):
        st.subheader(_("Working days of {year}", year=year), anchor=False)
        st.caption(_("What counts: {kind}.", kind=label(WorkingDayKind, kind)))
        grid(_table(months), key=f"calendar_{year}", height="content")
        if months[0].working is None:
            st.warning(_("Nobody has published the days of {year}.", year=year), icon=":material/event_busy:")
    with right, st.container(border=True, height="stretch"):
        st.subheader(_("Days unlike their weekday"), anchor=False)
        st.caption(_("Weekdays without work, and weekends with work."))
        names = [_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun")]
        grid(pd.DataFrame({
            _("Day"): [day for day, _works in odd],
            _("Weekday"): [names[day.weekday()] for day, _works in odd],
            _("Counts"): [_("working day") if works else _("free") for _day, works in odd],
        }), key=f"odd_{year}", height=455)  # fmt: skip
    if is_hq:
        _choose(kind)


def _table(months: list[CalendarMonth]) -> pd.DataFrame:
    columns = {_("Trading days"): [one.trading for one in months],
               _("Official working days"): [one.official for one in months],
               _("Counted"): [one.working for one in months]}  # fmt: skip
    sums = [None if None in values else sum(values) for values in columns.values()]
    return pd.DataFrame({
        _("Month"): [*(month_text(one.month) for one in months), _("Whole year")],
        **{name: [*values, whole] for (name, values), whole in zip(columns.items(), sums, strict=True)},
        _("Loaded by the firm"): [*(one.own_days for one in months), sum(one.own_days for one in months)],
    })  # fmt: skip


def _choose(kind: WorkingDayKind) -> None:
    words = labels(WorkingDayKind)
    with st.container(border=True):
        st.subheader(_("Which days count"), anchor=False)
        st.caption(_("The rule book says seven working days without naming a calendar. What was decided before stays."))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            chosen = st.selectbox(_("Working days"), list(words), index=list(words).index(kind.value), width=260,
                                  format_func=lambda code: words[code], key="working_day_kind")  # fmt: skip
            if st.button(_("Publish"), icon=":material/publish:", disabled=chosen == kind.value, key="kind_publish"):
                done = attempt(lambda: choose_working_days(db(), actor=actor(), kind=str(chosen)) or True)
                if done:
                    st.rerun()
