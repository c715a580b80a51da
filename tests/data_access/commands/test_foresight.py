"""Storing a churn model: headquarters alone, one current model, scores of the shown one, one audit row."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from sqlalchemy import select

from data_access.actor import NotAllowed, OperatorActor
from data_access.commands.foresight import ClientScore, store_warning_model
from data_access.database import Database
from data_access.reads.foresight import TrainedModel, read_warning_model
from data_access.tables import audit_event, warning_model, warning_score
from tests.support.book_rows import Book, signed_in

MODEL = TrainedModel("logistic", 202401, 202406, 202405, 3, 202406, is_shown=True, features={"tenure": -0.25},
                     back_test={"refusal": None})  # fmt: skip


def scores(*lines):
    return lambda _connection: [
        [ClientScore(*line) for line in lines[:1]],
        [],
        [ClientScore(*line) for line in lines[1:]],
    ]


def test_a_model_takes_the_place_of_the_one_before(db: Database, book: Book) -> None:
    first = store_warning_model(db, actor=OperatorActor("night"), model=MODEL,
                                scores=scores((1, 0.25, [("tenure", -0.5)]), (2, 0.0000014, [])))  # fmt: skip
    with db.reading() as connection:
        rows = connection.execute(select(warning_score).order_by(warning_score.c.client_id)).all()
    assert rows == [(first, 1, 250_000, '[["tenure",-0.5]]'), (first, 2, 1, "[]")]
    other = replace(MODEL, algorithm="gradient_boosting")
    second = store_warning_model(db, actor=signed_in(db, book, "hq"), model=other, scores=scores((3, 0.5, [])))
    with db.reading() as connection:
        current = connection.execute(select(warning_model.c.model_id, warning_model.c.is_current)
                                     .order_by(warning_model.c.model_id)).all()  # fmt: skip
        assert current == [(first, False), (second, True)]
        assert connection.execute(select(warning_score.c.model_id, warning_score.c.client_id)).all() == [(second, 3)]
        model = read_warning_model(connection)
        trail = connection.execute(select(audit_event).where(audit_event.c.action == "warning.train")
                                   .order_by(audit_event.c.sequence)).all()  # fmt: skip
    assert (model.model_id, model.algorithm, model.features, model.back_test) == (
        second, "gradient_boosting", {"tenure": -0.25}, {"refusal": None})  # fmt: skip
    assert [(row.operator, row.user_id, row.object_key) for row in trail] == [
        ("night", None, str(first)), (None, book.users["hq"], str(second))]  # fmt: skip
    assert json.loads(trail[0].details) == {"algorithm": "logistic", "first_month": 202401, "last_month": 202406,
                                            "horizon_months": 3, "is_shown": True, "scores": 2}  # fmt: skip


def test_a_model_that_is_not_shown_has_no_scores(db: Database, book: Book) -> None:
    store_warning_model(db, actor=OperatorActor("night"), model=MODEL, scores=scores((1, 0.25, [])))
    store_warning_model(db, actor=OperatorActor("night"), model=replace(MODEL, is_shown=False),
                        scores=scores((1, 0.25, [])))  # fmt: skip
    with db.reading() as connection:
        assert connection.execute(select(warning_score.c.client_id)).all() == []
        assert read_warning_model(connection).is_shown is False


def test_nobody_but_headquarters_stores_a_model_and_a_failure_leaves_the_old_one(db: Database, book: Book) -> None:
    kept = store_warning_model(db, actor=OperatorActor("night"), model=MODEL, scores=scores((1, 0.25, [])))
    with pytest.raises(NotAllowed):
        store_warning_model(db, actor=signed_in(db, book, "b01"), model=MODEL, scores=scores())

    def failing(_connection):
        yield [ClientScore(2, 0.5, [])]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store_warning_model(db, actor=OperatorActor("night"), model=MODEL, scores=failing)
    with db.reading() as connection:
        assert read_warning_model(connection).model_id == kept
        assert connection.execute(select(warning_score.c.client_id)).scalars().all() == [1]
