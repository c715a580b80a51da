"""Decide, return, withdraw and resubmit approvals (R-14): one press, one legal outcome, on the content as shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, Row, select, update

from data_access.actor import ActingUser, Actor, NotAllowed
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require, require_word
from data_access.database import Database
from data_access.register.approvers import read_approver, read_chain_facts
from data_access.register.chains import open_next_round, read_parties
from data_access.register.contents import is_as_submitted, read_content
from data_access.register.effects import CLOSINGS, EFFECTS
from data_access.register.visible_chains import chains_for
from data_access.tables import approval_chain, approval_step
from domain.approvals import (
    MOVES,
    ChainAct,
    ChainFacts,
    Press,
    StepFacts,
    act_of,
    closes_level,
    decide_move,
    decide_reason,
    decide_step,
)
from domain.decision import Reason
from domain.register_words import ChainState, StepDecision
from domain.words import Role

APPROVER_ROLES = (Role.HQ, Role.BRANCH_HEAD, Role.BRANCH_REVIEWER, Role.OFFICE_HEAD)
"""Roles that may hold a post or be a delegate."""
SUBMITTER_ROLES = (*APPROVER_ROLES, Role.STAFF)
"""Roles that submit and withdraw."""


@dataclass(frozen=True)
class ChainOutcome:
    """Where a chain stands after an act."""

    chain_no: str
    state: str
    level: int
    version: int


def decide_step_of_chain(
    db: Database, *, actor: Actor, chain_no: str, level: int, seen_version: int, seen_hash: str, decision: str,
    reason: str = "", request_id: str,
) -> ChainOutcome:  # fmt: skip
    """Approve, reject or return a chain at a level, for the step that is the acting user's (R-14).

    ``seen_version`` and ``seen_hash`` are those of the screen: whoever decides on anything else is refused. The last
    approval confirms the object in the same transaction. The same ``request_id`` gives the same outcome again. Raises
    ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    require_word("decision", decision, StepDecision)
    press = Press(level, seen_version, seen_hash, decision, reason)

    def work(connection: Connection, user: ActingUser, chain: Row[Any]) -> ChainOutcome:
        facts = read_chain_facts(connection, chain)
        if chain.state == ChainState.RUNNING and not is_as_submitted(connection, chain):
            raise Refused(Reason("approval.content_changed", {"chain_no": chain_no}))
        step, approver, delegation_id = read_approver(connection, user, chain, facts)
        require(decide_step(facts, step, approver, press))
        if step is None:  # decide_step has refused it already
            raise Refused(Reason("approval.decided", {"level": level}))
        return _decide(connection, user, chain, facts, step, press, delegation_id)

    return _on_chain(db, actor, chain_no, request_id, "approval.decide", APPROVER_ROLES, work)


def withdraw_chain(
    db: Database, *, actor: Actor, chain_no: str, seen_version: int, reason: str, request_id: str
) -> ChainOutcome:
    """Withdraw an open approval: those who submitted or registered it, or would hold it; a reason is kept."""
    return _by_submitter(db, actor, chain_no, seen_version, reason, request_id, ChainAct.WITHDRAW)


def resubmit_chain(
    db: Database, *, actor: Actor, chain_no: str, seen_version: int, reason: str = "", request_id: str
) -> ChainOutcome:
    """Submit a returned approval again: every level decides anew, on the content as it is now."""
    return _by_submitter(db, actor, chain_no, seen_version, reason, request_id, ChainAct.RESUBMIT)


def _on_chain(
    db: Database, actor: Actor, chain_no: str, request_id: str, kind: str, roles: tuple[Role, ...],
    act: Callable[[Connection, ActingUser, Row[Any]], ChainOutcome],
) -> ChainOutcome:  # fmt: skip
    """Run an act on a chain that the user may see, locked against every other act on it."""

    def work(connection: Connection) -> ChainOutcome:
        user = acting_as(connection, actor, *roles)
        if user.user_id is None:
            raise NotAllowed("operator")
        before = claim_request(connection, request_id, kind, user)
        if before is not None:
            return ChainOutcome(**before)
        chain = connection.execute(
            select(approval_chain).where(approval_chain.c.chain_no == chain_no.strip(), chains_for(user))
            .with_for_update()
        ).first()  # fmt: skip
        if chain is None:
            raise Refused(Reason("approval.not_found", {"chain_no": chain_no.strip()}))
        outcome = act(connection, user, chain)
        keep_result(connection, request_id, asdict(outcome))
        return outcome

    return db.transact(work)


