"""Figures counted from columns against the statement and against the rows, on any rows, filters and reach."""

from __future__ import annotations

from collections import Counter
from datetime import date

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access.reads.generation import read_generation
from data_access.reads.segments import SegmentSums, read_segments
from data_access.refresh.prepare import prepare_columns
from data_access.scope import FIRM, Scope
from domain.segments import ValueSegment, decide_segment
from domain.words import Status, Tier
from metrics.between import between
from metrics.move_counts import count_moves
from metrics.moves import groups, select_moves
from metrics.question import ask
from metrics.terms import MOVE_TERMS
from metrics.tier_measures import compare_measures
from tests.support.month_rows import LAST, MONTHS, month_rows, put_rows

SOME = settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
OFFICES = (3, 4, 6)
NEWEST = len(MONTHS)
HELD = {1, 4}
REACHES = st.sampled_from((FIRM, FIRM, Scope(), Scope(office_ids=frozenset({4, 6})), Scope(staff_ids=frozenset({1}))))
KINDS = st.sampled_from(((), (), ("individual",), ("institution", "product")))


def put(db, data):
    rows = data.draw(month_rows(OFFICES))
    with db.writing() as connection:
        put_rows(connection, rows)
    if data.draw(st.booleans()):
        prepare_columns(db)
    return rows


def is_inside(row, scope, kinds):
    reached = (scope.everything or row["office_id"] in scope.office_ids
               or (bool(scope.staff_ids) and row["client_id"] in HELD))  # fmt: skip
    return reached and (not kinds or row["client_kind"] in kinds)


@SOME
@given(st.data(), st.sampled_from((1, 3, 11)), REACHES, KINDS)
def test_moves_are_those_of_the_statement(month_db, data, first, scope, kinds):
    put(month_db, data)
    where = {"client_kind": list(kinds)} if kinds else None
    with month_db.reading() as connection:
        span = between(connection, first=MONTHS[first - 1], last=LAST)
        question = ask(connection, "clients", where=where, scope=scope, generation=span.generation)
        for dimension in ("tier", "stage", "status"):
            expected = {
                divmod(row["pair"], 16): {name: int(row[name]) for name in MOVE_TERMS}
                for row in connection.execute(select_moves(dimension, span, question)).mappings()
            }
            assert count_moves(connection, dimension, groups(dimension), (first, NEWEST), question) == expected


@SOME
@given(st.data(), REACHES, KINDS)
def test_measures_know_every_client_of_the_reach(month_db, data, scope, kinds):
    rows = put(month_db, data)
    alive = {row["client_id"]: row for row in rows if row["build_id"] == NEWEST and row["status"] != Status.LOST}
    turnover = Counter()
    for row in rows:
        if row["build_id"] in (NEWEST, NEWEST - 3, NEWEST - 6, NEWEST - 9):
            turnover[row["client_id"]] += row["turnover_recent_fen"]
    listed = sorted((row for row in alive.values() if is_inside(row, scope, kinds)),
                    key=lambda row: (-(row["end_assets_fen"] or 0), row["client_id"]))  # fmt: skip
    with month_db.reading() as connection:
        found = compare_measures(connection, read_generation(connection), LAST, scope, kinds=kinds)
    assert found.client_ids.tolist() == [row["client_id"] for row in listed]
    assert found.assets_fen.tolist() == [row["end_assets_fen"] or 0 for row in listed]
    assert found.turnover_fen.tolist() == [turnover[row["client_id"]] for row in listed]
    assert found.tiers[:, 0].tolist() == ["ABC".index(row["line_tier"] or row["tier"] or "C") for row in listed]
    assert found.totals.income_fen == sum(row["value_fen"] for row in listed)
    assert sum(map(sum, found.crossed["weighted", "points"])) == found.totals.clients == len(listed)


@SOME
@given(st.data(), REACHES, KINDS)
def test_segments_are_those_of_each_client(month_db, data, scope, kinds):
    rows = put(month_db, data)
    since = date(2024, 5, 1)
    expected = {one: [0] * 5 for one in ValueSegment if one is not ValueSegment.POTENTIAL}
    for row in rows:
        if row["build_id"] == NEWEST and is_inside(row, scope, kinds):
            tiers = [None if row[name] is None else Tier(row[name]) for name in ("tier", "tier_before")]
            segment = decide_segment(Status(row["status"]), *tiers)
            lost = row["status"] == "lost"
            parts = (1, lost, lost and row["lost_on"] >= since, row["value_fen"], row["end_assets_fen"] or 0)
            expected[segment] = [one + part for one, part in zip(expected[segment], parts, strict=True)]
    with month_db.reading() as connection:
        found = read_segments(connection, NEWEST, scope, since, kinds)
    assert found == {segment: SegmentSums(*sums) for segment, sums in expected.items()}
