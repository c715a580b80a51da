"""R-06, R-08, R-12: headquarters publishes and closes types with a date, and chooses which days count."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select

from data_access.actor import NotAllowed, OperatorActor
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.calendar import choose_working_days
from data_access.commands.preregistrations import preregister
from data_access.commands.relationship_types import close_type, publish_type
from data_access.database import Database
from data_access.reads.type_rules import read_type_rules, read_type_versions
from data_access.reads.working_days import read_working_day_kind
from data_access.tables import audit_event
from domain.relationship_types import FIRST_TYPE_RULES
from tests.support.book_rows import NOW, Book, signed_in

NEW = FIRST_TYPE_RULES[0]
NIGHT = replace(NEW, type="night_desk", number=11, name_zh="夜间柜台关系", name_en="Night desk")
HQ = OperatorActor("test")
LONGER = replace(NEW, validity_months=2)
AUGUST = date(2024, 8, 1)


def newest(db: Database, code: str = "new_development") -> int:
    with db.reading() as connection:
        return next(one.type_version_id for one in read_type_versions(connection) if one.rule.type == code)


def publish(db: Database, **more: object) -> int:
    values = {"actor": HQ, "rule": LONGER, "valid_from": AUGUST, "seen": newest(db), "reason": "longer life", **more}
    return publish_type(db, **values)  # type: ignore[arg-type]


def refused(call) -> str:
    with pytest.raises(Refused) as found:
        call()
    return found.value.reason.code


def test_a_change_holds_from_its_day_on_and_earlier_days_keep_what_held(db: Database, book: Book) -> None:
    publish(db)
    with db.reading() as connection:
        assert read_type_rules(connection, date(2024, 7, 31))["new_development"].validity_months == 1
        assert read_type_rules(connection, AUGUST)["new_development"].validity_months == 2
        assert len(read_type_rules(connection, AUGUST)) == 10
        details = connection.execute(select(audit_event.c.details)).scalar()
    assert '"changed": ["validity_months"]' in details


def test_what_cannot_be_published(db: Database, book: Book) -> None:
    seen = newest(db)
    cases = {
        "type.too_early": lambda: publish(db, valid_from=date(2024, 7, 10)),
        "type.too_late": lambda: publish(db, valid_from=date(2100, 1, 1)),
        "type.same": lambda: publish(db, rule=NEW),
        "type.reason": lambda: publish(db, reason=" "),
        "type.changed": lambda: publish(db, seen=seen + 1),
        "type.taken": lambda: publish(db, seen=None),
        "type.validity": lambda: publish(db, rule=replace(NEW, validity_months=0)),
        "type.number": lambda: publish(db, rule=replace(NEW, type="night_desk"), seen=None),
        "type.name": lambda: publish(db, rule=replace(NIGHT, name_en=""), seen=None),
        "type.not_found": lambda: close_type(db, actor=HQ, type="night_desk", valid_to=AUGUST, seen=1, reason="x"),
    }
    assert {code: refused(call) for code, call in cases.items()} == {code: code for code in cases}
    with db.reading() as connection:
        assert [one.valid_to for one in read_type_versions(connection)] == [None] * 10


def test_a_new_type_and_a_closed_one(db: Database, book: Book) -> None:
    publish(db, rule=NIGHT, seen=None)
    close_type(db, actor=HQ, type="repo_development", valid_to=AUGUST, seen=newest(db, "repo_development"), reason="x")
    assert refused(lambda: close_type(db, actor=HQ, type="repo_development", valid_to=AUGUST,
                                      seen=newest(db, "repo_development"), reason="x")) == "type.closed"  # fmt: skip
    with db.reading() as connection:
        assert "night_desk" not in read_type_rules(connection, date(2024, 7, 31))
        august = read_type_rules(connection, AUGUST)
    assert ("night_desk" in august, "repo_development" in august) == (True, False)
    repo = FIRST_TYPE_RULES[5]
    assert refused(lambda: publish(db, rule=repo, seen=newest(db, "repo_development"),
                                   valid_from=date(2024, 7, 20))) == "type.too_early"  # fmt: skip
    publish(db, rule=repo, seen=newest(db, "repo_development"), valid_from=date(2024, 9, 1))
    with db.reading() as connection:
        assert "repo_development" in read_type_rules(connection, date(2024, 9, 1))


@pytest.mark.parametrize("name", [pytest.param(name, id=f"R-06-1-{name}") for name in ("b01", "o011", "s1", "auditor")])
def test_only_headquarters_publishes(db: Database, book: Book, name: str) -> None:
    actor = signed_in(db, book, name)
    with pytest.raises(NotAllowed):
        publish(db, actor=actor)
    with pytest.raises(NotAllowed):
        choose_working_days(db, actor=actor, kind="official")


@pytest.mark.parametrize(("day", "limit"), [
    pytest.param(date(2024, 7, 31), 100, id="R-06-2-before"), pytest.param(AUGUST, 120, id="R-06-2-from"),
])  # fmt: skip
def test_old_periods_keep_the_old_number(db: Database, book: Book, day: date, limit: int) -> None:
    publish(db, actor=signed_in(db, book, "hq"), rule=replace(FIRST_TYPE_RULES[2], max_per_holder=120),
            seen=newest(db, "core_service"))  # fmt: skip
    with db.reading() as connection:
        assert read_type_rules(connection, day)["core_service"].max_per_holder == limit


@pytest.mark.parametrize(("day", "code"), [
    pytest.param(date(2024, 7, 31), "R-10.no_type", id="R-08-1-before"),
    pytest.param(AUGUST, None, id="R-08-1"),
    pytest.param(date(2024, 9, 1), "R-10.no_type", id="R-08-2"),
])  # fmt: skip
def test_a_type_that_no_code_knows_is_registered_while_it_holds(
    db: Database, book: Book, day: date, code: str | None
) -> None:  # R-08-3: no list of ten types stands in the code
    publish(db, rule=NIGHT, seen=None)
    with frozen(NOW + timedelta(days=25)):
        close_type(db, actor=HQ, type="night_desk", valid_to=date(2024, 9, 1), seen=newest(db, "night_desk"),
                   reason="x")  # fmt: skip
    with frozen(datetime.combine(day, time(2), UTC)):
        actor = signed_in(db, book, "s1")

        def enter() -> str:
            return preregister(db, actor=actor, type="night_desk", client_name="王小明", document_kind="id_card",
                               document_no="110101198001010010", contact="13800138000", holders=[("S1", 10_000)],
                               request_id="r")  # fmt: skip

        if code:
            assert refused(enter) == code
        else:
            assert enter() == "PR-00000001"
    with db.reading() as connection:
        assert any(one.rule.type == "night_desk" for one in read_type_versions(connection))


def test_of_two_publishers_at_once_one_is_told_to_look_again(db: Database, book: Book) -> None:
    seen, outcomes, barrier = newest(db), [], threading.Barrier(2)

    def run(months: int) -> None:
        with frozen(NOW):
            barrier.wait()
            try:
                publish(db, rule=replace(NEW, validity_months=months), seen=seen)
                outcomes.append("published")
            except Refused as error:
                outcomes.append(error.reason.code)

    threads = [threading.Thread(target=run, args=(months,)) for months in (2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["published", "type.changed"]


def test_which_days_count(db: Database, book: Book) -> None:
    with db.reading() as connection:
        assert read_working_day_kind(connection) == "trading"
    for kind in ("official", "trading", "official"):
        choose_working_days(db, actor=HQ, kind=kind)
    assert refused(lambda: choose_working_days(db, actor=HQ, kind="official")) == "calendar.same"
    assert refused(lambda: choose_working_days(db, actor=HQ, kind="lunar")) == "word.unknown"
    with db.reading() as connection:
        assert read_working_day_kind(connection) == "official"
