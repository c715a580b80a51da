"""What holds on every book: one status each, splits that add up to the fen, flows that close, a rebuild that agrees."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, update

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.reads.generation import read_generation
from data_access.refresh import RefreshRunning, refresh
from data_access.refresh import run as run_module
from data_access.refresh.exclusive import only_refresh
from data_access.tables import (
    account_event,
    build,
    client,
    client_month,
    client_status,
    client_version,
    cube_client,
    cube_share,
    generation,
    generation_month,
    refresh_run,
    relationship,
    relationship_share,
    staff_month,
    tier_cutoff,
)
from domain.words import Status, codes
from tests.support.books import (
    LOADED_AT,
    MONTHS,
    Book,
    add_client,
    add_event,
    add_relationship,
    firm,
    month_row,
    random_books,
    write_batch,
    write_book,
)
from tests.support.published import all_rows, clear, current

ACTOR = OperatorActor("tests")
# a failing book is reported as drawn: making it smaller takes minutes
FEW = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck),
               phases=(Phase.explicit, Phase.reuse, Phase.generate))  # fmt: skip


def load(db: Database, book: Book) -> list[int]:
    with db.writing() as connection:
        clear(connection)
        write_book(connection, book)
    return refresh(db, actor=ACTOR).months_built


@FEW
@given(book=random_books(clients=4))
def test_status_flows_and_splits_on_random_books(db: Database, book: Book) -> None:
    if not load(db, book):
        return
    closing = None
    with db.reading() as connection:
        for month, build_id in current(connection).builds.items():
            rows = connection.execute(select(client_status).where(client_status.c.build_id == build_id)).all()
            opened = {row["client_id"] for row in book.client if row["opened_on"].strftime("%Y%m") <= str(month)}
            assert Counter(row.client_id for row in rows) == Counter(opened)
            assert {row.status for row in rows} <= set(codes(Status))
            moved = sum(row.new_count - row.lost_count + row.returned_count for row in rows)
            alive = sum(row.status != "lost" for row in rows)
            if closing is not None:
                assert closing + moved == alive
            closing = alive
            _splits_add_up(connection, book, month, build_id, rows)


def _splits_add_up(connection, book, month, build_id, rows):
    """Where all holders of a type hold whole clients, the type is credited the clients' total to the fen."""
    held = Counter()
    shares = Counter()
    for share in book.relationship_share:
        shares[share["relationship_id"]] += share["share_bp"]
    for link in book.relationship:
        held[link["client_id"], link["type"]] += 1
    for kind in {link["type"] for link in book.relationship}:
        credited = connection.execute(
            select(func.coalesce(func.sum(staff_month.c.end_assets_fen), 0)).where(
                staff_month.c.build_id == build_id, staff_month.c.type == kind
            )
        ).scalar()
        whole = {
            link["client_id"]
            for link in book.relationship
            if link["type"] == kind
            and held[link["client_id"], kind] == 1
            and shares[link["relationship_id"]] == 10_000
            and link["state"] == "confirmed"
            and link["valid_from"].strftime("%Y%m") <= str(month)
            and link["valid_to"] is None
        }
        others = [link for link in book.relationship if link["type"] == kind and link["client_id"] not in whole]
        if not others:
            assert credited == sum(row.end_assets_fen or 0 for row in rows if row.client_id in whole)


def _small() -> Book:
    """Three clients over fourteen months: a split, a return, a tie."""
    book = firm()
    add_client(book, 1, date(2020, 1, 31), office_id=3)
    add_client(book, 2, date(2023, 7, 3), office_id=4)
    add_client(book, 3, date(2022, 1, 3), office_id=7)
    for month in MONTHS[:14]:
        book.client_month.append(month_row(1, month, end_assets_fen=50, trades_count=0, net_income_fen=0))
        if month >= 202307:
            book.client_month.append(month_row(2, month, end_assets_fen=700_001, trades_count=1, net_income_fen=101))
        book.client_month.append(month_row(3, month, end_assets_fen=900_000, trades_count=2, net_income_fen=101))
    add_event(book, 3, "A", "closed", date(2023, 9, 4))
    add_event(book, 3, "A", "opened", date(2023, 12, 5))
    add_relationship(book, 2, "new_development", date(2023, 7, 3), None, {1: 3333, 2: 3333, 3: 3334})
    add_relationship(book, 3, "maintenance", date(2023, 8, 1), None, {4: 2_500})
    return book


