"""Words on the screen: the reader's language, translation, enum labels."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import streamlit as st

from data_access.clock import SHANGHAI
from domain.words import Word
from metrics.language import translator

LANGUAGES = {"zh_CN": "中文", "en": "English"}
STATE_KEY = "language"


def language() -> str:
    """Return ``zh_CN`` or ``en``: the reader's choice, else what the browser asks for."""
    chosen = st.session_state.get(STATE_KEY)
    if chosen in LANGUAGES:
        return str(chosen)
    return "zh_CN" if (st.context.locale or "").lower().startswith("zh") else "en"


def _(message: str, **values: object) -> str:
    """Translate an English message and fill its ``{named}`` places."""
    text = translator(language())(message)
    return text.format(**values) if values else text


def label(words: type[Word], code: object) -> str:
    """Return a code's label in the reader's language; a dash for None."""
    if code is None or code != code:  # noqa: PLR0124 -- NaN of a frame
        return "–"
    return _(words(str(code)).label)


def moment_text(moment: datetime | None) -> str:
    """Write a moment in Shanghai time; a dash for None."""
    return "–" if moment is None else f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def plain(text: str) -> str:
    """Return a text in which no sign is markup."""
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]()#+-.!|~<>$:&" else sign for sign in text)


def labels(words: type[StrEnum]) -> dict[str, str]:
    """Return every code of a closed list with its label."""
    return {str(word.value): _(word.label) for word in words}  # type: ignore[attr-defined]
