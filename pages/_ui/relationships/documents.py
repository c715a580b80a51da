"""Documents on file beside an approval: the list, opening one, checking one, adding one."""

from __future__ import annotations

import uuid

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.commands.approvals import APPROVER_ROLES, SUBMITTER_ROLES
from data_access.commands.documents import check_document, store_document
from data_access.reads.approval_detail import ChainDetail, DocumentRow
from domain.approvals import OPEN_CHAIN_STATES
from domain.register_words import DocumentPurpose
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.exports import export_link
from pages._ui.grid import grid
from pages._ui.redirect import go_to
from pages._ui.session import actor, require_user
from pages._ui.texts import _, labels, moment_text


def show_documents(found: ChainDetail) -> None:
    """Draw the documents of an approval and what can be done with them."""
    user = require_user()
    is_open = found.row.state in [state.value for state in OPEN_CHAIN_STATES]
    if not found.documents and not (is_open and user.role in SUBMITTER_ROLES):
        return
    st.markdown(f"**{_('Documents on file')}**")
    if found.documents:
        picked = grid(_table(found), key="approval_documents", on_select="rerun",
                      selection_mode="single-row")["selection"]["rows"]  # fmt: skip
        st.caption(_("Select one to open it or to note that you checked it."))
        if picked and picked[0] < len(found.documents):
            _acts(found, found.documents[picked[0]], checks=is_open and user.role in APPROVER_ROLES)
    if is_open and user.role in SUBMITTER_ROLES:
        _add(found)


def _table(found: ChainDetail) -> pd.DataFrame:
    purposes = labels(DocumentPurpose)
    return pd.DataFrame([
        {_("Document"): purposes[one.kind], _("File"): one.file_name, _("Day on the form"): one.signed_on,
         _("Stored by"): one.stored_by, _("Stored"): moment_text(one.stored_at), _("Checked by"): one.checked_by}
        for one in found.documents
    ])  # fmt: skip


def _acts(found: ChainDetail, one: DocumentRow, *, checks: bool) -> None:
    with st.container(horizontal=True):
        if st.button(_("Open the document"), icon=":material/download:", key=f"document_{one.document_id}"):
            go_to(export_link("document", {"chain_no": found.row.chain_no, "document_id": one.document_id}))
        if checks and one.checked_by is None:
            pressed = st.button(_("I checked it"), icon=":material/fact_check:", key=f"checked_{one.document_id}")
            if pressed and attempt(lambda: check_document(db(), actor=actor(), chain_no=found.row.chain_no,
                                                          document_id=one.document_id,
                                                          request_id=uuid.uuid4().hex)):  # fmt: skip
                st.rerun()


def _add(found: ChainDetail) -> None:
    purposes, key = labels(DocumentPurpose), f"document_request_{found.row.chain_no}"
    request = st.session_state.setdefault(key, uuid.uuid4().hex)
    with st.popover(_("Add a document"), icon=":material/upload_file:"):
        with st.form(f"add_document_{found.row.chain_no}", border=False, clear_on_submit=True):
            purpose = st.selectbox(_("Document"), list(purposes), format_func=lambda code: purposes[code])
            signed_on = st.date_input(_("Day on the form"), value=None, max_value=business_date(), format="YYYY-MM-DD")
            upload = st.file_uploader(_("PDF, PNG or JPEG, up to 10 MB"), type=["pdf", "png", "jpg", "jpeg"])
            pressed = st.form_submit_button(_("Store"), type="primary", key="store_document")
        if not pressed or upload is None:
            return
        stored = attempt(lambda: store_document(
            db(), actor=actor(), number=found.row.chain_no, purpose=purpose, file_name=upload.name,
            content=upload.getvalue(), signed_on=signed_on, request_id=request))  # fmt: skip
        if stored is not None:
            st.session_state[key] = uuid.uuid4().hex
            st.rerun()
