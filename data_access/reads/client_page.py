"""One client from every side, for the Client page; None when the client is unknown or outside the reach."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, bindparam, or_, select

from data_access.reads.generation import Generation
from data_access.reads.holdouts import HeldOut, read_holdout
from data_access.reads.reach import opens
from data_access.reads.trace_facts import TraceFacts, make_trace_facts
from data_access.scope import Scope, ScopeKind
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
from domain.months import month_add, month_range

MONTHS_SHOWN = 36
CONTACTS_SHOWN = 200


@dataclass(frozen=True)
class ClientPage:
    """Plain rows about one client; money in fen, newest first unless said otherwise.

    ``facts``: master data with masked document and phone (and ``can_reveal_document``/``_phone``: a value is
    stored).
    Notes and reasons are free text about a person: None for a masked reach.
    ``status``: the row of the month, None before the client opened; with it ``trace``, what its labels rest on.
    ``history``: one row per month (oldest first) with status, tier, value and assets. ``months``: facts of the
    months (oldest first). ``held_out``: the campaign that holds the client back today.
    """

    facts: dict[str, Any]
    status: dict[str, Any] | None
    trace: TraceFacts | None
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
    held_out: HeldOut | None


def read_client_page(connection: Connection, generation: Generation, month: int, scope: Scope,
                     client_no: str) -> ClientPage | None:  # fmt: skip
    """Read everything the Client page shows, as of a month of a pinned generation.

    A client opens for a reach that holds its office of the month, as lists do, or its office of today.
    """
    build_id = generation.builds[month]
    number = {"client_no": client_no, "build_id": build_id}
    found = connection.execute(_select_client(scope.kind), number | scope.ids).mappings().first()
    if found is None:
        return None
    published = [one for one in generation.builds if one <= month]
    shown = month_range(month_add(month, 1 - MONTHS_SHOWN), month)
    # what is asked of the statements below; each takes what it names
    asked = {
        "client_id": found["client_id"], "build_id": build_id, "builds": [generation.builds[one] for one in published],
        "months": sorted({*shown, *published}),
    }  # fmt: skip
    status = next(iter(_rows(connection, _STATUS, asked)), None)
    months = _rows(connection, _MONTHS, asked)
    read = {name: _rows(connection, query, asked) for name, query in _LISTS.items()}
    trace = None
    if status is not None:
        trace = make_trace_facts(connection, generation, month, found, status, months, read["events"])
    if scope.masks_names:
        # free text about a person
        read["task_steps"] = [{**row, "reason": None} for row in read["task_steps"]]
        read["contacts"] = [{**row, "note": None} for row in read["contacts"]]
    return ClientPage(
        facts=_facts(found, masked=scope.masks_names), status=status, trace=trace,
        months=[row for row in months if row["month"] >= shown[0]],
        held_out=read_holdout(connection, found["client_id"]), **read,
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


def _rows(connection: Connection, query: Select[Any], values: dict[str, Any]) -> list[dict[str, Any]]:
    result = connection.execute(query, values)
    names = list(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]


# The statements are made once (that of the client once per kind of reach): what is asked of them is the client.
_KEY: ColumnElement[int] = bindparam("client_id")
_CLIENT = (
    select(client, org_unit.c.name.label("office"), org_unit.c.unit_code.label("office_code"))
    .join(org_unit, org_unit.c.unit_id == client.c.office_id)
    .where(client.c.client_no == bindparam("client_no"))
)  # fmt: skip


@lru_cache(maxsize=32)
def _select_client(kind: ScopeKind) -> Select[Any]:
    return _CLIENT.where(opens(kind, bindparam("build_id")))


_STATUS = select(client_status).where(
    client_status.c.build_id == bindparam("build_id"), client_status.c.client_id == _KEY
)
_MONTHS = (
    select(client_month)
    .where(client_month.c.month.in_(bindparam("months", expanding=True)), client_month.c.client_id == _KEY)
    .order_by(client_month.c.month)
)  # fmt: skip
_LISTS: dict[str, Select[Any]] = {
    "history": select(client_status.c.month, client_status.c.status, client_status.c.tier, client_status.c.value_fen,
                      client_status.c.end_assets_fen)
    .where(client_status.c.build_id.in_(bindparam("builds", expanding=True)), client_status.c.client_id == _KEY)
    .order_by(client_status.c.month),
    "accounts": select(account.c.account_no, account.c.account_kind)
    .where(account.c.client_id == _KEY).order_by(account.c.account_no),
    "events": select(account_event.c.on_date, account_event.c.event, account.c.account_no, account.c.account_kind,
                     account_event.c.amount_fen, account_event.c.at, account_event.c.account_id)
    .join(account, account.c.account_id == account_event.c.account_id)
    .where(account_event.c.client_id == _KEY).order_by(account_event.c.at.desc(), account_event.c.event_id.desc()),
    "relationships": select(relationship.c.relationship_no, relationship.c.type, relationship.c.state,
                            relationship.c.valid_from, relationship.c.valid_to, staff.c.staff_no,
                            staff.c.name.label("staff"), relationship_share.c.share_bp, org_unit.c.name.label("unit"))
    .join(relationship_share, relationship_share.c.relationship_id == relationship.c.relationship_id)
    .join(staff, staff.c.staff_id == relationship_share.c.staff_id)
    .join(org_unit, org_unit.c.unit_id == staff.c.unit_id)
    .where(relationship.c.client_id == _KEY, or_(relationship.c.valid_to.is_(None),
                                                 relationship.c.valid_to >= relationship.c.valid_from))
    .order_by(relationship.c.valid_from.desc(), staff.c.staff_no),
    "tasks": select(reactivation_task.c.task_no, reactivation_task.c.state, reactivation_task.c.pool_status,
                    reactivation_task.c.priority, reactivation_task.c.due_on, reactivation_task.c.assigned_at,
                    reactivation_task.c.closed_on, staff.c.staff_no, staff.c.name.label("staff"))
    .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
    .where(reactivation_task.c.client_id == _KEY).order_by(reactivation_task.c.assigned_at.desc()),
    "task_steps": select(reactivation_task.c.task_no, task_event.c.at, task_event.c.kind, task_event.c.reason,
                         app_user.c.display_name.label("by"))
    .join(reactivation_task, reactivation_task.c.task_id == task_event.c.task_id)
    .outerjoin(app_user, app_user.c.user_id == task_event.c.by_user_id)
    .where(reactivation_task.c.client_id == _KEY).order_by(task_event.c.at.desc()),
    "contacts": select(contact_log.c.at, contact_log.c.channel, contact_log.c.result, contact_log.c.topic,
                       contact_log.c.note, contact_log.c.next_step_on, staff.c.staff_no, staff.c.name.label("staff"))
    .join(staff, staff.c.staff_id == contact_log.c.staff_id)
    .where(contact_log.c.client_id == _KEY).order_by(contact_log.c.at.desc()).limit(CONTACTS_SHOWN),
    "complaints": select(complaint.c.complaint_no, complaint.c.at, complaint.c.category, complaint.c.closed_at)
    .where(complaint.c.client_id == _KEY).order_by(complaint.c.at.desc()),
    "versions": select(client_version.c.valid_from, client_version.c.valid_to, org_unit.c.name.label("office"),
                       client_version.c.segment, client_version.c.risk_level)
    .join(org_unit, org_unit.c.unit_id == client_version.c.office_id)
    .where(client_version.c.client_id == _KEY).order_by(client_version.c.version_id.desc()),
}  # fmt: skip
"""The lists of a client's page by the name of their field."""
