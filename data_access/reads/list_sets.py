"""Lists that are no filter of clients themselves, as sets of clients: the losses of some months, churn warnings.

Plain values, so that a list can be kept, carried and read again inside another reach.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, select

from data_access.reads.generation import Generation
from data_access.reads.losses import EVERY_LOSS, LossFilter, select_lost_ids
from data_access.reads.warned import EVERY_WARNING, WarningFilter, select_warned_ids
from data_access.scope import Scope
from data_access.tables import client


@dataclass(frozen=True)
class Losses:
    """The clients lost in some months (YYYYMM) that a filter keeps."""

    months: tuple[int, ...]
    kept: LossFilter = EVERY_LOSS

    def select_ids(self, connection: Connection, generation: Generation, month: int, scope: Scope) -> Select[Any]:
        """Return their ids; months that are not published hold nobody."""
        del connection, month
        published = [one for one in self.months if one in generation.builds]
        return select_lost_ids(generation, published, scope, self.kept)


@dataclass(frozen=True)
class Warned:
    """The clients of the churn-warning list (R-74) that a filter keeps."""

    kept: WarningFilter = EVERY_WARNING

    def select_ids(self, connection: Connection, generation: Generation, month: int, scope: Scope) -> Select[Any]:
        """Return their ids."""
        return select_warned_ids(connection, generation, month, scope, self.kept)


@dataclass(frozen=True)
class ClientNumbers:
    """Clients named one by one; nobody where none is named."""

    client_nos: tuple[str, ...] = ()

    def select_ids(self, connection: Connection, generation: Generation, month: int, scope: Scope) -> Select[Any]:
        """Return their ids; the list's own reach holds beside it."""
        del connection, generation, month, scope
        return select(client.c.client_id).where(client.c.client_no.in_(self.client_nos))
