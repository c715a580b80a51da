"""The clients behind a person add up to the ranking; who lies outside the reach counts without a name."""

from __future__ import annotations

import pytest

from data_access.reads.generation import read_generation
from data_access.reads.staff_results import read_staff_clients
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
    clients = credited_clients(firm_db, generation, AS_OF, scope, staff_no, period)
    ranking = query(["staff_net_income", "staff_assets"], by="staff", where={"staff": staff_no}, period=period,
                    scope=scope, db=firm_db)  # fmt: skip
    assert [sum(one.net_income for one in clients), sum(one.assets for one in clients)] == (
        ranking.iloc[0].tolist()[1:])  # fmt: skip
    assert len({one.client_no for one in clients}) == len(clients) > 0


def test_a_client_outside_the_reach_is_masked_and_does_not_open(firm_db):
    with firm_db.reading() as connection:
        generation = read_generation(connection)
        found = read_staff_clients(connection, generation, AS_OF, O011, ["00000001", "00000004"])
        masked = read_staff_clients(connection, generation, AS_OF, Scope(everything=True, masks_names=True),
                                    ["00000001"])  # fmt: skip
    assert [(found[number]["name"], found[number]["opens"]) for number in ("00000001", "00000004")] == [
        ("欧阳文", True), ("张*", False)]  # fmt: skip
    assert masked["00000001"]["name"][1:] == "**"
