"""Clients whom a branch company may propose for core service: naturally new, old enough, without adviser (R-30)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, RowMapping, Select, exists, or_, select

from data_access.reads.client_filter import ClientFilter
from data_access.reads.columns import Numbers
from data_access.reads.generation import Generation
from data_access.reads.listed_columns import find_listed
from data_access.reads.type_rules import read_type_rules
from data_access.register.core_drafts import read_rule
from data_access.register.core_facts import holds_from
from data_access.scope import FIRM, Scope, clients_in
from data_access.tables import client, client_status, core_list, core_list_line, org_unit, relationship
from domain.identity import mask_name
from domain.months import add_months
from domain.register_words import BusinessEvent, CoreAction, CoreListState
from domain.words import Origin, RelationshipState, Status

LIMIT = 200
_SPARE = 10
_AT_ONCE = 1000


def read_core_candidates(connection: Connection, generation: Generation, month: int, scope: Scope,
                         on: date) -> list[dict[str, Any]]:  # fmt: skip
    """Return the most valuable clients inside the reach who can be proposed on a day and stand in no open list.

    ``value_fen``: net income of the trailing months, of the month asked for. Names are masked for a masked reach.
    """
    rule, rules = read_rule(connection, on), read_type_rules(connection, on)
    months = rule.min_account_months or 0
    status, link = client_status.c, relationship.c
    openings = [one.type for one in rules.values() if one.event == BusinessEvent.ACCOUNT_OPENING]
    opened_by_staff = exists().where(link.client_id == client.c.client_id, link.type.in_(openings),
                                     link.state != RelationshipState.REJECTED.value)  # fmt: skip
    held = exists().where(link.client_id == client.c.client_id, holds_from(rule.type, on))
    listed = exists().where(
        core_list_line.c.client_id == client.c.client_id, core_list_line.c.list_id == core_list.c.list_id,
        core_list_line.c.action == CoreAction.ADD.value,
        core_list.c.state.in_([CoreListState.DRAFT.value, CoreListState.SUBMITTED.value]))  # fmt: skip
    found = (
        select(client.c.client_id, client.c.client_no, client.c.name, client.c.opened_on, client.c.office_id,
               org_unit.c.name.label("office"), status.tier, status.value_fen, status.end_assets_fen)
        .join(client, client.c.client_id == status.client_id)
        .join(org_unit, org_unit.c.unit_id == client.c.office_id)
        .where(status.build_id == generation.builds[month], status.status != Status.LOST.value,
               clients_in(scope, client.c.client_id, client.c.office_id),
               # one day more than the plain difference: a month's end is clamped
               client.c.opened_on <= add_months(on, -months) + timedelta(days=1),
               or_(client.c.origin.is_(None), client.c.origin != Origin.DEVELOPED.value) if rule.needs_natural_client
               else client.c.client_id.is_not(None),
               ~opened_by_staff, ~held, ~listed)
        .order_by(status.value_fen.desc(), client.c.client_id).limit(LIMIT + _SPARE)
    )  # fmt: skip
    rows = _read_first(connection, found, _find_by_value(connection, generation, month, scope))
    ripe = [row for row in rows if add_months(row["opened_on"], months) <= on][:LIMIT]
    return [{**row, "name": mask_name(row["name"]) if scope.masks_names else row["name"]} for row in ripe]


def _find_by_value(connection: Connection, generation: Generation, month: int, scope: Scope) -> Numbers | None:
    """Return the clients of today's reach who are not lost, the most valuable first; None without columns."""
    alive = ClientFilter(statuses=tuple(code.value for code in Status if code is not Status.LOST))
    listed = find_listed(connection, generation, month, FIRM, alive)
    if listed is None:
        return None
    ids, values = listed["client_id"], listed["value_fen"]
    if not scope.everything:
        inside = select(client.c.client_id).where(clients_in(scope, client.c.client_id, client.c.office_id))
        own = np.isin(ids, np.fromiter(connection.execute(inside).scalars(), dtype=np.int64))
        ids, values = ids[own], values[own]
    return ids[np.argsort(-values, kind="stable")]


def _read_first(connection: Connection, found: Select[Any], by_value: Numbers | None) -> list[RowMapping]:
    """Return the first rows of the statement, looking for them among the most valuable clients first."""
    if by_value is None:
        return list(connection.execute(found).mappings())
    rows: list[RowMapping] = []
    for first in range(0, len(by_value), _AT_ONCE):
        part = found.where(client.c.client_id.in_(by_value[first : first + _AT_ONCE].tolist()))
        rows += connection.execute(part).mappings()
        if len(rows) >= LIMIT + _SPARE:
            break
    return rows[: LIMIT + _SPARE]
