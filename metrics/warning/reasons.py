"""The words of the reasons of a churn warning (R-74), for page and file."""

from __future__ import annotations

from domain.warnings import WarningReason

WARNING_REASONS = {
    "assets_fell": "Assets fell",
    "no_trade": "No trade",
    "trading_fell": "Trading fell",
    "outflow": "Large outflow",
    "complaint": "Complaint",
    "no_contact": "No contact",
}
"""English words by code, in the order in which reasons are listed."""


def reason_codes(reasons: int) -> list[str]:
    """Return the codes of a stored sum of reasons, in their fixed order."""
    return [code for code in WARNING_REASONS if WarningReason[code.upper()] in WarningReason(reasons)]


def reason_number(code: str) -> int:
    """Return the number of a reason; raises ``KeyError`` for an unknown code."""
    return WarningReason[code.upper()].value
