"""The documents that belong to an approval: those of the chain, of its object and of the records it rests on."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select

from data_access.register.chains import named_in
from data_access.tables import preregistration, relationship, stored_document
from domain.documents import Form


def documents_of(connection: Connection, chain: Row[Any]) -> ColumnElement[bool]:
    """Return the condition that keeps the documents of a chain."""
    numbers = {value for key, value in named_in(json.loads(chain.content)) if key == "prereg_no"}
    record = preregistration.c
    records = set(connection.execute(select(record.prereg_id).where(record.prereg_no.in_(numbers))).scalars())
    if chain.object_kind == "relationship":
        held = relationship.c
        records.add(connection.execute(select(held.prereg_id).where(held.relationship_id == chain.object_id)).scalar())
    places = {("approval", chain.chain_id), (chain.object_kind, chain.object_id)}
    places |= {("preregistration", key) for key in records if key is not None}
    file = stored_document.c
    return or_(*(and_(file.object_kind == kind, file.object_id == key) for kind, key in sorted(places)))


def read_forms(connection: Connection, chain: Row[Any]) -> list[Form]:
    """Return the documents of a chain as the rules see them."""
    file = stored_document.c
    rows = connection.execute(select(file.kind, file.signed_on, file.checked_at)
                              .where(documents_of(connection, chain)).order_by(file.document_id))  # fmt: skip
    return [Form(row.kind, row.signed_on, row.checked_at is not None) for row in rows]
