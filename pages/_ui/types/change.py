"""Headquarters changes or closes a relationship type: a form, what differs, and the day from which it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from data_access.commands.relationship_types import close_type, earliest_change, publish_type
from data_access.reads.type_rules import TypeVersion
from domain.register_words import ChainKind, DocumentPurpose, Post
from domain.relationship_types import TypeRule
from domain.rule_faults import LATEST
from domain.type_faults import LONGEST_MAKEUP_DAYS, LONGEST_NAME, LONGEST_REASON, LONGEST_VALIDITY_MONTHS
from domain.words import QualificationKind, RelationshipType, StaffCategory, Word, codes
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.grid import grid
from pages._ui.relationships.type_reads import own_names
from pages._ui.session import actor
from pages._ui.texts import _, labels
from pages._ui.types.fields import BY_NAME, differences

_DONE = "type_published"


def show_done() -> None:
    """Say what was published."""
    words = st.session_state.pop(_DONE, None)
    if words:
        st.success(words, icon=":material/check_circle:")


def show_change(history: Sequence[TypeVersion]) -> None:
    """Draw the form that changes the newest version of a type, and the way to close it."""
    newest = history[0]
    with st.expander(_("Change this type"), icon=":material/edit:"):
        rule = _form(newest.rule)
        changed = differences(newest.rule, rule)
        if changed:
            grid(pd.DataFrame([{_("Field"): one["field"], _("Now"): one["before"], _("After the change"): one["after"]}
                               for one in changed]), key="type_changes")  # fmt: skip
        else:
            st.caption(_("Nothing differs from what is published."))
        day, reason = _when_and_why("type")
        if st.button(_("Publish the change"), type="primary", icon=":material/publish:", disabled=not changed):
            made = attempt(lambda: publish_type(db(), actor=actor(), rule=rule, valid_from=day,
                                                seen=newest.type_version_id, reason=reason))  # fmt: skip
            _finish(made, _("Published; it holds from {day} on.", day=day.isoformat()))
    with st.expander(_("Close this type"), icon=":material/block:"):
        st.caption(_("From that day on no relationship of this type is made; those there are stay."))
        day, reason = _when_and_why("close")
        if st.button(_("Close the type"), icon=":material/block:"):
            closed = attempt(lambda: close_type(db(), actor=actor(), type=newest.rule.type, valid_to=day,
                                                seen=newest.type_version_id or 0, reason=reason) or True)  # fmt: skip
            _finish(closed, _("Closed from {day} on.", day=day.isoformat()))

    with st.expander(_("New type like this one"), icon=":material/add:"):
        st.caption(_("It starts as a copy of this type and can be changed from the day after it holds."))
        left, right = st.columns([3, 1])
        code = left.text_input(_("Code of the type"), max_chars=40, key="copy_code", placeholder="night_desk")
        number = right.number_input(_("No."), min_value=11, max_value=999, step=1, key="copy_number")
        names = _names(replace(newest.rule, name_zh="", name_en=""), "copy")
        day, reason = _when_and_why("copy")
        if st.button(_("Publish the type"), icon=":material/publish:"):
            made = attempt(lambda: publish_type(
                db(), actor=actor(), rule=replace(newest.rule, type=code.strip(), number=int(number), **names),
                valid_from=day, seen=None, reason=reason))  # fmt: skip
            _finish(made, _("Published; it holds from {day} on.", day=day.isoformat()))


def _when_and_why(key: str) -> tuple[Any, str]:
    left, right = st.columns([1, 3])
    first = earliest_change()
    day = left.date_input(_("From"), value=first, min_value=first, max_value=LATEST, key=f"{key}_day",
                          format="YYYY-MM-DD")  # fmt: skip
    return day or first, right.text_input(_("Why"), max_chars=LONGEST_REASON, key=f"{key}_reason")


def _names(rule: TypeRule, key: str) -> dict[str, str]:
    return {name: place.text_input(_(BY_NAME[name].label), value=getattr(rule, name), max_chars=LONGEST_NAME,
                                   key=f"{key}_{name}").strip()
            for name, place in zip(("name_zh", "name_en"), st.columns(2), strict=True)}  # fmt: skip


def _form(rule: TypeRule) -> TypeRule:
    values: dict[str, Any] = {}
    if rule.type not in codes(RelationshipType):
        values |= _names(rule, f"type_{rule.type}")
    left, right = st.columns(2)
    with left:
        values["holders"] = _many(rule, "holders", StaffCategory)
        values["qualifications"] = _many(rule, "qualifications", QualificationKind)
        values["documents"] = _many(rule, "documents", DocumentPurpose)
        values["validity_months"] = _number(rule, "validity_months", LONGEST_VALIDITY_MONTHS, least=1)
        values["makeup_working_days"] = _number(rule, "makeup_working_days", LONGEST_MAKEUP_DAYS) or None
    with right:
        values["min_account_months"] = _number(rule, "min_account_months", 600) or None
        values["max_per_holder"] = _number(rule, "max_per_holder", 100_000) or None
        values["change_months"] = tuple(st.multiselect(
            _(BY_NAME["change_months"].label), range(1, 13), default=rule.change_months,
            key=f"type_{rule.type}_change_months"))  # fmt: skip
        for name in ("is_automatic", "allows_split", "needs_public_client", "needs_natural_client",
                     "needs_important_client"):  # fmt: skip
            values[name] = st.toggle(_(BY_NAME[name].label), value=getattr(rule, name), key=f"type_{rule.type}_{name}")
    values["chains"] = _chains(rule)
    return replace(rule, **values)


def _many(rule: TypeRule, name: str, words: type[Word]) -> tuple[str, ...]:
    known = labels(words)
    chosen = st.multiselect(_(BY_NAME[name].label), list(known), default=list(getattr(rule, name)),
                            format_func=lambda code: known[code], key=f"type_{rule.type}_{name}")  # fmt: skip
    return tuple(code for code in getattr(rule, name) if code in chosen) + tuple(
        code for code in chosen if code not in getattr(rule, name))  # fmt: skip


def _number(rule: TypeRule, name: str, most: int, *, least: int = 0) -> int:
    return int(st.number_input(f"{_(BY_NAME[name].label)} ({_('0: none')})" if not least else _(BY_NAME[name].label),
                               min_value=least, max_value=most, value=getattr(rule, name) or 0, step=1,
                               key=f"type_{rule.type}_{name}"))  # fmt: skip


def _chains(rule: TypeRule) -> dict[str, Any]:
    """Draw the posts of every approval in their order; posts that stand beside each other stay as they are."""
    posts, kinds, chains = labels(Post), labels(ChainKind), {}
    st.caption(_("Approvals: the posts in their order, one level each; empty where none is needed."))
    for kind, words in kinds.items():
        levels = rule.levels(kind)
        before = [post for level in levels for post in level]
        chosen = st.multiselect(words, list(posts), default=before, format_func=lambda code: posts[code],
                                key=f"type_{rule.type}_{kind}")  # fmt: skip
        if chosen:
            chains[kind] = levels if chosen == before else tuple((post,) for post in chosen)
    return chains


def _finish(done: object, words: str) -> None:
    if done is None:
        return
    own_names.clear()
    st.session_state[_DONE] = words
    for key in [key for key in st.session_state if str(key).startswith(("type_", "close_", "copy_")) and key != _DONE]:
        del st.session_state[key]
    st.rerun()
