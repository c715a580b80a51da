"""The clients behind one person's results over a period, with the person's part of each: the ranking, taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from data_access.database import Database
from data_access.reads.generation import Generation
from data_access.scope import Scope
from metrics.rows import rows

ZERO = Decimal("0.00")


@dataclass
class CreditedClient:
    """One client's part in a person's results, in yuan; type and share are those of the period's last month held."""

    client_no: str
    type: str
    share_bp: int
    net_income: Decimal = ZERO
    assets: Decimal = ZERO


def credited_clients(db: Database, generation: Generation | int, month: int, scope: Scope, staff_no: str,
                     period: str = "month") -> list[CreditedClient]:  # fmt: skip
    """Return every client credited to a person, the largest net income first.

    The sums of ``net_income`` and ``assets`` equal ``staff_net_income`` and ``staff_assets`` of the person inside the
    same reach. Raises ``QuestionError`` for an unknown person or period.
    """
    found: dict[str, CreditedClient] = {}
    # assets stand at the month's end: the type and share found there are the latest
    for key, name in (("staff_assets", "assets"), ("staff_net_income", "net_income")):
        frame = rows(key, as_of=month, period=period, where={"staff": staff_no}, scope=scope, db=db,
                     generation=generation)  # fmt: skip
        for row in frame.to_dict("records"):
            one = found.setdefault(row["client_no"], CreditedClient(row["client_no"], row["type"], row["share_bp"]))
            setattr(one, name, getattr(one, name) + (row[key] or ZERO))
    return sorted(found.values(), key=lambda one: (-one.net_income, -one.assets, one.client_no))
