"""Scores open where the client opens, for the month that was scored, and only while the model is shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_access.actor import OperatorActor
from data_access.commands.foresight import ClientScore, store_warning_model
from data_access.reads.foresight import TrainedModel, WarningScore, read_warning_model, read_warning_scores
from data_access.reads.generation import read_generation
from data_access.scope import FIRM, NOTHING, Scope
from tests.support.firm import AS_OF

O011 = Scope(office_ids=frozenset({4}))
OWN = Scope(staff_ids=frozenset({5}))
MODEL = TrainedModel("logistic", 202405, 202503, 202502, 3, AS_OF, is_shown=True, features={}, back_test={})


def scored(db, month=AS_OF, scope=FIRM, *, model=MODEL, asked=range(1, 15)):
    store_warning_model(
        db, actor=OperatorActor("test"), model=model,
        scores=lambda _connection: [[ClientScore(number, number / 100, [("tier", 0.5)]) for number in (1, 3, 5)]],
    )  # fmt: skip
    with db.reading() as connection:
        return read_warning_scores(connection, read_generation(connection), month, scope, asked)


@pytest.mark.parametrize(("scope", "seen"), [(FIRM, [1, 3, 5]), (O011, [1]), (OWN, [5]), (NOTHING, [])])
def test_only_clients_inside_the_reach_are_read(firm_db, scope, seen):
    found = scored(firm_db, scope=scope)
    assert sorted(found) == seen
    if 1 in found:
        assert found[1] == WarningScore(0.01, (("tier", 0.5),))


def test_other_clients_other_months_and_hidden_models_have_none(firm_db):
    assert sorted(scored(firm_db, asked=[3, 4])) == [3]
    assert scored(firm_db, asked=[]) == {}
    assert scored(firm_db, month=202505) == {}
    assert scored(firm_db, month=203001) == {}
    assert scored(firm_db, model=replace(MODEL, is_shown=False)) == {}


def test_before_any_training_there_is_no_model(sqlite_db):
    with sqlite_db.reading() as connection:
        assert read_warning_model(connection) is None
