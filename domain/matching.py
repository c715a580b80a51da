"""What an event of a client makes of the pre-registrations: a relationship, approvals, a natural client, or nothing.

Pure rules R-10 to R-16 and R-34 to R-37 over the facts of one event (pool clients: ``domain.pool_matching``); every
condition that was asked stands in the trace with its values, near misses included. The types come as dated data
(R-08): nothing here knows a type by its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.calendar import WorkingDays
from domain.decision import Decision, allow, refuse
from domain.match_facts import Claim, ClientFacts, EventFacts, Match, Trace, is_usable
from domain.pool_matching import match_activation
from domain.preregistration import Registered, decide_makeup, decide_valid
from domain.register_words import BusinessEvent, ChainKind, MatchOutcome
from domain.relationship_types import TypeRule


def match(
    event: EventFacts, records: Sequence[Registered], client: ClientFacts, rules: Mapping[str, TypeRule],
    calendar: WorkingDays,
) -> Match:  # fmt: skip
    """Decide one event; ``records``: those of the client's document, ``rules``: the types of the day of the event.

    Raises ``CalendarMissing`` when working days of a year without a calendar would have to be counted (R-12).
    """
    trace = Trace()
    trace.note(f"event.{event.business}", on=event.moment.on.isoformat(), event=event.kind)
    candidates = [rule for rule in rules.values() if rule.event == event.business and rule.needs_preregistration]
    if event.business == BusinessEvent.ACTIVATION:
        return match_activation(event, records, client, rules, candidates, trace)
    if not _may_make(event, client, candidates, trace):
        return Match(MatchOutcome.NONE.value, tuple(trace))
    own = [one for one in records if one.type in {rule.type for rule in candidates}]
    kept = [one for one in own if is_usable(one, rules[one.type], event, client, trace)]
    in_time, late = _sort_by_time(kept, event, rules, calendar, trace)
    claims = _claims(in_time or late, event, client, rules, trace, is_late=not in_time)
    if claims:
        is_direct = claims[0].chain_kind is None
        outcome = MatchOutcome.RELATIONSHIP if is_direct else MatchOutcome.CHAIN
        return Match(outcome.value, tuple(trace), claims)
    _note_others(records, own, client, event, trace)
    natural = event.business == BusinessEvent.ACCOUNT_OPENING
    trace.ask(allow("R-30.natural") if natural else refuse("R-10.no_record"))
    return Match((MatchOutcome.NATURAL if natural else MatchOutcome.NONE).value, tuple(trace))


def _may_make(event: EventFacts, client: ClientFacts, candidates: Sequence[TypeRule], trace: Trace) -> bool:
    """Ask what the types of the event presuppose of the client (R-08, R-35, R-36)."""
    if not candidates:
        return trace.ask(refuse("R-08.no_type", on=event.moment.on.isoformat()))
    if any(rule.needs_public_client for rule in candidates):
        if not event.is_first:
            return trace.ask(refuse("R-35.not_new"))
        return trace.ask(decide_public(client))
    return True


def decide_public(client: ClientFacts) -> Decision:
    """Decide whether a client was public on the day: no development relationship then (R-35)."""
    owner = client.developed
    if owner is None:
        return allow("R-35.public")
    return refuse("R-35.developed", relationship_no=owner.relationship_no, type=owner.type,
                  since=owner.since.isoformat())  # fmt: skip


def _sort_by_time(
    records: Sequence[Registered], event: EventFacts, rules: Mapping[str, TypeRule], calendar: WorkingDays,
    trace: Trace,
) -> tuple[list[Registered], list[Registered]]:  # fmt: skip
    """Return the records that were valid at the event and, where there are none, the make-ups (R-10, R-11).

    A make-up beside a record in time is too late: the client is matched already (A18).
    """
    in_time, others = [], []
    for record in records:
        valid = decide_valid(record, event.moment)
        if valid:
            trace.ask(valid)
            in_time.append(record)
        else:
            others.append((record, valid))
    late = []
    for record, why_not in others:
        makeup = decide_makeup(record, event.moment, rules[record.type], calendar)
        if makeup and in_time:
            trace.ask(refuse("R-13.makeup_beside", prereg_no=record.prereg_no))
        elif trace.ask(makeup if makeup or makeup.reason.code == "R-11.too_late" else why_not):
            late.append(record)
    return in_time, late


def _claims(
    records: Sequence[Registered], event: EventFacts, client: ClientFacts, rules: Mapping[str, TypeRule],
    trace: Trace, *, is_late: bool,
) -> tuple[Claim, ...]:  # fmt: skip
    """Return one claim per registrant, the newest record of each (R-13), with the approval that each one needs."""
    newest: dict[tuple[str, tuple[tuple[int, int], ...]], Registered] = {}
    for record in sorted(records, key=lambda one: (one.registered_at, one.prereg_no)):
        newest[record.type, record.claim] = record
    chosen = sorted(newest.values(), key=lambda one: (one.registered_at, one.prereg_no))
    if len(chosen) > 1:
        trace.ask(refuse("R-13.several", count=len(chosen)))
    claims = []
    for record in chosen:
        rule = rules[record.type]
        claim = Claim(record.type, record.prereg_id, record.prereg_no, record.claim)
        branches = _branches(event, client, record)
        if len(branches) > 1 and rule.levels(ChainKind.CROSS_BRANCH):
            trace.ask(refuse("R-16.cross_branch", prereg_no=record.prereg_no, count=len(branches)))
            claims.append(replace(claim, chain_kind=ChainKind.CROSS_BRANCH.value, branches=branches))
            continue
        kind = _chain_kind(rule, several=len(chosen) > 1, is_late=is_late)
        claims.append(replace(claim, chain_kind=kind))
        if kind is None:
            trace.note("R-10.automatic", prereg_no=record.prereg_no, type=record.type)
        else:
            trace.note("R-14.approval", prereg_no=record.prereg_no, type=record.type, chain_kind=kind)
    return tuple(claims)


def _chain_kind(rule: TypeRule, *, several: bool, is_late: bool) -> str | None:
    if several:
        return ChainKind.DUPLICATE.value
    if is_late:
        return ChainKind.MAKEUP.value
    return None if rule.is_automatic else ChainKind.IN_TIME.value


def _branches(event: EventFacts, client: ClientFacts, record: Registered) -> tuple[int, ...]:
    """Return the branch companies of the client and of the holders, each once; unknown places are left out."""
    places = [event.branch_id, *(client.holders[one.staff_id].branch_id for one in record.holders)]
    return tuple(dict.fromkeys(place for place in places if place is not None))


def _note_others(
    records: Sequence[Registered], own: Sequence[Registered], client: ClientFacts, event: EventFacts, trace: Trace
) -> None:
    """Note records that came near: of another type, or of the same name with another document (R-10)."""
    for record in records:
        if record not in own:
            trace.ask(refuse("R-10.other_type", prereg_no=record.prereg_no, type=record.type))
    for record in client.namesakes:
        if decide_valid(record, event.moment):
            trace.ask(refuse("R-10.other_document", prereg_no=record.prereg_no))
