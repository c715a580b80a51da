"""The window of a core list: what a branch company has sent before, and for which day a draft is drawn up (R-33)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, exists, or_, select

from data_access.reads.holders import read_branches
from data_access.tables import client, core_list, relationship
from domain.core_lists import WindowFacts, is_window, next_window
from domain.months import month_of
from domain.register_words import CoreListState
from domain.relationship_types import TypeRule
from domain.words import RelationshipState

SENT = (CoreListState.SUBMITTED.value, CoreListState.APPROVED.value)
"""States of a list that was sent and not refused as a whole."""


def read_window(connection: Connection, type_code: str, branch_id: int, on: date, *,
                apart_from: int | None = None) -> WindowFacts:  # fmt: skip
    """Return what a branch company sent in the month of a day and ever; ``apart_from``: the list that asks."""
    row = core_list.c
    sent = connection.execute(
        select(row.list_no, row.month).where(row.branch_id == branch_id, row.state.in_(SENT),
                                             row.list_id != (apart_from or 0)).order_by(row.list_id)
    ).all()  # fmt: skip
    own = next((one.list_no for one in sent if one.month == month_of(on)), None)
    return WindowFacts(own, has_history=bool(sent) or _has_core(connection, type_code, branch_id))


def _has_core(connection: Connection, type_code: str, branch_id: int) -> bool:
    """Tell whether clients of a branch company ever had relationships of the type, imported ones too."""
    offices = [unit for unit, branch in read_branches(connection).items() if branch == branch_id]
    link = relationship.c
    held = exists().where(link.client_id == client.c.client_id, link.type == type_code,
                          or_(link.state == RelationshipState.CONFIRMED.value,
                              link.state == RelationshipState.RELEASED.value))  # fmt: skip
    found = connection.execute(select(client.c.client_id).where(client.c.office_id.in_(offices), held).limit(1))
    return found.first() is not None


def list_day_of_draft(rule: TypeRule, today: date, facts: WindowFacts) -> date:
    """Return the day whose facts a draft is checked on: today where a list can be sent, else the next window's first.

    A branch company that has sent its list of this window draws up the one of the next.
    """
    may_send_now = facts.sent_no is None and (is_window(rule, today) or not facts.has_history)
    return today if may_send_now else next_window(rule, today) or today
