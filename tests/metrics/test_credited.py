"""The clients behind a person add up to the ranking; who lies outside the reach counts without a name."""

from __future__ import annotations

import pytest

from data_access.reads.generation import read_generation
from data_access.scope import FIRM, Scope
from metrics import query
from metrics.credited import credited_clients
from tests.support.firm import AS_OF

O011 = Scope(office_ids=frozenset({4}), unit_ids=frozenset({4, 7}))


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
@pytest.mark.parametrize(("scope", "staff_no"), [(FIRM, "S0003"), (FIRM, "S0005"), (O011, "S0001"), (O011, "S0002"),
                                                 (Scope(staff_ids=frozenset({2})), "S0002")])  # fmt: skip
def test_the_clients_behind_a_person_add_up_to_the_ranking(firm_db, scope, staff_no, period):
    with firm_db.reading() as connection:
        generation = read_generation(connection)
    clients, count = credited_clients(firm_db, generation, AS_OF, scope, staff_no, period)
    ranking = query(["staff_net_income", "staff_assets"], by="staff", where={"staff": staff_no}, period=period,
                    scope=scope, db=firm_db)  # fmt: skip
    assert [sum(one.net_income for one in clients), sum(one.assets for one in clients)] == (
        ranking.iloc[0].tolist()[1:])  # fmt: skip
    assert len({one.client_no for one in clients}) == len(clients) == count > 0


def test_a_client_outside_the_reach_is_masked_and_does_not_open(firm_db):
    with firm_db.reading() as connection:
        generation = read_generation(connection)

    def behind(scope):
        found, _count = credited_clients(firm_db, generation, AS_OF, scope, "S0001", "year")
        return {one.client_no: (one.name, one.opens, one.status, one.tier) for one in found}

    own, whole, masked = behind(O011), behind(FIRM), behind(Scope(everything=True, masks_names=True))
    assert own["00000004"][:2] == ("张*", False)
    assert own["00000001"][:2] == ("欧阳文", True)
    assert whole["00000004"][0] != "张*"
    assert whole["00000004"][1]
    assert masked["00000001"][0][1:] == "**"
    assert [found["00000001"][2:] for found in (own, whole, masked)] == [("normal", "A")] * 3


def test_the_first_clients_and_how_many_there_are(firm_db):
    with firm_db.reading() as connection:
        generation = read_generation(connection)
    every, count = credited_clients(firm_db, generation, AS_OF, FIRM, "S0005", "year")
    assert count == len(every) == 2
    assert credited_clients(firm_db, generation, AS_OF, FIRM, "S0005", "year", most=1) == (every[:1], 2)
    assert credited_clients(firm_db, generation, 202405, FIRM, "S0006") == ([], 0)
