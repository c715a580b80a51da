"""Follow-up calls (R-07): confirmed relationships whose client has not been asked, and what the client said."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data_access.commands.follow_ups import CALL_ROLES, record_follow_up, set_follow_up_days
from data_access.reads.follow_ups import PAGE_ROWS, DueFilter, DueRow, read_due, read_follow_up_days
from domain.follow_ups import DAYS_LIMIT, NOTE_LIMIT
from domain.register_words import FollowUpResult
from domain.words import Role
from pages._ui import states
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.filters import switch
from pages._ui.frame import Frame
from pages._ui.links import client_addresses, export_params
from pages._ui.lists import choose_row, position
from pages._ui.relationships import reads
from pages._ui.relationships.detail import show_detail
from pages._ui.relationships.words import holder_words, holding_columns, type_word
from pages._ui.session import actor
from pages._ui.texts import _, labels

KEY = "follow_ups"
_DONE = "follow_ups_done"
_REQUEST = "follow_up_request"
SHOWN = {"late": "Late", "all": "All that wait"}
TAKEN = {"without": "Without imported ones", "with": "With imported ones"}


def show(frame: Frame) -> None:
    """Draw the view."""
    done = st.session_state.pop(_DONE, None)
    if done:
        st.success(done, icon=":material/check_circle:")
    with db().reading() as connection:
        days = read_follow_up_days(connection)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        shown = switch("show", _("Show"), {code: _(words) for code, words in SHOWN.items()}, default="late")
        taken = switch("imported", _("Imported relationships"), {code: _(words) for code, words in TAKEN.items()},
                       default="without")  # fmt: skip
        _days_setting(frame, days)
    st.caption(_("A relationship is late {days} days after its confirmation while no call was answered. Those of an "
                 "import were asked about on the platform they came from.", days=days))  # fmt: skip
    kept = DueFilter(only_late=shown == "late", with_imported=taken == "with")
    total = reads.due_count(frame.scope.key, kept)
    if not total:
        states.nothing_to_do(_("No call is late.") if kept.only_late else _("Every client has been asked."))
        return
    page, after = position(KEY, kept, frame)
    with db().reading() as connection:
        rows = read_due(connection, frame.scope, kept, after=after)
    place = choose_row(
        KEY, _table(frame, rows), _("Rows {first}–{last} of {total}, those that wait longest first. Select one to "
                                    "record a call."),
        (rows[-1].row.confirmed_at, rows[-1].row.relationship_id) if rows else None,
        page=page, size=PAGE_ROWS, total=total, columns=_columns(),
        beside=lambda: export_button(_("Export the whole list"), "follow_ups",
                                     export_params(frame, show=shown, imported=taken), key="export"),
    )  # fmt: skip
    if place is not None:
        number = rows[place].row.relationship_no
        if frame.user.role in CALL_ROLES:
            _record(number)
        show_detail(frame, number)


def _table(frame: Frame, rows: Sequence[DueRow]) -> pd.DataFrame:
    addresses = client_addresses(frame, [one.row.client_no for one in rows])
    late = _("late")
    return pd.DataFrame({
        "client": [address if one.row.opens else f"#client={one.row.client_no}"
                   for one, address in zip(rows, addresses, strict=True)],
        "name": [one.row.client_name for one in rows],
        "type": [type_word(one.row.type) for one in rows],
        "holders": [holder_words(one.row.holders) for one in rows],
        "confirmed": [one.confirmed_on for one in rows],
        "late_on": [one.late_on for one in rows],
        "late": [late if one.is_late else "" for one in rows],
        "attempts": [one.attempts for one in rows],
        "office": [one.row.office for one in rows],
        "number": [one.row.relationship_no for one in rows],
    })  # fmt: skip


def _columns() -> dict[str, object]:
    config = st.column_config
    return {
        **holding_columns(),
        "confirmed": config.DateColumn(_("Confirmed on"), format="YYYY-MM-DD"),
        "late_on": config.DateColumn(_("Late from"), format="YYYY-MM-DD"),
        "late": config.TextColumn(_("Late"), width="small"),
        "attempts": config.NumberColumn(_("Calls"), help=_("Calls in which nobody was reached.")),
        "office": config.TextColumn(_("Business office")),
        "number": config.TextColumn(_("Relationship")),
    }


def _record(number: str) -> None:
    """Draw the form of one call; the request's id is that of the form as it was drawn."""
    request = st.session_state.setdefault(f"{_REQUEST}_{number}", uuid.uuid4().hex)
    words = labels(FollowUpResult)
    with st.form(f"call_{number}"):
        st.subheader(_("Follow-up call about {number}", number=number), anchor=False)
        result = st.radio(_("Result"), list(words), format_func=lambda code: words[code], index=None, horizontal=True)
        note = st.text_area(_("Note"), max_chars=NOTE_LIMIT, height=80)
        pressed = st.form_submit_button(_("Record the call"), type="primary")
    if pressed and result is None:
        st.error(_("Choose a result."), icon=":material/block:")
    elif pressed:
        done = attempt(lambda: record_follow_up(db(), actor=actor(), relationship_no=number, result=str(result),
                                                note=note, request_id=request))  # fmt: skip
        if done is not None:
            st.session_state.pop(f"{_REQUEST}_{number}", None)
            reads.forget_counts()
            st.session_state[_DONE] = _("The call about {number} is recorded.", number=number)
            st.rerun()


def _days_setting(frame: Frame, days: int) -> None:
    if frame.user.role != Role.HQ:
        return
    with st.popover(_("Late after {days} days", days=days), icon=":material/tune:"), st.form("days", border=False):
        chosen = st.number_input(_("Days"), min_value=1, max_value=DAYS_LIMIT, value=days)
        if st.form_submit_button(_("Set"), type="primary") and attempt(
            lambda: (set_follow_up_days(db(), actor=actor(), days=int(chosen)), True)[1]
        ):
            reads.forget_counts()
            st.rerun()
