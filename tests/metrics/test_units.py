"""How values are written on cards, in tables and as changes."""

from decimal import Decimal

import pytest

from metrics.units import COUNT, RATIO, WEIGHTED, YUAN, scale, write_change, write_exact, write_value


@pytest.mark.parametrize(("value", "unit", "english", "chinese"), [
    (None, YUAN, "–", "–"), (float("nan"), COUNT, "–", "–"), (0, COUNT, "0", "0"), (99_999, COUNT, "99,999", "99,999"),
    (123_456, COUNT, "123.5K", "12.35万"), (Decimal("999.5"), YUAN, "¥999.50", "¥999.50"),
    (Decimal("-12345.67"), YUAN, "-¥12.35K", "-¥1.23万"), (Decimal(10**8), YUAN, "¥100.0M", "¥1.00亿"),
    (Decimal("0.12345"), RATIO, "12.3%", "12.3%"), (Decimal("1.5"), WEIGHTED, "1.50", "1.50"),
])  # fmt: skip
def test_value(value, unit, english, chinese):
    assert write_value(value, unit, "en") == english
    assert write_value(value, unit, "zh_CN") == chinese


def test_exact_values_keep_every_decimal():
    assert write_exact(Decimal("1234567.8"), YUAN) == "1,234,567.80"
    assert write_exact(Decimal("0.12345"), RATIO) == "12.34%"  # half even
    assert write_exact(None, COUNT) == "–"


def test_a_change_is_percent_or_points_or_the_difference_itself():
    assert write_change(110, 100, COUNT, "en") == "+10.0%"
    assert write_change(90, 100, COUNT, "en") == "-10.0%"
    assert write_change(5, -10, YUAN, "en") == "+150.0%"
    assert write_change(5, 0, COUNT, "en") == "+5"
    assert write_change(Decimal("0.30"), Decimal("0.25"), RATIO, "en") == "+5.0 pp"
    assert write_change(Decimal("0.20"), Decimal("0.25"), RATIO, "zh_CN") == "-5.0个百分点"


def test_the_axis_takes_the_scale_of_the_largest_value():
    assert scale([1, None, 20_000], "zh_CN") == (Decimal(10_000), "万")
    assert scale([1, -2_000_000], "en") == (Decimal(10**6), "M")
    assert scale([], "en") == (Decimal(1), "")
