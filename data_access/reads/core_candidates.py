"""Clients whom a branch company may propose for core service: naturally new, old enough, without adviser (R-30)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, exists, or_, select

from data_access.reads.generation import Generation
from data_access.reads.type_rules import read_type_rules
from data_access.register.core_drafts import read_rule
from data_access.register.core_facts import holds_from
from data_access.scope import Scope, clients_in
from data_access.tables import client, client_status, core_list, core_list_line, org_unit, relationship
from domain.identity import mask_name
from domain.months import add_months
from domain.register_words import BusinessEvent, CoreAction, CoreListState
from domain.words import Origin, RelationshipState, Status

LIMIT = 200


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
    rows = connection.execute(
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
        .order_by(status.value_fen.desc().nulls_last(), client.c.client_id).limit(LIMIT + 10)
    ).mappings()  # fmt: skip
    ripe = [row for row in rows if add_months(row["opened_on"], months) <= on][:LIMIT]
    return [{**row, "name": mask_name(row["name"]) if scope.masks_names else row["name"]} for row in ripe]
