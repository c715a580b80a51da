"""People by a figure, for the page and the file: who is listed, in which order, at which rank (K-07)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

STAFF_KEYS = ("staff_net_income", "staff_assets", "staff_clients", "clients_developed", "clients_developed_distinct",
              "core_clients")  # fmt: skip
"""Figures of the staff list, in the order of its columns."""


def ranked_people(values: Iterable[Mapping[Any, Any]], people: Mapping[str, Mapping[str, Any]], order: str,
                  categories: Collection[str] = ()) -> list[dict[str, Any]]:  # fmt: skip
    """Return figures by staff joined with the people, the highest first by ``order``, with a dense rank.

    ``values`` are rows of ``query`` by staff; no data counts as 0. ``categories`` empty keeps everybody.
    """
    rows = [
        {**people[entry["staff"]], **{key: entry[key] or 0 for key in STAFF_KEYS}, "staff_no": entry["staff"]}
        for entry in values
        if entry["staff"] in people and (not categories or people[entry["staff"]]["category"] in categories)
    ]
    places = {value: place for place, value in enumerate(sorted({row[order] for row in rows}, reverse=True), start=1)}
    rows.sort(key=lambda row: (-row[order], row["staff_no"]))
    return [{"rank": places[row[order]], **row} for row in rows]
