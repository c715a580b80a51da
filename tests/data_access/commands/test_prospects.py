"""Prospects are written by their own people, once per form, at the version that was read; every step is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from data_access.actor import NotAllowed, acting_user
from data_access.commands.acting import Refused
from data_access.commands.prospects import (
    ProspectFacts,
    change_prospect,
    close_prospect,
    enter_prospect,
    link_prospect,
)
from data_access.database import Database
from data_access.reads.prospects import ProspectFilter, ProspectRow, read_prospect_history, read_prospects
from data_access.tables import audit_event, prospect, prospect_event
from tests.support.book_rows import TODAY, Book, add_clients, signed_in

FACTS = ProspectFacts(name=" 周海 ", client_kind="individual", need="target", expected_on=date(2024, 8, 10),
                      act_by=date(2024, 7, 17), note=" referred ")  # fmt: skip


def enter(db: Database, book: Book, user: str = "s1", request_id: str = "r", **fields: Any) -> int:
    return enter_prospect(db, actor=signed_in(db, book, user), facts=replace(FACTS, **fields), request_id=request_id)


def register(db: Database, book: Book, user: str, part: str = "open") -> list[ProspectRow]:
    actor = signed_in(db, book, user)
    with db.reading() as connection:
        return read_prospects(connection, acting_user(connection, actor).scope, TODAY, ProspectFilter(part))


def rows(db: Database) -> int:
    with db.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(prospect)).scalar_one())


def test_staff_enter_their_own_once(db: Database, book: Book) -> None:
    key = enter(db, book)
    assert enter(db, book) == key
    assert rows(db) == 1
    (row,) = register(db, book, "s1")
    assert (row.name, row.office_code, row.staff_no, row.need, row.state, row.grade, row.urgency, row.note) == (
        "周海", "O011", "S1", "target", "potential", "A", "urgent", "referred")  # fmt: skip
    assert (row.expected_on, row.act_by, row.version, row.client_no) == (date(2024, 8, 10), date(2024, 7, 17), 1, None)


def test_a_head_enters_for_the_office_with_or_without_a_person(db: Database, book: Book) -> None:
    enter(db, book, "o011", "a")
    enter(db, book, "t0111", "b", staff_no="S2")
    assert [(row.office_code, row.staff_no) for row in register(db, book, "o011")] == [("O011", None), ("O011", "S2")]
    assert [row.staff_no for row in register(db, book, "s2")] == ["S2"]
    assert register(db, book, "s1") == register(db, book, "o012") == []
    assert len(register(db, book, "b01")) == len(register(db, book, "hq")) == 2


@pytest.mark.parametrize(("user", "fields", "code"), [
    ("s1", {"staff_no": "S2"}, "prospect.staff_not_found"), ("o011", {"staff_no": "S3"}, "prospect.staff_not_found"),
    ("o011", {"staff_no": "S0"}, "prospect.staff_not_found"), ("o011", {"office_code": "O012"}, "prospect.no_office"),
    ("s1", {"name": " "}, "prospect.name_missing"), ("s1", {"need": "some"}, "word.unknown"),
    ("s1", {"client_kind": "firm"}, "word.unknown"), ("s1", {"state": "won"}, "R-52.no_account"),
])  # fmt: skip
def test_refusals_write_nothing(db: Database, book: Book, user: str, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        enter(db, book, user, **fields)
    assert (refusal.value.reason.code, rows(db)) == (code, 0)


@pytest.mark.parametrize("user", ["hq", "b01", "analyst", "auditor"])
def test_others_only_read(db: Database, book: Book, user: str) -> None:
    with pytest.raises(NotAllowed):
        enter(db, book, user)


def test_a_change_needs_the_version_that_was_read_and_the_reach(db: Database, book: Book) -> None:
    key = enter(db, book)
    later = replace(FACTS, expected_on=date(2024, 8, 11), state="negotiating")

    def change(user: str, version: int, request_id: str) -> None:
        change_prospect(db, actor=signed_in(db, book, user), prospect_id=key, version=version, facts=later,
                        request_id=request_id)  # fmt: skip

    change("s1", 1, "c")
    change("s1", 1, "c")  # the same form once more
    for user, version, code in (("s1", 1, "changed"), ("s2", 2, "not_found"), ("o012", 2, "not_found")):
        with pytest.raises(Refused) as refusal:
            change(user, version, f"c-{user}")
        assert refusal.value.reason.code == f"prospect.{code}"
    (row,) = register(db, book, "s1")
    assert (row.version, row.grade, row.state) == (2, "B", "negotiating")


def test_closing_means_grade_e_and_a_need_that_returns_opens_again(db: Database, book: Book) -> None:
    key = enter(db, book)
    actor = signed_in(db, book, "o011")
    close_prospect(db, actor=actor, prospect_id=key, version=1, note="went abroad", request_id="c")
    with pytest.raises(Refused, match="closed already"):
        close_prospect(db, actor=actor, prospect_id=key, version=2, note="", request_id="d")
    (row,) = register(db, book, "o011", "closed")
    assert (row.grade, row.need, row.note, register(db, book, "o011")) == ("E", "none", "went abroad", [])
    change_prospect(db, actor=actor, prospect_id=key, version=2, facts=replace(FACTS, staff_no="S1"), request_id="e")
    assert [row.grade for row in register(db, book, "s1")] == ["A"]


def test_a_prospect_becomes_one_client_of_the_reach(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["C1"], status="normal")
        add_clients(connection, book, ["C2"], office="O012", status="normal")
    first, second = enter(db, book, request_id="a"), enter(db, book, request_id="b")
    actor = signed_in(db, book, "o011")

    def link(key: int, client_no: str, request_id: str, version: int = 1) -> None:
        link_prospect(db, actor=actor, prospect_id=key, version=version, client_no=client_no, request_id=request_id)

    with pytest.raises(Refused) as refusal:
        link(first, "C2", "l0")
    assert refusal.value.reason.code == "client.not_found"
    link(first, " C1 ", "l1")
    for key, version, code in ((second, 1, "prospect.client_taken"), (first, 2, "prospect.won")):
        with pytest.raises(Refused) as refusal:
            link(key, "C1", f"l{code}", version)
        assert refusal.value.reason.code == code
    (row,) = register(db, book, "o011", "won")
    assert (row.prospect_id, row.client_no, row.state) == (first, "C1", "won")
    assert [row.client_no for row in register(db, book, "s1", "won")] == [None]  # the client is not the person's own


def test_every_step_is_kept_and_audited_without_the_name(db: Database, book: Book) -> None:
    key = enter(db, book)
    actor, foreign = signed_in(db, book, "o011"), signed_in(db, book, "o012")
    close_prospect(db, actor=actor, prospect_id=key, version=1, note="gone", request_id="c")
    with db.reading() as connection:
        scope = acting_user(connection, actor).scope
        steps = read_prospect_history(connection, scope, key)
        trail = connection.execute(
            select(audit_event.c.action, audit_event.c.object_key, audit_event.c.details)
            .where(audit_event.c.object_kind == "prospect").order_by(audit_event.c.sequence)
        ).all()  # fmt: skip
        stored = connection.execute(select(prospect_event.c.sequence).order_by(prospect_event.c.sequence)).scalars()
        assert list(stored) == [1, 2]
        assert read_prospect_history(connection, acting_user(connection, foreign).scope, key) == []
    assert [(step.sequence, step.act, step.by, step.facts["need"]) for step in steps] == [
        (1, "enter", "User s1", "target"), (2, "close", "User o011", "none")]  # fmt: skip
    assert [(row.action, row.object_key) for row in trail] == [
        ("prospect.enter", str(key)), ("prospect.close", str(key))]  # fmt: skip
    assert not any("周海" in str(row.details) for row in trail)


def test_masked_readers_get_no_name_and_no_note(db: Database, book: Book) -> None:
    enter(db, book)
    (row,) = register(db, book, "analyst")
    assert (row.name, row.note) == ("周*", None)
