"""When figures were published: the moments as of which they can be read as they were known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from data_access.tables import generation, generation_month


@dataclass(frozen=True)
class Publication:
    """One publication: its generation, its moment and the newest month it holds."""

    generation_id: int
    published_at: datetime
    last_month: int


def read_publications(connection: Connection) -> list[Publication]:
    """Return every publication, the newest first."""
    rows = connection.execute(
        select(generation.c.generation_id, generation.c.published_at, generation.c.last_month).order_by(
            generation.c.published_at.desc(), generation.c.generation_id.desc()
        )
    )
    return [Publication(*row) for row in rows]


def read_first_publication(connection: Connection, month: int) -> Publication | None:
    """Return the publication that showed a month first, None when it was never published."""
    row = connection.execute(
        select(generation.c.generation_id, generation.c.published_at, generation.c.last_month)
        .join(generation_month, generation_month.c.generation_id == generation.c.generation_id)
        .where(generation_month.c.month == month)
        .order_by(generation.c.published_at, generation.c.generation_id).limit(1)
    ).first()  # fmt: skip
    return None if row is None else Publication(*row)
