"""The head of one campaign: what it is, how its groups stand, renaming, closing and cancelling it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date

import streamlit as st

from data_access.commands.campaigns import cancel_campaign, close_campaign, rename_campaign
from data_access.reads.campaigns import CampaignDetail
from domain.campaigns import NAME_LENGTH, CampaignState, Purpose, outcome_on
from domain.distribution import Predecessor
from domain.months import month_text
from domain.reasons import reason_text
from pages._ui import cached
from pages._ui.acts import attempt
from pages._ui.campaigns.carried import known_list
from pages._ui.campaigns.words import GROUPS, list_words
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.hand_out import may_hand_out
from pages._ui.links import link
from pages._ui.session import actor
from pages._ui.texts import _, label, plain

_COLOURS = {"running": "green", "closed": "gray", "cancelled": "red"}


def show_head(frame: Frame, found: CampaignDetail) -> None:
    """Draw name, state, rule, groups and what may be done with the campaign as a whole."""
    row = found.row
    with st.container(gap="xxsmall"):
        st.subheader(plain(row.name), anchor=False)
        st.caption(plain(_rule_line(frame, found)))
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.badge(label(CampaignState, row.state), color=_COLOURS.get(row.state, "gray"))
        st.badge(label(Purpose, row.purpose), color="blue")
        st.badge(label(Predecessor, found.predecessor), color="gray", icon=":material/history:")
        st.badge(_("Window {first} – {last}", first=row.drawn_on, last=row.window_to_on), color="gray",
                 icon=":material/date_range:",
                 help=_("Held-back clients are not contacted until the last day. The groups are compared {days} days "
                        "after the draw, on {day}.", days=found.outcome_days, day=_compared_on(found)))  # fmt: skip
        if may_hand_out(frame) and row.is_whole and row.state != CampaignState.CANCELLED:
            _acts(found)
        link(frame, "hand_out", _("All campaigns"))
    why_not = "  \n".join(f"{count:,} · {_(GROUPS.get(code, code))}" for code, count in found.reasons.items())
    with st.container(horizontal=True, gap="small"):
        for words, count, explained in (
            (_("To be contacted"), row.to_contact, None), (_("Handed out"), row.tasks, None),
            (_("Open tasks"), row.open_tasks, None),
            (_("Held back"), row.held_back, _("Not contacted by anybody until the window ends.")),
            (_("Not in the draw"), row.excluded, why_not or None),
        ):  # fmt: skip
            st.metric(words, f"{count:,}", border=True, width=140, help=explained)
    said = reason_text(found.said, _)
    st.caption(plain(said if found.said.code == "holdout.drawn" else _(
        "Nobody is held back: {why} Whether the calls made a difference cannot be told.", why=said)))  # fmt: skip
    if not row.is_whole:
        st.caption(_("The campaign holds clients outside your reach, too; the numbers are of those inside."))
    with st.expander(_("Rules of the campaign"), icon=":material/tune:", type="compact"):
        for line in _rule_lines(found):
            st.text(line)


def _rule_lines(found: CampaignDetail) -> list[str]:
    lines = [
        _("Hold-out group wanted: {share} of the list.", share=f"{found.holdout_bp / 10_000:.0%}"),
        _("The groups are compared {days} days after the draw, on {day}; worth the calls is a difference of {points} "
          "percentage points or more.", days=found.outcome_days, day=_compared_on(found),
          points=f"{found.worthwhile_bp / 100:g}"),
        _("Rule version {version}.", version=found.rule_version),
    ]  # fmt: skip
    if found.must_contact:
        lines.append(_("{count} clients had to be contacted and were not drawn.", count=f"{found.must_contact:,}"))
    if found.script:
        lines.append(_("Points for the call: {words}", words=found.script))
    return lines


def _compared_on(found: CampaignDetail) -> date:
    return outcome_on(found.row.drawn_on, found.outcome_days)


def _rule_line(frame: Frame, found: CampaignDetail) -> str:
    kept = {name: tuple(values) for name, values in found.rule.get("list", {}).items() if isinstance(values, list)}
    carried = known_list(found.row.source, kept)
    parts = [found.campaign_no, list_words(frame, carried) if carried else "", month_text(found.row.as_of_month),
             "、".join(cached.place_names(frame.scope.key).get(code, code) for code in kept.get("unit", ())),
             found.row.created_by]  # fmt: skip
    return " · ".join(part for part in parts if part)


def _acts(found: CampaignDetail) -> None:
    row = found.row
    with st.popover(_("Change"), icon=":material/more_horiz:"):
        name = st.text_input(_("Campaign name"), value=row.name, max_chars=NAME_LENGTH, key="campaign_rename")
        if st.button(_("Rename"), icon=":material/edit:", key="campaign_rename_press"):
            _done(lambda request: rename_campaign(db(), actor=actor(), campaign_no=row.campaign_no, name=name,
                                                  version=row.version, request_id=request), row.version)  # fmt: skip
        if row.state != CampaignState.RUNNING:
            return
        st.divider()
        if not found.hand_outs:
            st.caption(_("Cancelling frees all its clients, held-back ones too; the draw is not kept in force."))
            if st.button(_("Cancel the campaign"), icon=":material/cancel:", key="campaign_cancel"):
                _done(lambda request: cancel_campaign(
                    db(), actor=actor(), campaign_no=row.campaign_no, version=row.version,
                    request_id=request), row.version)  # fmt: skip
        st.caption(_("After closing nothing more is handed out; held-back clients stay so until the window ends."))
        if st.button(_("Close the campaign"), icon=":material/lock:", key="campaign_close"):
            _done(lambda request: close_campaign(db(), actor=actor(), campaign_no=row.campaign_no,
                                                 version=row.version, request_id=request), row.version)  # fmt: skip


def _done(act: Callable[[str], None], version: int) -> None:
    request = str(st.session_state.setdefault(f"campaign_act_{version}", uuid.uuid4().hex))
    refused = attempt(lambda: (act(request), True)[1])
    if refused is not None:
        st.session_state.pop(f"campaign_act_{version}", None)
        st.rerun()
