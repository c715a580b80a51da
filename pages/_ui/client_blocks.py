"""Blocks of the Client page: facts, history band, trace, holders, tasks, contacts, accounts, months."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.client_page import ClientPage, read_client_page
from domain.months import month_end, month_text
from domain.tasks import TaskAct
from domain.words import (
    AccountEventKind,
    AccountKind,
    ContactChannel,
    ContactResult,
    DocumentKind,
    Gender,
    InstitutionGroup,
    LossReason,
    Origin,
    RelationshipState,
    RiskLevel,
    Stage,
    Status,
    TaskPriority,
    TaskState,
    Word,
)
from metrics.errors import QuestionError
from metrics.language import translator
from metrics.why import COLUMNS, RESULTS, TESTS, explain, why
from pages._ui import states
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.relationships.words import type_word
from pages._ui.sheet import sheet
from pages._ui.tables import yuan
from pages._ui.texts import _, label, moment_text

STATUS_COLOURS = {"normal": "green", "silent": "orange", "archived": "violet", "lost": "red", "undetermined": "gray"}
_ASPECTS = {"status": "Status", "pool": "Pool", "tier": "Tier", "watch": "Watch list", "stage": "Lifecycle stage",
            "warning": "Churn warning"}  # fmt: skip
_COLOURS_OF_BANDS = {"normal": "tier_c", "silent": "attention", "archived": "tier_b", "lost": "down",
                     "undetermined": "line"}  # fmt: skip


def read_page(frame: Frame, number: str) -> ClientPage | None:
    """Read one client inside the reach, fresh: people work on it."""
    with db().reading() as connection:
        return read_client_page(connection, frame.generation, frame.month, frame.scope, number)


def plain(text: object) -> str:
    """Return data as text that markdown shows as it is."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+-.!|<>~$:^" else char for char in str(text))


def month_or_dash(month: int | None) -> str:
    """Write a month or a dash."""
    return "–" if month is None else month_text(month)


def small_metric(words: str, value: str) -> None:
    """Draw one fact of the month as a small card."""
    st.metric(words, value, border=True, width=168)


def bands(frame: Frame, history: Sequence[Mapping[str, Any]]) -> list[tuple[str, str, str]]:
    """Return (month, words, colour) of each month's status."""
    return [(month_text(row["month"]), label(Status, row["status"]),
             getattr(frame.tokens, _COLOURS_OF_BANDS[row["status"]])) for row in history]  # fmt: skip


def band_legend(history: Sequence[Mapping[str, Any]]) -> str:
    """Write how long the client stood in each status, in the order of time."""
    parts: list[tuple[str, int, int]] = []
    for row in history:
        if parts and parts[-1][0] == row["status"]:
            parts[-1] = (parts[-1][0], parts[-1][1], row["month"])
        else:
            parts.append((row["status"], row["month"], row["month"]))
    return " → ".join(f"{label(Status, code)} {month_text(first)}–{month_text(last)}" for code, first, last in parts)


def fact_list(frame: Frame, facts: Mapping[str, Any]) -> None:
    """Draw master data as a two-column table; what is unknown says so."""
    words: dict[str, type[Word]] = {"document_kind": DocumentKind, "gender": Gender, "risk_level": RiskLevel,
                                    "origin": Origin, "loss_reason": LossReason,
                                    "institution_group": InstitutionGroup}  # fmt: skip
    names = {
        "document_kind": _("Document"), "document_masked": _("Document number"), "phone_masked": _("Phone"),
        "birth_on": _("Born"), "gender": _("Gender"), "education": _("Education"), "occupation": _("Occupation"),
        "institution_group": _("Institution group"), "segment": _("Segment"), "risk_level": _("Risk level"),
        "risk_on": _("Risk assessed"), "origin": _("Origin"), "household": _("Household"),
        "closed_on": _("Closed"), "loss_reason": _("Loss reason"),
    }  # fmt: skip
    rows = []
    for key, name in names.items():
        value = facts[key]
        if value is not None:
            rows.append((name, label(words[key], value) if value in list(words.get(key, ())) else str(value)))
        elif key not in ("institution_group", "household", "closed_on", "loss_reason"):
            rows.append((name, _("no data")))
    sheet(frame.tokens, pd.DataFrame(rows, columns=[_("Field"), _("Value")]), key="facts")


