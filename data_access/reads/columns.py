"""Single columns of a published month as arrays: what questions over all clients read instead of rows.

Builds never change, so their columns are kept ready beside the rows (``data_access.refresh.prepare``). Where they are
not, or not yet, the same arrays are read from the rows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, Integer, String, case, cast, func, literal, select

from data_access.scope import Scope, clients_in
from data_access.tables import client, client_column, client_status
from domain.words import ClientKind, Stage, Status, Tier, codes

Numbers = npt.NDArray[np.int64]
MonthColumns = Mapping[str, npt.NDArray[Any]]
"""Arrays by the name of their column, one place a client, in the order of ``client_id``."""

CODES = {"client_kind": codes(ClientKind), "status": codes(Status), "stage": codes(Stage), "tier": codes(Tier),
         "line_tier": codes(Tier), "tier_before": codes(Tier)}  # fmt: skip
"""Columns of codes: their arrays hold places in these lists as ``int8``, -1 for none; widen them to calculate."""
NAMES = ("client_id", "office_id", *CODES, "is_active", "lost_on", "months_quiet", "end_assets_fen", "value_fen",
         "turnover_recent_fen")  # fmt: skip
"""The columns that are kept ready; any other number of a client row is read from the rows."""
_DIGIT = 16
_DENSE = 4
_FEW = 40


def read_columns(connection: Connection, build_id: int, names: Sequence[str]) -> MonthColumns:
    """Return columns of a build's client rows; a build without rows gives empty arrays.

    Numbers are ``int64``, unknown amounts 0, ``is_active`` 0 or 1, ``lost_on`` a day as YYYYMMDD and 0 for none.
    """
    found = read_stored(connection, build_id, names)
    missing = [name for name in names if name not in found]
    return found | read_from_rows(connection, build_id, missing) if missing else found


def read_stored(connection: Connection, build_id: int, names: Sequence[str], *,
                narrow: bool = False) -> dict[str, npt.NDArray[Any]]:  # fmt: skip
    """Return those of the columns of ``read_columns`` that are kept ready.

    ``narrow``: numbers in the width in which they are kept, which is enough to compare but not to calculate.
    """
    stored = client_column.c
    found: dict[str, npt.NDArray[Any]] = {}
    for name, dtype, listed, body in connection.execute(
        select(stored.name, stored.dtype, stored.codes, stored.body)
        .where(stored.build_id == build_id, stored.name.in_(list(names)))
    ):  # fmt: skip
        if listed == code_list(name):
            kept = np.frombuffer(body, dtype=np.dtype(dtype))
            found[name] = kept if narrow or name in CODES else kept.astype(np.int64, copy=False)
    return found


def read_from_rows(connection: Connection, build_id: int, names: Sequence[str]) -> dict[str, npt.NDArray[Any]]:
    """Return the columns of ``read_columns`` from the rows themselves."""
    row = client_status.c
    coded = [name for name in names if name in CODES]
    plain = [name for name in names if name not in CODES]
    # all codes of a client as the digits of one number: every value less that is fetched is time saved
    digits = sum(((_digit(name) * _DIGIT**place) for place, name in enumerate(coded)), start=literal(0))
    result = connection.execute(
        select(digits, *(_number(name) for name in plain)).where(row.build_id == build_id).order_by(row.client_id)
    )
    rows = np.fromiter(chain.from_iterable(result), dtype=np.int64).reshape(-1, len(plain) + 1)
    columns: dict[str, npt.NDArray[Any]] = {
        name: (rows[:, 0] // _DIGIT**place % _DIGIT - 1).astype(np.int8) for place, name in enumerate(coded)
    }
    return columns | {name: np.ascontiguousarray(rows[:, place]) for place, name in enumerate(plain, start=1)}


def code_list(name: str) -> str:
    """Return what a stored column says of its codes; a column with another list is none of this program's."""
    return ",".join(CODES.get(name, ()))


def find_inside(connection: Connection, scope: Scope, month: MonthColumns) -> npt.NDArray[np.bool_]:
    """Return which clients are inside the reach, as ``clients_in`` decides.

    Needs ``office_id`` for places, ``client_id`` too for persons, and any column for the whole firm.
    """
    if scope.everything:
        return np.ones(len(next(iter(month.values()))), dtype=np.bool_)
    inside = _is_one_of(month["office_id"], sorted(scope.office_ids))
    if scope.staff_ids:
        persons = replace(scope, office_ids=frozenset())
        own = connection.execute(
            select(client.c.client_id).where(clients_in(persons, client.c.client_id, literal(0)))
        ).scalars()
        inside |= np.isin(month["client_id"], np.fromiter(own, dtype=np.int64))
    return inside


def find_among(month: MonthColumns, name: str, wanted: Collection[Any]) -> npt.NDArray[np.bool_]:
    """Return which clients have one of the codes; None stands for no code, none wanted keep nobody."""
    places = [place for place, code in enumerate(CODES[name]) if code in wanted]
    return _is_one_of(month[name], [*places, -1] if None in wanted else places)


def find_at_offices(month: MonthColumns, office_ids: Collection[int]) -> npt.NDArray[np.bool_]:
    """Return which clients are at one of the offices."""
    return _is_one_of(month["office_id"], office_ids)


def _is_one_of(column: npt.NDArray[Any], numbers: Collection[int]) -> npt.NDArray[np.bool_]:
    if len(numbers) > _FEW:
        return np.isin(column, list(numbers))
    found = np.zeros(len(column), dtype=np.bool_)
    for number in numbers:  # a comparison with one number takes microseconds
        found |= column == number
    return found


def find_places(ids: Numbers, wanted: Numbers) -> tuple[npt.NDArray[np.bool_], Numbers]:
    """Return which of the wanted clients are among ``ids``, and where these stand; both come in ascending order."""
    last = int(max(ids[-1:].max(initial=0), wanted[-1:].max(initial=0)))
    if last < _DENSE * (len(ids) + len(wanted)):  # ids were given one after the other, so nearly every place is taken
        place_of = np.full(last + 1, -1, dtype=np.int64)
        place_of[ids] = np.arange(len(ids))
        places = place_of[wanted]
        return places >= 0, places[places >= 0]
    places = np.searchsorted(ids, wanted)
    found = places < len(ids)
    found[found] = ids[places[found]] == wanted[found]
    return found, places[found]


def _digit(name: str) -> ColumnElement[int]:
    """Return a code's place, counted from 1; 0 for none."""
    return case({code: place for place, code in enumerate(CODES[name], start=1)}, value=client_status.c[name], else_=0)


def _number(name: str) -> ColumnElement[int]:
    column = client_status.c[name]
    if name == "is_active":
        return case((column, 1), else_=0)
    if name == "lost_on":
        return func.coalesce(cast(func.replace(cast(column, String), "-", ""), Integer), 0)
    return func.coalesce(column, 0)
