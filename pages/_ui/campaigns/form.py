"""From a list to a campaign: its name and rules, what can be handed out and what not, and the draw."""

from __future__ import annotations

import uuid
from typing import Any

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.commands.campaigns import create_campaign
from data_access.desk.lists import ListGone, ListRequest
from domain.campaigns import MEMBER_LIMIT, NAME_LENGTH, OUTCOME_DAYS, SCRIPT_LENGTH, Purpose, Source
from domain.decision import Reason
from domain.distribution import Predecessor
from domain.holdout import LARGEST_SHARE_BP, decide_size
from domain.months import month_of
from domain.reasons import TEMPLATES, reason_text
from metrics.units import YUAN, write_value
from pages._ui import cached, states
from pages._ui.acts import attempt
from pages._ui.campaigns import reads as desk_reads
from pages._ui.campaigns.carried import Carried, filter_of
from pages._ui.campaigns.words import GROUPS, list_words
from pages._ui.components import card
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import client_addresses
from pages._ui.session import actor
from pages._ui.texts import _, labels, plain

SHOWN = 500
_REQUEST = "campaign_request"


def forget_form() -> None:
    """Let the next form be another one: called where no form is shown, so that a second press finds the first's id."""
    st.session_state.pop(_REQUEST, None)


def show_form(frame: Frame, carried: Carried) -> None:
    """Draw the form of a new campaign with what its list holds."""
    request = ListRequest(carried.source.value, filter_of(frame, carried), frame.month,
                          frame.generation.generation_id, frame.scope.key, carried.body(frame))  # fmt: skip
    where = frame.place.name if frame.place else ""
    st.caption(plain(" · ".join(part for part in (list_words(frame, carried), frame.as_of, where) if part)))
    left, right = st.columns([3, 2])
    with right:
        survey_place = st.container()
    with left, card(_("New campaign"), _("The groups are drawn once, with the campaign, and never again.")):
        asked = _fields(frame, carried)
        button_place = st.container()
    try:
        found = desk_reads.survey(request, frame.user.scope.key, asked["purpose"], business_date())
    except ListGone:
        states.no_data_for_date(_("The figures were published anew meanwhile; open the list again."))
        return
    with survey_place:
        _show_survey(frame, found, asked)
    with button_place:
        _create(request, found, asked)


def _fields(frame: Frame, carried: Carried) -> dict[str, Any]:
    rules, words = cached.rules(month_of(business_date())), labels(Purpose)
    keeps = carried.source is Source.WARNING or carried.value("status") == "near"
    name = st.text_input(_("Campaign name"), value=f"{list_words(frame, carried)} · {frame.as_of}"[:NAME_LENGTH],
                         max_chars=NAME_LENGTH, key="campaign_name")  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        purpose = st.segmented_control(
            _("Purpose"), list(words), default=(Purpose.RETENTION if keeps else Purpose.REACTIVATION).value,
            required=True, format_func=lambda code: words[code], key="campaign_purpose",
            help=_("Win back: lost, archived and silent clients. Keep: clients who are still with the firm."),
        )  # fmt: skip
        before = labels(Predecessor)
        predecessor = st.selectbox(_("Previous holder"), list(before), index=list(before).index("preferred"),
                                   format_func=lambda code: before[code], width="stretch",
                                   key="campaign_predecessor")  # fmt: skip
    share = st.slider(_("Hold-out group (percent)"), 0, LARGEST_SHARE_BP // 100, rules.holdout_bp // 100,
                      key="campaign_share",
                      help=_("Drawn by chance and not contacted, so that it can be seen whether the calls made the "
                             "difference."))  # fmt: skip
    with st.expander(_("Clients to contact in any case, points for the call, comparison"), icon=":material/tune:"):
        must = st.text_area(_("Clients who must be contacted (numbers)"), height=80, key="campaign_must",
                            help=_("They are not drawn and count in no comparison."))  # fmt: skip
        script = st.text_area(_("Points for the call"), max_chars=SCRIPT_LENGTH, height=120, key="campaign_script")
        with st.container(horizontal=True):
            worth = st.number_input(_("Smallest difference worth the calls (percentage points)"), 0.01, 50.0,
                                    rules.worthwhile_bp / 100, 0.5, key="campaign_worth", width=300)  # fmt: skip
            days = st.number_input(_("Days until the groups are compared"), *OUTCOME_DAYS, rules.outcome_days,
                                   key="campaign_days", width=240)  # fmt: skip
    return {"name": name, "purpose": str(purpose), "predecessor": predecessor, "holdout_bp": share * 100,
            "must_contact": must.replace(",", " ").replace("，", " ").replace("、", " ").split(), "script": script,
            "worthwhile_bp": round(worth * 100), "outcome_days": int(days)}  # fmt: skip


