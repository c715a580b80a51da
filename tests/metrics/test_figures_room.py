"""Margins that hold the words at a chart's axes before the browser has measured them."""

from __future__ import annotations

import pytest

from metrics.catalogue import METRICS
from metrics.figures.book import base_figure, stacked_months_figure, trend_figure
from metrics.figures.flow import waterfall_figure
from metrics.figures.room import _number, _numbers, with_room
from pages._ui.theme import _tokens

COLOURS = _tokens(dark=False, red_is_up=True)
YUAN, COUNT = METRICS["assets"].unit, METRICS["clients"].unit
MONTHS = [f"2025-{month:02}" for month in range(1, 13)]


def margins(figure: object) -> dict[str, int]:
    return {side: with_room(figure).layout.margin[side] for side in ("l", "r", "t", "b")}


def test_chinese_labels_take_a_letters_height_each():
    figure = base_figure(COLOURS).add_bar(y=["客户数", "净收入", "客户资产"], x=[1, 2, 3], orientation="h")
    assert margins(figure.update_xaxes(visible=False)) == {"l": 8 + 4 * 12 + 4, "r": 8, "t": 8, "b": 8}


def test_numbers_and_a_title_at_the_side_months_below():
    figure = trend_figure(COLOURS, MONTHS, {"Assets": [2.5e8] * 12}, YUAN, language="zh_CN")
    found = margins(figure)
    assert (found["t"], found["r"], found["b"]) == (8, 8, 27)
    assert 8 + 14 + 7 < found["l"] < 60


def test_margins_that_are_wider_stay():
    figure = waterfall_figure(COLOURS, [("新增", 3)], ("期初", 1000), ("期末", 1003), unit=COUNT, language="zh_CN")
    assert margins(figure)["b"] == 30  # the note that the axis is cut stands there
    figure = stacked_months_figure(COLOURS, MONTHS, {"A": [1] * 12}, {"A": "#000000"}, COUNT, language="en")
    assert margins(figure)["t"] == 30  # the legend


@pytest.mark.parametrize(("value", "text"), [(0, "0"), (0.2, "0.2"), (9_500, "9500"), (20_000, "20k"), (1.5e6, "1.5M")])
def test_numbers_are_written_as_at_an_axis(value: float, text: str):
    assert _number(value) == text


def test_labels_of_an_axis_reach_from_its_lowest_to_its_highest():
    assert set(_numbers([-37, 95], [], 5)) == {"-50", "0", "50", "100"}


def test_without_values_and_without_a_figure_nothing_changes():
    assert margins(base_figure(COLOURS)) == {"l": 8, "r": 8, "t": 8, "b": 8}
    assert with_room("<div></div>") == "<div></div>"
