"""Charts of the back-test draw the numbers they are given."""

from __future__ import annotations

import pytest

from metrics.figures.foresight import calibration_figure, lift_figure
from pages._ui.theme import _tokens


@pytest.mark.parametrize("dark", [False, True])
def test_the_first_line_is_bars_the_others_are_marks(dark):
    colours = _tokens(dark=dark, red_is_up=True)
    lines = {"Model": [2.0, 0.5, None], "Points": [1.1, 1.0, 0.9]}
    figure = lift_figure(colours, lines, x_title="tenth", y_title="multiple")
    bars, marks = figure.data
    assert (bars.type, bars.name, list(bars.x), list(bars.y)) == ("bar", "Model", ["1", "2", "3"], [2.0, 0.5, None])
    assert (marks.mode, marks.name, list(marks.y)) == ("markers", "Points", [1.1, 1.0, 0.9])
    assert bars.marker.color == colours.accent != marks.marker.color
    assert [shape.y0 for shape in figure.layout.shapes] == [1]
    assert (figure.layout.xaxis.title.text, figure.layout.yaxis.title.text) == ("tenth", "multiple")


def test_calibration_lies_on_equal_axes_with_the_line_of_equality():
    colours = _tokens(dark=False, red_is_up=True)
    figure = calibration_figure(colours, [0.03, 0.01], [0.025, 0.02], x_title="predicted", y_title="observed",
                                names=("Model", "Equal"))  # fmt: skip
    line, points = figure.data
    top = pytest.approx(1.08 * 0.03)
    assert (list(line.x), list(line.y), line.name) == ([0, top], [0, top], "Equal")
    assert (list(points.x), list(points.y), points.name) == ([0.03, 0.01], [0.025, 0.02], "Model")
    assert list(figure.layout.xaxis.range) == list(figure.layout.yaxis.range) == [0, top]
    assert figure.layout.xaxis.tickformat == ".1%"
