"""Files of the register: relationships with one row per holder, conflicts, events, clients who wait for a call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from typing import Any

from data_access.actor import ActingUser
from data_access.database import Database
from data_access.reads import conflicts, follow_ups, matches
from data_access.reads.register import RegisterFilter
from data_access.register.export import read_all, share_text
from domain.reasons import reason_text
from domain.register_words import BusinessEvent, ConflictKind, ConflictState, MatchOutcome
from domain.words import RelationshipState, RelationshipType
from metrics.export.files import Column, Export
from metrics.export.lists import ListRequest
from metrics.export.plain import plain_export
from metrics.export.types import type_namer
from metrics.language import translator
from metrics.units import COUNT

Params = Mapping[str, Any]
_LINK = (Column("relationship_no", "Relationship"), Column("client_no", "Client number"),
         Column("client_name", "Name"), Column("office_code", "Office code"), Column("office", "Business office"),
         Column("type", "Relationship type", words=RelationshipType))  # fmt: skip
_REGISTER = (
    *_LINK, Column("state", "State", words=RelationshipState), Column("valid_from", "From"), Column("valid_to", "To"),
    Column("staff_no", "Staff number"), Column("staff", "Staff member"), Column("unit", "Unit"),
    Column("share", "Share"), Column("how_confirmed", "How confirmed"), Column("confirmed_at", "Confirmed on"),
)  # fmt: skip
_CONFLICTS = (
    Column("kind", "Kind of conflict", words=ConflictKind), Column("what", "What is wrong"),
    Column("client_no", "Client number"), Column("client_name", "Name"), Column("office", "Business office"),
    Column("staff_no", "Staff number"), Column("staff_name", "Staff member"),
    Column("relationship_no", "Relationship"), Column("opened_at", "Found on"), Column("resolved_at", "Settled"),
    Column("resolved_by", "By"), Column("resolution", "Reason"), Column("reopened_at", "Opened again on"),
    Column("reopened_by", "Opened again by"), Column("reopened_because", "Opened again because"),
)  # fmt: skip
_CALLS = (
    *_LINK, Column("holders", "Holders"), Column("confirmed_on", "Confirmed on"), Column("late_on", "Late from"),
    Column("attempts", "Calls", COUNT),
)  # fmt: skip
_EVENTS = (
    Column("client_no", "Client number"), Column("client_name", "Name"), Column("office", "Business office"),
    Column("business", "What happened", words=BusinessEvent), Column("happened", "When it happened"),
    Column("account_no", "Account"), Column("outcome", "What became of it", words=MatchOutcome),
    Column("type", "Type", words=RelationshipType), Column("relationship_no", "Relationship"),
    Column("chain_no", "Approval"), Column("task_no", "Task"), Column("decided_at", "Decided on"),
    Column("missing", "What was missing"),
)  # fmt: skip
_SHARE_NOTE = ("Share", "Parts of 1, one row per holder. To: the first day on which the relationship no longer holds.")


def register_filter(params: Params) -> RegisterFilter:
    """Return the filter of the register from plain values; what cannot be read keeps everything."""
    types = params.get("type") or ()
    on = None
    with suppress(ValueError):
        on = date.fromisoformat(str(params.get("on")))
    state = str(params.get("state") or "")
    known = (RelationshipState.PENDING.value, RelationshipState.REJECTED.value)
    return RegisterFilter(
        on=on, client_no=str(params.get("client") or ""), staff_no=str(params.get("staff") or ""),
        types=(types,) if isinstance(types, str) else tuple(str(one) for one in types),
        split={"several": True, "one": False}.get(str(params.get("holders"))), state=state if state in known else "",
    )  # fmt: skip


def _export_register(db: Database, user: ActingUser, params: Params) -> Export:
    kept = register_filter(params)
    notes = [_SHARE_NOTE, ("Held on", kept.on.isoformat() if kept.on else "of any time")]
    return plain_export(db, user, params, title="Register", columns=_REGISTER,
                        rows=_register_rows(db, ListRequest(db, user, params), kept), notes=notes)  # fmt: skip


def _register_rows(db: Database, request: ListRequest, kept: RegisterFilter) -> Iterator[dict[str, Any]]:
    name = type_namer(db, request.language)
    with db.reading() as connection:
        for row in read_all(connection, request.scope, kept):
            for holder in row.holders:
                yield {**vars(row), "type": name(row.type), "staff_no": holder.staff_no, "staff": holder.name,
                       "unit": holder.unit, "share": Decimal(share_text(holder.share_bp))}  # fmt: skip


def _export_conflicts(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    asked = str(params.get("state") or "")
    state = asked if asked in [one.value for one in ConflictState] else ConflictState.OPEN.value
    rows = _conflict_rows(db, request, request.listed("kind"), state)
    return plain_export(db, user, params, title="Conflicts", columns=_CONFLICTS, rows=rows)


def _conflict_rows(db: Database, request: ListRequest, kinds: tuple[str, ...], state: str) -> Iterator[dict[str, Any]]:
    translate, after = translator(request.language), None
    while True:
        with db.reading() as connection:
            page = conflicts.read_conflicts(connection, request.scope, kinds=kinds, state=state, after=after)
        for row in page:
            back = row.reopened[-1] if row.reopened else None
            again = {"reopened_at": back.at, "reopened_by": back.by, "reopened_because": back.reason} if back else {}
            yield {**vars(row), "what": reason_text(row.reason, translate), **again}
        if len(page) < conflicts.PAGE_ROWS:
            return
        after = page[-1].conflict_id


def _export_calls(db: Database, user: ActingUser, params: Params) -> Export:
    kept = follow_ups.DueFilter(only_late=params.get("show") != "all", with_imported=params.get("imported") == "with")
    return plain_export(db, user, params, title="Follow-up calls", columns=_CALLS,
                        rows=_call_rows(db, ListRequest(db, user, params), kept))  # fmt: skip


def _call_rows(db: Database, request: ListRequest, kept: follow_ups.DueFilter) -> Iterator[dict[str, Any]]:
    name, after = type_namer(db, request.language), None
    while True:
        with db.reading() as connection:
            page = follow_ups.read_due(connection, request.scope, kept, after=after)
        for one in page:
            names = " · ".join(f"{holder.name} {holder.staff_no}" for holder in one.row.holders)
            yield {**vars(one.row), "type": name(one.row.type), "holders": names, "confirmed_on": one.confirmed_on,
                   "late_on": one.late_on, "attempts": one.attempts}  # fmt: skip
        last = page[-1].row if page else None
        if len(page) < follow_ups.PAGE_ROWS or last is None or last.confirmed_at is None:
            return
        after = (last.confirmed_at, last.relationship_id)


def _export_events(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    kept = matches.MatchFilter(request.listed("outcome"), str(params.get("client") or ""))
    return plain_export(db, user, params, title="Events", columns=_EVENTS, rows=_event_rows(db, request, kept))


def _event_rows(db: Database, request: ListRequest, kept: matches.MatchFilter) -> Iterator[dict[str, Any]]:
    translate, name, after = translator(request.language), type_namer(db, request.language), None
    while True:
        with db.reading() as connection:
            page = matches.read_matches(connection, request.scope, kept, after=after)
        for row in page:
            missing = " · ".join(reason_text(line.reason, translate) for line in row.trace if not line.holds)
            yield {**vars(row), "type": name(row.type), "happened": row.at if row.has_time else row.on,
                   "missing": missing or None}  # fmt: skip
        if len(page) < matches.PAGE_ROWS:
            return
        after = page[-1].match_id


EXPORTERS: dict[str, Callable[[Database, ActingUser, Params], Export]] = {
    "register": _export_register, "conflicts": _export_conflicts, "follow_ups": _export_calls, "events": _export_events,
}  # fmt: skip
"""Kind of list -> writer of its file; the rows are those inside the user's reach."""
