"""Mapping files: foreign headers and values to ours, constants for what a file lacks, the newest of a key."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from data_access.imports.errors import refuse
from data_access.imports.kinds import Kind

TABLES = ("columns", "values", "constants", "newest_by")


@dataclass(frozen=True)
class Mapping:
    """How a foreign file is read as one of ours.

    ``columns`` ours -> theirs (several of ours may read one of theirs), ``values`` per column of ours
    theirs -> ours ("" = blank), ``constants`` ours -> value, ``newest_by`` a column of theirs or ours.
    With a mapping, columns of the file that it does not name are left out.
    """

    columns: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)
    newest_by: str | None = None

    def check(self, kind: Kind) -> None:
        """Raise ``FileRefused`` when the mapping names a column that the kind does not have."""
        for name in (*self.columns, *self.values, *self.constants):
            if kind.column(name) is None:
                raise refuse("mapping", column=name, expected=kind.name)
        for name in self.columns.keys() & self.constants.keys():
            raise refuse("mapping", column=name, expected="[columns] / [constants]")


def parse_mapping(text: str) -> Mapping:
    """Read the TOML text of a mapping; raises ``FileRefused`` with code ``mapping``."""
    try:
        body = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise refuse("mapping", expected=f"TOML: {error}") from None
    unknown = [name for name in body if name not in TABLES]
    if unknown:
        raise refuse("mapping", column=unknown[0], expected=", ".join(TABLES))
    newest_by = body.get("newest_by")
    values = body.get("values", {})
    flat = [body.get("columns", {}), body.get("constants", {}), *(values.values() if isinstance(values, dict) else [0])]
    for table in flat:
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            raise refuse("mapping", expected="text = text")
    if newest_by is not None and not isinstance(newest_by, str):
        raise refuse("mapping", column="newest_by", expected="a column")
    return Mapping(body.get("columns", {}), values, body.get("constants", {}), newest_by)


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file; raises ``FileRefused``."""
    try:
        return parse_mapping(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError):
        raise refuse("mapping", expected="UTF-8 TOML") from None