def _show_survey(frame: Frame, found: desk_reads.Survey, asked: dict[str, Any]) -> None:
    with card(_("What can be handed out"), _("Decided today, client by client, on present facts.")):
        if found.too_many:
            st.warning(_("A campaign takes at most {limit} clients; filter the list first.", limit=f"{MEMBER_LIMIT:,}"),
                       icon=":material/filter_alt:")  # fmt: skip
            return
        with st.container(horizontal=True, gap="small"):
            st.metric(_("Can be handed out"), f"{found.able:,}", border=True, width=156)
            st.metric(_("Cannot"), f"{len(found.excluded):,}", border=True, width=156)
            st.metric(_("Expected value"), write_value(found.value_fen / 100, YUAN, frame.language), border=True,
                      width=156, help=_("Net income of the last twelve months with a trade, together."))  # fmt: skip
            st.metric(_("Expected hours"), f"{found.minutes / 60:,.0f}", border=True, width=156)
        _say_size(found.able - len(set(asked["must_contact"])), asked["holdout_bp"])
        lines = [f"{count:,} · {_(GROUPS.get(code, TEMPLATES.get(code, code)))}"
                 for code, count in found.groups().items()]  # fmt: skip
        if found.beyond:
            lines.append(_("{count} · outside your reach today", count=f"{found.beyond:,}"))
        st.markdown("  \n".join(plain(line) for line in lines))
        if found.excluded:
            with st.expander(_("The clients who cannot be handed out"), icon=":material/block:"):
                _show_excluded(frame, found)


def _say_size(count: int, share_bp: int) -> None:
    size = decide_size(max(count, 0), share_bp)
    if size:
        st.info(_("About {held} of {count} clients will be held back and not contacted until the window ends.",
                  held=size.reason.params["held"], count=f"{count:,}"), icon=":material/science:")  # fmt: skip
    else:
        st.info(_("Nobody will be held back: {why} Whether the calls made a difference cannot be told then.",
                  why=reason_text(size.reason, _)), icon=":material/science:")  # fmt: skip


def _show_excluded(frame: Frame, found: desk_reads.Survey) -> None:
    shown = found.excluded[:SHOWN]
    grid(pd.DataFrame({
        "client": client_addresses(frame, [number for number, *_rest in shown]),
        "why": [reason_text(Reason(code, params), _) for _number, _id, code, params in shown],
    }), key="campaign_excluded", height=table_height(len(shown), 300), column_config={
        "client": st.column_config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)"),
        "why": st.column_config.TextColumn(_("Why not"), width="large"),
    })  # fmt: skip
    if len(found.excluded) > SHOWN:
        st.caption(_("The first {most} of {count} are shown.", most=f"{SHOWN:,}", count=f"{len(found.excluded):,}"))


def _create(request: ListRequest, found: desk_reads.Survey, asked: dict[str, Any]) -> None:
    form_id = st.session_state.setdefault(_REQUEST, uuid.uuid4().hex)
    pressed = st.button(_("Make the campaign and draw the groups"), type="primary", icon=":material/campaign:",
                        key="campaign_create", disabled=not found.able)  # fmt: skip
    if not pressed:
        return
    made = attempt(lambda: create_campaign(db(), actor=actor(), request=request, request_id=form_id, **asked))
    if made is None:
        return
    desk_reads.compute_anew()
    st.query_params.pop("list", None)
    st.query_params["campaign"] = made.campaign_no
    st.rerun()
