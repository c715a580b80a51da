"""Money and trades of clients by month: what a comparison of returns needs, and no more."""

from __future__ import annotations

from sqlalchemy import event, select

from data_access.database import Database
from data_access.reads.conduct import read_flows, read_months
from data_access.reads.generation import read_generation
from data_access.tables import client
from tests.support.drawn_rows import drawn_book


def test_flows_are_those_of_the_months_in_one_statement(db: Database):
    drawn_book(db)
    asked: list[str] = []
    ids = select(client.c.client_id)
    with db.reading() as connection:
        generation = read_generation(connection)
        assert generation is not None
        months = [*sorted(generation.builds), 209901]
        whole = read_months(connection, ids, generation, months)
        event.listen(connection, "before_cursor_execute", lambda *said: asked.append(said[2]))
        flows = read_flows(connection, ids, generation, months)
        assert read_flows(connection, ids, generation, [209901]) == {}
    assert len(asked) == 1
    assert flows.keys() == whole.keys()
    seen = 0
    for client_id, known in whole.items():
        assert flows[client_id].keys() == known.keys()
        for month, each in known.items():
            flow = flows[client_id][month]
            assert (flow.inflow_fen, flow.outflow_fen, flow.trades_count, flow.end_assets_fen) == (
                each.inflow_fen, each.outflow_fen, each.trades_count, None)  # fmt: skip
            seen += bool(each.inflow_fen)
    assert seen
