"""Charts of flows, bridges and moves: what is drawn, where the axis begins, colours, labels."""

from __future__ import annotations

from decimal import Decimal

import pytest

from metrics.figures.flow import matrix_figure, sankey_figure, waterfall_figure
from metrics.terms import BRIDGE_TERMS, FLOW_TERMS, steps_of
from metrics.units import COUNT, YUAN
from pages._ui.theme import _tokens

LIGHT, DARK = _tokens(dark=False, red_is_up=True), _tokens(dark=True, red_is_up=False)
FLOW = {"opening": 11_000, "new": 60, "returned": 5, "lost": 40, "transferred_in": 0, "transferred_out": 0,
        "closing": 11_025}  # fmt: skip
LABELS = {"not_yet": "Not yet a client", "A": "Tier A", "B": "Tier B", "lost": "Lost"}
CELLS = {("not_yet", "A"): 1, ("A", "A"): 30, ("A", "B"): 10, ("B", "B"): 1_234, ("B", "lost"): 6}


def texts(figure):
    return [one.text for one in figure.layout.annotations]


def test_steps_of_a_flow_leave_out_transfers_that_did_not_happen():
    drawn = steps_of(FLOW_TERMS, FLOW)
    assert drawn.opening == ("Opening", 11_000)
    assert drawn.steps == (("New", 60), ("Returned", 5), ("Lost", -40))
    assert drawn.closing == ("Closing", 11_025)
    assert drawn.residual == ""
    assert steps_of(FLOW_TERMS, {**FLOW, "transferred_out": 3}).steps[-1] == ("Transferred out", -3)


def test_steps_of_a_bridge_name_the_residual():
    row = dict.fromkeys(BRIDGE_TERMS, Decimal(0)) | {"corrections": Decimal(2)}
    drawn = steps_of(BRIDGE_TERMS, row, str.upper)
    assert [name for name, _ in drawn.steps] == ["CORRECTIONS", "NET INFLOW", "MARKET EFFECT (RESIDUAL)", "WON", "LOST"]
    assert drawn.residual == "MARKET EFFECT (RESIDUAL)"


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_a_waterfall_whose_axis_is_cut_says_so(colours):
    drawn = steps_of(FLOW_TERMS, FLOW)
    figure = waterfall_figure(colours, drawn.steps, drawn.opening, drawn.closing, unit=COUNT, language="en")
    bar = figure.data[0]
    floor = 11_000 - 0.8 * 105
    assert list(bar.base) == pytest.approx([floor, 11_000, 11_060, 11_025, floor])
    assert list(bar.x) == pytest.approx([11_000 - floor, 60, 5, 40, 11_025 - floor])
    assert list(bar.marker.color) == [colours.neutral, colours.up, colours.up, colours.down, colours.neutral]
    assert texts(figure) == ["11,000", "+60", "+5", "−40", "11,025", "the axis is cut: it begins at 10,916"]
    assert list(figure.layout.yaxis.ticktext) == ["Opening", "New", "Returned", "Lost", "Closing"]
    assert figure.layout.xaxis.range[0] == pytest.approx(floor)


def test_a_waterfall_from_zero_says_nothing_of_a_cut_and_hatches_the_residual():
    figure = waterfall_figure(LIGHT, [("Market", Decimal(-900)), ("Won", Decimal(50))], ("Opening", Decimal(1000)),
                              ("Closing", Decimal(150)), unit=YUAN, language="zh_CN", residual="Market")  # fmt: skip
    assert list(figure.data[0].base) == [0, 100, 100, 0]
    assert list(figure.data[0].marker.pattern.shape) == ["", "/", "", ""]
    assert texts(figure) == ["¥1,000.00", "−¥900.00", "+¥50.00", "¥150.00"]


def test_a_waterfall_goes_below_zero_for_debt():
    figure = waterfall_figure(LIGHT, [("Net inflow", -100)], ("Opening", 60), ("Closing", -40), unit=COUNT,
                              language="en")  # fmt: skip
    assert list(figure.data[0].base) == [0, -40, -40]
    assert list(figure.data[0].x) == [60, 100, 40]
    assert figure.layout.xaxis.range[0] == -40


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_bands_of_moves_keep_the_order_of_the_groups(colours):
    links = [(origin, goal, count) for (origin, goal), count in CELLS.items()]
    figure = sankey_figure(colours, [*links, ("lost", "A", 0)], LABELS, before="2024-05", after="2025-05")
    node, link = figure.data[0].node, figure.data[0].link
    assert list(node.label) == ["Not yet a client 1", "Tier A 40", "Tier B 1,240", "Tier A 31", "Tier B 1,244",
                                "Lost 6"]  # fmt: skip
    assert list(node.y[:3]) == sorted(node.y[:3])
    assert list(zip(link.source, link.target, link.value, strict=True)) == [
        (0, 3, 1), (1, 3, 30), (1, 4, 10), (2, 4, 1234), (2, 5, 6)]  # fmt: skip
    assert node.color[5] == colours.down
    assert texts(figure) == ["2024-05", "2025-05"]


def test_a_matrix_of_moves_is_as_dark_as_the_part_of_its_row():
    figure = matrix_figure(LIGHT, CELLS, LABELS, before="2024-05", after="2025-05")
    heat = figure.data[0]
    assert [list(line) for line in heat.z] == [[1, 0, 0], [0.75, 0.25, 0], [0, 1234 / 1240, 6 / 1240]]
    assert texts(figure) == ["1", "·", "·", "30", "10", "·", "·", "1,234", "6"]
    assert list(figure.layout.xaxis.ticktext) == ["Tier A", "Tier B", "Lost"]
    assert list(figure.layout.yaxis.ticktext) == ["Not yet a<br>client", "Tier A", "Tier B"]
    inks = [one.font.color for one in figure.layout.annotations]
    assert inks[0] == LIGHT.canvas
    assert inks[4] == LIGHT.ink
    assert heat.text[1][1] == "Tier A → Tier B 10 (25.0%)"


def test_nothing_to_draw_is_an_empty_chart():
    assert matrix_figure(LIGHT, {}, LABELS, before="a", after="b").data[0].z is not None
    assert len(sankey_figure(LIGHT, [], LABELS, before="a", after="b").data) == 1
