"""Relationships and their shares as rows."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Connection

from data_access.bulk import load_columns
from data_access.demo.moments import day_texts, moment_texts
from data_access.demo.staffing import FAR
from data_access.demo.ties import Ties
from data_access.tables import relationship, relationship_share

_AUTOMATIC = ("ib_service", "margin_development", "repo_development")


def store_ties(connection: Connection, ties: list[Ties]) -> int:
    """Write the relationships and return how many; an ended one keeps its confirmed state with its last day."""
    next_id = 1
    for tie in ties:
        size = len(tie.clients)
        if not size:
            continue
        ids = np.arange(next_id, next_id + size)
        next_id += size
        is_open = (tie.until == FAR).tolist()
        until = [None if far else day for far, day in zip(is_open, day_texts(tie.until), strict=True)]
        load_columns(
            connection,
            relationship,
            {
                "relationship_id": ids.tolist(),
                "relationship_no": [f"R{number:08d}" for number in ids.tolist()],
                "client_id": (tie.clients + 1).tolist(),
                "type": [tie.type] * size,
                "state": ["confirmed"] * size,
                "valid_from": day_texts(tie.since),
                "valid_to": until,
                "how_confirmed": ["automatic" if tie.type in _AUTOMATIC else "approved"] * size,
                "confirmed_at": moment_texts(tie.since + np.timedelta64(3, "D"), np.full(size, 900)),
                "release_reason": tie.reason,
            },
        )
        row, place = np.nonzero(tie.holders >= 0)
        load_columns(
            connection,
            relationship_share,
            {
                "relationship_id": ids[row].tolist(),
                "staff_id": (tie.holders[row, place] + 1).tolist(),
                "share_bp": tie.shares[row, place].tolist(),
            },
        )
    return next_id - 1
