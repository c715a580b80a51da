"""Finding a client by number, name or phone; the chosen one stands in the URL."""

from __future__ import annotations

import streamlit as st

from data_access.reads.client_lists import search_clients
from domain.words import ClientKind
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.texts import _, label

LIMIT = 20


def show_search(frame: Frame) -> str:
    """Draw the search and return the client number asked for, '' when none is chosen.

    What stands in the URL is a claim: the page reads it inside the reader's scope.
    """
    asked = st.query_params.get("client", "")
    text = st.text_input(
        _("Find a client"),
        key="client_search",
        placeholder=_("Client number, part of the name, or the whole phone number"),
        icon=":material/search:",
        max_chars=60,
        label_visibility="collapsed",
    )
    if text.strip():
        with db().reading() as connection:
            found = search_clients(connection, frame.scope, text, limit=LIMIT)
        if len(found) == 1 and not asked:
            st.query_params["client"] = found[0]["client_no"]
            return str(found[0]["client_no"])
        if not found:
            st.caption(_("Nobody inside this scope fits. Names need two characters; phone numbers all digits."))
        elif [row["client_no"] for row in found] != [asked]:
            _results(found)
    elif not asked:
        st.caption(_("Search above, or open a client from any list."))
    return asked[:60]


def _results(found: list[dict[str, object]]) -> None:
    with st.container(border=True, gap="xsmall"):
        for row in found:
            words = f"{row['client_no']} · {row['name']} · {row['office']} · {label(ClientKind, row['kind'])}"
            st.button(words.replace("*", r"\*"), key=f"found_{row['client_no']}", type="tertiary", on_click=_open,
                      args=(row["client_no"],))  # fmt: skip
        if len(found) == LIMIT:
            st.caption(_("The first {count} are shown; type more to narrow.", count=LIMIT))


def _open(number: str) -> None:
    st.query_params["client"] = number
    st.session_state["client_search"] = ""
