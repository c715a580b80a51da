"""Inputs 1-41: accepted as is, normalised, or refused with code, row and column and nothing written."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from data_access.imports import MEANINGS, FileRefused, import_file, inspect_upload
from data_access.imports.child import UPLOAD_LIMITS
from data_access.imports.sources import safe_name
from data_access.imports.staging import stage_file
from data_access.settings import ROOT
from tests.data_access.imports.bad_inputs import CASES, NAMES, REFUSED, Case, table
from tests.data_access.imports.dump import state
from tests.data_access.imports.files import CLIENT_MONTH, OPERATOR, load, load_firm, write
from tests.support.databases import fresh_sqlite


def prepare(db, folder: Path) -> None:
    load_firm(db, folder)
    load(db, folder, "org_unit", "unit_code,name,kind,parent_code,valid_to\nO013,旧营业部,office,B01,2019-12-31\n")


@pytest.fixture(scope="module")
def firm(tmp_path_factory, template_folder):
    """A small firm that no case may change."""
    folder = tmp_path_factory.mktemp("firm")
    db = fresh_sqlite(folder, template_folder)
    prepare(db, folder)
    yield db, state(db)
    db.dispose()


def check(db, before, case: Case, folder: Path) -> None:
    if case.code == "file_too_large":
        preview = inspect_upload(db, actor=OPERATOR, kind=case.kind, name="a.csv", data=case.data())
        assert (preview.error_count, preview.errors[0].code, preview.new) == (1, "file_too_large", 0)
        return
    suffix = ".xlsx" if case.data()[:2] in (b"PK", b"\xd0\xcf") else ".csv"
    path = write(folder, case.kind, case.data(), "in" + suffix)
    if case.outcome == REFUSED:
        with pytest.raises(FileRefused) as refused:
            import_file(db, actor=OPERATOR, kind=case.kind, path=path)
        first = refused.value.problems.shown[0]
        assert (first.code, first.row, first.column) == (case.code, case.row, case.column)
        assert first.code in MEANINGS
        assert state(db) == before
        return
    result = import_file(db, actor=OPERATOR, kind=case.kind, path=path, dry_run=True)
    assert result.rows_read == result.new + result.changed + result.same
    with stage_file(case.kind, path) as staged:
        row = next(staged.rows(("row_number",)))
        assert {name: row[name] for name in case.staged} == case.staged


@pytest.mark.parametrize("case", CASES, ids=[f"{index}-input {case.number}" for index, case in enumerate(CASES)])
def test_input(firm, tmp_path, monkeypatch, case):
    import data_access.imports.sources as sources

    # workbooks are read here without the child process; the child has tests of its own
    monkeypatch.setattr(
        sources,
        "stage_in_child",
        lambda kind, path, *, file_name, mapping, ignore_extra, limits: stage_file(
            kind,
            path,
            file_name=file_name,
            mapping=mapping,
            ignore_extra=ignore_extra,
            unpacked_bytes=UPLOAD_LIMITS.unpacked_bytes,
        ),
    )
    check(*firm, case, tmp_path)


@pytest.mark.parametrize("number", [1, 22, 32, 33])
def test_core_inputs_on_both_engines(db, tmp_path, number):
    prepare(db, tmp_path)
    before = state(db)
    for case in CASES:
        if case.number == number:
            check(db, before, case, tmp_path)


@pytest.mark.parametrize(("name", "kept"), NAMES)
def test_file_names_are_cut_to_a_plain_last_part(name, kept):
    assert safe_name(name) == kept


def test_the_same_file_twice_at_once_is_written_once(db, tmp_path):
    load_firm(db, tmp_path, "org_unit", "client")
    path = write(tmp_path, "client_month", CLIENT_MONTH)
    results = []
    threads = [
        threading.Thread(target=lambda: results.append(import_file(db, actor=OPERATOR, kind="client_month", path=path)))
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((r.new, r.same, r.changed) for r in results) == [(0, 3, 0), (3, 0, 0)]


def test_the_documented_table_is_this_one():
    text = (ROOT / "docs" / "imports.md").read_text(encoding="utf-8")
    begin, end = "<!-- inputs -->\n", "\n<!-- /inputs -->"
    assert text[text.index(begin) + len(begin) : text.index(end)] == table()


def test_every_input_from_1_to_41_has_a_row():
    assert {case.number for case in CASES} | {14} == set(range(1, 42))
