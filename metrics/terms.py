"""The words of flows, bridges and moves, defined once: pages, command line, charts and documents read these."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from data_access.reads.moves import ELSEWHERE, LOST, NOT_YET
from metrics.units import COUNT, YUAN, Unit


@dataclass(frozen=True)
class Term:
    """One column of a flow, a bridge or a table of moves.

    ``sign`` says how it enters the balance: opening + the sum of sign x term = closing. The two ends have 0, and so
    do columns that are no part of a balance.
    """

    key: str
    label: str
    definition: str
    unit: Unit
    sign: int = 0


def _terms(unit: Unit, *entries: tuple[str, str, str, int]) -> dict[str, Term]:
    return {key: Term(key, label, definition, unit, sign) for key, label, definition, sign in entries}


FLOW_TERMS = _terms(
    COUNT,
    ("opening", "Opening", "Clients at the end of the month before: opened and not lost (K-50).", 0),
    ("new", "New", "Clients opened in the month.", 1),
    ("returned", "Returned", "Transitions from lost back to client in the month.", 1),
    ("lost", "Lost", "Transitions to lost in the month; lost and back in one month counts in both.", -1),
    ("transferred_in", "Transferred in",
     "Clients of the month before that have come from a place outside; moves between places inside cancel.", 1),
    ("transferred_out", "Transferred out",
     "Clients of the month before that have gone to a place outside; one that is lost in the same month is lost there.",
     -1),
    ("closing", "Closing", "Clients at the end of the month.", 0),
)  # fmt: skip
"""Client flow: opening + new + returned - lost + transferred in - transferred out = closing, to the client (K-50)."""

BRIDGE_TERMS = _terms(
    YUAN,
    ("opening", "Opening assets", "Month-end assets at the first month's end, as they were known then.", 0),
    ("corrections", "Corrections",
     "Opening assets as known now less as known then: late and corrected data; 0 where both are the same knowledge.",
     1),
    ("net_inflow", "Net inflow",
     ("Money paid in less money paid out by clients who stayed: neither won nor lost in the month, with assets at both "
      "month ends and payments known."), 1),
    ("market_effect", "Market effect (residual)",
     ("What no other term explains: prices, interest, fees and whatever changed the assets of clients who stayed other "
      "than their payments. It is not measured but left over."), 1),
    ("won", "Won", "Change in assets of clients who opened or returned in the month and are clients at its end.", 1),
    ("lost", "Lost", "Change in assets of clients who were lost in the month and are lost at its end.", 1),
    ("transferred_in", "Transferred in", "Assets, at the month before, of those who came from a place outside.", 1),
    ("transferred_out", "Transferred out", "Assets, at the month before, of those who went to a place outside.", -1),
    ("data_gaps", "Data gaps",
     ("Change in assets of all others whose assets at one of the two month ends, or whose payments, are unknown; "
      "unknown assets count as 0."), 1),
    ("closing", "Closing assets", "Month-end assets at the last month's end.", 0),
)  # fmt: skip
"""Asset bridge: opening + corrections + net inflow + market effect + won + lost + in - out + gaps = closing."""

MOVE_TERMS = {
    **_terms(COUNT, ("clients", "Clients", ("Clients who stood in the one group at the first month's end and stand in "
                      "the other at the last one's."), 0)),
    **_terms(YUAN,
             ("assets_before", "Assets before", "Their month-end assets at the first month's end.", 0),
             ("assets", "Assets after", "Their month-end assets at the last month's end.", 0),
             ("value_before", "Trailing income before", "Their trailing net income at the first month's end.", 0),
             ("value", "Trailing income after", "Their trailing net income at the last month's end.", 0)),
}  # fmt: skip
"""What a table of moves gives per cell."""

ENDS = {
    NOT_YET: Term(NOT_YET, "Not yet a client", "Opened after the first month's end.", COUNT),
    LOST: Term(LOST, "Lost", "Lost at the month's end.", COUNT),
    ELSEWHERE: Term(ELSEWHERE, "Outside this selection",
                    "A client of a place, or with a property, outside what was asked for.", COUNT),
}  # fmt: skip
"""Where moves begin or end beside the groups themselves."""

TERMS = {"flow": FLOW_TERMS, "bridge": BRIDGE_TERMS, "moves": MOVE_TERMS, "end of a move": ENDS}
"""Every word by what it belongs to, for lists and documents."""

_LEFT_OUT = frozenset({"corrections", "transferred_in", "transferred_out", "data_gaps"})


@dataclass(frozen=True)
class Steps:
    """A balance ready to draw: (label, value) of both ends, (label, signed change) of the terms between."""

    opening: tuple[str, Any]
    steps: tuple[tuple[str, Any], ...]
    closing: tuple[str, Any]
    residual: str


def steps_of(terms: Mapping[str, Term], row: Mapping[str, Any], translate: Callable[[str], str] = str) -> Steps:
    """Return the balance of one row of ``client_flow`` or ``asset_bridge``; what seldom happens is left out at 0."""
    labels = {key: translate(term.label) for key, term in terms.items()}
    steps = tuple((labels[key], term.sign * row[key]) for key, term in terms.items()
                  if term.sign and (row[key] or key not in _LEFT_OUT))  # fmt: skip
    return Steps((labels["opening"], row["opening"]), steps, (labels["closing"], row["closing"]),
                 labels.get("market_effect", ""))  # fmt: skip
