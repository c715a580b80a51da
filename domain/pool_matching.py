"""What the return of a pool client makes of hand-outs and pre-registrations (R-20 to R-23, R-26 to R-29)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from domain.decision import Decision, Reason, allow, refuse
from domain.match_facts import Claim, ClientFacts, EventFacts, HandOut, Match, Trace, is_usable
from domain.preregistration import Registered, decide_valid
from domain.reactivation import decide_archived_activation, decide_lost_return
from domain.register_words import ChainKind, MatchOutcome, PreregistrationRoute, PreregistrationState
from domain.relationship_types import TypeRule


def match_activation(
    event: EventFacts, records: Sequence[Registered], client: ClientFacts, rules: Mapping[str, TypeRule],
    candidates: Sequence[TypeRule], trace: Trace,
) -> Match:  # fmt: skip
    """Decide the return of a client: for the holder of a hand-out, else for those who applied for special-new.

    ``candidates``: the types that a return makes; ``trace`` is continued.
    """
    if not client.is_in_pool:
        trace.ask(refuse("R-20.not_in_pool"))
        return Match(MatchOutcome.NONE.value, tuple(trace))
    held = client.hand_out
    if held is not None:
        trace.note("R-26.held", task_no=held.task_no, staff_no=held.staff_no)
        return _redevelopment(held, event, records, client, {rule.type: rule for rule in candidates}, trace)
    return _special_new(event, records, client, rules, trace)


def decide_return(event: EventFacts, client: ClientFacts) -> Decision:
    """Decide whether a return meets the standard of the pool (R-21 and R-22, or R-23).

    A client who is lost and archived comes back from the loss, the higher status (A12).
    """
    if client.lost_on is not None:
        return decide_lost_return(lost_on=client.lost_on, event=event.kind, event_on=event.moment.on,
                                  rules=event.standards, transfer=client.transfer)  # fmt: skip
    return decide_archived_activation(is_archived=client.is_archived, event=event.kind)


def _redevelopment(
    held: HandOut, event: EventFacts, records: Sequence[Registered], client: ClientFacts,
    candidates: Mapping[str, TypeRule], trace: Trace,
) -> Match:  # fmt: skip
    """Recognise the hand-out's holder, or say what is missing first (R-28); there is no make-up (R-27)."""
    missing: Reason | None = None
    kept = []
    for record in records:
        rule = candidates.get(record.type)
        if rule is None or held.staff_id not in {one.staff_id for one in record.holders}:
            trace.ask(refuse("R-27.not_holder", prereg_no=record.prereg_no))
        elif is_usable(record, rule, event, client, trace) and trace.ask(decide_valid(record, event.moment)):
            kept.append(record)
        else:
            missing = missing or trace.last
    if not kept:
        missing = missing or Reason("R-27.no_record")
        trace.ask(refuse("R-27.no_record"))
        return Match(MatchOutcome.NONE.value, tuple(trace), task_reason=missing)
    returned = decide_return(event, client)
    if not trace.ask(returned):
        return Match(MatchOutcome.NONE.value, tuple(trace), task_reason=returned.reason)
    newest = max(kept, key=lambda one: (one.registered_at, one.prereg_no))
    trace.note("R-28.recognised", task_no=held.task_no, type=newest.type)
    claim = Claim(newest.type, newest.prereg_id, newest.prereg_no, newest.claim)
    return Match(MatchOutcome.RELATIONSHIP.value, tuple(trace), (claim,))


def _special_new(
    event: EventFacts, records: Sequence[Registered], client: ClientFacts, rules: Mapping[str, TypeRule],
    trace: Trace,
) -> Match:  # fmt: skip
    """Open the approvals of those who found a pool client themselves and applied for it (R-29).

    The standards of the pool hold here too (A8), otherwise closing and opening again would make new clients.
    """
    kept = []
    for record in records:
        rule = rules.get(record.type)
        if rule is None or not rule.levels(ChainKind.SPECIAL_NEW):
            trace.ask(refuse("R-29.no_hand_out", prereg_no=record.prereg_no, type=record.type))
        elif record.route != PreregistrationRoute.SPECIAL_NEW:
            trace.ask(refuse("R-29.no_application", prereg_no=record.prereg_no))
        elif is_usable(record, rule, event, client, trace) and trace.ask(decide_valid(record, event.moment)):
            kept.append(record)
    if not kept:
        trace.ask(refuse("R-29.no_record"))
        return Match(MatchOutcome.NONE.value, tuple(trace))
    if not trace.ask(decide_return(event, client)):
        return Match(MatchOutcome.NONE.value, tuple(trace))
    claims = []
    newest = {(one.type, one.claim): one for one in sorted(kept, key=lambda one: (one.registered_at, one.prereg_no))}
    for record in newest.values():
        trace.note("R-29.approval", prereg_no=record.prereg_no, type=record.type)
        claims.append(Claim(record.type, record.prereg_id, record.prereg_no, record.claim,
                            ChainKind.SPECIAL_NEW.value))  # fmt: skip
    return Match(MatchOutcome.CHAIN.value, tuple(trace), tuple(claims))


def decide_special_new(record: Registered, rule: TypeRule | None, *, is_client: bool, is_handed_out: bool) -> Decision:
    """Decide whether a registered pool client can be applied for as special-new (R-29).

    ``rule``: the type's rule today. The record still stands; the client is one of the firm and is handed out to nobody.
    """
    if record.state in (PreregistrationState.WITHDRAWN, PreregistrationState.MATCHED):
        return refuse("R-29.state", prereg_no=record.prereg_no)
    if record.route != PreregistrationRoute.ORDINARY:
        return refuse("R-29.state", prereg_no=record.prereg_no)
    if rule is None or not rule.levels(ChainKind.SPECIAL_NEW):
        return refuse("R-29.no_route", type=record.type)
    if not is_client:
        return refuse("R-29.not_client")
    return refuse("R-29.handed_out") if is_handed_out else allow("R-10.allowed")
