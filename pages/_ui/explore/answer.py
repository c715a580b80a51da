"""An answer on the page: its chart, its table, what stands behind the chosen cell."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from domain.campaigns import Source
from domain.months import month_text, parse_month
from metrics.catalogue import METRICS
from metrics.dimensions import DIMENSIONS
from metrics.explore.answer import ALL, REST, Answer
from metrics.explore.asked import Exploration
from metrics.explore.cells import Cell, cell_of
from metrics.explore.spread import SPREAD_OF, Range
from metrics.explore.table import UNDEFINED, Names, Table, answer_table, line_name, name_of, range_name
from metrics.figures.explore import MOST_BARS, bars_figure, heat_figure, lines_figure, scatter_figure, spread_figure
from metrics.units import COUNT, RATIO, write_exact, write_value
from pages._ui import cached, states
from pages._ui.campaigns.button import campaign_button
from pages._ui.campaigns.carried import carried
from pages._ui.components import chart, how_made
from pages._ui.explore import reads as explore_reads
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.links import address_of, client_address, link
from pages._ui.texts import _, plain

MOST_LINES, MOST_SERIES = 2_000, 8
ROW_WORDS = {"client_no": "Client number", "staff_no": "Staff number", "task_no": "Task", "share_bp": "Share (bp)",
             "type": "Relationship type", "place": "Rank", "opened_on": "Opened on", "lost_on": "Lost on",
             "archived_on": "Archived on", "months_quiet": "Months quiet", "last_trade_month": "Last trade",
             "trades_count": "Trades", "tier_before": "Tier before", "value_yuan": "Net income, 12 months (yuan)",
             "months_known": "Months known", "state": "State", "due_on": "Due", "closed_on": "Closed on",
             "relationship_no": "Relationship", "valid_from": "Valid from"}  # fmt: skip


def names_of(frame: Frame, asked: Exploration) -> Names:
    """Return the names of the places and persons in an answer."""
    names: dict[tuple[str, str], str] = {}
    if {"branch", "office"} & set(asked.dimensions):
        known = cached.place_names(frame.scope.key)
        names |= {(key, code): name for key in ("branch", "office") for code, name in known.items()}
    if "staff" in asked.dimensions:
        known = explore_reads.values(frame.scope.key, "staff")
        names |= {("staff", number): name for number, name in known.items()}
    return names


def show_chart(frame: Frame, answer: Answer, names: Names) -> None:
    """Draw the chart that the reader chose, or the one that fits."""
    asked, shape = answer.asked, answer.asked.shape
    metric = asked.metrics[0]
    lines = [line for line in answer.lines if ALL not in line]
    labels = [line_name(answer, line, _, names) for line in lines]
    columns = [code for code in answer.columns if code != ALL]
    alt = " · ".join(_(one.label) for one in asked.metrics)
    if shape == "line":
        months, series = _over_months(answer, lines, columns, names)
        chart(frame, lines_figure, months, series[:MOST_SERIES], metric.unit, language=frame.language, key="answer",
              alt=alt)  # fmt: skip
        _rest_sentence(len(series), MOST_SERIES)
    elif shape == "scatter":
        other = asked.metrics[1]
        points = [(label, *(answer.figure(line, columns[0], one.key).value for one in (metric, other)))
                  for line, label in zip(lines, labels, strict=True)]  # fmt: skip
        chart(frame, scatter_figure, points, metric.unit, other.unit, x_title=_(metric.label), y_title=_(other.label),
              language=frame.language, key="answer", alt=alt)  # fmt: skip
    elif shape == "heat":
        _heat(frame, answer, lines, labels, columns, names, alt)
    elif shape == "bar":
        series = [(name_of(asked.across, code, _, names) if asked.across else _(one.label),
                   [answer.figure(line, code, one.key).value for line in lines[:MOST_BARS]])
                  for one in asked.metrics if one.unit == metric.unit and (not asked.across or one is metric)
                  for code in columns[:MOST_SERIES]]  # fmt: skip
        rest = next((place for place, line in enumerate(lines) if REST in line), -1)
        chart(frame, bars_figure, labels[:MOST_BARS], series, metric.unit, language=frame.language, rest=rest,
              key="answer", alt=alt)  # fmt: skip
        _rest_sentence(len(lines), MOST_BARS)


def _heat(frame: Frame, answer: Answer, lines: Sequence[Any], labels: Sequence[str], columns: Sequence[Any],
          names: Names, alt: str) -> None:  # fmt: skip
    """Draw a heat map: lines by the codes across, or the first dimension by the second where none is across."""
    asked, metric = answer.asked, answer.asked.metrics[0]
    if asked.across:
        values = [[answer.figure(line, code, metric.key).value for code in columns] for line in lines[:MOST_BARS]]
        tops, sides = [name_of(asked.across, code, _, names) for code in columns], labels[:MOST_BARS]
    else:
        firsts = list(dict.fromkeys(line[:-1] for line in lines))
        seconds = list(dict.fromkeys(line[-1] for line in lines))
        values = [[answer.figure((*first, second), "", metric.key).value for second in seconds]
                  for first in firsts[:MOST_BARS]]  # fmt: skip
        tops = [name_of(asked.by[-1], code, _, names) for code in seconds]
        sides = [" · ".join(name_of(key, code, _, names, len(answer.others))
                            for key, code in zip(asked.by, first, strict=False))
                 for first in firsts[:MOST_BARS]]  # fmt: skip
    chart(frame, heat_figure, sides, tops, values, metric.unit, language=frame.language, key="answer", alt=alt)
    _rest_sentence(len(lines) if asked.across else len(firsts), MOST_BARS)


def _over_months(answer: Answer, lines: Sequence[Any], columns: Sequence[Any],
                 names: Names) -> tuple[list[str], list[tuple[str, list[Any]]]]:  # fmt: skip
    """Return the months and one series per group of the other dimensions; measures of the first one's unit."""
    asked = answer.asked
    place = asked.dimensions.index("month")
    points: dict[tuple[Any, ...], dict[str, Any]] = {}
    for line in lines:
        for column in columns:
            codes = (*line, column) if asked.across else line
            for metric in asked.metrics:
                if metric.unit != asked.metrics[0].unit:
                    continue
                group = (metric.key, *codes[:place], *codes[place + 1 :])
                points.setdefault(group, {})[str(codes[place])] = answer.figure(line, column, metric.key).value
    months = sorted({month for values in points.values() for month in values})
    others = [key for key in asked.dimensions if key != "month"]
    several = len({group[0] for group in points}) > 1
    return months, [
        (" · ".join(([_(METRICS[group[0]].label)] if several or not others else [])
                    + [name_of(key, code, _, names, len(answer.others)) for key, code in zip(others, group[1:],
                                                                                           strict=True)]),
         [values.get(month) for month in months])
        for group, values in points.items()
    ]  # fmt: skip


