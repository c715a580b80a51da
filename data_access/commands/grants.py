"""Applications for rights: signed, approved by the branch head, executed by the user administrator (R-04, R-05).

Every step is one entry of the permission register and one audit row in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require, require_word
from data_access.database import Database
from data_access.permission_entries import append_entry
from data_access.reads.grants import read_application, read_officer, responsible_unit
from data_access.reads.holders import read_branches
from data_access.sessions import end_all_sessions
from data_access.signatures import Signature, require_signature, sign
from data_access.tables import access_grant, app_user, org_unit, staff
from data_access.user_accounts import UserRefused, decide_user, refuse_last_headquarters
from domain.decision import Decision, Reason, refuse
from domain.permissions import (
    ENTRY_OF,
    OPEN_STATES,
    REASON_LENGTH,
    STEPS,
    Application,
    Officer,
    Rights,
    decide_apply,
    decide_approve,
    decide_execute,
    decide_take_back,
)
from domain.register_words import GrantAction, GrantState, RegisterAction
from domain.words import Role

WITHDRAWERS = (Role.HQ, Role.BRANCH_HEAD, Role.OFFICE_HEAD)
"""Roles that may ask to end the rights of the people inside their reach."""


def apply_for_rights(
    db: Database, *, actor: Actor, action: str, reason: str, password: str, request_id: str,
    role: str | None = None, unit_code: str | None = None, username: str | None = None,
) -> int:  # fmt: skip
    """Apply for rights, signed with the own password; return the number of the application.

    ``role`` and ``unit_code``: the rights asked for (a withdrawal needs neither). ``username``: whose, the own
    account when omitted. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    require_word("action", action, GrantAction)
    signature = sign(db, actor=actor, password=password)

    def work(connection: Connection) -> int:
        user = acting_as(connection, actor, *Role)
        require_signature(connection, user, signature)
        before = claim_request(connection, request_id, "grants.apply", user)
        if before is not None:
            return int(before)
        grant_id = _apply(connection, user, signature, action, reason.strip(), role, unit_code, username)
        keep_result(connection, request_id, grant_id)
        return grant_id

    return db.transact(work)


def approve_grant(db: Database, *, actor: Actor, grant_id: int, version: int, request_id: str) -> None:
    """Approve an application at the version that was seen: the head of its branch company, or headquarters (R-04)."""

    def step(_connection: Connection, application: Application, officer: Officer) -> tuple[Decision, dict[str, Any]]:
        return decide_approve(application, officer), {"approved_by": officer.user_id, "approved_at": now()}

    _take_step(db, actor, grant_id, version, RegisterAction.APPROVE, request_id, step)


def refuse_grant(db: Database, *, actor: Actor, grant_id: int, version: int, reason: str, request_id: str) -> None:
    """Refuse an application with a reason; whoever may approve it may refuse it."""
    words = reason.strip()

    def step(_connection: Connection, application: Application, officer: Officer) -> tuple[Decision, dict[str, Any]]:
        decision = decide_approve(application, officer)
        if decision and not words:
            decision = refuse("R-05.reason_missing")
        elif decision and len(words) > REASON_LENGTH:
            decision = refuse("R-05.reason_long", limit=REASON_LENGTH)
        return decision, {"refused_by": officer.user_id, "refused_at": now(), "refused_reason": words}

    _take_step(db, actor, grant_id, version, RegisterAction.REFUSE, request_id, step, note=words)


def take_back_grant(db: Database, *, actor: Actor, grant_id: int, version: int, request_id: str) -> None:
    """Take an own application back before it is executed."""

    def step(_connection: Connection, application: Application, officer: Officer) -> tuple[Decision, dict[str, Any]]:
        return decide_take_back(application, officer), {}

    _take_step(db, actor, grant_id, version, RegisterAction.TAKE_BACK, request_id, step)


def execute_grant(db: Database, *, actor: Actor, grant_id: int, version: int, request_id: str) -> None:
    """Execute an approved application: the account gets or loses the rights and its sessions end (R-04)."""

    def step(_connection: Connection, application: Application, officer: Officer) -> tuple[Decision, dict[str, Any]]:
        moment = now()
        return decide_execute(application, officer, moment), {"executed_by": officer.user_id, "executed_at": moment}

    _take_step(db, actor, grant_id, version, RegisterAction.EXECUTE, request_id, step)


