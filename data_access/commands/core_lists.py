"""A branch company opens, sends and gives up its list of core clients (R-32, R-33)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, insert_for, require
from data_access.database import Database
from data_access.reads.type_rules import read_type_rules
from data_access.register.chains import open_chain, open_next_round
from data_access.register.core_contents import read_lines, renew_core_list
from data_access.register.core_drafts import (
    ListStand,
    branch_of,
    editable_list,
    once_on_lists,
    read_rule,
    write_list,
)
from data_access.register.core_facts import read_core_book
from data_access.register.core_window import list_day_of_draft, read_window
from data_access.register.numbers import next_id
from data_access.scope import FIRM
from data_access.tables import approval_chain, core_list, core_list_line
from domain.approvals import ChainAct, decide_move
from domain.core_lists import CoreLine, decide_lines, decide_window
from domain.decision import Reason
from domain.months import month_of
from domain.register_words import ChainKind, CoreListState, CoreVerdict
from domain.relationship_types import TypeRule
from domain.words import Role

SEND_ROLES = (Role.BRANCH_HEAD, Role.BRANCH_REVIEWER)
"""Roles that open, send and give up the list of their branch company; headquarters makes none of its own (R-32)."""


CLOSED = (CoreListState.WITHDRAWN.value, CoreListState.REJECTED.value)
"""States in which a list takes no window."""


def open_core_list(db: Database, *, actor: Actor, request_id: str) -> ListStand:
    """Open the draft of the user's branch company for this window, or for the next one outside of it.

    Refused when the branch company already has a list for that window. Raises ``NotSignedIn``, ``NotAllowed``,
    ``Refused``.
    """

    def work(connection: Connection, user: ActingUser) -> ListStand:
        branch_id, today = branch_of(connection, user), business_date()
        if branch_id is None:
            raise Refused(Reason("core.no_branch"))
        rule = read_rule(connection, today)
        month = month_of(list_day_of_draft(rule, today, read_window(connection, rule.type, branch_id, today)))
        key = next_id(connection, core_list)
        number = f"CORE-{key:06d}"
        made = connection.execute(
            insert_for(connection, core_list)
            .values(list_id=key, list_no=number, branch_id=branch_id, month=month, state=CoreListState.DRAFT.value,
                    created_by=user.user_id, created_at=now(), version=1)
            .on_conflict_do_nothing().returning(core_list.c.list_id)
        ).first()  # fmt: skip
        if made is None:
            other = connection.execute(
                select(core_list.c.list_no).where(core_list.c.branch_id == branch_id, core_list.c.month == month)
                .order_by(core_list.c.list_id.desc())
            ).scalar()  # fmt: skip
            raise Refused(Reason("R-33.sent", {"list_no": other}))
        append_audit(connection, action="core_list.open", user_id=user.user_id, object_kind="core_list",
                     object_key=number, details={"month": month, "branch": branch_id})  # fmt: skip
        return ListStand(number, 1, CoreListState.DRAFT.value)

    return once_on_lists(db, actor, SEND_ROLES, request_id, "core_list.open", work)


def submit_core_list(db: Database, *, actor: Actor, list_no: str, version: int, request_id: str) -> ListStand:
    """Send a list to its approval: the branch head, then headquarters (R-32).

    The window is asked (R-33) and every line is decided on this day's facts; faulty lines stay in the list as rejected.
    A list that was returned starts its approval again. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """

    def work(connection: Connection, user: ActingUser) -> ListStand:
        row, today = editable_list(connection, user, list_no, version), business_date()
        rule = read_rule(connection, today)
        facts = read_window(connection, rule.type, row.branch_id, today, apart_from=row.list_id)
        require(decide_window(rule, today, facts))
        _require_free_month(connection, row, month_of(today))
        lines = read_lines(connection, row.list_id)
        standing = _decide_all(connection, row, rule, lines, today)
        if not standing:
            raise Refused(Reason("core.empty"))
        content = renew_core_list(connection, row.list_id, {"on": today.isoformat()})
        if row.chain_id is None:
            chain_id = open_chain(
                connection, object_kind="core_list", object_id=row.list_id, kind=ChainKind.CORE_LIST.value,
                type=rule.type, levels=rule.levels(ChainKind.CORE_LIST), branch_id=row.branch_id, office_id=None,
                client_id=None, content=content, submitted_by=user.user_id)  # fmt: skip
        else:
            chain_id = _send_again(connection, user, row, content)
        return write_list(connection, user, row, "submit", {"lines": len(lines), "standing": standing},
                          state=CoreListState.SUBMITTED.value, chain_id=chain_id, month=month_of(today))  # fmt: skip

    return once_on_lists(db, actor, SEND_ROLES, request_id, "core_list.submit", work)


def _require_free_month(connection: Connection, row: Row[Any], month: int) -> None:
    """A draft of another window that is sent now must not meet this window's own draft."""
    other = core_list.c
    own = connection.execute(
        select(other.list_no).where(other.branch_id == row.branch_id, other.month == month,
                                    other.list_id != row.list_id, other.state.not_in(CLOSED))
    ).scalar()  # fmt: skip
    if own is not None:
        raise Refused(Reason("R-33.sent", {"list_no": own}))


def _decide_all(connection: Connection, row: Row[Any], rule: TypeRule, lines: Any, on: date) -> int:
    """Write the verdict of every line as of a day and return how many stand."""
    asked = [CoreLine(line.action, line.client_no, line.staff_no) for line in lines]
    book = read_core_book(connection, FIRM, read_type_rules(connection, on), asked, on)
    verdicts = decide_lines(rule, asked, branch_id=row.branch_id, on=on, clients=book.clients, advisers=book.advisers)
    for line, verdict in zip(lines, verdicts, strict=True):
        kept = None if verdict else json.dumps([verdict.reason.code, dict(verdict.reason.params)], ensure_ascii=False)
        connection.execute(update(core_list_line).where(core_list_line.c.line_id == line.line_id).values(
            verdict=None if verdict else CoreVerdict.REJECTED.value, reason=kept))  # fmt: skip
    return sum(map(bool, verdicts))


def _send_again(connection: Connection, user: ActingUser, row: Row[Any], content: dict[str, object]) -> int:
    chain = connection.execute(
        select(approval_chain).where(approval_chain.c.chain_id == row.chain_id).with_for_update()
    ).one()
    require(decide_move(chain.chain_no, chain.state, ChainAct.RESUBMIT))
    if chain.submitted_by != user.user_id:
        raise Refused(Reason("approval.not_submitter"))
    open_next_round(connection, chain, content)
    return int(chain.chain_id)


def withdraw_core_draft(db: Database, *, actor: Actor, list_no: str, version: int, request_id: str) -> ListStand:
    """Give a draft up; a list that was sent is withdrawn with its approval. Raises as the others do."""

    def work(connection: Connection, user: ActingUser) -> ListStand:
        row = editable_list(connection, user, list_no, version)
        if row.state != CoreListState.DRAFT:
            raise Refused(Reason("core.state", {"list_no": row.list_no, "core_state": row.state}))
        return write_list(connection, user, row, "withdraw", {}, state=CoreListState.WITHDRAWN.value)

    return once_on_lists(db, actor, SEND_ROLES, request_id, "core_list.withdraw", work)
