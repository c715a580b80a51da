"""The one-time passwords of imported accounts as a file, once, for who imported them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from data_access.actor import ActingUser
from data_access.database import Database
from data_access.imports.password_files import take_password_file
from metrics.export.files import CSV_TYPE, Export

Params = Mapping[str, Any]


def _export(db: Database, user: ActingUser, params: Params) -> Export:
    number = str(params.get("batch") or "")
    content = take_password_file(db, user, int(number)) if number.isascii() and number.isdigit() else None
    if content is None:
        raise ValueError("taken")  # the route says that there is nothing to export
    return Export(f"one_time_passwords_{number}.csv", CSV_TYPE, iter((content,)))


EXPORTERS: dict[str, Callable[[Database, ActingUser, Params], Export]] = {"one_time_passwords": _export}
"""Kind of file -> its writer."""