def why_table(frame: Frame, page: ClientPage) -> None:
    """Draw the trace behind every label, and apart from it what is missing for the labels the client does not have."""
    lines = _explained(frame, page)
    if lines is None:
        states.no_data_for_date(_("There is nothing to explain before the account opened."))
        return
    reasons = [line for line in lines if _is_reason(line, lines)]
    sheet(frame.tokens, pd.DataFrame([_line(line) for line in _merged(reasons)]), key="why")
    others = [line for line in lines if line not in reasons and line["met"] is False]
    with st.expander(_("Why not another one")):
        grid(pd.DataFrame([{_("Not"): _code(line["candidate"]), **_line(line, change=False)}
                           for line in _merged(others)]), key="why_not", height="content")  # fmt: skip
    with st.expander(_("Month by month")):
        grid(pd.DataFrame([_line(line) for line in lines]), key="why_months")


def _explained(frame: Frame, page: ClientPage) -> list[dict[str, Any]] | None:
    if page.trace is None:
        return None
    try:
        found = explain(page.trace, frame.generation, frame.month, translator(frame.language))
    except QuestionError:
        return None
    return [dict(zip(COLUMNS, line, strict=True)) for line in found]


def _trace(frame: Frame, number: str) -> list[dict[str, Any]] | None:
    try:
        found = why(number, as_of=month_end(frame.month), scope=frame.scope, db=db(), generation=frame.generation,
                    language=frame.language)  # fmt: skip
    except QuestionError:
        return None
    return found.to_dict("records")


def reason_lines(frame: Frame, number: str, aspect: str) -> list[str]:
    """Write the conditions that are met for one label of a client, one line each, as markdown."""
    lines = [line for line in _trace(frame, number) or () if line["aspect"] == aspect]
    reasons = _merged([line for line in lines if _is_reason(line, lines)])
    return [_reason_line(line) for line in reasons if line["met"]]


def _reason_line(line: Mapping[str, Any]) -> str:
    found = str(line["at"] or marks_of(bool(line["met"]))) if line["actual"] is None else _amount(line["actual"])
    if isinstance(line["met"], str):
        found = _("{found} in {met} months", found=found, met=line["met"])
    if line["threshold"] is not None:
        found = _("{found} (line {line})", found=found, line=_amount(line["threshold"]))
    return f"{plain(_test(line['test']))}: {plain(found)}"


