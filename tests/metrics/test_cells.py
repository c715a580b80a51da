"""The clients behind a cell are the rows that make its number, inside the reach of whoever opens it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from data_access.database import Database
from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import count_clients, read_clients
from data_access.reads.generation import Generation, read_generation
from data_access.scope import FIRM, Scope
from data_access.tables import org_unit
from metrics.explore.answer import ALL, explore
from metrics.explore.asked import Exploration
from metrics.explore.cells import Cell, cell_of, read_cell
from metrics.explore.spread import SPREAD_OF, read_spread
from metrics.question import ask
from metrics.rows import rows
from tests.support.firm import AS_OF


def listed(db: Database, cell: Cell, scope: Scope = FIRM) -> list[str]:
    with db.reading() as connection:
        generation = pinned(connection)
        kept = ClientFilter(among=cell)
        found = read_clients(connection, generation, AS_OF, scope, kept, order="client_no")
        assert count_clients(connection, generation, AS_OF, scope, kept) == len(found)
    return [row["client_no"] for row in found]


def pinned(connection: object) -> Generation:
    generation = read_generation(connection)  # type: ignore[arg-type]
    assert generation is not None
    return generation


@pytest.mark.parametrize("cell", [
    Cell("clients"), Cell("clients", where=(("branch", ("B02",)),)), Cell("net_income", "12m", (("tier", ("A", "B")),)),
    Cell("lost_clients", "year"), Cell("active_ratio", where=(("client_kind", ("individual",)),)),
    Cell("pool_silent"), Cell("income_share_top5", where=(("office", ("O011",)),)),
    Cell("staff_net_income", where=(("staff", ("S0002",)),)), Cell("clients", where=(("segment", ("",)),)),
], ids=Cell.text)  # fmt: skip
def test_the_list_is_the_rows_of_the_number(firm_db: Database, cell: Cell) -> None:
    frame = rows(cell.measure, period=cell.period, where={key: list(values) for key, values in cell.where}, db=firm_db)
    assert listed(firm_db, cell) == sorted(set(frame["client_no"]))


def test_a_narrow_reader_sees_the_own_part_only(firm_db: Database) -> None:
    with firm_db.reading() as connection:
        office = connection.execute(select(org_unit.c.unit_id).where(org_unit.c.unit_code == "O012")).scalar_one()
    own = Scope(office_ids=frozenset({office}))
    assert listed(firm_db, Cell("clients"), own) == ["00000003", "00000004", "00000010"]
    assert listed(firm_db, Cell("clients", where=(("branch", ("B02",)),)), own) == []


def test_a_cell_survives_its_address() -> None:
    cell = Cell("net_income", "12m", (("region", ("华东 & 江浙=沪", "")), ("tier", ("A",))))
    assert read_cell(cell.text()) == cell
    spread = Cell("clients", spread="assets", place=3)
    assert read_cell(spread.text()) == spread


@pytest.mark.parametrize("text", [
    "", "x", "measure=nothing&period=month", "measure=clients&period=century",
    "measure=clients&period=month&.month=202506",
    "measure=clients&period=month&.salary=1", "measure=clients&period=month&spread=salary",
    "measure=clients&period=month&spread=assets&place=99", "measure=clients&period=month&.tier=" + "x" * 500,
    "measure=clients&period=month&.tier=A" * 500])  # fmt: skip
def test_what_is_no_cell_is_none(text: str) -> None:
    assert read_cell(text) is None


def test_a_cell_with_an_unknown_value_holds_nobody(firm_db: Database) -> None:
    assert listed(firm_db, Cell("clients", where=(("branch", ("B99",)),))) == []


def test_the_cells_of_an_answer_add_up_to_it(firm_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metrics.explore.answer._split", lambda _asked, members: (list(members[:1]), list(members[1:])))
    with firm_db.reading() as connection:
        answer = explore(connection, Exploration(by=("office",), across="tier", top=5), month=AS_OF, scope=FIRM,
                         generation=pinned(connection))  # fmt: skip
    for line in answer.lines:
        for column in answer.columns:
            found = cell_of(answer, line, column, "clients")
            assert found is not None
            assert found[1] is None
            assert len(listed(firm_db, found[0])) == (answer.figure(line, column, "clients").value or 0)
    assert cell_of(answer, (ALL,), ALL, "clients") == (Cell("clients"), None)


def test_a_cell_of_a_past_month_names_it(firm_db: Database) -> None:
    with firm_db.reading() as connection:
        answer = explore(connection, Exploration(by=("month", "tier")), month=AS_OF, scope=FIRM,
                         generation=pinned(connection))  # fmt: skip
    assert cell_of(answer, ("2025-05", "A"), "", "clients") == (Cell("clients", where=(("tier", ("A",)),)), "2025-05")


@pytest.mark.parametrize(("code", "expected"), [
    # assets of the twelve: 01 02 03 04 05 06 07 14 with 1m 500k 200k 100k 2m 50k 80k 30k; 999.99, 500, 500, 300
    ("assets", [(2, 4), (3, 0), (4, 1), (5, 2), (6, 2), (7, 1), (8, 2)]),
    # value: 0 four times, 10, 180, 600, 1,200, 2,400, 3,600, 6,000, 12,000
    ("value", [(1, 4), (2, 1), (3, 1), (4, 1), (5, 3), (6, 1), (7, 1)]),
])  # fmt: skip
def test_a_spread_counts_clients_by_range(firm_db: Database, code: str, expected: list[tuple[int, int]]) -> None:
    with firm_db.reading() as connection:
        question = ask(connection, "clients", scope=FIRM, as_of=AS_OF)
        found = read_spread(connection, question, code)
    assert [(one.number, one.clients) for one in found] == expected
    for one in found:
        assert len(listed(firm_db, Cell("clients", spread=code, place=-1 if one.number is None else one.number))) == (
            one.clients)  # fmt: skip


@pytest.mark.parametrize("code", list(SPREAD_OF))
def test_every_spread_holds_every_client_once(firm_db: Database, code: str) -> None:
    with firm_db.reading() as connection:
        question = ask(connection, "clients", scope=FIRM, as_of=AS_OF, where={"branch": "B01"})
        assert sum(one.clients for one in read_spread(connection, question, code)) == 9
