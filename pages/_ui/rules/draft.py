"""The draft of a rule set: begin, edit, discard, publish."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from data_access.commands.refreshes import start_refresh
from data_access.commands.rules import discard_draft, open_draft, publish_draft, save_draft
from data_access.reads.rule_versions import RuleVersion
from domain.decision import Reason
from domain.policies import RuleSet
from domain.reasons import reason_text
from domain.rule_faults import KNOWN_FIELDS, LATEST, LONGEST_SOURCE, RANGES, TIER_PEERS, find_faults
from pages._ui import cached
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.navigation import screen_page
from pages._ui.rules.fields import FIELDS, GROUPS, PEERS, PROFILE, RuleField, difference_sentences, label_of, value_text
from pages._ui.session import actor
from pages._ui.texts import _, moment_text

_PUBLISHED = "published_rules"


def offer_draft(newest: RuleVersion, earliest: date) -> None:
    """Say that nothing is drafted and begin a draft."""
    st.info(_("No draft is open. A draft starts as a copy of version {version}; nothing changes until it is published.",
              version=newest.version), icon=":material/edit_note:")  # fmt: skip
    st.caption(_("New rules can hold from {day} on; months marked final keep the figures they were published with.",
                 day=earliest.isoformat()))  # fmt: skip
    if st.button(_("Begin a draft"), type="primary", icon=":material/add:") and attempt(
        lambda: open_draft(db(), actor=actor())
    ):
        st.rerun()


def show_changes(draft: RuleVersion, before: RuleVersion) -> None:
    """Say which draft this is and what it changes."""
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{_('Draft of version {version}', version=draft.version)}** · "
                    + _("last saved by {author}", author=draft.author or _("System")))  # fmt: skip
        st.caption(_("Valid from {day}, against version {version}:", day=draft.rules.valid_from.isoformat(),
                     version=before.version))  # fmt: skip
        changes = difference_sentences(before.rules, draft.rules)
        st.markdown("\n".join(f"- {line}" for line in changes) or _("Nothing is changed yet."))


def show_form(draft: RuleVersion, earliest: date, *, is_open: bool) -> None:
    """Draw the form of the draft and save it; faults are named with their number and nothing is saved."""
    with (
        st.expander(_("Numbers of the draft"), expanded=is_open, icon=":material/edit:"),
        st.form(f"rules_{draft.stamp}", border=False),
    ):
        st.caption(_("Save before you look at what would change."))
        values: dict[str, Any] = {}
        columns = st.columns(2)
        for place, (group, (name, meaning)) in enumerate(GROUPS.items()):
            with columns[place % 2], st.container(border=True):
                st.subheader(_(name), anchor=False)
                st.caption(_(meaning))
                inputs = st.columns(2)
                for number, field in enumerate(one for one in FIELDS if one.group == group):
                    wide = field.kind in ("profile", "text")
                    with st.container() if wide else inputs[number % 2]:
                        values[field.name] = _input(field, draft, earliest)
        if st.form_submit_button(_("Save the draft"), type="primary", icon=":material/save:"):
            _save(draft, replace(draft.rules, **values), earliest)


def _input(field: RuleField, draft: RuleVersion, earliest: date) -> Any:
    """Draw the input of one number and return its value as stored."""
    value, key = getattr(draft.rules, field.name), f"rule_{draft.stamp}_{field.name}"
    words: dict[str, Any] = {"label": f"{_(field.label)} · {field.rule}", "help": _(field.help), "key": key}
    if field.kind == "peer":
        return st.selectbox(options=TIER_PEERS, index=TIER_PEERS.index(value) if value in TIER_PEERS else 0,
                            format_func=lambda code: _(PEERS[code]), **words)  # fmt: skip
    if field.kind == "profile":
        known = KNOWN_FIELDS[field.name]
        return tuple(st.multiselect(options=known, default=[one for one in value if one in known],
                                    format_func=lambda code: _(PROFILE[code]), **words))  # fmt: skip
    if field.kind == "day":
        return st.date_input(value=max(value, earliest), min_value=earliest, max_value=LATEST, **words)
    if field.kind == "text":
        return st.text_input(value=value, max_chars=LONGEST_SOURCE, **words)
    least, most = RANGES[field.name]
    if field.kind in ("percent", "yuan"):
        words["label"] = f"{_(field.label)} ({'%' if field.kind == 'percent' else _('yuan')}) · {field.rule}"
        step = 0.5 if field.kind == "percent" else 100.0
        shown = st.number_input(value=value / 100, min_value=least / 100, max_value=most / 100, step=step,
                                format="%.2f", **words)  # fmt: skip
        return round(shown * 100)
    return st.number_input(value=value, min_value=least, max_value=most, step=1, **words)


def _save(draft: RuleVersion, rules: RuleSet, earliest: date) -> None:
    faults = find_faults(rules, earliest=earliest)
    if faults:
        st.error("  \n".join([_("Nothing is saved yet:"), *(_fault(one) for one in faults)]), icon=":material/block:")
    elif attempt(lambda: save_draft(db(), actor=actor(), seen=draft.stamp, rules=rules)):
        st.rerun()


def _fault(reason: Reason) -> str:
    return f"{label_of(str(reason.params['field']))}: {reason_text(reason, _)}"


def offer_steps(draft: RuleVersion, before: RuleVersion, *, is_previewed: bool) -> None:
    """Draw the last two steps: publish, with the changes once more, and discard."""
    changes = difference_sentences(before.rules, draft.rules)
    with st.popover(_("Publish"), icon=":material/publish:", disabled=not changes):
        st.markdown(_("Version {version} holds from {day} on:", version=draft.version,
                      day=value_text("valid_from", draft.rules.valid_from)))  # fmt: skip
        st.markdown("\n".join(f"- {line}" for line in changes))
        if not is_previewed:
            st.warning(_("Nobody has looked at what would change yet."), icon=":material/visibility_off:")
        st.caption(_("A published version is never edited. Figures follow it with the next refresh."))
        sure = st.checkbox(_("I have read the changes"), key=f"sure_{draft.stamp}")
        if st.button(_("Publish version {version}", version=draft.version), type="primary", disabled=not sure):
            _publish(draft)
    with st.popover(_("Discard"), icon=":material/delete:"):
        st.caption(_("The draft is gone for good; published versions stay."))
        if st.button(_("Discard the draft"), type="primary") and attempt(
            lambda: (discard_draft(db(), actor=actor(), version=draft.version, seen=draft.stamp), True)[1]
        ):
            st.rerun()


def _publish(draft: RuleVersion) -> None:
    done = attempt(lambda: publish_draft(db(), actor=actor(), version=draft.version, seen=draft.stamp))
    if done is not None:
        cached.forget()
        st.session_state[_PUBLISHED] = done.version
        st.rerun()


def show_published(versions: list[RuleVersion]) -> None:
    """Say after publishing what comes next, with the refresh at hand."""
    number = st.session_state.get(_PUBLISHED)
    one = next((one for one in versions if one.version == number), None)
    if one is None:
        return
    st.success(_("Version {version} was published on {moment}. Refresh the figures to apply it.", version=one.version,
                 moment=moment_text(one.published_at)), icon=":material/check_circle:")  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(_("Run a refresh"), icon=":material/refresh:", type="primary"):
            attempt(lambda: start_refresh(db(), actor=actor()))
            del st.session_state[_PUBLISHED]
            st.toast(_("The refresh was started; the Data page follows it."))
        st.page_link(screen_page("data"), label=_("Open Data"), icon=":material/database:")