def _decide(connection: Connection, user: ActingUser, chain: Row[Any], facts: ChainFacts, step: StepFacts,
            press: Press, delegation_id: int | None) -> ChainOutcome:  # fmt: skip
    """Write a decision that the rules allow; the chain and the step are changed only as they were seen."""
    moment, lines, line = now(), approval_step, approval_step.c
    decided = connection.execute(
        update(lines).where(line.chain_id == chain.chain_id, line.position == step.position, line.decision.is_(None))
        .values(decision=press.decision, decided_by=user.user_id, delegation_id=delegation_id, decided_at=moment,
                content_hash=press.content_hash, reason=press.reason.strip() or None)
    )  # fmt: skip
    completes = closes_level(facts, step)
    act = act_of(press.decision, closes_last_level=completes and step.level == facts.last_level)
    state = MOVES[ChainState(chain.state), act]
    values: dict[str, Any] = {"state": state.value, "level": chain.level, "version": chain.version}
    if act is not ChainAct.APPROVE or completes:
        values["version"] += 1
    if act is ChainAct.APPROVE and completes:
        values |= {"level": chain.level + 1, "level_since": moment}
        connection.execute(update(lines).where(line.chain_id == chain.chain_id, line.round == chain.round,
                                               line.level == chain.level + 1).values(waiting_since=moment))  # fmt: skip
    if state in (ChainState.APPROVED, ChainState.REJECTED):
        values["closed_at"] = moment
    _change(connection, chain, values, decided=decided.rowcount)
    effects = EFFECTS if state is ChainState.APPROVED else CLOSINGS if state is ChainState.REJECTED else {}
    _run(connection, effects, chain, user)
    details = {"level": step.level, "post": step.post, "content": press.content_hash, "delegation": delegation_id}
    _log(connection, user, chain, f"approval.{act.value}", details)
    return ChainOutcome(chain.chain_no, values["state"], values["level"], values["version"])


def _by_submitter(db: Database, actor: Actor, chain_no: str, seen_version: int, reason: str, request_id: str,
                  act: ChainAct) -> ChainOutcome:  # fmt: skip
    def work(connection: Connection, user: ActingUser, chain: Row[Any]) -> ChainOutcome:
        parties = read_parties(connection, chain)
        if user.user_id not in parties.registered and user.staff_id not in parties.holders:
            raise Refused(Reason("approval.not_submitter"))
        require(decide_move(chain.chain_no, chain.state, act))
        if chain.version != seen_version:
            raise Refused(Reason("approval.changed", {"chain_no": chain.chain_no}))
        withdraws = act is ChainAct.WITHDRAW
        require(decide_reason(StepDecision.REJECTED if withdraws else StepDecision.APPROVED, reason))
        state = MOVES[ChainState(chain.state), act]
        if withdraws:
            _change(connection, chain, {"state": state.value, "version": chain.version + 1, "closed_at": now()})
            _run(connection, CLOSINGS, chain, user)
        else:
            open_next_round(connection, chain, read_content(connection, chain))
        _log(connection, user, chain, f"approval.{act.value}", {"round": chain.round})
        return ChainOutcome(chain.chain_no, state.value, chain.level if withdraws else 1, chain.version + 1)

    return _on_chain(db, actor, chain_no, request_id, f"approval.{act.value}", SUBMITTER_ROLES, work)


def _change(connection: Connection, chain: Row[Any], values: Mapping[str, Any], *, decided: int = 1) -> None:
    """Change a chain if it still stands as it was read; raises ``Refused`` when somebody else was faster."""
    row = approval_chain.c
    changed = connection.execute(
        update(approval_chain)
        .where(row.chain_id == chain.chain_id, row.version == chain.version, row.state == chain.state,
               row.content_hash == chain.content_hash)
        .values(**values)
    )  # fmt: skip
    if decided != 1 or changed.rowcount != 1:
        raise Refused(Reason("approval.changed", {"chain_no": chain.chain_no}))


def _run(connection: Connection, effects: Mapping[str, Callable[[Connection, Row[Any], ActingUser], None]],
         chain: Row[Any], user: ActingUser) -> None:  # fmt: skip
    effect = effects.get(chain.object_kind)
    if effect is not None:
        effect(connection, chain, user)


def _log(connection: Connection, user: ActingUser, chain: Row[Any], action: str, details: dict[str, Any]) -> None:
    append_audit(connection, action=action, user_id=user.user_id, object_kind="approval", object_key=chain.chain_no,
                 details=details)  # fmt: skip
