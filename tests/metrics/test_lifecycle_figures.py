"""Figures of churn on the small firm: 14 lost 2024-12 (back 2025-06), 13 lost 2025-02, 12 lost 2025-06."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import select, update

from data_access.scope import Scope
from data_access.tables import client_status, cube_client
from metrics import query, rows
from metrics.errors import QuestionError

RATES = ["churn_rate", "return_rate", "net_churn_rate"]
WORTH = ["lost_assets_before", "lost_income_before"]
O011, O012 = Scope(office_ids=frozenset({4})), Scope(office_ids=frozenset({5}))
STAFF = Scope(staff_ids=frozenset({3}))  # S0003: the clients 3 and 4, and 12 that was lost


def one(keys, db, **more):
    return query(keys, db=db, **more).iloc[0]


@pytest.mark.parametrize(("period", "as_of", "parts"), [
    ("month", "2025-06-30", (1, 1, 0, 11)),
    ("month", "2025-02-28", (1, 0, 1, 12)),
    ("12m", "2025-06-30", (3, 1, 2, 13)),
    ("year", "2025-06-30", (2, 1, 1, 12)),
])  # fmt: skip
def test_rates_divide_the_period_by_the_clients_at_its_start(firm_db, period, as_of, parts):
    found = one(RATES, firm_db, period=period, as_of=as_of)
    lost, returned, net, start = parts
    assert [found[f"{key}_numerator"] for key in RATES] == [lost, returned, net]
    assert {found[f"{key}_denominator"] for key in RATES} == {start}
    assert found["churn_rate"] == round(Decimal(lost) / start, 6)


def test_rates_of_places_and_persons(firm_db):
    by = query("churn_rate", by="office", period="12m", db=firm_db).set_index("office")
    parts = by[["churn_rate_numerator", "churn_rate_denominator"]].to_numpy().tolist()
    assert dict(zip(by.index, parts, strict=True)) == {"O011": [1, 5], "O012": [1, 4], "O021": [1, 4]}
    assert one("churn_rate", firm_db, period="12m", scope=O012)["churn_rate"] == Decimal("0.25")
    own = one("churn_rate", firm_db, period="12m", scope=STAFF)
    assert (own["churn_rate_numerator"], own["churn_rate_denominator"]) == (1, 3)
    months = query("churn_rate", by="month", db=firm_db).set_index("month")["churn_rate_numerator"]
    assert dict(months[months > 0]) == {"2024-12": 1, "2025-02": 1, "2025-06": 1}


def test_a_rate_of_nobody_is_no_data(firm_db):
    assert one("churn_rate", firm_db, scope=Scope())["churn_rate"] is None


def test_what_was_lost_is_worth_what_it_was_the_month_before(firm_db):
    found = one(WORTH, firm_db, period="12m")
    assert found.tolist() == [Decimal("60000.00"), Decimal("450.00")]
    by = query(WORTH, by="office", period="12m", db=firm_db).set_index("office")
    assert by["lost_assets_before"].to_dict() == {
        "O011": Decimal("30000.00"), "O012": Decimal("20000.00"), "O021": Decimal("10000.00")}  # fmt: skip
    assert one(WORTH, firm_db, as_of="2025-05-31").tolist() == [Decimal("0.00"), Decimal("0.00")]
    assert one(WORTH, firm_db, scope=STAFF).tolist() == [Decimal("20000.00"), Decimal("240.00")]


def test_filled_reasons(firm_db):
    found = one("loss_reason_filled", firm_db, period="12m")
    assert (found["loss_reason_filled_numerator"], found["loss_reason_filled_denominator"]) == (1, 3)
    assert one("loss_reason_filled", firm_db, as_of="2025-02-28")["loss_reason_filled"] == 1
    assert one("loss_reason_filled", firm_db, as_of="2025-05-31")["loss_reason_filled"] is None


@pytest.mark.parametrize("key", [*RATES, *WORTH, "loss_reason_filled"])
@pytest.mark.parametrize("period", ["month", "12m"])
@pytest.mark.parametrize("by", ["", "office", "segment"])
@pytest.mark.parametrize("scope", [None, O011, STAFF])
def test_rows_add_up_to_the_figure(firm_db, key, period, by, scope):
    found = rows(key, by=by, period=period, scope=scope, db=firm_db)
    whole = query(key, by=by, period=period, scope=scope, db=firm_db)
    columns = [name for name in (key, f"{key}_numerator", f"{key}_denominator") if name in found]
    assert columns
    for name in columns:
        assert sum(value for value in found[name] if value is not None) == sum(
            value for value in whole[name] if value is not None)  # fmt: skip


@pytest.mark.parametrize("by", ["tier", "status", "stage"])
def test_a_group_of_the_end_is_refused_for_what_has_a_start(firm_db, by):
    with pytest.raises(QuestionError, match="cannot be split"):
        query("churn_rate", by=by, db=firm_db)


def test_every_client_has_one_stage_and_stages_add_up(firm_db):
    found = query(["clients", "pool_lost", "warned_clients"], by="stage", db=firm_db).set_index("stage")
    assert found["clients"].to_dict() == {"potential": 0, "building": 1, "growing": 0, "mature": 7, "declining": 4,
                                          "lost": 0}  # fmt: skip
    assert (found["pool_lost"]["lost"], found["pool_lost"].sum(), found["clients"].sum()) == (2, 2, 12)


def test_warned_clients_are_those_at_the_limit_of_the_months_rules(sqlite_db):
    from tests.support.firm import small_firm

    small_firm(sqlite_db, refreshed=True)
    with sqlite_db.writing() as connection:
        newest = connection.execute(select(client_status.c.build_id).order_by(
            client_status.c.month.desc()).limit(1)).scalar_one()  # fmt: skip
        for number, points in ((1, 2), (2, 1), (3, 3)):
            connection.execute(update(client_status).where(
                client_status.c.build_id == newest, client_status.c.client_id == number)
                .values(warning_points=points))  # fmt: skip
        connection.execute(update(cube_client).where(cube_client.c.build_id == newest).values(warned_count=0))
        connection.execute(update(cube_client).where(cube_client.c.build_id == newest, cube_client.c.tier == "A")
                           .values(warned_count=1))  # fmt: skip
    assert one("warned_clients", sqlite_db)["warned_clients"] == 1  # the cube as it was set
    by = query("warned_clients", by="segment", db=sqlite_db).set_index("segment")  # the clients' rows
    assert by["warned_clients"].to_dict() == {"institutional": 0, "mass": 2}
    assert rows("warned_clients", db=sqlite_db)["client_no"].tolist() == ["00000001", "00000003"]
