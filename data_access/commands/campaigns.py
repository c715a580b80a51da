"""Campaigns: made and drawn in one transaction, renamed, cancelled before anything is handed out, closed, ended."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update

from data_access.actor import Actor, NotAllowed
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require, require_word
from data_access.commands.tasks import HAND_OUT_ROLES
from data_access.database import Database
from data_access.desk.bonds import is_held
from data_access.desk.candidates import Candidates, read_candidates
from data_access.desk.drawing import draw_groups, insert_campaign, insert_members
from data_access.desk.lists import ListGone, ListRequest, count_list, read_list_ids
from data_access.desk.locks import lock_clients
from data_access.reads.campaign_members import read_arm_counts, read_excluded
from data_access.reads.rules import read_rules
from data_access.scope import FIRM, Scope, clients_in
from data_access.tables import campaign, campaign_member, hand_out
from domain.campaigns import (
    EXCLUDED,
    MEMBER_LIMIT,
    CampaignState,
    decide_cancel,
    decide_close,
    decide_create,
    decide_members,
    decide_rename,
)
from domain.decision import Decision, Reason
from domain.distribution import Predecessor
from domain.holdout import Arm, Draw
from domain.words import Role


@dataclass(frozen=True)
class CampaignCreated:
    """A campaign as made: ``counts`` by group, what the draw said, and who was not drawn and why.

    ``beyond``: clients of the month's list that lie outside the reach today and are no members.
    """

    campaign_no: str
    counts: Mapping[str, int]
    said: Reason
    excluded: list[tuple[str, Reason]] = field(default_factory=list)
    beyond: int = 0


def create_campaign(
    db: Database, *, actor: Actor, name: str, purpose: str, request: ListRequest, holdout_bp: int | None = None,
    must_contact: Sequence[str] = (), predecessor: str = Predecessor.PREFERRED, script: str = "",
    worthwhile_bp: int | None = None, outcome_days: int | None = None, request_id: str,
) -> CampaignCreated:  # fmt: skip
    """Make a campaign of a list and draw its groups, in one transaction; they are never drawn again.

    The list is read anew inside the acting user's reach, every client is decided on present facts, and those who could
    not be handed out today are kept as excluded with their reason. ``must_contact``: client numbers that are not drawn
    but contacted. Numbers left None are those of the published rules. The same ``request_id`` gives the same campaign.
    Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """

    def work(connection: Connection) -> CampaignCreated:
        user = acting_as(connection, actor, *HAND_OUT_ROLES)
        if user.user_id is None:
            raise NotAllowed("operator")
        before = claim_request(connection, request_id, "create_campaign", user)
        if before is not None:
            return _made_before(connection, before)
        today = business_date()
        rules = read_rules(connection, today)
        numbers = {
            "holdout_bp": rules.holdout_bp if holdout_bp is None else holdout_bp,
            "worthwhile_bp": rules.worthwhile_bp if worthwhile_bp is None else worthwhile_bp,
            "outcome_days": rules.outcome_days if outcome_days is None else outcome_days,
        }
        require(decide_create(name=name, purpose=purpose, source=request.source, script=script, **numbers))
        require_word("predecessor", predecessor, Predecessor)
        ids = _read_list(connection, user.scope, request)
        lock_clients(connection, ids)
        found = read_candidates(connection, user.scope, ids, on=today, rules=rules, purpose=purpose)
        draw, key = draw_groups(found, must_contact, numbers["holdout_bp"])
        values = {"name": name.strip(), "purpose": str(purpose), "predecessor": str(predecessor),
                  "script": script.strip() or None, "draw_key": key, **numbers}  # fmt: skip
        campaign_id, campaign_no = insert_campaign(connection, user, request, rules, draw, today, values)
        insert_members(connection, campaign_id, found, draw)
        made = _made(campaign_no, found, draw)
        append_audit(connection, action="campaign.create", user_id=user.user_id, object_kind="campaign",
                     object_key=campaign_no, details={**made.counts, "beyond": found.beyond, "request": request_id,
                                                      "source": str(request.source), **numbers})  # fmt: skip
        keep_result(connection, request_id, {"campaign_no": campaign_no, "beyond": found.beyond})
        return made

    return db.transact(work)


def rename_campaign(db: Database, *, actor: Actor, campaign_no: str, version: int, name: str, request_id: str) -> None:
    """Give a campaign another name; its groups stay as drawn."""
    _change(db, actor, campaign_no, version, request_id, "rename",
            lambda row, _: (decide_rename(row.campaign_no, row.state, name), {"name": name.strip()}))  # fmt: skip


def cancel_campaign(db: Database, *, actor: Actor, campaign_no: str, version: int, request_id: str) -> None:
    """Give a campaign up before anything was handed out from it; its clients are free at once."""
    moment = now()
    _change(db, actor, campaign_no, version, request_id, "cancel", lambda row, hand_outs: (
        decide_cancel(row.campaign_no, row.state, hand_outs),
        {"state": CampaignState.CANCELLED.value, "closed_at": moment}), releases=True)  # fmt: skip


def close_campaign(db: Database, *, actor: Actor, campaign_no: str, version: int, request_id: str) -> None:
    """Close a campaign: nothing more is handed out from it; held-back clients stay so to the end of the window."""
    moment = now()
    _change(db, actor, campaign_no, version, request_id, "close", lambda row, _: (
        decide_close(row.campaign_no, row.state),
        {"state": CampaignState.CLOSED.value, "closed_at": moment}))  # fmt: skip


def end_windows(db: Database, *, actor: Actor) -> list[str]:
    """Release the clients of campaigns whose window is over and close what still runs; return their numbers.

    Run nightly. Tasks stay as they are; the groups stay as drawn.
    """

    def work(connection: Connection) -> list[str]:
        user = acting_as(connection, actor, Role.HQ)
        moment = now()
        over = connection.execute(
            select(campaign)
            .where(campaign.c.window_to_on < business_date(moment),
                   or_(campaign.c.state == CampaignState.RUNNING.value,
                       campaign.c.campaign_id.in_(select(campaign_member.c.campaign_id).where(is_held()))))
            .order_by(campaign.c.campaign_id).with_for_update()
        ).all()  # fmt: skip
        ids = [row.campaign_id for row in over]
        running = [row.campaign_id for row in over if row.state == CampaignState.RUNNING]
        _release(connection, ids)
        connection.execute(update(campaign).where(campaign.c.campaign_id.in_(running)).values(
            state=CampaignState.CLOSED.value, closed_at=moment, closed_by=user.user_id,
            version=campaign.c.version + 1))  # fmt: skip
        numbers = [row.campaign_no for row in over]
        if numbers:
            append_audit(connection, action="campaign.end", user_id=user.user_id, operator=user.operator,
                         details={"count": len(numbers), "campaigns": numbers})  # fmt: skip
        return numbers

    return db.transact(work)


def lock_campaign(connection: Connection, scope: Scope, campaign_no: str) -> Row[Any]:
    """Return a campaign's row, locked until the end of the transaction; to be called before people and clients.

    Raises ``Refused`` for one that has no client inside the reach, as for one that does not exist.
    """
    row = connection.execute(select(campaign).where(campaign.c.campaign_no == campaign_no).with_for_update()).first()
    if row is None or (not scope.everything and not _members(connection, row.campaign_id, scope)):
        raise Refused(Reason("campaign.not_found", {"campaign": campaign_no}))
    return row


def _read_list(connection: Connection, scope: Scope, request: ListRequest) -> list[int]:
    try:
        ids = read_list_ids(connection, scope, request)
        require(decide_members(len(ids) if len(ids) <= MEMBER_LIMIT else count_list(connection, scope, request)))
    except ListGone:
        raise Refused(Reason("campaign.list_old")) from None
    return ids


def _made(campaign_no: str, found: Candidates, draw: Draw) -> CampaignCreated:
    arms = [arm.value for arm in draw.arms.values()]
    counts = {Arm.TASK.value: arms.count(Arm.TASK.value), Arm.HOLDOUT.value: arms.count(Arm.HOLDOUT.value),
              EXCLUDED: len(found.excluded)}  # fmt: skip
    excluded = [(number, reason) for number, (_, reason) in found.excluded.items()]
    return CampaignCreated(campaign_no, counts, draw.said.reason, excluded, found.beyond)


def _made_before(connection: Connection, kept: Mapping[str, Any]) -> CampaignCreated:
    """Return what an earlier submission of the same form made, from the campaign as it is kept."""
    row = connection.execute(select(campaign).where(campaign.c.campaign_no == kept["campaign_no"])).one()
    said = Reason(row.said, json.loads(row.said_params))
    return CampaignCreated(row.campaign_no, read_arm_counts(connection, row.campaign_id), said,
                           read_excluded(connection, row.campaign_id), kept["beyond"])  # fmt: skip


def _change(
    db: Database, actor: Actor, campaign_no: str, version: int, request_id: str, act: str,
    decide: Callable[[Row[Any], int], tuple[Decision, Mapping[str, Any]]], *, releases: bool = False,
) -> None:  # fmt: skip
    """Take a step with a campaign at the version that was seen, by somebody whose reach holds all its clients."""

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, *HAND_OUT_ROLES)
        if claim_request(connection, request_id, f"campaign.{act}", user) is not None:
            return
        row = lock_campaign(connection, user.scope, campaign_no)
        if not user.scope.everything and _members(connection, row.campaign_id) > _members(
                connection, row.campaign_id, user.scope):  # fmt: skip
            raise Refused(Reason("campaign.beyond_reach", {"campaign": campaign_no}))
        hand_outs = connection.execute(
            select(func.count()).where(hand_out.c.campaign_id == row.campaign_id)).scalar_one()  # fmt: skip
        decision, values = decide(row, hand_outs)
        require(decision)
        if row.version != version:
            raise Refused(Reason("campaign.changed", {"campaign": campaign_no}))
        by = {"closed_by": user.user_id} if "closed_at" in values else {}
        connection.execute(update(campaign).where(campaign.c.campaign_id == row.campaign_id)
                           .values(version=version + 1, **values, **by))  # fmt: skip
        if releases:
            _release(connection, [row.campaign_id])
        append_audit(connection, action=f"campaign.{act}", user_id=user.user_id, operator=user.operator,
                     object_kind="campaign", object_key=campaign_no, details={"request": request_id})  # fmt: skip
        keep_result(connection, request_id, {"campaign_no": campaign_no})

    db.transact(work)


def _members(connection: Connection, campaign_id: int, scope: Scope = FIRM) -> int:
    member = campaign_member.c
    return int(connection.execute(
        select(func.count()).where(member.campaign_id == campaign_id,
                                   clients_in(scope, member.client_id, member.office_id))).scalar_one())  # fmt: skip


def _release(connection: Connection, campaign_ids: Sequence[int]) -> None:
    connection.execute(update(campaign_member).values(released_at=now())
                       .where(campaign_member.c.campaign_id.in_(campaign_ids), is_held()))  # fmt: skip
