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
from data_access.tables import app_user, import_batch, import_error, refresh_run
from pages._ui import import_panel
from tests.support.accounts import PASSWORD, cheapen_hashes, seed_user
from tests.support.apptest import Open, Screen


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


def test_the_passwords_of_a_file_of_accounts_are_shown_once(open_screen: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    _with_upload(monkeypatch)
    monkeypatch.setattr(import_panel, "inspect_upload", lambda *_, kind, **__: Preview(kind, rows_read=1, new=1))
    done = BatchResult(7, "user", 1, 1, 0, 0, 0, "files/one-time-passwords-7.csv", (("wangfang", "seven plain words"),))
    monkeypatch.setattr(import_panel, "confirm_import", lambda *_, **__: done)
    screen = open_screen("data", "hq").press("Import 1 rows")
    shown = screen.table("User name", "One-time password")
    assert shown.to_numpy().tolist() == [["wangfang", "seven plain words"]]
    assert any("files/one-time-passwords-7.csv" in text for text in screen.says("warning"))
    assert "seven plain words" not in screen.run().everything()


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
