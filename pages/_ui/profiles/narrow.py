"""What the scope profile narrows on a page, and the sentence where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import streamlit as st

from metrics.catalogue import METRICS
from metrics.explore.asked import Exploration
from metrics.profiles import KIND, TIER, measures_of, not_narrowed
from pages._ui.texts import _

if TYPE_CHECKING:
    from pages._ui.frame import Frame


def says_figures(frame: Frame, keys: Sequence[str]) -> None:
    """Say which figures the kinds or the tiers of the profile do not narrow; nothing where all are."""
    if frame.profile.is_empty:
        return
    left = not_narrowed(keys, frame.profile)
    names = {name: _(", ").join(_(METRICS[key].label) for key in some) for name, some in left.items()}
    if KIND in names and names[KIND] == names.get(TIER):
        st.caption(_("The kinds and tiers of the profile do not apply to: {figures}.", figures=names[KIND]))
        return
    if KIND in names:
        st.caption(_("The kinds of the profile do not apply to: {figures}.", figures=names[KIND]))
    if TIER in names:
        st.caption(_("The tiers of the profile do not apply to: {figures}.", figures=names[TIER]))


def says_question(frame: Frame, asked: Exploration) -> None:
    """Say which part of the profile a question of Explore leaves out, because one of its measures does not know it."""
    left = not_narrowed(measures_of(asked), frame.profile)
    says_not_narrowed(frame, kinds=KIND in left, tiers=TIER in left)


def without_tiers(frame: Frame) -> Frame:
    """Return the frame for figures that follow clients over time, whose tiers change on the way."""
    return replace(frame, profile=replace(frame.profile, tiers=())) if frame.profile.tiers else frame


def says_not_narrowed(frame: Frame, *, kinds: bool = False, tiers: bool = False) -> None:
    """Say that a card is not narrowed by the profile's kinds, tiers or both, where the profile has them."""
    with_kinds, with_tiers = kinds and bool(frame.profile.kinds), tiers and bool(frame.profile.tiers)
    if with_kinds and with_tiers:
        st.caption(_("The kinds and tiers of the profile do not apply here."))
    elif with_kinds:
        st.caption(_("The kinds of the profile do not apply here."))
    elif with_tiers:
        st.caption(_("The tiers of the profile do not apply here."))
