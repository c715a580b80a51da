"""From the header of a file to the columns of its kind."""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any

from data_access.imports.errors import FileRefused, Problems
from data_access.imports.kinds import Column, Kind
from data_access.imports.mapping import Mapping


@dataclass(frozen=True)
class Reading:
    """Where one column of ours comes from: a position in the file, or a constant."""

    column: Column
    position: int | None
    constant: str = ""


def normal_header(cell: Any) -> str:
    """Return a header cell folded to half-width lower case, without spaces at its ends or hidden characters."""
    text = unicodedata.normalize("NFKC", str(cell))
    return "".join(char for char in text if unicodedata.category(char) not in ("Cf", "Cc")).strip().lower()


def read_header(
    kind: Kind, header: list[Any], *, mapping: Mapping | None, ignore_extra: bool
) -> tuple[list[Reading], int | None]:
    """Return what to read for every delivered column and the position of ``newest_by``.

    Raises ``FileRefused`` naming every missing, unknown or repeated column at once.
    """
    problems = Problems()
    names = [normal_header(cell) for cell in header]
    for name, count in Counter(names).items():
        if count > 1 and name:
            problems.add("column_duplicate", 1, _shown(name))
    positions = {name: position for position, name in enumerate(names)}
    readings: list[Reading] = []
    used: set[int] = set()
    mapped = mapping.columns if mapping else {}
    constants = mapping.constants if mapping else {}
    for column in kind.columns:
        if column.name in constants:
            readings.append(Reading(column, None, constants[column.name]))
            continue
        wanted = [mapped[column.name]] if column.name in mapped else [column.name, column.label]
        found = [positions[name] for name in map(normal_header, wanted) if name in positions]
        if len(found) > 1:
            problems.add("column_duplicate", 1, column.name)
        if found:
            used.update(found)
            readings.append(Reading(column, found[0]))
        elif column.required or column.in_header or column.name in mapped:
            problems.add("column_missing", 1, column.name, ", ".join(wanted))
    newest = _newest_position(mapping, positions, problems)
    if not ignore_extra and mapping is None:
        _refuse_unknown(kind, names, used, problems)
    if problems:
        raise FileRefused(problems)
    return readings, newest


def _refuse_unknown(kind: Kind, names: list[str], used: set[int], problems: Problems) -> None:
    known = ", ".join(column.name for column in kind.columns)
    for position, name in enumerate(names):
        if position not in used and names.index(name) == position:
            problems.add("column_unknown", 1, _shown(name), known)


def _newest_position(mapping: Mapping | None, positions: dict[str, int], problems: Problems) -> int | None:
    if mapping is None or mapping.newest_by is None:
        return None
    theirs = mapping.columns.get(mapping.newest_by, mapping.newest_by)
    position = positions.get(normal_header(theirs))
    if position is None:
        problems.add("column_missing", 1, "newest_by", theirs)
    return position


def _shown(name: str) -> str:
    """A header that is no short word is not repeated in a report: it may be a value."""
    return name if 0 < len(name) <= 40 and name.replace("_", "").replace(" ", "").isalnum() else "?"
