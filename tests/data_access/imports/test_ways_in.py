"""The command line, the nightly folder, uploads through the limited child, and who may import."""

from __future__ import annotations

import pytest
import typer
from sqlalchemy import select
from typer.testing import CliRunner

from data_access import actor as actor_module
from data_access.actor import NotAllowed, SessionActor
from data_access.cli.imports import register
from data_access.commands import acting
from data_access.imports import FileRefused, confirm_import, inspect_upload, rollback_batch
from data_access.imports import child as child_module
from data_access.imports.child import Limits, stage_in_child
from data_access.imports.folder import files_of, import_folder
from data_access.tables import client, import_batch
from tests.data_access.imports.bad_inputs import book, corner
from tests.data_access.imports.dump import state
from tests.data_access.imports.files import CLIENT, FIRM, OPERATOR, ORG_UNIT, as_workbook, load_firm, write


@pytest.fixture
def cli():
    app = typer.Typer()
    register(app)
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_command_line_imports_and_takes_back(cli, default_db, tmp_path):
    path = write(tmp_path, "org_unit", ORG_UNIT)
    dry = cli("import", "org_unit", path, "--dry-run")
    assert (dry.exit_code, dry.output) == (
        0,
        "Dry run, nothing written: org_unit, 5 rows read: 5 new, 0 changed, 0 same.\n",
    )
    done = cli("import", "org_unit", path)
    assert done.output.endswith(": org_unit, 5 rows read: 5 new, 0 changed, 0 same.\n")
    assert cli("import", "org_unit", path).output.endswith("5 same (changes nothing).\n")
    with default_db.reading() as connection:
        batch_id = connection.execute(select(import_batch.c.batch_id).where(import_batch.c.rows_new == 5)).scalar_one()
    assert cli("rollback", batch_id).output == f"Batch {batch_id} is taken back: 5 row(s).\n"
    again = cli("rollback", batch_id)
    assert (again.exit_code, again.output) == (1, "Error: Only a committed batch can be taken back.\n")


def test_command_line_refuses_with_a_table_and_without_the_cell(cli, default_db, tmp_path):
    load_firm(default_db, tmp_path, "org_unit")
    secret = "110105194912310021"
    path = write(tmp_path, "client", CLIENT.replace("11010519491231002X", secret))
    result = cli("import", "client", path)
    assert result.exit_code == 1
    assert "2    document_no  document_check" in result.output
    assert "client.csv is refused and nothing is written: 1 problem(s)" in result.output
    assert secret not in result.output
    missing = cli("import", "client", tmp_path / "none.csv")
    assert (missing.exit_code, "file_missing" in missing.output) == (1, True)


def test_folder_loads_in_order_and_stops_at_a_refusal(sqlite_db, tmp_path):
    folder = tmp_path / "nightly"
    folder.mkdir()
    for kind in ("client_month", "client", "staff", "org_unit"):
        write(folder, kind, FIRM[kind], f"{kind}-2025.csv")
    write(folder, "relationship", "relationship_no\nR1\n", "relationship.csv")
    write(folder, "target", "scope_code,period,metric,value\nO011,2026,net_income,1\n")
    write(folder, "notes", "x", "notes.txt")
    assert [kind for kind, _ in files_of(folder)] == [
        "org_unit",
        "staff",
        "client",
        "client_month",
        "relationship",
        "target",
    ]
    steps = list(import_folder(sqlite_db, actor=OPERATOR, folder=folder))
    assert [(step.kind, step.problems is None) for step in steps] == [
        ("org_unit", True),
        ("staff", True),
        ("client", True),
        ("client_month", True),
        ("relationship", False),
    ]
    assert sorted(path.name for path in folder.iterdir()) == ["done", "failed", "notes.txt", "target.csv"]
    assert len(list((folder / "done").iterdir())) == 4
    report = next((folder / "failed").glob("*.report.txt")).read_text(encoding="utf-8")
    assert "1    client_no   column_missing" in report


