"""What acts on a core list start and end with: the user's branch company, the list as it was seen, its version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, and_, false, select, true, update
from sqlalchemy.sql import ColumnElement

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result
from data_access.database import Database
from data_access.reads.holders import read_branches
from data_access.reads.type_rules import read_type_rules
from data_access.register.core_facts import core_rule
from data_access.tables import approval_chain, core_list, staff
from domain.decision import Reason
from domain.register_words import ChainState, CoreListState
from domain.relationship_types import TypeRule
from domain.words import Role


@dataclass(frozen=True)
class ListStand:
    """A list after an act: its number, version and state, and the lines that were not taken (client_no, reason)."""

    list_no: str
    version: int
    state: str
    refused: list[tuple[str, Reason]] = field(default_factory=list)


def once_on_lists(db: Database, actor: Actor, roles: tuple[Role, ...], request_id: str, kind: str,
                  act: Callable[[Connection, ActingUser], ListStand]) -> ListStand:  # fmt: skip
    """Run an act once per request, in one transaction; a repeat gives the same answer."""

    def work(connection: Connection) -> ListStand:
        user = acting_as(connection, actor, *roles)
        before = claim_request(connection, request_id, kind, user)
        if before is not None:
            return ListStand(before[0], before[1], before[2],
                             [(number, Reason(code, params)) for number, code, params in before[3]])  # fmt: skip
        stand = act(connection, user)
        keep_result(connection, request_id, [stand.list_no, stand.version, stand.state,
                                             [[number, reason.code, dict(reason.params)]
                                              for number, reason in stand.refused]])  # fmt: skip
        return stand

    return db.transact(work)


def branch_of(connection: Connection, user: ActingUser) -> int | None:
    """Return the branch company of a user's post, or of the person; None at headquarters."""
    unit_id = user.unit_id
    if unit_id is None and user.staff_id is not None:
        unit_id = connection.execute(select(staff.c.unit_id).where(staff.c.staff_id == user.staff_id)).scalar()
    return None if unit_id is None else read_branches(connection).get(unit_id)


def lists_for(connection: Connection, user: ActingUser) -> ColumnElement[bool]:
    """Return the condition that keeps the lists a user may see: of the own branch company, or all of the firm."""
    if user.scope.everything:
        return true()
    branch_id = branch_of(connection, user)
    return false() if branch_id is None or user.scope.is_empty else core_list.c.branch_id == branch_id


def read_rule(connection: Connection, on: date) -> TypeRule:
    """Return the type that goes by list on a day; raises ``Refused`` where none is published."""
    rule = core_rule(read_type_rules(connection, on))
    if rule is None:
        raise Refused(Reason("R-08.type", {"type": None, "on": on.isoformat()}))
    return rule


def seen_list(connection: Connection, user: ActingUser, list_no: str, version: int) -> Row[Any]:
    """Return a list that the user may see, locked; raises ``Refused`` when it changed since it was seen."""
    row = connection.execute(
        select(core_list, approval_chain.c.state.label("chain_state"))
        .outerjoin(approval_chain, approval_chain.c.chain_id == core_list.c.chain_id)
        .where(and_(core_list.c.list_no == list_no.strip(), lists_for(connection, user)))
        .with_for_update(of=core_list)
    ).first()  # fmt: skip
    if row is None:
        raise Refused(Reason("core.not_found", {"list_no": list_no.strip()}))
    if row.version != version:
        raise Refused(Reason("core.changed", {"list_no": row.list_no}))
    return row


def editable_list(connection: Connection, user: ActingUser, list_no: str, version: int) -> Row[Any]:
    """Return a list whose lines may change now: a draft, or one whose approval was returned."""
    row = seen_list(connection, user, list_no, version)
    if not is_editable(row.state, row.chain_state):
        raise Refused(Reason("core.state", {"list_no": row.list_no, "core_state": row.state}))
    return row


def is_editable(state: str, chain_state: str | None) -> bool:
    """Tell whether the lines of a list may change: before it is sent, and when it came back."""
    return state == CoreListState.DRAFT or (state == CoreListState.SUBMITTED and chain_state == ChainState.RETURNED)


def write_list(connection: Connection, user: ActingUser, row: Row[Any], act: str, details: dict[str, Any],
               refused: list[tuple[str, Reason]] | None = None, **values: Any) -> ListStand:  # fmt: skip
    """Write a list's new values with its next version and the audit row, and return how it stands."""
    connection.execute(update(core_list).where(core_list.c.list_id == row.list_id)
                       .values(version=row.version + 1, **values))  # fmt: skip
    append_audit(connection, action=f"core_list.{act}", user_id=user.user_id, operator=user.operator,
                 object_kind="core_list", object_key=row.list_no, details=details)  # fmt: skip
    return ListStand(row.list_no, row.version + 1, values.get("state", row.state), refused or [])