def _is_reason(line: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a condition speaks for the result; where none does, all conditions of the aspect are its reasons."""
    own = [one["candidate"] for one in lines if one["aspect"] == line["aspect"]]
    return line["candidate"] == line["result"] or line["result"] not in own


def _merged(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one line per condition: how many of its months met it, the range found, from when to when."""
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for line in lines:
        found.setdefault((line["aspect"], line["test"], line["candidate"]), []).append(line)
    return [group[0] if len(group) == 1 else _as_one(group) for group in found.values()]


def _as_one(group: Sequence[dict[str, Any]]) -> dict[str, Any]:
    known = [line["actual"] for line in group if line["actual"] is not None]
    met = sum(line["met"] is True for line in group)
    return {
        **group[-1], "met": f"{met}/{len(group)}",
        "actual": None if not known else f"{min(known):,} … {max(known):,}" if min(known) != max(known) else known[0],
        "at": f"{group[0]['at']} … {group[-1]['at']}",
    }  # fmt: skip


def _code(code: str | None) -> str | None:
    """Write a result or a candidate in words; tiers are letters."""
    words = {**{one.value: one.label for one in (*Stage, *Status)}, **RESULTS}
    return _(words[code]) if code in words else code


def _line(line: Mapping[str, Any], *, change: bool = True) -> dict[str, Any]:
    marks = {True: _("yes"), False: _("no"), None: None}
    met = line["met"]
    return {
        _("Aspect"): _(_ASPECTS.get(line["aspect"], line["aspect"])),
        _("Result"): _code(line["result"]),
        _("Condition"): _test(line["test"]),
        _("Met"): met if isinstance(met, str) else marks[met],
        _("Found"): _("no data") if line["actual"] is None else _amount(line["actual"]),
        _("Line"): None if line["threshold"] is None else _amount(line["threshold"]),
        _("When"): line["at"],
        **({_("What would change it"): line["change"]} if change else {}),
        _("Rule"): line["rule"],
    }


def _amount(value: Any) -> str:
    if isinstance(value, str):
        return ", ".join(label(Status, code) if code in list(Status) else code for code in value.split(", "))
    return f"{value:,}"


def _test(code: str) -> str:
    return _(TESTS[code])


def relationship_table(frame: Frame, rows: Sequence[Mapping[str, Any]]) -> None:
    """Draw holders then and now; those active at the as-of month's end come first."""
    if not rows:
        states.no_data_for_date(_("Nobody holds or held this client: a public client."))
        return
    day = month_end(frame.month)
    ordered = sorted(rows, key=lambda row: not _active(row, day))
    sheet(frame.tokens, pd.DataFrame([
        {_("Active"): marks_of(_active(row, day)), _("Relationship type"): type_word(row["type"]),
         _("Staff member"): f"{row['staff']} · {row['staff_no']}", _("Unit"): row["unit"],
         _("Share"): f"{row['share_bp'] / 100:.2f}%", _("From"): row["valid_from"], _("To"): row["valid_to"],
         _("State"): label(RelationshipState, row["state"])} for row in ordered
    ]), key="relationships")  # fmt: skip


def _active(row: Mapping[str, Any], day: Any) -> bool:
    return (row["state"] == RelationshipState.CONFIRMED and row["valid_from"] <= day
            and (row["valid_to"] is None or row["valid_to"] > day))  # fmt: skip


def marks_of(value: bool) -> str:  # noqa: FBT001 -- a cell's value
    """Write yes or no."""
    return _("yes") if value else _("no")


def task_table(page: ClientPage) -> None:
    """Draw the client's tasks and their steps."""
    if not page.tasks:
        st.caption(_("No task so far."))
        return
    grid(pd.DataFrame([
        {_("Task"): row["task_no"], _("State"): label(TaskState, row["state"]),
         _("Reason"): label(Status, row["pool_status"]), _("Staff member"): f"{row['staff']} · {row['staff_no']}",
         _("Due"): row["due_on"], _("Priority"): label(TaskPriority, row["priority"]),
         _("Handed out"): moment_text(row["assigned_at"]), _("Closed"): row["closed_on"]} for row in page.tasks
    ]), key="tasks")  # fmt: skip
    with st.expander(_("Steps of the tasks")):
        grid(pd.DataFrame([
            {_("When"): moment_text(row["at"]), _("Task"): row["task_no"], _("Step"): label(TaskAct, row["kind"]),
             _("By"): row["by"], _("Reason"): row["reason"]} for row in page.task_steps
        ]), key="task_steps")  # fmt: skip


def contact_table(page: ClientPage) -> None:
    """Draw contacts and complaints."""
    if page.contacts:
        grid(pd.DataFrame([
            {_("When"): moment_text(row["at"]), _("Channel"): label(ContactChannel, row["channel"]),
             _("Result"): label(ContactResult, row["result"]), _("Staff member"): row["staff"],
             _("Topic"): row["topic"], _("Note"): row["note"], _("Next step"): row["next_step_on"]}
            for row in page.contacts
        ]), key="contacts")  # fmt: skip
    else:
        st.caption(_("No contact so far."))
    if page.complaints:
        grid(pd.DataFrame([
            {_("Complaint"): row["complaint_no"], _("When"): moment_text(row["at"]), _("Category"): row["category"],
             _("Closed"): moment_text(row["closed_at"])} for row in page.complaints
        ]), key="complaints")  # fmt: skip


def account_tables(page: ClientPage) -> None:
    """Draw accounts and their events."""
    if not page.accounts:
        states.no_data_for_date(_("No account event has been loaded; the dates of the client row rule."))
        return
    grid(pd.DataFrame([
        {_("Date"): row["on_date"], _("Event"): label(AccountEventKind, row["event"]), _("Account"): row["account_no"],
         _("Kind"): label(AccountKind, row["account_kind"]), _("Amount (yuan)"): yuan(row["amount_fen"])}
        for row in page.events
    ]), key="events")  # fmt: skip


def month_table(page: ClientPage) -> None:
    """Draw the monthly facts, newest first; a dash is unknown, not 0."""
    money = {"end_assets_fen": _("Month-end assets"), "cash_fen": _("Cash"), "inflow_fen": _("Inflow"),
             "outflow_fen": _("Outflow"), "turnover_fen": _("Turnover"), "net_income_fen": _("Net income"),
             "product_assets_fen": _("Product assets"), "margin_balance_fen": _("Margin balance")}  # fmt: skip
    grid(pd.DataFrame([
        {_("Month"): month_text(row["month"]), **{words: yuan(row[name]) for name, words in money.items()},
         _("Trades"): row["trades_count"]} for row in reversed(page.months)
    ]), key="months", column_config={
        words: st.column_config.NumberColumn(format="accounting") for words in money.values()})  # fmt: skip
