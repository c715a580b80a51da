"""What every reader may read of the firm: names of places and the tier lines, without the firm's size."""

from __future__ import annotations

from tests.support.apptest import Open


def test_a_person_sees_names_of_offices_and_lines_without_n(look: Open):
    screen = look("tiers", "staff", query={"by": "office"})
    assert set(screen.table("Group")["Group"]) == {"上海南京西路营业部", "杭州庆春路营业部"}
    lines = next(text for text in screen.says("caption") if text.startswith("Tier A"))
    assert lines == "Tier A: from 12,000.00 (rule version 1).  \nTier B: from 6,000.00 (rule version 1)."


def test_headquarters_sees_n_also_inside_a_place(look: Open):
    lines = next(text for text in look("tiers", "hq", query={"unit": "B02"}).says("caption") if text[:6] == "Tier A")
    assert lines.startswith("Tier A: the 1 most valuable of N = 8 with value, from 12,000.00 (rule version 1).")
