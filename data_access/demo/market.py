"""The market factor: monthly returns of a plausible A-share path, and how busy a month is."""

from __future__ import annotations

import numpy as np

from data_access.demo.days import festival_month, trading_days
from data_access.demo.streams import stream

_CALM, _BULL, _BEAR = range(3)
_MEAN = (0.004, 0.035, -0.030)
_VOLATILITY = (0.040, 0.060, 0.055)
_STAY = 0.85
TYPICAL_TRADING_DAYS = 20.3


def market_returns(seed: int, months: list[int]) -> np.ndarray:
    """Return one simple return per month: calm, rising and falling phases of about half a year each.

    Bounded to -20 … +25 % a month, the range of the CSI 300 since 2005 but for 2008.
    """
    random = stream(seed, "market")
    phase, returns = _CALM, []
    for _month in months:
        if random.random() > _STAY:
            phase = int(random.choice(3, p=[0.5, 0.27, 0.23]))
        returns.append(float(np.clip(random.normal(_MEAN[phase], _VOLATILITY[phase]), -0.20, 0.25)))
    return np.round(np.array(returns), 6)


def busyness(months: list[int], returns: np.ndarray) -> np.ndarray:
    """Return one factor per month on trading: its trading days, the festival's quiet weeks, the mood of the market."""
    factors = []
    before = 0.0
    for month, now in zip(months, returns, strict=True):
        days = len(trading_days(month)) / TYPICAL_TRADING_DAYS
        festival = 0.80 if month == festival_month(month // 100) else 1.0
        mood = float(np.clip(1.0 + 1.6 * now + 1.0 * before, 0.65, 1.5))
        factors.append(days * festival * mood)
        before = float(now)
    return np.array(factors)