def test_upload_is_inspected_then_confirmed(sqlite_db, tmp_path):
    load_firm(sqlite_db, tmp_path, "org_unit")
    before = state(sqlite_db, everything=True)
    data = as_workbook(tmp_path, CLIENT)
    preview = inspect_upload(sqlite_db, actor=OPERATOR, kind="client", name="客户.xlsx", data=data)
    assert (preview.rows_read, preview.new, preview.changed, preview.same, preview.error_count) == (3, 3, 0, 0, 0)
    assert preview.sample_columns[:3] == ["client_no", "name", "kind"]
    assert preview.sample[1][:3] == ["000124", "NA", "individual"]
    assert "document_no" not in preview.sample_columns
    assert state(sqlite_db, everything=True) == before
    result = confirm_import(sqlite_db, actor=OPERATOR, kind="client", name="客户.xlsx", data=data)
    assert result.new == 3
    bad = CLIENT.replace("O011", "O999").encode()
    preview = inspect_upload(sqlite_db, actor=OPERATOR, kind="client", name="a.csv", data=bad)
    assert [(p.code, p.row) for p in preview.errors] == [("unit_unknown", 2), ("unit_unknown", 4)]
    with pytest.raises(FileRefused):
        confirm_import(sqlite_db, actor=OPERATOR, kind="client", name="a.csv", data=bad)


def test_the_child_dies_of_its_limits_and_the_file_is_refused(tmp_path):
    path = tmp_path / "far.xlsx"
    path.write_bytes(book(lambda _b, sheet: sheet.write_string(1_048_575, 150, "x")))
    limits = Limits(seconds=20, memory_bytes=700 << 20, unpacked_bytes=100 << 20)
    with pytest.raises(FileRefused, match="too_slow"):
        stage_in_child("client", path, file_name="far.xlsx", mapping=None, ignore_extra=False, limits=limits)
    path.write_bytes(book(corner))
    with pytest.raises(FileRefused, match="workbook_size"):
        stage_in_child("client", path, file_name="far.xlsx", mapping=None, ignore_extra=False, limits=limits)


def test_a_late_child_is_stopped(tmp_path, monkeypatch):
    monkeypatch.setattr(child_module.sys, "executable", "/bin/cat")
    path = write(tmp_path, "client", CLIENT)
    limits = Limits(seconds=1, memory_bytes=1 << 30, unpacked_bytes=1 << 20)
    with pytest.raises(FileRefused, match="too_slow"):
        stage_in_child("client", path, file_name="a.csv", mapping=None, ignore_extra=False, limits=limits)


@pytest.mark.parametrize(
    ("role", "kinds"),
    [("user_admin", {"user"}), ("branch_head", set()), ("analyst", set()), ("hq", {"user", "client"})],
)
def test_only_headquarters_and_for_accounts_user_admins_import(sqlite_db, tmp_path, monkeypatch, role, kinds):
    firm = load_firm(sqlite_db, tmp_path, "org_unit")
    user = actor_module.ActingUser(7, "u", "u", role, None, None, actor_module.FIRM)
    monkeypatch.setattr(acting, "acting_user", lambda *_: user)
    someone = SessionActor("token")
    for kind in ("user", "client"):
        if kind in kinds:
            inspect_upload(sqlite_db, actor=someone, kind=kind, name="a.csv", data=CLIENT.encode())
            continue
        for act in (inspect_upload, confirm_import):
            with pytest.raises(NotAllowed):
                act(sqlite_db, actor=someone, kind=kind, name="a.csv", data=CLIENT.encode())
    if role != "hq":
        with pytest.raises(NotAllowed):
            rollback_batch(sqlite_db, actor=someone, batch_id=firm["org_unit"].batch_id)
    with sqlite_db.reading() as connection:
        assert connection.execute(select(client.c.client_id)).all() == []
