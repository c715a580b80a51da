"""What the matching knows of an event and its client, and what it answers: verdict, claims and trace (R-10 to R-37)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from domain.confirmation import decide_split
from domain.decision import Decision, Parameter, Reason, refuse
from domain.holders import HolderFacts, decide_holder
from domain.policies import FIRST_RULE_SET, RuleSet
from domain.preregistration import Moment, Registered, same_name
from domain.reactivation import Transfer
from domain.relationship_types import TypeRule


@dataclass(frozen=True)
class EventFacts:
    """The act: ``business`` is its meaning (BusinessEvent), ``kind`` the account event that was delivered.

    ``branch_id``: the branch company of the client's office then. ``is_first``: the client never did it before
    (R-35, R-36). ``standards``: the published rules of the day, with the months of R-21.
    """

    business: str
    kind: str
    moment: Moment
    branch_id: int | None = None
    is_first: bool = True
    standards: RuleSet = FIRST_RULE_SET


@dataclass(frozen=True)
class HandOut:
    """The hand-out that held when the event happened (R-26)."""

    task_id: int
    task_no: str
    staff_id: int
    staff_no: str


@dataclass(frozen=True)
class Developed:
    """A development relationship that held on the day of the event."""

    relationship_no: str
    type: str
    since: date


@dataclass(frozen=True)
class ClientFacts:
    """The client just before the event.

    ``lost_on``: first day of a loss that lasts; ``is_archived`` (R-23). ``developed``: its development relationship,
    None for a public client. ``holders``: the people of the records on the day of the event, by staff_id.
    ``namesakes``: records of the same name with another document, for near misses.
    """

    name: str
    opened_on: date
    lost_on: date | None = None
    is_archived: bool = False
    transfer: Transfer | None = None
    developed: Developed | None = None
    hand_out: HandOut | None = None
    holders: Mapping[int, HolderFacts] = field(default_factory=dict)
    namesakes: tuple[Registered, ...] = ()

    @property
    def is_in_pool(self) -> bool:
        """True for a client who is lost or archived; a silent one shows no event (R-25)."""
        return self.lost_on is not None or self.is_archived


@dataclass(frozen=True)
class TraceLine:
    """One condition as it was asked: whether it holds, and its reason with the values."""

    holds: bool
    code: str
    params: Mapping[str, Parameter] = field(default_factory=dict)


@dataclass(frozen=True)
class Claim:
    """One registrant whose record leads on: to a relationship when ``chain_kind`` is None, else to an approval.

    ``holders``: (staff_id, basis points). ``branches``: the branch companies that confirm across branches (R-16).
    """

    type: str
    prereg_id: int
    prereg_no: str
    holders: tuple[tuple[int, int], ...]
    chain_kind: str | None = None
    branches: tuple[int, ...] = ()


@dataclass(frozen=True)
class Match:
    """The verdict on one event. Several claims are several approvals, of which one can be confirmed (R-13).

    ``task_reason``: why the hand-out that held is recognised (None: it is) or not; read only where one held.
    """

    outcome: str
    trace: tuple[TraceLine, ...]
    claims: tuple[Claim, ...] = ()
    task_reason: Reason | None = None

    @property
    def type(self) -> str | None:
        """The type of the first claim."""
        return self.claims[0].type if self.claims else None

    @property
    def chain_kind(self) -> str | None:
        """Why an approval is needed, for the first claim."""
        return self.claims[0].chain_kind if self.claims else None

    @property
    def holders(self) -> tuple[tuple[int, int], ...]:
        """(staff_id, basis points) of the first claim."""
        return self.claims[0].holders if self.claims else ()

    @property
    def record_ids(self) -> tuple[int, ...]:
        """The records used."""
        return tuple(claim.prereg_id for claim in self.claims)


class Trace(list[TraceLine]):
    """Collects the conditions in the order in which they are asked."""

    def ask(self, decision: Decision) -> bool:
        """Note a decision and return whether it allows."""
        self.append(TraceLine(decision.allowed, decision.reason.code, decision.reason.params))
        return decision.allowed

    @property
    def last(self) -> Reason:
        """The reason of the condition that was asked last."""
        return Reason(self[-1].code, self[-1].params)

    def note(self, code: str, **params: Parameter) -> None:
        """Note a fact that neither allows nor forbids."""
        self.append(TraceLine(holds=True, code=code, params=params))


def is_usable(record: Registered, rule: TypeRule, event: EventFacts, client: ClientFacts, trace: Trace) -> bool:
    """Ask what does not depend on the time of a record: the name, the client's age, the shares, the holders."""
    if not same_name(record.client_name, client.name):
        return trace.ask(refuse("R-10.other_name", prereg_no=record.prereg_no))
    if rule.needs_public_client and client.opened_on > record.registered_on:
        return trace.ask(refuse("R-35.no_client_yet", prereg_no=record.prereg_no,
                                opened_on=client.opened_on.isoformat()))  # fmt: skip
    split = decide_split(rule, [(one.staff_no, one.share_bp) for one in record.holders])
    if not split:
        return trace.ask(split)
    for one in record.holders:
        person = client.holders.get(one.staff_id)
        allowed = (decide_holder(rule, person, event.moment.on) if person is not None
                   else refuse("R-26.staff_not_found", staff_no=one.staff_no))  # fmt: skip
        if not allowed:
            return trace.ask(allowed)
    return True
