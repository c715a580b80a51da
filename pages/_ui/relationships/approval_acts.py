"""Deciding, withdrawing and submitting an approval again: each press carries what its screen showed."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import streamlit as st

from data_access.actor import NotAllowed, NotSignedIn
from data_access.commands.acting import Refused
from data_access.commands.approvals import ChainOutcome, decide_step_of_chain, resubmit_chain, withdraw_chain
from data_access.reads.approval_detail import ChainDetail
from domain.approvals import REASON_LENGTH
from domain.reasons import reason_text
from domain.register_words import ChainState, StepDecision
from pages._ui.data import db
from pages._ui.session import actor
from pages._ui.texts import _, label

_SAID = "approval_said"


def show_answer() -> None:
    """Say once what the last press did, or why it did nothing."""
    said = st.session_state.pop(_SAID, None)
    if said:
        st.success(said[1], icon=":material/check_circle:") if said[0] else st.error(said[1], icon=":material/block:")


def show_acts(found: ChainDetail) -> None:
    """Draw what the reader may do with an approval."""
    if found.may_decide:
        _decision_form(found)
    if found.is_own:
        _own_form(found)


def _decision_form(found: ChainDetail) -> None:
    row, request = found.row, _request(found)
    seen = (row.chain_no, row.level, found.version, found.content_hash, request)
    with st.form(f"decide_{row.chain_no}", border=False):
        st.text_area(_("Reason (needed to reject or to return)"), key=f"reason_{request}", max_chars=REASON_LENGTH,
                     height=80)  # fmt: skip
        with st.container(horizontal=True):
            st.form_submit_button(_("Approve"), type="primary", icon=":material/check:", key="approve",
                                  on_click=_decide, args=(*seen, StepDecision.APPROVED.value))  # fmt: skip
            st.form_submit_button(_("Return"), icon=":material/undo:", key="return",
                                  on_click=_decide, args=(*seen, StepDecision.RETURNED.value))  # fmt: skip
            st.form_submit_button(_("Reject"), icon=":material/close:", key="reject",
                                  on_click=_decide, args=(*seen, StepDecision.REJECTED.value))  # fmt: skip


def _own_form(found: ChainDetail) -> None:
    row, request = found.row, _request(found)
    seen = (row.chain_no, found.version, request)
    block = st.popover(_("Withdraw or submit again"), icon=":material/edit:")
    with block, st.form(f"own_{row.chain_no}", border=False):
        st.text_area(_("Reason"), key=f"own_reason_{request}", max_chars=REASON_LENGTH, height=80)
        with st.container(horizontal=True):
            if row.state == ChainState.RETURNED:
                st.form_submit_button(_("Submit again"), type="primary", icon=":material/send:", key="resubmit",
                                      on_click=_own, args=(resubmit_chain, *seen))  # fmt: skip
            st.form_submit_button(_("Withdraw"), icon=":material/block:", key="withdraw", on_click=_own,
                                  args=(withdraw_chain, *seen))  # fmt: skip


def _request(found: ChainDetail) -> str:
    """Return the id of what is shown: two presses on one screen are one act."""
    key = f"approval_request_{found.row.chain_no}_{found.version}"
    return str(st.session_state.setdefault(key, uuid.uuid4().hex))


def _decide(chain_no: str, level: int, version: int, content_hash: str, request: str, decision: str) -> None:
    words = str(st.session_state.get(f"reason_{request}", ""))
    _answer(lambda: decide_step_of_chain(
        db(), actor=actor(), chain_no=chain_no, level=level, seen_version=version, seen_hash=content_hash,
        decision=decision, reason=words, request_id=request).state, chain_no)  # fmt: skip


def _own(act: Callable[..., ChainOutcome], chain_no: str, version: int, request: str) -> None:
    words = str(st.session_state.get(f"own_reason_{request}", ""))
    _answer(lambda: act(db(), actor=actor(), chain_no=chain_no, seen_version=version, reason=words,
                        request_id=request).state, chain_no)  # fmt: skip


def _answer(act: Callable[[], str], chain_no: str) -> None:
    try:
        words = _("{number}: {state}.", number=chain_no, state=label(ChainState, act()))
        st.session_state[_SAID] = (True, words)
    except Refused as refused:
        st.session_state[_SAID] = (False, reason_text(refused.reason, _))
    except (NotAllowed, NotSignedIn):
        st.session_state[_SAID] = (False, _("You may not do this."))
