"""The whole state of a database as one value, to tell that nothing changed."""

from __future__ import annotations

from sqlalchemy import select

from data_access.database import Database
from data_access.tables import metadata

RECORDS = {"audit_event", "import_batch", "import_error"}
"""Tables that also record what changed nothing: refusals, unchanged and rolled-back files."""
SURROGATES = {"version_id", "loaded_at"}


def state(db: Database, *, everything: bool = False) -> dict[str, list[tuple[str, ...]]]:
    """Return the rows of every table, sorted; ``everything`` includes the records of imports and the audit."""
    with db.reading() as connection:
        return {
            table.name: sorted(
                tuple(repr(bytes(value) if isinstance(value, memoryview) else value) for value in row)
                for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
            if everything or table.name not in RECORDS
        }  # fmt: skip
