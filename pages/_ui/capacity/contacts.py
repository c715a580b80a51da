"""Contact work: follow-up calls, visits, checks and meetings of each person, and spot checks (K-84 to K-87)."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pandas as pd
import streamlit as st

from data_access.clock import business_date, day_begins_at, month_closes_at
from data_access.commands.contact_checks import CHECK_ROLES, check_contact
from data_access.reads.contact_checks import CheckRow, read_check_sample, read_checks
from data_access.reads.periods import period_months
from domain.capacity import CHECK_NOTE_LENGTH, CheckResult
from domain.months import month_start
from domain.words import ContactChannel, ContactResult
from metrics.catalogue import METRICS, Kind
from metrics.export.capacity import WORK_KEYS as KEYS
from metrics.units import RATIO, write_value
from pages._ui import cached, states
from pages._ui.acts import attempt
from pages._ui.components import card, figures, how_made
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.filters import switch
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import client_addresses, export_params
from pages._ui.profiles.narrow import says_not_narrowed
from pages._ui.session import actor
from pages._ui.texts import _, label, labels, moment_text

PERIODS = {"month": "Of the month", "quarter": "Quarter to date", "year": "Year to date"}
_DONE, _REQUEST = "check_done", "check_request"


def show(frame: Frame) -> None:
    """Draw the figures of the reach and of each person, and the spot checks."""
    period = switch("period", _("Period"), {code: _(words) for code, words in PERIODS.items()}, default="month")
    total = figures(frame, KEYS, period=period).to_dict("records")[0]
    with st.container(horizontal=True, gap="small"):
        for key in KEYS:
            value = write_value(total[key], METRICS[key].unit, frame.language)
            st.metric(_(METRICS[key].label), value, border=True, width=300, height="stretch", delta=_parts(total, key),
                      delta_color="off", delta_arrow="off", help=_(METRICS[key].definition))  # fmt: skip
    how_made(frame, KEYS, by=["staff"], period=period)
    with card(_("By person"), _("Contacts logged for a person count for that person, whoever entered them.")):
        says_not_narrowed(frame, kinds=True, tiers=True)
        _people(frame, period)
    if frame.user.role in CHECK_ROLES:
        _checks(frame, period)


def _parts(values: dict[str, Any], key: str) -> str | None:
    if METRICS[key].kind is not Kind.RATIO:
        return None
    above, below = values[f"{key}_numerator"], values[f"{key}_denominator"]
    return f"{above:,} / {below:,}" if below else None


def _people(frame: Frame, period: str) -> None:
    people = cached.people(frame.scope.key)
    found = [row for row in figures(frame, KEYS, by=["staff"], period=period).to_dict("records")
             if row["staff"] in people]  # fmt: skip
    if not found:
        states.no_data_for_date(_("Nobody inside this scope logged contacts in the period."))
        return
    config, columns = st.column_config, {}
    table = pd.DataFrame({"name": [people[row["staff"]]["name"] for row in found]})
    for key in KEYS:
        metric = METRICS[key]
        table[key] = [None if row[key] is None else float(row[key]) for row in found]
        columns[key] = config.NumberColumn(_(metric.label), format="percent" if metric.unit is RATIO else "localized",
                                           help=_(metric.definition))  # fmt: skip
        if metric.kind is Kind.RATIO:
            table[f"{key}_of"] = [_parts(row, key) for row in found]
            columns[f"{key}_of"] = config.TextColumn(_("of"), width="small", help=_(metric.label))
    table["unit"] = [people[row["staff"]]["unit"] for row in found]
    table["staff_no"] = [row["staff"] for row in found]
    grid(table, key="contact_work", height=table_height(len(table), 420), column_config={
        "name": config.TextColumn(_("Name"), pinned=True), **columns, "unit": config.TextColumn(_("Unit")),
        "staff_no": config.TextColumn(_("Staff number"))})  # fmt: skip
    export_button(_("Export the whole list"), "contact_work", export_params(frame, period=period), key="export")


def _checks(frame: Frame, period: str) -> None:
    done = st.session_state.pop(_DONE, None)
    if done:
        st.toast(done, icon=":material/check_circle:")
    first = period_months(frame.generation, frame.month, period)[0]
    newest = month_closes_at(frame.month)
    # the newest published month goes on to today: what was logged since can be checked too
    if frame.month == frame.generation.last_month:
        newest = max(newest, day_begins_at(business_date() + timedelta(days=1)))
    asked = {"from_at": day_begins_at(month_start(first)), "until_at": newest}
    seed = f"{business_date()}:{frame.user.username}:{frame.scope.fingerprint}:{first}"
    with db().reading() as connection:
        sample = read_check_sample(connection, frame.scope, seed=seed, **asked)
        checked = read_checks(connection, frame.scope, **asked)
    left, right = st.columns([3, 2])
    with left, card(_("Spot check"), _("Drawn by chance from what nobody has checked; the same all day. Select one.")):
        if not sample:
            states.nothing_to_do(_("Every contact of the period has been checked."))
        else:
            chosen = grid(_table(frame, sample), key="check_sample", on_select="rerun", selection_mode="single-row",
                          column_config=_columns(), height=table_height(len(sample), 400))  # fmt: skip
            picked = chosen["selection"]["rows"]
            if picked and picked[0] < len(sample):
                _check_form(sample[picked[0]])
    with right, card(_("Checked"), _("Checks of the period, the newest contacts first.")):
        if not checked:
            st.caption(_("Nothing has been checked yet."))
            return
        grid(pd.DataFrame([
            {_("When"): moment_text(row.at), _("Name"): row.staff, _("Check"): label(CheckResult, row.found),
             _("Note"): row.check_note, _("By"): row.checked_by or _("System")} for row in checked
        ]), key="checked", height=table_height(len(checked), 400))  # fmt: skip


def _table(frame: Frame, rows: list[CheckRow]) -> pd.DataFrame:
    return pd.DataFrame({
        "at": [moment_text(row.at) for row in rows], "staff": [f"{row.staff} · {row.staff_no}" for row in rows],
        "client": client_addresses(frame, [row.client_no for row in rows]), "name": [row.client for row in rows],
        "channel": [label(ContactChannel, row.channel) for row in rows],
        "result": [label(ContactResult, row.result) for row in rows], "note": [row.note for row in rows],
    })  # fmt: skip


def _columns() -> dict[str, object]:
    config = st.column_config
    return {
        "at": config.TextColumn(_("When"), width=124), "staff": config.TextColumn(_("Staff member"), width=130),
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", width=96),
        "name": config.TextColumn(_("Name"), width=90), "channel": config.TextColumn(_("Channel"), width=90),
        "result": config.TextColumn(_("Result"), width=100), "note": config.TextColumn(_("Note"), width=200),
    }  # fmt: skip


def _check_form(row: CheckRow) -> None:
    request = st.session_state.setdefault(f"{_REQUEST}_{row.contact_id}", uuid.uuid4().hex)
    words = labels(CheckResult)
    with st.form(f"check_{row.contact_id}"):
        st.markdown(f"**{_('Contact of {name} with {client}', name=row.staff, client=row.client_no)}**")
        result = st.radio(_("What did the check find?"), list(words), format_func=lambda code: words[code], index=None,
                          horizontal=True, key=f"check_result_{row.contact_id}")  # fmt: skip
        note = st.text_area(_("Note"), max_chars=CHECK_NOTE_LENGTH, height=80, key=f"check_note_{row.contact_id}")
        pressed = st.form_submit_button(_("Keep the check"), type="primary")
    if pressed and result is None:
        st.error(_("Choose a result."), icon=":material/block:")
    elif pressed and attempt(lambda: (check_contact(db(), actor=actor(), contact_id=row.contact_id, result=str(result),
                                                    note=note, request_id=request), True)[1]):  # fmt: skip
        st.session_state.pop(f"{_REQUEST}_{row.contact_id}", None)
        st.session_state[_DONE] = _("The check is kept.")
        cached.forget_figures()
        st.rerun()
