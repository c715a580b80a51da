"""R-15: a value split over shares, to the fen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.shares import WHOLE_BP, split_fen


@pytest.mark.parametrize(("value", "shares", "parts"), [
    (100, (3333, 3333, 3334), [33, 33, 34]), (101, (3333, 3333, 3334), [33, 34, 34]),
    (-100, (3333, 3333, 3334), [-33, -33, -34]), (1, (5000, 5000), [0, 1]), (100, (2500,), [25]),
    (100, (10_000,), [100]), (0, (6000, 4000), [0, 0]), (999_999_999_999, (1, 9999), [99_999_999, 999_900_000_000]),
])  # fmt: skip
def test_the_cumulative_floor_in_the_order_given(value, shares, parts):
    assert split_fen(value, shares) == parts


@given(st.integers(-(10**15), 10**15), st.lists(st.integers(1, 2500), min_size=1, max_size=4))
def test_no_part_is_a_fen_off_its_share_and_nothing_is_lost(value, shares):
    whole = [*shares, WHOLE_BP - sum(shares)] if sum(shares) < WHOLE_BP else shares
    parts = split_fen(value, whole)
    assert sum(parts) == value
    assert parts[: len(shares)] == split_fen(value, shares)
    assert all(abs(part * WHOLE_BP - value * share) < WHOLE_BP for part, share in zip(parts, whole, strict=True))


@pytest.mark.parametrize("shares", [(0,), (-1, 5000), (6000, 4001)])
def test_shares_that_are_none_or_too_many_are_refused(shares):
    with pytest.raises(ValueError, match="positive and sum to at most"):
        split_fen(100, shares)
