"""The register: who held which client on any day; one relationship with all that it rests on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.reads.register import PAGE_ROWS, RegisterFilter, RegisterRow, read_register
from domain.words import RelationshipState
from pages._ui import states
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.filters import choice, choices, day_choice, switch, typed
from pages._ui.frame import Frame
from pages._ui.links import client_addresses, export_params
from pages._ui.lists import choose_row, position
from pages._ui.relationships import reads
from pages._ui.relationships.detail import show_detail
from pages._ui.relationships.words import holder_words, holding_columns, how_word, type_word
from pages._ui.texts import _, label, moment_text

FIRST_DAY = date(1990, 1, 1)
WHEN = {"day": "On a day", "all": "Of any time", "pending": "Waiting for approval", "rejected": "Rejected"}
HOLDERS = {"one": "One holder", "several": "Several holders"}
KEY = "register"


def show(frame: Frame) -> None:
    """Draw the view."""
    kept = _filter()
    total = reads.register_count(frame.scope.key, kept)
    st.caption(_caption(kept))
    if not total:
        _nothing(kept)
        return
    page, after = position(KEY, (kept, business_date()), frame)
    with db().reading() as connection:
        rows = read_register(connection, frame.scope, kept, after=after)
    place = choose_row(
        KEY, _table(frame, rows), _("Rows {first}–{last} of {total}, by client number. Select one to see what it "
                                    "rests on."),
        (rows[-1].client_no, rows[-1].relationship_id) if rows else None,
        page=page, size=PAGE_ROWS, total=total, height=458, columns=_columns(shows_state=kept.on is None),
        beside=lambda: export_button(_("Export the whole list"), "register", export_params(frame, **_params(kept)),
                                     key="export"),
    )  # fmt: skip
    if place is not None:
        show_detail(frame, rows[place].relationship_no)


def _filter() -> RegisterFilter:
    when = switch("when", _("When"), {code: _(words) for code, words in WHEN.items()}, default="day")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        on = day_choice("on", _("Held on"), default=business_date(), first=FIRST_DAY,
                        width=150) if when == "day" else None  # fmt: skip
        client_no = typed("client", _("Client number"), width=150)
        staff_no = typed("staff", _("Staff number"), width=130)
        types = choices("type", _("Relationship type"), reads.type_words(), width=220)
        split = choice("holders", _("Holders"), {code: _(words) for code, words in HOLDERS.items()}, width=150)
    return RegisterFilter(on=on, client_no=client_no, staff_no=staff_no, types=types,
                          split=None if split is None else split == "several",
                          state=when if when in ("pending", "rejected") else "")  # fmt: skip


def _params(kept: RegisterFilter) -> dict[str, object]:
    return {"on": kept.on.isoformat() if kept.on else None, "client": kept.client_no or None,
            "staff": kept.staff_no or None, "type": kept.types, "state": kept.state or None,
            "holders": None if kept.split is None else "several" if kept.split else "one"}  # fmt: skip


def _caption(kept: RegisterFilter) -> str:
    if kept.state:
        return _("These relationships do not count.")
    if kept.on is None:
        return _("Every relationship that holds or once held; its last day is the day before the one given under To.")
    return _("The relationships that held on {day}, as they are known today.", day=kept.on.isoformat())


def _nothing(kept: RegisterFilter) -> None:
    if kept.state == RelationshipState.PENDING and kept == RegisterFilter(state=kept.state):
        states.nothing_to_do(_("No relationship waits for an approval."))
    elif kept == RegisterFilter(on=kept.on) or kept == RegisterFilter(state=kept.state):
        states.no_data_for_date(_("No relationship is known here."))
    else:
        states.filters_exclude_everything(st.query_params.clear)


def _table(frame: Frame, rows: Sequence[RegisterRow]) -> pd.DataFrame:
    addresses = client_addresses(frame, [row.client_no for row in rows])
    types = {code: type_word(code) for code in {row.type for row in rows}}
    ways = {code: how_word(code) for code in {row.how_confirmed for row in rows}}
    found = {code: label(RelationshipState, code) for code in {row.state for row in rows}}
    return pd.DataFrame({
        # a client outside the reach has a number and no page to open
        "client": [address if row.opens else f"#client={row.client_no}"
                   for row, address in zip(rows, addresses, strict=True)],
        "name": [row.client_name for row in rows],
        "type": [types[row.type] for row in rows],
        "holders": [holder_words(row.holders) for row in rows],
        "from": [row.valid_from for row in rows],
        "to": [row.valid_to for row in rows],
        "state": [found[row.state] for row in rows],
        "how": [ways[row.how_confirmed] for row in rows],
        "office": [row.office for row in rows],
        "confirmed": [moment_text(row.confirmed_at) for row in rows],
        "number": [row.relationship_no for row in rows],
    })  # fmt: skip


def _columns(*, shows_state: bool) -> dict[str, object]:
    config = st.column_config
    return {
        **holding_columns(),
        "from": config.DateColumn(_("From"), format="YYYY-MM-DD"),
        "to": config.DateColumn(_("To"), format="YYYY-MM-DD", help=_("The first day on which it no longer holds.")),
        "state": config.TextColumn(_("State")) if shows_state else None,
        "how": config.TextColumn(_("How confirmed")),
        "office": config.TextColumn(_("Business office")),
        "confirmed": config.TextColumn(_("Confirmed on")),
        "number": config.TextColumn(_("Relationship")),
    }
