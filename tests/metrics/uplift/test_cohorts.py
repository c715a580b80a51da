"""Funnel and cohorts by hand."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from metrics.uplift import FunnelRow, cohorts_of, funnel_of

MARCH = date(2026, 3, 10)


def row(number: int, **facts: object) -> FunnelRow:
    return FunnelRow(**{"task_no": f"T{number}", "handed_on": MARCH, "pool_status": "silent", "state": "open", **facts})


ROWS = [
    row(1), row(2, state="expired", attempted_on=date(2026, 3, 12)),
    row(3, state="expired", preregistered_on=date(2026, 3, 20), connected_on=date(2026, 3, 20)),
    row(4, state="recognised", responded_on=date(2026, 3, 15), recognised_on=date(2026, 4, 9),
        active=(True, True, None), returned_30_fen=500_000),
    row(5, state="recognised", recognised_on=date(2026, 3, 30), active=(True, False, False), returned_30_fen=200_000,
        returned_90_fen=150_000),
    row(6, handed_on=date(2026, 4, 1), state="recognised", recognised_on=date(2026, 6, 1)),
]  # fmt: skip


def test_funnel_by_hand():
    funnel = funnel_of(ROWS)
    assert [(one.step.value, one.count, one.of) for one in funnel.steps] == [
        ("handed_out", 6, 6), ("attempted", 5, 6), ("connected", 4, 6), ("responded", 3, 6), ("recognised", 3, 6),
        ("active_30", 2, 2), ("active_60", 1, 2), ("active_90", 0, 1)]  # fmt: skip
    assert funnel.median_days == 30  # 20, 30 and 61 days
    assert (funnel.returned_30_fen, funnel.returned_30_of) == (700_000, 2)
    assert (funnel.returned_90_fen, funnel.returned_90_of) == (150_000, 1)
    assert funnel.expired_unregistered == 1


def test_an_empty_funnel_has_no_ratios():
    funnel = funnel_of([])
    assert {one.ratio for one in funnel.steps} == {None}
    assert funnel.median_days is None


def test_cohorts_by_hand():
    march, april = cohorts_of(ROWS, last_month=202605, months=4)
    assert (march.month, march.handed_out, march.recognised) == (202603, 5, (1, 2, 2, None))
    assert march.ratios == (0.2, 0.4, 0.4, None)
    assert (april.month, april.handed_out, april.recognised) == (202604, 1, (0, 0, None, None))
    assert cohorts_of(ROWS, last_month=202606, months=4)[1].recognised == (0, 0, 1, None)


days = st.one_of(st.none(), st.dates(MARCH, date(2026, 9, 30)))


@given(st.lists(st.tuples(days, days, days, days), max_size=15))
def test_no_step_is_larger_than_the_one_before(rows: list[tuple[date | None, ...]]):
    tasks = [row(number, attempted_on=one[0], connected_on=one[1], responded_on=one[2], recognised_on=one[3])
             for number, one in enumerate(rows)]  # fmt: skip
    counts = [one.count for one in funnel_of(tasks).steps[:5]]
    assert counts == sorted(counts, reverse=True)
    assert counts[4] == sum(one[3] is not None for one in rows)
    for cohort in cohorts_of(tasks, last_month=202612, months=10):
        assert list(cohort.recognised) == sorted(cohort.recognised)
        assert cohort.recognised[-1] == counts[4]
