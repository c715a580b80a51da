"""Links between screens: a page's address with stable codes as parameters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NoReturn
from urllib.parse import quote_plus, urlencode

import streamlit as st

from domain.words import Status
from pages._ui.frame import Frame
from pages._ui.navigation import SCREENS, screen_page
from pages._ui.past import NAME
from pages._ui.profiles.pinned import NAME as PROFILE

_BY_ADDRESS = {screen.address: screen for screen in SCREENS}


def link(frame: Frame, address: str, words: str, **params: Any) -> None:
    """Draw a link to another screen that keeps the as-of month, the place, the profile and the past moment."""
    screen = _BY_ADDRESS[address]
    if frame.user.role not in screen.roles:
        st.text(words)
        return
    st.page_link(screen_page(address), label=words, icon=":material/chevron_right:", icon_position="right",
                 query_params=_params(frame, params))  # fmt: skip


def go(frame: Frame, address: str, **params: Any) -> NoReturn:
    """Open another screen as ``link`` does, after a button was pressed."""
    st.switch_page(screen_page(address), query_params=_params(frame, params))


def address_of(frame: Frame, address: str, **params: Any) -> str:
    """Return the address of a screen as text, for link columns of tables."""
    return f"/{address}?{urlencode(_params(frame, params), doseq=True)}"


def client_address(frame: Frame, client_no: str) -> str:
    """Return the address of one client's page."""
    return client_addresses(frame, [client_no])[0]


def client_addresses(frame: Frame, client_nos: Iterable[str]) -> list[str]:
    """Return the address of every client's page; what they share is written once."""
    return addresses_of(frame, "client", "client", client_nos)


def addresses_of(frame: Frame, address: str, name: str, codes: Iterable[str]) -> list[str]:
    """Return one address of a screen for every code of a parameter; what they share is written once."""
    shared = address_of(frame, address)
    # a number of plain letters and digits stands as it is
    return [f"{shared}&{name}={code if code.isascii() and code.isalnum() else quote_plus(code)}" for code in codes]


def _params(frame: Frame, params: dict[str, Any]) -> dict[str, str | list[str]]:
    kept: dict[str, str | list[str]] = {"as_of": frame.as_of}
    if frame.place:
        kept["unit"] = frame.place.unit_code
    if frame.profile_id is not None:
        kept[PROFILE] = str(frame.profile_id)
    if not frame.generation.is_current:
        kept[NAME] = str(st.session_state[NAME])
    for name, value in params.items():
        if value is not None:
            kept[name] = [str(entry) for entry in value] if isinstance(value, list | tuple) else str(value)
    return kept


_ALIVE = [code.value for code in Status if code is not Status.LOST]
ROWS_OF: dict[str, dict[str, Any]] = {
    "clients": {"status": _ALIVE}, "assets": {}, "net_income": {}, "new_clients": {"moved": "new"},
    "lost_clients": {"moved": "lost"}, "returned_clients": {"moved": "returned"},
    "monthly_active_clients": {"status": _ALIVE, "active": "month"},
    "active_clients": {"status": _ALIVE, "active": "quarter"},
}  # fmt: skip
"""Figures whose clients the client list shows, with the filters that keep exactly those."""


def export_params(frame: Frame, **filters: Any) -> dict[str, Any]:
    """Return what an export needs to repeat the list on the page: month, place, profile, filters, language."""
    pinned = {} if frame.generation.is_current else {"generation": frame.generation.generation_id}
    return {"as_of": frame.as_of, "unit": frame.place.unit_code if frame.place else None,
            "language": frame.language, **pinned, **_profile_params(frame), **filters}  # fmt: skip


def _profile_params(frame: Frame) -> dict[str, list[str]]:
    return {f"profile_{name}": codes for name, codes in frame.profile.body().items()}
