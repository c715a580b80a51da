"""The people of a hand-out: who takes part and who cannot, what each holds before and after, and how even that is."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from domain.distribution import decide_person
from domain.reasons import reason_text
from metrics.desk import Preview
from metrics.distribution import PersonLoad
from metrics.figures.desk import MOST_PEOPLE, LoadBar, LoadWords, loads_figure
from pages._ui import cached
from pages._ui.components import card, chart
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.tables import yuan
from pages._ui.texts import _


def show_people(frame: Frame, preview: Preview) -> None:
    """Draw the table of people with their loads and, beside it, the chart and the sentences on evenness."""
    loads = {load.staff_no: load for load in preview.distribution.loads}
    able = {number: decide_person(person.person, preview.on, preview.limits)
            for number, person in preview.people.items()}  # fmt: skip
    order = sorted(preview.people, key=lambda number: (not able[number], -loads[number].count_given, number))
    with card(_("Who takes part"), _("People of the offices and of the neighbours allowed for them; before → after "
                                     "this hand-out.")):  # fmt: skip
        if not any(able.values()):
            st.warning(_("Nobody can take a client now; the reasons stand beside each person."),
                       icon=":material/person_off:")  # fmt: skip
        names = cached.place_names(frame.scope.key)
        rows = [_row(preview, loads[number], names, None if able[number] else reason_text(able[number].reason, _))
                for number in order]  # fmt: skip
        grid(pd.DataFrame(rows), key="desk_people", column_config=_columns(), height=table_height(len(rows), 360))
    part = [number for number in order if loads[number].count_given or able[number]]
    if not part:
        return
    with card(_("Load before and after"), _("Minutes of work expected until the tasks end; the mark is an even share "
                                            "by capacity.")):  # fmt: skip
        bars = tuple(LoadBar(preview.people[number].name, loads[number].effort_before,
                             loads[number].effort_after - loads[number].effort_before,
                             loads[number].even_effort or None) for number in part)  # fmt: skip
        chart(frame, loads_figure, bars, LoadWords(_("Held now"), _("This hand-out"), _("Even share"), _("Minutes")),
              key="desk_loads", alt=_("Minutes of work per person before and after"))  # fmt: skip
        if len(part) > MOST_PEOPLE:
            st.caption(_("The chart shows the first {most} of {count}; the table shows all.", most=MOST_PEOPLE,
                         count=len(part)))  # fmt: skip


def _row(preview: Preview, load: PersonLoad, places: dict[str, str], problem: str | None) -> dict[str, Any]:
    person = preview.people[load.staff_no]
    return {
        "name": person.name, "part": problem or _("yes"), "given": load.count_given,
        "tasks": f"{load.count_before:,} → {load.count_before + load.count_given:,}",
        "minutes": f"{load.effort_before:,} → {load.effort_after:,}",
        "share": _percent(load.effort_ratio), "value": yuan(load.value_after_fen),
        "value_share": _percent(load.value_ratio), "reachable": _percent(load.reachable_ratio),
        "office": places.get(person.office_code, person.office_code), "staff_no": load.staff_no,
        "capacity": load.capacity / 100,
    }  # fmt: skip


def _percent(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 2)


def _columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "name": config.TextColumn(_("Name"), pinned=True, width=84),
        "staff_no": config.TextColumn(_("Staff number")), "office": config.TextColumn(_("Business office")),
        "part": config.TextColumn(_("Takes part"), help=_("Why not, where somebody cannot.")),
        "given": config.NumberColumn(_("Clients given"), format="localized"),
        "tasks": config.TextColumn(_("Open tasks")), "minutes": config.TextColumn(_("Expected minutes")),
        "share": config.NumberColumn(_("Of an even load"), format="percent",
                                     help=_("Minutes afterwards over an even share by capacity.")),
        "value": config.NumberColumn(_("Expected value afterwards (yuan)"), format="accounting"),
        "value_share": config.NumberColumn(_("Of an even value"), format="percent"),
        "reachable": config.NumberColumn(_("Reachable"), format="percent",
                                         help=_("Share of the clients given with a number that works.")),
        "capacity": config.NumberColumn(_("Capacity (%)"), format="percent"),
    }  # fmt: skip
