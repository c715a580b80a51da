"""Old generations keep sums only: questions that need the rows of single clients are refused in one sentence."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Select
from sqlalchemy.sql import visitors

from data_access.clock import SHANGHAI
from data_access.reads.generation import Generation, read_months_without_clients
from data_access.tables import client_status
from domain.months import month_text
from metrics.dimensions import CUBE, DIMENSIONS
from metrics.errors import QuestionError
from metrics.question import Question


def require_kept(connection: Connection, question: Question, statement: Select[tuple[object, ...]]) -> None:
    """Raise ``QuestionError`` where a statement reads clients' rows that are no longer kept."""
    if question.generation.is_current or not any(one is client_status for one in visitors.iterate(statement)):
        return
    builds = {build for window in question.windows for build in (window.build_id, *window.builds)}
    require_clients(connection, question.generation, builds)


def require_clients(connection: Connection, generation: Generation, builds: Iterable[int]) -> None:
    """Raise ``QuestionError`` where the builds of an old generation no longer have their clients' rows."""
    if generation.is_current:
        return
    gone = read_months_without_clients(connection, builds)
    if gone:
        known = generation.published_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        allowed = ", ".join(key for key in DIMENSIONS if key in CUBE)
        raise QuestionError(f"The figures of {month_text(gone[0])} as known on {known} are kept as sums only: ask for "
                            f"the whole firm or places, by {allowed}; rows of single clients are gone.")  # fmt: skip
