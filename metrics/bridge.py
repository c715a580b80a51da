"""Asset bridge of any place between two month ends: what made the assets of clients change, to the fen.

``asset_bridge`` gives the terms of ``metrics.terms.BRIDGE_TERMS``. Every term but the market effect is a sum of its
own over client rows; the market effect is the residual, and named so.
"""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from data_access.database import Database
from data_access.reads.generation import Generation
from data_access.scope import Scope
from metrics.between import MonthLike


def asset_bridge(
    *,
    first: MonthLike,
    last: MonthLike,
    unit: str | None = None,
    region: str | None = None,
    children: bool = False,
    by_month: bool = False,
    opening_known_at: datetime | str | None = None,
    opening_generation: Generation | int | None = None,
    scope: Scope | None = None,
    known_at: datetime | str | None = None,
    rules: int | None = None,
    db: Database | None = None,
    generation: Generation | int | None = None,
) -> pd.DataFrame:
    """Return the asset bridge from the end of month ``first`` to the end of month ``last`` as one row.

    Columns: the keys of ``BRIDGE_TERMS`` as ``Decimal`` yuan with two decimals: opening + corrections + net_inflow +
    market_effect + won + lost + transferred_in - transferred_out + data_gaps = closing, chained month by month.
    ``lost`` is a signed change, hence mostly negative. ``by_month`` gives one row per month instead (``month`` in
    front), ``children`` the rows of the places right below too (``unit`` and ``part`` in front, as in
    ``client_flow``): every term but the two transfers, and the transfers' difference, is the sum over the parts.
    ``opening_known_at`` (or ``opening_generation``) is when the opening was known: what has been learnt since is
    ``corrections``, 0 without it. Places, months, reach and errors as in ``client_flow``.
    """
    raise NotImplementedError
