"""The clients behind one person's results over a period, with the person's part of each: the ranking, taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func, select

from data_access.database import Database
from data_access.reads.generation import Generation
from data_access.scope import Scope
from data_access.tables import client
from metrics.question import Question, ask
from metrics.sources.holdings import select_holdings
from metrics.sources.parts import total

KEYS = ("staff_net_income", "staff_assets")
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
    with db.reading() as connection:
        question = ask(connection, KEYS, as_of=month, period=period, where={"staff": staff_no}, scope=scope,
                       generation=generation)  # fmt: skip
        lines = connection.execute(_select_credited(question)).all()
    # the latest type and share are those of the period's last month; before it, the first line's
    latest: dict[str, tuple[str, int]] = {}
    sums: dict[str, tuple[int, int]] = {}
    for client_no, kind, net_income, assets, share_bp, share_now in lines:
        income_before, assets_before = sums.get(client_no, (0, 0))
        sums[client_no] = (income_before + int(net_income), assets_before + int(assets))
        if share_now is not None:
            latest[client_no] = (kind, int(share_now))
        else:
            latest.setdefault(client_no, (kind, int(share_bp)))
    ordered = sorted(sums, key=lambda number: (-sums[number][0], -sums[number][1], number))
    return [CreditedClient(number, *latest[number], *(Decimal(fen).scaleb(-2) for fen in sums[number]))
            for number in ordered]  # fmt: skip


def _select_credited(question: Question) -> Select[Any]:
    window = question.as_of
    part = select_holdings(question, [window], *question.metrics).subquery("parts").c
    return (
        select(client.c.client_no, part.type, *(total(part[key]).label(key) for key in KEYS),
               func.max(part.share_bp).label("share_bp"),
               func.max(case((part.of_month == window.month, part.share_bp))).label("share_now"))
        .select_from(part.client_id.table.join(client, client.c.client_id == part.client_id))
        .group_by(client.c.client_no, part.type).order_by(client.c.client_no, part.type)
    )  # fmt: skip
