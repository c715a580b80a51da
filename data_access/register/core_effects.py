"""What becomes of a core list once it is decided: headquarters builds the relationships line by line (R-30 to R-32)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, select, update

from data_access.actor import ActingUser
from data_access.audit import append_audit
from data_access.clock import business_date
from data_access.commands.acting import Refused
from data_access.reads.type_rules import read_type_rules
from data_access.register.confirm import confirm_relationship, release_relationship
from data_access.register.contents import is_as_submitted
from data_access.register.core_contents import list_day, read_lines
from data_access.register.core_facts import CoreBook, core_rule, read_core_book
from data_access.scope import FIRM
from data_access.tables import approval_chain, core_list, core_list_line
from domain.core_lists import CoreLine, decide_lines
from domain.decision import Reason
from domain.register_words import ChainState, CoreAction, CoreListState, CoreVerdict


def apply_core_list(connection: Connection, chain: Row[Any], user: ActingUser) -> None:
    """Build what the list asks for, releases first; a line that does not stand any more is rejected, the others stand.

    Raises ``Refused`` when the lines are not those that the approvers were shown.
    """
    row = connection.execute(select(core_list).where(core_list.c.list_id == chain.object_id).with_for_update()).one()
    lines, on = read_lines(connection, row.list_id), list_day(chain)
    if not is_as_submitted(connection, chain):
        raise Refused(Reason("core.changed", {"list_no": row.list_no}))
    standing = [line for line in lines if line.verdict is None]
    asked = [CoreLine(line.action, line.client_no, line.staff_no) for line in standing]
    rules = read_type_rules(connection, on)
    rule = core_rule(rules)
    if rule is None:
        raise Refused(Reason("R-08.type", {"type": chain.type, "on": on.isoformat()}))
    book = read_core_book(connection, FIRM, rules, asked, on)
    verdicts = decide_lines(rule, asked, branch_id=row.branch_id, on=on, clients=book.clients, advisers=book.advisers)
    done = 0
    for line, verdict in sorted(zip(standing, verdicts, strict=True),
                                key=lambda pair: (pair[0].action == CoreAction.ADD, pair[0].position)):  # fmt: skip
        if not verdict:
            reject_line(connection, line.line_id, verdict.reason)
            continue
        try:
            key = _build(connection, chain, row, line, book, on, user)
        except Refused as refused:
            reject_line(connection, line.line_id, refused.reason)
            continue
        connection.execute(update(core_list_line).where(core_list_line.c.line_id == line.line_id).values(
            verdict=CoreVerdict.DONE.value, relationship_id=key))  # fmt: skip
        done += 1
    _close(connection, row, CoreListState.APPROVED, user, {"done": done, "rejected": len(lines) - done})


def _build(connection: Connection, chain: Row[Any], row: Row[Any], line: Row[Any], book: CoreBook, on: date,
           user: ActingUser) -> int:  # fmt: skip
    if line.action == CoreAction.RELEASE:
        key = book.held[line.client_no]
        release_relationship(connection, user_id=user.user_id, relationship_id=key, valid_to=on, reason=row.list_no)
        return key
    return confirm_relationship(
        connection, user_id=user.user_id, client_id=book.client_ids[line.client_no], type=chain.type, valid_from=on,
        holders=[(book.staff_ids[line.staff_no], 10_000)], how="approved", chain_id=chain.chain_id)  # fmt: skip


def reject_line(connection: Connection, line_id: int, reason: Reason) -> None:
    """Keep why a line does not stand."""
    connection.execute(
        update(core_list_line).where(core_list_line.c.line_id == line_id)
        .values(verdict=CoreVerdict.REJECTED.value,
                reason=json.dumps([reason.code, dict(reason.params)], ensure_ascii=False))
    )  # fmt: skip


def line_reason(stored: str | None) -> Reason | None:
    """Return the reason that a line keeps."""
    return None if stored is None else Reason(*json.loads(stored))


def close_core_list(connection: Connection, chain: Row[Any], user: ActingUser) -> None:
    """Close a list whose approval was rejected or withdrawn; nothing is built."""
    row = connection.execute(select(core_list).where(core_list.c.list_id == chain.object_id).with_for_update()).one()
    now_is = connection.execute(
        select(approval_chain.c.state).where(approval_chain.c.chain_id == chain.chain_id)
    ).scalar_one()
    state = CoreListState.WITHDRAWN if now_is == ChainState.WITHDRAWN else CoreListState.REJECTED
    _close(connection, row, state, user, {})


def _close(connection: Connection, row: Row[Any], state: CoreListState, user: ActingUser,
           counts: dict[str, int]) -> None:  # fmt: skip
    connection.execute(update(core_list).where(core_list.c.list_id == row.list_id)
                       .values(state=state.value, version=core_list.c.version + 1))  # fmt: skip
    append_audit(connection, action=f"core_list.{state.value}", user_id=user.user_id, operator=user.operator,
                 object_kind="core_list", object_key=row.list_no,
                 details={"on": business_date().isoformat(), **counts})  # fmt: skip
