"""Words of the register: types, ways of confirmation, holders with their shares."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from data_access.reads.register import Holder
from domain.words import RelationshipType, codes
from metrics.language import CHINESE
from pages._ui.relationships.type_reads import own_names
from pages._ui.texts import _, label, language

HOW = {"automatic": "By rule", "approved": "By approval", "assigned": "Assigned", "import": "Imported",
       "continued": "Continued after a leaver"}  # fmt: skip


def type_word(code: str | None) -> str:
    """Return a type's word; a type that headquarters added bears the name published with it, a dash for None."""
    if code is None or code in codes(RelationshipType):
        return label(RelationshipType, code)
    chinese, english = own_names().get(code, (code, code))
    return chinese if language() == CHINESE else english


def how_word(code: str | None) -> str | None:
    """Return how a relationship was confirmed in words."""
    return None if code is None else _(HOW[code]) if code in HOW else code


def holder_words(holders: Sequence[Holder]) -> str:
    """Write holders with their shares in one line."""
    return " · ".join(f"{one.name} {one.staff_no} {share_words(one.share_bp)}" for one in holders)


def share_words(share_bp: int) -> str:
    """Write a share as per cent, with decimals only where it has some."""
    return f"{share_bp / 100:.2f}".rstrip("0").rstrip(".") + "%"


def holding_columns() -> dict[str, object]:
    """Return the first columns of a table of relationships: client, name, type, holders."""
    config = st.column_config
    return {
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Name"), pinned=True),
        "type": config.TextColumn(_("Relationship type")),
        "holders": config.TextColumn(_("Holders"), width="large"),
    }
