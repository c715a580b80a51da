"""The draw of a hold-out group: exact, even, the same for ever."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.holdout import Arm, Candidate, decide_draw, decide_size, draw_arms, draw_rank, quiet_band, stratum_of

KEY = bytes(range(32))


def a_list(count: int, seed: int = 1) -> list[Candidate]:
    dice = random.Random(seed)
    return [Candidate(f"C{number:05d}", dice.choice(["A", "B", "C", None]), dice.choice([None, 3, 12, 20, 40]),
                      dice.choice(["O1", "O2", "O3"])) for number in range(count)]  # fmt: skip


def test_a_draw_worked_out_by_hand():
    rows = [Candidate(f"C{number}", "A", 12, "O1") for number in range(10)]
    draw = draw_arms(KEY, rows, 3_000, least_held=1)
    ranked = sorted((row.client_no for row in rows), key=lambda number: draw_rank(KEY, "client", number))
    assert draw.held == tuple(sorted(ranked[:3]))
    assert [(one.name, one.count, one.held) for one in draw.strata] == [("A/12-17/O1", 10, 3)]
    assert (draw.said.allowed, dict(draw.said.reason.params)) == (True, {"held": 3, "count": 10})
    assert {draw.reasons[number].code for number in draw.held} == {"holdout.held_back"}


def test_reload_reimport_and_renaming_change_nothing():
    rows = a_list(900)
    first = draw_arms(KEY, rows)
    shuffled = random.Random(5).sample(rows, len(rows))
    assert draw_arms(KEY, iter(shuffled)).arms == first.arms
    assert sum(arm == Arm.HOLDOUT for arm in first.arms.values()) == 90


def test_the_hash_is_hmac_sha256():
    # the same number for ever: a stored campaign is checked against it
    assert draw_rank(KEY, "client", "C1").hex() == "862749e8a9cb80dc1ec815dd9ef64d8b050584086ffe6dfc557747b52fbe2145"


def test_another_campaign_draws_others():
    rows = a_list(900)
    one, other = draw_arms(KEY, rows).held, draw_arms(bytes(32), rows).held
    assert len(set(one) & set(other)) < 30


@given(st.integers(0, 400), st.integers(0, 3_000), st.binary(min_size=32, max_size=32))
def test_shares_hold_in_every_stratum_and_in_total(count: int, share_bp: int, key: bytes):
    rows = a_list(count, seed=count)
    draw = draw_arms(key, rows, share_bp, least_held=0)
    assert abs(len(draw.held) - count * share_bp / 10_000) < 1
    sizes = Counter(stratum_of(row) for row in rows)
    held = Counter(draw.stratum[number] for number in draw.held)
    assert all(abs(held[name] - size * share_bp / 10_000) < 1 + 1e-9 for name, size in sizes.items())
    assert set(draw.arms) == {row.client_no for row in rows}


def test_a_client_alone_in_its_stratum_has_the_same_chance():
    rows = [Candidate(f"C{number}", "A", 12, f"O{number}") for number in range(20)]
    dice = random.Random(3)
    keys = [dice.randbytes(32) for _ in range(1_000)]
    times = Counter(number for key in keys for number in draw_arms(key, rows, 2_000, least_held=1).held)
    # 200 expected, standard deviation 12.6; five of them for twenty clients
    assert all(137 <= times[row.client_no] <= 263 for row in rows)


def test_what_is_left_over_is_neither_always_lost_nor_always_the_same_neighbours():
    rows = [Candidate(f"C{number:02d}", "A", 12, f"O{number:02d}") for number in range(12)]
    dice = random.Random(4)
    draws = [draw_arms(dice.randbytes(32), rows, 2_000, least_held=1).held for _ in range(600)]
    # 2.4 of 12: two or three, never always two
    assert {len(held) for held in draws} == {2, 3}
    assert 2.3 < sum(map(len, draws)) / 600 < 2.5
    assert any({"C00", "C01"} <= set(held) for held in draws)


def test_must_contact_is_not_drawn_and_is_said():
    rows = [replace(row, must_contact=number % 3 == 0) for number, row in enumerate(a_list(600))]
    draw = draw_arms(KEY, rows)
    assert len(draw.must_contact) == 200
    assert not set(draw.held) & set(draw.must_contact)
    assert len(draw.held) == 40
    assert {draw.reasons[number].code for number in draw.must_contact} == {"holdout.must_contact"}
    assert not set(draw.stratum) & set(draw.must_contact)


@pytest.mark.parametrize(
    ("count", "code"), [(199, "holdout.too_small"), (200, "holdout.drawn"), (0, "holdout.too_small")]
)
def test_a_small_list_is_not_drawn_and_is_said(count: int, code: str):
    draw = draw_arms(KEY, a_list(count))
    assert draw.said.reason.code == code
    assert len(draw.held) == (20 if code == "holdout.drawn" else 0)
    if code == "holdout.too_small":
        assert draw.said.reason.params["least"] == 200


def test_no_share_holds_nobody_back():
    draw = draw_arms(KEY, a_list(500), 0)
    assert (draw.held, draw.said.reason.code) == ((), "holdout.none")


@pytest.mark.parametrize(("share_bp", "allowed"), [(-1, False), (0, True), (3_000, True), (3_001, False)])
def test_the_share_has_bounds(share_bp: int, allowed: bool):
    assert decide_draw(share_bp).allowed is allowed
    if not allowed:
        with pytest.raises(ValueError, match="outside"):
            draw_arms(KEY, a_list(5), share_bp)


def test_groups_are_never_drawn_again():
    decision = decide_draw(1_000, drawn_on=date(2026, 3, 1))
    assert (decision.allowed, decision.reason.code) == (False, "holdout.stored")


def test_faulty_lists_and_keys_are_refused():
    row = a_list(1)[0]
    with pytest.raises(ValueError, match="twice"):
        draw_arms(KEY, [row, row])
    with pytest.raises(ValueError, match="32 bytes"):
        draw_rank(b"short", "client", "C1")


@pytest.mark.parametrize(("months", "band"), [
    (None, "-"), (0, "0-5"), (5, "0-5"), (6, "6-11"), (11, "6-11"), (12, "12-17"), (17, "12-17"), (18, "18-23"),
    (23, "18-23"), (24, "24-35"), (35, "24-35"), (36, "36+"), (90, "36+"), (-1, "-"),
])  # fmt: skip
def test_bands_of_months_quiet(months: int | None, band: str):
    assert quiet_band(months) == band


@pytest.mark.parametrize(("count", "share_bp", "code", "held"), [
    (500, 0, "holdout.none", None), (199, 1_000, "holdout.too_small", None), (200, 1_000, "holdout.drawn", 20),
    (209, 1_000, "holdout.drawn", 20), (67, 3_000, "holdout.drawn", 20), (66, 3_000, "holdout.too_small", None),
])  # fmt: skip
def test_what_a_list_would_hold_back_is_told_before_the_draw(count, share_bp, code, held):
    reason = decide_size(count, share_bp).reason
    assert (reason.code, reason.params.get("held")) == (code, held)
