"""Hand-made and random lists and people for the distribution."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

from domain.distribution import HandOutClient, HandOutLimits, HandOutPerson
from domain.tasks import PoolClient, TaskHolder
from metrics.distribution import Offer, Taker

ON = date(2026, 3, 16)


def a_taker(staff_no: str, *, office_id: int = 1, effort: int = 0, value_fen: int = 0, **facts: object) -> Taker:
    own = {name: facts.pop(name) for name in list(facts) if name in TaskHolder.__dataclass_fields__}
    holder = TaskHolder(**{"staff_no": staff_no, "category": "adviser", "branch_id": 1, "has_licence": True, **own})
    return Taker(replace(HandOutPerson(holder, office_id=office_id), **facts), effort, value_fen)


def an_offer(client_no: str, *, effort: int = 10, value_fen: int = 100, office_id: int = 1, reachable: bool = True,
             **facts: object) -> Offer:  # fmt: skip
    own = {name: facts.pop(name) for name in list(facts) if name in PoolClient.__dataclass_fields__}
    client = PoolClient(**{"client_no": client_no, "status": "silent", "branch_id": 1, **own})
    return Offer(replace(HandOutClient(client, office_id=office_id), **facts), effort, value_fen, reachable)


def a_random_book(seed: int, *, clients: int = 200, staff: int = 8, offices: int = 2,
                  limits: HandOutLimits | None = None) -> tuple[list[Offer], list[Taker], HandOutLimits]:  # fmt: skip
    """Return a list with households, previous holders and a long tail of values, and people of unequal capacity."""
    dice = random.Random(seed)
    takers = [a_taker(f"S{number:04d}", office_id=number % offices, capacity=dice.choice([50, 100, 100]))
              for number in range(staff)]  # fmt: skip
    offers = []
    for number in range(clients):
        office = dice.randrange(offices)
        offers.append(an_offer(
            f"C{number:06d}", office_id=office, effort=dice.choice([10, 15, 20, 30, 45]),
            value_fen=int(dice.lognormvariate(10, 1)), reachable=dice.random() < 0.8,
            household=f"H{office}-{dice.randrange(clients)}" if dice.random() < 0.2 else None,
            previous_staff_no=f"S{dice.randrange(staff):04d}" if dice.random() < 0.2 else None))  # fmt: skip
    return offers, takers, limits or HandOutLimits(ceiling=clients)
