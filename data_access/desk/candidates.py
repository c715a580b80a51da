"""Which clients of a list can be drawn today, and why the others cannot; asked before a campaign and in its making."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from data_access.desk.facts import DeskClient, read_desk_clients
from data_access.reads.holders import read_branches
from data_access.scope import Scope
from domain.campaigns import decide_candidate
from domain.decision import Reason
from domain.distribution import decide_client
from domain.policies import RuleSet


@dataclass(frozen=True)
class Candidates:
    """The clients of a list by client_no: ``able`` can be drawn, ``excluded`` cannot, each with its reason.

    ``beyond``: how many clients of the month's list lie outside the reach today; they are in neither.
    """

    able: Mapping[str, DeskClient]
    excluded: Mapping[str, tuple[DeskClient, Reason]]
    beyond: int = 0


def read_candidates(
    connection: Connection, scope: Scope, client_ids: Sequence[int], *, on: date, rules: RuleSet, purpose: str
) -> Candidates:
    """Return the clients of a list inside the reach, decided on present facts."""
    desk = read_desk_clients(connection, scope, client_ids=client_ids, on=on, rules=rules,
                             branches=read_branches(connection), purpose=purpose)  # fmt: skip
    able: dict[str, DeskClient] = {}
    excluded: dict[str, tuple[DeskClient, Reason]] = {}
    for number in sorted(desk):
        one = desk[number]
        free = decide_candidate(one.in_campaign, one.campaign_name, one.campaign_until_on)
        decision = decide_client(one.facts, on) if free else free
        if decision:
            able[number] = one
        else:
            excluded[number] = (one, decision.reason)
    return Candidates(able, excluded, len(client_ids) - len(desk))
