"""The proposal of a campaign's hand-out: who would get whom, how even that is, and what changes by hand would do.

It is made from the facts that the commit decides again (``data_access.desk``), so what is shown is what is done.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from data_access.desk.desk import read_desk
from data_access.desk.facts import DeskClient
from data_access.desk.people import DeskPerson
from data_access.reads.campaign_members import read_members_to_hand_out
from data_access.reads.campaigns import read_campaign
from data_access.reads.rules import read_rules
from data_access.scope import Scope
from domain.decision import Decision
from domain.distribution import HandOutLimits
from metrics.distribution import Distribution, Offer, Spread, Taker, changed_by_hand, propose


@dataclass(frozen=True)
class Preview:
    """A proposal on a day.

    ``clients`` by client_no: those of the campaign that are still to be handed out. ``people`` by staff_no: who may be
    thought of. ``round_robin``: how far people would lie apart if the list were dealt out in turn. ``refused``: what
    the limits say against changes by hand, by client_no; a plan with refusals cannot be committed. ``moved``: clients
    changed by hand.
    """

    campaign_no: str
    on: date
    clients: Mapping[str, DeskClient]
    people: Mapping[str, DeskPerson]
    limits: HandOutLimits
    distribution: Distribution
    round_robin: Spread
    refused: Mapping[str, Decision] = field(default_factory=dict)
    moved: int = 0

    @property
    def digest(self) -> str:
        """The name of the facts it was made from."""
        return self.distribution.digest

    @property
    def measures(self) -> dict[str, Any]:
        """What the commit keeps of it; shares in basis points of an even load."""
        found, turn = self.distribution, self.round_robin
        return {
            "placed": len(found.placed), "placeable": found.placeable, "unassigned": len(found.unassigned),
            "moved_on": found.moved_on, "moved_by_hand": self.moved, "uneven_bp": _bp(found.unevenness),
            "bound_bp": _bp(found.bound), "effort_range_bp": _bp(found.spread.effort_range),
            "value_range_bp": _bp(found.spread.value_range), "turn_effort_range_bp": _bp(turn.effort_range),
            "turn_value_range_bp": _bp(turn.value_range),
        }  # fmt: skip


def preview_campaign(
    connection: Connection, scope: Scope, campaign_no: str, *, on: date, without: Collection[str] = ()
) -> Preview | None:
    """Return how the clients of a campaign that are still to be handed out would go to people; None: not found.

    ``on``: today. ``without``: staff numbers that are left out.
    """
    found = read_campaign(connection, scope, campaign_no)
    if found is None:
        return None
    desk = read_desk(
        connection, scope, read_members_to_hand_out(connection, scope, found.campaign_id), on=on,
        rules=read_rules(connection, on), purpose=found.row.purpose, predecessor=found.predecessor,
        ignore_campaign_id=found.campaign_id)  # fmt: skip
    people = {number: person for number, person in desk.people.items() if number not in without}
    distribution, turn = propose(_offers(desk.clients), _takers(people), on, desk.limits)
    return Preview(campaign_no, on, desk.clients, people, desk.limits, distribution, turn)


def moved_by_hand(preview: Preview, moves: Mapping[str, str | None]) -> Preview:
    """Return a proposal with changes by hand, client_no to staff_no or None for nobody, every limit asked again.

    Changes of clients that it does not hold are left out.
    """
    known = {number: staff_no for number, staff_no in moves.items() if number in preview.distribution.why}
    if not known:
        return preview
    distribution, refused = changed_by_hand(preview.distribution, _offers(preview.clients), _takers(preview.people),
                                            known, preview.on, preview.limits)  # fmt: skip
    return replace(preview, distribution=distribution, refused=refused, moved=len(known))


def _offers(clients: Mapping[str, DeskClient]) -> list[Offer]:
    return [Offer(one.facts, one.effort, one.value_fen, one.reachable) for one in clients.values()]


def _takers(people: Mapping[str, DeskPerson]) -> list[Taker]:
    return [Taker(one.person, one.effort, one.value_fen) for one in people.values()]


def _bp(ratio: float) -> int:
    return round(ratio * 10_000)
