"""Colour tokens of the look, for light and dark; Streamlit's own elements take theirs from config.toml."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from data_access.settings import settings

FONT = "Noto Sans CJK SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, Segoe UI, sans-serif"


@dataclass(frozen=True)
class Tokens:
    """Colours of one mode as hex text; ``up`` and ``down`` follow the house setting (red or green is up)."""

    canvas: str
    surface: str
    ink: str
    muted: str
    line: str
    accent: str
    tier_a: str
    tier_b: str
    tier_c: str
    attention: str
    up: str
    down: str
    neutral: str
    is_dark: bool
    font: str = FONT


def _tokens(*, dark: bool, red_is_up: bool) -> Tokens:
    red, green = ("#F0716A", "#4CC38A") if dark else ("#C8322B", "#1E8E5A")
    up, down = (red, green) if red_is_up else (green, red)
    if dark:
        return Tokens("#0F151C", "#18212B", "#E4EAF0", "#93A3B3", "#2A3643", "#5BA3E6", "#3D8FE0", "#2C5F91",
                      "#2A3B4D", "#E0A040", up, down, "#6B7B8C", is_dark=True)  # fmt: skip
    return Tokens("#FFFFFF", "#F3F6F9", "#1B2733", "#5B6B7B", "#DFE5EC", "#0B5CAD", "#0B3C6F", "#3E7CB1",
                  "#B9CDE1", "#C77700", up, down, "#7A8896", is_dark=False)  # fmt: skip


def mode() -> str:
    """Return ``light`` or ``dark``: what the reader's browser shows."""
    return "dark" if st.context.theme.type == "dark" else "light"


def tokens() -> Tokens:
    """Return the colours of the mode that the reader's browser shows."""
    return _tokens(dark=mode() == "dark", red_is_up=settings().red_is_up)
