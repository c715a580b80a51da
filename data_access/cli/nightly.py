"""What ends by itself once its day has passed: tasks, pre-registrations, windows of campaigns."""

from __future__ import annotations

import typer

from data_access.actor import OperatorActor
from data_access.commands.campaigns import end_windows
from data_access.commands.preregistrations import expire_preregistrations
from data_access.commands.task_nights import expire_tasks, return_untouched
from data_access.database import Database, database


def register(app: typer.Typer) -> None:
    """Add the nightly command; the refresh does the same after it has published."""
    app.command("expire-tasks")(_expire)


def _expire() -> None:
    """Close tasks, pre-registrations and campaigns whose time is over; clients of tasks return to the pool."""
    for sentence, _count in end_what_is_over(database()):
        typer.echo(sentence)


def end_what_is_over(db: Database) -> list[tuple[str, int]]:
    """End everything whose time is over and return a sentence with its count for each kind."""
    operator = OperatorActor()
    expired = len(expire_tasks(db, actor=operator))
    returned = len(return_untouched(db, actor=operator))
    lapsed = expire_preregistrations(db, actor=operator)
    ended = len(end_windows(db, actor=operator))
    return [(f"{expired} tasks expired.", expired), (f"{returned} untouched tasks went back to the pool.", returned),
            (f"{lapsed} pre-registrations ran out.", lapsed),
            (f"{ended} campaigns ended with their window.", ended)]  # fmt: skip
