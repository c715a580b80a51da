"""Published rows equal those of a slow, independent calculation on random books, on both engines."""

from __future__ import annotations

import json
from datetime import date

from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.refresh import refresh
from data_access.tables import (
    CUBE_SUMS,
    client_spell,
    cube_client,
    cube_share,
    cube_transfer,
    rule_set,
    staff_month,
    tier_cutoff,
)
from domain.policies import RuleSet
from tests.support.books import Book, random_books, write_book
from tests.support.oracle import Oracle
from tests.support.published import clear, current, status_rows

ACTOR = OperatorActor("tests")
# a failing book is reported as drawn: making it smaller takes minutes
FEW = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck),
               phases=(Phase.explicit, Phase.reuse, Phase.generate))  # fmt: skip


@st.composite
def later_rules(draw: st.DrawFn) -> RuleSet:
    """A second version from a month among those of the books: peers, floors, watch, windows and limits differ."""
    return RuleSet(
        version=2, valid_from=draw(st.sampled_from((date(2023, 10, 1), date(2024, 2, 15), date(2024, 8, 1)))),
        tier_window_months=draw(st.sampled_from((12, 4, 7))), tier_peer=draw(st.sampled_from(("firm", "client_kind"))),
        tier_a_bp=draw(st.sampled_from((500, 3_000))), tier_b_bp=draw(st.sampled_from((2_000, 6_000))),
        tier_a_floor_fen=draw(st.sampled_from((0, 2_000))), tier_b_floor_fen=draw(st.sampled_from((0, 300))),
        watch_months=draw(st.sampled_from((0, 1, 3))), stage_compare_months=draw(st.sampled_from((3, 2, 5))),
        warning_limit=draw(st.sampled_from((1, 2, 3))),
    )  # fmt: skip


@FEW
@given(book=random_books())
def test_every_published_table_equals_the_oracle(db: Database, book: Book) -> None:
    assume(book.client_month)  # without any month, the last one that has ended is published
    _publish_and_compare(db, book, (RuleSet(),))


@FEW
@given(book=random_books(), watch=st.sampled_from((0, 2)), rules=later_rules())
def test_it_does_under_two_rule_sets(db: Database, book: Book, watch: int, rules: RuleSet) -> None:
    assume(book.client_month)
    # watched months reach over the change of the rules
    _publish_and_compare(db, book, (RuleSet(watch_months=watch), rules))


def _publish_and_compare(db: Database, book: Book, rules: tuple[RuleSet, ...]) -> None:
    with db.writing() as connection:
        clear(connection)
        connection.execute(delete(rule_set))
        for one in rules:
            body = json.dumps(one.to_body())
            connection.execute(
                insert(rule_set).values(version=one.version, state="published", valid_from=one.valid_from, body=body)
            )
        write_book(connection, book)
    oracle = Oracle(book, rules)
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
            assert _cutoffs(connection, build_id) == oracle.tier_cutoff(month)
            assert _cube(connection, build_id) == oracle.cube_client(month)
            assert _transfers(connection, build_id) == oracle.cube_transfer(month)
            assert _shares(connection, build_id) == oracle.cube_share(month)
            assert _staff(connection, build_id) == oracle.staff_month(month)


def _spells(connection):
    return sorted(tuple(row) for row in connection.execute(select(client_spell)))


def _cutoffs(connection, build_id):
    rows = connection.execute(select(tier_cutoff).where(tier_cutoff.c.build_id == build_id))
    return {(row.peer, row.tier): (row.base_count, row.k_count, row.cut_fen) for row in rows}


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
