"""The demo firm is reproducible, refuses to mix with other data, and is the same on both engines."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, text

from data_access.clock import frozen
from data_access.database import Database
from data_access.demo import DemoRefused, build_demo
from data_access.tables import audit_event, client, client_month, metadata, org_unit, relationship, rule_set
from tests.support.databases import fresh_sqlite

# clocks, random nonces and one-time secrets are no part of the firm; keys of rows stay
_APART = {
    "document_cipher",
    "phone_cipher",
    "contact_cipher",
    "password_hash",
    "created_at",
    "published_at",
    "mac",
    "previous_mac",
}


def dump(db: Database) -> dict[str, str]:
    """Return a digest of every row of each table, without ciphers and clocks."""
    found = {}
    with db.reading() as connection:
        for table in metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in _APART]
            rows = sorted(repr(tuple(row)) for row in connection.execute(select(*columns)))
            found[table.name] = hashlib.sha256(f"{len(rows)}\n".encode() + "\n".join(rows).encode()).hexdigest()
    return found


def build(db: Database, **wanted: int) -> None:
    with frozen(datetime(2025, 11, 3, 2, tzinfo=UTC)):
        build_demo(db, **{"clients": 300, "months": 6, "seed": 3, **wanted})


@pytest.fixture
def other_db(tmp_path: Path, template_folder: Path) -> Database:
    (tmp_path / "other").mkdir()
    return fresh_sqlite(tmp_path / "other", template_folder)


def test_the_same_seed_gives_the_same_firm(sqlite_db: Database, other_db: Database) -> None:
    build(sqlite_db)
    build(other_db)
    assert dump(sqlite_db) == dump(other_db)


def test_another_seed_gives_another_firm(sqlite_db: Database, other_db: Database) -> None:
    build(sqlite_db)
    build(other_db, seed=4)
    assert dump(sqlite_db) != dump(other_db)


def test_both_engines_hold_the_same_firm(postgres_db: Database, sqlite_db: Database) -> None:
    build(postgres_db)
    build(sqlite_db)
    assert dump(postgres_db) == dump(sqlite_db)


def test_fresh_statistics_of_the_tables_do_not_change_the_firm(postgres_db: Database, sqlite_db: Database) -> None:
    """PostgreSQL gathers them whenever it likes, and takes other plans from then on."""
    gather = text("ANALYZE")
    event.listen(postgres_db.engine, "begin", lambda connection: connection.execute(gather))
    build(postgres_db)
    build(sqlite_db)
    assert dump(postgres_db) == dump(sqlite_db)


def test_numbering_goes_on_after_the_demo_rows(db: Database) -> None:
    build(db)
    with db.writing() as connection:
        before = connection.execute(select(func.max(org_unit.c.unit_id))).scalar()
        fresh = connection.execute(
            org_unit.insert()
            .values(unit_code="B99", name="新分公司", kind="branch", parent_id=1, path="/HQ/B99/")
            .returning(org_unit.c.unit_id)
        ).scalar()
    assert fresh == before + 1


def test_a_database_with_data_is_refused_and_stays_as_it_is(sqlite_db: Database) -> None:
    build(sqlite_db)
    before = dump(sqlite_db)
    with pytest.raises(DemoRefused, match="--replace"):
        build(sqlite_db, seed=5)
    assert dump(sqlite_db) == before


def test_replace_leaves_only_the_new_firm_and_the_trail(sqlite_db: Database, other_db: Database) -> None:
    build(sqlite_db, clients=500)
    build(sqlite_db, replace=True)
    build(other_db)
    with sqlite_db.reading() as one, other_db.reading() as two:
        for table in (client, client_month, relationship, rule_set):
            count = select(func.count()).select_from(table)
            assert one.execute(count).scalar() == two.execute(count).scalar(), table.name
        trail = select(func.count()).where(audit_event.c.action == "demo_filled")
        assert one.execute(trail).scalar() == 2


@pytest.mark.parametrize(("wanted", "words"), [
    ({"clients": 0}, "at least one client"), ({"months": 0}, "at least one client"),
    ({"until": 209901}, "no calendar is published for 2098"), ({"until": 200502}, "no calendar is published for 2004"),
])  # fmt: skip
def test_what_cannot_be_built_is_refused_with_a_sentence(
    sqlite_db: Database, wanted: dict[str, int], words: str
) -> None:
    with pytest.raises(DemoRefused, match=words):
        build(sqlite_db, **wanted)


def test_the_last_month_is_last_month_unless_named(sqlite_db: Database) -> None:
    build(sqlite_db)
    with sqlite_db.reading() as connection:
        found = connection.execute(select(func.min(client_month.c.month), func.max(client_month.c.month))).one()
    assert tuple(found) == (202505, 202510)
