"""Bars of places as HTML: what they write, how long they are, where the mean stands."""

from __future__ import annotations

import re
from decimal import Decimal

from metrics.figures.bars import change_on_year, places_bars, tier_mix
from metrics.units import YUAN
from pages._ui.theme import _tokens

COLOURS = _tokens(dark=False, red_is_up=True)


def drawn(*rows: tuple[str, Decimal | None, Decimal | None], mean: bool = True) -> str:
    return places_bars(COLOURS, rows, YUAN, language="en", alt="Net income & more", mean=mean)


def spans(html: str) -> list[tuple[str, str]]:
    return re.findall(r"left:([\d.]+)%;width:([\d.]+)%", html)


def test_names_values_and_changes():
    html = drawn(("<East>", Decimal(300), Decimal(200)), ("West", Decimal(100), None))
    assert re.findall(r"<span[^>]*>([^<]*)</span>", html) == ["¥300.00\u2002+50.0%", "¥100.00"]
    assert "&lt;East&gt;" in html
    assert "<East>" not in html
    assert 'aria-label="Net income &amp; more"' in html
    assert "yuan</div>" in html


def test_bars_have_the_length_of_their_values_and_the_mean_its_place():
    html = drawn(("East", Decimal(300), None), ("West", Decimal(100), None))
    assert spans(html) == [("0.00", "100.00"), ("0.00", "33.33")]
    assert "left:66.67%;border-left:1px dotted" in html
    assert "dotted" not in drawn(("East", Decimal(300), None), ("West", Decimal(100), None), mean=False)


def test_below_zero_a_bar_ends_where_the_others_begin():
    html = drawn(("East", Decimal(300), None), ("West", Decimal(-100), None), ("North", None, Decimal(1)))
    assert spans(html) == [("25.00", "75.00"), ("0.00", "25.00"), ("25.00", "0.00")]


def test_one_place_without_income_is_an_empty_bar():
    assert spans(drawn(("East", Decimal(0), None))) == [("0.00", "0.00")]


def test_a_change_needs_both_months():
    assert change_on_year(Decimal(90), Decimal(100)) == "\u2002−10.0%"
    assert change_on_year(Decimal(90), Decimal(0)) == ""
    assert change_on_year(None, Decimal(100)) == ""


def test_tiers_share_a_bar_and_small_parts_stand_above_it():
    html = tier_mix(COLOURS, {"<Clients>": {"A": 10, "B": 390, "C": 1600}, "No value": {"A": None, "C": 0}}, alt="Mix")
    assert re.findall(r'title="([^"]*)" style="width:([\d.]+)%[^>]*>([^<]*)<', html) == [
        ("&lt;Clients&gt; A 0.5%", "0.500", ""), ("&lt;Clients&gt; B 19.5%", "19.500", "B 20%"),
        ("&lt;Clients&gt; C 80.0%", "80.000", "C 80%")]  # fmt: skip
    assert re.findall(r"min-height:20px\">([^<]*)<", html) == ["A 0.5%"]
    assert "No value" not in html


def test_a_tier_that_costs_more_than_it_brings_is_named_without_a_bar():
    html = tier_mix(COLOURS, {"Net income": {"A": Decimal(120), "B": Decimal(0), "C": Decimal(-20)}}, alt="Mix")
    assert re.findall(r'title="Net income (\w) ', html) == ["A"]
    assert "B 0.0% · C −20.0%" in html
