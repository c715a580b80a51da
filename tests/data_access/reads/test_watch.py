"""The watch list of the small firm under a rule set with three months, the numbers worked out by hand.

Client 01 in tier A earned 1,000 a month since May 2024 and nothing from March 2025 on: 10,000, 10,000, 9,000 in the
twelve months to the ends of March, April, May. Client 02 earned 500 and from March on 10,000 a month: 15,000, 25,000,
34,500. So 02 rises to A at once and draws the line; 01 stays in A on watch, and falls at the end of June.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, update

from data_access.actor import OperatorActor
from data_access.reads.client_lists import count_clients
from data_access.reads.generation import read_generation
from data_access.reads.watch import count_watch, read_rules_of, read_watch, watch_filter
from data_access.refresh import refresh
from data_access.scope import FIRM, Scope
from data_access.tables import client_month, rule_set
from domain.policies import RuleSet
from tests.support.firm import AS_OF, small_firm

MONTHS = (202503, 202504, 202505, 202506)


def watched_firm(db, watch_months=3, months=MONTHS):
    """Publish the small firm in which client 02 overtakes client 01 in the first of the months."""
    small_firm(db)
    overtake(db, watch_months, months)
    return db


def overtake(db, watch_months=3, months=MONTHS):
    rules = replace(RuleSet(), version=2, watch_months=watch_months)
    with db.writing() as connection:
        connection.execute(insert(rule_set).values(
            version=2, state="published", body=json.dumps(rules.to_body()), valid_from=date(2000, 1, 1),
            published_at=datetime(2024, 1, 1, tzinfo=UTC)))  # fmt: skip
        for client_id, income in ((1, 0), (2, 1_000_000)):
            connection.execute(update(client_month).where(client_month.c.client_id == client_id,
                               client_month.c.month.in_(months)).values(net_income_fen=income))  # fmt: skip
    refresh(db, full=True, actor=OperatorActor("test"))


@pytest.fixture
def watched(db):
    return watched_firm(db)


def read(db, month, scope=FIRM, *, falling=False):
    with db.reading() as connection:
        generation = read_generation(connection)
        kept = watch_filter(read_rules_of(connection, generation.builds[month]), falling=falling)
        rows = read_watch(connection, generation, month, scope, kept)
        assert count_clients(connection, generation, month, scope, kept) == len(rows)
        return rows


@pytest.mark.parametrize(("month", "watch_count", "value", "line", "falls_in"), [
    (202503, 1, 1_000_000, 1_500_000, 202506), (202504, 2, 1_000_000, 2_500_000, 202506),
    (202505, 3, 900_000, 3_450_000, 202506),
])  # fmt: skip
def test_a_client_below_the_line_keeps_its_tier_for_three_month_ends(
    watched, month, watch_count, value, line, falls_in
):
    (row,) = read(watched, month)
    assert (row["client_no"], row["tier"], row["line_tier"]) == ("00000001", "A", "B")
    assert (row["watch_count"], row["watch_months"], row["falls_in"]) == (watch_count, 3, falls_in)
    assert (row["value_fen"], row["line_fen"], row["short_fen"]) == (value, line, line - value)
    assert len(read(watched, month, falling=True)) == (month == 202505)


def test_at_the_fourth_it_falls(watched):
    assert read(watched, AS_OF) == []


def test_counts_hold_the_reach(watched):
    with watched.reading() as connection:
        builds = read_generation(connection).builds
        assert count_watch(connection, builds[202504], FIRM) == {("A", 2): (1, 1_000_000)}
        assert count_watch(connection, builds[202504], Scope(office_ids=frozenset({6}))) == {}
        assert count_watch(connection, builds[AS_OF], FIRM) == {}
        assert read_rules_of(connection, builds[AS_OF]).watch_months == 3
    assert read(watched, 202504, Scope(office_ids=frozenset({6}))) == []


def test_without_watch_months_a_client_falls_at_once(sqlite_db):
    watched_firm(sqlite_db, watch_months=0)
    assert [read(sqlite_db, month) for month in MONTHS] == [[]] * 4
