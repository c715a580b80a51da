"""Close the exit of a staff member: in one transaction nothing open names the leaver any more, results stay."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, case, insert, select, update

from data_access.actor import ActingUser, Actor, NotAllowed
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require
from data_access.commands.assigned import enter_within
from data_access.commands.task_steps import reassign_within, withdraw_within
from data_access.database import Database
from data_access.permission_entries import append_entry
from data_access.reads.generation import read_generation
from data_access.reads.leaver_items import Inventory, read_inventory
from data_access.reads.staff_exit import Leaver, read_leaver, read_results
from data_access.register.candidates import hand_on_open_steps
from data_access.register.departure import leave_pending, leave_preregistration, leave_prospect, leave_relationship
from data_access.sessions import end_all_sessions
from data_access.signatures import require_signature, sign
from data_access.tables import (
    app_user,
    approval_candidate,
    approval_chain,
    delegation,
    post_holder,
    saved_view,
    staff,
    staff_exit,
)
from domain.decision import Reason
from domain.register_words import RegisterAction
from domain.staff_exit import ExitItem, HeldItemFate, decide_exit, first_day_without, last_whole_month
from domain.words import Role

EXIT_ROLES = (Role.HQ, Role.BRANCH_HEAD)
"""Roles that close exits: heads for the people of their branch company."""


@dataclass(frozen=True)
class ExitPlan:
    """What the head decides: the last day in service, why, and who takes over.

    ``successors``: for every open task the staff number of who takes it, '' for back to the pool.
    ``prospects_to``: who takes the prospects, '' for nobody. ``holders``: for relationships that people assign the
    staff number of who is proposed for the leaver's part, by relationship number; each begins an approval (R-38).
    """

    staff_no: str
    exit_on: date
    reason: str
    successors: Mapping[str, str]
    prospects_to: str = ""
    holders: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ExitResult:
    """What an exit did: how many items of each kind met which fate."""

    staff_no: str
    exit_on: date
    fates: Mapping[str, Mapping[str, int]]


def close_exit(db: Database, *, actor: Actor, plan: ExitPlan, seen: str, password: str, request_id: str) -> ExitResult:
    """Close an exit, signed with the own password; everything or nothing.

    ``seen``: the stamp of the inventory that was shown. Relationships end with the last day in service and go on
    with their other holders; tasks are handed on or withdrawn; approvals go to those who hold the post now; posts,
    delegations and shared views end; accounts are disabled and entered in the permission register. Results that are
    published up to the last day are kept with the exit. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    signature = sign(db, actor=actor, password=password)

    def work(connection: Connection) -> ExitResult:
        user = acting_as(connection, actor, *EXIT_ROLES)
        if user.user_id is None:
            raise NotAllowed("operator")
        require_signature(connection, user, signature)
        before = claim_request(connection, request_id, "staff.exit", user)
        if before is not None:
            return ExitResult(plan.staff_no, plan.exit_on, before)
        leaver = _leaver(connection, user, plan)
        found = read_inventory(connection, leaver.staff_id, exit_on=plan.exit_on)
        if found.stamp != seen:
            raise Refused(Reason("exit.changed"))
        fates = _empty(connection, user, leaver, found, plan, request_id)
        left = read_inventory(connection, leaver.staff_id, exit_on=plan.exit_on)
        if any(left.counts.values()):
            raise Refused(Reason("exit.left_over", {"count": sum(left.counts.values())}))
        _keep(connection, user, leaver, plan, fates)
        keep_result(connection, request_id, fates)
        return ExitResult(plan.staff_no, plan.exit_on, fates)

    return db.transact(work)


