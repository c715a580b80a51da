"""One account per role, so that every view of the product can be tried; plus the heads who hand tasks out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, insert, select

from data_access.clock import now
from data_access.demo.places import Unit
from data_access.demo.staffing import FAR, People
from data_access.tables import app_user
from domain.words import Role

PLACES = {
    Role.HQ: "HQ", Role.BRANCH_HEAD: "B03", Role.BRANCH_REVIEWER: "B03", Role.OFFICE_HEAD: "O031", Role.STAFF: None,
    Role.ANALYST: "HQ", Role.AUDITOR: "HQ", Role.USER_ADMIN: "HQ",
}  # fmt: skip
"""The post of the demo account of each role; the account's name is the role's code."""
HEAD_PREFIX = "head_"


@dataclass(frozen=True)
class DemoUser:
    """An account that the demo printed, with its one-time password."""

    username: str
    role: str
    place: str
    password: str


def demo_staff_member(staff: People, office: int) -> int:
    """Return the index of the person behind the account ``staff``: the office's first account manager who stays."""
    found = np.flatnonzero((staff.office == office) & (staff.category == 1) & (staff.left == FAR))
    return int(found[0])


def store_users(connection: Connection, units: list[Unit], staff: People) -> tuple[list[DemoUser], dict[int, int]]:
    """Add the accounts; return those with passwords, and the user id of the head of every office by office index.

    Heads of the other offices are accounts without a password: nobody can sign in until one is set.
    """
    from data_access.user_accounts import create_user

    by_code = {unit.unit_code: unit for unit in units}
    offices = [unit for unit in units if unit.kind == "office"]
    home = [unit.unit_code for unit in offices].index(str(PLACES[Role.OFFICE_HEAD]))
    person = demo_staff_member(staff, home)
    users = []
    for role, code in PLACES.items():
        place = by_code[code].name if code else staff.names[person]
        password = create_user(
            connection,
            username=role.value,
            display_name=f"{place} {role.label}",
            role=role.value,
            unit_id=by_code[code].unit_id if code else None,
            staff_id=None if code else person + 1,
        )
        users.append(DemoUser(role.value, role.value, place, password))
    heads = {}
    for index, office in enumerate(offices):
        name = Role.OFFICE_HEAD.value if index == home else HEAD_PREFIX + office.unit_code.lower()
        if index != home:
            connection.execute(
                insert(app_user).values(
                    username=name,
                    display_name=f"{office.name}负责人",
                    role=Role.OFFICE_HEAD.value,
                    unit_id=office.unit_id,
                    password_hash=None,
                    must_change_password=True,
                    access_version=1,
                    created_at=now(),
                )
            )
        heads[index] = int(
            connection.execute(select(app_user.c.user_id).where(app_user.c.username == name)).scalar_one()
        )
    return users, heads
