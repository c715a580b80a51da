"""The nightly folder: files named by kind, loaded in the order of the kinds, moved to ``done/`` or ``failed/``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from data_access.actor import Actor
from data_access.clock import now
from data_access.database import Database
from data_access.imports.batch_log import BatchResult
from data_access.imports.errors import MEANINGS, FileRefused, Problems
from data_access.imports.kinds import KINDS
from data_access.imports.mapping import read_mapping
from data_access.imports.runs import import_file
from data_access.imports.staging import Progress

SUFFIXES = (".csv", ".xlsx")


@dataclass(frozen=True)
class FolderStep:
    """One file of the folder: its result, or its problems."""

    path: Path
    kind: str
    result: BatchResult | None = None
    problems: Problems | None = None


def kind_of(path: Path) -> str | None:
    """Return the kind that a file name begins with (the longest), followed by nothing, ``-``, ``_`` or ``.``."""
    stem = path.stem.lower()
    fits = [kind for kind in KINDS if stem == kind or (stem.startswith(kind) and stem[len(kind)] in "-_.")]
    return max(fits, key=len, default=None)


def files_of(folder: Path) -> list[tuple[str, Path]]:
    """Return the files to load: by kind in the order of loading, then by name."""
    order = list(KINDS)
    found = [
        (kind, path)
        for path in folder.iterdir()
        if path.is_file() and path.suffix.lower() in SUFFIXES and (kind := kind_of(path))
    ]
    return sorted(found, key=lambda item: (order.index(item[0]), item[1].name))


def import_folder(
    db: Database, *, actor: Actor, folder: Path, progress: Progress | None = None
) -> Iterator[FolderStep]:
    """Load one file after the other, each in a transaction of its own; yield what became of each.

    A mapping beside a file (same name, ``.toml``) is used. Loading stops at the first refused file, because
    later kinds build on earlier ones; what is left waits for the next run.
    """
    for kind, path in files_of(folder):
        beside = path.with_suffix(".toml")
        try:
            mapping = read_mapping(beside) if beside.exists() else None
            result = import_file(db, actor=actor, kind=kind, path=path, mapping=mapping, progress=progress)
        except FileRefused as refused:
            target = _move(path, folder / "failed")
            target.with_name(target.name + ".report.txt").write_text(report(refused.problems), encoding="utf-8")
            yield FolderStep(target, kind, problems=refused.problems)
            return
        yield FolderStep(_move(path, folder / "done"), kind, result=result)


def _move(path: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    stamp = now().strftime("%Y%m%dT%H%M%S%f")
    return path.rename(folder / f"{stamp}-{path.name}")


def report(problems: Problems) -> str:
    """Return the problems as a plain table: row, column, code, meaning, expected."""
    lines = [("row", "column", "code", "meaning", "expected")]
    lines += [
        (str(p.row or ""), p.column or "", p.code, MEANINGS.get(p.code, p.code), p.expected[:120])
        for p in problems.shown
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(5)]
    text = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
    hidden = problems.count - len(problems.shown)
    return text + (f"\n… and {hidden} more\n" if hidden else "\n")
