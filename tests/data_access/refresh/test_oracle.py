"""Published rows equal those of a slow, independent calculation on random books, on both engines."""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import select

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.refresh import refresh
from data_access.tables import CUBE_SUMS, client_spell, cube_client, cube_share, cube_transfer, staff_month, tier_cutoff
from tests.support.books import Book, random_books, write_book
from tests.support.oracle import Oracle
from tests.support.published import clear, current, status_rows

ACTOR = OperatorActor("tests")
# a failing book is reported as drawn: making it smaller takes minutes
FEW = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck),
               phases=(Phase.explicit, Phase.reuse, Phase.generate))  # fmt: skip


@FEW
@given(book=random_books())
def test_every_published_table_equals_the_oracle(db: Database, book: Book) -> None:
    with db.writing() as connection:
        clear(connection)
        write_book(connection, book)
    oracle = Oracle(book)
    assert refresh(db, actor=ACTOR).months_built == oracle.months
    if not oracle.months:
        return
    with db.reading() as connection:
        assert _spells(connection) == sorted(
            (key, kind, *spell)
            for kind, found in (("archived", oracle.archived), ("lost", oracle.lost))
            for key, spells in found.items()
            for spell in spells
        )
        builds = current(connection).builds
        assert list(builds) == oracle.months
        for month, build_id in builds.items():
            assert status_rows(connection, build_id) == oracle.client_status(month)
            assert _keyed(connection, tier_cutoff, build_id, 1) == oracle.tier_cutoff(month)
            assert _cube(connection, build_id) == oracle.cube_client(month)
            assert _transfers(connection, build_id) == oracle.cube_transfer(month)
            assert _shares(connection, build_id) == oracle.cube_share(month)
            assert _staff(connection, build_id) == oracle.staff_month(month)


def _spells(connection):
    return sorted(tuple(row) for row in connection.execute(select(client_spell)))


def _keyed(connection, table, build_id, _):
    rows = connection.execute(select(table).where(table.c.build_id == build_id, table.c.peer == "firm"))
    return {row.tier: (row.base_count, row.k_count, row.cut_fen) for row in rows}


def _cube(connection, build_id):
    rows = connection.execute(select(cube_client).where(cube_client.c.build_id == build_id))
    return {
        (row.branch_id, row.office_id, row.client_kind, row.status, row.tier, row.stage): {
            name: getattr(row, name) for name in CUBE_SUMS
        }
        for row in rows
    }


def _transfers(connection, build_id):
    rows = connection.execute(select(cube_transfer).where(cube_transfer.c.build_id == build_id))
    return {(row.from_office_id, row.to_office_id): (row.clients_count, row.assets_fen) for row in rows}


def _shares(connection, build_id):
    rows = connection.execute(select(cube_share).where(cube_share.c.build_id == build_id))
    return {
        row.unit_id: (row.valued_count, row.top5_count, row.top20_count, row.top5_fen, row.top20_fen, row.total_fen)
        for row in rows
    }


def _staff(connection, build_id):
    rows = connection.execute(select(staff_month).where(staff_month.c.build_id == build_id)).mappings()
    keys = ("type", "client_office_id", "staff_id")
    return {
        tuple(row[key] for key in keys): {
            name: value for name, value in row.items() if name not in (*keys, "build_id", "month")
        }
        for row in rows
    }
