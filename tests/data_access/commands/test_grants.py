"""Applications for rights from the signature to the execution, and what the register then shows (R-04, R-05)."""

from __future__ import annotations

import pytest
from sqlalchemy import func, insert, select, update

from data_access.actor import NotAllowed, OperatorActor, SessionActor
from data_access.audit import first_broken_audit
from data_access.commands.acting import Refused
from data_access.commands.grants import (
    apply_for_rights,
    approve_grant,
    execute_grant,
    refuse_grant,
    take_back_grant,
)
from data_access.database import Database
from data_access.reads.grants import read_gaps, read_grants, read_register
from data_access.sessions import read_session_user
from data_access.tables import access_grant, app_user, audit_event, permission_register
from data_access.users import add_user, disable_user, enable_user, set_role
from domain.words import Role
from tests.support.accounts import PASSWORD, cheapen_hashes, seed_user
from tests.support.apptest import token_of
from tests.support.book_rows import Book


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_hashes(monkeypatch)


@pytest.fixture
def firm(db: Database, book: Book) -> Database:
    """Two branch companies with head and administrator each, and headquarters' own administrator."""
    for name, role, unit in (("head", "branch_head", "B01"), ("admin", "user_admin", "B01"), ("chief", "hq", "HQ"),
                             ("head2", "branch_head", "B02"), ("admin2", "user_admin", "B02"),
                             ("admin0", "user_admin", "HQ"), ("lead", "office_head", "O011")):  # fmt: skip
        seed_user(db, name, role=role, unit_id=book.units[unit])
    seed_user(db, "worker", role=Role.STAFF, staff_id=book.staff["S1"])
    return db


def as_user(db: Database, name: str) -> SessionActor:
    return SessionActor(token_of(db, name))


def applied(db: Database, name: str = "lead", *, action: str = "change", role: str = "analyst", unit: str = "O012",
            key: str = "a", **more: str) -> int:  # fmt: skip
    return apply_for_rights(db, actor=as_user(db, name), action=action, role=role, unit_code=unit, reason="new post",
                            password=PASSWORD, request_id=key, **more)  # fmt: skip


def refusal(act: object) -> str:
    with pytest.raises(Refused) as caught:
        act()  # type: ignore[operator]
    return caught.value.reason.code


def account(db: Database, name: str) -> object:
    with db.reading() as connection:
        return connection.execute(select(app_user).where(app_user.c.username == name)).one()


def entries(db: Database) -> list[tuple[str, bool, str | None, str | None]]:
    with db.reading() as connection:
        by = app_user.alias()
        return [tuple(row) for row in connection.execute(
            select(permission_register.c.action, permission_register.c.applicant_signed, permission_register.c.role,
                   by.c.username)
            .outerjoin(by, by.c.user_id == permission_register.c.by_user_id)
            .order_by(permission_register.c.entry_id))]  # fmt: skip


def test_a_change_is_signed_approved_executed_and_registered(firm: Database, book: Book) -> None:
    old = as_user(firm, "lead")
    number = applied(firm)
    approve_grant(firm, actor=as_user(firm, "head"), grant_id=number, version=1, request_id="b")
    before = account(firm, "lead")
    assert (before.role, before.unit_id) == ("office_head", book.units["O011"])
    execute_grant(firm, actor=as_user(firm, "admin"), grant_id=number, version=2, request_id="c")
    after = account(firm, "lead")
    assert (after.role, after.unit_id, after.disabled_at) == ("analyst", book.units["O012"], None)
    assert after.access_version == before.access_version + 1
    assert read_session_user(firm, old.token) is None
    assert entries(firm) == [("apply", True, "analyst", "lead"), ("approve", True, "analyst", "head"),
                             ("change", True, "analyst", "admin")]  # fmt: skip
    with firm.reading() as connection:
        row = connection.execute(select(access_grant)).one()
        assert (row.state, row.version, row.applied_by) == ("executed", 3, after.user_id)
        assert row.signed_at is not None
        acts = connection.execute(select(audit_event.c.action).where(audit_event.c.action.startswith("grant."))
                                  .order_by(audit_event.c.sequence)).scalars().all()  # fmt: skip
        assert acts == ["grant.apply", "grant.approve", "grant.change"]
        assert first_broken_audit(connection) is None


