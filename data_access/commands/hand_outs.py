"""Commit a campaign's distribution: all of it or nothing, every limit decided again under locks; and its undo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import SHANGHAI, business_date, now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require
from data_access.commands.campaigns import lock_campaign
from data_access.commands.task_steps import apply_step, read_task_rows
from data_access.commands.tasks import HAND_OUT_ROLES, Terms, begin_hand_out, claim_hand_out, insert_tasks, task_rows
from data_access.database import Database
from data_access.desk.desk import Desk, lock_list, read_desk
from data_access.tables import campaign, campaign_member, contact_log, hand_out, reactivation_task
from domain.campaigns import MEMBER_LIMIT, UNDONE, decide_hand_out_from
from domain.decision import Decision, Reason, refuse
from domain.holdout import Arm
from domain.tasks import TaskAct, decide_list
from domain.words import TaskPriority, TaskState


@dataclass(frozen=True)
class HandOutResult:
    """What a commit did.

    ``created``: (client_no, task_no), in client order. ``refused``: client_no to the reason, which says who won or
    which limit stands against it; when there is any, nothing was handed out and ``hand_out_id`` is None.
    ``undo_until_at``: until when it can be undone.
    """

    hand_out_id: int | None
    created: list[tuple[str, str]] = field(default_factory=list)
    refused: dict[str, Reason] = field(default_factory=dict)
    undo_until_at: datetime | None = None


@dataclass(frozen=True)
class UndoResult:
    """What an undo did: numbers of the tasks taken back, and (task_no, reason) of those that stay."""

    undone: list[str] = field(default_factory=list)
    kept: list[tuple[str, Reason]] = field(default_factory=list)


def commit_hand_out(
    db: Database, *, actor: Actor, campaign_no: str, placed: Mapping[str, str], measures: Mapping[str, Any],
    digest: str, due_on: date | None = None, priority: str = TaskPriority.NORMAL, note: str = "", request_id: str,
) -> HandOutResult:  # fmt: skip
    """Hand out what a preview showed, ``placed`` being client_no to staff_no, in one transaction.

    Every hard limit is decided again on present facts, with the people and clients locked. If one client is refused
    nothing is handed out. ``measures`` (JSON) and ``digest`` are kept of the preview. The same ``request_id`` gives the
    same result again. Raises ``NotSignedIn``, ``NotAllowed``, and ``Refused`` for a campaign that is not running.
    """
    require(decide_list(len(placed), MEMBER_LIMIT))
    terms = Terms("hand_out.commit", request_id, due_on, priority, note)

    def work(connection: Connection) -> HandOutResult:
        user, before = claim_hand_out(connection, actor, terms)
        if before is not None:
            return _from_json(before)
        begun = begin_hand_out(connection, user, terms)
        found = _running_campaign(connection, user, campaign_no)
        lock_list(connection, user.scope, list(placed), placed.values())
        members = _task_members(connection, found.campaign_id)
        desk = read_desk(connection, user.scope, list(placed), on=begun.today, rules=begun.rules, purpose=found.purpose,
                         predecessor=found.predecessor, ignore_campaign_id=found.campaign_id,
                         staff_nos=set(placed.values()))  # fmt: skip
        refused: dict[str, Decision] = {
            number: refuse("hand_out.not_member", campaign_no=campaign_no)
            for number, one in desk.clients.items() if one.client_id not in members
        } | desk.decide(placed)  # fmt: skip
        if refused:
            result = HandOutResult(None, refused={number: refused[number].reason for number in sorted(refused)})
        else:
            result = _write(connection, found.campaign_id, desk, placed, {
                "request_id": request_id, "digest": digest, "committed_by": user.user_id,
                "measures": json.dumps(dict(measures), ensure_ascii=False, sort_keys=True),
                "undo_until_at": now() + timedelta(minutes=begun.rules.undo_minutes)}, begun.common)  # fmt: skip
        append_audit(connection, action="hand_out.commit", user_id=user.user_id, object_kind="campaign",
                     object_key=campaign_no, details={
                         "hand_out_id": result.hand_out_id, "created": len(result.created),
                         "refused": len(result.refused), "request": request_id, "digest": digest})  # fmt: skip
        keep_result(connection, request_id, _to_json(result))
        return result

    return db.transact(work)


def undo_hand_out(db: Database, *, actor: Actor, hand_out_id: int, request_id: str) -> UndoResult:
    """Take a hand-out back as if it had not been: its tasks that nobody has worked, within the published minutes.

    A task that was called for, pre-registered, extended, handed on or closed stays and is named. The groups of the
    campaign stay as drawn. Raises ``NotSignedIn``, ``NotAllowed``, and ``Refused`` when it is too late or done already.
    """

    def work(connection: Connection) -> UndoResult:
        user = acting_as(connection, actor, *HAND_OUT_ROLES)
        before = claim_request(connection, request_id, "hand_out.undo", user)
        if before is not None:
            return UndoResult(before["undone"], [(number, Reason(code, params))
                                                 for number, code, params in before["kept"]])  # fmt: skip
        found = _undoable(connection, user, hand_out_id)
        rows = read_task_rows(connection, reactivation_task.c.hand_out_id == hand_out_id)
        offices = {row.client_office_id for row in rows}
        if not (user.scope.everything or offices <= user.scope.office_ids):
            raise Refused(Reason("campaign.beyond_reach", {"campaign": found.campaign_no}))
        called = set(connection.execute(
            select(contact_log.c.task_id).join(reactivation_task, reactivation_task.c.task_id == contact_log.c.task_id)
            .where(reactivation_task.c.hand_out_id == hand_out_id)
        ).scalars())  # fmt: skip
        untouched = [row for row in rows
                     if row.state == TaskState.OPEN and row.version == 1 and row.task_id not in called]  # fmt: skip
        gone = {row.task_id for row in untouched}
        apply_step(connection, untouched, TaskAct.WITHDRAWN, user.user_id, reason=UNDONE)
        connection.execute(
            update(hand_out).where(hand_out.c.hand_out_id == hand_out_id)
            .values(undone_by=user.user_id, undone_at=now())
        )  # fmt: skip
        kept = [(row.task_no, Reason("hand_out.worked", {"staff_no": row.staff_no}))
                for row in rows if row.task_id not in gone]  # fmt: skip
        result = UndoResult([row.task_no for row in untouched], kept)
        append_audit(connection, action="hand_out.undo", user_id=user.user_id, object_kind="campaign",
                     object_key=found.campaign_no, details={
                         "hand_out_id": hand_out_id, "undone": len(gone), "kept": len(kept),
                         "request": request_id})  # fmt: skip
        keep_result(connection, request_id, {"undone": result.undone, "kept": [
            [number, why.code, dict(why.params)] for number, why in kept]})  # fmt: skip
        return result

    return db.transact(work)


def _running_campaign(connection: Connection, user: ActingUser, campaign_no: str) -> Row[Any]:
    """Return the campaign's row, locked, so that nobody ends it meanwhile; raises ``Refused`` when it is over."""
    found = lock_campaign(connection, user.scope, campaign_no)
    require(decide_hand_out_from(campaign_no, found.state, found.window_to_on, business_date()))
    return found


