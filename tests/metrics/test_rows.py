"""The rows behind a figure add up to it, for every key, group, period and reach."""

from __future__ import annotations

from decimal import Decimal

import pytest

from data_access.scope import Scope
from metrics import query, rows
from metrics.catalogue import METRICS, Kind, Source
from metrics.errors import QuestionError
from metrics.units import COUNT

D = Decimal
REACHES = {
    "firm": None, "branch": Scope(office_ids=frozenset({4, 5}), unit_ids=frozenset({2, 4, 5, 7})),
    "person": Scope(staff_ids=frozenset({2})),
}  # fmt: skip


ASKED = [(key, reach) for key, metric in METRICS.items() for reach in REACHES
         if reach != "person" or "attributed" not in metric.source]  # fmt: skip
"""Attributed figures belong to places, so a personal reach has none."""


def _groups(metric):
    if metric.source is Source.STAFF:
        return [("staff",), ("staff", "relationship_type"), ("staff", "branch")]
    if "attributed" in metric.source:
        return [("relationship_type",), ("relationship_type", "office")]
    return [(), ("branch",), ("region",), *((("tier",), ("segment",)) if metric.source is Source.CLIENT else ())]


def _sum(frame, column):
    return sum((value for value in frame[column] if value is not None), D(0))


@pytest.mark.parametrize(("key", "reach"), ASKED)
def test_rows_add_up_to_the_figure(firm_db, key, reach):
    metric = METRICS[key]
    everything = reach == "firm"
    columns = [f"{key}_numerator", f"{key}_denominator"] if metric.kind is Kind.RATIO else [key]
    for by in _groups(metric) if everything else _groups(metric)[:1]:
        for period in ("month", "12m") if everything else ("12m",):
            asked = {"by": by, "period": period, "scope": REACHES[reach], "db": firm_db}
            found, figure = rows(key, **asked), query(key, **asked)
            assert {name: _sum(found, name) for name in columns} == {name: _sum(figure, name) for name in columns}
            if metric.unit is COUNT and not by:
                assert len(found) == figure[key].iloc[0]


@pytest.mark.parametrize(("key", "keys"), [
    ("clients", ["client_no", "clients"]), ("net_income", ["client_no", "net_income"]),
    ("clients_developed", ["staff_no", "client_no", "clients_developed"]), ("tasks_open", ["task_no", "tasks_open"]),
    ("core_clients", ["staff_no", "client_no", "core_clients"]),
])  # fmt: skip
def test_the_key_columns_come_first(firm_db, key, keys):
    assert list(rows(key, db=firm_db).columns)[: len(keys)] == keys


def test_rows_of_results_and_remainders(firm_db):
    found = rows("staff_net_income", where={"staff": "S0003"}, db=firm_db)
    assert found.values.tolist() == [
        ["S0003", "00000003", "new_development", D("66.66"), 3333],
        ["S0003", "00000004", "key_service", D("75.00"), 7500],
        ["S0003", "00000012", "legacy_development", D("5.00"), 10000]]  # fmt: skip
    left = rows("unattributed_net_income", where={"relationship_type": "key_service", "office": "O021"}, db=firm_db)
    assert left.values.tolist() == [["00000005", "key_service", D("150.00")], ["00000006", "key_service", D("50.00")]]


def test_rows_of_a_pool_say_what_made_them(firm_db):
    found = rows("pool_silent", db=firm_db)
    assert found["client_no"].tolist() == ["00000008", "00000009"]
    assert found["office"].tolist() == ["O011", "O021"]
    assert found["months_quiet"].tolist() == [14, 14]


def test_one_metric_at_a_time(firm_db):
    with pytest.raises(QuestionError, match="one metric at a time"):
        rows("clients,assets", db=firm_db)
