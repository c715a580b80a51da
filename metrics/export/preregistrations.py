"""The file of pre-registrations: the rows of the page, whole, one row per holder, inside the reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from data_access.actor import ActingUser
from data_access.clock import business_date
from data_access.database import Database
from data_access.reads.preregistrations import PAGE_ROWS, PreregistrationView, read_preregistrations, sort_value
from data_access.register.export import share_text
from domain.register_words import PreregistrationRoute, PreregistrationState
from domain.words import DocumentKind, RelationshipType, codes
from metrics.export.files import Column, Export
from metrics.export.lists import ListRequest
from metrics.export.plain import plain_export
from metrics.export.types import type_namer
from metrics.units import COUNT

Params = Mapping[str, Any]
_COLUMNS = (
    Column("prereg_no", "Record number"), Column("state", "State", words=PreregistrationState),
    Column("days_left", "Days left", COUNT), Column("type", "Relationship type", words=RelationshipType),
    Column("route", "Path", words=PreregistrationRoute), Column("client_name", "Name"),
    Column("document_kind", "Document", words=DocumentKind), Column("document_masked", "Document number"),
    Column("contact_masked", "Contact"), Column("registered_at", "Registered"), Column("expires_on", "Last day"),
    Column("duplicate", "Duplicates", COUNT), Column("task_no", "Task"), Column("staff_no", "Staff number"),
    Column("staff", "Staff member"), Column("share", "Share"),
)  # fmt: skip
_NOTES = (
    ("Share", "Parts of 1, one row per holder."),
    ("Days left", "Days after today on which the record is still valid; the last day counts."),
    ("Duplicates", "1 where somebody else's valid record names the same client."),
)


def _export(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    return plain_export(db, user, params, title="Pre-registrations", columns=_COLUMNS, rows=_rows(db, request),
                        notes=_NOTES)  # fmt: skip


def _rows(db: Database, request: ListRequest) -> Iterator[dict[str, Any]]:
    asked, after, name = str(request.params.get("view") or ""), None, type_namer(db, request.language)
    view = asked if asked in codes(PreregistrationView) else PreregistrationView.VALID.value
    while True:
        with db.reading() as connection:
            page = read_preregistrations(connection, request.scope, on=business_date(), view=view, after=after,
                                         search=str(request.params.get("find") or ""))  # fmt: skip
        for row in page:
            for holder in row.holders:
                yield {**vars(row), "type": name(row.type), "duplicate": int(row.several), "staff_no": holder.staff_no,
                       "staff": holder.name, "share": Decimal(share_text(holder.share_bp))}  # fmt: skip
        if len(page) < PAGE_ROWS:
            return
        after = (sort_value(view, page[-1]), page[-1].prereg_id)


EXPORTERS: dict[str, Callable[[Database, ActingUser, Params], Export]] = {"preregistrations": _export}
"""Kind of list -> writer of its file; the rows are those inside the user's reach."""
