"""Set how much a person can take, and which offices may take an office's pool clients."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import Connection, insert, or_, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, acting_as, claim_request, insert_for, keep_result, require
from data_access.database import Database
from data_access.desk.locks import lock_people
from data_access.desk.people import FULL_CAPACITY, read_capacities
from data_access.reads.holders import read_branches
from data_access.scope import staff_in
from data_access.tables import office_neighbour, org_unit, staff, staff_capacity
from domain.capacity import decide_capacity
from domain.decision import Reason
from domain.words import Role, UnitKind

CAPACITY_ROLES = (Role.HQ, Role.BRANCH_HEAD, Role.OFFICE_HEAD)
"""Roles that set the capacity of the people inside their reach; a team lead that of the team."""
NEIGHBOUR_ROLES = (Role.HQ, Role.BRANCH_HEAD)
"""Roles that name the neighbours of an office."""


@dataclass(frozen=True)
class Neighbours:
    """What a change of an office's neighbours did: codes of the offices begun and ended."""

    begun: tuple[str, ...]
    ended: tuple[str, ...]


def set_capacity(db: Database, *, actor: Actor, staff_no: str, capacity: int, ceiling: int | None, reason: str,
                 valid_from: date | None = None, request_id: str) -> None:  # fmt: skip
    """Set a person's percent of a full post and own ceiling of open tasks (None: that of the rules) from a day on.

    ``valid_from`` is today when omitted; an entry of the same day is replaced, later ones stay. Tasks already held
    stay. The same ``request_id`` has one effect. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, *CAPACITY_ROLES)
        if claim_request(connection, request_id, "capacity.set", user) is not None:
            return
        today = business_date()
        day = valid_from or today
        person = connection.execute(
            select(staff.c.staff_id, staff.c.staff_no, staff.c.left_on)
            .where(staff.c.staff_no == staff_no.strip(), staff_in(user.scope, staff.c.staff_id, staff.c.unit_id))
        ).first()  # fmt: skip
        if person is None:
            raise Refused(Reason("capacity.person", {"staff_no": staff_no.strip()}))
        require(decide_capacity(staff_no=person.staff_no, capacity=capacity, ceiling=ceiling, reason=reason.strip(),
                                valid_from=day, today=today, left_on=person.left_on))  # fmt: skip
        # a hand-out that is being committed holds the person: it sees the old number or the new one, never both
        lock_people(connection, [person.staff_id])
        before = read_capacities(connection, [person.staff_id], day).get(person.staff_id, (FULL_CAPACITY, None))
        if before == (capacity, ceiling):
            raise Refused(Reason("capacity.same", {"staff_no": person.staff_no}))
        values = {"capacity": capacity, "ceiling": ceiling, "reason": reason.strip(), "set_by": user.user_id or 0,
                  "set_at": now()}  # fmt: skip
        connection.execute(
            insert_for(connection, staff_capacity).values(staff_id=person.staff_id, valid_from=day, **values)
            .on_conflict_do_update(index_elements=["staff_id", "valid_from"], set_=values)
        )  # fmt: skip
        append_audit(connection, action="capacity.set", user_id=user.user_id, operator=user.operator,
                     object_kind="staff", object_key=person.staff_no,
                     details={"capacity": capacity, "ceiling": ceiling, "from": day.isoformat(),
                              "reason": reason.strip(), "before": list(before)})  # fmt: skip
        keep_result(connection, request_id, {"staff_no": person.staff_no})

    db.transact(work)


def set_neighbours(db: Database, *, actor: Actor, office_code: str, neighbour_codes: Collection[str],
                   request_id: str) -> Neighbours:  # fmt: skip
    """Name, from today on, the offices whose people may take an office's pool clients; an empty list ends all.

    All of one branch company (R-26). Those not named any more end today, which is their first day without. The same
    ``request_id`` has one effect. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """

    def work(connection: Connection) -> Neighbours:
        user = acting_as(connection, actor, *NEIGHBOUR_ROLES)
        before = claim_request(connection, request_id, "neighbours.set", user)
        if before is not None:
            return Neighbours(tuple(before["begun"]), tuple(before["ended"]))
        offices = _offices(connection, user)
        code = office_code.strip()
        if code not in offices:
            raise Refused(Reason("neighbours.office", {"unit_code": code}))
        wanted = {one.strip() for one in neighbour_codes}
        branches = read_branches(connection)
        for one in sorted(wanted):
            if one == code:
                raise Refused(Reason("neighbours.itself"))
            if one not in offices:
                raise Refused(Reason("neighbours.office", {"unit_code": one}))
            if branches.get(offices[one]) != branches.get(offices[code]):
                raise Refused(Reason("neighbours.other_branch", {"unit_code": one}))
        changed = _change(connection, user, offices, code, wanted)
        append_audit(connection, action="neighbours.set", user_id=user.user_id, operator=user.operator,
                     object_kind="org_unit", object_key=code, details=asdict(changed))  # fmt: skip
        keep_result(connection, request_id, asdict(changed))
        return changed

    return db.transact(work)


def _offices(connection: Connection, user: ActingUser) -> dict[str, int]:
    """Return the ids of the business offices inside the reach by code."""
    rows = connection.execute(select(org_unit.c.unit_code, org_unit.c.unit_id)
                              .where(org_unit.c.kind == UnitKind.OFFICE.value))  # fmt: skip
    return {row.unit_code: row.unit_id for row in rows if user.scope.everything or row.unit_id in user.scope.office_ids}


def _change(connection: Connection, user: ActingUser, offices: dict[str, int], code: str,
            wanted: set[str]) -> Neighbours:  # fmt: skip
    row, today, office_id = office_neighbour.c, business_date(), offices[code]
    # two people who change one office at once stand in line
    connection.execute(select(org_unit.c.unit_id).where(org_unit.c.unit_id == office_id).with_for_update())
    holding = connection.execute(
        select(row.neighbour_id, org_unit.c.unit_code).join(org_unit, org_unit.c.unit_id == row.neighbour_id)
        .where(row.office_id == office_id, row.valid_from <= today, or_(row.valid_to.is_(None), row.valid_to > today))
    ).all()  # fmt: skip
    held = {one.unit_code: one.neighbour_id for one in holding}
    ended, begun = sorted(set(held) - wanted), sorted(wanted - set(held))
    if ended:
        connection.execute(
            update(office_neighbour)
            .where(row.office_id == office_id, row.neighbour_id.in_([held[one] for one in ended]),
                   or_(row.valid_to.is_(None), row.valid_to > today))
            .values(valid_to=today)
        )  # fmt: skip
    for one in begun:
        # ended and named again on one day: the day's row goes on
        again = connection.execute(
            update(office_neighbour)
            .where(row.office_id == office_id, row.neighbour_id == offices[one], row.valid_from == today)
            .values(valid_to=None, set_by=user.user_id or 0, set_at=now())
        ).rowcount  # fmt: skip
        if not again:
            connection.execute(insert(office_neighbour).values(
                office_id=office_id, neighbour_id=offices[one], valid_from=today, set_by=user.user_id or 0,
                set_at=now()))  # fmt: skip
    return Neighbours(tuple(begun), tuple(ended))
