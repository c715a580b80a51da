"""What must hold on any book: parts add up to the whole, and a reach never shows more than a wider one."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data_access.actor import OperatorActor
from data_access.refresh import refresh
from data_access.scope import Scope
from metrics import query
from metrics.catalogue import METRICS, Kind, Source
from tests.support.books import OFFICES, Book, random_books, write_book
from tests.support.published import clear

FEW = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
SUMS = [key for key, metric in METRICS.items() if metric.source is Source.CLIENT and metric.kind is not Kind.RATIO]
COUNTS = [key for key in SUMS if METRICS[key].unit.name == "count"]


def publish(db, book):
    with db.writing() as connection:
        clear(connection)
        write_book(connection, book)
    return bool(refresh(db, actor=OperatorActor("tests")).months_built)


def totals(frame, keys):
    return [sum((value for value in frame[key] if value is not None), Decimal(0)) for key in keys]


@FEW
@given(book=random_books(), period=st.sampled_from(("month", "quarter", "12m")))
def test_parts_add_up_to_the_whole(db, book: Book, period):
    if not publish(db, book):
        return
    whole = totals(query(SUMS, period=period, db=db), SUMS)
    for by in ("branch", "office", "client_kind", "tier", "status", "stage", "segment", "risk_level", "office,tier"):
        assert totals(query(SUMS, by=by, period=period, db=db), SUMS) == whole, by


@FEW
@given(book=random_books(), period=st.sampled_from(("month", "half")))
def test_attributed_and_unattributed_are_the_whole_for_every_type_and_place(db, book: Book, period):
    if not publish(db, book):
        return
    for measure in ("net_income", "assets"):
        keys = [f"attributed_{measure}", f"unattributed_{measure}"]
        whole = totals(query(measure, period=period, db=db), [measure])[0]
        split = query(keys, by="relationship_type", period=period, db=db)
        assert {(row[1] or 0) + (row[2] or 0) for row in split.values.tolist()} == {whole}
        offices = query(keys, by="office,relationship_type", period=period, db=db)
        for key in keys:
            per_type = offices.groupby("relationship_type")[key].sum()
            assert {code: per_type.get(code, Decimal(0)) for code in split["relationship_type"]} == {
                code: value or Decimal(0) for code, value in zip(split["relationship_type"], split[key], strict=True)
            }


@FEW
@given(book=random_books(), chosen=st.sets(st.sampled_from(OFFICES)), people=st.sets(st.integers(1, 5)))
def test_a_reach_never_shows_more_than_a_wider_one(db, book: Book, chosen, people):
    if not publish(db, book):
        return
    wide = query(COUNTS, db=db).iloc[0]
    part = query(COUNTS, scope=Scope(office_ids=frozenset(chosen)), db=db).iloc[0]
    rest = query(COUNTS, scope=Scope(office_ids=frozenset(set(OFFICES) - chosen)), db=db).iloc[0]
    assert (part + rest).tolist() == wide.tolist()
    personal = query(COUNTS, scope=Scope(staff_ids=frozenset(people)), db=db).iloc[0]
    assert all(personal[key] <= wide[key] for key in COUNTS)
    seen = query("staff_clients", by="staff", scope=Scope(staff_ids=frozenset(people)), db=db)
    everyone = query("staff_clients", by="staff", db=db)
    numbers = {f"S00{number}" for number in (5, 1, 3, 2, 4)}
    assert set(map(tuple, seen.values.tolist())) <= set(map(tuple, everyone.values.tolist()))
    assert set(everyone["staff"]) <= numbers


@FEW
@given(book=random_books())
def test_clients_of_the_month_before_and_the_moves_give_the_clients(db, book: Book):
    if not publish(db, book):
        return
    frame = query(["clients", "new_clients", "lost_clients", "returned_clients"], by="month", db=db)
    before = frame["clients"].shift(1)
    moved = before + frame["new_clients"] - frame["lost_clients"] + frame["returned_clients"]
    assert moved.iloc[1:].astype(int).tolist() == frame["clients"].iloc[1:].tolist()