@pytest.mark.parametrize("name", ["lead", "admin", "worker", "head2", "chief"])
def test_nobody_but_the_head_approves(firm: Database, name: str) -> None:
    number = applied(firm)
    code = refusal(lambda: approve_grant(firm, actor=as_user(firm, name), grant_id=number, version=1, request_id="b"))
    assert code == {"lead": "R-04.own", "admin": "R-04.head_approves", "worker": "R-04.not_found",
                    "head2": "R-04.not_found", "chief": "R-04.head_approves"}[name]  # fmt: skip
    assert [entry[0] for entry in entries(firm)] == ["apply"]


@pytest.mark.parametrize("name", ["lead", "head", "admin2", "admin0", "chief"])
def test_nobody_but_the_administrator_of_the_branch_executes(firm: Database, name: str) -> None:
    number = applied(firm)
    approve_grant(firm, actor=as_user(firm, "head"), grant_id=number, version=1, request_id="b")
    code = refusal(lambda: execute_grant(firm, actor=as_user(firm, name), grant_id=number, version=2, request_id="c"))
    assert code == {"lead": "R-04.admin_executes", "head": "R-04.admin_executes", "admin2": "R-04.not_found",
                    "admin0": "R-04.not_found", "chief": "R-04.admin_executes"}[name]  # fmt: skip
    assert account(firm, "lead").role == "office_head"


def test_nothing_is_executed_before_the_approval(firm: Database) -> None:
    number = applied(firm)
    admin = as_user(firm, "admin")
    code = refusal(lambda: execute_grant(firm, actor=admin, grant_id=number, version=1, request_id="c"))
    assert code == "R-04.not_approved"


def test_an_old_form_and_a_second_press_change_nothing(firm: Database) -> None:
    number = applied(firm)
    head = as_user(firm, "head")
    assert refusal(lambda: approve_grant(firm, actor=head, grant_id=number, version=9, request_id="b")) \
        == "R-04.changed"  # fmt: skip
    for _ in range(2):
        approve_grant(firm, actor=head, grant_id=number, version=1, request_id="d")
    assert refusal(lambda: approve_grant(firm, actor=head, grant_id=number, version=2, request_id="e")) == "R-04.state"
    assert [entry[0] for entry in entries(firm)] == ["apply", "approve"]
    assert applied(firm) == number  # the same form again
    assert refusal(lambda: applied(firm, key="other")) == "R-05.open_application"


def test_a_refusal_needs_a_reason_and_frees_the_account(firm: Database) -> None:
    number = applied(firm)
    head = as_user(firm, "head")
    assert refusal(lambda: refuse_grant(firm, actor=head, grant_id=number, version=1, reason=" ", request_id="b")) \
        == "R-05.reason_missing"  # fmt: skip
    refuse_grant(firm, actor=head, grant_id=number, version=1, reason="no such post", request_id="c")
    assert refusal(lambda: execute_grant(firm, actor=as_user(firm, "admin"), grant_id=number, version=2,
                                         request_id="d")) == "R-04.not_approved"  # fmt: skip
    second = applied(firm, key="second")
    take_back_grant(firm, actor=as_user(firm, "lead"), grant_id=second, version=1, request_id="e")
    assert [entry[0] for entry in entries(firm)] == ["apply", "refuse", "apply", "take_back"]
    with firm.reading() as connection:
        states = connection.execute(select(access_grant.c.state).order_by(access_grant.c.grant_id)).scalars().all()
    assert states == ["refused", "withdrawn"]


