"""The template of every kind: its header and one example row."""

from __future__ import annotations

import csv
import io

from data_access.imports.kinds import KINDS


def template(kind: str, *, chinese: bool = False) -> str:
    """Return the CSV text of a kind's template; ``chinese`` gives the Chinese labels as header."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = KINDS[kind].columns
    writer.writerow([column.label if chinese else column.name for column in columns])
    writer.writerow([column.example for column in columns])
    return out.getvalue()
