"""A proposal at a glance: how many clients go to how many people, who is left, and how even that is in words."""

from __future__ import annotations

import streamlit as st

from metrics.desk import Preview
from pages._ui.components import KPI_WIDTH
from pages._ui.texts import _, plain

_LAST_DIGIT = 0.0005


def show_summary(preview: Preview) -> None:
    """Draw the figures of a proposal and the sentences that say how even it is."""
    found, turn = preview.distribution, preview.round_robin
    made = found.spread
    given = [load for load in found.loads if load.count_given]
    reached, count = sum(load.reachable_given for load in given), len(found.placed)
    cards = [
        (_("Clients placed"), f"{count:,} / {len(preview.clients):,}", None),
        (_("People"), f"{len(given):,} / {len(preview.people):,}", _("People who get clients, of those thought of.")),
        (_("Without anyone"), f"{len(found.unassigned):,}", None),
        (_("Reachable"), f"{reached / count:.0%}" if count else "–",
         _("Share of the clients given with a number that works.")),
        (_("Work off even"), _share(made.effort_variation), _off(turn.effort_variation)),
        (_("Value off even"), _share(made.value_variation), _off(turn.value_variation)),
    ]  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for words, value, explained in cards:
            st.metric(words, value, border=True, width=KPI_WIDTH, help=explained)
    st.caption(plain(" ".join(_sentences(preview))))


def _sentences(preview: Preview) -> list[str]:
    found, made, turn = preview.distribution, preview.distribution.spread, preview.round_robin
    said = []
    if found.placeable > len(found.placed):
        said.append(_("{count} clients more could be placed.", count=f"{found.placeable - len(found.placed):,}"))
    said.append(_("Between the one with most and the one with least lie {effort} of an even load of work; dealt out in "
                  "turn it would be {other}.", effort=_share(made.effort_range),
                  other=_share(turn.effort_range)))  # fmt: skip
    if found.gap < _LAST_DIGIT:
        said.append(_("No distribution of these clients is more even."))
    else:
        said.append(_("The unevenness is {uneven}; no distribution comes below {bound}, so at most {gap} could be "
                      "gained.", uneven=_share(found.unevenness), bound=_share(found.bound),
                      gap=_share(found.gap)))  # fmt: skip
    if found.moved_on:
        said.append(_("{count} clients could have stayed with their previous holder and go to others for an even load.",
                      count=f"{found.moved_on:,}"))  # fmt: skip
    return said


def _off(turn: float) -> str:
    return _("How far people typically lie from an even share by capacity; dealt out in turn it would be {other}.",
             other=_share(turn))  # fmt: skip


def _share(ratio: float) -> str:
    return f"{ratio:.1%}"
