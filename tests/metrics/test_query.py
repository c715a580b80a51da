"""Figures of the small firm, worked out by hand in ``tests/support/firm.py``, on both engines."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from sqlalchemy import text

from data_access.scope import NOTHING, Scope
from domain.words import RelationshipType
from metrics import query, statement
from metrics.catalogue import METRICS, Kind, Source
from metrics.errors import QuestionError
from tests.support.firm import client_no

D = Decimal


def one(db, key, **asked):
    return query(key, db=db, **asked)[key].tolist()[0]


FIRM = {
    "clients": 12, "active_clients": 8, "monthly_active_clients": 8, "active_ratio": D("0.666667"),
    "assets": D("3972299.99"), "assets_of_lost": D("10000.00"), "net_income": D("2195.00"),
    "turnover": D("10975000.00"), "net_inflow": D("100000.00"), "new_clients": 1, "lost_clients": 1,
    "returned_clients": 1, "pool_lost": 2, "pool_archived": 1, "pool_silent": 2, "pool_data_gap": 1,
    "income_share_top5": D("0.461716"), "income_share_top20": D("0.692574"), "clients_developed": D("2.0000"),
    "clients_developed_distinct": 2, "core_clients": 1, "tasks_open": 1, "tasks_done": 1,
}  # fmt: skip


@pytest.mark.parametrize(("key", "value"), FIRM.items())
def test_figure_of_the_firm(firm_db, key, value):
    assert one(firm_db, key) == value


def test_every_ratio_stands_beside_its_two_parts(firm_db):
    frame = query(["income_share_top5", "active_ratio"], db=firm_db)
    assert list(frame.columns) == [
        "income_share_top5", "income_share_top5_numerator", "income_share_top5_denominator",
        "active_ratio", "active_ratio_numerator", "active_ratio_denominator"]  # fmt: skip
    assert frame.iloc[0].tolist() == [D("0.461716"), D("12000.00"), D("25990.00"), D("0.666667"), 8, 12]


def test_groups_by_office_and_branch(firm_db):
    frame = query(["clients", "assets", "net_income"], by="office", db=firm_db)
    assert frame.values.tolist() == [
        ["O011", 6, D("1610800.00"), D("1540.00")],
        ["O012", 3, D("300500.00"), D("305.00")],
        ["O021", 3, D("2060999.99"), D("350.00")],
    ]
    frame = query(["clients", "assets", "net_income"], by="branch", db=firm_db)
    assert frame.values.tolist() == [
        ["B01", 9, D("1911300.00"), D("1845.00")], ["B02", 3, D("2060999.99"), D("350.00")]]  # fmt: skip
    assert query("clients", by="region", db=firm_db).values.tolist() == [["华东", 9], ["南方", 3]]


def test_closed_lists_show_their_empty_groups_and_null_stands_last(firm_db):
    assert query("clients", by="tier", db=firm_db).values.tolist() == [["A", 1], ["B", 1], ["C", 10]]
    assert query("assets", by="tier", db=firm_db).values.tolist()[-1] == [None, D("10000.00")]
    assert query("clients", by="status", where={"branch": "B02"}, db=firm_db).values.tolist() == [
        ["normal", 2], ["silent", 1], ["archived", 0], ["lost", 0], ["undetermined", 0]]  # fmt: skip
    assert query("clients", by="stage", db=firm_db).values.tolist() == [
        ["potential", 0],
        ["building", 1],
        ["growing", 0],
        ["mature", 7],
        ["declining", 4],
        ["lost", 0],
    ]
    assert query("clients", by="tier", where={"tier": ["A", "C"]}, db=firm_db).values.tolist() == [["A", 1], ["C", 10]]


def test_values_of_one_filter_are_alternatives_and_filters_are_joined(firm_db):
    assert one(firm_db, "clients", where={"office": ["O011", "O021"]}) == 9
    assert one(firm_db, "clients", where={"office": ["O011", "O021"], "status": "silent"}) == 2
    assert one(firm_db, "clients", where={"client_kind": "institution"}) == 1


def test_months_up_to_the_as_of_date(firm_db):
    frame = query(["clients", "new_clients"], by="month", as_of="2025-06-29", db=firm_db)
    assert frame["month"].tolist()[0] == "2024-05"
    assert frame.iloc[-1].tolist() == ["2025-05", 11, 0]
    assert len(frame) == 13
    assert one(firm_db, "clients", as_of="2025-06-30") == 12


def test_months_that_are_asked_for(firm_db):
    everything = query(["clients", "net_income"], by="month", db=firm_db).set_index("month")
    some = query(["clients", "net_income"], by="month", months=[202506, 202406, 190001], db=firm_db).set_index("month")
    assert some.equals(everything.loc[["2024-06", "2025-06"]])
    assert query("clients", by="month", months=[202506, 202406], as_of="2025-05-31", db=firm_db)["month"].tolist() == [
        "2024-06"
    ]
    for by, months in (("month", [190001]), ("tier", [202506])):
        with pytest.raises(QuestionError, match="month"):
            query("clients", by=by, months=months, db=firm_db)


def test_flows_run_over_the_period_and_states_stand_at_its_end(firm_db):
    months = query("net_income", by="month", db=firm_db)["net_income"].tolist()
    assert one(firm_db, "net_income", period="quarter") == sum(months[-3:])
    assert one(firm_db, "net_income", period="half") == sum(months[-6:]) == one(firm_db, "net_income", period="year")
    assert one(firm_db, "net_income", period="12m") == sum(months[-12:])
    assert one(firm_db, "clients", period="12m") == 12
    frame = query("net_income", by="month", period="12m", db=firm_db)["net_income"].tolist()
    assert frame == [sum(months[max(0, place - 11) : place + 1]) for place in range(len(months))]


def test_a_flow_over_months_uses_the_group_of_the_as_of_month(firm_db):
    frame = query("net_income", by="tier", period="12m", db=firm_db)
    assert frame.values.tolist()[:2] == [["A", D("12000.00")], ["B", D("6000.00")]]
    assert sum(frame["net_income"]) == one(firm_db, "net_income", period="12m")


def test_results_of_persons(firm_db):
    frame = query(["staff_net_income", "staff_assets"], by="staff", db=firm_db)
    assert frame.values.tolist() == [
        ["S0001", D("1125.00"), D("1125000.00")], ["S0002", D("496.66"), D("496660.00")],
        ["S0003", D("146.66"), D("141660.00")], ["S0004", D("10.00"), D("80000.00")],
        ["S0005", D("200.00"), D("1050000.00")]]  # fmt: skip
    assert one(firm_db, "staff_net_income", where={"staff": "S0003"}) == D("146.66")
    by_type = query("staff_net_income", by="relationship_type", where={"staff": "S0002"}, db=firm_db)
    assert {row[0]: row[1] for row in by_type.values.tolist() if row[1]} == {
        "new_development": D("66.66"), "redevelopment": D("30.00"), "legacy_development": D("400.00")}  # fmt: skip
    assert query("clients_developed", by="staff", db=firm_db).values.tolist() == [
        ["S0002", D("1.0000")], ["S0004", D("1.0000")]]  # fmt: skip
    assert query("core_clients", by="staff", db=firm_db).values.tolist() == [["S0001", 1]]
    assert query("tasks_open", by="staff", db=firm_db).values.tolist() == [["S0002", 1]]


def test_attributed_and_unattributed_are_the_total_for_every_type(firm_db):
    frame = query(["attributed_net_income", "unattributed_net_income"], by="relationship_type", db=firm_db)
    assert frame["relationship_type"].tolist() == [kind.value for kind in RelationshipType]
    assert frame["attributed_net_income"].tolist() == [
        D(value) for value in ("133.32", "30.00", "500.00", "50.00", "0.00", "0.00", "10.00", "1005.00", "0.00",
                               "250.00")]  # fmt: skip
    assert {row[1] + row[2] for row in frame.values.tolist()} == {D("2195.00")}
    unit = query(["attributed_assets", "unattributed_assets"], by="relationship_type", where={"office": "O012"},
                 db=firm_db)  # fmt: skip
    assert {row[1] + row[2] for row in unit.values.tolist()} == {D("300500.00")}


def test_shares_of_income_within_each_group(firm_db):
    frame = query("income_share_top5", by="office", db=firm_db)
    assert frame.values.tolist() == [
        ["O011", D("0.659703"), D("12000.00"), D("18190.00")], ["O012", D("0.666667"), D("2400.00"), D("3600.00")],
        ["O021", D("0.857143"), D("3600.00"), D("4200.00")]]  # fmt: skip
    ranked = query("income_share_top5", by="office", where={"client_kind": ["individual", "institution"]}, db=firm_db)
    assert ranked.values.tolist() == frame.values.tolist()


@pytest.mark.parametrize(("asked", "words"), [
    ({"keys": "customers"}, "Unknown metric 'customers'; allowed are clients,"),
    ({"keys": "clients", "by": "colour"}, "Unknown dimension 'colour'; allowed are month, branch,"),
    ({"keys": "clients", "where": {"tier": "D"}}, "Unknown tier 'D'; allowed are A, B, C."),
    ({"keys": "clients", "where": {"office": "O999"}}, "Unknown office 'O999'; allowed are O011, O012, O021."),
    ({"keys": "clients", "by": "staff"}, "clients cannot be split or filtered by staff; allowed are month,"),
    ({"keys": "attributed_assets"}, "attributed_assets stands per relationship type; add --by relationship_type"),
    ({"keys": "staff_assets"}, "staff_assets belongs to persons and has no total; add --by staff"),
    ({"keys": "clients", "as_of": "2024-05-30"}, "is published; the first is 2024-05."),
    ({"keys": "clients", "as_of": "30/5/2024"}, "Not a date: '30/5/2024'; write YYYY-MM-DD."),
    ({"keys": "clients", "period": "week"}, "Unknown period 'week'; allowed are month, quarter, half, year, 12m."),
    ({"keys": "clients", "rules": 9}, "No published month was built under rule version 9; built are 1."),
    ({"keys": "clients", "known_at": "2000-01-01"}, "No figures are kept as known at 2000-01-01"),
])  # fmt: skip
def test_a_wrong_question_is_one_sentence_that_names_what_is_allowed(firm_db, asked, words):
    asked = dict(asked)
    with pytest.raises(QuestionError, match=re.escape(words)):
        query(asked.pop("keys"), db=firm_db, **asked)


def test_rule_version_and_known_at_that_exist_give_the_same_figures(firm_db):
    assert one(firm_db, "clients", rules=1) == 12
    assert one(firm_db, "clients", known_at="2999-01-01T00:00") == 12


def test_an_empty_reach_sees_nothing(firm_db):
    for key in ("clients", "tasks_open", "core_clients"):
        assert one(firm_db, key, scope=NOTHING) == 0
    assert query("staff_assets", by="staff", scope=NOTHING, db=firm_db).empty
    assert one(firm_db, "income_share_top5", scope=NOTHING) is None


def test_a_personal_reach_reads_the_persons_clients(firm_db):
    person = Scope(staff_ids=frozenset({2}))
    assert one(firm_db, "clients", scope=person) == 4  # 01, 03, 14 and the task's 08
    assert query("staff_net_income", by="staff", scope=person, db=firm_db).values.tolist() == [["S0002", D("496.66")]]
    with pytest.raises(QuestionError, match="belongs to places"):
        query("attributed_assets", by="relationship_type", scope=person, db=firm_db)


def _asked(metric):
    if metric.source is Source.STAFF:
        return {"by": "staff"}
    return {"by": "relationship_type"} if "attributed" in metric.source else {"by": "branch"}


@pytest.mark.parametrize("key", METRICS)
@pytest.mark.parametrize("period", ["month", "quarter"])
def test_the_statement_gives_the_number(firm_db, key, period):
    asked = _asked(METRICS[key])
    frame = query(key, period=period, db=firm_db, **asked)
    with firm_db.reading() as connection:
        found = connection.execute(text(statement(key, period=period, db=firm_db, **asked).replace(":", "\\:"))).all()
    unit = METRICS[key].unit
    ran = {row[0]: None if row[1] is None else unit.exact(D(str(row[1]))) for row in found}
    asked_for = {row[0]: row[1] for row in frame.values.tolist()}
    assert {name: value for name, value in asked_for.items() if value or name in ran} == ran


def test_every_stable_key_is_in_the_catalogue():
    stable = {
        "clients", "active_clients", "assets", "net_income", "turnover", "net_inflow", "new_clients",
        "lost_clients", "returned_clients", "pool_lost", "pool_archived", "pool_silent", "pool_data_gap",
        "income_share_top5", "income_share_top20", "completeness", "clients_developed", "staff_net_income",
        "staff_assets", "core_clients", "tasks_open", "tasks_done", "attributed_net_income",
        "unattributed_net_income", "attributed_assets", "unattributed_assets", "assets_of_lost",
        "monthly_active_clients", "clients_developed_distinct",
    }  # fmt: skip
    assert stable - set(METRICS) == set()
    assert all(metric.denominator for metric in METRICS.values()
               if metric.kind is Kind.RATIO and metric.source is Source.CLIENT)  # fmt: skip
    assert client_no(1) == "00000001"
