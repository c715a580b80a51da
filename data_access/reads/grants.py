"""Applications for rights, the permission register and its gaps (R-04, R-05), as far as a reader is concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, false, func, not_, or_, select, true

from data_access.actor import ActingUser
from data_access.clock import day_begins_at
from data_access.reads.holders import read_branches
from data_access.tables import access_grant, app_user, org_unit, permission_register, staff
from domain.permissions import ENTRY_OF, HEADQUARTERS_ROLES, Application, Entry, Officer, Rights, find_gap
from domain.words import Role

PAGE_ROWS = 200
"""Rows of one page at most."""
FIRM_ROLES = (Role.HQ.value, Role.AUDITOR.value)
"""Roles of the whole firm: the register of a branch company does not show them, wherever the person sits."""
SEES_ALL = (Role.HQ, Role.AUDITOR)


@dataclass(frozen=True)
class GrantRow:
    """One application as the page shows it; ``application`` is what the rules decide on."""

    grant_id: int
    version: int
    username: str
    display_name: str
    unit_name: str | None
    reason: str | None
    applied_by: str | None
    applied_at: datetime | None
    approved_by: str | None
    executed_by: str | None
    executed_at: datetime | None
    refused_by: str | None
    refused_at: datetime | None
    refused_reason: str | None
    application: Application


@dataclass(frozen=True)
class EntryRow:
    """One entry of the register."""

    entry_id: int
    at: datetime
    action: str
    username: str
    display_name: str
    role: str | None
    unit_name: str | None
    by: str | None
    applicant_signed: bool
    grant_id: int | None
    note: str | None


@dataclass(frozen=True)
class GapRow:
    """What the register lacks for one account."""

    username: str
    display_name: str
    role: str
    unit_name: str | None
    gap: str


def read_officer(connection: Connection, user: ActingUser) -> Officer:
    """Return the acting user as the rules of R-04 see it."""
    place = responsible_unit(connection, user.role, user.unit_id, user.staff_id)
    return Officer(user.user_id, user.role, read_branches(connection).get(place or 0))


def responsible_unit(connection: Connection, role: str, unit_id: int | None, staff_id: int | None) -> int | None:
    """Return the place of an account: the one that bounds it, or where its person sits."""
    if staff_id is None or (unit_id is not None and role != Role.STAFF):
        return unit_id
    return connection.execute(select(staff.c.unit_id).where(staff.c.staff_id == staff_id)).scalar()


def read_application(row: Any, branches: Mapping[int, int]) -> Application:
    """Return an application as the rules see it, from a row of ``access_grant``."""
    branch = None if row.role in HEADQUARTERS_ROLES else branches.get(row.unit_id or 0)
    return Application(row.user_id, row.action, row.role, branch, row.state, row.applied_by, row.signed_at,
                       row.approved_by, row.approved_at)  # fmt: skip


def read_grants(connection: Connection, user: ActingUser, *, states: Sequence[str] = (), text: str = "",
                before: int | None = None, limit: int = PAGE_ROWS) -> list[GrantRow]:  # fmt: skip
    """Return applications, the newest first; ``text`` searches names and reasons, ``before`` pages by number."""
    grant, names = access_grant.c, {key: app_user.alias(key) for key in ("applied", "approved", "executed", "refused")}
    statement = (
        select(access_grant, app_user.c.username, app_user.c.display_name, org_unit.c.name.label("unit_name"),
               *(table.c.display_name.label(f"{key}_name") for key, table in names.items()))
        .join(app_user, app_user.c.user_id == grant.user_id)
        .outerjoin(org_unit, org_unit.c.unit_id == grant.unit_id)
        .where(_visible(connection, user, grant.user_id, grant.role, grant.unit_id),
               _found(text, app_user.c.username, app_user.c.display_name, grant.reason))
    )  # fmt: skip
    for key, table in names.items():
        statement = statement.outerjoin(table, table.c.user_id == grant[f"{key}_by"])
    if states:
        statement = statement.where(grant.state.in_(list(states)))
    if before is not None:
        statement = statement.where(grant.grant_id < before)
    branches = read_branches(connection)
    return [
        GrantRow(row.grant_id, row.version, row.username, row.display_name, row.unit_name, row.reason,
                 row.applied_name, row.applied_at, row.approved_name, row.executed_name, row.executed_at,
                 row.refused_name, row.refused_at, row.refused_reason, read_application(row, branches))
        for row in connection.execute(statement.order_by(grant.grant_id.desc()).limit(min(limit, PAGE_ROWS)))
    ]  # fmt: skip


def read_register(connection: Connection, user: ActingUser, *, actions: Sequence[str] = (), text: str = "",
                  since: date | None = None, until: date | None = None, before: int | None = None,
                  limit: int = PAGE_ROWS) -> list[EntryRow]:  # fmt: skip
    """Return entries of the register, the newest first; days are business days, both included."""
    entry, by = permission_register.c, app_user.alias("by")
    statement = (
        select(permission_register, app_user.c.username, app_user.c.display_name, org_unit.c.name.label("unit_name"),
               by.c.display_name.label("by_name"))
        .join(app_user, app_user.c.user_id == entry.user_id)
        .outerjoin(org_unit, org_unit.c.unit_id == entry.unit_id)
        .outerjoin(by, by.c.user_id == entry.by_user_id)
        .where(_visible(connection, user, entry.user_id, entry.role, entry.unit_id),
               _found(text, app_user.c.username, app_user.c.display_name, entry.note))
    )  # fmt: skip
    if actions:
        statement = statement.where(entry.action.in_(list(actions)))
    if since is not None:
        statement = statement.where(entry.at >= day_begins_at(since))
    if until is not None:
        statement = statement.where(entry.at < day_begins_at(until + timedelta(days=1)))
    if before is not None:
        statement = statement.where(entry.entry_id < before)
    return [
        EntryRow(row.entry_id, row.at, row.action, row.username, row.display_name, row.role, row.unit_name,
                 row.by_name, bool(row.applicant_signed), row.grant_id, row.note)
        for row in connection.execute(statement.order_by(entry.entry_id.desc()).limit(min(limit, PAGE_ROWS)))
    ]  # fmt: skip


def read_gaps(connection: Connection, user: ActingUser) -> list[GapRow]:
    """Return every account inside the reach for which the register is not complete (R-05), by user name."""
    rows = connection.execute(
        select(app_user, staff.c.unit_id.label("staff_unit_id"), org_unit.c.name.label("unit_name"))
        .outerjoin(staff, staff.c.staff_id == app_user.c.staff_id)
        .outerjoin(org_unit, org_unit.c.unit_id == func.coalesce(app_user.c.unit_id, staff.c.unit_id))
        .where(_visible(connection, user, app_user.c.user_id, app_user.c.role,
                        func.coalesce(app_user.c.unit_id, staff.c.unit_id)))
        .order_by(app_user.c.username)
    ).all()  # fmt: skip
    entries: dict[int, list[Entry]] = {}
    acts = [action.value for action in ENTRY_OF.values()]
    for row in connection.execute(
        select(permission_register).where(permission_register.c.action.in_(acts))
        .order_by(permission_register.c.entry_id)
    ):  # fmt: skip
        entries.setdefault(row.user_id, []).append(Entry(row.action, bool(row.applicant_signed), row.role, row.unit_id))
    found = []
    for row in rows:
        present = Rights(row.role, row.unit_id, row.disabled_at is not None)
        gap = find_gap(present, tuple(entries.get(row.user_id, ())), place_counts=row.role != Role.STAFF)
        if gap is not None:
            found.append(GapRow(row.username, row.display_name, row.role, row.unit_name, gap))
    return found


def _visible(connection: Connection, user: ActingUser, user_id: ColumnElement[int], role: ColumnElement[str],
             unit_id: ColumnElement[int]) -> ColumnElement[bool]:  # fmt: skip
    """Everybody sees the own rows; heads and administrators those of their branch company or of headquarters."""
    if user.user_id is None or user.role in SEES_ALL:
        return true()
    own = user_id == user.user_id
    if user.role not in (Role.BRANCH_HEAD, Role.USER_ADMIN):
        return own
    branches = read_branches(connection)
    branch = read_officer(connection, user).branch_id
    at_branches = list(branches)
    if branch is None:
        # what is headquarters' own: a place without a branch company, or a role that it assigns
        theirs = or_(unit_id.is_(None), not_(unit_id.in_(at_branches)), role.in_(HEADQUARTERS_ROLES))
        return or_(own, theirs) if user.role == Role.USER_ADMIN else own
    units = [unit for unit, place in branches.items() if place == branch]
    return or_(own, and_(unit_id.in_(units), not_(role.in_(FIRM_ROLES))))


def _found(text: str, *columns: ColumnElement[Any]) -> ColumnElement[bool]:
    wanted = text.strip().lower()
    if not wanted:
        return true()
    return or_(false(), *(func.lower(func.coalesce(column, "")).contains(wanted, autoescape=True)
                          for column in columns))  # fmt: skip
