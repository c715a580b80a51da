"""The clients behind one person's results over a period, with the person's part of each: the ranking, taken apart."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, case, func, select

from data_access.database import Database
from data_access.reads.generation import Generation
from data_access.reads.reach import opens as opens_for
from data_access.scope import Scope
from data_access.tables import client, client_status
from domain.identity import mask_name
from metrics.question import ask
from metrics.shapes import Kept, Shape, keep, of_window, shape_of
from metrics.sources.holdings import select_holdings
from metrics.sources.parts import total

KEYS = ("staff_net_income", "staff_assets")
FEN = Decimal("0.01")


@dataclass
class CreditedClient:
    """One client's part in a person's results, in yuan; type and share are those of the period's last month held.

    ``status`` and ``tier`` are those of the period's last month. A client outside the reach counts in the person's
    result, but its name is masked and ``opens`` is False.
    """

    client_no: str
    type: str
    share_bp: int
    net_income: Decimal
    assets: Decimal
    name: str
    status: str | None
    tier: str | None
    opens: bool


def credited_clients(db: Database, generation: Generation | int, month: int, scope: Scope, staff_no: str,
                     period: str = "month", most: int | None = None) -> tuple[list[CreditedClient], int]:  # fmt: skip
    """Return the clients credited to a person (the first ``most``), the largest net income first, and how many are.

    The sums of ``net_income`` and ``assets`` of all of them equal ``staff_net_income`` and ``staff_assets`` of the
    person inside the same reach. Raises ``QuestionError`` for an unknown person or period.
    """
    with db.reading() as connection:
        question = ask(connection, KEYS, as_of=month, period=period, where={"staff": staff_no}, scope=scope,
                       generation=generation)  # fmt: skip
        kept = _credited(shape_of(question, months=len(question.as_of.months)))
        lines = connection.execute(kept.statement, kept.values(question)).all()
    # the latest type and share are those of the period's last month; before it, the first line's
    latest: dict[str, Any] = {}
    sums: dict[str, tuple[int, int]] = {}
    for line in lines:
        number, net_income, assets, share_now = line[0], line[1], line[2], line[3]
        before = sums.get(number)
        if before is None:
            sums[number], latest[number] = (int(net_income), int(assets)), line
        else:
            sums[number] = before[0] + int(net_income), before[1] + int(assets)
            if share_now is not None:
                latest[number] = line
    ordered = sorted(sums, key=lambda number: (-sums[number][0], -sums[number][1], number))
    return [_client(scope, latest[number], *sums[number]) for number in ordered[:most]], len(ordered)


def _client(scope: Scope, line: Any, net_income: int, assets: int) -> CreditedClient:
    number, _income, _assets, share_now, share_bp, kind, name, status, tier, opens = line
    shown = name if opens and not scope.masks_names else mask_name(name)
    share = share_bp if share_now is None else share_now
    return CreditedClient(number, kind, int(share), net_income * FEN, assets * FEN, shown, status, tier, bool(opens))


@lru_cache(maxsize=200)
def _credited(shape: Shape) -> Kept:
    """Make the statement of one line per client and type: number, sums, shares, type, name, status, tier, opens."""
    question = shape.question()
    now = of_window(question.as_of, "month", by_name=True)
    build_id = of_window(question.as_of, "build_id", by_name=True)
    part = select_holdings(question, question.windows, *question.metrics).subquery("parts").c
    line = (
        select(part.client_id, part.type, *(total(part[key]).label(key) for key in KEYS),
               func.max(case((part.of_month == now, part.share_bp))).label("share_now"),
               func.max(part.share_bp).label("share_bp"))
        .group_by(part.client_id, part.type).subquery("lines")
    )  # fmt: skip
    row = client_status.c
    return keep(
        select(client.c.client_no, *(line.c[key] for key in KEYS), line.c.share_now, line.c.share_bp, line.c.type,
               client.c.name, row.status, row.tier, case((opens_for(question.scope, build_id), 1), else_=0))
        .select_from(line.join(client, client.c.client_id == line.c.client_id)
                     .outerjoin(client_status, and_(row.build_id == build_id, row.client_id == line.c.client_id)))
        .order_by(client.c.client_no, line.c.type)
    )  # fmt: skip
