"""The words of the outcomes of campaigns; ``domain.reasons`` holds them with all others."""

from __future__ import annotations

from collections.abc import Mapping

OUTCOME_TEMPLATES: Mapping[str, str] = {
    "outcome.not_published": "The months up to {until} are not all out yet.",
    "outcome.gap": "A month or a number is missing, so it cannot be said.",
    "outcome.no_return": "No event that brings the client back.",
    "outcome.inflow": "{inflow_fen} yuan came in since the draw; {threshold_fen} are needed.",
    "outcome.trade": "{inflow_fen} yuan came in since the draw, but the client has not traded.",
    "outcome.kept": "Still a client, with assets of {assets_fen} after {before_fen} at the draw.",
    "outcome.lost": "Lost since {since}.",
    "outcome.archived": "Archived since {since}.",
    "outcome.silent": "Silent at the end of {since}.",
    "outcome.assets_fell": "Assets fell from {before_fen} at the draw to {assets_fen}.",
}
