"""Enter why clients were lost (R-72): one reason per loss, for one client or a selection, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, or_, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import acting_as, claim_request, insert_for, keep_result, require, require_word
from data_access.commands.pool_facts import read_pool_clients
from data_access.database import Database
from data_access.listed import chunks
from data_access.reads.rules import read_rules
from data_access.tables import client_spell, loss_reason_entry
from domain.decision import Reason
from domain.losses import LossFacts, decide_loss_reason, decide_submission
from domain.words import LossReason, Role, Status

REASON_ROLES = (Role.HQ, Role.BRANCH_HEAD, Role.OFFICE_HEAD, Role.STAFF)
"""Roles that may enter reasons: heads for their place, staff for their own clients."""


@dataclass(frozen=True)
class SeenLoss:
    """A loss as the reader saw it: ``version`` of the entry, 0 when there was none."""

    client_no: str
    lost_on: date
    version: int = 0


@dataclass(frozen=True)
class LossReasonResult:
    """What was entered (client_no) and what was not, and why, in the order of the submission."""

    entered: list[str] = field(default_factory=list)
    refused: list[tuple[str, Reason]] = field(default_factory=list)


def enter_loss_reasons(
    db: Database, *, actor: Actor, losses: Sequence[SeenLoss], reason: str, note: str = "", request_id: str
) -> LossReasonResult:
    """Enter one reason for some losses, in one transaction.

    Every loss is decided again on present facts; those refused carry a reason and hinder no other. An entry that
    somebody has changed since it was seen is refused. The reason of an earlier loss stays for ever; a new loss needs
    its own. The same ``request_id`` gives the same result again without a second effect. Raises ``NotSignedIn``,
    ``NotAllowed``, and ``Refused`` when nothing of the request could be done.
    """
    seen = {loss.client_no: loss for loss in losses}
    require_word("reason", reason, LossReason)
    require(decide_submission(len(seen), note.strip()))

    def work(connection: Connection) -> LossReasonResult:
        user = acting_as(connection, actor, *REASON_ROLES)
        before = claim_request(connection, request_id, "loss_reasons", user)
        if before is not None:
            return _from_json(before)
        result = _enter(connection, user, seen, reason, note.strip() or None)
        numbers = sorted(result.entered)
        append_audit(connection, action="loss_reason.enter", user_id=user.user_id, operator=user.operator,
                     object_kind="client", object_key=numbers[0] if len(numbers) == 1 else None,
                     details={"reason": reason, "entered": len(numbers), "refused": len(result.refused),
                              "clients": numbers, "request": request_id})  # fmt: skip
        keep_result(connection, request_id, _to_json(result))
        return result

    return db.transact(work)


def _enter(connection: Connection, user: ActingUser, seen: Mapping[str, SeenLoss], reason: str,
           note: str | None) -> LossReasonResult:  # fmt: skip
    today = business_date()
    found = read_pool_clients(connection, user.scope, list(seen), on=today, rules=read_rules(connection, today),
                              branches={})  # fmt: skip
    ids = {number: client.client_id for number, client in found.items()}
    open_losses = _open_losses(connection, list(ids.values()), today)
    versions = _versions(connection, list(ids.values()))
    result = LossReasonResult()
    for number, loss in sorted(seen.items(), key=lambda item: ids.get(item[0], 0)):
        if number not in ids:
            result.refused.append((number, Reason("client.not_found", {"client_no": number})))
            continue
        lost_on, facts = open_losses.get(ids[number]), found[number].facts
        decision = decide_loss_reason(
            LossFacts(facts.status, lost_on, facts.returned_on, versions.get((ids[number], loss.lost_on), 0)),
            loss.lost_on, loss.version)  # fmt: skip
        if not decision:
            result.refused.append((number, decision.reason))
        elif _store(connection, ids[number], loss, user, reason, note):
            result.entered.append(number)
        else:
            result.refused.append((number, Reason("R-72.changed")))
    place = {number: order for order, number in enumerate(seen)}
    result.entered.sort(key=place.__getitem__)
    result.refused.sort(key=lambda entry: place[entry[0]])
    return result


def _store(connection: Connection, client_id: int, loss: SeenLoss, user: ActingUser, reason: str,
           note: str | None) -> bool:  # fmt: skip
    """Write the entry if it still stands as it was seen; tell whether it was written."""
    entry = loss_reason_entry
    values: dict[str, Any] = {"reason": reason, "note": note, "entered_by": user.user_id, "entered_at": now(),
                              "version": loss.version + 1}  # fmt: skip
    if loss.version:
        changed = connection.execute(
            update(entry).where(entry.c.client_id == client_id, entry.c.lost_on == loss.lost_on,
                                entry.c.version == loss.version).values(**values)
        )  # fmt: skip
        return bool(changed.rowcount == 1)
    written = connection.execute(
        insert_for(connection, entry).values(client_id=client_id, lost_on=loss.lost_on, **values)
        .on_conflict_do_nothing(index_elements=["client_id", "lost_on"]).returning(entry.c.entry_id)
    ).first()  # fmt: skip
    return written is not None


def _open_losses(connection: Connection, client_ids: Sequence[int], on: date) -> dict[int, date]:
    """Return the first day of the loss that lasts on a day, by client."""
    spell, found = client_spell.c, {}
    for ids in chunks(client_ids):
        for row in connection.execute(
            select(spell.client_id, spell.from_on)
            .where(spell.client_id.in_(ids), spell.kind == Status.LOST.value, spell.from_on <= on,
                   or_(spell.to_on.is_(None), spell.to_on > on))
        ):  # fmt: skip
            found[row.client_id] = row.from_on
    return found


def _versions(connection: Connection, client_ids: Sequence[int]) -> dict[tuple[int, date], int]:
    entry, found = loss_reason_entry.c, {}
    for ids in chunks(client_ids):
        for row in connection.execute(select(entry.client_id, entry.lost_on, entry.version)
                                      .where(entry.client_id.in_(ids))):  # fmt: skip
            found[row.client_id, row.lost_on] = row.version
    return found


def _to_json(result: LossReasonResult) -> dict[str, Any]:
    return {"entered": result.entered,
            "refused": [[number, reason.code, dict(reason.params)] for number, reason in result.refused]}  # fmt: skip


def _from_json(body: dict[str, Any]) -> LossReasonResult:
    return LossReasonResult(list(body["entered"]),
                            [(number, Reason(code, params)) for number, code, params in body["refused"]])  # fmt: skip
