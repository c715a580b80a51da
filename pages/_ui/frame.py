"""The head of every page: what it answers, as of when, for which place, and how fresh the data are.

As of and place follow the reader from page to page and stand in the URL as stable codes
(``as_of=2026-10``, ``unit=B01``). Unknown values fall back to the newest month and the whole reach.
The scope profile (``profile=17``) follows in the same way; the place is chosen among the profile's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from data_access.actor import ActingUser
from data_access.reads.generation import Generation
from data_access.reads.periods import newest_months
from data_access.reads.places import Place
from data_access.scope import Scope
from domain.months import month_text, parse_month
from domain.profiles import EVERYTHING, Profile
from domain.words import MonthState
from pages._ui import cached, past, past_reads, states
from pages._ui.profiles import pinned as profiles
from pages._ui.profiles.control import profile_control
from pages._ui.session import require_user
from pages._ui.texts import _, label, language, moment_text
from pages._ui.theme import Tokens, tokens

MONTHS_SHOWN = 24
"""Two years: a change on the year is seen beside the year before."""


@dataclass(frozen=True)
class Frame:
    """What a page needs to read and draw: the reader, the pinned generation, the month, the reach."""

    user: ActingUser
    generation: Generation
    month: int
    scope: Scope
    place: Place | None
    language: str
    tokens: Tokens
    has_clients: bool = True
    """False for figures as known long ago, of which the sums are kept without the rows of single clients."""
    profile: Profile = EVERYTHING
    """The scope profile in force, its places inside the reader's reach; ``scope`` is narrowed by them already."""
    profile_id: int | None = None

    @property
    def as_of(self) -> str:
        """The month as ``YYYY-MM``."""
        return month_text(self.month)

    @property
    def months_shown(self) -> tuple[int, ...]:
        """The newest published months up to the page's, as many as charts over time show."""
        return newest_months(self.generation, self.month, MONTHS_SHOWN)


def open_page(title: str, question: str, *, needs_clients: bool = True) -> Frame:
    """Draw the head of a page that shows figures and return its frame; stops when there are no data yet.

    ``needs_clients`` False: the page is of use with sums alone, as they are kept of figures known long ago.
    """
    user = require_user()
    current = cached.current_generation()
    if current is None or not current.builds:
        st.title(_(title), anchor=False)
        states.no_data_yet(user)
        st.stop()
    generation = past.pin_generation(current, user.scope.key)
    pinned = profiles.pin_profile(user)
    reach = pinned.scope.key
    places = cached.places(reach)
    months = sorted(generation.builds, reverse=True)
    month = _chosen_month(months)
    place = _chosen_place(places, is_several=bool(pinned.profile.units))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        with st.container(width="stretch", gap="xxsmall"):
            st.title(_(title), anchor=False)
            st.caption(_(question))
        _month_control(months, month)
        if len(places) > 1:
            _place_control(places, place, is_several=bool(pinned.profile.units))
        profile_control(user, pinned)
        past.known_control(current, generation, user.scope.key)
    _freshness_line(generation, month, places, pinned)
    profiles.sentences(pinned)
    scope = cached.narrowed(reach, place.unit_id if place else None)
    kept = generation.is_current or past_reads.has_clients(generation.generation_id, month, scope.key)
    frame = Frame(user, generation, month, scope, place, language(), tokens(), has_clients=kept,
                  profile=pinned.profile, profile_id=pinned.view.view_id if pinned.view else None)  # fmt: skip
    past.banner(frame, current)
    if (needs_clients or scope.is_personal) and past.says_rows_gone(frame):
        st.stop()
    return frame


def _chosen_month(months: list[int]) -> int:
    asked = str(st.query_params.get("as_of") or st.session_state.get("as_of") or "")
    try:
        month = parse_month(asked)
    except ValueError:
        month = months[0]
    if month not in months:
        month = months[0]
    _remember("as_of", month_text(month), default=month_text(months[0]))
    return month


def _chosen_place(places: list[Place], *, is_several: bool) -> Place | None:
    """Return the place asked for, else the topmost one; of several places of a profile none is the topmost."""
    asked = str(st.query_params.get("unit") or st.session_state.get("unit") or "")
    known = {place.unit_code: place for place in places}
    top = None if is_several or not places else places[0]
    place = known.get(asked, top)
    _remember("unit", place.unit_code if place else "", default=top.unit_code if top else "")
    return place


def _remember(name: str, value: str, *, default: str) -> None:
    st.session_state[name] = value
    if value != default:
        st.query_params[name] = value
    elif name in st.query_params:
        del st.query_params[name]


def _month_control(months: list[int], month: int) -> None:
    st.session_state["as_of_choice"] = month
    st.selectbox(_("As of"), months, format_func=month_text, key="as_of_choice", width=120,
                 on_change=_take_month)  # fmt: skip


def _take_month() -> None:
    _set("as_of", month_text(st.session_state["as_of_choice"]))


def _place_control(places: list[Place], place: Place | None, *, is_several: bool) -> None:
    names = {"": _("All places of the profile")} if is_several else {}
    names |= {entry.unit_code: "\u3000" * entry.depth + entry.name for entry in places}
    st.session_state["unit_choice"] = place.unit_code if place else ""
    st.selectbox(_("Scope"), list(names), key="unit_choice", width=240, on_change=_take_place,
                 format_func=lambda code: names[code])  # fmt: skip


def _take_place() -> None:
    _set("unit", st.session_state["unit_choice"])


def _set(name: str, value: str) -> None:
    st.session_state[name] = value
    st.query_params[name] = value


def _freshness_line(generation: Generation, month: int, places: list[Place], pinned: profiles.Pinned) -> None:
    fresh = cached.freshness(generation.generation_id, month)
    final = fresh.state == MonthState.FINAL
    with st.container(horizontal=True, gap="small"):
        profiles.badge(pinned)
        st.badge(_("Data {month} · {state}", month=month_text(month), state=label(MonthState, fresh.state)),
                 icon=":material/check_circle:" if final else ":material/schedule:",
                 color="green" if final else "orange",
                 help=_("Loaded {loaded}, published {published}", loaded=moment_text(fresh.loaded_at),
                        published=moment_text(fresh.published_at)))  # fmt: skip
        if month == generation.last_month and generation.is_current and fresh.is_late:
            st.badge(
                _("A newer month is late"),
                icon=":material/running_with_errors:",
                color="red",
                help=_("The month after {month} has ended and is not published yet.", month=month_text(month)),
            )
        seen = {place.unit_code for place in places}
        missing = [f"{name} ({code})" for code, name in fresh.offices_missing if code in seen]
        if missing:
            st.badge(
                _("{count} offices without data", count=len(missing)),
                icon=":material/warning:",
                color="orange",
                help=", ".join(missing),
            )
