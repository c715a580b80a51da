"""The register as a file of the form that the import of relationships reads."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection

from data_access.reads.register import PAGE_ROWS, After, RegisterFilter, RegisterRow, read_register
from data_access.scope import Scope
from domain.shares import WHOLE_BP

COLUMNS = ("relationship_no", "client_no", "type", "valid_from", "valid_to", "staff_no", "share")


def read_all(connection: Connection, scope: Scope, kept: RegisterFilter) -> Iterator[RegisterRow]:
    """Yield every relationship of a filter, page by page."""
    after: After | None = None
    while True:
        page = read_register(connection, scope, kept, after=after)
        yield from page
        if len(page) < PAGE_ROWS:
            return
        after = (page[-1].client_no, page[-1].relationship_id)


def write_register(connection: Connection, scope: Scope, path: Path, *, on: date | None = None,
                   types: tuple[str, ...] = ()) -> int:  # fmt: skip
    """Write relationships to a CSV file, one row per holder, and return the number of rows.

    ``on`` None: of any time. Shares are decimals with four places at most. The file appears when it is whole, readable
    by this account alone. Raises ``OSError``.
    """
    part = path.with_name(f"{path.name}.part")
    rows = 0
    with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w", encoding="utf-8-sig",
                   newline="") as out:  # fmt: skip
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for row in read_all(connection, scope, RegisterFilter(on=on, types=types)):
            for holder in row.holders:
                rows += 1
                writer.writerow((row.relationship_no, row.client_no, row.type, row.valid_from.isoformat(),
                                 row.valid_to.isoformat() if row.valid_to else "", holder.staff_no,
                                 share_text(holder.share_bp)))  # fmt: skip
    part.replace(path)
    return rows


def share_text(share_bp: int) -> str:
    """Write a share as a decimal of 1 with four places at most."""
    return format((Decimal(share_bp) / WHOLE_BP).normalize(), "f")
