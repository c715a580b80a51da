"""Relationship types: all that hold on a day, one of them whole with its versions; headquarters publishes changes."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.reads.type_rules import TypeVersion, read_type_versions
from domain.register_words import ChainKind
from pages._ui.data import db
from pages._ui.grid import grid
from pages._ui.relationships.words import type_word
from pages._ui.texts import _, label, moment_text
from pages._ui.types.change import show_change
from pages._ui.types.fields import BY_NAME, FIELDS, levels_text, value_text

_COLUMNS = ("holders", "qualifications", "event", "validity_months", "makeup_working_days", "is_automatic",
            "allows_split")  # fmt: skip


def show_types(*, is_hq: bool) -> None:
    """Draw the view."""
    with db().reading() as connection:
        versions = read_type_versions(connection)
    today = business_date()
    holding = [one for one in versions if one.holds_on(today)]
    others = [one for one in versions if not one.holds_on(today)]
    st.caption(_("The types of relationships are data: headquarters adds, changes and closes them from a day on, and "
                 "earlier days keep what held then (R-08). Select one to read it whole."))  # fmt: skip
    chosen = grid(_table(holding), key="types", on_select="rerun", selection_mode="single-row",
                  height="content", column_config=_columns())  # fmt: skip
    coming = [one for one in others if one.valid_from > today]
    for one in coming:
        st.info(_("{type} changes on {day}.", type=type_word(one.rule.type), day=one.valid_from.isoformat()),
                icon=":material/event_upcoming:")  # fmt: skip
    picked = chosen["selection"]["rows"]
    if not picked or picked[0] >= len(holding):
        if not is_hq:
            return
        st.caption(_("To change or close a type, select it."))
        return
    one = holding[picked[0]]
    history = [version for version in versions if version.rule.type == one.rule.type]
    _whole(one, history)
    if is_hq:
        show_change(history)


def _table(versions: Sequence[TypeVersion]) -> pd.DataFrame:
    return pd.DataFrame([
        {"number": one.rule.number, "type": type_word(one.rule.type),
         **{name: "–" if name == "validity_months" and not one.rule.needs_preregistration
            else value_text(BY_NAME[name], one.rule) for name in _COLUMNS}, "from": one.valid_from}
        for one in versions
    ])  # fmt: skip


def _columns() -> dict[str, object]:
    config = st.column_config
    return {
        "number": config.NumberColumn(_("No."), width=50, pinned=True),
        "type": config.TextColumn(_("Relationship type"), pinned=True),
        **{name: config.TextColumn(_(BY_NAME[name].label)) for name in _COLUMNS},
        "from": config.DateColumn(_("Holds from"), format="YYYY-MM-DD"),
    }


def _whole(one: TypeVersion, history: Sequence[TypeVersion]) -> None:
    with st.container(border=True):
        st.subheader(type_word(one.rule.type), anchor=False)
        rows = [(_(field.label), value_text(field, one.rule), field.rule) for field in FIELDS
                if field.name != "chains" and getattr(one.rule, field.name) != ""]  # fmt: skip
        chains = [(_("Approvals · {why}", why=label(ChainKind, kind)), levels_text(levels), BY_NAME["chains"].rule)
                  for kind, levels in one.rule.chains.items()]  # fmt: skip
        grid(pd.DataFrame([*rows, *chains], columns=[_("Field"), _("Value"), _("Rule")]), key="type_fields",
             height="content", column_config={_("Value"): st.column_config.TextColumn(width="large")})  # fmt: skip
        st.caption(_("Published versions"))
        grid(pd.DataFrame([
            {_("Holds from"): version.valid_from, _("Until (exclusive)"): version.valid_to,
             _("Published"): moment_text(version.published_at), _("By"): version.published_by or _("System")}
            for version in history
        ]), key="type_versions")  # fmt: skip
