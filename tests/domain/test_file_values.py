"""Cells to values: what is read, what is folded, what is refused with which code."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.file_values import (
    BadValue,
    moment_parts,
    parse_amount,
    parse_count,
    parse_day,
    parse_identifier,
    parse_moment,
    parse_month_cell,
    parse_name,
    parse_note,
    parse_period,
    parse_score,
    parse_share,
    parse_truth,
    word_parser,
)
from domain.words import RiskLevel

ACCEPTED = (
    (parse_amount, "0", 0),
    (parse_amount, "12", 1_200),
    (parse_amount, "12.3", 1_230),
    (parse_amount, "12.34", 1_234),
    (parse_amount, "12.3400", 1_234),
    (parse_amount, "-0.01", -1),
    (parse_amount, "９.９", 990),
    (parse_amount, "9999999999999.99", 999_999_999_999_999),
    (parse_count, "0", 0),
    (parse_count, "12.0", 12),
    (parse_count, "００7", 7),
    (parse_count, "999999999", 999_999_999),
    (parse_share, "1", 10_000),
    (parse_share, "0.6", 6_000),
    (parse_share, "0.0001", 1),
    (parse_share, "0.50000", 5_000),
    (parse_day, "2024-02-29", date(2024, 2, 29)),
    (parse_day, " ２０２４-01-01", date(2024, 1, 1)),
    (parse_day, "1900-01-01", date(1900, 1, 1)),
    (parse_day, "2199-12-31", date(2199, 12, 31)),
    (parse_month_cell, "2024-12", 202_412),
    (parse_moment, "2024-05-01", date(2024, 5, 1)),
    (parse_moment, "2024-05-01T08:00", datetime(2024, 5, 1, tzinfo=UTC)),
    (parse_moment, "2024-05-01 08:00:00+09:00", datetime(2024, 4, 30, 23, tzinfo=UTC)),
    (parse_identifier, "000１23", "000123"),
    (parse_identifier, "1E5", "1E5"),
    (parse_identifier, "NA", "NA"),
    (parse_name, " ＝1+1 ", "＝1+1"),
    (parse_note, "a\r\n\tb", "a\r\n\tb"),
    (parse_truth, "Yes", True),
    (parse_truth, "0", False),
    (parse_period, "2026-q1", "2026-Q1"),
    (parse_score, "5.0", 5),
    (word_parser(RiskLevel), "c1-MIN", "C1-min"),
)
REFUSED = (
    (parse_amount, "12.345", "amount_decimals"),
    (parse_amount, ".5", "amount_form"),
    (parse_amount, "5.", "amount_form"),
    (parse_amount, "+5", "amount_form"),
    (parse_amount, "²", "amount_form"),
    (parse_amount, "10000000000000", "amount_range"),
    (parse_amount, "9" * 400, "amount_range"),
    (parse_amount, "1 000", "amount_form"),
    (parse_count, "-1", "count_form"),
    (parse_count, "1.5", "count_form"),
    (parse_count, "1000000000", "count_form"),
    (parse_share, "0", "share_range"),
    (parse_share, "1.0001", "share_range"),
    (parse_share, "60%", "share_form"),
    (parse_share, "0.00001", "share_decimals"),
    (parse_share, "-0.5", "share_form"),
    (parse_day, "20240101", "date_form"),
    (parse_day, "2024-W01-1", "date_form"),
    (parse_day, "2023-02-29", "date_impossible"),
    (parse_day, "1899-12-31", "date_range"),
    (parse_day, "2200-01-01", "date_range"),
    (parse_month_cell, "2024-13", "month_form"),
    (parse_month_cell, "2024-1", "month_form"),
    (parse_moment, "2024-05-01T24:00:00", "date_impossible"),
    (parse_moment, "2024-05-01T8:00", "moment_form"),
    (parse_identifier, "a b", "identifier_form"),
    (parse_identifier, "a/b", "identifier_form"),
    (parse_identifier, "x" * 65, "too_long"),
    (parse_identifier, "1.1E+17", "number_rounded"),
    (parse_identifier, "a\u200bb", "hidden_character"),
    (parse_name, "a\tb", "hidden_character"),
    (parse_note, "a\x1bb", "hidden_character"),
    (parse_note, "x" * 2_001, "too_long"),
    (parse_truth, "maybe", "truth_form"),
    (parse_period, "2026-Q5", "period_form"),
    (parse_score, "6", "score_form"),
    (word_parser(RiskLevel), "C0", "code_unknown"),
)


@pytest.mark.parametrize(("parse", "cell", "value"), ACCEPTED)
def test_accepted(parse, cell, value):
    assert parse(cell) == value


@pytest.mark.parametrize(("parse", "cell", "code"), REFUSED)
def test_refused(parse, cell, code):
    with pytest.raises(BadValue) as refused:
        parse(cell)
    assert refused.value.code == code


@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_an_amount_written_in_yuan_is_read_to_the_fen(fen):
    sign, whole = ("-" if fen < 0 else ""), abs(fen)
    assert parse_amount(f"{sign}{whole // 100}.{whole % 100:02d}") == fen


@given(
    st.sampled_from(
        [
            parse_amount,
            parse_count,
            parse_share,
            parse_day,
            parse_month_cell,
            parse_moment,
            parse_identifier,
            parse_name,
            parse_note,
            parse_truth,
            parse_period,
            parse_score,
        ]
    ),
    st.text(min_size=1),
)
def test_any_text_is_read_or_refused_never_a_crash(parse, cell):
    with suppress(BadValue):
        parse(cell)


def test_a_day_without_a_time_is_not_provable():
    assert moment_parts(date(2024, 5, 1)) == (datetime(2024, 4, 30, 16, tzinfo=UTC), date(2024, 5, 1), False)
    assert moment_parts(datetime(2024, 4, 30, 16, 30, tzinfo=UTC))[1:] == (date(2024, 5, 1), True)
