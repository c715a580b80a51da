"""Every drawn client's outcome is that of the rules, however few of them had to be asked."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, update

from data_access.database import Database
from data_access.reads.drawn import DrawnConduct, read_conduct, read_drawn
from data_access.reads.generation import read_generation
from data_access.reads.outcomes import read_drawn_campaigns
from data_access.scope import FIRM
from data_access.tables import campaign_member
from domain.outcomes import outcome_of
from domain.policies import FIRST_RULE_SET as RULES
from metrics.results.compare import client_results
from tests.support.drawn_rows import DRAWN_ON, add_campaign, conduct, drawn_book

KEPT = {"C01": {"end_assets_fen": 50_000}, "C02": {"end_assets_fen": 1_000}, "C03": {"end_assets_fen": None},
        "C04": {"has_row": False}}  # fmt: skip
NORMAL = (*KEPT, "C05", "C10", "C11")


def read(connection: Connection, number: str, days: int) -> DrawnConduct:
    as_of = date(2024, 7, 10)
    campaign = next(one for one in read_drawn_campaigns(connection, FIRM, as_of=as_of) if one.campaign_no == number)
    generation = read_generation(connection)
    assert generation is not None
    return read_conduct(connection, FIRM, read_drawn(connection, FIRM, campaign),
                        until_on=DRAWN_ON + timedelta(days=days), as_of=as_of, generation=generation)  # fmt: skip


@pytest.mark.parametrize("days", [1, 30, 51, 90, 112])
def test_outcomes_are_those_of_the_rules(sqlite_db: Database, days: int):
    book = drawn_book(sqlite_db)
    with sqlite_db.writing() as connection:
        # clients to be kept beside two of the pool
        key = add_campaign(connection, book, "K4", dict.fromkeys([*NORMAL, "C06", "C12"], "task"), purpose="retention")
        member = campaign_member.c
        connection.execute(update(campaign_member).values(pool_status="normal").where(
            member.campaign_id == key, member.client_id.in_([book.clients[one] for one in NORMAL])))  # fmt: skip
        for client_no, fields in KEPT.items():
            conduct(connection, book, client_no, 202405, status="normal", **fields)
    with sqlite_db.reading() as connection:
        both = {number: read(connection, number, days) for number in ("K1", "K4")}
    for found in both.values():
        told = client_results(found, RULES)
        assert len(told) == len(found.drawn.rows) > 8
        for line, one in enumerate(told):
            expected = outcome_of(found.facts(line), drawn_on=DRAWN_ON, until_on=found.until_on, rules=RULES)
            assert (one.returned, one.returned_on, one.net_inflow_fen, one.reason) == (
                expected.returned, expected.on, expected.net_inflow_fen, expected.reason)  # fmt: skip
    if days == 90:
        assert {one.client_no: one.reason.code for one in client_results(both["K4"], RULES)} == {
            "C01": "outcome.kept", "C02": "outcome.assets_fell", "C03": "outcome.gap", "C04": "outcome.gap",
            "C05": "outcome.silent", "C06": "outcome.inflow", "C10": "outcome.gap", "C11": "outcome.gap",
            "C12": "R-21.too_soon"}  # fmt: skip