def _leaver(connection: Connection, user: ActingUser, plan: ExitPlan) -> Leaver:
    """Return the leaver, locked; raises ``Refused`` when the exit cannot be closed."""
    leaver = read_leaver(connection, user.scope, plan.staff_no)
    if leaver is None:
        raise Refused(Reason("exit.not_found", {"staff_no": plan.staff_no}))
    connection.execute(select(staff.c.staff_id).where(staff.c.staff_id == leaver.staff_id).with_for_update())
    closed = connection.execute(select(staff_exit.c.exit_on).where(staff_exit.c.staff_id == leaver.staff_id)).scalar()
    own = connection.execute(
        select(app_user.c.staff_id).where(app_user.c.user_id == user.user_id)
    ).scalar()  # fmt: skip
    require(decide_exit(staff_no=leaver.staff_no, exit_on=plan.exit_on, today=business_date(),
                        joined_on=leaver.joined_on, closed_on=closed, is_self=own == leaver.staff_id,
                        reason=plan.reason))  # fmt: skip
    return leaver


def _empty(connection: Connection, user: ActingUser, leaver: Leaver, found: Inventory, plan: ExitPlan,
           request_id: str) -> dict[str, dict[str, int]]:  # fmt: skip
    """Take the leaver out of everything and return what became of it, by kind and fate."""
    fates: Counter[tuple[ExitItem, HeldItemFate]] = Counter()
    for fate, count in _hand_on_tasks(connection, user, found, plan, request_id).items():
        fates[ExitItem.TASK, fate] += count
    who = {"staff_id": leaver.staff_id}
    fates.update((ExitItem.PENDING, leave_pending(connection, user, row, **who)) for row in found.pending)
    fates.update((ExitItem.RELATIONSHIP, leave_relationship(connection, user, row, **who, exit_on=plan.exit_on,
                                                            reason=plan.reason))
                 for row in found.relationship)  # fmt: skip
    fates[ExitItem.RELATIONSHIP, HeldItemFate.PROPOSED] += _propose_holders(connection, user, found, plan)
    fates.update((ExitItem.PREREGISTRATION, leave_preregistration(connection, user, row, **who))
                 for row in found.preregistration)  # fmt: skip
    successor = _successor(connection, user, plan.prospects_to)
    fates.update((ExitItem.PROSPECT, leave_prospect(connection, user, row, successor=successor))
                 for row in found.prospect)  # fmt: skip
    _end_rights(connection, user, found, plan)
    for item in (ExitItem.POST, ExitItem.DELEGATION, ExitItem.VIEW, ExitItem.ACCOUNT):
        fates[item, HeldItemFate.ENDED] += len(found.of(item))
    fates[ExitItem.STEP, HeldItemFate.HANDED_ON] += len(found.step)
    hand_on_open_steps(connection)
    _require_deciders(connection, found)
    told: dict[str, dict[str, int]] = {}
    for (item, fate), count in sorted(fates.items()):
        if count:
            told.setdefault(item.value, {})[fate.value] = count
    return told


def _hand_on_tasks(connection: Connection, user: ActingUser, found: Inventory, plan: ExitPlan,
                   request_id: str) -> Counter[HeldItemFate]:  # fmt: skip
    if {row.task_no for row in found.task} != set(plan.successors):
        raise Refused(Reason("exit.successor_missing"))
    versions = {row.task_no: row.version for row in found.task}
    done: Counter[HeldItemFate] = Counter()
    for staff_no in sorted(set(plan.successors.values())):
        theirs = {number: versions[number] for number, wanted in plan.successors.items() if wanted == staff_no}
        if staff_no:
            result = reassign_within(connection, user, versions=theirs, staff_no=staff_no, reason=plan.reason,
                                     request_id=request_id)  # fmt: skip
        else:
            result = withdraw_within(connection, user, versions=theirs, reason=plan.reason, request_id=request_id)
        if result.refused:
            raise Refused(result.refused[0][1])
        done[HeldItemFate.HANDED_ON if staff_no else HeldItemFate.RETURNED] += len(result.done)
    return done


