"""Drawing a campaign's groups and writing them down, inside the transaction that makes the campaign."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, insert, select, update

from data_access.actor import ActingUser
from data_access.clock import now
from data_access.commands.acting import Refused
from data_access.desk.bonds import is_held
from data_access.desk.candidates import Candidates
from data_access.desk.facts import DeskClient
from data_access.desk.lists import ListRequest
from data_access.listed import chunks
from data_access.register.numbers import next_id
from data_access.tables import campaign, campaign_member, staff
from domain.campaigns import EXCLUDED, CampaignState, window_to
from domain.decision import Reason
from domain.holdout import KEY_BYTES, Candidate, Draw, draw_arms
from domain.policies import RuleSet


def draw_groups(found: Candidates, must_contact: Sequence[str], share_bp: int) -> tuple[Draw, bytes]:
    """Draw the groups with a fresh key; raises ``Refused`` where nobody is left or somebody named is no member."""
    if not found.able:
        raise Refused(Reason("campaign.nobody_left", {"count": len(found.excluded) + found.beyond}))
    must = set(must_contact)
    for number in sorted(must):
        if number not in found.able and number not in found.excluded:
            raise Refused(Reason("campaign.must_unknown", {"client_no": number}))
    key = secrets.token_bytes(KEY_BYTES)
    candidates = (Candidate(number, one.tier, one.months_quiet, one.office_code, number in must)
                  for number, one in found.able.items())  # fmt: skip
    return draw_arms(key, candidates, share_bp), key


def insert_campaign(
    connection: Connection, user: ActingUser, request: ListRequest, rules: RuleSet, draw: Draw, today: date,
    values: Mapping[str, Any],
) -> tuple[int, str]:  # fmt: skip
    """Write a campaign with what its draw said; return its id and number."""
    campaign_id, moment = next_id(connection, campaign), now()
    number = campaign_number(campaign_id)
    connection.execute(insert(campaign).values(
        campaign_id=campaign_id, campaign_no=number, source=str(request.source), rule=_json(request.body()),
        reach=_json(request.reach), unit_id=user.unit_id, as_of_month=request.month,
        generation_id=request.generation_id, rule_version=rules.version, drawn_at=moment, drawn_on=today,
        window_to_on=window_to(today, rules, values["outcome_days"]), said=draw.said.reason.code,
        said_params=_json(dict(draw.said.reason.params)), state=CampaignState.RUNNING.value, created_by=user.user_id,
        created_at=moment, version=1, **values))  # fmt: skip
    return campaign_id, number


def campaign_number(campaign_id: int) -> str:
    """Return the number under which people know a campaign."""
    return f"CMP-{campaign_id:06d}"


def insert_members(connection: Connection, campaign_id: int, found: Candidates, draw: Draw) -> None:
    """Write the members with their groups: those drawn, those who must be contacted, those excluded."""
    moment = now()
    drawn = sorted(one.client_id for one in found.able.values())
    for ids in chunks(drawn):
        # campaigns whose window is over hold nobody, though no night has released their clients yet
        connection.execute(update(campaign_member).values(released_at=moment)
                           .where(campaign_member.c.client_id.in_(ids), is_held()))  # fmt: skip
    people = _staff_ids(connection, {one.facts.previous_staff_no for one in found.able.values()})
    rows = [
        _member(campaign_id, one, draw.arms[number].value, draw.stratum.get(number), draw.reasons[number], people)
        for number, one in found.able.items()
    ]
    rows += [_member(campaign_id, one, EXCLUDED, None, reason, people) for one, reason in found.excluded.values()]
    rows.sort(key=lambda row: row["client_id"])
    for part in chunks(rows):
        connection.execute(insert(campaign_member), part)


def _member(campaign_id: int, one: DeskClient, arm: str, stratum: str | None, reason: Reason,
            people: Mapping[str, int]) -> dict[str, Any]:  # fmt: skip
    return {"campaign_id": campaign_id, "client_id": one.client_id, "arm": arm, "stratum": stratum,
            "reason": reason.code, "reason_params": _json(dict(reason.params)), "office_id": one.office_id,
            "pool_status": one.status, "tier": one.tier, "months_quiet": one.months_quiet, "effort": one.effort,
            "value_fen": one.value_fen, "assets_fen": one.assets_fen,
            "previous_staff_id": people.get(one.facts.previous_staff_no or ""), "released_at": None}  # fmt: skip


def _staff_ids(connection: Connection, numbers: set[str | None]) -> dict[str, int]:
    known = sorted(number for number in numbers if number is not None)
    return {row.staff_no: row.staff_id for part in chunks(known) for row in connection.execute(
        select(staff.c.staff_no, staff.c.staff_id).where(staff.c.staff_no.in_(part)))}  # fmt: skip


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)
