"""Moves of clients between the groups of two month ends: tier, stage or status; and the clients behind a cell."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from data_access.database import Database
from data_access.reads.generation import Generation
from data_access.scope import Scope
from metrics.between import MonthLike
from metrics.question import Where


def moves(
    dimension: str,
    *,
    first: MonthLike,
    last: MonthLike,
    unit: str | None = None,
    region: str | None = None,
    where: Where | None = None,
    scope: Scope | None = None,
    known_at: datetime | str | None = None,
    rules: int | None = None,
    db: Database | None = None,
    generation: Generation | int | None = None,
) -> pd.DataFrame:
    """Return how clients moved between the groups of ``tier``, ``stage`` or ``status`` from month to month end.

    One row per pair that occurs: ``origin`` and ``goal`` (codes of the dimension, ``lost``; ``not_yet`` as an origin
    for clients opened since; ``elsewhere`` for clients outside the places or filters asked for at that end), then the
    keys of ``MOVE_TERMS``: ``clients`` as integers, amounts as ``Decimal`` yuan; amounts of an end outside are None.
    Rows of one origin add up to the group at ``first``, rows of one goal to the group at ``last``. ``where`` filters
    by client kind, segment, risk level or institution group. Raises ``QuestionError``.
    """
    raise NotImplementedError


def moved_clients(
    dimension: str,
    origin: str,
    goal: str,
    *,
    first: MonthLike,
    last: MonthLike,
    scope: Scope | None = None,
    after: tuple[Any, int] | None = None,
    limit: int = 500,
    order: str = "value",
    db: Database | None = None,
    generation: Generation | int | None = None,
) -> list[dict[str, Any]]:
    """Return one page of the clients behind a cell of ``moves``, in the shape of the client lists.

    ``after`` is ``(sort_value, client_id)`` of the last row of the page before.
    """
    raise NotImplementedError
