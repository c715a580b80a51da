"""A figure as it was known then, as it stands now, and what the difference comes from.

Causes, in the order in which the difference is given to them: corrected relationships, for figures that rest on them:
what the facts of then would have shown with the relationships of now; then client by client: its own facts arrived
late or were corrected; else the rules changed. Where the rules did not change, a client without new facts of its own
moved because of others' (a tier line, say): that is late data too. The split is exact while the clients' rows of both
sides are kept and every change can be traced to clients; else the causes are named, and one cause alone takes the
whole difference.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from data_access.database import Database
from data_access.reads.generation import Generation, read_months_without_clients
from data_access.reads.then_now import (
    Changes,
    read_changes,
    read_touched_by_data,
)
from data_access.scope import FIRM, Scope
from domain.months import month_text
from metrics.catalogue import Kind, Metric, Source
from metrics.errors import QuestionError
from metrics.query import answer
from metrics.question import Question, Where, ask
from metrics.rows import read_rows

COLUMNS = ("key", "then", "now", "difference", "late_data", "relationship", "rule", "causes", "is_split")


class Cause(StrEnum):
    """What a difference comes from, in the order of the split."""

    LATE_DATA = "late_data"
    RELATIONSHIP = "relationship"
    RULE = "rule"


CAUSE_WORDS = {
    Cause.LATE_DATA: "Late or corrected data",
    Cause.RELATIONSHIP: "Corrected relationship",
    Cause.RULE: "Changed rule",
}
"""English words of the causes, gettext message ids."""
_RESTS_ON_HOLDERS = frozenset((Source.STAFF, Source.DEVELOPED, Source.DEVELOPED_DISTINCT, Source.CORE,
                               Source.ATTRIBUTED, Source.UNATTRIBUTED))  # fmt: skip
Number = int | Decimal


def then_now(
    db: Database,
    keys: str | Sequence[str],
    month: int,
    scope: Scope | None,
    known_at: datetime | str,
    *,
    period: str = "month",
    where: Where | None = None,
    generation: Generation | int | None = None,
) -> pd.DataFrame:
    """Return per key what the month showed as known at a moment, what it shows now, and the difference by cause.

    ``difference`` is now less then; ``late_data``, ``relationship`` and ``rule`` add up to it where ``is_split``, else
    they are None and ``causes`` (comma separated codes) names what can have caused it. ``generation`` is what counts
    as now (default: the current one). Raises ``QuestionError``, also when the month was not published then.
    """
    with db.reading() as connection:
        then = ask(connection, keys, as_of=month, period=period, where=where, known_at=known_at, scope=scope or FIRM)
        now = ask(connection, keys, as_of=month, period=period, where=where, scope=scope or FIRM, generation=generation)
        for asked in (then, now):
            if asked.as_of.month != month:
                raise QuestionError(f"{month_text(month)} was not published by then.")
        changes = read_changes(connection, then.as_of.build_id, now.as_of.build_id)
        lines = [_line(connection, metric, then.about(metric), now.about(metric), changes) for metric in now.metrics]
    return pd.DataFrame(lines, columns=list(COLUMNS), dtype=object)


def _line(connection: Connection, metric: Metric, then: Question, now: Question, changes: Changes) -> tuple[Any, ...]:
    before, after = (answer(connection, asked)[metric.key].iloc[0] for asked in (then, now))
    if before is None or after is None:
        difference: Number | None = None
    else:
        difference = (after if isinstance(after, Decimal) else int(after)) - before
    causes = _causes(metric, changes) if before != after else ()
    split = _split(connection, metric, then, now, changes, causes, difference)
    amounts = [split.get(cause) if split is not None else None for cause in Cause]
    return (metric.key, before, after, difference, *amounts, ",".join(causes), split is not None)


def _causes(metric: Metric, changes: Changes) -> tuple[Cause, ...]:
    """Return what can have changed the figure; late data where nothing else is known to have.

    A reach of persons is today's on both sides, so that relationships do not change it.
    """
    held = {Cause.LATE_DATA: changes.has_data, Cause.RULE: changes.has_rule,
            Cause.RELATIONSHIP: changes.has_relationship and metric.source in _RESTS_ON_HOLDERS}  # fmt: skip
    return tuple(cause for cause in Cause if held[cause]) or (Cause.LATE_DATA,)


def _split(
    connection: Connection, metric: Metric, then: Question, now: Question, changes: Changes,
    causes: tuple[Cause, ...], difference: Number | None,
) -> dict[Cause, Number] | None:  # fmt: skip
    """Return the amount of each cause; None where the difference cannot be split."""
    if difference is None:
        return None
    nothing: Number = difference * 0
    found = dict.fromkeys(Cause, nothing)
    if len(causes) <= 1:
        return found | dict.fromkeys(causes, difference)
    if metric.kind is Kind.RATIO or not changes.is_traced or _are_gone(connection, then, now):
        return None
    before, after = _by_client(connection, metric, then), _by_client(connection, metric, now)
    if before is None or after is None:
        return None
    if Cause.RELATIONSHIP in causes:
        # both sides' rows are shared out by the relationships of now, the figure of then by those of then
        shown = answer(connection, then)[metric.key].iloc[0]
        found[Cause.RELATIONSHIP] = sum(before.values(), nothing) - shown
    months = [month for month in now.generation.builds if month <= now.as_of.month]
    touched = read_touched_by_data(connection, changes, months)
    for number in before.keys() | after.keys():
        late = number in touched or Cause.RULE not in causes
        found[Cause.LATE_DATA if late else Cause.RULE] += after.get(number, nothing) - before.get(number, nothing)
    return found if sum(found.values()) == difference else None


def _are_gone(connection: Connection, *questions: Question) -> bool:
    builds = {build for one in questions for build in (one.as_of.build_id, *one.as_of.builds)}
    return bool(read_months_without_clients(connection, builds))


def _by_client(connection: Connection, metric: Metric, question: Question) -> dict[str, Number] | None:
    """Return each client's part of the figure; None for figures that are not sums over clients."""
    rows = read_rows(connection, question)
    if "client_no" not in rows or metric.key not in rows:
        return None
    found: dict[str, Number] = {}
    for number, amount in zip(rows["client_no"], rows[metric.key], strict=True):
        value: Number = amount if isinstance(amount, Decimal) else int(amount or 0)
        found[number] = found[number] + value if number in found else value
    return found
