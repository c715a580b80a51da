"""Prospects: enter, change, close, and link to the client it became (R-50 to R-52).

Staff work on their own prospects and those of their sub-agents, an office head on those of the office.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require, require_word
from data_access.database import Database
from data_access.scope import clients_in, prospects_in
from data_access.tables import client, org_unit, prospect, prospect_event, staff
from domain.decision import Reason
from domain.prospects import Need, ProspectState, decide_divisions, decide_grade, decide_words
from domain.words import ClientKind, Role, UnitKind

PROSPECT_ROLES = (Role.STAFF, Role.OFFICE_HEAD)
"""Roles that write prospects: their own, or those of the office."""
_FACTS = ("name", "client_kind", "office_id", "staff_id", "need", "state", "expected_on", "act_by", "note", "client_id")


@dataclass(frozen=True)
class ProspectFacts:
    """What is known of a prospect.

    ``expected_on``: when business is expected; ``act_by``: by when somebody has to act. ``staff_no`` empty: the acting
    staff member, for a head nobody yet. ``office_code`` empty: the staff member's office, else the head's only one.
    """

    name: str
    client_kind: str
    need: str
    state: str = ProspectState.POTENTIAL.value
    expected_on: date | None = None
    act_by: date | None = None
    note: str = ""
    staff_no: str = ""
    office_code: str = ""


def enter_prospect(db: Database, *, actor: Actor, facts: ProspectFacts, request_id: str) -> int:
    """Enter a prospect and return its id; the same ``request_id`` again gives the same id and no second prospect.

    Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    _require_known_words(facts)

    def work(connection: Connection) -> int:
        user = acting_as(connection, actor, *PROSPECT_ROLES)
        before = claim_request(connection, request_id, "prospect.enter", user)
        if before is not None:
            return int(before)
        values = {**_decided(facts), **_placed(connection, user, facts)}
        key = int(
            connection.execute(
                insert(prospect)
                .values(**values, entered_by=user.user_id, entered_at=now(), request_id=request_id, version=1)
                .returning(prospect.c.prospect_id)
            ).scalar_one()
        )
        log_prospect(connection, user, key, "enter")
        keep_result(connection, request_id, key)
        return key

    return db.transact(work)


def change_prospect(
    db: Database, *, actor: Actor, prospect_id: int, version: int, facts: ProspectFacts, request_id: str
) -> None:
    """Write new facts of a prospect that has not become a client, at the version the reader saw.

    A closed prospect whose need has come back is open again. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    _require_known_words(facts)

    def change(connection: Connection, user: ActingUser, row: Row[Any]) -> dict[str, Any]:
        del row
        return {**_decided(facts), **_placed(connection, user, facts)}

    _step(db, actor, prospect_id, version, "change", change, request_id)


def close_prospect(db: Database, *, actor: Actor, prospect_id: int, version: int, note: str, request_id: str) -> None:
    """Close a prospect that has no need or no chance: grade E from now on (R-50); ``note`` says why."""

    def change(connection: Connection, user: ActingUser, row: Row[Any]) -> dict[str, Any]:
        del connection, user
        if row.need == Need.NONE:
            raise Refused(Reason("prospect.closed"))
        require(decide_words(row.name, note))
        return {"need": Need.NONE.value, "state": ProspectState.POTENTIAL.value, "note": note.strip() or row.note}

    _step(db, actor, prospect_id, version, "close", change, request_id)


def link_prospect(
    db: Database, *, actor: Actor, prospect_id: int, version: int, client_no: str, request_id: str
) -> None:
    """Link a prospect to the client inside the reach that it became: business is done (R-52)."""

    def change(connection: Connection, user: ActingUser, row: Row[Any]) -> dict[str, Any]:
        found = connection.execute(
            select(client.c.client_id)
            .where(client.c.client_no == client_no.strip(),
                   clients_in(user.scope, client.c.client_id, client.c.office_id))
            .with_for_update()
        ).scalar()  # fmt: skip
        if found is None:
            raise Refused(Reason("client.not_found", {"client_no": client_no.strip()}))
        taken = select(prospect.c.prospect_id).where(prospect.c.client_id == found)
        if connection.execute(taken).first() is not None:
            raise Refused(Reason("prospect.client_taken", {"client_no": client_no.strip()}))
        # whoever became a client had a need
        need = Need.TARGET.value if row.need == Need.NONE else row.need
        return {"client_id": found, "state": ProspectState.WON.value, "need": need}

    _step(db, actor, prospect_id, version, "link", change, request_id)


def _require_known_words(facts: ProspectFacts) -> None:
    require_word("client_kind", facts.client_kind, ClientKind)
    require_word("need", facts.need, Need)
    require_word("state", facts.state, ProspectState)


def _decided(facts: ProspectFacts) -> dict[str, Any]:
    """Return the columns that the facts give, once the rules allow them; a prospect without account."""
    require(decide_words(facts.name, facts.note))
    grade = decide_grade(facts.need, facts.expected_on, business_date())
    require(decide_divisions(facts.need, facts.state, grade, has_account=False))
    return {
        "name": facts.name.strip(), "client_kind": facts.client_kind, "need": facts.need, "state": facts.state,
        "expected_on": facts.expected_on, "act_by": facts.act_by, "note": facts.note.strip() or None,
    }  # fmt: skip


def _placed(connection: Connection, user: ActingUser, facts: ProspectFacts) -> dict[str, int | None]:
    """Return office and staff member of a prospect, both inside the acting user's reach."""
    staff_id = office_id = None
    if facts.staff_no or user.role == Role.STAFF:
        wanted = staff.c.staff_no == facts.staff_no if facts.staff_no else staff.c.staff_id == (user.staff_id or -1)
        person = connection.execute(
            select(staff.c.staff_id, staff.c.left_on, org_unit.c.unit_id, org_unit.c.parent_id, org_unit.c.kind)
            .join(org_unit, org_unit.c.unit_id == staff.c.unit_id).where(wanted)
        ).first()  # fmt: skip
        if person is not None:
            staff_id = person.staff_id
            office_id = {UnitKind.OFFICE: person.unit_id, UnitKind.TEAM: person.parent_id}.get(person.kind)
        is_gone = person is None or (person.left_on is not None and person.left_on <= business_date())
        is_foreign = staff_id not in user.scope.staff_ids if user.role == Role.STAFF else False
        if is_gone or is_foreign or office_id is None:
            raise Refused(Reason("prospect.staff_not_found", {"staff_no": facts.staff_no or None}))
    elif facts.office_code:
        office_id = connection.execute(
            select(org_unit.c.unit_id).where(org_unit.c.unit_code == facts.office_code,
                                             org_unit.c.kind == UnitKind.OFFICE.value)
        ).scalar()  # fmt: skip
    elif len(user.scope.office_ids) == 1:
        (office_id,) = user.scope.office_ids
    if user.role == Role.OFFICE_HEAD and office_id not in user.scope.office_ids:
        raise Refused(Reason("prospect.staff_not_found", {"staff_no": facts.staff_no}) if facts.staff_no
                      else Reason("prospect.no_office"))  # fmt: skip
    return {"staff_id": staff_id, "office_id": office_id}