def _apply(connection: Connection, user: ActingUser, signature: Signature, action: str, reason: str,
           role: str | None, unit_code: str | None, username: str | None) -> int:  # fmt: skip
    name = (username or user.username).strip().casefold()
    row = connection.execute(select(app_user).where(app_user.c.username == name).with_for_update()).first()
    for_self = row is not None and row.user_id == user.user_id
    inside = row is not None and (for_self or _reaches(connection, user, row))
    if row is None or not inside:  # somebody else's, or nobody's: the two read the same
        raise Refused(Reason("R-05.user_not_found"))
    present = Rights(row.role, row.unit_id, row.disabled_at is not None)
    asked = present
    if action != GrantAction.WITHDRAW:
        wanted = role or row.role
        # a person's own rights are bound to the person, whatever the place
        asked = Rights(wanted, row.unit_id if wanted == Role.STAFF else _unit(connection, unit_code))
        require(decide_user(username=row.username, role=wanted, unit_id=asked.unit_id, staff_id=row.staff_id))
    open_one = connection.execute(
        select(access_grant.c.grant_id)
        .where(access_grant.c.user_id == row.user_id, access_grant.c.state.in_([one.value for one in OPEN_STATES]))
    ).first()  # fmt: skip
    require(decide_apply(action, asked, present, for_self=for_self, may_withdraw_others=user.role in WITHDRAWERS,
                         has_open=open_one is not None, reason=reason))  # fmt: skip
    moment = now()
    place = responsible_unit(connection, asked.role, asked.unit_id, row.staff_id)
    grant_id = int(connection.execute(
        insert(access_grant).values(
            user_id=row.user_id, action=action, role=asked.role, unit_id=place, reason=reason,
            state=STEPS[None, RegisterAction.APPLY].value, applied_by=signature.user_id, applied_at=moment,
            signed_at=moment, version=1)
        .returning(access_grant.c.grant_id)
    ).scalar_one())  # fmt: skip
    _enter(connection, user, RegisterAction.APPLY, grant_id, row.user_id, asked.role, place, reason, signed=True)
    return grant_id


Step = Callable[[Connection, Application, Officer], tuple[Decision, dict[str, Any]]]


def _take_step(db: Database, actor: Actor, grant_id: int, version: int, act: RegisterAction, request_id: str,
               step: Step, note: str | None = None) -> None:  # fmt: skip
    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, *Role)
        if claim_request(connection, request_id, f"grants.{act}", user) is not None:
            return
        row = connection.execute(
            select(access_grant).where(access_grant.c.grant_id == grant_id).with_for_update()
        ).first()
        officer = read_officer(connection, user)
        application = None if row is None else read_application(row, read_branches(connection))
        if row is None or application is None or not _concerns(officer, application):
            raise Refused(Reason("R-04.not_found"))
        decision, values = step(connection, application, officer)
        require(decision)
        if row.version != version:
            raise Refused(Reason("R-04.changed"))
        after = STEPS[GrantState(row.state), act]
        connection.execute(
            update(access_grant).where(access_grant.c.grant_id == grant_id, access_grant.c.version == version)
            .values(state=after.value, version=version + 1, **values)
        )  # fmt: skip
        entry = act
        if act == RegisterAction.EXECUTE:
            _carry_out(connection, row)
            entry = ENTRY_OF[row.action]
        _enter(connection, user, entry, grant_id, row.user_id, row.role, row.unit_id, note,
               signed=row.signed_at is not None)  # fmt: skip
        keep_result(connection, request_id, grant_id)

    db.transact(work)


def _carry_out(connection: Connection, grant: Row[Any]) -> None:
    account = connection.execute(
        select(app_user).where(app_user.c.user_id == grant.user_id).with_for_update()
    ).one()  # fmt: skip
    values: dict[str, Any] = {"role": grant.role}
    if grant.action == GrantAction.WITHDRAW:
        values = {"disabled_at": now()}
    elif grant.role != Role.STAFF:
        values["unit_id"] = grant.unit_id
    if grant.action == GrantAction.GRANT:
        values["disabled_at"] = None
    if grant.action == GrantAction.WITHDRAW or grant.role != Role.HQ:
        try:
            refuse_last_headquarters(connection, account)
        except UserRefused as refused:
            raise Refused(refused.reason) from None
    connection.execute(update(app_user).where(app_user.c.user_id == grant.user_id).values(**values))
    end_all_sessions(connection, grant.user_id, "grant.execute")


def _enter(connection: Connection, user: ActingUser, act: RegisterAction, grant_id: int, user_id: int, role: str,
           unit_id: int | None, note: str | None, *, signed: bool) -> None:  # fmt: skip
    append_entry(connection, action=act, user_id=user_id, by_user_id=user.user_id, role=role, unit_id=unit_id,
                 grant_id=grant_id, signed=signed, note=note or None)  # fmt: skip
    append_audit(connection, action=f"grant.{act}", user_id=user.user_id, operator=user.operator,
                 object_kind="user", object_key=str(user_id),
                 details={"grant": grant_id, "role": role, "unit_id": unit_id})  # fmt: skip


def _concerns(officer: Officer, application: Application) -> bool:
    """Tell whether somebody may know of an application at all; what does not concern one reads "not found"."""
    return (
        officer.role == Role.HQ
        or officer.user_id in (application.user_id, application.applied_by)
        or (officer.role in (Role.BRANCH_HEAD, Role.USER_ADMIN) and officer.branch_id == application.branch_id)
    )


def _reaches(connection: Connection, user: ActingUser, row: Row[Any]) -> bool:
    if user.role not in WITHDRAWERS:
        return False
    if user.scope.everything:
        return True
    place = row.unit_id
    if row.staff_id is not None:
        place = connection.execute(select(staff.c.unit_id).where(staff.c.staff_id == row.staff_id)).scalar()
    return place in user.scope.unit_ids


def _unit(connection: Connection, unit_code: str | None) -> int | None:
    if not unit_code:
        return None
    unit_id = connection.execute(select(org_unit.c.unit_id).where(org_unit.c.unit_code == unit_code)).scalar()
    if unit_id is None:
        raise Refused(Reason("user.unknown_unit", {"unit_code": unit_code}))
    return int(unit_id)
