"""Who will be away: a strip of the next weeks, and qualifications that end."""

from __future__ import annotations

from datetime import timedelta

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from domain.capacity import ABSENCE_DAYS, EXPIRY_DAYS, is_ending
from domain.words import QualificationKind
from metrics.figures.capacity import MOST_PEOPLE, AwayBar, away_figure
from pages._ui import states
from pages._ui.capacity import reads
from pages._ui.capacity.words import qualification_end
from pages._ui.components import card, chart
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.texts import _, label


def show(frame: Frame) -> None:
    """Draw the absences of the next weeks and the qualifications that end."""
    rows, today = reads.read_people(frame), business_date()
    kept = reads.choose(rows)
    shown = [row for row in rows if kept.keeps(row)]
    left, right = st.columns([3, 2])
    with left, card(_("Absences of the next {days} days", days=ABSENCE_DAYS),
                    _("Who is away today comes first; nobody is handed tasks while away.")):  # fmt: skip
        bars = [AwayBar(f"{row.name} {row.staff_no}", away.from_on, away.to_on, away.reason or "")
                for row in shown for away in row.load.away]  # fmt: skip
        bars.sort(key=lambda bar: (bar.from_on, bar.name))
        if bars:
            chart(frame, away_figure, tuple(bars), today, today + timedelta(days=ABSENCE_DAYS), key="away",
                  alt=_("Absences of the next {days} days", days=ABSENCE_DAYS))  # fmt: skip
            if len({bar.name for bar in bars}) > MOST_PEOPLE:
                st.caption(_("The first {count} people are drawn; the export holds all.", count=MOST_PEOPLE))
        else:
            states.nothing_to_do(_("Nobody is away."))
    with right, card(_("Licences and qualifications"),
                     _("What has ended or ends within {days} days, the nearest first.", days=EXPIRY_DAYS)):  # fmt: skip
        ending = [(end, row, kind) for row in shown for kind, end in row.load.ends.items()
                  if end is not None and is_ending(end, today)]  # fmt: skip
        ending.sort(key=lambda one: (one[0], one[1].staff_no))
        if not ending:
            states.nothing_to_do(_("Nothing ends."))
            return
        grid(pd.DataFrame([
            {_("Name"): row.name, _("Qualification"): label(QualificationKind, kind),
             _("State"): qualification_end(end, today), _("Staff number"): row.staff_no} for end, row, kind in ending
        ]), key="capacity_ending", height=table_height(len(ending), 420))  # fmt: skip
