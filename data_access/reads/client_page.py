"""One client from every side, for the Client page; None when the client is unknown or outside the reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, or_, select

from data_access.reads.generation import Generation
from data_access.reads.reach import opens
from data_access.scope import Scope
from data_access.tables import (
    account,
    account_event,
    app_user,
    client,
    client_month,
    client_status,
    client_version,
    complaint,
    contact_log,
    org_unit,
    reactivation_task,
    relationship,
    relationship_share,
    staff,
    task_event,
)
from domain.identity import mask_name
from domain.months import month_add

MONTHS_SHOWN = 36
CONTACTS_SHOWN = 200


@dataclass(frozen=True)
class ClientPage:
    """Plain rows about one client; money in fen, newest first unless said otherwise.

    ``facts``: master data with masked document and phone (and ``can_reveal_document``/``_phone``: a value is
    stored).
    Notes and reasons are free text about a person: None for a masked reach.
    ``status``: the row of the month, None before the client opened. ``history``: one row per month
    (oldest first) with status, tier, value and assets. ``months``: facts of the months (oldest first).
    """

    facts: dict[str, Any]
    status: dict[str, Any] | None
    history: list[dict[str, Any]]
    months: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    events: list[dict[str, Any]]
    relationships: list[dict[str, Any]]
    tasks: list[dict[str, Any]]
    task_steps: list[dict[str, Any]]
    contacts: list[dict[str, Any]]
    complaints: list[dict[str, Any]]
    versions: list[dict[str, Any]]


def read_client_page(connection: Connection, generation: Generation, month: int, scope: Scope,
                     client_no: str) -> ClientPage | None:  # fmt: skip
    """Read everything the Client page shows, as of a month of a pinned generation.

    A client opens for a reach that holds its office of the month, as lists do, or its office of today.
    """
    found = connection.execute(
        select(client, org_unit.c.name.label("office"), org_unit.c.unit_code.label("office_code"))
        .join(org_unit, org_unit.c.unit_id == client.c.office_id)
        .where(client.c.client_no == client_no, opens(scope, generation.builds[month]))
    ).mappings().first()  # fmt: skip
    if found is None:
        return None
    key = int(found["client_id"])
    history = _history(connection, generation, month, key)
    return ClientPage(
        facts=_facts(found, masked=scope.masks_names),
        status=history[-1] if history and history[-1]["month"] == month else None,
        history=history,
        months=_months(connection, key, month),
        accounts=_rows(connection, select(account.c.account_no, account.c.account_kind)
                       .where(account.c.client_id == key).order_by(account.c.account_no)),
        events=_rows(connection, select(account_event.c.on_date, account_event.c.event, account.c.account_no,
                                        account.c.account_kind, account_event.c.amount_fen)
                     .join(account, account.c.account_id == account_event.c.account_id)
                     .where(account_event.c.client_id == key)
                     .order_by(account_event.c.at.desc(), account_event.c.event_id.desc())),
        relationships=_rows(connection, _relationships(key)),
        tasks=_rows(connection, select(reactivation_task.c.task_no, reactivation_task.c.state,
                                       reactivation_task.c.pool_status, reactivation_task.c.priority,
                                       reactivation_task.c.due_on, reactivation_task.c.assigned_at,
                                       reactivation_task.c.closed_on, staff.c.staff_no, staff.c.name.label("staff"))
                    .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
                    .where(reactivation_task.c.client_id == key)
                    .order_by(reactivation_task.c.assigned_at.desc())),
        task_steps=_without(scope, "reason", _rows(
            connection, select(reactivation_task.c.task_no, task_event.c.at, task_event.c.kind,
                                            task_event.c.reason, app_user.c.display_name.label("by"))
                         .join(reactivation_task, reactivation_task.c.task_id == task_event.c.task_id)
                         .outerjoin(app_user, app_user.c.user_id == task_event.c.by_user_id)
                         .where(reactivation_task.c.client_id == key).order_by(task_event.c.at.desc()))),
        contacts=_without(scope, "note", _rows(
            connection, select(contact_log.c.at, contact_log.c.channel, contact_log.c.result,
                                          contact_log.c.topic, contact_log.c.note, contact_log.c.next_step_on,
                                          staff.c.staff_no, staff.c.name.label("staff"))
                       .join(staff, staff.c.staff_id == contact_log.c.staff_id)
                       .where(contact_log.c.client_id == key)
                       .order_by(contact_log.c.at.desc()).limit(CONTACTS_SHOWN))),
        complaints=_rows(connection, select(complaint.c.complaint_no, complaint.c.at, complaint.c.category,
                                            complaint.c.closed_at)
                         .where(complaint.c.client_id == key).order_by(complaint.c.at.desc())),
        versions=_rows(connection, select(client_version.c.valid_from, client_version.c.valid_to,
                                          org_unit.c.name.label("office"), client_version.c.segment,
                                          client_version.c.risk_level)
                       .join(org_unit, org_unit.c.unit_id == client_version.c.office_id)
                       .where(client_version.c.client_id == key).order_by(client_version.c.version_id.desc())),
    )  # fmt: skip


_FACTS = (
    "client_no", "kind", "document_kind", "document_masked", "phone_masked", "birth_on", "gender", "education",
    "occupation", "institution_group", "office", "office_code", "segment", "risk_level", "risk_on", "origin",
    "opened_on", "closed_on", "archived_on", "designation_withdrawn_on", "loss_reason", "marketing_opt_out",
    "household",
)  # fmt: skip


def _facts(row: RowMapping, *, masked: bool) -> dict[str, Any]:
    facts = {name: row[name] for name in _FACTS}
    facts["name"] = mask_name(row["name"]) if masked else row["name"]
    facts["can_reveal_document"] = row["document_cipher"] is not None
    facts["can_reveal_phone"] = row["phone_cipher"] is not None
    return facts


def _history(connection: Connection, generation: Generation, month: int, key: int) -> list[dict[str, Any]]:
    builds = [build for entry, build in generation.builds.items() if entry <= month]
    return _rows(connection, select(client_status).where(client_status.c.build_id.in_(builds),
                                                         client_status.c.client_id == key)
                 .order_by(client_status.c.month))  # fmt: skip


def _months(connection: Connection, key: int, month: int) -> list[dict[str, Any]]:
    span = [month_add(month, -step) for step in range(MONTHS_SHOWN)]
    return _rows(connection, select(client_month).where(client_month.c.month.in_(span),
                                                        client_month.c.client_id == key)
                 .order_by(client_month.c.month))  # fmt: skip


def _relationships(key: int) -> Select[Any]:
    return (
        select(relationship.c.relationship_no, relationship.c.type, relationship.c.state, relationship.c.valid_from,
               relationship.c.valid_to, staff.c.staff_no, staff.c.name.label("staff"),
               relationship_share.c.share_bp, org_unit.c.name.label("unit"))
        .join(relationship_share, relationship_share.c.relationship_id == relationship.c.relationship_id)
        .join(staff, staff.c.staff_id == relationship_share.c.staff_id)
        .join(org_unit, org_unit.c.unit_id == staff.c.unit_id)
        .where(relationship.c.client_id == key, or_(relationship.c.valid_to.is_(None),
                                                    relationship.c.valid_to >= relationship.c.valid_from))
        .order_by(relationship.c.valid_from.desc(), staff.c.staff_no)
    )  # fmt: skip


def _rows(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _without(scope: Scope, name: str, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the rows, a free text about a person left out for a masked reach."""
    return [{**row, name: None} for row in rows] if scope.masks_names else rows
