"""The button on a list that carries its rule, place and month to the hand-out page."""

from __future__ import annotations

import streamlit as st

from pages._ui.campaigns.carried import MOST_TEXT, Carried
from pages._ui.frame import Frame
from pages._ui.hand_out import may_hand_out
from pages._ui.links import go
from pages._ui.texts import _


def campaign_button(frame: Frame, carried: Carried, selected: int = 0, *, as_of: str | None = None) -> None:
    """Offer to make a campaign of a list, or of its chosen rows (``selected``); only to those who hand out.

    Figures as known long ago are no ground for work of today: there is no button then. ``as_of``: the month of the
    list where it is not the page's.
    """
    if not may_hand_out(frame) or not frame.generation.is_current:
        return
    text = carried.text()
    words = _("Campaign of the selected ({count})", count=f"{selected:,}") if selected else _("Campaign of this list")
    too_long = len(text) > MOST_TEXT
    pressed = st.button(
        words, icon=":material/campaign:", key="campaign", disabled=too_long,
        help=_("Too many are chosen for an address; narrow the list by its filters instead.") if too_long
        else _("Shares the clients out among the right people, with a preview before anything is done."))  # fmt: skip
    if pressed:
        go(frame, "hand_out", list=text, **({"as_of": as_of} if as_of else {}))
