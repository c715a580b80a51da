"""The clients of a hand-out: what holds them, with whom they belong together, who had them, what they cost and bring.

Everything is read set by set, so that a list of ten thousand clients takes a fixed number of statements per thousand.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from data_access.commands.pool_facts import FoundClient, read_pool_clients, read_pool_clients_by_id
from data_access.desk.bonds import Kin, read_complaints, read_kin, read_last_tasks, read_memberships, read_servants
from data_access.desk.traits import Traits, read_traits
from data_access.scope import Scope
from domain.campaigns import Purpose, expected_effort, statuses_of
from domain.distribution import HandOutClient, LastTask
from domain.policies import RuleSet


@dataclass(frozen=True)
class DeskClient:
    """A client of the desk.

    ``facts``: what the rules of a hand-out ask. ``effort``: expected minutes of work. ``value_fen``: net income of the
    trailing months up to its last month with a trade, 0 where unknown. ``reachable``: a phone is on file, and the
    newest contact did not find it wrong. ``tier``: for a pool client the one before dormancy. ``in_campaign``,
    ``campaign_name``, ``campaign_until_on``: the campaign that it belongs to, in whichever group, and its last day.
    """

    client_id: int
    facts: HandOutClient
    effort: int
    value_fen: int
    reachable: bool
    tier: str | None
    months_quiet: int | None
    office_code: str
    assets_fen: int | None
    kind: str = "individual"
    in_campaign: str | None = None
    campaign_name: str | None = None
    campaign_until_on: date | None = None

    @property
    def client_no(self) -> str:
        """The client's number."""
        return self.facts.client.client_no

    @property
    def office_id(self) -> int | None:
        """The client's office today."""
        return self.facts.office_id

    @property
    def status(self) -> str | None:
        """The client's status on present facts."""
        return self.facts.client.status


def read_desk_clients(
    connection: Connection, scope: Scope, *, client_ids: Sequence[int] | None = None,
    client_nos: Sequence[str] | None = None, on: date, rules: RuleSet, branches: dict[int, int],
    purpose: str = Purpose.REACTIVATION, ignore_campaign_id: int | None = None, moving: Collection[str] = (),
) -> dict[str, DeskClient]:  # fmt: skip
    """Return the clients of a list that lie inside the reach, by client_no, on present facts.

    Either ``client_ids`` or ``client_nos`` names the list. ``on``: today. ``branches``: ``read_branches``.
    ``ignore_campaign_id``: a campaign whose own membership does not count as another's; its hold-out does hold.
    ``moving``: numbers of open tasks that are handed on together and so keep no kin with their present holder.
    Clients outside the reach are left out.
    """
    wanted = statuses_of(purpose)
    if client_ids is not None:
        found = read_pool_clients_by_id(connection, scope, client_ids, on=on, rules=rules, branches=branches,
                                        wanted_statuses=wanted)  # fmt: skip
    else:
        found = read_pool_clients(connection, scope, client_nos or (), on=on, rules=rules, branches=branches,
                                  wanted_statuses=wanted)  # fmt: skip
    kin = read_kin(connection, branches, moving)
    return _add_facts(connection, list(found.values()), kin, on, ignore_campaign_id)


def _add_facts(
    connection: Connection, found: Sequence[FoundClient], kin: Kin, on: date, ignore_campaign_id: int | None
) -> dict[str, DeskClient]:
    ids = [one.client_id for one in found]
    traits = read_traits(connection, ids)
    complaints = read_complaints(connection, ids)
    held = read_memberships(connection, ids, on)
    last = read_last_tasks(connection, ids)
    servants = read_servants(connection, ids, on)
    desk = {}
    for one in found:
        trait, key, member = traits[one.client_id], one.client_id, held.get(one.client_id)
        back = member if member is not None and member.is_held_back else None
        other = member if member is not None and member.campaign_id != ignore_campaign_id else None
        last_task = last.get(key)
        facts = HandOutClient(
            client=one.facts, office_id=one.office_id, complaint_no=complaints.get(key),
            held_by_campaign=back.campaign_no if back else None, held_until_on=back.window_to_on if back else None,
            household=trait.household, controller=trait.controller,
            kin_staff_no=kin.holder_of(trait.household, trait.controller, one.facts.branch_id),
            previous_staff_no=_previous(servants.get(key), last_task), last_task=last_task,
        )  # fmt: skip
        desk[one.facts.client_no] = DeskClient(
            client_id=key, facts=facts, effort=_effort(one.facts.status, trait), value_fen=trait.value_fen,
            reachable=trait.reachable, tier=trait.tier, months_quiet=trait.months_quiet, office_code=trait.office_code,
            assets_fen=trait.assets_fen, kind=trait.kind, in_campaign=other.campaign_no if other else None,
            campaign_name=other.name if other else None, campaign_until_on=other.window_to_on if other else None,
        )  # fmt: skip
    return desk


def _effort(status: str | None, trait: Traits) -> int:
    return expected_effort(status, tier=trait.tier, months_quiet=trait.months_quiet, kind=trait.kind,
                           reachable=trait.reachable)  # fmt: skip


def _previous(servant: tuple[str, date] | None, last: LastTask | None) -> str | None:
    """Return who served the client before: the holder of the newest relationship, or of a task closed later."""
    if servant is None:
        return last.staff_no if last else None
    return last.staff_no if last is not None and last.closed_on > servant[1] else servant[0]
