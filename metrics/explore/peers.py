"""The middle of one's peers: the median of the other units of the same kind, for every reader of a unit.

It is the one figure that reaches beyond a reader's own place, so it is kept narrow: only units outside the own
reach, only for groups of five or more that have clients, only whole units (filters on places, persons or the firm's
own lists would let a reader choose the group), and nothing but the median leaves this module.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median

import pandas as pd
from sqlalchemy import Connection, select

from data_access.reads.generation import Generation
from data_access.scope import FIRM, Scope
from data_access.tables import org_unit
from domain.words import UnitKind
from metrics.catalogue import METRICS, Source
from metrics.query import answer
from metrics.question import Question, ask
from metrics.units import MILLIONTH, RATIO

FEWEST = 5
"""Units below which no median is published."""
KINDS = (UnitKind.BRANCH.value, UnitKind.OFFICE.value)
FILTERS = frozenset({"client_kind", "tier", "status", "stage"})
"""Filters under which peers are compared; all others would choose the group."""


@dataclass(frozen=True)
class PeerMedian:
    """The median of a measure over so many other units of a kind."""

    kind: str
    units: int
    value: int | Decimal


def has_peers(key: str, where: Mapping[str, Sequence[str]]) -> bool:
    """Tell whether a measure under these filters has peers at all."""
    metric = METRICS[key]
    return metric.source in (Source.CLIENT, Source.SHARE) and set(where) <= FILTERS


def read_peers(
    connection: Connection, keys: Sequence[str], *, unit_id: int, own: Scope, month: int, generation: Generation,
    period: str = "month", where: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, PeerMedian]:  # fmt: skip
    """Return the published medians by measure; a measure without one is left out.

    ``unit_id`` is the place that is compared, ``own`` the reader's whole reach. Peers are the units of its kind
    outside ``own``; a reader of the whole firm is compared with all but the place itself.
    """
    place = connection.execute(select(org_unit.c.kind).where(org_unit.c.unit_id == unit_id)).scalar()
    filters = dict(where or {})
    wanted = [key for key in keys if has_peers(key, filters)]
    if place not in KINDS or not wanted or own.is_personal or own.is_empty:
        return {}
    units = connection.execute(
        select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.parent_id).where(org_unit.c.kind == place)
    ).all()
    others = {unit.unit_code for unit in units if not _is_own(unit.unit_id, unit_id, own)}
    found: dict[str, PeerMedian] = {}
    for key in wanted:
        question = ask(connection, key, by=place, as_of=month, period=period, scope=FIRM, generation=generation,
                       where=filters)  # fmt: skip
        sizes = _values(connection, question, "clients")
        values = _values(connection, question, key)
        filled = [values[code] for code in sorted(others) if sizes.get(code) and values.get(code) is not None]
        if len(filled) >= FEWEST:
            found[key] = PeerMedian(place, len(filled), _middle(key, filled))
    return found


def _is_own(candidate: int, unit_id: int, own: Scope) -> bool:
    if own.everything:
        return candidate == unit_id
    return candidate in own.unit_ids or candidate in own.office_ids


def _values(connection: Connection, question: Question, key: str) -> dict[str, int | Decimal]:
    frame = answer(connection, replace(question, metrics=(METRICS[key],)))
    pairs = zip(frame.iloc[:, 0].tolist(), frame[key].tolist(), strict=True)
    return {code: value for code, value in pairs if not (value is None or pd.isna(value))}


def _middle(key: str, values: Sequence[int | Decimal]) -> int | Decimal:
    middle = median([Decimal(value) for value in values])
    unit = METRICS[key].unit
    return middle.quantize(MILLIONTH, rounding=ROUND_HALF_EVEN) if unit is RATIO else unit.exact(middle)
