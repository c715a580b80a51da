"""Building blocks of the pages: cards, figures with their change, charts, definitions, exports."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import streamlit as st

from metrics.catalogue import METRICS
from metrics.units import write_change, write_value
from pages._ui import exports
from pages._ui.frame import Frame
from pages._ui.texts import _, language


@dataclass(frozen=True)
class Kpi:
    """One headline figure: the metric's key, its value, the two values it is compared with, its past."""

    key: str
    value: Any
    month_before: Any = None
    year_before: Any = None
    series: Sequence[float] = ()


@contextmanager
def card(title: str, caption: str) -> Iterator[None]:
    """A bordered block with a heading and one line that says how to read it."""
    with st.container(border=True, height="stretch"):
        st.subheader(title, anchor=False)
        st.caption(caption)
        yield


def kpi_row(frame: Frame, kpis: Sequence[Kpi]) -> None:
    """Draw headline figures side by side; they wrap on a narrow screen."""
    with st.container(horizontal=True, gap="small"):
        for kpi in kpis:
            with st.container(border=True, width=_kpi_width(len(kpis)), gap="xsmall"):
                _kpi(frame, kpi)


def _kpi_width(count: int) -> int | str:
    return "stretch" if count <= 3 else 168


def _kpi(frame: Frame, kpi: Kpi) -> None:
    metric = METRICS[kpi.key]
    st.metric(
        _(metric.label), write_value(kpi.value, metric.unit, frame.language), delta_color="off",
        chart_data=[float(point) for point in kpi.series] if kpi.series else None,
        help=_(metric.definition),
    )  # fmt: skip
    changes = [
        _change(kpi, kpi.month_before, _("on month")),
        _change(kpi, kpi.year_before, _("on year")),
    ]
    st.caption(" · ".join(text for text in changes if text) or _("no comparison"))


def _change(kpi: Kpi, before: Any, words: str) -> str:
    if kpi.value is None or before is None:
        return ""
    metric = METRICS[kpi.key]
    text = write_change(kpi.value, before, metric.unit, language())
    rising = kpi.value > before
    if kpi.value == before or metric.direction == "neutral":
        return f"{text} {words}"
    colour = "green" if rising == (metric.direction == "up_is_good") else "red"
    return f":{colour}[{'↑' if rising else '↓'} {text}] {words}"


def chart(figure: Any, *, key: str, alt: str, on_select: Callable[[], None] | None = None) -> Any:
    """Draw a plotly figure made by ``metrics.figures`` as it is (its template carries the look)."""
    return st.plotly_chart(
        figure, key=key, theme=None, alt=alt, on_select=on_select or "ignore", selection_mode=("points",),
        config={"displayModeBar": False, "displaylogo": False, "scrollZoom": False},
    )  # fmt: skip


def how_made(keys: Sequence[str], statement: Callable[[], str], frame: Frame) -> None:
    """Offer the definition and the statement behind the figures; built only when opened."""
    block = st.expander(_("How this number is made"), icon=":material/functions:", key=f"how_{'_'.join(keys)}",
                        on_change="rerun", type="compact")  # fmt: skip
    with block:
        if not block.open:
            return
        for key in keys:
            metric = METRICS[key]
            st.markdown(f"**{_(metric.label)}** `{key}` · {', '.join(metric.rules)}")
            st.caption(_(metric.definition))
        st.caption(_("As of {month} · generation {generation} · build {build}", month=frame.as_of,
                     generation=frame.generation.generation_id, build=frame.generation.builds[frame.month]))  # fmt: skip
        st.code(statement(), language="sql", wrap_lines=True)


def export_controls(kind: str, params: Mapping[str, Any]) -> None:
    """Offer the whole list as CSV and XLSX; the links lead to the logged single-use route."""
    with st.popover(_("Export"), icon=":material/download:"):
        st.caption(_("The whole list as shown, with definitions. Every export is logged."))
        for form, words in (("csv", "CSV"), ("xlsx", "Excel (XLSX)")):
            st.link_button(words, exports.export_address(kind, {**params, "format": form}), width="stretch",
                           icon=":material/description:")  # fmt: skip
