"""The published versions of the rule set: when, by whom, what changed, and two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data_access.reads.generation import Generation
from data_access.reads.rule_versions import PUBLISHED, RuleVersion
from domain.months import month_end, month_text
from pages._ui import states
from pages._ui.grid import grid
from pages._ui.rules.fields import FIELDS, GROUPS, difference_sentences, differences, value_text
from pages._ui.texts import _, moment_text


def name_of(one: RuleVersion) -> str:
    """Name a version."""
    return _("Version {version}", version=one.version) + ("" if one.state == PUBLISHED else f" ({_('draft')})")


def in_force(versions: Sequence[RuleVersion], generation: Generation | None) -> int | None:
    """Return the version that the newest published month follows, None before anything is published."""
    if generation is None or not generation.builds:
        return None
    end = month_end(generation.last_month)
    valid = [one for one in versions if one.state == PUBLISHED and one.rules.valid_from <= end]
    return max(valid, key=lambda one: (one.rules.valid_from, one.version)).version if valid else None


def show_versions(versions: Sequence[RuleVersion], generation: Generation | None) -> None:
    """Draw the list of versions, and every number of the one selected (the newest published one by default)."""
    followed = in_force(versions, generation)
    published = [one for one in versions if one.state == PUBLISHED]
    chosen = grid(
        pd.DataFrame([
            {_("Version"): one.version, _("Valid from"): one.rules.valid_from,
             _("Published"): moment_text(one.published_at), _("By"): one.author or _("System"),
             _("Why"): one.rules.source, _("Changes"): _what_changed(published, place),
             _("Holds"): _("newest month") if one.version == followed else ""}
            for place, one in enumerate(published)
        ]),
        key="versions", on_select="rerun", selection_mode="single-row",
        column_config={_("Version"): st.column_config.NumberColumn(width=64),
                       _("Valid from"): st.column_config.DateColumn(width=96),
                       _("Published"): st.column_config.TextColumn(width=128),
                       _("By"): st.column_config.TextColumn(width=90),
                       _("Why"): st.column_config.TextColumn(width=240),
                       _("Holds"): st.column_config.TextColumn(width=96)},
    )  # fmt: skip
    picked = chosen["selection"]["rows"]
    one = published[picked[0]] if picked and picked[0] < len(published) else published[0]
    if generation is not None and followed is not None:
        st.caption(_("The newest month {month} follows version {version}. Select a version to read its numbers.",
                     month=month_text(generation.last_month), version=followed))  # fmt: skip
    st.subheader(name_of(one), anchor=False)
    for line in _changes(published, published.index(one)):
        st.markdown(f"- {line}")
    grid(_numbers(one), height=460, key="numbers")


def _changes(published: Sequence[RuleVersion], place: int) -> list[str]:
    if place + 1 == len(published):
        return []
    return difference_sentences(published[place + 1].rules, published[place].rules)


def _what_changed(published: Sequence[RuleVersion], place: int) -> str:
    return "; ".join(_changes(published, place)) or _("first version")


def _numbers(one: RuleVersion) -> pd.DataFrame:
    return pd.DataFrame([
        {_("Group"): _(GROUPS[field.group][0]), _("Number"): _(field.label),
         _("Value"): value_text(field.name, getattr(one.rules, field.name)), _("Rule"): field.rule,
         _("Meaning"): _(field.help)} for field in FIELDS if field.group != "version"
    ])  # fmt: skip


def show_comparison(versions: Sequence[RuleVersion]) -> None:
    """Draw what differs between two versions, in words."""
    if len(versions) == 1:
        states.nothing_to_do(_("There is one version only, so there is nothing to compare."))
        return
    by_number = {one.version: one for one in versions}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = st.selectbox(_("From"), list(by_number), index=1, key="compare_from", width=200,
                             format_func=lambda number: name_of(by_number[number]))  # fmt: skip
        second = st.selectbox(_("To"), list(by_number), index=0, key="compare_to", width=200,
                              format_func=lambda number: name_of(by_number[number]))  # fmt: skip
    found = differences(by_number[first].rules, by_number[second].rules)
    if not found:
        st.info(_("The two versions say the same."), icon=":material/equal:")
        return
    grid(pd.DataFrame([
        {_("Group"): _(GROUPS[field.group][0]), _("Number"): _(field.label), _("Rule"): field.rule,
         name_of(by_number[first]): then, f"{name_of(by_number[second])} ": now} for field, then, now in found
    ]), key="differences")  # fmt: skip
    counted = sum(field.group != "version" for field, _then, _now in found)
    st.caption(_("{count} numbers differ; all others are the same in both.", count=counted))
