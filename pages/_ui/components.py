"""Building blocks of the pages: cards, figures with their change, charts, definitions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from domain.months import month_add, month_end, month_text
from metrics.catalogue import METRICS
from metrics.figures.book import sparkline
from metrics.profiles import groups_of, joined
from metrics.query import statement
from metrics.units import write_change, write_value
from pages._ui import cached
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.links import ROWS_OF, link
from pages._ui.past import then_and_now
from pages._ui.profiles.narrow import says_figures
from pages._ui.texts import _, language

KPI_WIDTH = 148
"""Pixels of a headline card: six in a row on a laptop, two on a phone."""


@contextmanager
def card(title: str, caption: str) -> Iterator[None]:
    """A bordered block with a heading and one line that says how to read it."""
    with st.container(border=True, height="stretch"):
        st.subheader(title, anchor=False)
        st.caption(caption)
        yield


def figures(frame: Frame, keys: Sequence[str], *, by: Sequence[str] = (), period: str = "month",
            where: cached.Where = (), months: tuple[int, ...] | None = None) -> pd.DataFrame:  # fmt: skip
    """Return figures of the catalogue for the page's month, reach and profile.

    Figures by month are those of ``months``, or of the newest that charts over time show.

    Figures that know fewer of the profile's filters than others are a question of their own; groups that one question
    knows and another does not hold 0 there, and no quotient.
    """
    pinned = (frame.generation.generation_id, frame.month, frame.scope.key)
    groups = groups_of(keys, where, frame.profile)
    months = months or (frame.months_shown if "month" in by else None)
    if len(groups) == 1:
        return cached.figures(*pinned, tuple(keys), tuple(by), period, next(iter(groups)), months)
    parts = [cached.figures(*pinned, tuple(some), tuple(by), period, kept, months) for kept, some in groups.items()]
    return joined(parts, keys, by)


def kpi_row(frame: Frame, keys: Sequence[str], past: pd.DataFrame | None = None) -> None:
    """Draw headline figures side by side with their change on month and year and two years of past.

    ``past``: figures by month that hold the keys, where the page has them at hand.
    """
    past = figures(frame, keys, by=["month"]) if past is None else past
    with st.container(horizontal=True, gap="small"):
        for key in keys:
            with st.container(border=True, width=KPI_WIDTH, gap="xsmall"):
                _kpi(frame, key, dict(zip(past["month"], past[key], strict=True)))
    how_made(frame, keys)
    then_and_now(frame, keys)


def _kpi(frame: Frame, key: str, past: dict[str, Any]) -> None:
    metric = METRICS[key]
    value = past.get(frame.as_of)
    name = _(metric.label)
    months, values = tuple(past), tuple(past.values())
    line = draw(frame, sparkline, months, values, metric.unit, language=frame.language, alt=f"{name} · {_('Trend')}")
    changes = [
        _change(frame, key, value, past.get(month_text(month_add(frame.month, -1))), _("on month")),
        _change(frame, key, value, past.get(month_text(month_add(frame.month, -12))), _("on year")),
    ]
    below = "<br>".join(text for text in changes if text) or escape(_("no comparison"))
    st.html(
        f'<div data-card="{key}" title="{escape(_(metric.definition))}" style="color:{frame.tokens.ink}">'
        f'<div style="font-size:0.875rem;line-height:1.4;cursor:help;text-decoration:underline dotted '
        f'{frame.tokens.muted};text-underline-offset:3px">{escape(name)}</div><div style="font-size:1.5rem;'
        f'font-weight:600;line-height:1.6">{escape(write_value(value, metric.unit, frame.language))}</div></div>'
        f'{line}<div style="color:{frame.tokens.muted};font-size:0.875rem;line-height:1.5">{below}</div>'
    )
    if key in ROWS_OF:
        link(frame, "list", _("Its clients"), **ROWS_OF[key])


def _change(frame: Frame, key: str, value: Any, before: Any, words: str) -> str:
    if value is None or before is None or pd.isna(value) or pd.isna(before):
        return ""
    metric = METRICS[key]
    text = write_change(value, before, metric.unit, language()).replace("-", "−")
    # a change that rounds to nothing is neither better nor worse
    if not any(digit in text for digit in "123456789") or metric.direction == "neutral":
        return escape(f"{text} {words}")
    rising = value > before
    hue = frame.tokens.up if rising else frame.tokens.down
    arrow = "↑" if rising else "↓"
    return f'<span style="color:{hue}">{escape(arrow)} {escape(text.lstrip("+−"))}</span> {escape(words)}'


def draw(frame: Frame, builder: Callable[..., Any], *values: Any, **options: Any) -> Any:
    """Return what a builder of ``metrics`` makes of values in the reader's colours, made once per values."""
    place = (builder.__module__, builder.__name__)
    return cached.figure(frame.scope.key, place, frame.tokens, values, tuple(sorted(options.items())))


def chart(frame: Frame, builder: Callable[..., Any], *values: Any, key: str, alt: str, **options: Any) -> None:
    """Draw the figure that a builder of ``metrics`` makes of values, in the reader's colours.

    A figure is built once per values and colours; its own template carries the look.
    """
    st.plotly_chart(draw(frame, builder, *values, **options), key=key, theme=None, alt=alt,
                    config={"displayModeBar": False, "displaylogo": False, "scrollZoom": False})  # fmt: skip


def picture(frame: Frame, builder: Callable[..., str], *values: Any, **options: Any) -> None:
    """Draw the HTML that a builder of ``metrics`` makes of values, in the reader's colours."""
    st.html(draw(frame, builder, *values, **options))


def how_made(frame: Frame, keys: Sequence[str], *, by: Sequence[str] = (), period: str = "month",
             where: cached.Where = ()) -> None:  # fmt: skip
    """Offer the definition and the statement behind figures of the catalogue; built only when opened.

    Says first which of the figures the profile does not narrow.
    """
    says_figures(frame, keys)
    block = st.expander(_("How this number is made"), icon=":material/functions:", type="compact",
                        key=f"how_{'_'.join([*keys, *by])}", on_change="rerun")  # fmt: skip
    with block:
        if not block.open:
            return
        for key in keys:
            metric = METRICS[key]
            st.markdown(f"**{_(metric.label)}** `{key}` · {', '.join(metric.rules)}")
            st.caption(_(metric.definition))
        st.caption(
            _(
                "As of {month} · generation {generation} · build {build}",
                month=frame.as_of,
                generation=frame.generation.generation_id,
                build=frame.generation.builds[frame.month],
            )
        )
        months = frame.months_shown if "month" in by else None
        texts = [statement(some, by=by, period=period, where=dict(kept), as_of=month_end(frame.month), months=months,
                           db=db(), scope=frame.scope, generation=frame.generation)
                 for kept, some in groups_of(keys, where, frame.profile).items()]  # fmt: skip
        st.code(";\n\n".join(texts), language="sql", wrap_lines=True)
