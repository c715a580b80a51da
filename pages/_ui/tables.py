"""Rows ready to draw: what needs attention, places with their change, columns of client lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from domain.months import month_add, month_text
from domain.words import POOL, ClientKind, RiskLevel, Status, Tier
from metrics.catalogue import METRICS
from metrics.units import NO_DATA, YUAN, write_exact, write_value
from pages._ui import cached
from pages._ui.components import figures
from pages._ui.frame import Frame
from pages._ui.links import client_addresses
from pages._ui.texts import _, label


@dataclass(frozen=True)
class AttentionRow:
    """One line of the attention list: the count and the screen that shows the rows."""

    words: str
    count: int
    address: str
    params: Mapping[str, Any] = field(default_factory=dict)


def attention_rows(counts: Mapping[str, int]) -> list[AttentionRow]:
    """Return the attention list, the most pressing first."""
    return [
        AttentionRow(_("Overdue tasks"), counts["tasks_overdue"], "tasks", {"show": "overdue"}),
        AttentionRow(_("Tier A clients lost this month"), counts["lost_valuable"], "list",
                     {"moved": "lost", "tier_before": "A"}),
        AttentionRow(_("Newly silent clients"), counts["newly_silent"], "pool", {"status": "silent", "newly": "1"}),
        AttentionRow(_("Near silent: 9 to 11 quiet months"), counts["near_silent"], "pool", {"status": "near"}),
        AttentionRow(_("Pool clients without a task"), counts["pool_unassigned"], "list",
                     {"status": [code.value for code in POOL], "task": "without"}),
        AttentionRow(_("Open tasks"), counts["tasks_open"], "tasks", {}),
        AttentionRow(_("Undetermined for missing data"), counts["data_gap"], "list", {"status": "undetermined"}),
        *([AttentionRow(_("Approvals that wait for you"), counts["approvals_waiting"], "approvals", {})]
          if "approvals_waiting" in counts else []),
    ]  # fmt: skip


def place_rows(frame: Frame, key: str, dimension: str) -> list[tuple[str, Any, Any]]:
    """Return (place name, value now, value a year before) of a measure by place, the largest first."""
    names = cached.place_names(frame.scope.key)
    before = month_add(frame.month, -12)
    found = figures(frame, [key], by=["month", dimension], months=(before, frame.month))
    values = dict(zip(zip(found["month"], found[dimension], strict=True), found[key], strict=True))
    rows = [(names.get(code, str(code)), value, values.get((month_text(before), code)))
            for (month, code), value in values.items() if month == frame.as_of]  # fmt: skip
    return sorted(rows, key=lambda row: -(row[1] or 0))


def yuan(fen: Any) -> float | None:
    """Return fen as yuan for a table cell, None for no data."""
    return None if fen is None else float(Decimal(fen) / 100)


def client_frame(frame: Frame, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return the columns of a client list, words in the reader's language and amounts in yuan."""
    # a word is looked up once a table, not once a row
    kinds = {code: label(ClientKind, code) for code in {row["client_kind"] for row in rows}}
    statuses = {code: label(Status, code) for code in {row["status"] for row in rows}}
    return pd.DataFrame(
        {
            "client": client_addresses(frame, [row["client_no"] for row in rows]),
            "name": [row["name"] for row in rows],
            "office": [row["office"] for row in rows],
            "kind": [kinds[row["client_kind"]] for row in rows],
            "status": [statuses[row["status"]] for row in rows],
            "tier": [row["tier"] for row in rows],
            "tier_before": [row["tier_before"] for row in rows],
            "months_quiet": [row["months_quiet"] for row in rows],
            "assets": [yuan(row["end_assets_fen"]) for row in rows],
            "value": [yuan(row["value_fen"]) for row in rows],
            "history": [row.get("history", []) for row in rows],
            "last_trade": [month_words(row["last_trade_month"]) for row in rows],
            "since": [row["lost_on"] or row["archived_on"] for row in rows],
            "holders": [row["holders"] or None for row in rows],
            "task": [f"{row['task_staff']} · {row['task_no']}" if row["task_no"] else None for row in rows],
        }
    )


def month_words(month: int | None) -> str | None:
    """Return a month as it is shown, None for no month."""
    return None if month is None else month_text(month)


