from __future__ import annotations

from data_access.reads.survival import Lives
from metrics.figures.book import base_figure
from metrics.figures.lifecycle import heat_figure, reason_figure, stage_figure, survival_figure
from metrics.survival import survival_by_group
from metrics.units import COUNT
from pages._ui.theme import _tokens

LIGHT, DARK = (_tokens(dark=dark, red_is_up=True) for dark in (False, True))


def test_a_bar_per_stage_with_its_text():
    figure = stage_figure(
        LIGHT, [("Growing", 12, "12 · 60%"), ("Lost", 0, "0")], {"Growing": "#111111", "Lost": "#222222"}
    )
    bar = figure.data[0]
    assert (list(bar.y), list(bar.x), list(bar.text)) == (["Growing", "Lost"], [12, 0], ["12 · 60%", "0"])
    assert list(bar.marker.color) == ["#111111", "#222222"]
    assert stage_figure(LIGHT, [], {}).layout.xaxis.range == (0, 1.45)


def test_a_table_of_colours_leaves_unknown_cells_empty():
    figure = heat_figure(LIGHT, ["2024 Q1"], ["0", "1"], [[1.0, None]], [["100%", ""]], x_title="Quarters",
                         y_title="Opened", low=0.9, high=1.0)  # fmt: skip
    assert [list(line) for line in figure.data[0].z] == [[1.0, None]]
    assert [(note.x, note.y, note.text, note.font.color) for note in figure.layout.annotations] == [
        ("0", "2024 Q1", "100%", LIGHT.canvas)]  # fmt: skip


def test_curves_have_bands_name_and_last_share():
    curves = survival_by_group([Lives("A", 12, False, 9), Lives("A", 6, True, 1), Lives("C", 12, False, 5)])
    figure = survival_figure(DARK, curves, {"A": "Tier A", "C": "Tier C"}, x_title="Months", y_title="Share")
    named = [trace for trace in figure.data if trace.name]
    assert [trace.name for trace in named] == ["Tier A 90.0%", "Tier C 100.0%"]
    assert len(figure.data) == 6
    assert figure.layout.yaxis.range[0] < min(curves["A"].lower) + 0.01


def test_reasons_keep_the_months_and_their_colours():
    figure = reason_figure(LIGHT, ["2025-05", "2025-06"], {"Service": [1, 0], "None": [2, 3]},
                           {"Service": "#111111", "None": "#222222"}, COUNT, language="en")  # fmt: skip
    assert [(trace.name, list(trace.y), trace.marker.color) for trace in figure.data] == [
        ("Service", [1, 0], "#111111"), ("None", [2, 3], "#222222")]  # fmt: skip


def test_every_cell_of_a_table_has_its_text_in_the_ink_that_shows_on_it():
    values = [[0.1, 0.9], [None, 0.5], [0.7, 0.0]]
    texts = [["10", "90"], ["", "50"], ["70", ""]]
    figure = heat_figure(LIGHT, ["a", "b", "c"], ["0", "1"], values, texts, x_title="", y_title="", low=0.0, high=1.0)
    assert [(note.x, note.y, note.text, note.font.color, note.showarrow) for note in figure.layout.annotations] == [
        ("0", "a", "10", LIGHT.ink, False), ("1", "a", "90", LIGHT.canvas, False), ("1", "b", "50", LIGHT.ink, False),
        ("0", "c", "70", LIGHT.canvas, False)]  # fmt: skip


def test_the_house_look_is_said_in_full():
    layout = base_figure(LIGHT, height=99).layout
    assert (layout.height, layout.datarevision, layout.paper_bgcolor, layout.font.color) == (
        99, 1, "rgba(0,0,0,0)", LIGHT.ink)  # fmt: skip
    assert [(axis.title.font.size, axis.fixedrange, axis.showgrid, axis.color) for axis in (layout.xaxis,
                                                                                           layout.yaxis)] == [
        (12, True, False, LIGHT.muted), (12, True, True, LIGHT.muted)]  # fmt: skip
    assert layout.hoverlabel.font.color == LIGHT.ink
