"""Who the clients are: individuals after the survey D-01, institutions after D-12, their opening and their money."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_access.demo.days import weekday_before
from data_access.demo.documents import distinct_orders
from data_access.demo.places import OFFICES
from data_access.demo.streams import stream
from domain.months import month_end, month_start

AGE_BANDS = (((18, 30), 0.18), ((30, 45), 0.49), ((45, 65), 0.26), ((65, 88), 0.07))
EDUCATION = (("初中以下", 0.06), ("中专", 0.23), ("大专", 0.40), ("本科", 0.28), ("硕士", 0.03))
OCCUPATION = (("行政事业和企业单位", 0.57), ("个体工商", 0.21), ("学生", 0.09), ("无业", 0.07), ("金融机构", 0.06))
RISK = (("C1-min", 0.03), ("C1", 0.16), ("C2", 0.24), ("C3", 0.34), ("C4", 0.19), ("C5", 0.04))
"""D-01 asks for three answers: no risk 19 %, small risk 50 %, larger risk 31 %; here C1, C2-C3 (58), C4-C5 (23)."""
TENURE = (((0, 1), 0.14), ((1, 3), 0.21), ((3, 5), 0.36), ((5, 10), 0.29))
GROUPS = (("enterprise_group", 0.62), ("fund_other", 0.13), ("fund_open", 0.10), ("fund_closed", 0.04),
          ("fund_social_security", 0.03), ("foreign_fund", 0.05), ("foreign_broker", 0.03))  # fmt: skip
CENTRES = ("O011", "O012", "O031", "O032", "O051")
"""Offices of the institutional centres 京, 沪, 深 (D-12)."""
INDIVIDUAL, INSTITUTION, PRODUCT = range(3)


@dataclass
class Profiles:
    """The clients as arrays in the order of client_id - 1; dates ``datetime64[D]``, months as index from the first."""

    kind: np.ndarray
    office: np.ndarray
    moved_at: np.ndarray  # month index of a move to another office of the firm, -1 = never
    office_before: np.ndarray
    female: np.ndarray
    card_order: np.ndarray
    birth: np.ndarray
    education: np.ndarray
    occupation: np.ndarray
    risk: np.ndarray
    group: np.ndarray
    opened: np.ndarray
    opened_at: np.ndarray  # month index of the opening, negative before the first month
    wealth: np.ndarray  # yuan the client would hold here when fully active
    rate_bp: np.ndarray
    pace: np.ndarray  # trades in an ordinary active month
    beta: np.ndarray
    product_share: np.ndarray
    has_margin: np.ndarray
    is_developed: np.ndarray

    def __len__(self) -> int:
        """Return the number of clients."""
        return len(self.kind)


def draw_profiles(seed: int, clients: int, months: list[int]) -> Profiles:
    """Draw every client's lasting traits.

    Wealth is lognormal with a Pareto tail (index 1.4 above the 97th percentile), so that the top 5 % carry
    most of the income, as brokers report; tenure at the last month follows D-01.
    """
    random = stream(seed, "profiles")
    last = np.datetime64(month_end(months[-1]))
    draw = random.random(clients)
    kind = np.select([draw < 0.012, draw < 0.015], [INSTITUTION, PRODUCT], INDIVIDUAL).astype(np.int8)
    weights = np.array([office[3] for office in OFFICES], float)
    office = random.choice(len(OFFICES), clients, p=weights / weights.sum())
    centres = np.array([index for index, place in enumerate(OFFICES) if place[0] in CENTRES])
    to_centre = (kind != INDIVIDUAL) & (random.random(clients) < 0.7)
    office[to_centre] = random.choice(centres, int(to_centre.sum()))

    years = _banded(random, TENURE, clients)
    opened = weekday_before(last - np.minimum(years * 365.25, 3_652).astype(np.int64).astype("timedelta64[D]"))
    opened_at = _month_index(opened, months[0])
    span = len(months)
    moved_at = np.where(random.random(clients) < 0.0005 * span, random.integers(1, max(2, span), clients), -1)
    moved_at = np.where((moved_at > opened_at) & (moved_at < span), moved_at, -1)
    other = (office + 1 + random.integers(0, len(OFFICES) - 1, clients)) % len(OFFICES)
    office_before = np.where(moved_at >= 0, other, office)

    age = np.maximum(_banded(random, AGE_BANDS, clients), years + 18.0)
    birth = last - (age * 365.25).astype(np.int64).astype("timedelta64[D]")
    female = random.random(clients) < 0.47
    education, occupation = _pick(random, EDUCATION, clients), _pick(random, OCCUPATION, clients)
    risk = _pick(random, RISK, clients)
    schooling = np.array([0.75, 0.85, 1.0, 1.3, 1.8])[education]
    trade = np.array([1.0, 1.25, 0.35, 0.6, 1.5])[occupation]
    wealth = 45_000 * schooling * trade * np.sqrt(age / 40) * np.exp(random.normal(0, 1.35, clients))
    tail = random.random(clients) < 0.03
    wealth = np.where(tail, 400_000 * (1 + random.pareto(1.4, clients)), wealth)
    wealth = np.where(kind == INDIVIDUAL, wealth, 4_000_000 * np.exp(random.normal(0, 1.3, clients)))
    wealth = np.clip(wealth, 2_000, 3e9)
    rate = np.where(
        kind == INDIVIDUAL, 2.5 * np.exp(random.normal(0, 0.25, clients)), 1.2 * np.exp(random.normal(0, 0.2, clients))
    )
    rate = np.where((kind == INDIVIDUAL) & (wealth > 1_000_000), rate * 0.8, rate)
    has_margin = (wealth > 500_000) & (kind == INDIVIDUAL) & (random.random(clients) < 0.25)
    return Profiles(
        kind=kind, office=office, moved_at=moved_at, office_before=office_before, female=female,
        card_order=distinct_orders(np.arange(clients), birth, female), birth=birth, education=education,
        occupation=occupation, risk=risk, group=_pick(random, GROUPS, clients), opened=opened, opened_at=opened_at,
        wealth=wealth, rate_bp=rate, pace=random.gamma(1.6, 2.2, clients) + 0.3,
        beta=np.clip(random.normal(1.0, 0.25, clients), 0.2, 1.8),
        product_share=np.where(random.random(clients) < 0.16, random.uniform(0.05, 0.6, clients), 0.0),
        has_margin=has_margin, is_developed=random.random(clients) < 0.55,
    )  # fmt: skip


def _month_index(days: np.ndarray, first_month: int) -> np.ndarray:
    start = np.datetime64(month_start(first_month)).astype("datetime64[M]")
    index: np.ndarray = (days.astype("datetime64[M]") - start).astype(np.int64)
    return index


def _banded(random: np.random.Generator, bands: tuple[tuple[tuple[int, int], float], ...], size: int) -> np.ndarray:
    weights = np.array([weight for _band, weight in bands])
    edges = np.array([band for band, _weight in bands], float)
    chosen = random.choice(len(bands), size, p=weights / weights.sum())
    drawn: np.ndarray = edges[chosen, 0] + random.random(size) * (edges[chosen, 1] - edges[chosen, 0])
    return drawn


def _pick(random: np.random.Generator, options: tuple[tuple[str, float], ...], size: int) -> np.ndarray:
    weights = np.array([weight for _option, weight in options])
    return random.choice(len(options), size, p=weights / weights.sum()).astype(np.int16)
