"""Storing a trained churn model with its back-test and scores; the model before it steps back in the same act."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, update

from data_access.actor import Actor
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.acting import acting_as
from data_access.database import Database
from data_access.reads.foresight import PPM, TrainedModel
from data_access.tables import warning_model, warning_score
from domain.words import Role


@dataclass(frozen=True)
class ClientScore:
    """A probability in 0 … 1 and the features that moved it, the strongest first, with their log-odds effect."""

    client_id: int
    score: float
    reasons: Sequence[tuple[str, float]]


Scores = Callable[[Connection], Iterable[Sequence[ClientScore]]]
"""Gives the scores slice by slice; a repeated transaction asks anew."""


def store_warning_model(db: Database, *, actor: Actor, model: TrainedModel, scores: Scores) -> int:
    """Store a model as the current one, with scores where it is shown, and return its id; headquarters only.

    Back-tests of earlier models stay, their scores go: nobody acts on them any more. Raises ``NotSignedIn``,
    ``NotAllowed``.
    """

    def work(connection: Connection) -> int:
        user = acting_as(connection, actor, Role.HQ)
        connection.execute(update(warning_model).where(warning_model.c.is_current).values(is_current=False))
        connection.execute(delete(warning_score))
        stored = connection.execute(
            insert(warning_model).values(
                algorithm=model.algorithm, trained_at=now(), trained_by=user.user_id, first_month=model.first_month,
                last_month=model.last_month, test_month=model.test_month, horizon_months=model.horizon_months,
                scored_month=model.scored_month, is_shown=model.is_shown, is_current=True,
                features=_json(model.features), back_test=_json(model.back_test),
            )
        )  # fmt: skip
        model_id = int(stored.inserted_primary_key[0])  # type: ignore[index]
        count = 0
        for part in scores(connection) if model.is_shown else ():
            rows = [{"model_id": model_id, "client_id": one.client_id, "score_ppm": round(one.score * PPM),
                     "reasons": _json(one.reasons)} for one in part]  # fmt: skip
            if rows:
                connection.execute(insert(warning_score), rows)
            count += len(rows)
        append_audit(
            connection, action="warning.train", user_id=user.user_id, operator=user.operator,
            object_kind="warning_model", object_key=str(model_id),
            details={"algorithm": model.algorithm, "first_month": model.first_month, "last_month": model.last_month,
                     "horizon_months": model.horizon_months, "is_shown": model.is_shown, "scores": count},
        )  # fmt: skip
        return model_id

    return db.transact(work)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
