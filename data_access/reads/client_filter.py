"""What a list of clients keeps, as plain values that pages, exports and campaigns hand on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, Select, literal_column

from data_access.reads.generation import Generation
from data_access.reads.moves import Move
from data_access.scope import Scope
from data_access.tables import client_status
from domain.policies import RuleSet
from domain.words import POOL, Status


class ClientSet(Protocol):
    """Clients that somebody else can tell: plain values that become a statement when they are read."""

    def select_ids(self, connection: Connection, generation: Generation, month: int, scope: Scope) -> Select[Any]:
        """Return the ids of the clients at a month's end; the list's own reach holds beside it."""
        ...


@dataclass(frozen=True)
class ClientFilter:
    """What a list keeps; empty tuples and None keep everything.

    ``statuses``, ``tiers``, ``tiers_before``, ``kinds``: codes. ``office_codes``: unit codes. ``quiet_from``
    and ``quiet_to`` include both ends. ``has_task``: only clients with, or without, an open task. ``newly``:
    quiet for exactly so many months, the number at which clients become silent. ``moved``: ``new``, ``lost`` or
    ``returned`` in the month. ``active``: ``month`` (a trade in the month) or ``quarter`` (in the last three, R-70).
    ``move``: from one group at one month's end to another at another's.
    ``among``: only clients of this set, such as those behind a cell of an answer.
    ``segment``: a value segment of clients (K-35). ``watch_from``: on watch for that many month-ends or more (R-53).
    ``client_ids``: exactly these clients, at most as many as a page holds.
    """

    statuses: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    tiers_before: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    office_codes: tuple[str, ...] = ()
    quiet_from: int | None = None
    quiet_to: int | None = None
    has_task: bool | None = None
    newly: int | None = None
    moved: str = ""
    active: str = ""
    move: Move | None = None
    segment: str = ""
    watch_from: int | None = None
    among: ClientSet | None = None
    client_ids: tuple[int, ...] = ()


def pool_filter(status: str, **more: Any) -> ClientFilter:
    """Return the filter of one pool list; raises ``ValueError`` for a status outside the pool."""
    if status not in [code.value for code in POOL]:
        raise ValueError(f"not a pool status: {status!r}")
    return replace(ClientFilter(statuses=(status,)), **more)


def near_silent_filter(rules: RuleSet, quiet: tuple[int | None, int | None] = (None, None),
                       **more: Any) -> ClientFilter:  # fmt: skip
    """Return the filter of the clients about to fall silent (K-55), inside a range of quiet months."""
    first, last = quiet
    return ClientFilter(statuses=(Status.NORMAL.value,), quiet_from=max(first or 0, rules.near_silent_from),
                        quiet_to=min(last or rules.near_silent_to, rules.near_silent_to), **more)  # fmt: skip


def has_moved(moved: str) -> ColumnElement[bool]:
    """Return the condition that a client row came (``new``), left (``lost``) or ``returned`` in its month.

    Raises ``KeyError`` for another word.
    """
    row = client_status.c
    # not a bound value: only so does the partial index of those who moved apply
    count = {"new": row.new_count, "lost": row.lost_count, "returned": row.returned_count}[moved]
    return count > literal_column("0")
