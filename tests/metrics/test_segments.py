"""K-35 and K-36 on the small firm: client 01 is the one in tier A; it is lost in a copy of the firm."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from data_access.actor import OperatorActor
from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import count_clients, read_clients
from data_access.reads.generation import read_generation
from data_access.reads.segments import SegmentSums
from data_access.refresh import refresh
from data_access.scope import FIRM, Scope
from data_access.tables import account_event
from domain.segments import ValueSegment, decide_segment
from metrics.segments import segment_table, whole_shares
from tests.support.firm import AS_OF, small_firm

MOST, OTHER, LOST = ValueSegment.MOST_VALUABLE, ValueSegment.OTHER, ValueSegment.LOST_VALUABLE


def read(db, scope=FIRM):
    with db.reading() as connection:
        return segment_table(connection, read_generation(connection), AS_OF, scope)


def test_the_firm(firm_db):
    table = read(firm_db)
    assert {line.segment: line.sums for line in table.lines} == {
        MOST: SegmentSums(1, 0, 0, 1_200_000, 100_000_000),
        OTHER: SegmentSums(13, 2, 2, 1_421_500, 297_229_999),  # 12 and 13 are lost since, and were never in A
        LOST: SegmentSums(),
    }
    assert table.total == SegmentSums(14, 2, 2, 2_621_500, 397_229_999)
    shares = {line.segment: (line.clients_share, line.value_share, line.assets_share) for line in table.lines}
    assert shares == {
        MOST: (Decimal("7.1"), Decimal("45.8"), Decimal("25.2")),
        OTHER: (Decimal("92.9"), Decimal("54.2"), Decimal("74.8")), LOST: (Decimal(0), Decimal(0), Decimal(0)),
    }  # fmt: skip
    assert table.prospects == 0


def test_the_most_valuable_client_is_lost(db):
    small_firm(db)
    with db.writing() as connection:
        connection.execute(insert(account_event).values(
            client_id=1, account_id=1, event="closed", on_date=date(2025, 6, 20), has_time=True,
            at=datetime(2025, 6, 20, 2, 30, tzinfo=UTC)))  # fmt: skip
    refresh(db, actor=OperatorActor("test"))
    found = {line.segment: line.sums for line in read(db).lines}
    assert (found[LOST].clients, found[LOST].lost_since, found[LOST].value_fen) == (1, 1, 1_200_000)
    assert found[MOST].clients == 1  # 02 follows
    elsewhere = {line.segment: line.sums.clients for line in read(db, Scope(office_ids=frozenset({6}))).lines}
    assert elsewhere == {MOST: 0, OTHER: 4, LOST: 0}


def test_the_list_of_a_segment_is_its_count_and_the_rule(firm_db):
    with firm_db.reading() as connection:
        generation = read_generation(connection)
        for line in segment_table(connection, generation, AS_OF, FIRM).lines:
            kept = ClientFilter(segment=line.segment.value)
            rows = read_clients(connection, generation, AS_OF, FIRM, kept)
            assert count_clients(connection, generation, AS_OF, FIRM, kept) == len(rows) == line.sums.clients
            assert {decide_segment(row["status"], row["tier"], row["tier_before"]) for row in rows} <= {line.segment}


@pytest.mark.parametrize(("values", "shares"), [
    ([1, 1, 1], ["33.4", "33.3", "33.3"]), ([0, 5], ["0.0", "100.0"]), ([-1, 3], ["-50.0", "150.0"]),
    ([0, 0], [None, None]), ([1, 999, 1000], ["0.1", "49.9", "50.0"]), ([], []),
])  # fmt: skip
def test_shares(values, shares):
    assert whole_shares(values) == [None if text is None else Decimal(text) for text in shares]


@given(st.lists(st.integers(0, 10**15), min_size=1, max_size=6).filter(any))
def test_shares_add_up_to_a_hundred(values):
    assert sum(whole_shares(values)) == Decimal("100.0")