def test_a_withdrawal_asked_for_by_the_office_head_disables_the_account(firm: Database) -> None:
    number = applied(firm, action="withdraw", username="worker")
    approve_grant(firm, actor=as_user(firm, "head"), grant_id=number, version=1, request_id="b")
    execute_grant(firm, actor=as_user(firm, "admin"), grant_id=number, version=2, request_id="c")
    assert account(firm, "worker").disabled_at is not None
    assert entries(firm)[-1] == ("withdraw", True, "staff", "admin")
    with firm.reading() as connection:
        chief = _reader(firm, "chief")
        assert "worker" not in {row.username for row in read_gaps(connection, chief)}


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        ("lead", {"username": "head2", "action": "withdraw"}, "R-05.user_not_found"),
        ("lead", {"username": "nobody", "action": "withdraw"}, "R-05.user_not_found"),
        ("worker", {"username": "lead", "action": "withdraw"}, "R-05.user_not_found"),
        ("lead", {"username": "worker", "role": "staff"}, "R-05.own_only"),
        ("lead", {"role": "office_head", "unit": ""}, "user.needs_unit"),
        ("lead", {"role": "staff"}, "user.needs_staff"),
        ("lead", {"role": "chairman"}, "user.role"),
        ("lead", {"unit": "nowhere"}, "user.unknown_unit"),
        ("lead", {"role": "office_head", "unit": "O011"}, "R-05.nothing_changes"),
        ("lead", {"action": "steal"}, "word.unknown"),
    ],
)  # fmt: skip
def test_what_cannot_be_applied_for(firm: Database, name: str, values: dict[str, str], code: str) -> None:
    assert refusal(lambda: applied(firm, name, **values)) == code
    assert entries(firm) == []


def test_a_wrong_password_signs_nothing_and_guesses_are_counted(firm: Database) -> None:
    def attempt(password: str) -> str:
        return refusal(lambda: apply_for_rights(firm, actor=as_user(firm, "lead"), action="withdraw",
                                                reason="leaving", password=password, request_id="x"))  # fmt: skip

    assert [attempt("a guess") for _ in range(5)] == ["sign.wrong"] * 5
    assert attempt(PASSWORD) == "sign.locked"
    assert entries(firm) == []
    with pytest.raises(NotAllowed):
        apply_for_rights(firm, actor=OperatorActor("op"), action="withdraw", reason="x", password=PASSWORD,
                         request_id="y")  # fmt: skip


def _reader(db: Database, name: str) -> object:
    return read_session_user(db, token_of(db, name))


def test_headquarters_assigns_the_administrators_of_branch_companies(firm: Database) -> None:
    number = applied(firm, role="user_admin", unit="B01")
    assert refusal(lambda: approve_grant(firm, actor=as_user(firm, "head"), grant_id=number, version=1,
                                         request_id="h")) == "R-04.not_found"  # fmt: skip
    approve_grant(firm, actor=as_user(firm, "chief"), grant_id=number, version=1, request_id="b")
    assert refusal(lambda: execute_grant(firm, actor=as_user(firm, "admin"), grant_id=number, version=2,
                                         request_id="c")) == "R-04.not_found"  # fmt: skip
    execute_grant(firm, actor=as_user(firm, "admin0"), grant_id=number, version=2, request_id="d")
    assert account(firm, "lead").role == "user_admin"
    with firm.reading() as connection:
        assert [row.action for row in read_register(connection, _reader(firm, "head"))] == [
            "change", "approve", "apply"]  # fmt: skip


def test_who_sees_which_applications_and_entries(firm: Database) -> None:
    applied(firm)
    applied(firm, "head2", role="auditor", unit="HQ", key="z")
    seen = {}
    for name in ("chief", "auditor", "head", "admin", "head2", "admin2", "admin0", "lead", "worker"):
        reader = _reader(firm, name)
        with firm.reading() as connection:
            seen[name] = ([row.username for row in read_grants(connection, reader)],
                          [row.username for row in read_register(connection, reader)])  # fmt: skip
    both, first, second = ["head2", "lead"], ["lead"], ["head2"]
    assert seen == {"chief": (both, both), "auditor": (both, both), "head": (first, first), "admin": (first, first),
                    "head2": (second, second), "admin2": ([], []), "admin0": (second, second),
                    "lead": (first, first), "worker": ([], [])}  # fmt: skip


