"""Approval chains: which act follows which, and who may decide a step (R-14, R-16, R-29, R-32, R-34, R-38).

The moves of a chain are a table; what is absent is forbidden. Every step is decided by a person of its post, in the
order of the levels, on exactly the content that was shown; four eyes hold over the whole chain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.decision import Decision, allow, refuse
from domain.register_words import ChainState, Post, StepDecision
from domain.words import Role, Word

REASON_LENGTH = 500
"""The longest reason of a decision, in characters."""
NAMED_POSTS = (Post.OPENING_REVIEW, Post.OUTLET_REVIEW, Post.SPECIAL_REVIEW, Post.STOCK_APPROVAL, Post.STOCK_RELEASE)
"""Posts for which a branch head names a person (R-14, R-29, R-38, R-39); the others follow from a role."""
DELEGATED_POSTS = tuple(post for post in Post if post is not Post.HEADQUARTERS)
"""Posts whose holder may let another person decide for some days."""
POST_ROLES = (Role.BRANCH_HEAD, Role.BRANCH_REVIEWER, Role.OFFICE_HEAD)
"""Roles of persons who may be named for a post, or decide in place of its holder."""
APART = ((Post.OPENING_REVIEW, Post.OUTLET_REVIEW),)
"""Posts of one chain: one person cannot be named for both in one place (R-14)."""


class ChainAct(Word):
    """What can happen to a chain."""

    APPROVE = "approve", "Approve"
    APPROVE_LAST = "approve_last", "Approve at the last level"
    REJECT = "reject", "Reject"
    RETURN = "return", "Return"
    RESUBMIT = "resubmit", "Submit again"
    WITHDRAW = "withdraw", "Withdraw"


MOVES: Mapping[tuple[ChainState, ChainAct], ChainState] = {
    (ChainState.RUNNING, ChainAct.APPROVE): ChainState.RUNNING,
    (ChainState.RUNNING, ChainAct.APPROVE_LAST): ChainState.APPROVED,
    (ChainState.RUNNING, ChainAct.REJECT): ChainState.REJECTED,
    (ChainState.RUNNING, ChainAct.RETURN): ChainState.RETURNED,
    (ChainState.RUNNING, ChainAct.WITHDRAW): ChainState.WITHDRAWN,
    (ChainState.RETURNED, ChainAct.RESUBMIT): ChainState.RUNNING,
    (ChainState.RETURNED, ChainAct.WITHDRAW): ChainState.WITHDRAWN,
}
"""(state before, act) to state after."""
OPEN_CHAIN_STATES = (ChainState.RUNNING, ChainState.RETURNED)
"""States in which an object has its one chain."""


@dataclass(frozen=True)
class StepFacts:
    """A step of the present round; ``decided_for``: the post's holder when a delegate decided, else the decider."""

    position: int
    level: int
    post: str
    decision: str | None = None
    decided_by: int | None = None
    decided_for: int | None = None


@dataclass(frozen=True)
class ChainFacts:
    """A chain as it is stored now; ``steps`` are those of the present round in their order."""

    chain_no: str
    state: str
    level: int
    version: int
    content_hash: str
    steps: tuple[StepFacts, ...]

    @property
    def last_level(self) -> int:
        """The level whose approval confirms the object."""
        return max(step.level for step in self.steps)


@dataclass(frozen=True)
class Approver:
    """A person before a step.

    ``principal_id``: the holder of the post for whom a delegate acts, else the person. ``was_named``: the step was
    theirs when the chain was submitted; ``holds_post``: the post or the delegation still holds today.
    ``registered``, ``would_hold``: the person, or the one they act for, entered the object or would hold it.
    """

    user_id: int
    principal_id: int
    was_named: bool = True
    holds_post: bool = True
    registered: bool = False
    would_hold: bool = False


@dataclass(frozen=True)
class Press:
    """What the approver asks for, with the level, version and content of the screen that was shown."""

    level: int
    version: int
    content_hash: str
    decision: str
    reason: str = ""


def decide_step(chain: ChainFacts, step: StepFacts | None, approver: Approver, press: Press) -> Decision:
    """Decide one press on a chain; ``step``: the undecided step of the present level that is the person's, if any.

    Order of R-14 (no level before the one below), content pinned to what was shown, four eyes. A rejection and a
    return need a reason.
    """
    if chain.state != ChainState.RUNNING:
        return refuse("approval.closed", chain_no=chain.chain_no, chain_state=chain.state)
    if press.content_hash != chain.content_hash:
        return refuse("approval.content_changed", chain_no=chain.chain_no)
    if press.level > chain.level:
        return refuse("approval.order", level=press.level, due=chain.level)
    if press.level < chain.level:
        return refuse("approval.decided", level=press.level)
    if press.version != chain.version:
        return refuse("approval.changed", chain_no=chain.chain_no)
    if not approver.was_named:
        return refuse("approval.not_yours")
    if step is None:
        return refuse("approval.decided", level=press.level)
    if not approver.holds_post:
        return refuse("approval.post_ended")
    eyes = decide_four_eyes(chain, approver)
    return decide_reason(press.decision, press.reason) if eyes else eyes


def decide_four_eyes(chain: ChainFacts, approver: Approver) -> Decision:
    """Refuse own registrations, own relationships and a second step of one chain, for a delegate's principal too."""
    if approver.registered:
        return refuse("approval.own_registration")
    if approver.would_hold:
        return refuse("approval.own_relationship")
    people = {approver.user_id, approver.principal_id}
    for step in chain.steps:
        if step.decision is not None and people & {step.decided_by, step.decided_for}:
            return refuse("approval.two_steps", level=step.level)
    return allow("approval.allowed")


def decide_reason(decision: str, reason: str) -> Decision:
    """A rejection and a return say why; any reason is kept short."""
    words = reason.strip()
    if decision in (StepDecision.REJECTED, StepDecision.RETURNED) and not words:
        return refuse("approval.reason_missing")
    if len(words) > REASON_LENGTH:
        return refuse("approval.reason_long", limit=REASON_LENGTH)
    return allow("approval.allowed")


def decide_move(chain_no: str, state: str, act: ChainAct) -> Decision:
    """Refuse what the table of moves does not hold."""
    if (ChainState(state), act) not in MOVES:
        return refuse("approval.closed", chain_no=chain_no, chain_state=state)
    return allow("approval.allowed")


def act_of(decision: str, *, closes_last_level: bool) -> ChainAct:
    """Return what a decision does to the chain."""
    if decision == StepDecision.APPROVED:
        return ChainAct.APPROVE_LAST if closes_last_level else ChainAct.APPROVE
    return ChainAct.REJECT if decision == StepDecision.REJECTED else ChainAct.RETURN


def closes_level(chain: ChainFacts, step: StepFacts) -> bool:
    """Tell whether approving a step completes its level: no other step beside it is open."""
    return all(other.decision is not None or other.position == step.position
               for other in chain.steps if other.level == step.level)  # fmt: skip
