"""The tree keeps its shape: pages stay small and thin, caches stand in one place, files stay nested."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted(path for path in (ROOT / "pages").glob("*/*.py") if path.parent.name != "_ui" and path.stat().st_size)
TOP_LEVEL = {"app.py", "pages", "data_access", "metrics", "domain", "tests", "locales", "docs", "bin"}


def _calls(tree: ast.AST) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def _imports(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_no_page_lies_flat_where_it_could_open_without_the_gate():
    assert [path.name for path in (ROOT / "pages").glob("*.py") if path.name != "__init__.py"] == []
    assert {path.name for path in ROOT.iterdir()} >= TOP_LEVEL


@pytest.mark.parametrize("page", PAGES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_page_is_small_and_holds_no_sql_cache_class_or_arithmetic_library(page):
    text = page.read_text()
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 120
    assert ast.get_docstring(tree)
    assert not any(isinstance(node, ast.ClassDef) for node in ast.walk(tree))
    assert not {call for call in _calls(tree) if "groupby" in call or ".cache_" in call}
    forbidden = {name for name in _imports(tree) if name.split(".")[0] in {"sqlalchemy", "sqlite3", "plotly"}}
    assert forbidden == set()
    others = {name for name in _imports(tree) if name.startswith("pages.") and not name.startswith("pages._ui")}
    assert others == set()


CACHED = [ROOT / "pages" / "_ui" / "cached.py", *sorted((ROOT / "pages" / "_ui").rglob("*reads.py"))]


def test_caches_stand_in_their_modules_only():
    allowed = {"runtime.py", *(path.name for path in CACHED)}
    found = {
        path.name
        for path in (ROOT / "pages").rglob("*.py")
        if "st.cache_" in path.read_text() and path.name not in allowed
    }
    assert found == set()


@pytest.mark.parametrize("module", CACHED, ids=lambda path: path.stem)
def test_every_cached_read_is_bounded_and_keyed_by_the_reach(module):
    tree = ast.parse(module.read_text())
    for function in (node for node in tree.body if isinstance(node, ast.FunctionDef)):
        decorators = [ast.unparse(entry) for entry in function.decorator_list]
        if not decorators:
            continue
        assert "ttl=" in decorators[0], function.name
        assert "max_entries=" in decorators[0], function.name
        names = [argument.arg for argument in function.args.args + function.args.kwonlyargs]
        # an argument left out of the key must be told apart by the bytes of its content
        assert "content" in names or not [name for name in names if name.startswith("_")], function.name
        assert "reach" in names or function.name in {"freshness", "rules", "own_names"}, function.name
