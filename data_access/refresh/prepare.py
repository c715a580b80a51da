"""Keeping the columns of the published months ready (``client_column``), apart from publishing them.

A month whose columns are not written yet is read from its rows, with the same figures; so this may be stopped, left out
or run again at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, delete, exists, insert, select

from data_access.database import Database
from data_access.reads.columns import CODES, NAMES, code_list, read_from_rows
from data_access.reads.generation import read_generation
from data_access.refresh.generations import tell_sizes
from data_access.tables import client_column, client_status
from domain.months import month_text

_DTYPES = ("<i1", "<i2", "<i4", "<i8")


def prepare_columns(db: Database, *, progress: Callable[[str, int, int], None] | None = None) -> list[int]:
    """Write the columns that the current generation lacks, the newest month first; return the months written.

    Each month is read in a snapshot and written in a short transaction of its own, all of it or nothing. Columns whose
    client rows are no longer kept are deleted, and the planner is told how the rows are spread now.
    """
    with db.reading() as connection:
        generation = read_generation(connection)
        builds = {} if generation is None else generation.builds
        ready = _read_ready(connection)
    missing = [month for month in sorted(builds, reverse=True) if builds[month] not in ready]
    written = []
    for done, month in enumerate(missing, start=1):
        if progress is not None:
            progress(f"columns {month_text(month)}", done, len(missing))
        with db.reading() as connection:
            columns = read_from_rows(connection, builds[month], NAMES)
        if db.transact(partial(_write, build_id=builds[month], columns=columns)):
            written.append(month)
    db.transact(_drop_without_rows)
    if written:
        tell_sizes(db)
    return written


def _read_ready(connection: Connection) -> set[int]:
    """Return the builds whose columns are all there, written with the codes of this program."""
    stored = client_column.c
    found: dict[int, set[str]] = {}
    for build_id, name, listed in connection.execute(select(stored.build_id, stored.name, stored.codes)):
        if listed == code_list(name):
            found.setdefault(build_id, set()).add(name)
    return {build_id for build_id, names in found.items() if names >= set(NAMES)}


def _write(connection: Connection, build_id: int, columns: Mapping[str, npt.NDArray[Any]]) -> bool:
    # the row of one client, held, keeps out whoever drops the build meanwhile
    row = client_status.c
    held = select(row.client_id).where(row.build_id == build_id).order_by(row.client_id).limit(1).with_for_update()
    if connection.execute(held).first() is None:
        return False
    connection.execute(delete(client_column).where(client_column.c.build_id == build_id))
    connection.execute(insert(client_column), [
        {"build_id": build_id, "name": name, "dtype": packed.dtype.str, "codes": code_list(name),
         "body": packed.tobytes()}
        for name, packed in ((name, _pack(name, columns[name])) for name in NAMES)
    ])  # fmt: skip
    return True


def _pack(name: str, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the values in the smallest integers that hold them all."""
    if name in CODES or not len(values):
        return values.astype("<i1")
    low, high = int(values.min()), int(values.max())
    return values.astype(next(dtype for dtype in _DTYPES
                              if np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max))  # fmt: skip


def _drop_without_rows(connection: Connection) -> None:
    has_rows = exists().where(client_status.c.build_id == client_column.c.build_id)
    connection.execute(delete(client_column).where(~has_rows))