def _step(
    db: Database, actor: Actor, prospect_id: int, version: int, act: str,
    change: Callable[[Connection, ActingUser, Row[Any]], dict[str, Any]], request_id: str,
) -> None:  # fmt: skip
    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, *PROSPECT_ROLES)
        if claim_request(connection, request_id, f"prospect.{act}", user) is not None:
            return
        row = connection.execute(
            select(prospect, client.c.client_no)
            .outerjoin(client, client.c.client_id == prospect.c.client_id)
            .where(prospect.c.prospect_id == prospect_id,
                   prospects_in(user.scope, prospect.c.staff_id, prospect.c.office_id))
        ).first()  # fmt: skip
        if row is None:
            raise Refused(Reason("prospect.not_found"))
        if row.version != version:
            raise Refused(Reason("prospect.changed"))
        if row.state == ProspectState.WON:
            raise Refused(Reason("prospect.won", {"client_no": row.client_no}))
        written = connection.execute(
            update(prospect)
            .where(prospect.c.prospect_id == prospect_id, prospect.c.version == version)
            .values(**change(connection, user, row), version=version + 1)
        )
        if written.rowcount == 0:
            raise Refused(Reason("prospect.changed"))
        log_prospect(connection, user, prospect_id, act)
        keep_result(connection, request_id, prospect_id)

    db.transact(work)


def log_prospect(connection: Connection, user: ActingUser, prospect_id: int, act: str) -> None:
    """Write the row as it is now into the history, and who did what into the audit trail."""
    row = connection.execute(select(prospect).where(prospect.c.prospect_id == prospect_id)).mappings().one()
    newest = connection.execute(
        select(func.max(prospect_event.c.sequence)).where(prospect_event.c.prospect_id == prospect_id)
    ).scalar()
    body = {"act": act, **{name: row[name] for name in _FACTS}}
    connection.execute(insert(prospect_event).values(
        prospect_id=prospect_id, sequence=(newest or 0) + 1, by_user_id=user.user_id, at=now(),
        body=json.dumps(body, ensure_ascii=False, sort_keys=True, default=str)))  # fmt: skip
    append_audit(
        connection,
        action=f"prospect.{act}",
        user_id=user.user_id,
        object_kind="prospect",
        object_key=str(prospect_id),
        details={name: row[name] for name in ("need", "state", "office_id", "staff_id", "client_id")},
    )
