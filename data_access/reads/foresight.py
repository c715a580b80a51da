"""The churn model that stands now: its back-test, and the scores of some clients inside the reach."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from data_access.reads.generation import Generation
from data_access.reads.reach import opens
from data_access.scope import Scope
from data_access.tables import client, warning_model, warning_score

PPM = 1_000_000
"""Scores are stored as whole millionths."""


@dataclass(frozen=True)
class TrainedModel:
    """What is stored of a model; months are YYYYMM with both ends included, ``test_month`` the first one tested.

    ``algorithm`` is None where nothing could be fitted; ``features`` maps a feature to its weight, None for boosting.
    """

    algorithm: str | None
    first_month: int
    last_month: int
    test_month: int
    horizon_months: int
    scored_month: int
    is_shown: bool
    features: Mapping[str, float | None]
    back_test: Mapping[str, Any]


@dataclass(frozen=True)
class WarningModel(TrainedModel):
    """The model that stands now, as it was stored."""

    model_id: int
    trained_at: datetime


@dataclass(frozen=True)
class WarningScore:
    """A client's probability in 0 … 1 and what moved it: (feature, log-odds effect), the strongest first."""

    score: float
    reasons: tuple[tuple[str, float], ...]


def read_warning_model(connection: Connection) -> WarningModel | None:
    """Return the current model of the firm, shown or not; None where none has been trained."""
    row = connection.execute(select(warning_model).where(warning_model.c.is_current)).first()
    if row is None:
        return None
    stored = {one.name: getattr(row, one.name) for one in fields(WarningModel)}
    return WarningModel(**stored | {"is_shown": bool(row.is_shown), "features": json.loads(row.features),
                                    "back_test": json.loads(row.back_test)})  # fmt: skip


def read_warning_scores(connection: Connection, generation: Generation, month: int, scope: Scope,
                        client_ids: Collection[int]) -> dict[int, WarningScore]:  # fmt: skip
    """Return the scores of those of the clients that open for the reach and were scored as of the month.

    Empty for every other month than the one that the current model scored, and where the model is not shown.
    """
    if month not in generation.builds or not client_ids:
        return {}
    rows = connection.execute(
        select(warning_score.c.client_id, warning_score.c.score_ppm, warning_score.c.reasons)
        .join(warning_model, warning_model.c.model_id == warning_score.c.model_id)
        .join(client, client.c.client_id == warning_score.c.client_id)
        .where(warning_model.c.is_current, warning_model.c.is_shown, warning_model.c.scored_month == month,
               warning_score.c.client_id.in_(sorted(client_ids)), opens(scope, generation.builds[month]))
    )  # fmt: skip
    return {
        row.client_id: WarningScore(
            row.score_ppm / PPM, tuple((name, effect) for name, effect in json.loads(row.reasons))
        )
        for row in rows
    }
