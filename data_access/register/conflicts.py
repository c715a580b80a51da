"""The work list of conflicts: every fault of the register once, kept until it is gone or somebody settles it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from data_access.actor import Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import acting_as, insert_for
from data_access.database import Database
from data_access.reads.type_rules import read_type_versions
from data_access.register.evidence import find_unsound
from data_access.register.faults import Asked, Fault, find_faults
from data_access.tables import conflict_item
from domain.decision import Reason
from domain.register_words import ConflictKind, ConflictState
from domain.words import Role

FOUND_BY_CHECK = tuple(kind.value for kind in ConflictKind
                       if kind not in (ConflictKind.LATE_EVENT, ConflictKind.DISPUTED))  # fmt: skip
"""Kinds that stand in the data: such an item goes when its fault does. The others are settled by people alone."""
GONE = "gone"
"""The resolution of an item whose fault is not there any more."""
_CHUNK = 500


@dataclass(frozen=True)
class CheckSummary:
    """What a check of the register found: the faults, new items, items settled because their fault is gone."""

    found: tuple[Fault, ...] = field(default=(), repr=False)
    opened: int = 0
    gone: int = 0
    waiting: int = 0

    @property
    def faults(self) -> dict[str, int]:
        """How many faults of each kind there are."""
        return dict(sorted(Counter(fault.kind for fault in self.found).items()))


def read_faults(connection: Connection, *, batch_id: int | None = None) -> list[Fault]:
    """Return every fault of the register as of today, or of what one import brought, in the order of their keys."""
    asked = Asked(read_type_versions(connection), business_date(), batch_id)
    found = {fault.key: fault for fault in find_faults(connection, asked)}
    found |= {fault.key: fault for fault in find_unsound(connection, asked)}
    return [found[key] for key in sorted(found)]


def find_conflicts(db: Database, actor: Actor) -> CheckSummary:
    """Check the whole register and bring the work list up to date, in one transaction; a repeat changes nothing.

    A new fault opens an item, a fault that is gone settles its open item, one that is back reopens what went by
    itself. What people settled stays settled as long as the fault is the same. Raises ``NotSignedIn``, ``NotAllowed``.
    """

    def work(connection: Connection) -> CheckSummary:
        user = acting_as(connection, actor, Role.HQ)
        summary = keep_conflicts(connection, read_faults(connection))
        if summary.opened or summary.gone:
            append_audit(connection, action="register.check", user_id=user.user_id, operator=user.operator,
                         object_kind="register", details={"faults": summary.faults, "opened": summary.opened,
                                                          "gone": summary.gone})  # fmt: skip
        return summary

    return db.transact(work)


def keep_conflicts(connection: Connection, faults: Sequence[Fault]) -> CheckSummary:
    """Write the work list that belongs to all present faults."""
    item, moment = conflict_item.c, now()
    known = {row.fault_key: row for row in connection.execute(
        select(item.conflict_id, item.fault_key, item.state, item.resolution, item.resolved_by, item.details)
        .where(item.kind.in_(FOUND_BY_CHECK)))}  # fmt: skip
    present = {fault.key: fault for fault in faults}
    opened = open_conflicts(connection, [fault for key, fault in present.items() if key not in known])
    back = [row.conflict_id for key, row in known.items()
            if key in present and row.state == ConflictState.RESOLVED
            and went_by_itself(row.resolution, row.resolved_by)]  # fmt: skip
    gone = [row.conflict_id for key, row in known.items() if key not in present and row.state == ConflictState.OPEN]
    _change(connection, back, {"state": ConflictState.OPEN.value, "opened_at": moment, "resolved_at": None,
                               "resolution": None})  # fmt: skip
    _change(connection, gone, {"state": ConflictState.RESOLVED.value, "resolved_at": moment, "resolution": GONE})
    for key, row in known.items():
        if key not in present or row.state != ConflictState.OPEN:
            continue
        details = details_of(present[key].reason, reopenings_of(row.details))
        if row.details != details:
            _change(connection, [row.conflict_id], {"details": details})
    waiting = connection.execute(
        select(item.conflict_id).where(item.state == ConflictState.OPEN.value)
    ).scalars().all()  # fmt: skip
    return CheckSummary(tuple(faults), opened + len(back), len(gone), len(waiting))


def open_conflicts(connection: Connection, faults: Sequence[Fault]) -> int:
    """Open an item for each fault that has none yet; return how many were opened."""
    opened = 0
    for start in range(0, len(faults), _CHUNK):
        rows = [
            {"kind": fault.kind, "fault_key": fault.key, "client_id": fault.client_id,
             "relationship_id": fault.relationship_id, "staff_id": fault.staff_id,
             "details": details_of(fault.reason), "state": ConflictState.OPEN.value, "opened_at": now(), "version": 1}
            for fault in faults[start : start + _CHUNK]
        ]  # fmt: skip
        made = connection.execute(
            insert_for(connection, conflict_item).values(rows)
            .on_conflict_do_nothing(index_elements=["fault_key"]).returning(conflict_item.c.conflict_id)
        ).all()  # fmt: skip
        opened += len(made)
    return opened


@dataclass(frozen=True)
class Reopening:
    """A settlement that was taken back: who opened the item again, when and why, and what the settlement said."""

    at: datetime
    user_id: int | None
    reason: str
    settled_at: datetime | None
    settled_by: int | None
    resolution: str | None

    def as_body(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {**asdict(self), "at": self.at.isoformat(),
                "settled_at": self.settled_at.isoformat() if self.settled_at else None}  # fmt: skip


def details_of(reason: Reason, reopenings: Sequence[Reopening] = ()) -> str:
    """Write a reason as a conflict item keeps it, with the settlements that were taken back."""
    body: dict[str, Any] = {"code": reason.code, "params": dict(reason.params)}
    if reopenings:
        body["reopened"] = [one.as_body() for one in reopenings]
    return json.dumps(body, ensure_ascii=False, sort_keys=True)


def reopenings_of(details: str) -> tuple[Reopening, ...]:
    """Read back the settlements that were taken back, the first one first."""
    return tuple(
        Reopening(**{**one, "at": datetime.fromisoformat(one["at"]),
                     "settled_at": datetime.fromisoformat(one["settled_at"]) if one["settled_at"] else None})
        for one in json.loads(details).get("reopened", ())
    )  # fmt: skip


def reason_of(details: str) -> Reason:
    """Read back what ``details_of`` wrote."""
    body = json.loads(details)
    return Reason(str(body.get("code", "")), body.get("params") or {})


def went_by_itself(resolution: str | None, resolved_by: object) -> bool:
    """Tell whether a settled item was settled by nobody: its fault is gone."""
    return resolution == GONE and resolved_by is None


def _change(connection: Connection, ids: Sequence[int], values: Mapping[str, Any]) -> None:
    for start in range(0, len(ids), _CHUNK):
        connection.execute(
            update(conflict_item).where(conflict_item.c.conflict_id.in_(ids[start : start + _CHUNK]))
            .values(**values, version=conflict_item.c.version + 1)
        )  # fmt: skip
