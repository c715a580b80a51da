"""The small line of a headline: what it draws, what it says, what it leaves out."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import unquote

from metrics.figures.book import sparkline
from metrics.units import YUAN
from pages._ui.theme import _tokens

COLOURS = _tokens(dark=False, red_is_up=True)


def test_every_known_month_has_its_value_and_the_text_names_first_and_last() -> None:
    past = [Decimal(100), None, Decimal(300), Decimal(200)]
    html = sparkline(COLOURS, ["2026-01", "2026-02", "2026-03", "2026-04"], past, YUAN, language="en", alt="A & B")
    assert html.count("<i title=") == 3
    assert 'title="2026-03 ¥300.00"' in html
    assert "2026-02" not in html
    assert 'alt="A &amp; B: 2026-01 ¥100.00 – 2026-04 ¥200.00"' in html
    assert "points='0.0,41.0 60.0,3.0 120.0,22.0'" in unquote(html)


def test_one_known_month_is_no_line() -> None:
    assert sparkline(COLOURS, ["2026-01", "2026-02"], [Decimal(1), None], YUAN, language="en", alt="x") == ""


def test_equal_months_are_a_line_in_the_middle() -> None:
    html = sparkline(COLOURS, ["2026-01", "2026-02"], [5.0, 5.0], YUAN, language="en", alt="x")
    assert "points='0.0,22.0 120.0,22.0'" in unquote(html)
