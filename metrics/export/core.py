"""Files of core service: the core clients of a reach, and one list with the verdict of every line (R-30 to R-33)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from data_access.actor import ActingUser
from data_access.clock import business_date
from data_access.database import Database
from data_access.reads.core_lists import PAGE_ROWS, read_core_clients, read_core_lines, read_core_lists
from domain.months import month_text
from domain.reasons import reason_text
from domain.register_words import CoreAction, CoreListState, CoreVerdict
from metrics.errors import QuestionError
from metrics.export.files import Column, Export
from metrics.export.lists import ListRequest
from metrics.export.plain import plain_export
from metrics.language import SOURCE, translator

Params = Mapping[str, Any]
_CLIENTS = (
    Column("client_no", "Client number"), Column("client", "Name"), Column("office_code", "Office code"),
    Column("office", "Business office"), Column("opened_on", "Opened"), Column("staff_no", "Staff number"),
    Column("adviser", "Adviser"), Column("valid_from", "From"), Column("relationship_no", "Relationship"),
)  # fmt: skip
_LINES = (
    Column("list_no", "List"), Column("branch", "Branch company"), Column("month", "Window"),
    Column("state", "State", words=CoreListState), Column("position", "List line"),
    Column("action", "Asked", words=CoreAction), Column("client_no", "Client number"), Column("client", "Name"),
    Column("office", "Business office"), Column("staff_no", "Staff number"), Column("adviser", "Adviser"),
    Column("verdict", "Verdict", words=CoreVerdict), Column("why", "Why not"),
)  # fmt: skip


def _export_clients(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    notes = [("Core clients", "Confirmed core relationships that hold today, one adviser each.")]
    return plain_export(db, user, params, title="Core clients", columns=_CLIENTS, rows=_client_rows(request),
                        notes=notes)  # fmt: skip


def _client_rows(request: ListRequest) -> Iterator[Mapping[str, Any]]:
    """Yield the core clients page by page, of one adviser where the page shows one."""
    after, staff_no = 0, request.params.get("staff")
    while True:
        with request.db.reading() as connection:
            page = read_core_clients(connection, request.scope, business_date(), after=after,
                                     staff_no=str(staff_no) if staff_no else None)  # fmt: skip
        yield from page
        if len(page) < PAGE_ROWS:
            return
        after = page[-1]["relationship_id"]


def _export_list(db: Database, user: ActingUser, params: Params) -> Export:
    translate, asked = translator(str(params.get("language") or SOURCE)), str(params.get("list") or "")
    with db.reading() as connection:
        head = next((one for one in read_core_lists(connection, user) if one.list_no == asked), None)
        if head is None:
            raise QuestionError(f"List {asked!r} was not found.")
        lines = read_core_lines(connection, user, head, business_date())
    rows = [
        {"list_no": head.list_no, "branch": head.branch, "month": month_text(head.month), "state": head.state,
         "position": line.position, "action": line.action, "client_no": line.client_no, "client": line.client,
         "office": line.office, "staff_no": line.staff_no, "adviser": line.adviser, "verdict": line.verdict or None,
         "why": reason_text(line.reason, translate) if line.reason else None}
        for line in lines
    ]  # fmt: skip
    return plain_export(db, user, params, title="Core list", columns=_LINES, rows=rows)


EXPORTERS: dict[str, Callable[[Database, ActingUser, Params], Export]] = {
    "core_clients": _export_clients,
    "core_list": _export_list,
}
"""Kind of list -> writer of its file; the rows are those inside the user's reach."""
