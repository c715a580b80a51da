"""Money and trades of clients by month: what a comparison of returns needs, and no more."""

from __future__ import annotations

from datetime import date

from sqlalchemy import event, select

from data_access.database import Database
from data_access.reads.conduct import read_months, read_standing
from data_access.reads.flows import read_flows
from data_access.reads.generation import read_generation
from data_access.tables import client
from domain.outcomes import AWAY, UNKNOWN, ConductFacts, MonthConduct
from domain.status import Spell
from tests.support.drawn_rows import drawn_book


def test_flows_are_those_of_the_months_in_one_statement(db: Database):
    drawn_book(db)
    asked: list[str] = []
    ids = select(client.c.client_id)
    with db.reading() as connection:
        generation = read_generation(connection)
        assert generation is not None
        months = [*sorted(generation.builds), 209901]
        lines = {key: line for line, key in enumerate(connection.execute(ids.order_by(client.c.client_no)).scalars())}
        whole = read_months(connection, ids, generation, months)
        event.listen(connection, "before_cursor_execute", lambda *said: asked.append(said[2]))
        flows = read_flows(connection, ids, generation, reversed(months), lines)
        assert len(asked) == 1
        assert not read_flows(connection, ids, generation, [209901], lines).has_row.any()
        standing = read_standing(connection, ids, generation, months[0])
    assert len(asked) == 2
    assert flows.months == tuple(months)
    seen = 0
    for client_id, line in lines.items():
        known = whole.get(client_id, {})
        told = flows.conduct(line)
        assert [month for month, has_row in zip(months, flows.has_row[line], strict=True) if has_row] == sorted(known)
        for month in months:
            each = known.get(month, UNKNOWN)
            assert told[month] == MonthConduct(each.inflow_fen, each.outflow_fen, each.trades_count)
            seen += bool(each.inflow_fen)
    assert seen
    assert standing == {client_id: (known[months[0]].status, known[months[0]].end_assets_fen)
                        for client_id, known in whole.items() if months[0] in known}  # fmt: skip


def test_months_spent_away_are_nil_where_the_firm_keeps_no_row(db: Database):
    drawn_book(db)
    spells = {
        "C01": [Spell(date(2023, 1, 1), None)],  # its rows are kept all the same
        "C10": [Spell(date(2023, 1, 1), None)],
        "C11": [Spell(date(2024, 2, 1), date(2024, 4, 1)), Spell(date(2024, 5, 2), date(2024, 7, 1))],
        "C12": [Spell(date(2024, 1, 1), date(2024, 1, 31))],
    }
    with db.reading() as connection:
        generation = read_generation(connection)
        assert generation is not None
        ids = select(client.c.client_id).where(client.c.client_no.in_(spells))
        keys = {key: number for key, number in connection.execute(ids.add_columns(client.c.client_no))}  # noqa: C416
        lines = {key: line for line, key in enumerate(keys)}
        flows = read_flows(connection, ids, generation, generation.builds, lines)
    lost = {key: spells[number] for key, number in keys.items() if number != "C11"}
    archived = {key: spells[number] for key, number in keys.items() if number == "C11"}
    away = flows.with_away(lines, lost, archived)
    nil = MonthConduct(0, 0, 0)
    for key, line in lines.items():
        facts = ConductFacts("lost", lost.get(key, ()), archived.get(key, ()),
                             months=flows.conduct(line) if keys[key] == "C01" else {})  # fmt: skip
        expected = {month: facts.conduct(month) for month in flows.months}
        assert away.conduct(line) == {month: nil if one == AWAY else one for month, one in expected.items()}
    told = {keys[key]: [one == nil for one in away.conduct(line).values()] for key, line in lines.items()}
    assert told == {"C01": [True, True, False, False, True, True], "C10": [True] * 6, "C12": [False] * 6,
                    "C11": [False, True, True, False, False, True]}  # fmt: skip
    assert away.is_idle.tolist() == [keys[key] == "C10" for key in lines]
    assert away.sums() == [{"C01": 100_000, "C10": 0}.get(keys[key]) for key in lines]
    assert away.is_known.tolist() == [keys[key] in ("C01", "C10") for key in lines]
