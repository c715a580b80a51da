"""The lines of a core list: the branch company adds and removes, headquarters rejects one by one (R-30, R-32)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, delete, func, insert, select, update

from data_access.actor import ActingUser, Actor
from data_access.clock import business_date
from data_access.commands.acting import Refused, require_word
from data_access.database import Database
from data_access.reads.type_rules import read_type_rules
from data_access.register.core_drafts import ListStand, editable_list, once_on_lists, seen_list, write_list
from data_access.register.core_effects import reject_line
from data_access.register.core_facts import read_core_book
from data_access.scope import clients_in
from data_access.tables import approval_chain, approval_step, client, core_list_line
from domain.core_lists import LIST_LIMIT, CoreLine
from domain.decision import Reason
from domain.register_words import ChainState, CoreAction, Post
from domain.words import Role

DRAFT_ROLES = (Role.BRANCH_HEAD, Role.BRANCH_REVIEWER, Role.OFFICE_HEAD)
"""Roles that draw up the list of their branch company."""


def add_core_lines(db: Database, *, actor: Actor, list_no: str, version: int, lines: Sequence[CoreLine],
                   request_id: str) -> ListStand:  # fmt: skip
    """Add lines at the end of a draft, or of a list that was returned.

    Clients outside the user's reach and unknown staff are not taken; other faults stand beside the line until it is
    mended or the list is sent. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    for line in lines:
        require_word("action", line.action, CoreAction)

    def work(connection: Connection, user: ActingUser) -> ListStand:
        row, today = editable_list(connection, user, list_no, version), business_date()
        book = read_core_book(connection, user.scope, read_type_rules(connection, today), lines, today)
        last, count = connection.execute(
            select(func.coalesce(func.max(core_list_line.c.position), 0), func.count())
            .where(core_list_line.c.list_id == row.list_id)
        ).one()  # fmt: skip
        taken = [line for line in lines if line.client_no in book.client_ids and line.staff_no in book.staff_ids]
        if count + len(taken) > LIST_LIMIT:
            raise Refused(Reason("core.too_long", {"limit": LIST_LIMIT}))
        if taken:
            connection.execute(insert(core_list_line), [
                {"list_id": row.list_id, "position": last + number, "action": line.action,
                 "client_no": line.client_no, "staff_no": line.staff_no,
                 "client_id": book.client_ids[line.client_no], "staff_id": book.staff_ids[line.staff_no]}
                for number, line in enumerate(taken, start=1)
            ])  # fmt: skip
        refused = [
            (line.client_no,
             Reason("R-26.staff_not_found", {"staff_no": line.staff_no}) if line.client_no in book.client_ids
             else Reason("client.not_found", {"client_no": line.client_no}))
            for line in lines if line not in taken
        ]  # fmt: skip
        return write_list(connection, user, row, "add", {"lines": len(taken)}, refused)

    return once_on_lists(db, actor, DRAFT_ROLES, request_id, "core_list.add", work)


def remove_core_lines(db: Database, *, actor: Actor, list_no: str, version: int, positions: Sequence[int],
                      request_id: str) -> ListStand:  # fmt: skip
    """Take lines of clients inside the reach out of a draft, or of a list that was returned."""

    def work(connection: Connection, user: ActingUser) -> ListStand:
        row, line = editable_list(connection, user, list_no, version), core_list_line.c
        mine = select(client.c.client_id).where(clients_in(user.scope, client.c.client_id, client.c.office_id))
        gone = connection.execute(
            delete(core_list_line).where(line.list_id == row.list_id, line.position.in_(list(positions)),
                                         line.client_id.in_(mine))
        )  # fmt: skip
        return write_list(connection, user, row, "remove", {"lines": gone.rowcount})

    return once_on_lists(db, actor, DRAFT_ROLES, request_id, "core_list.remove", work)


def review_core_lines(db: Database, *, actor: Actor, list_no: str, version: int, positions: Sequence[int],
                      reason: str, request_id: str) -> ListStand:  # fmt: skip
    """Reject lines at headquarters with a reason, or let lines that it rejected stand again with an empty one (R-32).

    Only while the list waits for headquarters. The approval then counts as changed, so that nobody approves other
    lines than those seen. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    words = reason.strip()

    def work(connection: Connection, user: ActingUser) -> ListStand:
        row = seen_list(connection, user, list_no, version)
        if not _waits_for_headquarters(connection, row.chain_id):
            raise Refused(Reason("core.state", {"list_no": row.list_no, "core_state": row.state}))
        line = core_list_line.c
        found = {one.position: one for one in connection.execute(
            select(core_list_line).where(line.list_id == row.list_id, line.position.in_(list(positions))))}  # fmt: skip
        missing = next((position for position in positions if position not in found), None)
        if missing is not None:
            raise Refused(Reason("core.line_unknown", {"position": missing}))
        for one in found.values():
            if words and one.verdict is None:
                reject_line(connection, one.line_id, Reason("R-32.reviewed", {"reason": words}))
            elif not words and one.reason is not None and one.reason.startswith('["R-32.reviewed"'):
                connection.execute(update(core_list_line).where(line.line_id == one.line_id)
                                   .values(verdict=None, reason=None))  # fmt: skip
        connection.execute(update(approval_chain).where(approval_chain.c.chain_id == row.chain_id)
                           .values(version=approval_chain.c.version + 1))  # fmt: skip
        return write_list(connection, user, row, "review", {"lines": sorted(found), "rejected": bool(words)})

    return once_on_lists(db, actor, (Role.HQ,), request_id, "core_list.review", work)


def _waits_for_headquarters(connection: Connection, chain_id: int | None) -> bool:
    chain, step = approval_chain.c, approval_step.c
    found = connection.execute(
        select(step.position)
        .join(approval_chain, chain.chain_id == step.chain_id)
        .where(chain.chain_id == (chain_id or 0), chain.state == ChainState.RUNNING.value, step.round == chain.round,
               step.level == chain.level, step.post == Post.HEADQUARTERS.value, step.decision.is_(None))
    ).first()  # fmt: skip
    return found is not None
