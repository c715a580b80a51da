"""Who may change accounts, what is refused, what is written down."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from data_access import own_account, user_accounts, users
from data_access.actor import Actor, NotAllowed, NotSignedIn, OperatorActor, SessionActor
from data_access.audit import first_broken_audit
from data_access.database import Database
from data_access.sessions import begin_session, check_password
from data_access.tables import app_user, audit_event
from data_access.user_words import SENTENCES, sentence
from domain.decision import Reason
from domain.words import Role
from tests.support.accounts import PASSWORD, cheapen_hashes, seed_user

OPERATOR = OperatorActor("op")


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_hashes(monkeypatch)


def session_of(db: Database, username: str) -> SessionActor:
    with db.writing() as connection:
        row = connection.execute(select(app_user).where(app_user.c.username == username)).one()
        return SessionActor(begin_session(connection, user_id=row.user_id, access_version=row.access_version))


def read_user(db: Database, username: str) -> object:
    with db.reading() as connection:
        return connection.execute(select(app_user).where(app_user.c.username == username)).one()


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(user_accounts.UserRefused) as caught:
        act()
    return caught.value.reason.code


ACTS: dict[str, Callable[[Database, Actor], object]] = {
    "add": lambda db, actor: users.add_user(db, actor=actor, username="new", display_name="New", role="auditor"),
    "disable": lambda db, actor: users.disable_user(db, actor=actor, username="victim"),
    "enable": lambda db, actor: users.enable_user(db, actor=actor, username="victim"),
    "unlock": lambda db, actor: users.unlock_user(db, actor=actor, username="victim"),
    "reset": lambda db, actor: users.reset_password(db, actor=actor, username="victim"),
    "end": lambda db, actor: users.end_user_sessions(db, actor=actor, username="victim"),
    "role": lambda db, actor: users.set_role(db, actor=actor, username="victim", role="user_admin"),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("role", [role for role in Role if role not in users.ADMINS])
def test_other_roles_change_no_account(sqlite_db: Database, act: str, role: Role) -> None:
    seed_user(sqlite_db, "victim", role="auditor")
    seed_user(sqlite_db, "actor", role=role)
    actor = session_of(sqlite_db, "actor")
    with pytest.raises(NotAllowed):
        ACTS[act](sqlite_db, actor)


@pytest.mark.parametrize("act", ACTS)
def test_user_administrator_changes_accounts_but_not_headquarters(sqlite_db: Database, act: str) -> None:
    seed_user(sqlite_db, "victim", role="auditor")
    seed_user(sqlite_db, "actor", role=Role.USER_ADMIN)
    actor = session_of(sqlite_db, "actor")
    ACTS[act](sqlite_db, actor)
    with sqlite_db.writing() as connection:
        connection.execute(app_user.update().where(app_user.c.username == "victim").values(role="hq"))
    if act != "add":
        with pytest.raises(NotAllowed):
            ACTS[act](sqlite_db, actor)


@pytest.mark.parametrize("act", ACTS)
def test_an_ended_session_changes_no_account(sqlite_db: Database, act: str) -> None:
    seed_user(sqlite_db, "victim", role="auditor")
    seed_user(sqlite_db, "actor")
    seed_user(sqlite_db, "chief")
    actor = session_of(sqlite_db, "actor")
    users.end_user_sessions(sqlite_db, actor=OPERATOR, username="actor")
    with pytest.raises(NotSignedIn):
        ACTS[act](sqlite_db, actor)


def test_a_user_administrator_makes_no_headquarters_account(db: Database) -> None:
    seed_user(db, "actor", role=Role.USER_ADMIN)
    seed_user(db, "victim", role="auditor")
    actor = session_of(db, "actor")
    with pytest.raises(NotAllowed):
        users.add_user(db, actor=actor, username="mine", display_name="Mine", role="hq")
    with pytest.raises(NotAllowed):
        users.set_role(db, actor=actor, username="victim", role="hq")


def test_a_new_user_signs_in_with_the_one_time_password_and_must_change_it(db: Database) -> None:
    password = users.add_user(db, actor=OPERATOR, username=" Wang.Mei ", display_name="王美", role="auditor")
    assert check_password(db, username="WANG.MEI", password=password, address="a")
    assert read_user(db, "wang.mei").must_change_password


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"username": "a"}, "user.username"),
        ({"username": "two words"}, "user.username"),
        ({"username": "x" * 65}, "user.username"),
        ({"username": "a=cmd|x"}, "user.username"),
        ({"role": "root"}, "user.role"),
        ({"role": "office_head"}, "user.needs_unit"),
        ({"role": "staff"}, "user.needs_staff"),
        ({"unit_code": "NOWHERE"}, "user.unknown_unit"),
        ({"staff_no": "S999"}, "user.unknown_staff"),
        ({"username": "Lead"}, "user.exists"),
    ],
)
def test_refused_accounts(sqlite_db: Database, fields: dict[str, str], code: str) -> None:
    seed_user(sqlite_db, "lead")
    wanted = {"username": "new", "display_name": "New", "role": "auditor", **fields}
    assert refusal(lambda: users.add_user(sqlite_db, actor=OPERATOR, **wanted)) == code


def test_nobody_disables_or_demotes_the_own_account(db: Database) -> None:
    seed_user(db, "lead")
    seed_user(db, "chief")
    actor = session_of(db, "lead")
    assert refusal(lambda: users.disable_user(db, actor=actor, username="lead")) == "user.self"
    assert refusal(lambda: users.set_role(db, actor=actor, username="lead", role="auditor")) == "user.self"


def test_the_last_headquarters_account_stays(db: Database) -> None:
    seed_user(db, "lead")
    assert refusal(lambda: users.disable_user(db, actor=OPERATOR, username="lead")) == "user.last_hq"
    assert refusal(lambda: users.set_role(db, actor=OPERATOR, username="lead", role="auditor")) == "user.last_hq"


@pytest.mark.parametrize(
    ("current", "new", "code"),
    [
        ("wrong", "another sentence only tests know", "password.current_wrong"),
        (PASSWORD, PASSWORD, "password.same"),
        (PASSWORD, "short", "password.short"),
        (PASSWORD, "lead lead lead lead", "password.common"),
    ],
)
def test_refused_password_changes(sqlite_db: Database, current: str, new: str, code: str) -> None:
    seed_user(sqlite_db, "lead")
    actor = session_of(sqlite_db, "lead")
    assert (
        refusal(lambda: own_account.change_own_password(sqlite_db, actor=actor, current=current, new=new, device="b"))
        == code
    )
    assert check_password(sqlite_db, username="lead", password=PASSWORD, address="a")


def test_the_current_password_cannot_be_guessed_on_a_stolen_screen(sqlite_db: Database) -> None:
    seed_user(sqlite_db, "lead")
    actor = session_of(sqlite_db, "lead")
    codes = [
        refusal(
            lambda: own_account.change_own_password(
                sqlite_db, actor=actor, current="wrong", new="another sentence only tests know", device="b"
            )
        )
        for _ in range(6)
    ]
    assert codes == ["password.current_wrong"] * 5 + ["password.locked"]


def test_language_is_kept(db: Database) -> None:
    seed_user(db, "lead")
    actor = session_of(db, "lead")
    own_account.set_language(db, actor=actor, language="zh_CN")
    assert read_user(db, "lead").language == "zh_CN"
    with pytest.raises(ValueError, match="xx"):
        own_account.set_language(db, actor=actor, language="xx")


def test_the_first_user_is_made_once(db: Database) -> None:
    password = user_accounts.ensure_first_user(db)
    assert check_password(db, username="admin", password=password or "", address="a")
    assert user_accounts.ensure_first_user(db) is None


def test_every_change_is_in_the_audit_trail_without_names_or_passwords(db: Database) -> None:
    seed_user(db, "victim", role="auditor")
    for act in ACTS.values():
        act(db, OPERATOR)
    with db.reading() as connection:
        rows = connection.execute(select(audit_event).order_by(audit_event.c.sequence)).all()
        assert first_broken_audit(connection) is None
    assert [row.action for row in rows] == [
        "user.create",
        "user.disable",
        "user.enable",
        "user.unlock",
        "user.reset_password",
        "user.end_sessions",
        "user.set_role",
    ]
    assert {row.operator for row in rows} == {"op"}
    assert not any("victim" in row.details.lower() for row in rows)


def test_every_reason_has_a_sentence() -> None:
    params = {"shortest": 15, "longest": 128, "role": "hq", "username": "u", "unit_code": "B", "staff_no": "S"}
    assert all(sentence(Reason(code, params)) for code in SENTENCES)


def test_command_line(default_db: Database) -> None:
    import typer

    from data_access.cli import users as commands

    app = typer.Typer()
    commands.register(app)
    run = CliRunner()
    first = run.invoke(app, ["user", "first"])
    assert (first.exit_code, "one-time password" in first.output) == (0, True)
    assert "already" in run.invoke(app, ["user", "first"]).output
    assert run.invoke(app, ["user", "add", "li.si", "李四", "--role", "auditor"]).exit_code == 0
    refused = run.invoke(app, ["user", "add", "li.si", "李四", "--role", "auditor"])
    assert (refused.exit_code, refused.stderr) == (1, "Error: There is a user li.si already.\n")
    for command in ("disable", "enable", "unlock", "reset-password", "end-sessions"):
        assert run.invoke(app, ["user", command, "li.si"]).exit_code == 0
    assert run.invoke(app, ["user", "set-role", "li.si", "--role", "user_admin"]).exit_code == 0
    listed = run.invoke(app, ["user", "list"]).output.splitlines()
    assert [line.split("\t") for line in listed] == [
        ["admin", "Administrator", "hq", "-", "-", "active"],
        ["li.si", "李四", "user_admin", "-", "-", "active"],
    ]
