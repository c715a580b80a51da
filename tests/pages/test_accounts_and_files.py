"""Accounts and files on the pages: own password, role and place of an account, passwords of a file, plain words."""

from __future__ import annotations

import pytest
import streamlit as st
from sqlalchemy import insert, select, update

from data_access.clock import now
from data_access.database import Database
from data_access.imports import BatchResult, Preview, Problem
from data_access.reads.places import read_places
from data_access.scope import FIRM
from data_access.sessions import read_session_user
from data_access.tables import app_user, audit_event, export_ticket, import_batch, import_error, refresh_run
from metrics.export.passwords import EXPORTERS
from pages._ui import import_panel, imported_accounts
from tests.support.accounts import PASSWORD, cheapen_hashes, seed_user
from tests.support.apptest import Open, Screen, token_of


class _Upload:
    name = "user.csv"

    def getvalue(self) -> bytes:
        return b""


def _with_upload(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "file_uploader", lambda _label, *, key, **_: _Upload() if "mapping" not in key else None)


def test_own_password_is_changed_at_will(open_screen: Open, firm: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_hashes(monkeypatch)
    user_id = seed_user(firm, "will", role="hq")
    screen = open_screen("definitions", "will").press("Change password")
    assert screen.heading == "Choose a password"
    screen.press("Back")
    assert screen.heading == "Definitions"
    screen.press("Change password")
    current, new, again = screen.at.text_input
    current.set_value(PASSWORD)
    new.set_value("quite another sentence, hidden well")
    again.set_value("quite another sentence, hidden well")
    with firm.reading() as connection:
        before = connection.execute(select(app_user.c.password_hash).where(app_user.c.user_id == user_id)).scalar()
    screen.press("Save")
    with firm.reading() as connection:
        after = connection.execute(select(app_user.c.password_hash).where(app_user.c.user_id == user_id)).scalar()
    assert after != before


def _choose_account(screen: Screen, name: str) -> Screen:
    return screen.select_rows("users", list(screen.table("User name")["User name"]).index(name))


def test_a_change_of_role_starts_from_the_present_one(open_screen: Open, firm: Database) -> None:
    with firm.reading() as connection:
        old = connection.execute(select(app_user).where(app_user.c.username == "office_head")).one()
    screen = _choose_account(open_screen("users", "hq"), "office_head")
    assert screen.value("set_office_head_role") == "office_head"
    assert screen.value("set_office_head_unit") is not None
    screen.press("Change")
    with firm.reading() as connection:
        new = connection.execute(select(app_user).where(app_user.c.username == "office_head")).one()
    assert (new.role, new.unit_id, new.staff_id) == (old.role, old.unit_id, old.staff_id)


def test_a_team_is_a_place_for_its_lead(open_screen: Open, firm: Database) -> None:
    screen = _choose_account(open_screen("users", "hq"), "team_lead")
    assert screen.value("set_team_lead_unit") == "T0111"
    assert any("上海南京西路第一团队" in option for option in screen.options("add_unit"))
    with firm.reading() as connection:
        assert "T0111" not in {place.unit_code for place in read_places(connection, FIRM)}


def test_a_refusal_names_the_role_in_words(open_screen: Open) -> None:
    screen = _choose_account(open_screen("users", "hq"), "auditor")
    screen.at.selectbox(key="set_auditor_unit").set_value(None)
    screen.at.selectbox(key="set_auditor_role").set_value("office_head")
    screen.press("Change")
    assert screen.says("error") == ["The role Office head / team lead needs a place in the organisation."]


def test_the_problems_of_a_file_are_told_in_words(open_screen: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_upload(monkeypatch)
    problem = Problem("share_sum", 3, "share", "<= 1")
    monkeypatch.setattr(import_panel, "inspect_upload",
                        lambda *_, kind, **__: Preview(kind, errors=[problem], error_count=1))  # fmt: skip
    screen = open_screen("data", "hq", language="zh")
    assert screen.table("代码")["问题"].tolist() == ["同一关系的比例合计超过 1"]


@pytest.mark.parametrize(("address", "user"), [("data", "hq"), ("users", "user_admin"), ("users", "hq")])
def test_the_passwords_of_a_file_of_accounts_leave_once(
    open_screen: Open, firm: Database, monkeypatch: pytest.MonkeyPatch, address: str, user: str
) -> None:
    taken: list[str] = []
    monkeypatch.setattr(imported_accounts, "go_to", taken.append)
    _with_upload(monkeypatch)
    monkeypatch.setattr(import_panel, "inspect_upload", lambda *_, kind, **__: Preview(kind, rows_read=1, new=1))
    done = BatchResult(7, "user", 1, 1, 0, 0, 0, "files/one-time-passwords-7.csv", (("wangfang", "seven plain words"),))
    monkeypatch.setattr(import_panel, "confirm_import", lambda *_, **__: done)
    screen = open_screen(address, user).press("Import 1 rows")
    assert any("can be taken once" in text for text in screen.says("warning"))
    assert "seven plain words" not in screen.everything()
    screen.press("Take the one-time passwords")
    assert len(taken) == 1
    with firm.reading() as connection:
        row = connection.execute(select(export_ticket)).one()
    assert (row.kind, row.params) == ("one_time_passwords", '{"batch": 7}')
    assert "Take the one-time passwords" not in [button.label for button in screen.run().at.button]


def test_a_user_administrator_imports_accounts_and_takes_the_passwords_once(
    open_screen: Open, firm: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheapen_hashes(monkeypatch)
    monkeypatch.setattr(imported_accounts, "go_to", lambda _address: None)
    _with_upload(monkeypatch)
    header = "username,display_name,role,unit_code,staff_no"
    monkeypatch.setattr(_Upload, "getvalue", lambda _self: f"{header}\nnew.one,New One,analyst,B01,\n".encode())
    open_screen("users", "user_admin").press("Import 1 rows")
    with firm.reading() as connection:
        batch = connection.execute(select(import_batch.c.batch_id).where(import_batch.c.kind == "user")).scalar_one()
    admin, other = (read_session_user(firm, token_of(firm, name)) for name in ("user_admin", "hq"))
    export = EXPORTERS["one_time_passwords"]
    with pytest.raises(ValueError, match="taken"):
        export(firm, other, {"batch": batch})
    lines = b"".join(export(firm, admin, {"batch": batch}).chunks).decode().splitlines()
    assert (len(lines), lines[1].split(",")[0]) == (2, "new.one")
    for wrong in (batch, 0, -1, "1 OR 1=1", None):
        with pytest.raises(ValueError, match="taken"):
            export(firm, admin, {"batch": wrong})
    with firm.reading() as connection:
        acts = connection.execute(select(audit_event.c.action).order_by(audit_event.c.sequence)).scalars().all()
    assert acts[-1] == "import.passwords"


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("interrupted", "It was interrupted; the next run starts anew."),
        ("OperationalError", "Failed; see the log. The database was not reachable or busy for too long."),
        ("ZeroDivisionError", "Failed; see the log."),
    ],
)
def test_a_refresh_that_failed_says_so_in_words(open_screen: Open, firm: Database, message: str, words: str) -> None:
    with firm.writing() as connection:
        connection.execute(update(refresh_run).values(state="failed", message=message))
    table = open_screen("data", "hq").table("Run", "Message")
    assert set(table["Message"]) == {words}


def test_a_refused_batch_tells_its_problems_in_words(open_screen: Open, firm: Database) -> None:
    with firm.writing() as connection:
        batch = connection.execute(insert(import_batch).values(
            kind="client", file_name="a.csv", content_hash="", state="refused", operator="op", started_at=now())
            .returning(import_batch.c.batch_id)).scalar_one()  # fmt: skip
        connection.execute(insert(import_error).values(batch_id=batch, row_number=2, column_name="office_code",
                                                       code="unit_unknown", expected="unit_code"))  # fmt: skip
    screen = open_screen("data", "hq").select_rows("batches", 0)
    assert screen.table("Code", "Problem")["Problem"].tolist() == ["The unit is not known"]
