"""Statements kept by shape: made for one month, place or person, they answer for every other as if made for it."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from data_access.reads.generation import read_generation
from data_access.reads.staff_results import read_people, read_reconciliation
from data_access.scope import FIRM, NOTHING, Scope, clients_in, staff_in
from data_access.tables import client, staff
from metrics import credited, query, statements
from metrics.credited import credited_clients
from metrics.question import ask
from metrics.ranking import STAFF_KEYS
from metrics.shapes import Shape, shape_of
from tests.support.firm import AS_OF

O011 = Scope(office_ids=frozenset({4}), unit_ids=frozenset({4, 7}))
O012 = Scope(office_ids=frozenset({5}), unit_ids=frozenset({5}))
PERSON, OTHER = Scope(staff_ids=frozenset({2})), Scope(staff_ids=frozenset({3}))
REACHES = [FIRM, O011, O012, PERSON, OTHER, NOTHING]
MONTHS = (AS_OF, 202501, 202406, AS_OF)


def ranking(db, scope, month, period="month", **asked):
    return query(STAFF_KEYS, by="staff", as_of=month, period=period, scope=scope, db=db, **asked).values.tolist()


def made_anew(ask_for):
    statements._made.cache_clear()
    credited._credited.cache_clear()
    return ask_for()


@pytest.mark.parametrize("period", ["month", "year"])
def test_a_kept_statement_answers_for_every_month_and_reach(firm_db, period):
    asked = [(scope, month) for month in MONTHS for scope in REACHES]
    alone = [made_anew(lambda one=one: ranking(firm_db, *one, period)) for one in asked]
    statements._made.cache_clear()
    after_the_others = [ranking(firm_db, *one, period) for one in asked]
    assert after_the_others == alone
    made = statements._made.cache_info()
    assert made.misses <= 4 * 4 * 2, "four statements for each kind of reach, over one month and over several"
    assert made.hits > made.misses
    assert alone[0] == alone[-len(REACHES)] != alone[len(REACHES)], "months differ"
    assert alone[1] != alone[2], "places differ"
    assert alone[3] != alone[4], "people differ"
    assert alone[5] == []


def test_who_is_outside_the_reach_is_not_in_the_ranking(firm_db):
    with firm_db.reading() as connection:
        people = {scope: set(read_people(connection, scope)) for scope in REACHES}
    assert people[O011] != people[O012]
    assert people[NOTHING] == set()
    for scope in (FIRM, O012, O011, OTHER, PERSON):
        found = {row[0] for row in ranking(firm_db, scope, AS_OF)}
        assert found <= people[scope]
        assert found


@pytest.mark.parametrize("key", ["core_clients", "clients_developed_distinct"])
@pytest.mark.parametrize("scope", [FIRM, O011, O012, PERSON])
def test_counts_of_all_people_are_those_of_each_person(firm_db, key, scope):
    for month in MONTHS:
        together = query(key, by="staff", as_of=month, period="12m", scope=scope, db=firm_db).values.tolist()
        assert together == [
            row for number in [row[0] for row in together]
            for row in query(key, by="staff", as_of=month, period="12m", scope=scope, where={"staff": number},
                             db=firm_db).values.tolist()]  # fmt: skip
        by_category = query(key, by=("staff", "staff_category"), as_of=month, period="12m", scope=scope, db=firm_db)
        assert sorted(by_category[key]) == sorted(row[1] for row in together)


def test_the_clients_behind_a_person_are_those_of_that_person_and_month(firm_db):
    with firm_db.reading() as connection:
        generation = read_generation(connection)

    def behind(scope, number, month):
        return credited_clients(firm_db, generation, month, scope, number)[0]

    asked = [(scope, number, month) for month in MONTHS for scope, number in
             ((FIRM, "S0003"), (FIRM, "S0005"), (O011, "S0002"), (O012, "S0002"), (PERSON, "S0002"))]  # fmt: skip
    alone = [made_anew(lambda one=one: behind(*one)) for one in asked]
    credited._credited.cache_clear()
    assert [behind(*one) for one in asked] == alone
    assert alone[0] != alone[1] != alone[2]
    assert alone[0] != alone[10], "months differ"
    assert credited._credited.cache_info().misses == 3


HEADLINES = ("income_share_top5", "income_share_top20", "clients", "active_clients", "net_income", "assets",
             "net_inflow", "active_ratio")  # fmt: skip


@pytest.mark.parametrize("by", [(), ("month",), ("tier",), ("month", "tier"), ("branch", "tier")])
@pytest.mark.parametrize("period", ["month", "12m"])
def test_kept_statements_over_clients_answer_for_every_month_and_reach(firm_db, by, period):
    def figures(scope, month, kinds):
        keys = ("clients", "net_income", "assets", "new_clients")
        return query(keys, by=by, as_of=month, period=period, scope=scope, db=firm_db,
                     where={"client_kind": kinds} if kinds else {}).values.tolist()  # fmt: skip

    asked = [(scope, month, kinds) for month in MONTHS for scope in REACHES for kinds in ((), ("individual",))]
    alone = []
    for one in asked:
        statements._clients.cache_clear()
        alone.append(figures(*one))
    statements._clients.cache_clear()
    assert [figures(*one) for one in asked] == alone
    made = statements._clients.cache_info()
    assert made.hits > made.misses
    assert alone[0] != alone[2 * len(REACHES)], "months differ"
    assert alone[2] != alone[4], "places differ"
    assert alone[6] != alone[8], "people differ"


@pytest.mark.parametrize("kinds", [(), ("individual",), ("product",)])
@pytest.mark.parametrize("scope", [PERSON, OTHER, Scope(staff_ids=frozenset({2, 3}))])
def test_figures_of_people_read_together_are_those_read_apart(firm_db, scope, kinds):
    where = {"client_kind": kinds} if kinds else {}
    for month in MONTHS:
        together = query(HEADLINES, by="month", as_of=month, scope=scope, db=firm_db, where=where)
        for key in HEADLINES:
            apart = query(key, by="month", as_of=month, scope=scope, db=firm_db, where=where)
            assert together[apart.columns].values.tolist() == apart.values.tolist(), key
    with firm_db.reading() as connection:
        question = ask(connection, HEADLINES, by="month", scope=scope, where=where)
        shown = connection.exec_driver_sql(statements.write_statements(question, connection.dialect)).mappings().all()
    assert len(statements.plan(question)) == 1
    together = query(HEADLINES, by="month", scope=scope, db=firm_db, where=where)
    told = {row["month"]: (row["clients"], row["income_share_top5"]) for row in shown}
    for line in together.to_dict("records"):
        clients, share = told.get(line["month"], (0, None))
        assert clients == line["clients"]
        assert (share is None) == (line["income_share_top5"] is None)
        assert share is None or float(share) == pytest.approx(float(line["income_share_top5"]), abs=1e-6)


def test_the_identity_of_two_places_differs(firm_db):
    with firm_db.reading() as connection:
        generation = read_generation(connection)
        first, other, again = (
            read_reconciliation(connection, generation, AS_OF, scope, period="year") for scope in (O011, O012, O011)
        )
    assert first == again
    assert first[0].total_fen != other[0].total_fen
    assert all(one.difference_fen == 0 for one in (*first, *other))


def test_a_shape_holds_no_value_of_the_question(firm_db):
    with firm_db.reading() as connection:
        asked = ask(connection, "staff_net_income", by="staff", scope=O011, where={"staff": ["S0002", "S0003"]})
    shape = shape_of(asked)
    assert shape == Shape(("staff_net_income",), ("staff",), (("staff", True, False),), O012.kind, 1)
    assert shape.question().windows != asked.windows
    assert shape.question().where == {"staff": (0,)}
    assert O011.kind == O012.kind != FIRM.kind
    assert O011.kind not in (PERSON.kind, NOTHING.kind, O011)
    with pytest.raises(TypeError):
        _ = O011.kind.ids


@pytest.mark.parametrize("scope", [O011, PERSON])
def test_a_statement_of_a_kind_of_reach_is_refused_without_the_ids_of_one(sqlite_db, scope):
    by_client = select(client.c.client_id).where(clients_in(scope.kind, client.c.client_id, client.c.office_id))
    by_staff = select(staff.c.staff_id).where(staff_in(scope.kind, staff.c.staff_id, staff.c.unit_id))
    with sqlite_db.reading() as connection:
        for one in (by_client, by_staff):
            assert connection.execute(one, scope.ids).all() == []
            with pytest.raises(StatementError, match="reach_"):
                connection.execute(one)
