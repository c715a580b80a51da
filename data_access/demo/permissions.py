"""The permission register of the demo firm: rights that were applied for, open applications, and some gaps."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from data_access.clock import now
from data_access.demo.places import Unit
from data_access.demo.users import DemoUser
from data_access.permission_entries import append_entry
from data_access.tables import access_grant, app_user, permission_register, staff
from data_access.user_accounts import create_user
from domain.permissions import ENTRY_OF, HEADQUARTERS_ROLES
from domain.register_words import GrantAction, GrantState, RegisterAction
from domain.words import Role

HOME = "B03"
"""The branch company of the demo accounts."""
ADMINISTRATOR = "branch_admin"
_MADE = timedelta(days=90)
_STORY: tuple[tuple[str, str, str | None, str | None, str, int], ...] = (
    # whose, what is asked, role and place (None: those of the account), state, days ago
    ("branch_head", "grant", None, None, "executed", 80),
    (ADMINISTRATOR, "grant", None, None, "executed", 79),
    ("branch_reviewer", "grant", None, None, "executed", 76),
    ("office_head", "grant", None, None, "executed", 76),
    ("staff", "grant", None, None, "executed", 71),
    ("auditor", "grant", None, None, "executed", 70),
    ("analyst", "grant", None, None, "executed", 70),
    ("staff", "change", "analyst", HOME, "refused", 40),
    ("office_head", "change", None, HOME, "withdrawn", 33),
    ("branch_reviewer", "change", "office_head", "O032", "applied", 3),
    ("staff", "change", "office_head", "O031", "approved", 2),
)
_REASONS = {"grant": "到岗，按岗位开通", "change": "岗位调整", "withdraw": "离岗"}


def store_permissions(connection: Connection, units: list[Unit]) -> DemoUser:
    """Add the home branch company's administrator, write the register, and return that account.

    Heads of other offices have no application, so the list of gaps has rows.
    """
    by_code = {unit.unit_code: unit for unit in units}
    home = by_code[HOME]
    password = create_user(connection, username=ADMINISTRATOR, display_name=f"{home.name} {Role.USER_ADMIN.label}",
                           role=Role.USER_ADMIN, unit_id=home.unit_id)  # fmt: skip
    connection.execute(update(permission_register).values(at=now() - _MADE))
    accounts = {
        row.username: row
        for row in connection.execute(
            select(app_user, staff.c.unit_id.label("sits_in")).outerjoin(staff, staff.c.staff_id == app_user.c.staff_id)
        )
    }
    for username, action, role, code, state, days in _STORY:
        account = accounts[username]
        place = by_code[code].unit_id if code else account.unit_id or account.sits_in
        asked = role or account.role
        of_firm = asked in HEADQUARTERS_ROLES or place == by_code["HQ"].unit_id
        head, admin = (accounts[name] for name in (("hq", "user_admin") if of_firm else ("branch_head", ADMINISTRATOR)))
        _store(connection, account, action, asked, place, state, now() - timedelta(days=days), head, admin)
    return DemoUser(ADMINISTRATOR, Role.USER_ADMIN.value, home.name, password)


def _store(connection: Connection, account: Any, action: str, role: str, place: int, state: str, at: datetime,
           head: Any, admin: Any) -> None:  # fmt: skip
    values: dict[str, Any] = {
        "user_id": account.user_id, "action": action, "role": role, "unit_id": place, "reason": _REASONS[action],
        "state": state, "applied_by": account.user_id, "applied_at": at, "signed_at": at, "version": 1,
    }  # fmt: skip
    steps: list[tuple[RegisterAction, Any, timedelta]] = [(RegisterAction.APPLY, account, timedelta())]
    later, last = timedelta(hours=3), timedelta(hours=5)
    if state in (GrantState.APPROVED, GrantState.EXECUTED):
        values |= {"approved_by": head.user_id, "approved_at": at + later}
        steps.append((RegisterAction.APPROVE, head, later))
    if state == GrantState.EXECUTED:
        values |= {"executed_by": admin.user_id, "executed_at": at + last}
        steps.append((ENTRY_OF[GrantAction(action).value], admin, last))
    elif state == GrantState.REFUSED:
        values |= {"refused_by": head.user_id, "refused_at": at + later, "refused_reason": "与现岗位不符"}
        steps.append((RegisterAction.REFUSE, head, later))
    elif state == GrantState.WITHDRAWN:
        steps.append((RegisterAction.TAKE_BACK, account, later))
    values["version"] = len(steps)
    number = connection.execute(insert(access_grant).values(**values).returning(access_grant.c.grant_id)).scalar_one()
    for act, who, after in steps:
        append_entry(connection, action=act, user_id=account.user_id, by_user_id=who.user_id, role=role,
                     unit_id=account.unit_id if state == GrantState.EXECUTED else place, grant_id=number, signed=True,
                     note=_REASONS[action], at=at + after)  # fmt: skip
