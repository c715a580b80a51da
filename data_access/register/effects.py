"""What an approval does: one function per kind of object when its last level approves, one when it ends otherwise.

Owners of an object add their line to ``EFFECTS`` and ``CLOSINGS``. A function runs inside the approver's transaction;
raising ``Refused`` undoes the press, and the chain stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from data_access.actor import ActingUser
from data_access.commands.acting import Refused, require
from data_access.reads.type_rules import read_type_rules
from data_access.register.confirm import confirm_relationship, end_development, reject_relationship
from data_access.register.core_effects import apply_core_list, close_core_list
from data_access.register.documents_on_file import read_forms
from data_access.tables import relationship, relationship_share
from domain.decision import Reason
from domain.documents import decide_forms, required_documents
from domain.register_words import ChainKind

Effect = Callable[[Connection, Row[Any], ActingUser], None]
"""(connection, chain row, the user who decided) to nothing; raises ``Refused``."""


def confirm_pending(connection: Connection, chain: Row[Any], user: ActingUser) -> None:
    """Confirm the pending relationship of a chain once its documents are on file (R-14, R-16, R-37)."""
    held, share = relationship.c, relationship_share.c
    row = connection.execute(select(relationship).where(held.relationship_id == chain.object_id)).first()
    if row is None:
        raise Refused(Reason("relationship.not_found"))
    rule = read_type_rules(connection, row.valid_from)[row.type]
    require(decide_forms(required_documents(rule.documents, chain.kind), read_forms(connection, chain),
                         event_on=row.valid_from))  # fmt: skip
    holders = connection.execute(
        select(share.staff_id, share.share_bp).where(share.relationship_id == row.relationship_id)
        .order_by(share.staff_id)
    ).all()  # fmt: skip
    if chain.kind == ChainKind.SPECIAL_NEW:
        end_development(connection, client_id=row.client_id, on=row.valid_from)
    confirm_relationship(connection, user_id=user.user_id, client_id=row.client_id, type=row.type,
                         valid_from=row.valid_from, holders=[(entry.staff_id, entry.share_bp) for entry in holders],
                         how="approved", event_id=row.event_id, prereg_id=row.prereg_id, chain_id=chain.chain_id,
                         relationship_id=row.relationship_id)  # fmt: skip


def close_pending(connection: Connection, chain: Row[Any], user: ActingUser) -> None:
    """Close the pending relationship of a chain that was rejected or withdrawn."""
    del user
    reject_relationship(connection, relationship_id=chain.object_id)


EFFECTS: Mapping[str, Effect] = {
    "core_list": apply_core_list,
    "relationship": confirm_pending,
}
"""Object kind to what the approval of the last level does."""

CLOSINGS: Mapping[str, Effect] = {
    "core_list": close_core_list,
    "relationship": close_pending,
}
"""Object kind to what a rejection or a withdrawal does."""
