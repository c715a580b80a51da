"""What somebody who leaves is taken out of: relationships, approvals, pre-registrations, prospects (R-13, R-39).

Colleagues keep what is theirs: a shared relationship goes on with the other holders and their shares.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from data_access.actor import ActingUser
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.prospects import log_prospect
from data_access.register.chains import open_next_round
from data_access.register.confirm import release_relationship
from data_access.register.contents import read_content
from data_access.register.effects import CLOSINGS
from data_access.register.numbers import next_id, relationship_number
from data_access.register.task_links import lapse_task
from data_access.tables import (
    approval_chain,
    preregistration,
    preregistration_share,
    prospect,
    relationship,
    relationship_share,
)
from domain.approvals import OPEN_CHAIN_STATES
from domain.register_words import ChainState, PreregistrationState
from domain.relationship_origin import CONTINUED
from domain.staff_exit import HeldItemFate, first_day_without
from domain.words import RelationshipState


def leave_relationship(connection: Connection, user: ActingUser, row: Row[Any], *, staff_id: int, exit_on: date,
                       reason: str) -> HeldItemFate:  # fmt: skip
    """End a relationship for a leaver; with other holders a new one goes on with their shares from the same day.

    What the others hold was confirmed once and is not asked anew (a licence that has ended since is a conflict item,
    R-03); the part of the leaver stays unattributed. A row of ``read_inventory``.
    """
    first = first_day_without(exit_on, row.valid_from)
    ends = row.valid_to
    release_relationship(connection, user_id=user.user_id, relationship_id=row.relationship_id, valid_to=first,
                         reason=reason)  # fmt: skip
    share = relationship_share.c
    others = connection.execute(
        select(share.staff_id, share.share_bp)
        .where(share.relationship_id == row.relationship_id, share.staff_id != staff_id).order_by(share.staff_id)
    ).all()  # fmt: skip
    if not others:
        return HeldItemFate.ENDED
    key = next_id(connection, relationship)
    number = relationship_number(key)
    connection.execute(insert(relationship).values(
        relationship_id=key, relationship_no=number, client_id=row.client_id, type=row.type,
        state=RelationshipState.CONFIRMED.value, valid_from=first, valid_to=ends, how_confirmed=CONTINUED,
        confirmed_at=now(), created_by=user.user_id, created_at=now(), chain_id=row.chain_id, version=1))  # fmt: skip
    connection.execute(insert(relationship_share), [
        {"relationship_id": key, "staff_id": other.staff_id, "share_bp": other.share_bp} for other in others
    ])  # fmt: skip
    append_audit(connection, action="relationship.continue", user_id=user.user_id, operator=user.operator,
                 object_kind="relationship", object_key=number,
                 details={"after": row.relationship_no, "type": row.type, "from": first.isoformat(),
                          "holders": sorted((other.staff_id, other.share_bp) for other in others)})  # fmt: skip
    return HeldItemFate.CONTINUED


def leave_pending(connection: Connection, user: ActingUser, row: Row[Any], *, staff_id: int) -> HeldItemFate:
    """Take a leaver out of a relationship under approval: it ends, or is approved anew for the other holders."""
    chain = connection.execute(
        select(approval_chain)
        .where(approval_chain.c.object_kind == "relationship", approval_chain.c.object_id == row.relationship_id,
               approval_chain.c.state.in_([state.value for state in OPEN_CHAIN_STATES]))
        .with_for_update()
    ).first()  # fmt: skip
    link = relationship.c
    if row.holders > 1:
        share = relationship_share.c
        connection.execute(delete(relationship_share).where(share.relationship_id == row.relationship_id,
                                                            share.staff_id == staff_id))  # fmt: skip
        connection.execute(update(relationship).where(link.relationship_id == row.relationship_id)
                           .values(version=link.version + 1))  # fmt: skip
        if chain is not None:
            open_next_round(connection, chain, read_content(connection, chain))
            _log_chain(connection, user, chain, "approval.resubmit")
        return HeldItemFate.CONTINUED
    if chain is None:
        connection.execute(update(relationship).where(link.relationship_id == row.relationship_id)
                           .values(state=RelationshipState.REJECTED.value, version=link.version + 1))  # fmt: skip
        return HeldItemFate.ENDED
    connection.execute(
        update(approval_chain).where(approval_chain.c.chain_id == chain.chain_id)
        .values(state=ChainState.WITHDRAWN.value, closed_at=now(), version=chain.version + 1)
    )  # fmt: skip
    CLOSINGS["relationship"](connection, chain, user)
    _log_chain(connection, user, chain, "approval.withdraw")
    return HeldItemFate.ENDED


def leave_preregistration(connection: Connection, user: ActingUser, row: Row[Any], *, staff_id: int) -> HeldItemFate:
    """Take a leaver out of an active pre-registration; it is withdrawn when nobody else stands in it."""
    record, share = preregistration.c, preregistration_share.c
    if row.holders > 1:
        connection.execute(delete(preregistration_share).where(share.prereg_id == row.prereg_id,
                                                               share.staff_id == staff_id))  # fmt: skip
        values: dict[str, Any] = {}
    else:
        values = {"state": PreregistrationState.WITHDRAWN.value, "withdrawn_at": now(), "exclusive_key": None}
    connection.execute(update(preregistration).where(record.prereg_id == row.prereg_id)
                       .values(version=record.version + 1, **values))  # fmt: skip
    lapse_task(connection, row.task_id, user.user_id)
    append_audit(connection, action="preregistration.leave", user_id=user.user_id, operator=user.operator,
                 object_kind="preregistration", object_key=row.prereg_no,
                 details={"staff_id": staff_id, "share_bp": row.share_bp, "withdrawn": bool(values)})  # fmt: skip
    return HeldItemFate.ENDED if values else HeldItemFate.CONTINUED


def leave_prospect(connection: Connection, user: ActingUser, row: Row[Any], *, successor: int | None) -> HeldItemFate:
    """Hand a prospect on, or leave it to the office without a person."""
    one = prospect.c
    connection.execute(update(prospect).where(one.prospect_id == row.prospect_id)
                       .values(staff_id=successor, version=one.version + 1))  # fmt: skip
    log_prospect(connection, user, row.prospect_id, "leave")
    return HeldItemFate.ENDED if successor is None else HeldItemFate.HANDED_ON


def _log_chain(connection: Connection, user: ActingUser, chain: Row[Any], action: str) -> None:
    append_audit(connection, action=action, user_id=user.user_id, operator=user.operator, object_kind="approval",
                 object_key=chain.chain_no, details={"round": chain.round, "cause": "exit"})  # fmt: skip
