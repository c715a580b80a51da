"""Drawn clients of a campaign with what they did since: both groups alike, whatever was done with them.

First who was drawn, which tells on which day the groups are compared; then what they did up to that day. A campaign has
thousands of clients, most of whom did nothing: money and trades are arrays, facts of one client are made where asked
for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, func, select

from data_access.clock import day_begins_at
from data_access.listed import chunks
from data_access.reads.conduct import Ids, month_known, read_returns, read_spells, read_standing
from data_access.reads.flows import Flows, read_flows
from data_access.reads.generation import Generation
from data_access.reads.outcomes import DrawnCampaign, drawn_ids, drawn_members, standing_tasks
from data_access.scope import FIRM, Scope
from data_access.tables import campaign_member, client, contact_log, org_unit, reactivation_task, staff
from domain.campaigns import Purpose
from domain.identity import mask_name
from domain.months import month_add, month_of
from domain.outcomes import ConductFacts, ReturnEvent, months_counted
from domain.status import Spell

BEFORE_MONTHS = 3
"""Months before that of the draw which stand beside those after it, at most."""
_MEMBER = campaign_member.c
FEW = 500
"""As many clients are named one by one; of more the database selects them anew."""
_NO_STATUS: Mapping[int, str] = {}


@dataclass(frozen=True)
class Drawn:
    """The drawn clients of one campaign inside a reach.

    ``rows``: one a client, in the order of client numbers: ``client_id``, ``arm``, ``office_id``, ``pool_status``,
    ``tier``, ``months_quiet`` and ``assets_fen`` as drawn, ``previous_staff_id``, who held the client last,
    ``client_no`` and ``name``.
    """

    campaign: DrawnCampaign
    rows: Sequence[Any]

    @cached_property
    def arms(self) -> list[str]:
        """The groups of the clients."""
        return [row[1] for row in self.rows]


@dataclass(frozen=True)
class DrawnConduct:
    """What the drawn clients of a campaign did from the draw to a day, the line of a client being that of its row.

    ``flows``: of the months ``before`` the draw and of those ``counted`` after it (``domain.outcomes.months_counted``),
    as many before as after, at most ``BEFORE_MONTHS``. By client id: ``tasks`` the number and the holder of the newest
    task that was not undone, ``contacted`` who was contacted, ``events``, and the spells. ``standing``: status and
    assets (fen) at the end of the last month counted, only where the campaign keeps clients. ``offices`` and ``people``
    by id. ``names``: masked for a masked reach.
    """

    drawn: Drawn
    until_on: date
    before: tuple[int, ...]
    counted: tuple[int, ...]
    flows: Flows
    tasks: Mapping[int, tuple[str, int]]
    contacted: Collection[int]
    lost: Mapping[int, Sequence[Spell]]
    archived: Mapping[int, Sequence[Spell]]
    events: Mapping[int, Sequence[ReturnEvent]]
    standing: Mapping[int, tuple[str, int | None]]
    offices: Mapping[int, Any]
    people: Mapping[int | None, Any]
    names: Sequence[str]
    last_month: int | None

    @cached_property
    def since(self) -> Flows:
        """Money and trades of the months counted."""
        return self.flows.between(len(self.before), len(self.flows.months))

    def facts(self, line: int) -> ConductFacts:
        """Return what one client did, for the rules of ``domain.outcomes``."""
        key, _arm, _office, status, _tier, _quiet, assets, *_ = self.drawn.rows[line]
        months, statuses = self.since.conduct(line), _NO_STATUS
        if key in self.standing:
            last, (standing, end_assets) = self.counted[-1], self.standing[key]
            months[last], statuses = replace(months[last], end_assets_fen=end_assets), {last: standing}
        lost, archived = self.lost.get(key, ()), self.archived.get(key, ())
        return ConductFacts(status, lost, archived, self.events.get(key, ()), months, assets, statuses, self.last_month)


def read_drawn(connection: Connection, scope: Scope, one: DrawnCampaign) -> Drawn:
    """Return the drawn clients of a campaign inside the reach.

    Both groups; who was not drawn (must be contacted, or excluded) is left out.
    """
    rows = connection.execute(
        select(_MEMBER.client_id, _MEMBER.arm, _MEMBER.office_id, _MEMBER.pool_status, _MEMBER.tier,
               _MEMBER.months_quiet, _MEMBER.assets_fen, _MEMBER.previous_staff_id, client.c.client_no, client.c.name)
        .join(client, client.c.client_id == _MEMBER.client_id)
        .where(*drawn_members(scope, one.campaign_id)).order_by(client.c.client_no)
    ).all()  # fmt: skip
    return Drawn(one, rows)


def read_conduct(connection: Connection, scope: Scope, drawn: Drawn, *, until_on: date, as_of: date,
                 generation: Generation) -> DrawnConduct:  # fmt: skip
    """Return what drawn clients did up to a day, and of tasks the state of ``as_of``, that day or a later one."""
    one = drawn.campaign
    ids = _ids(connection, scope, drawn)
    lines = {row.client_id: line for line, row in enumerate(drawn.rows)}
    counted = months_counted(one.drawn_on, until_on)
    begun = month_of(one.drawn_on)
    before = tuple(month_add(begun, step) for step in range(-min(len(counted), BEFORE_MONTHS), 0))
    lost, archived = read_spells(connection, ids)
    flows = read_flows(connection, ids, generation, (*before, *counted), lines).with_away(lines, lost, archived)
    asks_status = one.purpose == Purpose.RETENTION and bool(counted)
    tasks = _tasks(connection, ids, one, as_of)
    return DrawnConduct(
        drawn, until_on, before, counted, flows, tasks, _contacted(connection, ids, one, until_on), lost, archived,
        read_returns(connection, ids, first=one.drawn_on, last=until_on, lost=lost),
        read_standing(connection, ids, generation, counted[-1]) if asks_status else {},
        read_offices(connection),
        read_names(connection, {row.previous_staff_id for row in drawn.rows} | {held for _no, held in tasks.values()}),
        [mask_name(row.name) if scope.masks_names else row.name for row in drawn.rows],
        month_known(generation, as_of))  # fmt: skip


_OFFICES = select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.name)
_STAFF = select(staff.c.staff_id, staff.c.staff_no, staff.c.name, staff.c.unit_id)


def read_offices(connection: Connection) -> dict[int, Any]:
    """Return id, code and name of every unit by its id."""
    return {row[0]: row for row in connection.execute(_OFFICES)}


def read_names(connection: Connection, staff_ids: Collection[int | None]) -> dict[int | None, Any]:
    """Return id, number, name and unit of some people by their ids."""
    return {row[0]: row for some in chunks(sorted(key for key in staff_ids if key is not None))
            for row in connection.execute(_STAFF.where(staff.c.staff_id.in_(some)))}  # fmt: skip


def _ids(connection: Connection, scope: Scope, drawn: Drawn) -> Ids:
    """Return the ids of the drawn clients: few by themselves, of more the statement that selects them.

    A campaign is mostly drawn by who sees all of its clients, and then nobody's reach has to be asked for.
    """
    if len(drawn.rows) <= FEW:
        return [row[0] for row in drawn.rows]
    whole = drawn_ids(FIRM, drawn.campaign.campaign_id)
    if scope.everything:
        return whole
    count = connection.execute(select(func.count()).select_from(whole.subquery())).scalar_one()
    return whole if count == len(drawn.rows) else drawn_ids(scope, drawn.campaign.campaign_id)


def _tasks(connection: Connection, ids: Ids, one: DrawnCampaign,
           as_of: date) -> dict[int, tuple[str, int]]:  # fmt: skip
    """Return the newest task of each client in the campaign: its number and its holder."""
    task = reactivation_task.c
    # of many clients all tasks of the campaign are read: those of others do no harm
    inside = (task.client_id.in_(ids),) if isinstance(ids, list) else ()
    rows = connection.execute(
        select(task.client_id, task.task_no, task.staff_id)
        .where(*standing_tasks(one.campaign_id, as_of), *inside).order_by(task.task_id)
    ).all()  # fmt: skip
    return {client_id: (task_no, staff_id) for client_id, task_no, staff_id in rows}


def _contacted(connection: Connection, ids: Ids, one: DrawnCampaign, until_on: date) -> set[int]:
    contact = contact_log.c
    return set(connection.execute(
        select(contact.client_id).distinct()
        .where(contact.client_id.in_(ids), contact.at >= day_begins_at(one.drawn_on),
               contact.at < day_begins_at(until_on + timedelta(days=1)))
    ).scalars().all())  # fmt: skip