def _rest_sentence(count: int, most: int) -> None:
    if count > most:
        st.caption(_("The chart shows the first {most} of {count}; the table shows all.", most=most, count=count))


def show_table(answer: Answer, names: Names) -> tuple[Cell, str | None] | None:
    """Draw the table and return the cell that the reader chose, with its month where it is another one."""
    table = answer_table(answer, _, names)
    shown = table.rows[:MOST_LINES]
    chosen = grid(
        _data(table, shown), column_config=_config(table), key="explore_table", on_select="rerun",
        selection_mode="single-cell", height="content" if len(shown) <= 18 else 598,
    )  # fmt: skip
    if len(table.rows) > MOST_LINES:
        st.caption(_("The first {most} of {count} rows; the export holds all.", most=f"{MOST_LINES:,}",
                     count=f"{len(table.rows):,}"))  # fmt: skip
    for row, column in chosen["selection"]["cells"]:
        if column in table.cells and row < len(shown):
            code, key = table.cells[column]
            return cell_of(answer, answer.lines[row], code, key)
    return None


def _data(table: Table, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    data: dict[str, list[Any]] = {}
    for column in table.columns:
        values = [row[column.name] for row in rows]
        if column.unit is not None:
            if UNDEFINED in values:  # such a column is text, so that it can say so
                values = [_(value) if value == UNDEFINED else write_exact(value, column.unit) for value in values]
            else:
                values = [None if value is None else float(value) for value in values]
        data[column.name] = values
    return pd.DataFrame(data)


def _config(table: Table) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for column in table.columns:
        if column.unit is None:
            config[column.name] = st.column_config.TextColumn(column.label, pinned=True)
        elif column.unit is RATIO:
            config[column.name] = st.column_config.NumberColumn(column.label, format="percent")
        else:
            form = "localized" if column.unit is COUNT else "accounting"
            config[column.name] = st.column_config.NumberColumn(column.label, format=form)
    return config


def show_behind(frame: Frame, answer: Answer, chosen: tuple[Cell, str | None] | None) -> None:
    """Show the rows behind the chosen cell, or say how to choose one; either way offer the clients as a list."""
    cell, month = chosen or (Cell(answer.asked.measures[0], answer.asked.period, answer.asked.where), None)
    as_of = month or frame.as_of
    metric = METRICS[cell.measure]
    if chosen is None:
        st.caption(_("Choose a cell of the table to see the rows that make its number."))
        with st.container(horizontal=True):
            link(frame, "list", _("All clients behind this answer as a list"), cell=cell.text(), as_of=as_of)
            campaign_button(frame, carried(Source.EXPLORE, cell=cell.text()), as_of=as_of)
        return
    where = [f"{_(DIMENSIONS[key].label)} {_value_words(frame, key, values)}" for key, values in cell.where]
    st.markdown(plain(" · ".join([_(metric.label), as_of, *where])))
    rows = explore_reads.behind(frame.generation.generation_id, parse_month(as_of), frame.scope.key, cell)
    if rows.empty:
        states.no_data_for_date(_("No row stands behind this number."))
        return
    with st.container(horizontal=True):
        link(frame, "list", _("These clients as a list"), cell=cell.text(), as_of=as_of)
        campaign_button(frame, carried(Source.EXPLORE, cell=cell.text()), as_of=as_of)
    _row_grid(frame, rows, cell.measure)
    if len(rows) == explore_reads.MOST_SHOWN:
        st.caption(_("The first {most} rows; the list shows all.", most=explore_reads.MOST_SHOWN))
    if month is None and answer.asked.dimensions:
        how_made(frame, [cell.measure], period=cell.period, where=cell.where)


def _value_words(frame: Frame, key: str, values: Sequence[str]) -> str:
    words = DIMENSIONS[key].words
    known = {word.value: _(word.label) for word in words} if words else explore_reads.values(frame.scope.key, key)
    named = [known.get(value, value) if value else _("no value") for value in values[:4]]
    return "、".join(named) + (f" +{len(values) - 4}" if len(values) > 4 else "")


def _row_grid(frame: Frame, rows: pd.DataFrame, measure: str) -> None:
    config: dict[str, Any] = {}
    shown = pd.DataFrame(index=rows.index)
    for name in rows.columns:
        values = rows[name].tolist()
        label = _(ROW_WORDS[name]) if name in ROW_WORDS else _row_words(name, measure)
        if name == "client_no":
            shown[name] = [client_address(frame, value) for value in values]
            config[name] = st.column_config.LinkColumn(label, display_text=r"client=([^&]+)", pinned=True)
        elif name in DIMENSIONS and (words := DIMENSIONS[name].words):
            known = {word.value: _(word.label) for word in words}
            shown[name] = [known.get(value, value) for value in values]
            config[name] = st.column_config.TextColumn(label)
        elif any(isinstance(value, (Decimal, float)) for value in values):
            shown[name] = [None if value is None else float(value) for value in values]
            config[name] = st.column_config.NumberColumn(label, format="accounting")
        else:
            shown[name] = values
            config[name] = st.column_config.Column(label)
    grid(shown, column_config=config, key="explore_rows", height="content" if len(shown) <= 12 else 388)


def _row_words(name: str, measure: str) -> str:
    label = _(METRICS[measure].label)
    if name == f"{measure}_numerator":
        return f"{label} · {_('numerator')}"
    if name == f"{measure}_denominator":
        return f"{label} · {_('denominator')}"
    return _(DIMENSIONS[name].label) if name in DIMENSIONS else label if name == measure else name


def show_spread(frame: Frame, asked: Exploration) -> None:
    """Draw the distribution of one number of the clients, with the clients of each range as a list."""
    spread = SPREAD_OF[asked.spread]
    ranges = explore_reads.spread(frame.generation.generation_id, frame.month, frame.scope.key, asked.spread,
                                  asked.where)  # fmt: skip
    if not ranges:
        states.no_data_for_date(_("No client stands inside this scope at {month}.", month=frame.as_of))
        return
    st.caption(_(spread.definition))
    bars = [(range_name(asked.spread, one, _, frame.language), one.clients) for one in ranges]
    chart(frame, spread_figure, bars, y_title=_("Clients"), language=frame.language, key="answer", alt=_(spread.label))
    grid(pd.DataFrame({
        "range": [name for name, _count in bars], "clients": [count for _name, count in bars],
        "list": [_range_address(frame, asked, one) for one in ranges],
    }), key="spread_table", column_config={
        "range": st.column_config.TextColumn(_(spread.label)),
        "clients": st.column_config.NumberColumn(_("Clients"), format="localized"),
        "list": st.column_config.LinkColumn(_("These clients as a list"), display_text=_("Open the list")),
    })  # fmt: skip


def _range_address(frame: Frame, asked: Exploration, one: Range) -> str:
    cell = Cell("clients", "month", asked.where, asked.spread, -1 if one.number is None else one.number)
    return address_of(frame, "list", cell=cell.text())


def show_notes(frame: Frame, answer: Answer) -> None:
    """Say what the numbers are compared with, and the median of the peers where one is published."""
    if answer.is_compared and answer.compared is None:
        st.caption(_("Nothing to compare with: the month of the other period is not published."))
    elif answer.compared is not None:
        words = _("Compared with the period that ends {month}.", month=month_text(answer.compared))
        if answer.short:
            words += " " + _("It is {count} months short, because they are not published.", count=answer.short)
        st.caption(words)
    if frame.place is None or frame.place.kind not in ("branch", "office"):
        return
    found = explore_reads.peers(frame.generation.generation_id, frame.month, frame.user.scope.key, frame.place.unit_id,
                                answer.asked.measures, answer.asked.period, answer.asked.where)  # fmt: skip
    for key, peer in found.items():
        metric = METRICS[key]
        st.caption(plain(_("{label}: median of {count} other {kind}: {value}", label=_(metric.label),
                           count=peer.units, kind=_(DIMENSIONS[peer.kind].label),
                           value=write_value(peer.value, metric.unit, frame.language))))  # fmt: skip