def _propose_holders(connection: Connection, user: ActingUser, found: Inventory, plan: ExitPlan) -> int:
    """Enter the proposed holders of what has ended for approval, for the leaver's part from today on."""
    ended = {row.relationship_no: row for row in found.relationship}
    for number, staff_no in sorted(plan.holders.items()):
        row = ended.get(number)
        if row is None:
            raise Refused(Reason("exit.changed"))
        enter_within(connection, user, row.client_no, row.type, business_date(), [(staff_no, row.share_bp)],
                     plan.reason, replaces=number)  # fmt: skip
    return len(plan.holders)


def _successor(connection: Connection, user: ActingUser, staff_no: str) -> int | None:
    if not staff_no:
        return None
    person = read_leaver(connection, user.scope, staff_no)
    if person is None or person.exit_on is not None or person.left_on is not None:
        raise Refused(Reason("exit.not_found", {"staff_no": staff_no}))
    return person.staff_id


def _end_rights(connection: Connection, user: ActingUser, found: Inventory, plan: ExitPlan) -> None:
    """End posts with the last day, delegations and accounts now, and share no view any more."""
    held, handing, view = post_holder.c, delegation.c, saved_view.c
    after = first_day_without(plan.exit_on, plan.exit_on)
    connection.execute(
        update(post_holder).where(held.post_holder_id.in_([row.post_holder_id for row in found.post]))
        .values(valid_to=case((held.valid_from > after, held.valid_from), else_=after))
    )  # fmt: skip
    connection.execute(update(delegation).where(handing.delegation_id.in_(
        [row.delegation_id for row in found.delegation])).values(ended_at=now()))  # fmt: skip
    connection.execute(update(saved_view).where(view.view_id.in_([row.view_id for row in found.view]))
                       .values(is_shared=False, version=view.version + 1))  # fmt: skip
    for row in found.account:
        connection.execute(update(app_user).where(app_user.c.user_id == row.user_id).values(disabled_at=now()))
        end_all_sessions(connection, row.user_id, "staff.exit")
        append_entry(connection, action=RegisterAction.WITHDRAW, user_id=row.user_id, role=row.role,
                     unit_id=row.unit_id, by_user_id=user.user_id, signed=True, note=plan.reason.strip())  # fmt: skip
        append_audit(connection, action="user.disable", user_id=user.user_id, object_kind="user",
                     object_key=str(row.user_id), details={"cause": "exit"})  # fmt: skip


def _require_deciders(connection: Connection, found: Inventory) -> None:
    """Raise ``Refused`` when a step that waited for the leaver waits for nobody now."""
    for row in found.step:
        chain, kept = approval_chain.c, approval_candidate.c
        undecided = connection.execute(select(chain.state).where(chain.chain_id == row.chain_id)).scalar_one()
        left = connection.execute(
            select(kept.user_id).where(kept.chain_id == row.chain_id, kept.position == row.position)
        ).first()  # fmt: skip
        if left is None and undecided in ("running", "returned"):
            raise Refused(Reason("exit.step_open", {"chain_no": row.chain_no, "post": row.post}))


def _keep(connection: Connection, user: ActingUser, leaver: Leaver, plan: ExitPlan,
          fates: Mapping[str, Mapping[str, int]]) -> None:  # fmt: skip
    """Write the exit with the results as they are published, and the last day of the person."""
    connection.execute(update(staff).where(staff.c.staff_id == leaver.staff_id).values(left_on=plan.exit_on))
    results = read_results(connection, read_generation(connection), leaver.staff_id,
                           until=last_whole_month(plan.exit_on))  # fmt: skip
    body: dict[str, Any] = {"reason": plan.reason.strip(), "fates": fates, "results": results,
                            "successors": dict(plan.successors)}  # fmt: skip
    connection.execute(insert(staff_exit).values(
        staff_id=leaver.staff_id, exit_on=plan.exit_on, closed_by=user.user_id, closed_at=now(),
        body=json.dumps(body, ensure_ascii=False, sort_keys=True)))  # fmt: skip
    append_audit(connection, action="staff.exit", user_id=user.user_id, object_kind="staff",
                 object_key=leaver.staff_no, details={"exit_on": plan.exit_on.isoformat(), "fates": fates})  # fmt: skip
