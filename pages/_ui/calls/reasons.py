"""Why the client is called, what to bring up, and which products may be talked about."""

from __future__ import annotations

import re

import streamlit as st

from data_access.clock import business_date
from data_access.reads.call import CallPage
from domain.decision import Reason
from domain.months import month_of
from domain.reasons import reason_text
from domain.suitability import assessed_until, decide_products
from domain.words import POOL, LossReason, RiskLevel, Status
from metrics.catalogue import METRICS
from metrics.units import write_value
from pages._ui import cached
from pages._ui.client_blocks import month_or_dash, reason_lines
from pages._ui.frame import Frame
from pages._ui.tables import yuan
from pages._ui.texts import _, label, plain


def show_why(frame: Frame, page: CallPage) -> None:
    """Draw the facts of the client's rest, and the rule behind the status in words."""
    task, unit = page.task, METRICS["assets"].unit
    assets = page.last_assets[1] if page.last_assets else None
    facts = [_rest(page), (_("Last assets"), write_value(yuan(assets), unit, frame.language)),
             (_("Last trade"), month_or_dash(page.last_trade)),
             (_("Tier before"), (page.status or {}).get("tier_before") or "–"),
             (_("Expected value"), write_value(yuan(task["value_fen"]), unit, frame.language))]  # fmt: skip
    with st.container(horizontal=True, gap="medium"):
        for words, value in facts:
            st.metric(words, value, width="content")
    aspect = "status" if task["pool_status"] in POOL else "warning"
    lines = reason_lines(frame, page.client["client_no"], aspect)
    if not lines and aspect == "warning":
        lines = [_("No condition of the warning list is met any more.")]
    if page.client["loss_reason"]:
        reason = label(LossReason, page.client["loss_reason"])
        lines.append(_("Reason given for leaving: {reason}", reason=plain(reason)))
    if task["note"]:
        lines.append(_("Note of the lead: {note}", note=plain(task["note"])))
    st.markdown("\n".join(f"- {line}" for line in lines) or _("no data"))


def _rest(page: CallPage) -> tuple[str, str]:
    """Return how long the client has rested: since when it is lost or archived, else the months quiet."""
    now = page.status or {}
    if now.get("status") == Status.LOST and now["lost_on"]:
        return _("Lost since"), f"{now['lost_on']:%Y-%m}"
    if now.get("status") == Status.ARCHIVED and now["archived_on"]:
        return _("Archived since"), f"{now['archived_on']:%Y-%m}"
    return _("Months quiet"), str(now.get("months_quiet", "–"))


def show_points(page: CallPage) -> None:
    """Draw the points of the campaign, one a line; a semicolon ends a point too."""
    lines = [line.strip(" -•\t") for line in re.split(r"[\n；;]", page.task["script"] or "")]
    points = [plain(line) for line in lines if line]
    if points:
        st.markdown("\n".join(f"1. {point}" for point in points))
    else:
        st.caption(_("The campaign names no points for the call.") if page.task["campaign_no"]
                   else _("Handed out one by one, without a campaign: no points are given."))  # fmt: skip


def show_suitability(page: CallPage) -> None:
    """Draw the client's risk level with its date, and what may be recommended to it today (P53)."""
    level, assessed_on = page.client["risk_level"], page.client["risk_on"]
    today = business_date()
    rules = cached.rules(month_of(today))
    decision = decide_products(level, assessed_on, today, rules)
    if level in list(RiskLevel) and assessed_on is not None:
        st.markdown(_("**{level}** · assessed {day}, valid until {last}", level=plain(label(RiskLevel, level)),
                      day=assessed_on, last=assessed_until(assessed_on, rules)))  # fmt: skip
    reason = reason_text(Reason(decision.reason.code, decision.reason.params), _)
    if decision:
        st.markdown(plain(reason))
    else:
        st.warning(plain(reason), icon=":material/gpp_maybe:")
    st.caption(_("For ordinary investors; whether somebody is a professional investor is not recorded here."))