def test_split_adds_up_to_the_fen_with_the_remainder(db: Database) -> None:
    load(db, _small())
    with db.reading() as connection:
        build_id = current(connection).builds[202406]
        rows = connection.execute(
            select(
                staff_month.c.type, staff_month.c.staff_id, staff_month.c.end_assets_fen, staff_month.c.net_income_fen
            )
            .where(staff_month.c.build_id == build_id, staff_month.c.type != "any")
            .order_by(staff_month.c.type, staff_month.c.staff_id)
        ).all()
        firm_total = connection.execute(
            select(func.sum(cube_client.c.end_assets_fen)).where(cube_client.c.build_id == build_id)
        ).scalar()
    # in staff_no order S001 (2), S003 (3), S005 (1): floor(v x 3333), floor(v x 6667), v
    assert [tuple(row) for row in rows] == [
        ("maintenance", 4, 225_000, 25),
        ("new_development", 1, 233_311, 34),
        ("new_development", 2, 233_310, 33),
        ("new_development", 3, 233_380, 34),
    ]
    assert firm_total == 50 + 700_001 + 900_000


def _append_month(db: Database, month: int, rows: list[dict]) -> None:
    with db.writing() as connection:
        batch = write_batch(connection, "client_month", [month])
        connection.execute(insert(client_month), [{**row, "batch_id": batch} for row in rows])


def _change(db: Database, kind: str) -> int:
    """Change something after a refresh; return the first month that must be built again."""
    with db.writing() as connection:
        if kind == "new_month":
            batch = write_batch(connection, "client_month", [MONTHS[14]])
            connection.execute(
                insert(client_month),
                [
                    month_row(key, MONTHS[14], end_assets_fen=5, trades_count=0, net_income_fen=101, batch_id=batch)
                    for key in (1, 2, 3)
                ],
            )
            return MONTHS[14]
        if kind == "corrected_month":
            batch = write_batch(connection, "client_month", [202401])
            connection.execute(
                update(client_month)
                .where(client_month.c.month == 202401, client_month.c.client_id == 1)
                .values(end_assets_fen=100_000, batch_id=batch)
            )
            return 202401
        if kind == "reopened":
            batch = write_batch(connection, "account_event")
            book = Book()
            add_event(book, 3, "A", "closed", date(2024, 3, 4))
            connection.execute(
                insert(account_event), [{**row, "account_id": 1, "batch_id": batch} for row in book.account_event]
            )
            return 202403
        if kind == "new_client":
            batch = write_batch(connection, "client")
            book = Book()
            add_client(book, 9, date(2024, 2, 29), batch_id=batch)
            connection.execute(insert(client), book.client)
            connection.execute(insert(client_version), [{**row, "batch_id": batch} for row in book.client_version])
            return 202402
        batch = write_batch(connection, "relationship")
        book = Book()
        add_relationship(
            book, 1, "maintenance", date(2024, 4, 1), None, {5: 10_000}, batch_id=batch, relationship_no="R77"
        )
        connection.execute(insert(relationship), [{**row, "relationship_id": 77} for row in book.relationship])
        connection.execute(
            insert(relationship_share), [{**row, "relationship_id": 77} for row in book.relationship_share]
        )
        return 202404


@pytest.mark.parametrize("kind", ["new_month", "corrected_month", "reopened", "new_client", "relationship"])
def test_incremental_equals_full_row_for_row(db: Database, kind: str) -> None:
    load(db, _small())
    first = _change(db, kind)
    built = refresh(db, actor=ACTOR).months_built
    assert built[0] == first
    with db.reading() as connection:
        incremental = all_rows(connection)
    assert refresh(db, actor=ACTOR, full=True).months_built[0] == MONTHS[0]
    with db.reading() as connection:
        assert all_rows(connection) == incremental


@FEW
@given(book=random_books(clients=4), cut=st.integers(1, len(MONTHS) - 1))
def test_month_by_month_equals_full_on_random_books(db: Database, book: Book, cut: int) -> None:
    later = [row for row in book.client_month if row["month"] >= MONTHS[cut]]
    start = book.copy()
    start.client_month = [row for row in book.client_month if row["month"] < MONTHS[cut]]
    if not later or not start.client_month:
        return
    load(db, start)
    for month in sorted({row["month"] for row in later}):
        _append_month(db, month, [row for row in later if row["month"] == month])
        refresh(db, actor=ACTOR)
    with db.reading() as connection:
        incremental = all_rows(connection)
    refresh(db, actor=ACTOR, full=True)
    with db.reading() as connection:
        assert all_rows(connection) == incremental


