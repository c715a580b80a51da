"""The guide to Explore runs as it is written."""

from __future__ import annotations

import re
from decimal import Decimal

from data_access.settings import ROOT
from tests.support.firm import small_firm


def test_the_guide_runs_as_written(default_db, capsys):
    small_firm(default_db, refreshed=True)
    text = (ROOT / "docs" / "explore.md").read_text(encoding="utf-8")
    cells = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    space: dict[str, object] = {}
    for cell in cells:
        exec(compile(cell, "guide", "exec"), space)
    assert len(cells) == 6
    assert space["first"] == "O011"
    assert space["total"].value == sum(space["income"]["net_income"], Decimal(0))
    assert space["reasons"]["aspect"].tolist()[0] == "status"
    assert capsys.readouterr().out.startswith("SELECT")
