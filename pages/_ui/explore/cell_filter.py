"""The sentence over a client list that holds the clients behind a cell of an answer, and the way out of it."""

from __future__ import annotations

import streamlit as st

from metrics.catalogue import METRICS
from metrics.dimensions import DIMENSIONS
from metrics.explore.cells import Cell
from metrics.explore.spread import SPREAD_OF
from pages._ui.explore import reads as explore_reads
from pages._ui.explore.controls import PERIOD_WORDS
from pages._ui.frame import Frame
from pages._ui.texts import _, labels, plain


def show_cell(frame: Frame, cell: Cell) -> None:
    """Say which number's clients are listed."""
    parts = [_(SPREAD_OF[cell.spread].label) if cell.spread else _(METRICS[cell.measure].label),
             _(PERIOD_WORDS[cell.period])]  # fmt: skip
    for key, values in cell.where:
        words = DIMENSIONS[key].words
        known = labels(words) if words else explore_reads.values(frame.scope.key, key)
        named = [known.get(value, value) if value else _("no value") for value in values[:4]]
        parts.append(
            f"{_(DIMENSIONS[key].label)} {'、'.join(named)}" + (f" +{len(values) - 4}" if len(values) > 4 else "")
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/filter_alt: {plain(_('Clients behind a number: {words}', words=' · '.join(parts)))}")
        st.button(_("Show all clients"), type="tertiary", on_click=_lift, icon=":material/close:")


def _lift() -> None:
    st.query_params.pop("cell", None)
