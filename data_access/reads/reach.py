"""Whether one client opens for a reader: wherever a list of the month or today's search shows it."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_, true

from data_access.scope import Scope, clients_in
from data_access.tables import client, client_status

_THEN = client_status.alias("then")


def opens(scope: Scope, build_id: int | ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition on ``client``: inside the reach by today's office, or by that of the published month."""
    if scope.everything:
        return true()
    today = clients_in(scope, client.c.client_id, client.c.office_id)
    if scope.is_personal:
        # whoever holds a client today holds it in every month
        return today
    then = _THEN.c
    in_month = exists().where(then.build_id == build_id, then.client_id == client.c.client_id,
                              clients_in(scope, then.client_id, then.office_id))  # fmt: skip
    return or_(today, in_month)
