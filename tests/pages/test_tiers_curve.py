"""The Pareto curve of the Tiers page marks the income shares that the cards above it say."""

from __future__ import annotations

import json

import pytest

from metrics.catalogue import METRICS
from tests.support.apptest import Open


@pytest.mark.parametrize("user", ["hq", "branch_head", "staff"])
def test_the_marks_say_what_the_cards_say(look: Open, user: str) -> None:
    screen = look("tiers", user)
    curves = [json.loads(chart.proto.spec)["data"] for chart in screen.at.get("plotly_chart")]
    [curve] = [traces for traces in curves if any(trace.get("mode") == "markers+text" for trace in traces)]
    marks = [trace for trace in curve if trace.get("mode") == "markers+text"]
    said = [screen.cards[METRICS[f"income_share_top{percent}"].label] for percent in (5, 20)]
    assert [mark["text"][0].split(": ")[1] for mark in marks] == said
    line = dict(zip(curve[1]["x"], curve[1]["y"], strict=True))
    for mark in marks:
        assert min(line.values()) <= mark["y"][0] <= max(line.values())
