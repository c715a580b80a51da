"""One approval: what is asked for beside what was registered, the steps with their times, documents, the decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from data_access.clock import SHANGHAI
from data_access.reads.approval_detail import ChainDetail, RecordRow, StepRow
from domain.reasons import reason_text
from domain.register_words import Post, StepDecision
from domain.words import AccountEventKind, AccountKind
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.links import link
from pages._ui.relationships.approval_acts import show_acts
from pages._ui.relationships.approval_list import state_words
from pages._ui.relationships.core_proposals import show_evidence
from pages._ui.relationships.documents import show_documents
from pages._ui.relationships.trace import show_lines
from pages._ui.relationships.words import share_words, type_word
from pages._ui.texts import _, label, labels, moment_text


def show_chain(frame: Frame, found: ChainDetail) -> None:
    """Draw an approval with its evidence, and what the reader may do with it."""
    with st.container(border=True):
        st.subheader(_("Approval {number}", number=found.row.chain_no), anchor=False)
        st.caption(state_words(found.row))
        left, right = st.columns(2)
        with left:
            _asked_for(frame, found)
        with right:
            _registered(found)
        if found.content.get("list_no"):
            show_evidence(frame, found.content["list_no"])
        show_documents(found)
        _steps(found)
        if found.why_not is not None:
            st.warning(reason_text(found.why_not, _), icon=":material/block:")
        show_acts(found)


def _asked_for(frame: Frame, found: ChainDetail) -> None:
    content = found.content
    st.markdown(f"**{_('What is asked for')}**")
    facts = [
        (_("Relationship type"), type_word(content["type"]) if content.get("type") else None),
        (_("From"), content.get("valid_from") or content.get("on")),
        (_("Event"), _event(content.get("event"))),
        (_("List"), content.get("list_no")),
        (_("Replaces"), content.get("replaces")),
        (_("Reason"), content.get("reason")),
        *((_("Holder of the relationship"), _holder(found, one)) for one in content.get("holders", ())),
    ]  # fmt: skip
    grid(pd.DataFrame([(name, value) for name, value in facts if value], columns=[_("Field"), _("Value")]),
         key="approval_asked")  # fmt: skip
    if found.row.client_no:
        link(frame, "client", _("Open the client"), client=found.row.client_no)


def _holder(found: ChainDetail, one: Mapping[str, Any]) -> str:
    number = one["staff_no"]
    return f"{found.names.get(number, '–')} {number} {share_words(one['share_bp'])}"


def _event(event: Mapping[str, Any] | None) -> str | None:
    if not event:
        return None
    at = pd.Timestamp(event["at"]).tz_convert(SHANGHAI)
    words = [label(AccountEventKind, event["kind"]), label(AccountKind, event.get("account_kind"))]
    return " · ".join([*words, f"{at:%Y-%m-%d %H:%M}" if event.get("has_time") else f"{at:%Y-%m-%d}"])


def _registered(found: ChainDetail) -> None:
    st.markdown(f"**{_('What was registered')}**")
    if not found.records:
        st.caption(_("No pre-registration stands behind it: submitted on {moment}.",
                     moment=moment_text(found.row.submitted_at)))  # fmt: skip
        return
    grid(pd.DataFrame([_record(one) for one in found.records]), key="approval_records")
    if any(one.is_rival for one in found.records):
        st.caption(_("Several persons registered this client (R-13): one development relationship can be confirmed, "
                     "the other approvals are rejected."))  # fmt: skip


def _trace(found: ChainDetail) -> None:
    """Offer what the matching asked of the event, line by line."""
    if found.trace:
        with st.expander(_("Why it needs an approval: what the matching asked"), icon=":material/rule:"):
            show_lines(found.trace, key="approval_trace")


def _record(one: RecordRow) -> dict[str, Any]:
    holders = " · ".join(f"{name} {number} {share_words(share)}" for number, name, share in one.holders)
    return {_("Pre-registration"): one.prereg_no, _("Registered"): moment_text(one.registered_at),
            _("Valid until"): one.expires_on.isoformat(), _("Holders"): holders,
            _("Approval"): one.chain_no if one.is_rival else _("this one")}  # fmt: skip


def _steps(found: ChainDetail) -> None:
    st.markdown(f"**{_('Steps')}**")
    posts, decisions = labels(Post), labels(StepDecision)
    rounds = max(step.round for step in found.steps)
    grid(pd.DataFrame([
        {
            **({_("Round"): step.round} if rounds > 1 else {}),
            _("Level"): step.level,
            _("Post"): posts[step.post],
            _("Place"): step.unit_name,
            _("Decision"): decisions[step.decision] if step.decision else None,
            _("By"): _by(step),
            _("Waiting since"): moment_text(step.waiting_since),
            _("Decided at"): moment_text(step.decided_at),
            _("Reason"): step.reason,
        }
        for step in found.steps
    ]), key="approval_steps")  # fmt: skip


def _by(step: StepRow) -> str:
    """Write who decided a step, else who may."""
    if step.decision is None:
        return " / ".join(step.people) or _("nobody is named for this post")
    return _("{name} for {holder}", name=step.decided_by, holder=step.decided_for) if step.decided_for \
        else str(step.decided_by)  # fmt: skip
