"""The Permissions page: apply and sign, approve, execute, read and export the register, see its gaps."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from data_access.database import Database
from data_access.sessions import read_session_user
from data_access.tables import access_grant, app_user, audit_event, permission_register
from domain.words import Role
from metrics.export.permissions import EXPORTERS
from tests.support.accounts import seed_user
from tests.support.apptest import Open, Screen, token_of
from tests.support.firm import PASSWORD

EVERYBODY = ["hq", "branch_head", "branch_reviewer", "office_head", "staff", "analyst", "auditor", "user_admin"]
DECIDERS = {"hq", "branch_head", "user_admin"}


@pytest.mark.parametrize("user", EVERYBODY)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_everybody_opens_the_page(look: Open, user: str, language: str) -> None:
    screen = look("permissions", user, language=language)
    assert screen.heading == {"en": "Permissions", "zh": "权限"}[language]
    words = {"en": ("Waiting for me", "Gaps"), "zh": ("待我处理", "缺口")}[language]
    offered = screen.options("filter_view")
    assert (words[0] in offered, words[1] in offered) == (user in DECIDERS, user in DECIDERS | {"auditor"})


def apply(screen: Screen, *, role: str, unit: str | None, password: str = PASSWORD) -> Screen:
    at = screen.at
    at.selectbox(key="grant_action").set_value("change")
    screen.run()
    at.selectbox(key="grant_role").set_value(role)
    at.selectbox(key="grant_unit").set_value(unit)
    at.text_area(key="grant_reason").set_value("moves to the second office")
    at.text_input(key="grant_password").set_value(password)
    return screen.press("Sign and apply")


def branch_admin(firm: Database) -> None:
    with firm.reading() as connection:
        unit = connection.execute(select(app_user.c.unit_id).where(app_user.c.username == "branch_head")).scalar_one()
    seed_user(firm, "b_admin", role=Role.USER_ADMIN, unit_id=unit)


def row_of(firm: Database) -> object:
    with firm.reading() as connection:
        return connection.execute(select(access_grant)).one()


def test_from_the_signature_to_the_register(open_screen: Open, firm: Database) -> None:
    branch_admin(firm)
    screen = apply(open_screen("permissions", "office_head"), role="analyst", unit="O012")
    number = row_of(firm).grant_id
    assert screen.says("success") == [f"Application {number} is signed and entered."]
    assert screen.table("Application", "State")["State"].tolist() == ["Applied"]
    assert PASSWORD not in screen.everything()

    head = open_screen("permissions", "branch_head").select_rows("grants_mine", 0)
    assert head.blocks == [f"Application {number} of office head"]
    head.press("Approve")
    assert head.says("success") == ["Approved.", "No application waits for you."]

    admin = open_screen("permissions", "b_admin").select_rows("grants_mine", 0).press("Execute")
    assert admin.says("success")[0] == "Executed; the account's sessions have ended."
    with firm.reading() as connection:
        row = connection.execute(select(app_user).where(app_user.c.username == "office_head")).one()
    assert row.role == "analyst"

    register = open_screen("permissions", "auditor", query={"view": "register"}).table("Entry", "Act")
    assert list(zip(register["Act"], register["By"], register["Signed"], strict=True)) == [
        ("Rights changed", "B_Admin", True), ("Approval", "branch head", True),
        ("Application", "office head", True)]  # fmt: skip
    shown = open_screen("permissions", "auditor", query={"view": "register", "action": "apply"}, language="zh")
    assert shown.table("记录", "操作")["操作"].tolist() == ["申请"]


def test_a_refusal_and_a_wrong_password_are_told(open_screen: Open, firm: Database) -> None:
    screen = apply(open_screen("permissions", "office_head"), role="analyst", unit="O012", password="not mine at all")
    assert screen.says("error") == ["The password is not right, so nothing was signed."]
    apply(open_screen("permissions", "office_head"), role="analyst", unit="O012")
    head = open_screen("permissions", "branch_head").select_rows("grants_mine", 0).press("Refuse the application")
    assert head.says("error") == ["Give a reason."]
    head.at.text_input(key="grant_refusal").set_value("no such post")
    head.press("Refuse the application")
    assert (row_of(firm).state, row_of(firm).refused_reason) == ("refused", "no such post")


def test_what_does_not_concern_a_reader_is_not_shown(open_screen: Open) -> None:
    apply(open_screen("permissions", "office_head"), role="analyst", unit="O012")
    for other in ("staff", "other_office_head", "user_admin"):
        assert not open_screen("permissions", other, query={"view": "all"}).has_table("Application")


def test_gaps_name_the_accounts_without_an_application(look: Open) -> None:
    table = look("permissions", "hq", query={"view": "gaps"}).table("Gap", "User name")
    assert len(table) == 11
    assert set(table["Gap"]) == {"Rights without an application"}
    assert "other_office_head" not in look("permissions", "branch_head", query={"view": "gaps"}).everything()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_register_is_exported_as_it_is_shown(open_screen: Open, firm: Database, form: str) -> None:
    apply(open_screen("permissions", "office_head"), role="analyst", unit="O012")
    with firm.writing() as connection:
        connection.execute(permission_register.update().values(note="=1+1"))
    user = read_session_user(firm, token_of(firm, "hq"))
    made = EXPORTERS["permission_register"](firm, user, {"format": form, "language": "zh_CN", "text": "OFFICE"})
    content = b"".join(made.chunks)
    assert made.file_name == f"permission_register_2025-07-02.{form}"
    if form == "csv":
        lines = content.decode("utf-8-sig").splitlines()
        assert lines[0].split(",")[:3] == ["记录", "时间", "操作"]
        assert len(lines) == 2
        assert lines[1].endswith("'=1+1")
    other = read_session_user(firm, token_of(firm, "other_staff"))
    none = b"".join(EXPORTERS["permission_register"](firm, other, {"format": "csv"}).chunks)
    assert len(none.decode("utf-8-sig").splitlines()) == 1
    with firm.reading() as connection:
        kinds = connection.execute(select(audit_event.c.object_key).where(audit_event.c.action == "export")).scalars()
        assert set(kinds) == {"permission_register"}
