"""The permission register as a file (R-05), as far as its reader may see it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from data_access.actor import ActingUser
from data_access.database import Database
from data_access.reads.grants import PAGE_ROWS, read_register
from domain.register_words import RegisterAction
from domain.words import Role
from metrics.export.files import Column, Export
from metrics.export.plain import plain_export

Params = Mapping[str, Any]
_COLUMNS = (
    Column("entry_id", "Entry"), Column("at", "When"), Column("action", "Act", words=RegisterAction),
    Column("username", "User name"), Column("display_name", "Name"), Column("role", "Role", words=Role),
    Column("unit_name", "Place"), Column("by", "By"), Column("signed", "Signed"), Column("grant_id", "Application"),
    Column("note", "Note"),
)  # fmt: skip
_NOTES = (
    ("Permission register", ("Every application for rights, its approval, its execution, every change and every "
                             "withdrawal, as they were entered (R-05). Nothing is changed or deleted.")),
    ("Signed", "1: the applicant signed with the own password; 0: entered without an application."),
)  # fmt: skip


def register_filters(params: Params) -> dict[str, Any]:
    """Return the filters of the register from plain values; what cannot be read keeps everything."""
    actions = params.get("action") or ()
    return {"actions": (str(actions),) if isinstance(actions, str) else tuple(str(one) for one in actions),
            "text": str(params.get("text") or ""), "since": _day(params.get("since")),
            "until": _day(params.get("until"))}  # fmt: skip


def _day(text: object) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(str(text))
    return None


def _export(db: Database, user: ActingUser, params: Params) -> Export:
    return plain_export(db, user, params, title="Permission register", columns=_COLUMNS,
                        rows=_rows(db, user, register_filters(params)), notes=_NOTES)  # fmt: skip


def _rows(db: Database, user: ActingUser, filters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    before = None
    while True:
        with db.reading() as connection:
            page = read_register(connection, user, **filters, before=before)
        for row in page:
            yield {**vars(row), "signed": int(row.applicant_signed)}
        if len(page) < PAGE_ROWS:
            return
        before = page[-1].entry_id


EXPORTERS: dict[str, Callable[[Database, ActingUser, Params], Export]] = {"permission_register": _export}
"""Kind of list -> writer of its file."""
