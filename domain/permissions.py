"""Rights: who applies, who approves, who executes (R-04), and what the permission register must show (R-05).

Rights belong to a branch company or to headquarters: that place approves and executes.
The steps of an application are a table; what is absent is forbidden. Delegations never count here: the text
names the branch head alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from domain.decision import Decision, allow, refuse
from domain.register_words import GrantAction, GrantState, RegisterAction
from domain.words import Role

REASON_LENGTH = 500
HEADQUARTERS_ROLES = (Role.HQ, Role.AUDITOR, Role.BRANCH_HEAD, Role.USER_ADMIN)
"""Roles that headquarters assigns, wherever the person sits: those of the whole firm, heads and administrators."""

STEPS: Mapping[tuple[GrantState | None, RegisterAction], GrantState] = {
    (None, RegisterAction.APPLY): GrantState.APPLIED,
    (GrantState.APPLIED, RegisterAction.APPROVE): GrantState.APPROVED,
    (GrantState.APPLIED, RegisterAction.REFUSE): GrantState.REFUSED,
    (GrantState.APPLIED, RegisterAction.TAKE_BACK): GrantState.WITHDRAWN,
    (GrantState.APPROVED, RegisterAction.TAKE_BACK): GrantState.WITHDRAWN,
    (GrantState.APPROVED, RegisterAction.EXECUTE): GrantState.EXECUTED,
}
"""(state before, step) to state after."""

OPEN_STATES = (GrantState.APPLIED, GrantState.APPROVED)
"""A user has one application in these states at a time."""

ENTRY_OF: Mapping[str, RegisterAction] = {
    GrantAction.GRANT.value: RegisterAction.EXECUTE,
    GrantAction.CHANGE.value: RegisterAction.CHANGE,
    GrantAction.WITHDRAW.value: RegisterAction.WITHDRAW,
}
"""The register's entry for the execution of an application."""


@dataclass(frozen=True)
class Officer:
    """Who takes a step: the account, its role and branch company (None: headquarters)."""

    user_id: int | None
    role: str
    branch_id: int | None


@dataclass(frozen=True)
class Rights:
    """What an account may do: its role, and the place that bounds it; a disabled account may do nothing."""

    role: str
    unit_id: int | None
    is_disabled: bool = False


@dataclass(frozen=True)
class Application:
    """An application for rights as its steps see it.

    ``user_id``: whose rights; ``branch_id``: the branch company that the rights belong to, None: headquarters, as for
    all ``HEADQUARTERS_ROLES``.
    ``applied_by`` signed it at ``signed_at``. ``approved_at`` and ``approved_by`` stand once it is approved.
    """

    user_id: int
    action: str
    role: str
    branch_id: int | None
    state: str
    applied_by: int | None
    signed_at: datetime | None
    approved_by: int | None = None
    approved_at: datetime | None = None


def decide_apply(action: str, asked: Rights, present: Rights, *, for_self: bool, may_withdraw_others: bool,
                 has_open: bool, reason: str) -> Decision:  # fmt: skip
    """Decide whether an application makes sense: a signed wish for the own account, one at a time (R-05).

    A grant asks for the rights of a new or disabled account or confirms those that it holds without an application;
    a change asks for others; a withdrawal ends all. Heads may ask for the withdrawal of accounts inside their reach.
    """
    if not reason.strip():
        return refuse("R-05.reason_missing")
    if len(reason) > REASON_LENGTH:
        return refuse("R-05.reason_long", limit=REASON_LENGTH)
    if not for_self and not (action == GrantAction.WITHDRAW and may_withdraw_others):
        return refuse("R-05.own_only")
    if has_open:
        return refuse("R-05.open_application")
    if action == GrantAction.CHANGE and (asked.role, asked.unit_id) == (present.role, present.unit_id):
        return refuse("R-05.nothing_changes")
    if action == GrantAction.WITHDRAW and present.is_disabled:
        return refuse("R-05.withdrawn_already")
    return allow("R-05.allowed")


def decide_approve(application: Application, officer: Officer) -> Decision:
    """Decide whether somebody may approve or refuse an application (R-04).

    The head of the same branch company, nobody else and no delegate; headquarters for what is its own. Never the
    applicant.
    """
    if application.state != GrantState.APPLIED:
        return refuse("R-04.state", grant_state=application.state)
    if officer.user_id is None or officer.user_id in (application.user_id, application.applied_by):
        return refuse("R-04.own")
    if application.branch_id is None:
        return allow("R-04.approved") if officer.role == Role.HQ else refuse("R-04.headquarters_approves")
    if officer.role != Role.BRANCH_HEAD:
        return refuse("R-04.head_approves")
    if officer.branch_id != application.branch_id:
        return refuse("R-04.other_branch")
    return allow("R-04.approved")


def decide_execute(application: Application, officer: Officer, at: datetime) -> Decision:
    """Decide whether somebody may execute an application (R-04): the user administrator of the same branch company.

    Only after the approval, only what was signed, and neither for the own account nor as its approver.
    """
    if application.state != GrantState.APPROVED or application.approved_at is None:
        return refuse("R-04.not_approved", grant_state=application.state)
    if at < application.approved_at:
        return refuse("R-04.before_approval")
    if application.signed_at is None:
        return refuse("R-04.unsigned")
    if officer.role != Role.USER_ADMIN:
        return refuse("R-04.admin_executes")
    if officer.user_id is None or officer.user_id in (application.user_id, application.applied_by,
                                                      application.approved_by):  # fmt: skip
        return refuse("R-04.own")
    if officer.branch_id != application.branch_id:
        return refuse("R-04.other_branch")
    return allow("R-04.executed")


def decide_take_back(application: Application, officer: Officer) -> Decision:
    """Decide whether somebody may take an application back: its applicant, until it is executed."""
    if (GrantState(application.state), RegisterAction.TAKE_BACK) not in STEPS:
        return refuse("R-04.state", grant_state=application.state)
    if officer.user_id is None or officer.user_id != application.applied_by:
        return refuse("R-05.own_only")
    return allow("R-05.allowed")


@dataclass(frozen=True)
class Entry:
    """One row of the register as the check of R-05 sees it: what was done, and whether the applicant signed."""

    action: str
    applicant_signed: bool
    role: str | None = None
    unit_id: int | None = None


def find_gap(present: Rights, entries: tuple[Entry, ...], *, place_counts: bool = True) -> str | None:
    """Return what the register lacks for one account, by its entries in order (R-05); None when it is complete.

    ``not_registered``: the account holds rights that no entry gave it; ``unsigned``: the entry that gave or ended
    its present rights is not signed; ``not_withdrawn``: disabled without an entry. ``place_counts`` False: the
    account is bound to a person, its place does not matter.
    """
    acts = [entry for entry in entries if entry.action in {*ENTRY_OF.values()}]
    last = acts[-1] if acts else None
    if present.is_disabled:
        if last is None or last.action != RegisterAction.WITHDRAW:
            return "not_withdrawn"
        return None if last.applicant_signed else "unsigned"
    if last is None or last.action == RegisterAction.WITHDRAW or last.role != present.role:
        return "not_registered"
    if place_counts and last.unit_id != present.unit_id:
        return "not_registered"
    return None if last.applicant_signed else "unsigned"
