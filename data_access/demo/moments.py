"""Days and moments in the neutral form of ``bulk``: text in ISO form, moments in UTC."""

from __future__ import annotations

import numpy as np

from data_access.demo.days import trading_days


def day_texts(days: np.ndarray) -> list[str]:
    """Write a ``datetime64[D]`` array as ISO dates."""
    return list(np.datetime_as_string(days.astype("datetime64[D]")).tolist()) if len(days) else []


def moment_texts(days: np.ndarray, minutes: np.ndarray) -> list[str]:
    """Write Shanghai days and minutes after midnight as UTC moments."""
    if not len(days):
        return []
    utc = days.astype("datetime64[m]") + minutes.astype("timedelta64[m]") - np.timedelta64(480, "m")
    return [text.replace("T", " ") + ":00.000000" for text in np.datetime_as_string(utc).tolist()]


def business_minutes(random: np.random.Generator, size: int) -> np.ndarray:
    """Draw minutes between 9:15 and 16:45."""
    return random.integers(555, 1_005, size)


def month_days(random: np.random.Generator, month: int, size: int, *, part: tuple[float, float] = (0, 1)) -> np.ndarray:
    """Draw trading days of a month (within a part of it) as ``datetime64[D]``."""
    days = np.array(trading_days(month), dtype="datetime64[D]")
    first, last = int(len(days) * part[0]), max(int(len(days) * part[1]), int(len(days) * part[0]) + 1)
    return days[random.integers(first, last, size)]
