"""The month's client flow of a place, ready to draw: opening, signed steps, closing."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from domain.months import month_add, month_text
from pages._ui.frame import Frame
from pages._ui.texts import _


@dataclass(frozen=True)
class ClientFlow:
    """Opening + steps = closing, in clients; a transfer step appears where a place won or gave clients away."""

    opening: tuple[str, int]
    steps: list[tuple[str, int]]
    closing: tuple[str, int]


def client_flow(frame: Frame, past: pd.DataFrame) -> ClientFlow | None:
    """Return the flow of the page's month, None when the month before is not published.

    ``past``: clients, new, lost and returned clients by month.
    """
    before = month_text(month_add(frame.month, -1))
    rows = {row["month"]: row for row in past.to_dict("records")}
    if before not in rows:
        return None
    now, opening = rows[frame.as_of], int(rows[before]["clients"])
    steps = [(_("New"), int(now["new_clients"])), (_("Returned"), int(now["returned_clients"])),
             (_("Lost"), -int(now["lost_clients"]))]  # fmt: skip
    moved = int(now["clients"]) - opening - sum(change for _name, change in steps)
    if moved:
        steps.append((_("Transferred"), moved))
    return ClientFlow((_("Opening"), opening), steps, (_("Closing"), int(now["clients"])))
