"""Names of relationship types in files: those that headquarters added bear the name published with them."""

from __future__ import annotations

from collections.abc import Callable

from data_access.database import Database
from data_access.reads.type_rules import read_type_names
from metrics.language import CHINESE


def type_namer(db: Database, language: str) -> Callable[[str | None], str | None]:
    """Return the function that names a type of the firm's own; the ten codes of the rule book come back as they are."""
    with db.reading() as connection:
        names = read_type_names(connection)
    place = 0 if language == CHINESE else 1
    return lambda code: names[code][place] if code in names else code
