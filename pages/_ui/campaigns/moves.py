"""Changes of a proposal by hand: they stand in the address, and every one is decided anew with the whole plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from metrics.desk import Preview
from pages._ui.campaigns.words import named_reason
from pages._ui.outcome import SHOWN
from pages._ui.texts import _

MOST = 500
"""Changes that an address holds."""
_NAME, _NOBODY = "move", "-"
PROPOSED = "~"
"""The choice that takes a change back."""


def read_moves() -> dict[str, str | None]:
    """Return the changes of the address: client number to staff number, None for set aside."""
    moves: dict[str, str | None] = {}
    for text in st.query_params.get_all(_NAME)[:MOST]:
        client_no, sign, staff_no = text.rpartition(":")
        if sign and client_no and staff_no:
            moves[client_no] = None if staff_no == _NOBODY else staff_no
    return moves


def keep_moves(moves: Mapping[str, str | None]) -> None:
    """Put the changes into the address."""
    if moves:
        st.query_params[_NAME] = [f"{number}:{staff_no or _NOBODY}" for number, staff_no in sorted(moves.items())]
    else:
        st.query_params.pop(_NAME, None)


def move(client_nos: Sequence[str], staff_no: str) -> None:
    """Add changes; ``PROPOSED`` takes them back."""
    moves = read_moves()
    for number in client_nos:
        moves.pop(number, None)
        if staff_no != PROPOSED:
            moves[number] = None if staff_no == _NOBODY else staff_no
    keep_moves(dict(list(moves.items())[:MOST]))


def move_form(preview: Preview, client_nos: Sequence[str], *, key: str) -> None:
    """Draw the choice of another person for the chosen clients and the button."""
    people = {PROPOSED: _("As proposed"), _NOBODY: _("Set aside, to nobody")}
    people |= {number: f"{person.name} {number}" for number, person in preview.people.items()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        target = st.selectbox(_("Give to"), list(people), index=None, format_func=lambda code: people[code],
                              key=f"{key}_target", width=240, placeholder=_("Person"))  # fmt: skip
        words = _("Move the selected ({count})", count=len(client_nos)) if client_nos else _("Select clients to move")
        st.button(words, key=f"{key}_move", icon=":material/swap_horiz:", disabled=not client_nos or target is None,
                  on_click=move, args=(list(client_nos), target or PROPOSED))  # fmt: skip


def show_moves(preview: Preview) -> None:
    """Say what was changed by hand and what the rules say to it."""
    moves = read_moves()
    if not moves:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.badge(_("{count} changed by hand", count=len(moves)), icon=":material/swap_horiz:", color="blue")
        st.button(_("Take all changes back"), type="tertiary", key="desk_unmove", on_click=keep_moves, args=({},))
    if not preview.refused:
        st.caption(_("Every limit was checked again; the changes stand."))
        return
    st.error(_("The plan cannot stand like this; nothing can be handed out before it is mended:"),
             icon=":material/block:")  # fmt: skip
    names = {number: person.name for number, person in preview.people.items()}
    for number, decision in list(preview.refused.items())[:SHOWN]:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{number} · {named_reason(decision.reason, names)}")
            if number in moves:
                st.button(_("Undo this change"), type="tertiary", key=f"unmove_{number}", on_click=move,
                          args=([number], PROPOSED))  # fmt: skip
