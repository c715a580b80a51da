"""The chart of a hand-out: a bar per person in two parts, a mark where an even share ends, names as plain text."""

from __future__ import annotations

import pytest

from metrics.figures.desk import MOST_PEOPLE, LoadBar, LoadWords, loads_figure
from pages._ui.theme import _tokens

WORDS = LoadWords("Held now", "This hand-out", "Even share", "Minutes")


@pytest.mark.parametrize("dark", [False, True])
def test_held_given_and_an_even_share(dark: bool) -> None:
    people = [LoadBar("Li", 20, 100, 98.5), LoadBar("<b>Wu</b>", 0, 0, None)]
    held, given, even = loads_figure(_tokens(dark=dark, red_is_up=True), people, WORDS).data
    assert (held.name, list(held.x), given.name, list(given.x)) == ("Held now", [20, 0], "This hand-out", [100, 0])
    assert (list(even.y), list(even.x)) == (["0"], [98.5])  # who can take nothing has no even share
    assert held.customdata[1] == "&lt;b>Wu&lt;/b>"
    assert held.marker.color != given.marker.color


def test_more_people_than_fit_are_left_to_the_table() -> None:
    figure = loads_figure(_tokens(dark=False, red_is_up=True), [LoadBar(f"P{place}", 1, 1, 1) for place in range(60)],
                          WORDS)  # fmt: skip
    assert [len(part.x) for part in figure.data] == [MOST_PEOPLE] * 3
    assert figure.layout.yaxis.ticktext[-1] == f"P{MOST_PEOPLE - 1}"
