"""The words of what a caller has to know: products, and what a hand-out still lacks (R-25 to R-28)."""

from __future__ import annotations

from collections.abc import Mapping

CONTACT_TEMPLATES: Mapping[str, str] = {
    "contact.grade_closed": "Task {task_no} is closed; a grade is no longer kept.",
    "suitability.unknown": "No risk assessment is on file: recommend no product before the client is assessed.",
    "suitability.future": "The assessment is dated {assessed_on}, in the future: recommend no product before it is "
                          "corrected.",
    "suitability.expired": "The assessment of {assessed_on} ended on {valid_to}: recommend no product before the "
                           "client is assessed anew.",
    "suitability.minimum": "Only products of level R1, and never a higher one, not even at the client's own wish.",
    "suitability.up_to": "Products of level R1 to {product}; recommend nothing above.",
    "suitability.too_high": "Level {product} lies above what may be recommended to a client of level {risk_level}.",
    "progress.handed_out": "Handed out on {on} to {staff_name}; runs until {due_on}.",
    "progress.no_record": "Pre-register before the client becomes active: what happens before it does not count.",
    "progress.registered": "Pre-registered on {registered_on}, valid until {expires_on}.",
    "progress.run_out": "The pre-registration ran out on {expires_on}; register anew before the client becomes active.",
    "progress.inflow": "Transferred in since the pre-registration: {inflow_fen} of {threshold_fen} yuan, "
                       "published months.",
    "progress.traded": "A trade since the pre-registration, in {month}.",
    "progress.no_trade": "A trade since the pre-registration: none in the published months.",
    "progress.inflow_later": "Then assets of {threshold_fen} yuan or more come in.",
    "progress.trade_later": "Then a trade is made.",
    "progress.returned": "The client came back on {on}.",
    "progress.no_return": "The client opens an account again or makes the Shanghai A designation; lost on {lost_on}, "
                          "it counts after {after}.",
    "progress.no_return_undated": "The client opens an account again or makes the Shanghai A designation.",
    "progress.activated": "The client was activated on {on}.",
    "progress.no_activation": "The client activates the stored account or opens one again.",
    "progress.not_matched": "This campaign is about staying: nothing is recognised, the task ends when it is due.",
}  # fmt: skip
"""Reason code to English sentence; the names in braces are the reason's parameters."""
