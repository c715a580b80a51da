"""``import``, ``import-folder``, ``rollback`` and ``template``: files in, from the command line."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from data_access.actor import OperatorActor
from data_access.cli.faults import fault_lines
from data_access.cli.matching import report_match
from data_access.cli.register import check_line
from data_access.database import database
from data_access.imports import (
    KINDS,
    MEANINGS,
    BatchResult,
    FileRefused,
    RollbackRefused,
    import_file,
    read_mapping,
    rollback_batch,
)
from data_access.imports.folder import import_folder, report
from data_access.imports.templates import template as template_text
from data_access.register.conflicts import find_conflicts
from data_access.register.match_run import match_events

PROGRESS_SECONDS = 2.0
EVENT_KIND = "account_event"
"""The kind of file that the matching follows."""
ROLLBACK_MEANINGS = {
    "batch_unknown": "There is no batch of this number.",
    "batch_state": "Only a committed batch can be taken back.",
    "newer_batch": "A newer batch changed rows of this one; take that one back first.",
    "in_use": "Rows of this batch are referred to by others; take those back first.",
}


class _ProgressLines:
    """Writes a line to standard error every two seconds, so that a long file is seen to move."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, step: str, done: int, total: int) -> None:
        if time.monotonic() - self._last >= PROGRESS_SECONDS:
            self._last = time.monotonic()
            typer.echo(f"{step}: {done:,}{f' of {total:,}' if total else ''} rows", err=True)


def _known_kind(kind: str) -> str:
    if kind not in KINDS:
        raise typer.BadParameter(f"one of: {', '.join(KINDS)}")
    return kind


def _summary(result: BatchResult, *, dry_run: bool) -> str:
    counts = f"{result.new:,} new, {result.changed:,} changed, {result.same:,} same"
    if result.dropped:
        counts += f", {result.dropped:,} older rows dropped"
    if not result.new and not result.changed:
        counts += " (changes nothing)"
    head = "Dry run, nothing written" if dry_run else f"Batch {result.batch_id}"
    return f"{head}: {result.kind}, {result.rows_read:,} rows read: {counts}."


def _fail(name: str, error: FileRefused) -> None:
    typer.echo(report(error.problems), nl=False)
    first = error.problems.shown[0]
    typer.echo(
        f"Error: {name} is refused and nothing is written: {error.problems.count:,} problem(s), first: "
        f"{MEANINGS.get(first.code, first.code)}.",
        err=True,
    )


def _import(
    kind: Annotated[str, typer.Argument(callback=_known_kind, help="Kind of file: " + ", ".join(KINDS))],
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8 or GB18030) or XLSX")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and count only")] = False,  # noqa: FBT002
    ignore_extra: Annotated[  # noqa: FBT002
        bool, typer.Option("--ignore-extra", help="Leave out columns that the kind does not know")
    ] = False,
    mapping: Annotated[Path | None, typer.Option(help="TOML file for foreign headers and values")] = None,
) -> None:
    """Import one file: everything or nothing; the same rows twice change nothing."""
    try:
        result = import_file(
            database(), actor=OperatorActor(), kind=kind, path=file, dry_run=dry_run, ignore_extra=ignore_extra,
            mapping=read_mapping(mapping) if mapping else None, progress=_ProgressLines())  # fmt: skip
    except FileRefused as error:
        _fail(file.name, error)
        sys.exit(1)
    _report(result, dry_run=dry_run)
    if kind == EVENT_KIND and not dry_run:
        report_match(match_events(database(), actor=OperatorActor()))


def _report(result: BatchResult, *, dry_run: bool) -> None:
    typer.echo(_summary(result, dry_run=dry_run))
    if result.password_file:
        typer.echo(f"One-time passwords: {result.password_file} (readable by this account only; "
                   "hand them out and delete it)")  # fmt: skip
    for line in fault_lines(result.faults):
        typer.echo(line)


def _import_folder(folder: Annotated[Path, typer.Argument(help="Folder of files named KIND*.csv or .xlsx")]) -> None:
    """Import a folder's files in order, each to done/ or with a report to failed/; then check the register."""
    if not folder.is_dir():
        typer.echo("Error: the folder does not exist.", err=True)
        sys.exit(1)
    imported, brought_events, refused = 0, False, False
    for step in import_folder(database(), actor=OperatorActor(), folder=folder, progress=_ProgressLines()):
        if step.problems is not None:
            refused = True
            _fail(step.path.name, FileRefused(step.problems))
            break
        imported += 1
        if step.result is not None:
            _report(step.result, dry_run=False)
            brought_events = brought_events or step.kind == EVENT_KIND
    if brought_events:
        report_match(match_events(database(), actor=OperatorActor()))
    # what was loaded before a refused file is in force, and a holder's right may end without any file
    found = find_conflicts(database(), OperatorActor())
    typer.echo(f"{imported:,} file(s) imported. Register: {check_line(found)}")
    if refused:
        sys.exit(1)


def _rollback(batch_id: Annotated[int, typer.Argument(help="Number of the batch")]) -> None:
    """Take a batch back while it is the newest that touched its rows."""
    try:
        rows = rollback_batch(database(), actor=OperatorActor(), batch_id=batch_id)
    except RollbackRefused as error:
        typer.echo(f"Error: {ROLLBACK_MEANINGS[str(error)]}", err=True)
        sys.exit(1)
    typer.echo(f"Batch {batch_id} is taken back: {rows:,} row(s).")


def _template(
    kind: Annotated[str, typer.Argument(callback=_known_kind, help="Kind of file: " + ", ".join(KINDS))],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write (default: screen)")] = None,
    chinese: Annotated[bool, typer.Option("--chinese", help="Chinese header")] = False,  # noqa: FBT002
) -> None:
    """Write the template of a kind with an example row."""
    text = template_text(kind, chinese=chinese)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8-sig")


def register(app: typer.Typer) -> None:
    """Add the import commands."""
    app.command("import")(_import)
    app.command("import-folder")(_import_folder)
    app.command("rollback")(_rollback)
    app.command("template")(_template)
