"""What a reader chooses on Explore; every choice stands in the address as a code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from data_access.reads.periods import PERIODS
from metrics.catalogue import METRICS, Source
from metrics.dimensions import DIMENSIONS
from metrics.explore.asked import (
    COMPARISONS,
    MOST_DIMENSIONS,
    MOST_MEASURES,
    TOPS,
    Exploration,
    dimensions_of,
    read_exploration,
)
from metrics.explore.spread import SPREAD_OF
from pages._ui.explore import reads as explore_reads
from pages._ui.frame import Frame
from pages._ui.texts import _, labels, plain

NAMES = ("measure", "by", "across", "where", "period", "compare", "top", "sort", "chart", "spread")
PERIOD_WORDS = {"month": "Month", "quarter": "Quarter to date", "half": "Half-year to date", "year": "Year to date",
                "12m": "Trailing 12 months"}  # fmt: skip
COMPARE_WORDS = {"previous": "Previous period", "year": "Same period last year"}
CHART_WORDS = {"bar": "Bars", "line": "Lines", "heat": "Heat map", "scatter": "Scatter", "spread": "Distribution",
               "table": "Table only"}  # fmt: skip


def read_asked(frame: Frame) -> Exploration:
    """Return the question in the address, cut down to what the reader may ask."""
    params = {name: st.query_params.get_all(name) for name in NAMES if name in st.query_params}
    return within_reach(frame, read_exploration(params))


def within_reach(frame: Frame, asked: Exploration) -> Exploration:
    """Return a question without the values and measures that lie outside the reader's reach.

    What is left out is named by its dimension only: a value may be a secret of somebody else's reach.
    """
    kept, dropped = [], list(asked.dropped)
    for key, given in asked.where:
        known = given if DIMENSIONS[key].words else explore_reads.values(frame.user.scope.key, key)
        left = tuple(value for value in given if not value or value in known)
        if left != given:
            dropped.append(key)
        if left:
            kept.append((key, left))
    allowed = tuple(key for key in asked.measures if key in offered_measures(frame)) or Exploration().measures
    left_over = read_exploration(replace(asked, measures=allowed, where=tuple(kept)).params())
    return replace(left_over, dropped=tuple(dropped))


def offered_measures(frame: Frame) -> dict[str, str]:
    """Return the measures that a reach can be asked about: parts attributed to places need a reach of places."""
    places_only = (Source.ATTRIBUTED, Source.UNATTRIBUTED)
    return {key: _(metric.label) for key, metric in METRICS.items()
            if not (frame.scope.is_personal and metric.source in places_only)}  # fmt: skip


def show_controls(frame: Frame, asked: Exploration) -> None:
    """Draw the choices of a question: what, by what, over which time, in which order, of whom."""
    allowed = {key: _(DIMENSIONS[key].label) for key in dimensions_of(asked.measures)}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _many("measure", _("Measures"), offered_measures(frame), asked.measures, most=MOST_MEASURES, width=320)
        left = MOST_DIMENSIONS - bool(asked.across)
        rows = {key: words for key, words in allowed.items() if key != asked.across}
        _many("by", _("Split by"), rows, asked.by, most=left, width=280)
        others = {key: words for key, words in allowed.items() if key not in asked.by}
        room = others if len(asked.by) < MOST_DIMENSIONS else {}
        _one("across", _("Across"), room, asked.across, none=_("None"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _one("period", _("Period"), {key: _(PERIOD_WORDS[key]) for key in PERIODS}, asked.period)
        _one("compare", _("Compare with"), {key: _(COMPARE_WORDS[key]) for key in COMPARISONS}, asked.compare,
             none=_("Nothing"))  # fmt: skip
        _one("top", _("Show"), {str(number): _("Top {count}", count=number) for number in TOPS},
             str(asked.top) if asked.top else "", none=_("All"), width=128)  # fmt: skip
        orders = {"code": _("Own order"), **{key: _(METRICS[key].label) for key in asked.measures}}
        _one("sort", _("Order"), orders, asked.sort, none=_("Fitting"))
        count = sum(len(values) for _key, values in asked.where)
        words = _("Filters ({count})", count=count) if count else _("Filters")
        drawer = st.popover(words, icon=":material/filter_alt:", key="explore_filters", on_change="rerun")
        if drawer.open:
            with drawer:
                _filters(frame, asked, [key for key in allowed if key != "month"])
        if st.query_params.to_dict().keys() & set(NAMES):
            st.button(_("Start anew"), icon=":material/restart_alt:", type="tertiary", on_click=forget_question)
    if count:
        st.caption(" · ".join(_filter_words(frame, key, values) for key, values in asked.where))


def chart_control(asked: Exploration) -> None:
    """Draw the choice of the chart, and of the number whose distribution is drawn."""
    with st.container(horizontal=True, vertical_alignment="center"):
        words = {key: _(CHART_WORDS[key]) for key in CHART_WORDS if key in asked.charts}
        st.session_state["explore_chart"] = asked.shape
        st.segmented_control(_("Chart"), list(words), key="explore_chart", format_func=words.__getitem__,
                             required=True, label_visibility="collapsed", on_change=_take,
                             args=("chart",))  # fmt: skip
        if asked.shape == "spread":
            _one("spread", _("Distribution of"), {key: _(one.label) for key, one in SPREAD_OF.items()}, asked.spread)


def write_question(params: Mapping[str, list[str]]) -> None:
    """Put a question into the address in the place of the one that stands there."""
    for name in NAMES:
        if name in params:
            st.query_params[name] = params[name]
        else:
            st.query_params.pop(name, None)


def forget_question() -> None:
    """Start anew with the question that the page opens with."""
    write_question({})


def _filters(frame: Frame, asked: Exploration, keys: list[str]) -> None:
    chosen = dict(asked.where)
    for key in keys:
        words = DIMENSIONS[key].words
        options = labels(words) if words else explore_reads.values(frame.user.scope.key, key)
        options = {**options, "": _("no value")} if "" in chosen.get(key, ()) else options
        if options:
            _many(f"where_{key}", _(DIMENSIONS[key].label), options, chosen.get(key, ()), most=200, width=320,
                  placeholder=_("All"))  # fmt: skip


def _filter_words(frame: Frame, key: str, values: tuple[str, ...]) -> str:
    words = DIMENSIONS[key].words
    known = labels(words) if words else explore_reads.values(frame.user.scope.key, key)
    named = [known.get(value, value) if value else _("no value") for value in values[:6]]
    more = f" +{len(values) - 6}" if len(values) > 6 else ""
    return plain(f"{_(DIMENSIONS[key].label)}: {'、'.join(named)}{more}")


def _many(name: str, words: str, options: Mapping[str, str], chosen: tuple[str, ...], *, most: int, width: int,
          placeholder: str = "") -> None:  # fmt: skip
    key = f"explore_{name}"
    st.session_state[key] = [code for code in chosen if code in options]
    st.multiselect(words, list(options), key=key, format_func=lambda code: options.get(code, code), width=width,
                   max_selections=most, placeholder=placeholder or _("None"), on_change=_take, args=(name,),
                   select_all=False)  # fmt: skip


def _one(name: str, words: str, options: Mapping[str, str], chosen: str, *, none: str = "", width: int = 172) -> None:
    key = f"explore_{name}"
    st.session_state[key] = chosen if chosen in options else None
    st.selectbox(words, list(options), key=key, format_func=lambda code: options.get(code, code), width=width,
                 index=None, placeholder=none or _("None"), on_change=_take, args=(name,))  # fmt: skip


def _take(name: str) -> None:
    """Put one changed choice into the address; what no longer fits it falls away when the address is read."""
    given = st.session_state[f"explore_{name}"]
    values = [str(one) for one in given] if isinstance(given, list) else [str(given)] if given else []
    params = {key: st.query_params.get_all(key) for key in NAMES if key in st.query_params}
    if name.startswith("where_"):
        dimension = name.removeprefix("where_")
        kept = [text for text in params.get("where", []) if text.partition(":")[0] != dimension]
        params["where"] = kept + [f"{dimension}:{value}" for value in values]
    else:
        params[name] = values or (["none"] if name == "by" else [])
    write_question(read_exploration(params).params())
