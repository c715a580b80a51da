"""Looking at the past: an earlier month, or figures as they were known then; how then and now differ.

The moment stands in the URL (``known_at``, Shanghai time) and pins the publication for the whole page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from data_access.clock import SHANGHAI
from data_access.reads.generation import Generation
from data_access.reads.moments import Publication
from data_access.scope import ScopeKey
from domain.months import month_text
from metrics.catalogue import METRICS
from metrics.errors import QuestionError
from metrics.profiles import groups_of
from metrics.then_now import CAUSE_WORDS, Cause
from metrics.units import Unit, write_exact
from pages._ui import cached, past_reads
from pages._ui.grid import grid
from pages._ui.texts import _, moment_text

if TYPE_CHECKING:
    from pages._ui.frame import Frame

NAME = "known_at"


def pin_generation(current: Generation, reach: ScopeKey) -> Generation:
    """Return the publication that the address asks for, the current one without or with an unknown moment."""
    asked = str(st.query_params.get(NAME) or st.session_state.get(NAME) or "")
    found = _known(asked, current, reach) if asked else None
    pinned = None if found is None else cached.generation(found.generation_id)
    if found is None or pinned is None or not pinned.builds or pinned.generation_id == current.generation_id:
        _forget()
        return current
    st.session_state[NAME] = st.query_params[NAME] = moment_code(found)
    return pinned


def moment_code(one: Publication) -> str:
    """Return a publication's moment as it stands in the URL."""
    return one.published_at.astimezone(SHANGHAI).replace(tzinfo=None).isoformat()


def _known(asked: str, current: Generation, reach: ScopeKey) -> Publication | None:
    """Return the newest publication at or before the moment asked for."""
    try:
        moment = datetime.fromisoformat(asked)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    return next(
        (one for one in past_reads.publications(current.generation_id, reach) if one.published_at <= moment), None
    )


def known_control(current: Generation, pinned: Generation, reach: ScopeKey) -> None:
    """Draw the choice of the moment as of which figures were known; nothing before the second publication."""
    known = {one.generation_id: one for one in past_reads.publications(current.generation_id, reach)}
    if len(known) < 2:
        return
    with st.popover(_("As known on"), icon=":material/history:"):
        st.caption(_("Every publication of figures is kept. Figures, lists and exports of the page follow the choice."))
        st.session_state["known_choice"] = pinned.generation_id
        st.selectbox(
            _("Published on"), list(known), key="known_choice", on_change=_take, args=(current.generation_id, known),
            format_func=lambda number: _("now") if number == current.generation_id else _(
                "{moment} · up to {month}", moment=moment_text(known[number].published_at),
                month=month_text(known[number].last_month)),
        )  # fmt: skip


def _take(current_id: int, known: dict[int, Publication]) -> None:
    number = st.session_state["known_choice"]
    if number == current_id:
        _forget()
    else:
        st.session_state[NAME] = st.query_params[NAME] = moment_code(known[number])


def _forget() -> None:
    st.session_state.pop(NAME, None)
    st.query_params.pop(NAME, None)


def _back() -> None:
    _forget()
    st.session_state.pop("as_of", None)
    st.query_params.pop("as_of", None)


def banner(frame: Frame, current: Generation) -> None:
    """Say under the head that the reader looks at the past, with the way back."""
    is_known_then = not frame.generation.is_current
    if not is_known_then and frame.month == current.last_month:
        return
    month = month_text(frame.month)
    if is_known_then:
        words = _("You are looking at {month} as it was known on {moment}.", month=month,
                  moment=moment_text(frame.generation.published_at))  # fmt: skip
    else:
        words = _("You are looking at {month}; the newest month is {newest}.", month=month,
                  newest=month_text(current.last_month))  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center", border=True, gap="small"):
        st.markdown(f":material/history: {words}", width="stretch")
        st.button(_("Back to now"), on_click=_back, type="tertiary", icon=":material/last_page:", key="back_to_now")


def says_rows_gone(frame: Frame) -> bool:
    """Say that rows of single clients are no longer kept for what the page looks at; False where they are."""
    if frame.has_clients:
        return False
    st.info(_("Of figures as known on {moment} the sums are kept, not the rows of single clients. Choose a later "
              "moment, or go back to now.", moment=moment_text(frame.generation.published_at)),
            icon=":material/inventory_2:")  # fmt: skip
    return True


def then_and_now(frame: Frame, keys: Sequence[str]) -> None:
    """Offer figures of a past month then and now with the causes of the difference; worked out when opened.

    Then is the moment the page looks from, else the first publication of the month.
    """
    if frame.generation.is_current and frame.month == frame.generation.last_month:
        return
    block = st.expander(_("Then and now"), icon=":material/compare_arrows:", type="compact",
                        key=f"past_{'_'.join(keys)}", on_change="rerun")  # fmt: skip
    with block:
        if not block.open:
            return
        current = cached.current_generation() or frame.generation
        first = past_reads.first_publication(frame.month, frame.scope.key)
        then = frame.generation.published_at if not frame.generation.is_current or first is None else first.published_at
        if then == current.published_at:
            st.caption(_("{month} has been published once, on {moment}: then and now are the same.",
                         month=month_text(frame.month), moment=moment_text(then)))  # fmt: skip
            return
        try:
            found = pd.concat([
                past_reads.differences(frame.scope.key, tuple(some), frame.month, then, current.generation_id, where)
                for where, some in groups_of(keys, (), frame.profile).items()
            ], ignore_index=True)  # fmt: skip
        except QuestionError:
            st.info(_("The rows of single clients that this comparison needs are no longer kept."),
                    icon=":material/inventory_2:")  # fmt: skip
            return
        st.caption(_("{month} as known on {then}, and as known on {now}.", month=month_text(frame.month),
                     then=moment_text(then), now=moment_text(current.published_at)))  # fmt: skip
        grid(_table(found), key="then_now_table")


def _table(found: pd.DataFrame) -> pd.DataFrame:
    table = pd.DataFrame([_row(line) for line in found.to_dict("records")])
    # where every difference is split, its parts name the causes
    return table.drop(columns=_("Causes")) if found["is_split"].all() else table


def _row(line: dict[str, Any]) -> dict[str, str]:
    unit = METRICS[line["key"]].unit
    parts = {_(CAUSE_WORDS[cause]): _signed(line[cause.value], unit) if line["is_split"] else "–" for cause in Cause}
    causes = [_(CAUSE_WORDS[Cause(code)]) for code in line["causes"].split(",") if code]
    return {_("Figure"): _(METRICS[line["key"]].label), _("Then"): write_exact(line["then"], unit),
            _("Now"): write_exact(line["now"], unit), _("Difference"): _signed(line["difference"], unit), **parts,
            _("Causes"): _(", ").join(causes)}  # fmt: skip


def _signed(value: Any, unit: Unit) -> str:
    if value is None or not value:
        return write_exact(value, unit)
    return ("+" if value > 0 else "") + write_exact(value, unit)
