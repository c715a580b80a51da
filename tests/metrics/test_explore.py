"""Groups, rest, totals and comparison of a reader's own question, against the small firm worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from data_access.database import Database
from data_access.reads.generation import read_generation
from data_access.scope import FIRM, Scope
from metrics.errors import QuestionError
from metrics.explore.answer import ALL, REST, Answer, Figure, compared_month, explore
from metrics.explore.asked import Exploration
from metrics.query import query
from tests.support.firm import AS_OF


def asked(db: Database, month: int = AS_OF, scope: Scope = FIRM, **more: object) -> Answer:
    with db.reading() as connection:
        generation = read_generation(connection)
        assert generation is not None
        return explore(connection, Exploration(**more), month=month, scope=scope, generation=generation)  # type: ignore[arg-type]


def column(found: Answer, key: str, across: str | None = "") -> dict[tuple[str | None, ...], object]:
    return {line: found.figure(line, across, key).value for line in found.lines}


def test_groups_with_their_total(firm_db: Database) -> None:
    found = asked(firm_db, measures=("clients", "net_income"), by=("office",))
    assert column(found, "net_income") == {
        ("O011",): Decimal("1540.00"), ("O021",): Decimal("350.00"), ("O012",): Decimal("305.00"),
        (ALL,): Decimal("2195.00")}  # fmt: skip
    assert found.lines == (("O011",), ("O012",), ("O021",), (ALL,))  # by clients: 6, 3, 3, equal ones by code
    assert column(found, "clients") == {("O011",): 6, ("O012",): 3, ("O021",): 3, (ALL,): 12}


def test_the_order_is_the_readers(firm_db: Database) -> None:
    by_income = asked(firm_db, measures=("clients", "net_income"), by=("office",), sort="net_income")
    assert [line[0] for line in by_income.groups] == ["O011", "O021", "O012"]
    by_code = asked(firm_db, measures=("net_income",), by=("office",), sort="code")
    assert [line[0] for line in by_code.groups] == ["O011", "O012", "O021"]


def test_the_rest_and_the_total_of_a_share_are_asked_not_added(firm_db: Database) -> None:
    found = asked(firm_db, measures=("income_share_top5",), by=("office",), top=5, sort="code")
    assert REST not in [code for line in found.lines for code in line]
    ratio = asked(firm_db, measures=("active_ratio",), by=("segment",), top=5)
    total = ratio.figure((ALL,), "", "active_ratio")
    assert (total.above, total.below) == (8, 12)
    share = found.figure((ALL,), "", "income_share_top5")
    assert (share.above, share.below) == (Decimal("12000.00"), Decimal("25990.00"))  # one client of eight, not three


def test_the_rest_of_persons_distinct_clients_is_not_their_sum(
    firm_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metrics.explore.answer._split", lambda _asked, members: (list(members[:1]), list(members[1:])))
    found = asked(firm_db, measures=("clients",), by=("office",), top=5)
    assert column(found, "clients") == {("O011",): 6, (REST,): 6, (ALL,): 12}
    ratio = asked(firm_db, measures=("income_share_top20",), by=("office",), top=5, sort="code")
    rest = ratio.figure((REST,), "", "income_share_top20")
    # O012 and O021 together: values 2,400 1,200 3,600 600, the first of four
    assert (rest.above, rest.below) == (Decimal("3600.00"), Decimal("7800.00"))
    spread = asked(firm_db, measures=("clients",), by=("office",), across="tier", top=5)
    assert spread.figure((REST,), "C", "clients").value == 6
    assert spread.figure((REST,), ALL, "clients").value == 6


def test_results_of_persons_have_neither_rest_nor_total(firm_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.explore.answer._split", lambda _asked, members: (list(members[:2]), list(members[2:])))
    found = asked(firm_db, measures=("staff_net_income",), by=("staff",), top=5)
    assert column(found, "staff_net_income") == {("S0001",): Decimal("1125.00"), ("S0002",): Decimal("496.66")}


def test_a_dimension_across_has_totals_both_ways(firm_db: Database) -> None:
    found = asked(firm_db, measures=("clients",), by=("branch",), across="tier")
    assert found.columns == ("A", "B", "C", None, ALL)
    assert column(found, "clients", "C") == {("B01",): 7, ("B02",): 3, (ALL,): 10}
    assert column(found, "clients", ALL) == {("B01",): 9, ("B02",): 3, (ALL,): 12}


def test_months_across_have_no_total_over_time(firm_db: Database) -> None:
    found = asked(firm_db, measures=("clients",), by=("branch",), across="month")
    assert ALL not in found.columns
    assert found.figure((ALL,), "2025-05", "clients").value == 11
    assert found.figure((ALL,), "2025-06", "clients").value == 12


def test_comparison_with_the_month_before(firm_db: Database) -> None:
    found = asked(firm_db, measures=("clients", "new_clients"), by=("office",), compare="previous")
    assert (found.compared, found.is_compared, found.short) == (202505, True, 0)
    total = found.figure((ALL,), "", "clients")
    assert (total.value, total.before, total.difference, total.change) == (12, 11, 1, Decimal(1) / Decimal(11))
    new = found.figure((ALL,), "", "new_clients")
    assert (new.before, new.difference, new.change) == (0, 1, None)


def test_months_are_compared_one_by_one(firm_db: Database) -> None:
    found = asked(firm_db, measures=("clients",), by=("month",), compare="year")
    now, year_ago = found.figure(("2025-06",), "", "clients"), found.figure(("2024-06",), "", "clients")
    assert now.before == year_ago.value
    assert year_ago.before is None


def test_a_month_that_is_not_published_is_not_compared(firm_db: Database) -> None:
    found = asked(firm_db, month=202405, measures=("clients",), by=("office",), compare="year")
    assert (found.compared, found.is_compared) == (None, True)
    assert found.figure((ALL,), "", "clients").before is None


@pytest.mark.parametrize(("month", "period", "compare", "expected"), [
    (202506, "month", "previous", 202505), (202505, "quarter", "previous", 202502),
    (202502, "half", "previous", 202408),
    (202505, "year", "previous", 202405), (202505, "12m", "previous", 202405), (202503, "quarter", "year", 202403),
    (202503, "quarter", "", None)])  # fmt: skip
def test_the_period_before_ends_at_the_same_place(month: int, period: str, compare: str, expected: int | None) -> None:
    assert compared_month(month, period, compare) == expected


def test_dividing_by_zero_is_undefined_and_no_data_is_not() -> None:
    assert Figure(None, 0, 0).is_undefined
    assert not Figure(None).is_undefined
    assert not Figure(Decimal("0.5"), 1, 2).is_undefined
    assert Figure(5, before=0).change is None


def test_a_ratio_shows_its_parts_and_an_empty_group_is_undefined(firm_db: Database) -> None:
    found = asked(firm_db, measures=("active_ratio",), by=("status",))
    lost = found.figure(("lost",), "", "active_ratio")
    assert (lost.value, lost.below, lost.is_undefined) == (None, 0, True)
    assert found.figure((ALL,), "", "active_ratio").above == 8


def test_a_narrow_reach_sees_its_own_rest_and_total(firm_db: Database) -> None:
    with firm_db.reading() as connection:
        from sqlalchemy import select

        from data_access.tables import org_unit

        office = connection.execute(select(org_unit.c.unit_id).where(org_unit.c.unit_code == "O012")).scalar_one()
    found = asked(firm_db, scope=Scope(office_ids=frozenset({office})), measures=("clients",), by=("office",))
    assert column(found, "clients") == {("O012",): 3, (ALL,): 3}


def test_more_rows_than_allowed_are_refused(firm_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.explore.answer.MOST_ROWS", 2)
    with pytest.raises(QuestionError, match="more than 2 rows"):
        asked(firm_db, measures=("clients",), by=("office",))


@pytest.mark.parametrize("by", [("office",), ("branch", "tier"), ("month", "office"), ("stage",), ("segment",)])
def test_every_cell_is_the_figure_of_query(firm_db: Database, by: tuple[str, ...]) -> None:
    keys = ("clients", "net_income", "active_ratio")
    found = asked(firm_db, measures=keys, by=by, period="quarter")
    frame = query(keys, by=by, period="quarter", db=firm_db)
    rows = {tuple(None if code != code else code for code in row[: len(by)]): row[len(by) :]
            for row in frame[[*by, *keys]].itertuples(index=False, name=None)}  # fmt: skip
    assert set(found.groups) == set(rows)
    for line, values in rows.items():
        for key, value in zip(keys, values, strict=True):
            assert found.figure(line, "", key).value == (None if value is None or value != value else value)
