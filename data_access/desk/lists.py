"""The list that a campaign is made from: its rule, the month and state of the figures, and the reach it was read in.

A list is plain values; whoever writes reads it anew, so that nobody's screen can put clients into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from sqlalchemy import Connection, Select, func

from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import count_clients, select_list_ids
from data_access.reads.generation import Generation, read_generation
from data_access.scope import FIRM, Scope, ScopeKey, clients_in
from data_access.tables import client_status
from domain.campaigns import MEMBER_LIMIT
from domain.words import Word


class ListGone(LookupError):
    """The figures of the list were published anew: its clients are not what was shown."""


@dataclass(frozen=True)
class ListRequest:
    """A list of clients of one month.

    ``source``: a code of ``domain.campaigns.Source``. ``kept``: what it keeps. ``month`` (YYYYMM), ``generation_id``:
    the published state it was read from. ``reach``: the place in which it was read; the writer's own reach holds beside
    it. ``rule``: the list as its page wrote it, plain codes from which the page can show it again.
    """

    source: str
    kept: ClientFilter
    month: int
    generation_id: int
    reach: ScopeKey = FIRM.key
    rule: Mapping[str, Any] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the list as JSON values: the page's codes, and what the filter keeps with empty parts left out."""
        return {"source": str(self.source), "month": self.month, "generation_id": self.generation_id,
                "list": dict(self.rule), "filter": plain_values(self.kept)}  # fmt: skip


def read_list_ids(
    connection: Connection, scope: Scope, request: ListRequest, *, limit: int = MEMBER_LIMIT
) -> list[int]:
    """Return the ids of the clients of a list that lie inside both reaches, sorted; at most one more than ``limit``.

    Raises ``ListGone`` when the figures that the list was read from are no longer the published ones.
    """
    generation = read_list_generation(connection, request)
    ids = _select(connection, generation, scope, request).order_by(client_status.c.client_id).limit(limit + 1)
    return list(connection.execute(ids).scalars())


def count_list(connection: Connection, scope: Scope, request: ListRequest) -> int:
    """Count the clients of a list inside both reaches; raises ``ListGone``."""
    generation = read_list_generation(connection, request)
    reach = Scope.from_key(request.reach)
    if scope.everything or scope.key == reach.key:
        return count_clients(connection, generation, request.month, reach, request.kept)
    ids = _select(connection, generation, scope, request)
    return int(connection.execute(ids.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one())


def read_list_generation(connection: Connection, request: ListRequest) -> Generation:
    """Return the published state of a list; raises ``ListGone`` where its month was built anew since."""
    current = read_generation(connection)
    pinned = current if current is not None and current.generation_id == request.generation_id else read_generation(
        connection, request.generation_id)  # fmt: skip
    build_id = pinned.builds.get(request.month) if pinned is not None else None
    if pinned is None or current is None or build_id is None or current.builds.get(request.month) != build_id:
        raise ListGone(f"generation {request.generation_id}, month {request.month}")
    return pinned


def _select(connection: Connection, generation: Generation, scope: Scope, request: ListRequest) -> Select[Any]:
    row = client_status.c
    return select_list_ids(connection, generation, request.month, Scope.from_key(request.reach), request.kept).where(
        clients_in(scope, row.client_id, row.office_id))  # fmt: skip


def plain_values(value: Any) -> Any:
    """Return frozen values as JSON values: a dataclass by its fields that say something, and by its name."""
    if isinstance(value, Word):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        kept = {one.name: plain_values(getattr(value, one.name)) for one in fields(value)
                if getattr(value, one.name) not in (None, "", ())}  # fmt: skip
        return {"is": type(value).__name__, **kept}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain_values(one) for one in value]
    return value if isinstance(value, str | int | bool | float) or value is None else str(value)
