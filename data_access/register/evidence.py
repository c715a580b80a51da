"""What the relationships that the register made rest on, read back from records, events, approvals and forms.

Relationships of an import bring no evidence of that kind and are left out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from data_access.clock import business_date
from data_access.reads.holders import read_branches
from data_access.reads.working_days import read_working_days
from data_access.register.faults import Asked, Fault
from data_access.tables import (
    account_event,
    app_user,
    approval_chain,
    approval_step,
    client,
    preregistration,
    preregistration_share,
    relationship,
    relationship_share,
    staff,
    stored_document,
)
from domain.calendar import WorkingDays
from domain.decision import Reason
from domain.documents import Form
from domain.register_checks import ChainTaken, Evidence, StepTaken, approval_faults, form_faults
from domain.register_words import ConflictKind, DocumentPurpose
from domain.relationship_types import TypeRule

CHUNK = 500


def find_unsound(connection: Connection, asked: Asked) -> Iterator[Fault]:
    """Yield the relationships whose approval or forms are missing or faulty (R-11 to R-16, R-37)."""
    row = relationship.c
    made = connection.execute(
        select(relationship).where(asked.counts(), row.created_at.is_not(None)).order_by(row.relationship_id)
    ).mappings().all()  # fmt: skip
    branches = read_branches(connection) if made else {}
    for start in range(0, len(made), CHUNK):
        part = [dict(one) for one in made[start : start + CHUNK]]
        rules = [_rule(asked, one) for one in part]
        proofs = _read(connection, part, branches)
        calendar = _calendar(connection, proofs)
        for one, rule, proof in zip(part, rules, proofs, strict=True):
            if rule is None:
                continue
            for kind, reasons in ((ConflictKind.NOT_APPROVED, approval_faults(rule, proof, calendar)),
                                  (ConflictKind.FORMS_MISSING, form_faults(rule, proof))):  # fmt: skip
                yield from (_fault(kind, one, reason) for reason in reasons)


def _fault(kind: ConflictKind, row: Any, reason: Reason) -> Fault:
    detail = reason.params.get("post") or reason.params.get("document") or ""
    key = f"{kind.value}:{reason.code}:{row['relationship_no']}" + (f":{detail}" if detail else "")
    return Fault(kind.value, key, reason, row["client_id"], row["relationship_id"], None, row["relationship_no"])


def _rule(asked: Asked, row: Any) -> TypeRule | None:
    held = (one.rule for one in asked.versions if one.rule.type == row["type"] and one.holds_on(row["valid_from"]))
    return next(held, None)


def _calendar(connection: Connection, proofs: Sequence[Evidence]) -> WorkingDays:
    days = [day for proof in proofs for day in (proof.event_on, proof.registered_on) if day is not None]
    return read_working_days(connection, {day.year for day in days})


def _by(connection: Connection, table: Any, column: Any, ids: Sequence[Any], *order: Any) -> dict[Any, list[Any]]:
    """Return the rows of a table by the value of one column."""
    found: dict[Any, list[Any]] = defaultdict(list)
    wanted = sorted({one for one in ids if one is not None})
    if wanted:
        for row in connection.execute(select(table).where(column.in_(wanted)).order_by(*order)).mappings():
            found[row[column.name]].append(row)
    return found


def _read(connection: Connection, rows: Sequence[Any], branches: dict[int, int]) -> list[Evidence]:
    ids = [row["relationship_id"] for row in rows]
    events = _by(connection, account_event, account_event.c.event_id, [row["event_id"] for row in rows])
    records = _by(connection, preregistration, preregistration.c.prereg_id, [row["prereg_id"] for row in rows])
    chains = _by(connection, approval_chain, approval_chain.c.chain_id, [row["chain_id"] for row in rows])
    steps = _by(connection, approval_step, approval_step.c.chain_id, [row["chain_id"] for row in rows],
                approval_step.c.position)  # fmt: skip
    shares = _by(connection, relationship_share, relationship_share.c.relationship_id, ids)
    people = {one["staff_id"] for held in shares.values() for one in held}
    units = {row.staff_id: row.unit_id for row in connection.execute(
        select(staff.c.staff_id, staff.c.unit_id).where(staff.c.staff_id.in_(sorted(people))))}  # fmt: skip
    users = _by(connection, app_user, app_user.c.staff_id, sorted(people))
    offices = _by(connection, client, client.c.client_id, [row["client_id"] for row in rows])
    forms = _forms(connection, rows)
    return [
        _proof(row, _one(events, row["event_id"]), _one(records, row["prereg_id"]), _one(chains, row["chain_id"]),
               steps.get(row["chain_id"], []), shares[row["relationship_id"]], units, users, branches,
               _one(offices, row["client_id"]), forms[row["relationship_id"]],
               _registrants(connection, row, _one(records, row["prereg_id"]), _one(events, row["event_id"])))
        for row in rows
    ]  # fmt: skip


def _one(found: dict[Any, list[Any]], key: Any) -> Any | None:
    return found[key][0] if key is not None and found.get(key) else None


def _proof(row: Any, event: Any | None, record: Any | None, chain: Any | None, steps: Sequence[Any],
           shares: Sequence[Any], units: dict[int, int], users: dict[Any, list[Any]], branches: dict[int, int],
           owner: Any | None, forms: Sequence[Any], registrants: int) -> Evidence:  # fmt: skip
    held = [one["staff_id"] for one in shares]
    last_round = max((step["round"] for step in steps), default=1)
    return Evidence(
        type=row["type"],
        event_at=event["at"] if event else None,
        event_on=event["on_date"] if event else None,
        event_has_time=bool(event["has_time"]) if event else True,
        registered_at=record["registered_at"] if record else None,
        registered_on=business_date(record["registered_at"]) if record else None,
        registered_by=record["registered_by"] if record else row["created_by"],
        prereg_no=record["prereg_no"] if record else None,
        registrants=registrants,
        holders=frozenset(user["user_id"] for one in held for user in users.get(one, [])),
        client_branch=branches.get(owner["office_id"]) if owner else None,
        holder_branches=frozenset(branches[units[one]] for one in held if units.get(one) in branches),
        chain=ChainTaken(chain["kind"], chain["state"], tuple(
            StepTaken(step["level"], step["post"], step["decision"], step["decided_by"], step["decided_at"],
                      step["unit_id"]) for step in steps if step["round"] == last_round)) if chain else None,
        forms=tuple(Form(form["kind"], form["signed_on"], form["checked_by"] is not None) for form in forms),
        has_statement=any(form["kind"] == DocumentPurpose.STATEMENT for form in forms),
    )  # fmt: skip


def _forms(connection: Connection, rows: Sequence[Any]) -> dict[int, list[Any]]:
    """Return the documents on file of every relationship: beside it, its record or its approval."""
    owners: dict[tuple[str, int], int] = {}
    for row in rows:
        for kind, key in (("relationship", row["relationship_id"]), ("preregistration", row["prereg_id"]),
                          ("approval", row["chain_id"]), ("approval_chain", row["chain_id"])):  # fmt: skip
            if key is not None:
                owners[kind, key] = row["relationship_id"]
    found: dict[int, list[Any]] = defaultdict(list)
    document = stored_document.c
    ways = [and_(document.object_kind == kind, document.object_id.in_(sorted(key for each, key in owners
                                                                             if each == kind)))
            for kind in sorted({kind for kind, _ in owners})]  # fmt: skip
    if ways:
        for form in connection.execute(select(stored_document).where(or_(*ways))).mappings():
            found[owners[form["object_kind"], form["object_id"]]].append(form)
    return found


def _registrants(connection: Connection, row: Any, record: Any | None, event: Any | None) -> int:
    """Count the groups of people whose records were valid at the event, the used one among them (R-13)."""
    if record is None or event is None or row["chain_id"] is not None:
        return 1
    held = preregistration.c
    rows = connection.execute(
        select(held.prereg_id, preregistration_share.c.staff_id)
        .join(preregistration_share, preregistration_share.c.prereg_id == held.prereg_id)
        .where(held.document_hash == record["document_hash"], held.type == record["type"],
               held.registered_at < event["at"], held.expires_on >= event["on_date"],
               or_(held.withdrawn_at.is_(None), held.withdrawn_at > event["at"]))
    )  # fmt: skip
    groups: dict[int, set[int]] = defaultdict(set)
    for prereg_id, staff_id in rows:
        groups[prereg_id].add(staff_id)
    return max(len({frozenset(group) for group in groups.values()}), 1)