def _write(connection: Connection, campaign_id: int, desk: Desk, placed: Mapping[str, str], kept: Mapping[str, Any],
           common: Mapping[str, Any]) -> HandOutResult:  # fmt: skip
    """Write a decided plan: its row (``kept``), and the tasks with what all of them share (``common``)."""
    key = connection.execute(
        insert(hand_out).returning(hand_out.c.hand_out_id)
        .values(campaign_id=campaign_id, tasks_count=len(placed), committed_at=now(), **kept)
    ).scalar_one()  # fmt: skip
    created = insert_tasks(connection, task_rows(
        desk, placed, {one.staff_no: one.staff_id for one in desk.people.values()},
        {**common, "campaign_id": campaign_id, "hand_out_id": key}))  # fmt: skip
    numbers = [(number, created[desk.clients[number].client_id]) for number in sorted(placed)]
    return HandOutResult(key, numbers, {}, kept["undo_until_at"])


def _undoable(connection: Connection, user: ActingUser, hand_out_id: int) -> Row[Any]:
    """Return the hand-out with its campaign's number, locked; raises ``Refused`` when it cannot be undone any more."""
    statement = (
        select(hand_out, campaign.c.campaign_no)
        .join(campaign, campaign.c.campaign_id == hand_out.c.campaign_id)
        .where(hand_out.c.hand_out_id == hand_out_id)
    )
    asked = connection.execute(statement).first()
    if asked is None:
        raise Refused(Reason("hand_out.not_found"))
    lock_campaign(connection, user.scope, asked.campaign_no)
    found = connection.execute(statement).one()
    if found.undone_at is not None:
        raise Refused(Reason("hand_out.undone"))
    if now() > found.undo_until_at:
        until = found.undo_until_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        raise Refused(Reason("hand_out.undo_over", {"until": until}))
    return found


def _task_members(connection: Connection, campaign_id: int) -> set[int]:
    """Return the clients whom the draw gave to the campaign to contact, and whom it still holds."""
    member = campaign_member.c
    return set(connection.execute(
        select(member.client_id).where(member.campaign_id == campaign_id, member.arm == Arm.TASK.value,
                                       member.released_at.is_(None))).scalars())  # fmt: skip


def _to_json(result: HandOutResult) -> dict[str, Any]:
    return {"hand_out_id": result.hand_out_id, "created": result.created,
            "refused": [[number, reason.code, dict(reason.params)] for number, reason in result.refused.items()],
            "undo_until_at": result.undo_until_at.isoformat() if result.undo_until_at else None}  # fmt: skip


def _from_json(body: dict[str, Any]) -> HandOutResult:
    until = body["undo_until_at"]
    return HandOutResult(body["hand_out_id"], [(number, task_no) for number, task_no in body["created"]],
                         {number: Reason(code, params) for number, code, params in body["refused"]},
                         datetime.fromisoformat(until) if until else None)  # fmt: skip
