"""Watch list, peers, floors and service points of clients worked out by hand; how far back service facts reach."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, update

from data_access.actor import OperatorActor
from data_access.clock import frozen, now
from data_access.database import Database
from data_access.refresh import refresh
from data_access.tables import (
    client_status,
    complaint,
    contact_log,
    handled_request,
    import_undo,
    rule_set,
    tier_cutoff,
)
from domain.policies import RuleSet
from domain.warnings import WarningReason
from tests.support.books import (
    Book,
    add_client,
    add_complaint,
    add_contact,
    add_event,
    firm,
    month_row,
    write_batch,
    write_book,
)
from tests.support.published import all_rows, current

ACTOR = OperatorActor("tests")
MONTHS = [202401, 202402, 202403, 202404, 202405, 202406]
# one client in ten is A, one in five A or B; the value is the month's income
RULES = RuleSet(tier_window_months=1, tier_a_bp=1_000, tier_b_bp=2_000)
A, B, C = "A", "B", "C"


def publish(db: Database, book: Book, *rules: RuleSet) -> None:
    with db.writing() as connection:
        connection.execute(delete(rule_set))
        for one in rules:
            body = json.dumps(one.to_body())
            connection.execute(
                insert(rule_set).values(version=one.version, state="published", valid_from=one.valid_from, body=body)
            )
        write_book(connection, book)
    refresh(db, actor=ACTOR)


def ten(incomes: list[int | None], months: list[int] = MONTHS) -> Book:
    """Client 1 with an income a month; nine others earn 900, 800, 700 … of which the first two are the lines."""
    book = firm()
    for key in range(1, 11):
        add_client(book, key, date(2020, 1, 1))
        for place, month in enumerate(months):
            income = incomes[place] if key == 1 else 1_000 - 100 * (key - 1)
            book.client_month.append(
                month_row(key, month, end_assets_fen=5_000_000, trades_count=1, net_income_fen=income)
            )
    return book


def held(db: Database, client_id: int = 1) -> list[tuple[str | None, str | None, int]]:
    with db.reading() as connection:
        builds = current(connection).builds
        row = client_status.c
        rows = connection.execute(
            select(row.tier, row.line_tier, row.watch_count)
            .where(row.client_id == client_id, row.build_id.in_(builds.values())).order_by(row.month)
        )  # fmt: skip
        return [tuple(one) for one in rows]


@pytest.mark.parametrize(("case", "watch", "incomes", "expected"), [
    ("at once without a watch", 0, [950, 850, 10, 950, 950, 950],
     [(A, A, 0), (B, B, 0), (C, C, 0), (A, A, 0), (A, A, 0), (A, A, 0)]),
    ("from A to C after two months", 2, [950, 10, 10, 10, 10, 10],
     [(A, A, 0), (A, C, 1), (A, C, 2), (C, C, 0), (C, C, 0), (C, C, 0)]),
    ("from A to B, the tier by the line then", 2, [950, 10, 10, 850, 850, 850],
     [(A, A, 0), (A, C, 1), (A, C, 2), (B, B, 0), (B, B, 0), (B, B, 0)]),
    ("back at the line in time, and counted anew", 2, [950, 10, 950, 10, 10, 10],
     [(A, A, 0), (A, C, 1), (A, A, 0), (A, C, 1), (A, C, 2), (C, C, 0)]),
    ("up at once, also while on watch", 3, [850, 10, 950, 950, 10, 850],
     [(B, B, 0), (B, C, 1), (A, A, 0), (A, A, 0), (A, C, 1), (A, B, 2)]),
])  # fmt: skip
def test_a_tier_falls_after_the_months_of_watch_and_rises_at_once(db, case, watch, incomes, expected):
    publish(db, ten(incomes), replace(RULES, watch_months=watch))
    assert held(db) == expected


def test_a_loss_ends_the_watch_and_a_return_starts_without_one(db):
    book = ten([950, 10, 10, 10, 10, 10])
    add_event(book, 1, "A1", "closed", date(2024, 3, 5))
    add_event(book, 1, "A1", "opened", date(2024, 4, 5))
    publish(db, book, replace(RULES, watch_months=5))
    assert held(db) == [(A, A, 0), (A, C, 1), (None, None, 0), (C, C, 0), (C, C, 0), (C, C, 0)]


def test_a_watch_that_the_rules_end_lets_the_tier_fall(db):
    rules = replace(RULES, watch_months=5)
    later = replace(RULES, version=2, valid_from=date(2024, 4, 1), watch_months=1)
    publish(db, ten([950, 10, 10, 10, 10, 10]), rules, later)
    assert held(db) == [(A, A, 0), (A, C, 1), (A, C, 2), (C, C, 0), (C, C, 0), (C, C, 0)]


def test_a_window_that_changes_is_added_up_anew(db):
    later = replace(RULES, version=2, valid_from=date(2024, 4, 1), tier_window_months=3)
    publish(db, ten([1, 10, 100, 1_000, 10_000, 100_000]), RULES, later)
    with db.reading() as connection:
        values = connection.execute(
            select(client_status.c.value_fen).where(client_status.c.client_id == 1).order_by(client_status.c.month)
        )
        assert list(values.scalars()) == [1, 10, 100, 1_110, 11_100, 111_000]


def test_months_compared_that_change_are_added_up_anew(db):
    book = ten([0] * 6)
    for row in book.client_month:
        row["turnover_fen"] = 10 ** (row["month"] % 100)
    publish(db, book, RULES, replace(RULES, version=2, valid_from=date(2024, 5, 1), stage_compare_months=2))
    with db.reading() as connection:
        rows = connection.execute(
            select(client_status.c.turnover_recent_fen, client_status.c.stage)
            .where(client_status.c.client_id == 1).order_by(client_status.c.month)
        ).all()  # fmt: skip
    assert [row[0] for row in rows] == [10, 110, 1_110, 11_100, 110_000, 1_100_000]
    # May compares 110,000 of April and May with 1,100 of February and March
    assert rows[4][1] == "growing"


@pytest.mark.parametrize(("april", "fell"), [(1_000_003, True), (1_000_004, False)])
def test_a_fall_by_exactly_the_share_counts_where_the_months_are_added_up_anew(db, april, fell):
    turnover = {202402: 1_000_006, 202403: 1_000_000, 202404: april}
    book = ten([0] * 5, MONTHS[:5])
    for row in book.client_month:
        row["turnover_fen"] = turnover.get(row["month"], 0)
    publish(db, book, RULES, replace(RULES, version=2, valid_from=date(2024, 5, 1), stage_compare_months=2))
    assert ("TRADING_FELL" in (reasons(db)[-1] or set())) is fell


def test_each_kind_of_client_has_its_own_lines_and_a_floor_is_the_least(db):
    book = ten([950] * 6, MONTHS[:1])
    book.client_month = [row for row in book.client_month if row["month"] == 202401]
    for key in (9, 10):  # incomes 200 and 100
        book.client[key - 1]["kind"] = "institution"
    publish(db, book, replace(RULES, tier_peer="client_kind", tier_b_floor_fen=900, tier_a_floor_fen=150))
    with db.reading() as connection:
        lines = connection.execute(select(tier_cutoff).order_by(tier_cutoff.c.peer, tier_cutoff.c.tier)).all()
        tiers = dict(connection.execute(select(client_status.c.client_id, client_status.c.tier)).all())
    assert [(row.peer, row.tier, row.base_count, row.k_count, row.cut_fen) for row in lines] == [
        ("individual", A, 8, 1, 950), ("individual", B, 8, 2, 900),
        # the best institution has 200: A by rank and floor; B would be 200 by rank, the floor asks for 900
        ("institution", A, 2, 1, 200), ("institution", B, 2, 1, 900),
        ("product", A, 0, 0, None), ("product", B, 0, 0, None),
    ]  # fmt: skip
    assert (tiers[1], tiers[2], tiers[3], tiers[9], tiers[10]) == (A, B, C, A, C)


def reasons(db: Database, client_id: int = 1) -> list[set[str] | None]:
    with db.reading() as connection:
        row = client_status.c
        rows = connection.execute(
            select(row.warning_reasons, row.warning_points)
            .where(row.client_id == client_id, row.build_id.in_(current(connection).builds.values()))
            .order_by(row.month)
        ).all()  # fmt: skip
    assert all(row[1] == (None if row[0] is None else row[0].bit_count()) for row in rows)
    return [None if row[0] is None else {str(one.name) for one in WarningReason if one & row[0]} for row in rows]


COMPLAINT, NO_CONTACT = {"COMPLAINT"}, {"NO_CONTACT"}


def test_a_complaint_counts_in_its_month_and_the_two_after_it(db):
    book = ten([10] * 6)
    add_complaint(book, 1, date(2024, 1, 31), 15)  # 23:00 in Shanghai
    add_complaint(book, 2, date(2024, 1, 31), 16)  # February there
    publish(db, book, RULES)
    assert reasons(db, 1) == [COMPLAINT, COMPLAINT, COMPLAINT, set(), set(), set()]
    assert reasons(db, 2) == [set(), COMPLAINT, COMPLAINT, COMPLAINT, set(), set()]


def test_no_contact_is_a_point_of_tier_a_once_the_firm_knows_of_any(db):
    book = ten([950] * 6)
    publish(db, book, replace(RULES, warning_contact_months=2))
    # nothing is known of contacts at all
    assert reasons(db) == [set()] * 6
    with db.writing() as connection:
        book = Book()
        add_contact(book, 7, date(2024, 2, 10))
        add_contact(book, 1, date(2024, 4, 30))
        connection.execute(insert(contact_log), book.contact_log)
    refresh(db, actor=ACTOR, full=True)
    assert reasons(db, 1) == [set(), NO_CONTACT, NO_CONTACT, set(), set(), NO_CONTACT]
    assert reasons(db, 2) == [set()] * 6  # tier B


def _rows_after(db: Database, built: list[int]) -> None:
    assert refresh(db, actor=ACTOR).months_built == built
    with db.reading() as connection:
        incremental = all_rows(connection)
    refresh(db, actor=ACTOR, full=True)
    with db.reading() as connection:
        assert all_rows(connection) == incremental


def _store(db: Database, kind: str, on: date, hour: int) -> None:
    """Import a complaint or a contact, or log a contact on a screen."""
    book = Book()
    if kind == "screen":
        add_contact(book, 2, on, hour, request_id="form-1")
        with frozen(now() + timedelta(seconds=1)), db.writing() as connection:
            connection.execute(
                insert(handled_request).values(request_id="form-1", kind="contact.log", result="1", at=now())
            )
            connection.execute(insert(contact_log), book.contact_log)
        return
    with db.writing() as connection:
        batch = write_batch(connection, kind)
        if kind == "complaint":
            add_complaint(book, 1, on, hour, batch_id=batch)
            connection.execute(insert(complaint), book.complaint)
        else:
            add_contact(book, 2, on, hour, batch_id=batch)
            connection.execute(insert(contact_log), book.contact_log)


@pytest.mark.parametrize("kind", ["complaint", "contact", "screen"])
@pytest.mark.parametrize(("on", "hour", "built"), [
    (date(2024, 3, 20), 2, MONTHS[2:]), (date(2024, 3, 31), 16, MONTHS[3:]), (date(2024, 7, 1), 2, [])])  # fmt: skip
def test_a_late_service_fact_counts_from_its_month(db, kind, on, hour, built):
    publish(db, ten([950] * 6), replace(RULES, warning_contact_months=2))
    _store(db, kind, on, hour)
    _rows_after(db, built)


def test_a_corrected_complaint_counts_from_the_earlier_of_its_moments(db):
    book = ten([950] * 6)
    add_complaint(book, 1, date(2024, 2, 3))
    publish(db, book, RULES)
    with db.writing() as connection:
        batch = write_batch(connection, "complaint")
        before = {"complaint_id": 1, "at": datetime(2024, 2, 3, 2, tzinfo=UTC).isoformat()}
        connection.execute(
            insert(import_undo).values(batch_id=batch, table_name="complaint", row_key="1", before=json.dumps(before))
        )
        connection.execute(update(complaint).values(at=datetime(2024, 5, 3, 2, tzinfo=UTC), batch_id=batch))
    _rows_after(db, MONTHS[1:])
    assert reasons(db) == [set(), set(), set(), set(), COMPLAINT, COMPLAINT]
