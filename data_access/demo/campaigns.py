"""The campaigns of the demo firm as rows: each with its members and both arms, its hand-outs and the work on them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from data_access.bulk import load_rows
from data_access.demo.campaign_plan import KEPT, STATUS, CampaignPlan, Drawn
from data_access.demo.campaign_work import FIRST_MINUTE, MINUTE, UNDO_MINUTE, Batch, Work, moment
from data_access.demo.client_rows import client_no
from data_access.demo.event_rows import EventBook
from data_access.demo.places import Unit
from data_access.demo.profiles import INDIVIDUAL
from data_access.demo.staffing import FAR, People
from data_access.demo.streams import stream
from data_access.demo.ties import Ties
from data_access.desk.drawing import campaign_number
from data_access.desk.lists import ListRequest
from data_access.reads.client_filter import ClientFilter
from data_access.scope import read_scope
from data_access.tables import app_user, campaign, campaign_member, hand_out
from domain.campaigns import DEFAULT_EFFORT, Purpose, Source, expected_effort, window_to
from domain.policies import FIRST_RULE_SET as RULES
from domain.words import ClientKind, Role

_DAY = np.timedelta64(1, "D")
_SCRIPT = {
    Purpose.REACTIVATION: "核对身份；说明账户现状；了解停用原因；介绍可办业务，不承诺收益；约定下次联系。",
    Purpose.RETENTION: "感谢陪伴；询问服务感受；说明账户近况；记录诉求；约定回访时间。",
}
_OWNERS = {"HQ": "hq", "B03": "branch_head", "O031": "office_head"}
_UNDONE_TASKS = 24
_MEMBER_COLUMNS = (
    "campaign_id", "client_id", "arm", "stratum", "reason", "reason_params", "office_id", "pool_status", "tier",
    "months_quiet", "effort", "value_fen", "assets_fen", "previous_staff_id", "released_at")  # fmt: skip
_HAND_OUT_COLUMNS = ("hand_out_id", "campaign_id", "request_id", "digest", "tasks_count", "measures", "committed_by",
                     "committed_at", "undo_until_at", "undone_by", "undone_at")  # fmt: skip


def store_campaigns(
    connection: Connection, plan: CampaignPlan, staff: People, book: EventBook, ties: list[Ties], units: list[Unit],
    last: np.datetime64, first_task: int,
) -> int:  # fmt: skip
    """Write every campaign of the plan with its work; ``first_task`` is the next free task id. Returns the tasks."""
    won = {i: int(tie.holders[place, 0]) for tie in ties if tie.type == "redevelopment"
           for place, i in enumerate(tie.clients.tolist())}  # fmt: skip
    offices = [unit.unit_id for unit in units if unit.kind == "office"]
    work = Work(plan, staff, book, offices, last, first_task, won)
    desk = _Desk(connection, plan, ties, {unit.unit_code: unit.unit_id for unit in units}, work)
    for drawn in plan.drawn:
        desk.add(drawn)
    desk.write()
    return work.write(connection)


@dataclass
class _Desk:
    connection: Connection
    plan: CampaignPlan
    ties: list[Ties]
    unit_ids: dict[str, int]
    work: Work

    def __post_init__(self) -> None:
        found = self.connection.execute(select(app_user.c.username, app_user.c.user_id, app_user.c.role)).all()
        self.users: dict[str, int] = {row.username: row.user_id for row in found}
        self.roles: dict[int, str] = {row.user_id: row.role for row in found}
        self.random = stream(self.plan.seed, "hand_outs")
        self.campaigns: list[dict[str, Any]] = []
        self.members: list[tuple[Any, ...]] = []
        self.hand_outs: list[tuple[Any, ...]] = []

    def add(self, drawn: Drawn) -> None:
        """Collect a campaign, its members and, unless it is fresh or cancelled, its work."""
        wave, day = drawn.wave, date.fromisoformat(str(drawn.day))
        purpose = Purpose.RETENTION if KEPT in wave.kinds else Purpose.REACTIVATION
        source = Source.POOL if len(wave.kinds) == 1 else Source.CLIENTS
        source = Source.WARNING if purpose == Purpose.RETENTION else source
        until = window_to(day, RULES)
        user = self.users[_OWNERS.get(wave.place, f"head_{wave.place.lower()}")]
        at, said = moment(drawn.day, 570), drawn.draw.said.reason
        closed = {"closed": moment(np.datetime64(until) + _DAY, 60), "cancelled": moment(drawn.day + _DAY, 640)}
        over = closed.get(wave.story)
        role = Role(self.roles[user])
        reach = read_scope(self.connection, role=role, unit_id=self.unit_ids[wave.place], staff_id=None).key
        kept = ClientFilter(statuses=tuple(STATUS[kind] for kind in wave.kinds))
        listed = {} if source == Source.WARNING else {"status": list(kept.statuses)}
        asked = ListRequest(source.value, kept, self.plan.months[drawn.at], 1, reach, {**listed, "unit": [wave.place]})
        self.campaigns.append({
            "campaign_id": drawn.number, "campaign_no": campaign_number(drawn.number), "name": wave.name,
            "purpose": purpose.value, "source": source.value, "rule": _json(asked.body()),
            "reach": json.dumps(reach), "unit_id": self.unit_ids[wave.place],
            "as_of_month": self.plan.months[drawn.at], "generation_id": 1, "rule_version": 1,
            "predecessor": wave.predecessor, "script": _SCRIPT[purpose], "holdout_bp": wave.holdout_bp,
            "worthwhile_bp": RULES.worthwhile_bp, "outcome_days": RULES.outcome_days, "draw_key": drawn.key,
            "drawn_at": at, "drawn_on": str(day), "window_to_on": str(until), "said": said.code,
            "said_params": _json(said.params), "state": wave.story if over else "running", "closed_at": over,
            "closed_by": user if over else None, "created_by": user, "created_at": at, "version": 2 if over else 1,
        })  # fmt: skip
        effort = self._efforts(drawn)
        self._members(drawn, effort, over)
        if wave.story not in ("fresh", "cancelled"):
            self._hand_out(drawn, user, effort, until)

    def _members(self, drawn: Drawn, effort: list[int], released: str | None) -> None:
        before, profiles = self._previous(drawn), self.plan.profiles
        for place, i in enumerate(drawn.members.tolist()):
            number = client_no(i)
            reason = drawn.draw.reasons[number]
            self.members.append((
                drawn.number, i + 1, drawn.draw.arms[number].value, drawn.draw.stratum.get(number), reason.code,
                _json(reason.params), self.work.offices[profiles.office[i]], STATUS[drawn.kind[place]],
                drawn.tier[place], int(drawn.quiet[place]), effort[place], int(drawn.value[place]),
                int(drawn.assets[place]), before.get(i), released))  # fmt: skip
        self.members += [
            (drawn.number, i + 1, "excluded", None, "R-26.opt_out", "{}", self.work.offices[profiles.office[i]], None,
             None, None, DEFAULT_EFFORT, 0, None, None, None) for i in drawn.excluded.tolist()
        ]  # fmt: skip

    def _efforts(self, drawn: Drawn) -> list[int]:
        one, many = ClientKind.INDIVIDUAL.value, ClientKind.INSTITUTION.value
        kinds = [one if kind == INDIVIDUAL else many for kind in self.plan.profiles.kind[drawn.members].tolist()]
        return [expected_effort(STATUS[kind], tier=tier, months_quiet=quiet, kind=body) for kind, tier, quiet, body in
                zip(drawn.kind.tolist(), drawn.tier, drawn.quiet.tolist(), kinds, strict=True)]  # fmt: skip

    def _previous(self, drawn: Drawn) -> dict[int, int]:
        """Return the staff id of the last holder of an ended relationship, by client index."""
        found: dict[int, tuple[np.datetime64, int]] = {}
        for tie in self.ties:
            ended = (tie.until < FAR) & (tie.until <= drawn.day)
            for place in np.flatnonzero(ended & np.isin(tie.clients, drawn.members)).tolist():
                client, mine = int(tie.clients[place]), (tie.until[place], int(tie.holders[place, 0]) + 1)
                found[client] = max(found.get(client, mine), mine)
        return {client: person for client, (_, person) in found.items()}

    def _hand_out(self, drawn: Drawn, user: int, effort: list[int], until: date) -> None:
        """Collect the hand-outs of a campaign: a first one that is undone where the story says so, then the work."""
        is_busy = drawn.wave.story == "busy"
        given = np.busday_offset(drawn.day + (2 if is_busy else 1) * _DAY, 0, roll="forward")
        places = np.flatnonzero(~drawn.held).tolist()
        places = places[: round(len(places) * drawn.wave.given)]
        if is_busy:
            key = self._note_hand_out(drawn, user, given, FIRST_MINUTE, len(places[:_UNDONE_TASKS]), undone=True)
            batch = Batch(drawn, key, user, given, until, effort)
            for place in places[:_UNDONE_TASKS]:
                self.work.undone(batch, place)
        key = self._note_hand_out(drawn, user, given, MINUTE, len(places), undone=False)
        batch = Batch(drawn, key, user, given, until, effort)
        for place in places:
            self.work.task(batch, place)
        if is_busy:
            self.work.stray_calls(batch)
            self.work.same_minute(batch)

    def _note_hand_out(self, drawn: Drawn, user: int, given: np.datetime64, minute: int, count: int, *,
                       undone: bool) -> int:  # fmt: skip
        key = len(self.hand_outs) + 1
        spread = int(self.random.integers(80, 400))
        measures = {"placed": count, "placeable": count, "unassigned": 0, "moved_on": count // 40, "moved_by_hand": 0,
                    "uneven_bp": spread, "bound_bp": spread * 97 // 100, "effort_range_bp": spread * 3,
                    "value_range_bp": spread * 5, "turn_effort_range_bp": spread * 11,
                    "turn_value_range_bp": spread * 30}  # fmt: skip
        self.hand_outs.append((
            key, drawn.number, f"demo-hand-out-{key}", drawn.key.hex()[:32], count, _json(measures), user,
            moment(given, minute), moment(given, minute + RULES.undo_minutes), user if undone else None,
            moment(given, UNDO_MINUTE) if undone else None))  # fmt: skip
        return key

    def write(self) -> None:
        """Write campaigns, members and hand-outs."""
        if self.campaigns:
            rows = [tuple(row.values()) for row in self.campaigns]
            load_rows(self.connection, campaign, tuple(self.campaigns[0]), rows)
        load_rows(self.connection, campaign_member, _MEMBER_COLUMNS, self.members)
        load_rows(self.connection, hand_out, _HAND_OUT_COLUMNS, self.hand_outs)


def _json(values: Any) -> str:
    return json.dumps(dict(values), sort_keys=True, ensure_ascii=False)
