"""Training the churn model on the firm's own history: read, test out of time, fit anew, score the newest month.

Everything is read in slices; of a large firm a fixed part of the clients is drawn for fitting and testing, and every
client is scored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import Connection

from data_access.actor import Actor
from data_access.commands.foresight import ClientScore, store_warning_model
from data_access.database import Database
from data_access.demo.hazards import read_truth, true_chances
from data_access.reads.foresight import TrainedModel
from data_access.reads.generation import Generation, read_generation
from data_access.reads.warning_rows import count_warning_rows, read_log_starts, read_lost_ids, read_warning_rows
from domain.months import month_add
from metrics.errors import QuestionError
from metrics.warning.features import features_of
from metrics.warning.model import (
    LABEL,
    MONTH,
    POINTS,
    TRUTH,
    BackTest,
    FittedModel,
    Split,
    back_test,
    fit,
    split_months,
    strongest,
)
from metrics.warning.words import FEATURES, SERVICE_FEATURES

MOST_ROWS = 400_000
"""Client-months that are fitted and tested on; with more on record the same part of the clients is drawn each month."""
SLICE = 25_000
HORIZONS = range(1, 13)
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Training:
    """What a training came to: the stored model, its back-test, and how the rows were drawn (``share`` 1: all)."""

    model_id: int
    model: TrainedModel
    test: BackTest
    share: float


def train_warning(db: Database, *, actor: Actor, horizon: int = 3, as_of: int | None = None,
                  progress: Progress | None = None) -> Training:  # fmt: skip
    """Train on the published months up to ``as_of`` (default: the newest) and store the result as the current model.

    The label of a client and month is loss within the next ``horizon`` months; clients lost or archived at the month
    have none. Raises ``QuestionError`` for a horizon outside 1 … 12 or where nothing is published.
    """
    if horizon not in HORIZONS:
        raise QuestionError(f"The horizon is {HORIZONS[0]} to {HORIZONS[-1]} months, not {horizon}.")
    say = progress or (lambda _what, _done, _total: None)
    with db.reading() as connection:
        generation = read_generation(connection)
        months = [] if generation is None else [
            month for month in sorted(generation.builds) if as_of is None or month <= as_of]  # fmt: skip
        if generation is None or not months:
            raise QuestionError("No month is published up to then; run `python -m data_access refresh` first.")
        split = split_months(months, horizon)
        is_demo = read_truth(connection) is not None
        # a demo firm's service is made up after its clients' lives, so it knows who will stay
        features = [name for name in FEATURES if not is_demo or name not in SERVICE_FEATURES]
        share = 1.0
        if split is None:
            test = BackTest(None, "too_little_history", {})
        else:
            window = [month for month in months if split.training[0] <= month <= split.test[-1]]
            share = min(1.0, MOST_ROWS / max(1, count_warning_rows(connection, generation, months[-1]) * len(window)))
            frame = read_history(connection, generation, window, horizon, share=share, progress=say)
            _add_truth(connection, frame, split, horizon)
            say("fitting", 0, 1)
            test = back_test(frame, features, split)
    final = None
    if test.model is not None:
        # the tested features only: one that nobody could test has not earned its place
        final = fit(frame[list(test.model.features)], frame[LABEL].to_numpy(), algorithm=test.model.algorithm)
    model = TrainedModel(
        algorithm=test.chosen, first_month=months[0] if split is None else split.training[0],
        last_month=months[-1] if split is None else split.test[-1],
        test_month=months[-1] if split is None else split.test[0], horizon_months=horizon, scored_month=months[-1],
        is_shown=test.chosen is not None and test.refusal is None, features=_weights(final),
        back_test={**test.body, "refusal": test.refusal, "share": share, "is_demo": is_demo},
    )  # fmt: skip

    def scores(connection: Connection) -> Iterator[Sequence[ClientScore]]:
        if final is not None:
            yield from _scores(connection, generation, final, months[-1], say)

    return Training(store_warning_model(db, actor=actor, model=model, scores=scores), model, test, share)


def read_history(connection: Connection, generation: Generation, months: Sequence[int], horizon: int, *,
                 share: float = 1.0, progress: Progress | None = None) -> pd.DataFrame:  # fmt: skip
    """Return features, month, label, points and client id per client and month, for months with a known label."""
    lost = {
        month: read_lost_ids(connection, generation, month)
        for month in {month_add(month, ahead) for month in months for ahead in range(1, horizon + 1)}
    }
    parts, logs = [], read_log_starts(connection)
    for done, month in enumerate(months):
        if progress:
            progress("months", done, len(months))
        after = 0
        while True:
            rows = read_warning_rows(connection, generation, month, logs, share=share, after=after, limit=SLICE)
            if len(rows) == 0:
                break
            after = int(rows["client_id"].iloc[-1])
            part = features_of(rows, month)
            gone = set().union(*(lost[month_add(month, ahead)] for ahead in range(1, horizon + 1)))
            part["client_id"] = rows["client_id"].to_numpy()
            part[MONTH] = np.int32(month)
            part[LABEL] = rows["client_id"].isin(gone).to_numpy(np.int8)
            part[POINTS] = pd.to_numeric(rows["warning_points"]).to_numpy("float32")
            parts.append(part)
    return pd.concat(parts, ignore_index=True)


def _add_truth(connection: Connection, frame: pd.DataFrame, split: Split, horizon: int) -> None:
    """Put the generator's own chances beside the test rows of a demo firm; nothing for a firm with other clients."""
    truth = read_truth(connection)
    if truth is None or frame["client_id"].max() > truth.clients or not set(split.test) <= set(truth.months):
        return
    frame[TRUTH] = np.nan
    for month, chances in true_chances(truth, split.test, horizon):
        rows = frame[MONTH] == month
        frame.loc[rows, TRUTH] = chances[frame.loc[rows, "client_id"].to_numpy() - 1]


def _weights(model: FittedModel | None) -> dict[str, float | None]:
    if model is None:
        return {}
    weights = model.weights()
    return {name: round(weights[name], 6) if name in weights else None for name in model.features}


def _scores(connection: Connection, generation: Generation, model: FittedModel, month: int,
            say: Progress) -> Iterator[list[ClientScore]]:  # fmt: skip
    logs = read_log_starts(connection)
    after = scored = 0
    while True:
        rows = read_warning_rows(connection, generation, month, logs, after=after, limit=SLICE)
        if len(rows) == 0:
            return
        ids = rows["client_id"].tolist()
        frame = features_of(rows, month)
        reasons = strongest(model.effects(frame))
        yield [ClientScore(*one) for one in zip(ids, model.predict(frame).tolist(), reasons, strict=True)]
        after, scored = int(ids[-1]), scored + len(ids)
        say("scores", scored, scored)
