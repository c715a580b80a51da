"""The chart of what a draft would change."""

from __future__ import annotations

import pytest

from metrics.figures.rules import _step, moves_figure
from pages._ui.theme import _tokens

COLOURS = _tokens(dark=False, red_is_up=True)


def test_losses_stand_left_gains_right_and_ticks_are_counts() -> None:
    figure = moves_figure(COLOURS, ["O1", "O2"], {"down": [3, 0], "pool": [4, 1], "warned": [0, 0]}, {"up": [2, 9]},
                          axis="clients")  # fmt: skip
    assert {bar.name: list(bar.x) for bar in figure.data} == {"down": [-3, 0], "pool": [-4, -1], "up": [2, 9]}
    assert [bar.customdata[0] for bar in figure.data] == ["3", "4", "2"]
    assert list(figure.layout.xaxis.ticktext) == ["5", "0", "5"]


@pytest.mark.parametrize(
    ("largest", "step"), [(1, 1), (3, 1), (4, 2), (9, 5), (10, 10), (45, 20), (151, 100), (450, 200), (999, 500)]
)
def test_ticks_are_round_and_few(largest: int, step: int) -> None:
    assert _step(largest) == step
