"""The scope profile that the address asks for, cut down to the reader's own reach.

It stands in the URL as ``profile=<number>`` and follows the reader from page to page. What is unknown, somebody
else's or not shared reads as not found, and no profile holds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st

from data_access.actor import ActingUser
from data_access.reads.views import SavedView, read_view
from data_access.scope import Scope
from domain.profiles import EVERYTHING, Profile, read_profile, read_profile_id
from domain.words import ClientKind
from pages._ui import states
from pages._ui.data import db
from pages._ui.profiles import reads as profile_reads
from pages._ui.texts import _, label, plain

NAME, KIND = "profile", "profile"


@dataclass(frozen=True)
class Pinned:
    """The profile in force: ``view`` None is none. ``profile`` and ``scope`` hold what lies inside the reader's reach.

    ``left_out``: places of the profile outside it. ``is_missing``: one was asked for that the reader may not open.
    """

    view: SavedView | None
    profile: Profile
    scope: Scope
    left_out: int = 0
    is_missing: bool = False


def pin_profile(user: ActingUser) -> Pinned:
    """Return the profile that the address, else the session, asks for."""
    asked = str(st.query_params.get(NAME) or st.session_state.get(NAME) or "")
    if not asked:
        return Pinned(None, EVERYTHING, user.scope)
    number = read_profile_id(asked)
    view = None
    if number is not None:
        with db().reading() as connection:
            view = read_view(connection, user, number, KIND)
    if view is None:
        close()
        return Pinned(None, EVERYTHING, user.scope, is_missing=True)
    if st.session_state.get(NAME) != str(view.view_id):
        st.session_state[NAME] = str(view.view_id)
    st.query_params[NAME] = str(view.view_id)
    profile = read_profile(view.body)
    scope, units = profile_reads.narrowed_to(user.scope.key, profile.units)
    return Pinned(view, replace(profile, units=units), scope, len(profile.units) - len(units))


def follow(view_id: int) -> None:
    """Let a profile hold from the next run on, with all of its places."""
    st.session_state[NAME] = st.query_params[NAME] = str(view_id)
    st.session_state.pop("unit", None)
    st.query_params.pop("unit", None)


def close() -> None:
    """Let no profile hold."""
    st.session_state.pop(NAME, None)
    st.query_params.pop(NAME, None)


def profile_words(profile: Profile) -> str:
    """Write what a profile keeps in one line."""
    parts = [_("{count} places", count=len(profile.units))] if profile.units else []
    parts += ["、".join(label(ClientKind, code) for code in profile.kinds)] if profile.kinds else []
    parts += [_("Tier {tier}", tier="、".join(profile.tiers))] if profile.tiers else []
    return " · ".join(parts)


def badge(pinned: Pinned) -> None:
    """Name the profile in force beside the freshness of the data."""
    if pinned.view is not None:
        words = " · ".join(text for text in (pinned.view.name, profile_words(pinned.profile)) if text)
        st.badge(plain(words), icon=":material/bookmark:", color="violet",
                 help=_("Figures, lists and exports of the page follow the profile."))  # fmt: skip


def sentences(pinned: Pinned) -> None:
    """Say what of the address or of the profile could not be followed."""
    if pinned.is_missing:
        states.not_found()
        st.caption(_("The profile of this address does not exist or is not shared with you; no profile is applied."))
    elif pinned.left_out:
        st.caption(_("{count} places of this profile lie outside your scope and were left out.",
                     count=pinned.left_out))  # fmt: skip
