"""The demo's small parts: numbers, days, market, loading."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from data_access.demo.days import NoCalendar, calendar_rows, festival_month, is_trading_day, trading_days
from data_access.demo.documents import DISTRICTS, company_code, distinct_orders, identity_cards, mobile
from data_access.demo.market import busyness, market_returns
from data_access.demo.moments import moment_texts
from data_access.demo.places import firm_units
from domain.identity import normal_document, normal_phone
from domain.months import month_range


def test_every_district_gives_valid_cards_of_young_and_old() -> None:
    count = 2 * len(DISTRICTS)
    birth = np.array(["1931-02-28", "2007-12-31"] * len(DISTRICTS), dtype="datetime64[D]")
    number = np.arange(count) // 2
    order = distinct_orders(number, birth, np.zeros(count, bool))
    for card in identity_cards(number, birth, order):
        assert normal_document("id_card", card) == card


def test_women_have_even_order_codes_and_nobody_shares_a_number() -> None:
    birth = np.full(900, np.datetime64("1980-05-05"))
    female = np.arange(900) % 2 == 0
    number = np.zeros(900, int)  # all in one district on one day
    cards = identity_cards(number, birth, distinct_orders(number, birth, female))
    assert len(set(cards)) == 900
    assert all((int(card[16]) % 2 == 0) == woman for card, woman in zip(cards, female.tolist(), strict=True))


@pytest.mark.parametrize("number", [0, 7, 12_345_678, 99_999_999])
def test_company_codes_have_right_check_characters(number: int) -> None:
    assert normal_document("company_code", company_code(number)) == company_code(number)


def test_mobile_numbers_are_in_normal_form() -> None:
    assert mobile(1) == normal_phone("199 0000 0001")


@pytest.mark.parametrize(("day", "trades"), [
    (date(2025, 1, 28), False), (date(2025, 2, 5), True), (date(2025, 10, 8), False), (date(2025, 10, 9), True),
    (date(2025, 9, 28), False),
])  # fmt: skip
def test_trading_days_around_holidays(day: date, trades: bool) -> None:
    # 2025-09-28 was a working Sunday: offices open, the exchange closed
    assert is_trading_day(day) is trades


def test_a_year_without_a_calendar_is_refused() -> None:
    with pytest.raises(NoCalendar, match="2031"):
        is_trading_day(date(2031, 1, 2))


def test_working_days_and_trading_days_differ() -> None:
    rows = {row[0]: row[1:3] for row in calendar_rows(2025, 2025)}
    assert len(rows) == 365
    assert rows["2025-09-28"] == (1, 0)
    assert rows["2025-10-01"] == (0, 0)
    assert rows["2025-10-09"] == (1, 1)


def test_the_market_path_is_bounded_and_belongs_to_its_seed() -> None:
    months = month_range(201601, 202512)
    path = market_returns(1, months)
    assert path.tolist() == market_returns(1, months).tolist()
    assert path.tolist() != market_returns(2, months).tolist()
    assert -0.20 <= path.min() < -0.02
    assert 0.02 < path.max() <= 0.25


def test_the_festival_month_is_the_quietest_with_a_flat_market() -> None:
    months = month_range(202401, 202412)
    busy = dict(zip(months, busyness(months, np.zeros(12)).tolist(), strict=True))
    assert festival_month(2024) == 202402
    assert min(busy, key=lambda month: busy[month]) == 202402
    assert busy[202402] == pytest.approx(len(trading_days(202402)) / 20.3 * 0.8)


def test_moments_are_written_in_utc() -> None:
    days = np.array(["2025-03-01"], dtype="datetime64[D]")
    assert moment_texts(days, np.array([60])) == ["2025-02-28 17:00:00.000000"]


def test_units_stand_under_their_parents() -> None:
    units = {unit.unit_id: unit for unit in firm_units()}
    assert [sum(unit.kind == kind for unit in units.values()) for kind in ("hq", "branch", "office", "team")] == [
        1,
        6,
        24,
        16,
    ]
    for unit in units.values():
        if unit.parent_id is not None:
            assert unit.path == f"{units[unit.parent_id].path}{unit.unit_code}/"
