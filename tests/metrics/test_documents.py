"""Documents that must stay true: the generated lists are fresh, the notebook runs."""

from __future__ import annotations

import re

import pytest

from data_access.settings import ROOT
from metrics.glossary import DOCUMENTS, write_documents
from tests.support.firm import small_firm


@pytest.mark.parametrize("name", DOCUMENTS)
def test_generated_document_is_fresh(name):
    assert (ROOT / name).read_text(encoding="utf-8") == DOCUMENTS[name](), "run `python -m metrics docs`"


def test_documents_are_written_below_the_root(tmp_path):
    assert write_documents(tmp_path) == ["docs/metrics.md", "docs/glossary.md"]
    assert "### `clients` – Clients / 客户" in (tmp_path / "docs" / "metrics.md").read_text(encoding="utf-8")


def test_the_notebook_runs_as_written(default_db, capsys):
    small_firm(default_db, refreshed=True)
    text = (ROOT / "docs" / "notebook.md").read_text(encoding="utf-8")
    cells = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    space: dict[str, object] = {}
    for cell in cells:
        exec(compile(cell, "notebook", "exec"), space)
    assert len(cells) == 6
    assert space["by_branch"]["branch"].tolist() == ["B01", "B02"]
    assert space["reasons"]["result"].tolist()[0] == "silent"
    assert capsys.readouterr().out.startswith("SELECT")