def client_columns(frame: Frame, shown: Iterable[str]) -> dict[str, Any]:
    """Return the column settings of a client list; ``shown`` gives the order, the rest is hidden."""
    config = st.column_config
    longest = 24
    columns: dict[str, Any] = {
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Name"), pinned=True),
        "office": config.TextColumn(_("Business office")),
        "kind": config.TextColumn(_("Kind")),
        "status": config.TextColumn(_("Status")),
        "tier": config.TextColumn(_("Tier"), help=_("Client tier at the month's end.")),
        "tier_before": config.TextColumn(
            _("Tier before"), help=_("The last tier before the client left or fell silent.")
        ),
        "months_quiet": config.ProgressColumn(_("Months quiet"), format="%d", min_value=0, max_value=longest),
        "assets": config.NumberColumn(_("Month-end assets (yuan)"), format="accounting"),
        "value": config.NumberColumn(_("Net income, 12 months (yuan)"), format="accounting"),
        "history": config.AreaChartColumn(_("Assets, 24 months"), width="small", color=frame.tokens.accent),
        "last_trade": config.TextColumn(_("Last trade")),
        "since": config.DateColumn(_("Since"), format="YYYY-MM-DD"),
        "holders": config.TextColumn(_("Holders"), help=_("The newest holders, present or last.")),
        "task": config.TextColumn(_("Open task")),
    }
    return {name: columns[name] for name in shown}


def tier_rows(values: pd.DataFrame, frame: Frame) -> pd.DataFrame:
    """Return one row per tier with its figures and their shares of the whole."""
    table = pd.DataFrame({_("Tier"): values["tier"]})
    for key in ("clients", "net_income", "assets"):
        metric = METRICS[key]
        whole = sum(Decimal(str(value)) for value in values[key] if value is not None)
        table[_(metric.label)] = [write_value(value, metric.unit, frame.language) for value in values[key]]
        table[f"{_(metric.label)} %"] = [
            f"{Decimal(str(value)) / whole:.1%}" if whole and value is not None else NO_DATA for value in values[key]
        ]
    return table


def tier_table(frame: Frame, values: pd.DataFrame, dimension: str, *, brief: int) -> pd.DataFrame:
    """Return one row per group with clients and trailing net income of each tier, the largest income first.

    A tier without clients in a group counts 0 there and has no income. Up to ``brief`` groups are there to be read, so
    their amounts are written as headlines are; of more they are yuan.
    """
    names = cached.place_names(frame.scope.key)
    kinds = {"client_kind": ClientKind, "risk_level": RiskLevel}.get(dimension)
    groups: dict[Any, dict[str, tuple[int, Decimal | None]]] = {}
    for entry in values.dropna(subset=["tier"]).to_dict("records"):
        code, income = entry[dimension], entry["net_income"]
        parts = groups.setdefault(code if isinstance(code, str) else "", {})
        parts[entry["tier"]] = int(entry["clients"]), None if income is None else Decimal(str(income))
    rows = []
    for code, parts in sorted(groups.items(), key=lambda one: -sum(income or 0 for _n, income in one[1].values())):
        name = _("no value") if not code else label(kinds, code) if kinds else names.get(code, code)
        row: dict[str, Any] = {_("Group"): name}
        for tier in TIER_CODES:
            clients, income = parts.get(tier, (0, None))
            row[_("{tier} clients", tier=tier)] = clients
            if len(groups) <= brief:
                row[_("{tier} net income", tier=tier)] = write_value(income, YUAN, frame.language)
            else:
                row[_("{tier} net income (yuan)", tier=tier)] = None if income is None else float(income)
        rows.append(row)
    return pd.DataFrame(rows)


def money_columns(table: pd.DataFrame) -> dict[str, Any]:
    """Return column settings that write the amounts of a table with two decimals."""
    return {
        name: st.column_config.NumberColumn(format="accounting")
        for name in table.columns
        if table[name].dtype.kind == "f"
    }


def cutoff_lines(lines: Sequence[Mapping[str, Any]]) -> str:
    """Write the published tier lines as one sentence per tier."""
    return "  \n".join(_cutoff_line(line) for line in lines if line["tier"] != "C")


def _cutoff_line(line: Mapping[str, Any]) -> str:
    cut = write_exact(None if line["cut_fen"] is None else Decimal(line["cut_fen"]) / 100, YUAN)
    if line["base_count"] is None:
        return _("Tier {tier}: from {cut} (rule version {version}).", tier=line["tier"], cut=cut,
                 version=line["rule_version"])  # fmt: skip
    return _("Tier {tier}: the {k} most valuable of N = {n} with value, from {cut} (rule version {version}).",
             tier=line["tier"], k=f"{line['k_count']:,}", n=f"{line['base_count']:,}", cut=cut,
             version=line["rule_version"])  # fmt: skip


TIER_CODES = [tier.value for tier in Tier]
