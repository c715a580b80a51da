"""Bringing one file in: choose, upload, preview with every problem, then confirm."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
import streamlit as st

from data_access.imports import MEANINGS, FileRefused, Preview, confirm_import, inspect_upload
from data_access.imports.kinds import KINDS
from data_access.imports.templates import template
from data_access.register.faults import Fault
from data_access.register.match_run import match_events
from domain.reasons import reason_text
from domain.register_words import ConflictKind
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.grid import grid
from pages._ui.imported_accounts import keep_passwords, offer_passwords
from pages._ui.session import actor
from pages._ui.texts import _, language

ACCOUNTS = "user"
"""The kind of file that adds accounts."""
EVENT_KIND = "account_event"
"""The kind of file that the matching follows."""
_LEADING = ("relationship", "chain", "conflict")

FAULTS_SHOWN = 500


def show(only: str | None = None) -> None:
    """Draw the upload, its preview and the confirmation; ``only``: the one kind of file that is brought in here."""
    kind = only or st.selectbox(
        _("Kind of file"), list(KINDS), index=list(KINDS).index("client_month"), width=320,
        format_func=lambda code: f"{_(KINDS[code].label)} · {code}")  # fmt: skip
    offer_passwords()
    with st.expander(_("Columns and an example")):
        st.code(template(kind, chinese=language() == "zh_CN"), language=None)
    upload = st.file_uploader(_("CSV or XLSX, up to 20 MB"), type=["csv", "xlsx"], key=f"upload_{kind}")
    mapping = st.file_uploader(
        _("Mapping file (TOML), where headers are foreign"), type=["toml"], key=f"mapping_{kind}"
    )
    ignore = st.checkbox(_("Ignore extra columns"))
    if upload is None:
        return
    rules = mapping.getvalue().decode("utf-8", errors="replace") if mapping else None
    preview = attempt(lambda: inspect_upload(db(), actor=actor(), kind=kind, name=upload.name, data=upload.getvalue(),
                                             mapping=rules, ignore_extra=ignore))  # fmt: skip
    if preview is None:
        return
    _report(preview)
    if preview.error_count:
        return
    if st.button(_("Import {count} rows", count=f"{preview.rows_read:,}"), type="primary", icon=":material/upload:"):
        try:
            done = attempt(
                lambda: confirm_import(
                    db(),
                    actor=actor(),
                    kind=kind,
                    name=upload.name,
                    data=upload.getvalue(),
                    mapping=rules,
                    ignore_extra=ignore,
                )
            )
        except FileRefused:
            st.error(_("The file no longer fits what is stored; look at the preview again."))
            return
        if done is not None:
            st.success(_("Imported: {new} new, {changed} changed, {same} unchanged. Run a refresh to publish them.",
                         new=f"{done.new:,}", changed=f"{done.changed:,}", same=f"{done.same:,}"))  # fmt: skip
            if done.passwords:
                keep_passwords(done.batch_id)
                st.rerun()
            if kind == EVENT_KIND:
                _match()


def _match() -> None:
    """Match the events that came in with the pre-registrations, and say what became of them."""
    summary = attempt(lambda: match_events(db(), actor=actor()))
    if summary is None:
        return
    count = summary.outcomes.get
    st.info(_("Matched: {relationships} relationships, {approvals} approvals, {conflicts} conflicts, {rest} without "
              "either.", relationships=count("relationship", 0), approvals=count("chain", 0),
              conflicts=count("conflict", 0), rest=summary.decided - sum(count(one, 0) for one in _LEADING)),
            icon=":material/join_inner:")  # fmt: skip
    if summary.waiting:
        st.warning(_("{count} events wait for the calendar of {years}.", count=summary.waiting,
                     years=", ".join(str(year) for year in summary.missing_years)))  # fmt: skip


def show_problems(problems: Iterable[tuple[int | None, str | None, str, str | None]]) -> None:
    """Draw problems of a file, given as row, column, code and what was expected; the meaning stands beside the code."""
    grid(pd.DataFrame([
        {_("Row"): row, _("Column"): column, _("Problem"): _(MEANINGS.get(code, code)), _("Code"): code,
         _("Expected"): expected} for row, column, code, expected in problems
    ]))  # fmt: skip


def _report(preview: Preview) -> None:
    if preview.error_count:
        st.error(_("{count} problems; nothing was written. Mend the file and upload it again.",
                   count=f"{preview.error_count:,}"), icon=":material/error:")  # fmt: skip
        show_problems((problem.row, problem.column, problem.code, problem.expected) for problem in preview.errors)
        return
    st.info(_("{read} rows: {new} new, {changed} changed, {same} unchanged, {dropped} older duplicates dropped.",
              read=f"{preview.rows_read:,}", new=f"{preview.new:,}", changed=f"{preview.changed:,}",
              same=f"{preview.same:,}", dropped=f"{preview.dropped:,}"), icon=":material/preview:")  # fmt: skip
    if preview.faults:
        _show_faults(preview.faults)
    if preview.sample:
        st.caption(_("The first rows as they were understood."))
        grid(pd.DataFrame(preview.sample, columns=preview.sample_columns).astype(str))


def _show_faults(faults: Sequence[Fault]) -> None:
    """Draw what the checks of the register find in the relationships of a file: a report, nothing is refused."""
    told = _("{count} faults in the relationships of the file; they are imported all the same and stand on the list of "
             "conflicts after the next check.", count=f"{len(faults):,}")  # fmt: skip
    st.warning(told, icon=":material/rule:")
    grid(pd.DataFrame([
        {_("Relationship"): fault.relationship_no, _("Kind of conflict"): _(ConflictKind(fault.kind).label),
         _("What is wrong"): reason_text(fault.reason, _), _("Code"): fault.reason.code}
        for fault in faults[:FAULTS_SHOWN]
    ]), key="preview_faults")  # fmt: skip