def test_nothing_new_keeps_the_generation(db: Database) -> None:
    load(db, _small())
    with db.reading() as connection:
        before = current(connection).generation_id
    again = refresh(db, actor=ACTOR)
    assert (again.generation_id, again.months_built) == (before, [])


@pytest.mark.parametrize("step", ["publish_tiers", "publish_transfers", "publish_cube"])
def test_a_killed_refresh_leaves_the_old_generation(db: Database, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    load(db, _small())
    with db.reading() as connection:
        before, generation_before = all_rows(connection), current(connection)
    _change(db, "corrected_month")
    calls = []

    def dies(connection, one, *_more):
        calls.append(one.month)
        if len(calls) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(run_module, step, dies)
    with pytest.raises(KeyboardInterrupt):
        refresh(db, actor=ACTOR)
    monkeypatch.undo()
    with db.reading() as connection:
        assert current(connection) == generation_before
        after = all_rows(connection)
        states = connection.execute(
            select(refresh_run.c.state, refresh_run.c.message).order_by(refresh_run.c.run_id)
        ).all()
    assert after == before
    assert [tuple(row) for row in states] == [("done", None), ("failed", "KeyboardInterrupt")]
    assert refresh(db, actor=ACTOR).months_built[0] == 202401
    with db.reading() as connection:
        used = {*current(connection).builds.values(), *generation_before.builds.values()}
        assert set(connection.execute(select(build.c.build_id)).scalars()) == used


def test_sums_stay_for_ever_and_clients_go_after_three_generations(db: Database) -> None:
    load(db, _small())
    for _ in range(4):
        refresh(db, actor=ACTOR, full=True)
    with db.writing() as connection:
        # what a refresh that failed left behind
        connection.execute(insert(build).values(month=202306, rule_version=1, run_id=1, built_at=LOADED_AT))
    refresh(db, actor=ACTOR, full=True)
    with db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(generation)).scalar() == 6
        builds = set(connection.execute(select(build.c.build_id)).scalars())
        assert len(builds) == 6 * 14
        for table in (cube_client, cube_share, tier_cutoff, staff_month):
            found = set(connection.execute(select(table.c.build_id)).scalars())
            assert found <= builds
            assert len(found) >= 6
        newest = select(generation.c.generation_id).order_by(generation.c.generation_id.desc()).limit(3)
        in_use = select(generation_month.c.build_id).where(generation_month.c.generation_id.in_(newest))
        assert set(connection.execute(select(client_status.c.build_id)).scalars()) == set(
            connection.execute(in_use).scalars())  # fmt: skip


def test_a_second_refresh_at_once_is_refused(db: Database) -> None:
    with only_refresh(db), pytest.raises(RefreshRunning, match="already running"):
        refresh(db, actor=ACTOR)


def test_as_of_publishes_no_later_month(db: Database) -> None:
    with db.writing() as connection:
        write_book(connection, _small())
    assert refresh(db, actor=ACTOR, as_of=202308).months_built == [202306, 202307, 202308]
    with db.reading() as connection:
        assert read_generation(connection).last_month == 202308


def test_without_any_month_nothing_is_published(db: Database) -> None:
    result = refresh(db, actor=ACTOR)
    with db.reading() as connection:
        assert (result.generation_id, result.months_built, read_generation(connection)) == (None, [], None)


def test_a_month_without_rows_between_two_is_published_as_a_gap(db: Database) -> None:
    book = firm()
    add_client(book, 1, date(2020, 1, 1))
    book.client_month = [month_row(1, month, end_assets_fen=1, trades_count=0) for month in (202401, 202403)]
    assert load(db, book) == [202401, 202402, 202403]
    with db.reading() as connection:
        rows = connection.execute(
            select(client_status.c.month, client_status.c.has_row, client_status.c.months_known).order_by(
                client_status.c.month
            )
        ).all()
    assert [tuple(row) for row in rows] == [(202401, True, 1), (202402, False, 0), (202403, True, 1)]


def test_a_rolled_back_batch_is_built_out_of_the_figures(db: Database) -> None:
    load(db, _small())
    _change(db, "new_month")
    refresh(db, actor=ACTOR)
    from data_access.clock import now
    from data_access.tables import import_batch

    with db.writing() as connection:
        connection.execute(delete(client_month).where(client_month.c.month == MONTHS[14]))
        connection.execute(update(import_batch).values(rolled_back_at=now(), state="rolled_back"))
    refresh(db, actor=ACTOR)
    with db.reading() as connection:
        assert current(connection).last_month == MONTHS[13]
