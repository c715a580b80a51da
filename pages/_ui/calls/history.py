"""What happened with a client before, in one column: contacts, tasks, relationships, complaints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import streamlit as st

from data_access.clock import business_date
from data_access.reads.call import CallPage
from domain.words import ContactChannel, ContactResult, TaskState
from pages._ui.relationships.words import type_word
from pages._ui.texts import _, label, plain

_FIRST = 12
"""Lines shown at once."""


def show_history(page: CallPage) -> None:
    """Draw the client's past, newest first."""
    lines = [text for _day, text in sorted(_lines(page), key=lambda line: line[0], reverse=True)]
    if not lines:
        st.caption(_("Nothing is recorded before this task."))
        return
    st.markdown("  \n".join(lines[:_FIRST]))
    if len(lines) > _FIRST:
        with st.expander(_("{count} earlier entries", count=len(lines) - _FIRST)):
            st.markdown("  \n".join(lines[_FIRST:]))


def _lines(page: CallPage) -> Iterator[tuple[date, str]]:
    for one in page.contacts:
        words = [label(ContactChannel, one["channel"]), label(ContactResult, one["result"]), one["staff"]]
        if one["next_step_on"]:
            words.append(_("next step {day}", day=one["next_step_on"]))
        yield _line(":material/call:", business_date(one["at"]), words, one["note"])
    for one in page.tasks:
        day = one["closed_on"] or business_date(one["assigned_at"])
        words = [_("Task {number}", number=one["task_no"]), label(TaskState, one["state"]), one["staff"]]
        yield _line(":material/checklist:", day, words)
    for one in page.relationships:
        until = _("until {day}", day=one["valid_to"]) if one["valid_to"] else _("still holds")
        words = [type_word(one["type"]), f"{one['staff']} {one['share_bp'] / 100:g}%", until]
        yield _line(":material/contract:", one["valid_from"], words)
    for one in page.complaints:
        end = _("closed {day}", day=business_date(one["closed_at"])) if one["closed_at"] else _("still open")
        words = [_("Complaint {number}", number=one["complaint_no"]), one["category"], end]
        yield _line(":material/report:", business_date(one["at"]), words)


def _line(icon: str, day: date, words: list[Any], note: str | None = None) -> tuple[date, str]:
    text = " · ".join(plain(word) for word in words if word)
    below = f"  \n:gray[{plain(' '.join(note.split()))}]" if note else ""
    return day, f"{icon} **{day}** · {text}{below}"