def test_the_register_is_searched_and_paged(firm: Database) -> None:
    number = applied(firm)
    approve_grant(firm, actor=as_user(firm, "head"), grant_id=number, version=1, request_id="b")
    chief = _reader(firm, "chief")
    with firm.reading() as connection:
        every = read_register(connection, chief)
        assert [row.action for row in every] == ["approve", "apply"]
        assert [row.action for row in read_register(connection, chief, limit=1)] == ["approve"]
        assert [row.action for row in read_register(connection, chief, before=every[0].entry_id)] == ["apply"]
        assert [row.action for row in read_register(connection, chief, actions=["apply"])] == ["apply"]
        assert [row.action for row in read_register(connection, chief, text="LEAD")] == ["approve", "apply"]
        assert read_register(connection, chief, text="%") == []
        day = every[0].at.date()
        assert len(read_register(connection, chief, since=day, until=day)) == 2
        assert read_register(connection, chief, until=day.replace(day=1)) == []
        assert [row.application.state for row in read_grants(connection, chief, states=["approved"])] == ["approved"]
        assert read_grants(connection, chief, states=["applied"]) == []
        assert read_grants(connection, chief, text="new post")[0].username == "lead"


def test_acts_without_an_application_are_gaps(firm: Database, book: Book) -> None:
    operator = OperatorActor("op")
    add_user(firm, actor=operator, username="fresh", display_name="Fresh", role="analyst", unit_code="B01")
    set_role(firm, actor=operator, username="lead", role="analyst", unit_code="O012")
    disable_user(firm, actor=operator, username="worker")
    moment = account(firm, "s1").created_at
    with firm.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.username == "s2").values(disabled_at=moment))
    chief = _reader(firm, "chief")
    with firm.reading() as connection:
        gaps = {row.username: row.gap for row in read_gaps(connection, chief)}
        ours = {row.username for row in read_gaps(connection, _reader(firm, "admin2"))}
    assert {name: gaps[name] for name in ("fresh", "lead", "worker", "s2", "head")} == {
        "fresh": "unsigned", "lead": "unsigned", "worker": "unsigned", "s2": "not_withdrawn",
        "head": "not_registered"}  # fmt: skip
    assert ours == {"admin2", "head2", "o021"}
    enable_user(firm, actor=operator, username="worker")
    assert [entry[0] for entry in entries(firm)] == ["execute", "change", "withdraw", "execute"]


def test_a_holder_confirms_the_own_rights_and_closes_the_gap(firm: Database) -> None:
    number = applied(firm, action="grant", role="office_head", unit="O011")
    approve_grant(firm, actor=as_user(firm, "head"), grant_id=number, version=1, request_id="b")
    execute_grant(firm, actor=as_user(firm, "admin"), grant_id=number, version=2, request_id="c")
    worker = applied(firm, "worker", action="grant", role="staff", unit="", key="w")
    approve_grant(firm, actor=as_user(firm, "head"), grant_id=worker, version=1, request_id="d")
    execute_grant(firm, actor=as_user(firm, "admin"), grant_id=worker, version=2, request_id="e")
    with firm.reading() as connection:
        gaps = {row.username for row in read_gaps(connection, _reader(firm, "chief"))}
    assert not gaps & {"lead", "worker"}
    assert account(firm, "worker").unit_id is None


def test_the_last_account_of_headquarters_keeps_its_rights(firm: Database) -> None:
    moment, chief, other = account(firm, "hq").created_at, account(firm, "chief").user_id, account(firm, "hq").user_id
    with firm.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.username == "hq").values(disabled_at=moment))
        number = connection.execute(
            insert(access_grant)
            .values(user_id=chief, action="withdraw", role="hq", state="approved", applied_by=chief, applied_at=moment,
                    signed_at=moment, approved_by=other, approved_at=moment, version=2)
            .returning(access_grant.c.grant_id)
        ).scalar_one()  # fmt: skip
    admin = as_user(firm, "admin0")
    code = refusal(lambda: execute_grant(firm, actor=admin, grant_id=number, version=2, request_id="c"))
    assert code == "user.last_hq"
    with firm.reading() as connection:
        assert connection.execute(select(func.count()).select_from(permission_register)).scalar_one() == 0
