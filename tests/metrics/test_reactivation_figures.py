"""Figures of reactivation on the hand-made campaign, on both engines: coverage, cohorts, returned assets."""

from __future__ import annotations

from decimal import Decimal

import pytest

from data_access.database import Database
from data_access.scope import Scope
from metrics import query, rows
from metrics.errors import QuestionError
from tests.support.drawn_rows import drawn_book


def test_coverage_cohorts_and_returned_assets(db: Database):
    book = drawn_book(db)
    whole = {"period": "12m", "db": db}
    keys = ["reactivation_tasks", "reactivation_recognised", "reactivation_rate", "reactivation_unregistered",
            "returned_assets_30", "returned_assets_90", "pool_coverage"]  # fmt: skip
    found = query(keys, **whole).iloc[0]
    # six tasks, the undone one left out; four of them open at the end of June, of twelve pool clients
    sixth, third = Decimal("0.166667"), Decimal("0.333333")
    assert [found[key] for key in keys] == [6, 1, sixth, sixth, Decimal("400.00"), Decimal("0.00"), third]
    months = query(["reactivation_tasks", "reactivation_recognised"], by="month", db=db)
    assert {row.month: (row.reactivation_tasks, row.reactivation_recognised) for row in months.itertuples()} == {
        "2024-01": (0, 0), "2024-02": (0, 0), "2024-03": (5, 1), "2024-04": (1, 0), "2024-05": (0, 0),
        "2024-06": (0, 0)}  # fmt: skip
    kinds = query("reactivation_tasks", by="pool_kind", **whole)
    assert kinds.values.tolist() == [["silent", 5], ["lost", 1]]
    assert query("reactivation_tasks", by="staff", **whole).values.tolist() == [["S1", 3], ["S2", 2], ["S9", 1]]
    assert query("returned_assets_30", by="month", db=db).set_index("month")["returned_assets_30"]["2024-04"] == 400
    assert rows("returned_assets_30", **whole)[["task_no", "returned_assets_30"]].values.tolist() == [["T1", 400]]
    assert sorted(rows("reactivation_tasks", **whole)["task_no"]) == ["T1", "T3", "T4", "T5", "T6", "T7"]
    covered = rows("pool_coverage", db=db)
    assert sorted(covered[covered["pool_coverage_numerator"] == 1]["client_no"]) == ["C03", "C04", "C08", "C10"]
    branch = Scope(office_ids=frozenset({book.units["O021"]}))
    assert query("reactivation_tasks", scope=branch, **whole)["reactivation_tasks"].tolist() == [1]
    with pytest.raises(QuestionError):
        query("reactivation_tasks", by="tier", db=db)
