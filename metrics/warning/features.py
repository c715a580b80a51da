"""What the churn model looks at: numbers made from a client's row of one month and of the months before it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from domain.words import ClientKind, RiskLevel, Stage, Status, Tier, codes
from metrics.warning.words import FEATURES

LOOK_BACK = 12
"""Months of the past that a row may reach back to; more than that counts as that much."""
_TIERS = {Tier.A.value: 2, Tier.B.value: 1, Tier.C.value: 0}
_FLOOR_FEN = 10_000
"""Added to amounts whose ratio is taken: a change between a few yuan and none says little."""


def features_of(rows: pd.DataFrame, month: int) -> pd.DataFrame:
    """Return one row of features per row of ``read_warning_rows`` of that month; NaN is unknown.

    Amounts are taken as logarithms of yuan, changes as logarithms of ratios, shares of assets lie in -1 … 1.
    """
    made: dict[str, np.ndarray] = {}
    assets, before = _numbers(rows, "end_assets_fen"), _numbers(rows, "assets_before_fen")
    inflow, outflow = _numbers(rows, "inflow_fen"), _numbers(rows, "outflow_fen")
    turnover = _numbers(rows, "turnover_recent_fen")
    made["assets"] = _log(assets)
    made["assets_change_1"] = _log_ratio(assets, before)
    made["assets_change_3"] = _log_ratio(assets, _numbers(rows, "assets_3_fen"))
    made["assets_change_12"] = _log_ratio(assets, _numbers(rows, "assets_12_fen"))
    made["turnover"] = _log(turnover)
    made["turnover_change"] = _log_ratio(turnover, _numbers(rows, "turnover_3_fen"))
    made["trades"] = np.log1p(_numbers(rows, "trades_count"))
    last = _numbers(rows, "last_trade_month")
    ago = (month // 100 - last // 100) * 12 + month % 100 - last % 100
    made["months_since_trade"] = np.minimum(np.where(np.isnan(last), LOOK_BACK, ago), LOOK_BACK)
    made["months_quiet"] = np.minimum(_numbers(rows, "months_quiet"), LOOK_BACK)
    base = np.maximum(before, 0) + np.maximum(inflow, 0) + _FLOOR_FEN
    made["net_inflow"] = np.clip((inflow - outflow) / base, -1, 1)
    made["outflow"] = np.clip(outflow / base, 0, 1)
    made["cash_share"] = np.clip(_numbers(rows, "cash_fen") / (np.maximum(assets, 0) + 1), 0, 1)
    tenure = _months_open(rows["opened_on"], month)
    made["tenure"] = np.log1p(tenure)
    made["first_year"] = _flag(tenure < 12)
    made["tier"] = rows["tier"].map(_TIERS).to_numpy(float)
    value = _numbers(rows, "value_fen")
    made["value"] = np.sign(value) * _log(np.abs(value))
    made["on_watch"] = _flag(_numbers(rows, "watch_count") > 0)
    made["not_a_person"] = _flag(rows["client_kind"].to_numpy() != ClientKind.INDIVIDUAL.value)
    levels = {code: place for place, code in enumerate(codes(RiskLevel))}
    made["risk_level"] = rows["risk_level"].map(levels).to_numpy(float)
    made["silent"] = _flag(rows["status"].to_numpy() == Status.SILENT.value)
    made["growing"] = _flag(rows["stage"].to_numpy() == Stage.GROWING.value)
    made["declining"] = _flag(rows["stage"].to_numpy() == Stage.DECLINING.value)
    made["contacts"] = np.log1p(_numbers(rows, "contacts_count"))
    complaints = _numbers(rows, "complaints_count")
    made["complaints"] = np.where(np.isnan(complaints), np.nan, _flag(complaints > 0))
    return pd.DataFrame(made, columns=list(FEATURES)).astype("float32")


def _numbers(rows: pd.DataFrame, name: str) -> np.ndarray:
    return pd.to_numeric(rows[name]).to_numpy(float)


def _flag(holds: np.ndarray) -> np.ndarray:
    return np.asarray(holds, float)


def _log(fen: np.ndarray) -> np.ndarray:
    logs: np.ndarray = np.log1p(np.maximum(fen, 0) / 100)
    return logs


def _log_ratio(now: np.ndarray, then: np.ndarray) -> np.ndarray:
    ratio: np.ndarray = np.log((np.maximum(now, 0) + _FLOOR_FEN) / (np.maximum(then, 0) + _FLOOR_FEN))
    kept: np.ndarray = np.clip(ratio, -5, 5)
    return kept


def _months_open(opened_on: pd.Series, month: int) -> np.ndarray:
    """Return the whole months from the opening to the month's end."""
    opened = pd.to_datetime(opened_on).dt
    months: np.ndarray = (month // 100 * 12 + month % 100 - opened.year * 12 - opened.month).to_numpy(float)
    return months
