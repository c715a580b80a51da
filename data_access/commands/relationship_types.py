"""Publishing and closing relationship types (R-08): headquarters only; what is published is never written again."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, acting_as, insert_for
from data_access.database import Database
from data_access.reads.type_rules import read_type_rules, type_row
from data_access.tables import relationship_type
from domain.decision import Reason
from domain.relationship_types import TypeRule
from domain.rule_faults import LATEST
from domain.type_faults import LONGEST_REASON, changed_type_fields, find_type_faults
from domain.words import Role


def earliest_change() -> date:
    """Return the first day from which a type may change: tomorrow, so that no day has two rules."""
    return business_date() + timedelta(days=1)


def publish_type(db: Database, *, actor: Actor, rule: TypeRule, valid_from: date, seen: int | None, reason: str) -> int:
    """Publish a version of a type from a day on and return its id; ``seen`` is the newest version's id, None: new.

    The version before it ends on that day; earlier days keep what held then. Raises ``NotSignedIn``, ``NotAllowed``;
    ``Refused`` for the first fault, a day too early, or when somebody has published meanwhile.
    """

    def work(connection: Connection) -> int:
        user = acting_as(connection, actor, Role.HQ)
        newest = _newest(connection, rule.type)
        _require_seen(rule.type, newest, seen)
        others = read_type_rules(connection, valid_from).values()
        faults = find_type_faults(rule, others)
        if faults:
            raise Refused(faults[0])
        _require_day(valid_from, newest)
        _require_reason(reason)
        before = read_type_rules(connection, newest.valid_from)[rule.type] if newest is not None else None
        changed = changed_type_fields(before, rule) if before is not None else []
        is_reopened = newest is not None and newest.valid_to is not None
        if before is not None and not changed and not is_reopened:
            raise Refused(Reason("type.same"))
        if newest is not None and newest.valid_to is None:
            _end(connection, newest, valid_from)
        row = type_row(rule, valid_from=valid_from, published_at=now(), published_by=user.user_id)
        stored = connection.execute(
            insert_for(connection, relationship_type).values(row)
            .on_conflict_do_nothing(index_elements=["type", "valid_from"])
            .returning(relationship_type.c.type_version_id)
        ).first()  # fmt: skip
        if stored is None:
            raise Refused(Reason("type.changed"))
        _audit(connection, user, "relationship_type.publish", rule.type,
               {"valid_from": valid_from.isoformat(), "changed": changed, "reason": reason.strip()})  # fmt: skip
        return int(stored.type_version_id)

    return db.transact(work)


def close_type(db: Database, *, actor: Actor, type: str, valid_to: date, seen: int, reason: str) -> None:  # noqa: A002
    """Close a type: from ``valid_to`` on nothing new is made of it, what there is stays. Raises as ``publish_type``."""

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, Role.HQ)
        newest = _newest(connection, type)
        if newest is None:
            raise Refused(Reason("type.not_found", {"type": type}))
        _require_seen(type, newest, seen)
        if newest.valid_to is not None:
            raise Refused(Reason("type.closed", {"type": type, "since": newest.valid_to.isoformat()}))
        _require_day(valid_to, newest)
        _require_reason(reason)
        _end(connection, newest, valid_to)
        _audit(connection, user, "relationship_type.close", type,
               {"valid_to": valid_to.isoformat(), "reason": reason.strip()})  # fmt: skip

    db.transact(work)


def _newest(connection: Connection, code: str) -> Row[Any] | None:
    row: Row[Any] | None = connection.execute(
        select(relationship_type).where(relationship_type.c.type == code)
        .order_by(relationship_type.c.valid_from.desc()).limit(1).with_for_update()
    ).first()  # fmt: skip
    return row


def _require_seen(code: str, newest: Row[Any] | None, seen: int | None) -> None:
    if newest is None and seen is not None:
        raise Refused(Reason("type.not_found", {"type": code}))
    if newest is not None and seen is None:
        raise Refused(Reason("type.taken", {"type": code}))
    if newest is not None and newest.type_version_id != seen:
        raise Refused(Reason("type.changed"))


def _require_day(day: date, newest: Row[Any] | None) -> None:
    """Refuse a day that is past, beyond the calendar, or not after the version that it follows."""
    earliest = earliest_change()
    if newest is not None:
        earliest = max(earliest, newest.valid_to or newest.valid_from + timedelta(days=1))
    if day < earliest:
        raise Refused(Reason("type.too_early", {"earliest": earliest.isoformat()}))
    if day > LATEST:
        raise Refused(Reason("type.too_late"))


def _require_reason(reason: str) -> None:
    if not 1 <= len(reason.strip()) <= LONGEST_REASON:
        raise Refused(Reason("type.reason", {"most": LONGEST_REASON}))


def _end(connection: Connection, row: Row[Any], day: date) -> None:
    """End the version that was read, if it is still open."""
    one = relationship_type.c
    ended = connection.execute(
        update(relationship_type).where(one.type_version_id == row.type_version_id, one.valid_to.is_(None))
        .values(valid_to=day)
    ).rowcount  # fmt: skip
    if ended != 1:
        raise Refused(Reason("type.changed"))


def _audit(connection: Connection, user: ActingUser, action: str, code: str, details: dict[str, Any]) -> None:
    append_audit(connection, action=action, user_id=user.user_id, operator=user.operator,
                 object_kind="relationship_type", object_key=code, details=details)  # fmt: skip
