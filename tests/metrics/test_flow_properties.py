"""What must hold of flow, bridge and moves on any book, for every place and month."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import pairwise

from hypothesis import HealthCheck, given, settings

from data_access.actor import OperatorActor
from data_access.reads.generation import read_generation
from data_access.reads.moves import DIMENSIONS
from data_access.refresh import refresh
from domain.months import month_text
from metrics.bridge import asset_bridge
from metrics.flow import client_flow
from metrics.moves import moves
from tests.support.books import UNITS, Book, random_books, write_book
from tests.support.client_changes import BRIDGE, FLOW, balance, changes_of, read_clients_of
from tests.support.published import clear, status_rows

FEW = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
PLACES = {code: path for _id, code, kind, _parent, path in UNITS if kind != "team"}
PATHS = {unit_id: path for unit_id, _code, _kind, _parent, path in UNITS}


def publish(db, book):
    with db.writing() as connection:
        clear(connection)
        write_book(connection, book)
    if not refresh(db, actor=OperatorActor("tests")).months_built:
        return {}
    with db.reading() as connection:
        generation = read_generation(connection)
        return {month: read_clients_of(connection, build_id) for month, build_id in sorted(generation.builds.items())}


def fen(value):
    return int(value * 100)


@FEW
@given(book=random_books())
def test_every_place_and_month_is_what_its_clients_say(db, book: Book):
    months = publish(db, book)
    if len(months) < 2:
        return
    ends = sorted(months)
    asked = {"first": ends[0], "last": ends[-1], "db": db}
    for code, path in PLACES.items():
        flows = client_flow(**asked, unit=code)
        steps = asset_bridge(**asked, unit=code, by_month=True)
        for place, (before, now) in enumerate(pairwise(ends)):
            flow, bridge = changes_of(months[before], months[now],
                                      lambda row, path=path: PATHS[row["office_id"]].startswith(path))  # fmt: skip
            assert balance(flow, ("new", "returned", "transferred_in"), ("lost", "transferred_out")) == 0
            assert flows.iloc[place].to_dict() == {"month": month_text(now), **{key: flow[key] for key in FLOW}}
            found = steps.iloc[place]
            assert {key: fen(found[key]) for key in BRIDGE} == bridge
            assert found["corrections"] == 0
        whole = asset_bridge(**asked, unit=code, children=True)
        parts = whole.iloc[1:]
        if len(parts):
            for key in set(BRIDGE) - {"transferred_in", "transferred_out"}:
                assert whole[key].iloc[0] == sum(parts[key], Decimal(0)), key
            net = whole["transferred_in"] - whole["transferred_out"]
            assert net.iloc[0] == sum(net.iloc[1:], Decimal(0))


@FEW
@given(book=random_books())
def test_moves_balance_with_both_months(db, book: Book):
    months = publish(db, book)
    if len(months) < 2:
        return
    ends = sorted(months)
    first, last = ends[len(ends) // 3], ends[-1]
    if first == last:
        return
    with db.reading() as connection:
        builds = read_generation(connection).builds
        rows = {month: {row["client_id"]: row for row in status_rows(connection, builds[month])}
                for month in (first, last)}  # fmt: skip
    for dimension in DIMENSIONS:
        for code, path in PLACES.items():
            groups = {month: {key: (row[dimension] or "lost") if PATHS[row["office_id"]].startswith(path)
                              else "elsewhere" for key, row in rows[month].items()} for month in rows}  # fmt: skip
            expected = Counter((groups[first].get(key, "not_yet"), goal) for key, goal in groups[last].items())
            expected = {pair: count for pair, count in expected.items()
                        if not set(pair) <= {"elsewhere", "not_yet"}}  # fmt: skip
            frame = moves(dimension, first=first, last=last, unit=code, db=db)
            found = {(row["origin"], row["goal"]): row["clients"] for row in frame.to_dict("records")}
            assert found == expected
            assets = sum((row["end_assets_fen"] or 0) for key, row in rows[last].items()
                         if groups[last][key] != "elsewhere")  # fmt: skip
            assert fen(sum((value for value in frame["assets"] if value is not None), Decimal(0))) == assets
