"""Filters that live in the URL as stable codes; what is not in the closed list is ignored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import streamlit as st

from pages._ui.texts import _


def choice(name: str, words: str, options: Mapping[str, str], *, default: str | None = None,
           width: int = 190) -> str | None:  # fmt: skip
    """Draw a single choice and return its code; None (or ``default``) keeps everything."""
    asked = st.query_params.get(name)
    key = f"filter_{name}"
    st.session_state[key] = asked if asked in options else default
    return st.selectbox(words, list(options), key=key, format_func=lambda code: options[code], width=width,
                        index=None, placeholder=_("All"), on_change=_keep_one, args=(name, default))  # fmt: skip


def _keep_one(name: str, default: str | None) -> None:
    value = st.session_state[f"filter_{name}"]
    if value is None or value == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value


def choices(name: str, words: str, options: Mapping[str, str], *, width: int = 190,
            placeholder: str = "") -> tuple[str, ...]:  # fmt: skip
    """Draw a multiple choice and return its codes; an empty tuple keeps everything."""
    key = f"filter_{name}"
    st.session_state[key] = [code for code in st.query_params.get_all(name) if code in options]
    st.multiselect(words, list(options), key=key, format_func=lambda code: options[code], width=width,
                   placeholder=placeholder or _("All"), on_change=_keep_many, args=(name,))  # fmt: skip
    return tuple(st.session_state[key])


def _keep_many(name: str) -> None:
    st.query_params[name] = st.session_state[f"filter_{name}"]


def switch(name: str, words: str, options: Mapping[str, str], *, default: str) -> str:
    """Draw a row of tabs-like buttons and return the chosen code."""
    asked = st.query_params.get(name)
    key = f"filter_{name}"
    st.session_state[key] = asked if asked in options else default
    chosen = st.segmented_control(words, list(options), key=key, format_func=lambda code: options[code], required=True,
                                  label_visibility="collapsed", on_change=_keep_one, args=(name, default))  # fmt: skip
    return str(chosen or default)


def number_range(name: str, words: str, lowest: int, highest: int, *,
                 width: int = 190) -> tuple[int | None, int | None]:  # fmt: skip
    """Draw a range and return its ends, None where the end is open."""
    key = f"filter_{name}"
    asked = st.query_params.get(name, "")
    first, _dash, last = asked.partition("-")
    bounds = (int(first), int(last)) if first.isascii() and first.isdigit() and last.isascii() and last.isdigit() \
        and len(asked) < 12 else (lowest, highest)  # fmt: skip
    st.session_state[key] = (min(max(bounds[0], lowest), highest), max(min(bounds[1], highest), lowest))
    if st.session_state[key][0] > st.session_state[key][1]:
        st.session_state[key] = (lowest, highest)
    low, high = st.slider(words, lowest, highest, key=key, width=width, on_change=_keep_range,
                          args=(name, lowest, highest))  # fmt: skip
    return (low if low > lowest else None, high if high < highest else None)


def _keep_range(name: str, lowest: int, highest: int) -> None:
    low, high = st.session_state[f"filter_{name}"]
    if (low, high) == (lowest, highest):
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = f"{low}-{high}"


def typed(name: str, words: str, *, placeholder: str = "", width: int = 190, longest: int = 40) -> str:
    """Draw a text field and return what it holds, without spaces around; it stands in the URL."""
    key = f"filter_{name}"
    st.session_state[key] = st.query_params.get(name, "")[:longest]
    st.text_input(words, key=key, placeholder=placeholder, max_chars=longest, width=width, on_change=_keep_text,
                  args=(name,))  # fmt: skip
    return str(st.session_state[key]).strip()


def _keep_text(name: str) -> None:
    value = str(st.session_state[f"filter_{name}"]).strip()
    if value:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def day_choice(name: str, words: str, *, default: date, first: date, width: int = 150) -> date:
    """Draw a date field and return its day, never after ``default``; what is no such day in the URL is ignored."""
    key = f"filter_{name}"
    try:
        asked = date.fromisoformat(st.query_params.get(name, ""))
    except ValueError:
        asked = default
    st.session_state[key] = asked if first <= asked <= default else default
    st.date_input(words, key=key, min_value=first, max_value=default, format="YYYY-MM-DD", width=width,
                  on_change=_keep_day, args=(name, default))  # fmt: skip
    return st.session_state[key] or default


def _keep_day(name: str, default: date) -> None:
    value = st.session_state[f"filter_{name}"]
    if value is None or value == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value.isoformat()
