"""Training end to end: a small firm has too little to learn from, a demo firm is tested beside its own optimum."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import typer.testing

from data_access.actor import OperatorActor
from data_access.clock import frozen
from data_access.demo import build_demo
from data_access.reads.foresight import read_warning_model, read_warning_scores
from data_access.reads.generation import read_generation
from data_access.reads.warning_rows import read_log_starts, read_warning_rows
from data_access.refresh import refresh
from data_access.scope import FIRM
from metrics import cli
from metrics.errors import QuestionError
from metrics.warning import training as warning_training
from metrics.warning.features import features_of
from metrics.warning.model import back_test
from metrics.warning.training import train_warning
from metrics.warning.words import back_test_table
from tests.support.firm import AS_OF, small_firm

OPERATOR = OperatorActor("test")
CLIENTS, LAST = 1_200, 202506


def test_a_firm_without_enough_history_gets_a_reason_and_no_scores(db):
    small_firm(db, refreshed=True)
    short = train_warning(db, actor=OPERATOR, horizon=6)
    assert (short.model.algorithm, short.test.refusal, short.model.is_shown) == (None, "too_little_history", False)
    assert back_test_table(short.model).empty
    small = train_warning(db, actor=OPERATOR, horizon=2)
    assert (small.test.refusal, small.model.is_shown, small.model.scored_month) == ("too_few_losses", False, AS_OF)
    with db.reading() as connection:
        model = read_warning_model(connection)
    assert (model.model_id, model.back_test["refusal"], model.back_test["is_demo"]) == (
        small.model_id, "too_few_losses", False)  # fmt: skip


def test_wrong_questions_are_refused(sqlite_db):
    with pytest.raises(QuestionError, match="No month is published"):
        train_warning(sqlite_db, actor=OPERATOR)
    for horizon in (0, 13):
        with pytest.raises(QuestionError, match="1 to 12 months"):
            train_warning(sqlite_db, actor=OPERATOR, horizon=horizon)


@pytest.fixture(scope="module")
def demo_db(tmp_path_factory, template_folder):
    from tests.support.databases import fresh_sqlite

    db = fresh_sqlite(tmp_path_factory.mktemp("demo"), template_folder)
    with frozen(datetime(2025, 7, 2, 2, 0, tzinfo=UTC)):
        build_demo(db, clients=CLIENTS, months=18, seed=5, until=LAST)
        refresh(db, actor=OPERATOR)
    yield db
    db.dispose()


def test_a_demo_firm_is_tested_beside_its_own_optimum_and_scored_whole(demo_db, monkeypatch):
    monkeypatch.setattr(warning_training, "SLICE", 400)
    done = train_warning(demo_db, actor=OPERATOR)
    body = done.model.back_test
    # eighteen months: fifteen with a label, three of them tested, a gap of three, three that are only looked back to
    assert (body["training"]["first_month"], body["training"]["last_month"]) == (202404, 202409)
    assert (body["test"]["first_month"], body["test"]["last_month"], done.share) == (202501, 202503, 1.0)
    assert (done.model.first_month, done.model.last_month, done.model.test_month) == (202404, 202503, 202501)
    assert body["is_demo"] is True
    measures = body["measures"]
    assert measures["optimum"]["auc"] > 0.55
    assert measures["optimum"]["brier"] < measures["base_rate"]["brier"]
    again = train_warning(demo_db, actor=OPERATOR)
    assert again.model == done.model


def test_stored_scores_and_reasons_are_those_of_the_model_fitted_anew(demo_db, monkeypatch):
    fitted, real = [], warning_training.fit
    monkeypatch.setattr(warning_training, "SLICE", 400)
    monkeypatch.setattr(warning_training, "back_test", lambda *given: replace(back_test(*given), refusal=None))
    monkeypatch.setattr(
        warning_training, "fit", lambda *given, **named: fitted.append(real(*given, **named)) or fitted[-1]
    )
    done = train_warning(demo_db, actor=OPERATOR)
    [model] = fitted
    assert (done.model.is_shown, model.algorithm, tuple(done.model.features)) == (
        True,
        done.test.chosen,
        model.features,
    )
    with demo_db.reading() as connection:
        generation = read_generation(connection)
        rows = read_warning_rows(connection, generation, LAST, read_log_starts(connection))
        found = read_warning_scores(connection, generation, LAST, FIRM, range(1, CLIENTS + 1))
    frame = features_of(rows, LAST)
    assert sorted(found) == rows["client_id"].tolist()
    assert [found[key].score for key in rows["client_id"]] == pytest.approx(model.predict(frame), abs=1e-6)
    effects = model.effects(frame)
    for line, key in zip(effects.to_dict("records")[:50], rows["client_id"], strict=False):
        top = sorted(line.items(), key=lambda entry: -abs(entry[1]))[:4]
        assert dict(found[key].reasons) == {name: round(effect, 3) for name, effect in top if round(effect, 3)}


def test_the_command_prints_the_back_test_or_one_sentence(default_db):
    small_firm(default_db, refreshed=True)
    run = typer.testing.CliRunner().invoke
    printed = run(cli.app, ["train-warning", "--horizon", "6"]).output.splitlines()
    assert printed[0] == "Scored month 2025-06; nothing was fitted."
    assert printed[1].startswith("Model 1, scores of 2025-06: not shown. Too few months are published")
    wrong = run(cli.app, ["train-warning", "--as-of", "soon"])
    assert (wrong.exit_code, str(wrong.exception)) == (1, "Not a month: 'soon'; write YYYY-MM.")
