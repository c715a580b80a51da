"""Small tables as HTML: every word is text, what is unknown a dash; long tables stay grids."""

from __future__ import annotations

import re

import pandas as pd
from streamlit.testing.v1 import AppTest

from tests.support.html import read_table


def page(rows: int) -> AppTest:
    def script(rows: int) -> None:
        import pandas as pd

        from pages._ui.sheet import sheet
        from pages._ui.theme import _tokens

        lines = [{"Name <b>": "<i>one</i>", "Value": None}] * rows
        sheet(_tokens(dark=False, red_is_up=True), pd.DataFrame(lines), key="x")

    return AppTest.from_function(script, kwargs={"rows": rows}).run()


def test_words_are_escaped_and_the_unknown_is_a_dash():
    body = page(2).get("html")[0].proto.body
    assert "<i>one" not in body
    expected = pd.DataFrame({"Name <b>": ["<i>one</i>"] * 2, "Value": ["–"] * 2})
    assert expected.equals(read_table(body))


def test_numbers_stand_below_each_other():
    def script() -> None:
        import pandas as pd

        from pages._ui.sheet import sheet
        from pages._ui.theme import _tokens

        lines = {
            "Type": ["A", "7"],
            "Own": ["1,234.50", "−0.10"],
            "Share": ["12.5%", "–"],
            "Money": ["¥1.2亿", "¥3.40"],
        }
        sheet(_tokens(dark=False, red_is_up=True), pd.DataFrame(lines), key="x")

    body = AppTest.from_function(script).run().get("html")[0].proto.body
    sides = re.findall(r"<t[hd][^>]*text-align:(\w+)", body)
    assert sides == ["left", "right", "right", "right"] * 3


def test_long_and_empty_tables_are_grids():
    assert [len(found.value) for found in page(31).dataframe] == [31]
    assert len(page(0).dataframe) == 1
    assert not len(page(30).dataframe)
