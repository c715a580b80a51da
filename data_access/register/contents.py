"""What approvers decide on: canonical content, completed from the object itself, and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Row, select

from data_access.register.core_contents import renew_core_list
from data_access.tables import relationship, relationship_share, staff

Content = dict[str, Any]


def read_content(connection: Connection, chain: Row[Any]) -> Content:
    """Return the content of a chain as its object is now."""
    return complete_content(connection, chain.object_kind, chain.object_id, json.loads(chain.content))


def complete_content(connection: Connection, object_kind: str, object_id: int, content: Mapping[str, Any]) -> Content:
    """Return content with what the object itself says, so that a change of the object is a change of the content."""
    renew = RENEWALS.get(object_kind)
    return renew(connection, object_id, dict(content)) if renew else dict(content)


def is_as_submitted(connection: Connection, chain: Row[Any]) -> bool:
    """Tell whether the object still says what the chain's content says."""
    return bool(content_digest(canonical(read_content(connection, chain))) == chain.content_hash)


def canonical(content: Mapping[str, object]) -> str:
    """Write content as JSON with sorted keys, the form whose hash approvers decide on."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def content_digest(body: str) -> str:
    """Return the SHA-256 of canonical content."""
    return hashlib.sha256(body.encode()).hexdigest()


def renew_relationship(connection: Connection, relationship_id: int, content: Content) -> Content:
    """Return the content with the holders and the first day as the pending relationship has them now."""
    held, share = relationship.c, relationship_share.c
    row = connection.execute(select(held.type, held.valid_from).where(held.relationship_id == relationship_id)).first()
    if row is None:
        return content
    people = connection.execute(
        select(staff.c.staff_no, share.share_bp).join(staff, staff.c.staff_id == share.staff_id)
        .where(share.relationship_id == relationship_id).order_by(staff.c.staff_no)
    )  # fmt: skip
    holders = [{"staff_no": person.staff_no, "share_bp": person.share_bp} for person in people]
    return {**content, "type": row.type, "valid_from": row.valid_from.isoformat(), "holders": holders}


RENEWALS: Mapping[str, Callable[[Connection, int, Content], Content]] = {
    "core_list": renew_core_list, "relationship": renew_relationship,
}  # fmt: skip
"""Object kind to how its content is renewed; other kinds keep what was submitted."""
