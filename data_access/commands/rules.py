"""Drafting and publishing rule sets: one open draft at a time; what is published is never written again.

Headquarters only. A step on the draft names the contents that were seen (``RuleVersion.stamp``) and changes
nothing when somebody has changed them since.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.acting import Refused, acting_as, insert_for
from data_access.database import Database
from data_access.reads.rule_versions import DRAFT, PUBLISHED, body_stamp, read_earliest_change, read_first_change
from data_access.tables import rule_set
from domain.decision import Reason
from domain.policies import RuleSet
from domain.rule_faults import changed_fields, find_faults
from domain.words import Role


def open_draft(db: Database, *, actor: Actor) -> RuleSet:
    """Begin a draft: the newest published numbers under the next version, from the first day that may change.

    Raises ``NotSignedIn``, ``NotAllowed``; ``Refused`` while another draft is open.
    """

    def work(connection: Connection) -> RuleSet:
        user = acting_as(connection, actor, Role.HQ)
        number = connection.execute(select(func.max(rule_set.c.version))).scalar_one()
        rules = replace(_newest_published(connection), version=number + 1, valid_from=read_first_change(connection))
        found = connection.execute(select(rule_set.c.version).where(rule_set.c.state == DRAFT)).scalar()
        values = {"version": rules.version, "state": DRAFT, "author_id": user.user_id, **_stored(rules)}
        # two at once ask for the same number, and the key gives it to one of them
        insertion = (
            insert_for(connection, rule_set)
            .values(values)
            .on_conflict_do_nothing(index_elements=["version"])
            .returning(rule_set.c.version)
        )
        if found is not None or connection.execute(insertion).first() is None:
            raise Refused(Reason("rules.draft_open", {"version": found or rules.version}))
        _audit(connection, user, "rules.draft", rules.version, {"copied_from": number})
        return rules

    return db.transact(work)


def save_draft(db: Database, *, actor: Actor, seen: str, rules: RuleSet) -> str:
    """Write the draft of ``rules.version`` and return its new stamp.

    Raises ``NotSignedIn``, ``NotAllowed``; ``Refused`` for the first fault, for a draft that is gone or was changed.
    """

    def work(connection: Connection) -> str:
        user = acting_as(connection, actor, Role.HQ)
        faults = find_faults(rules, earliest=read_earliest_change(connection))
        if faults:
            raise Refused(faults[0])
        before, body = _seen_draft(connection, rules.version, seen)
        stored = _stored(rules)
        _change(connection, rules.version, body, {**stored, "author_id": user.user_id})
        _audit(connection, user, "rules.save", rules.version, {"changed": changed_fields(before, rules)})
        return body_stamp(stored["body"])

    return db.transact(work)


def discard_draft(db: Database, *, actor: Actor, version: int, seen: str) -> None:
    """Throw the draft away; its number is free again. Raises as ``save_draft`` does."""

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, Role.HQ)
        _rules, body = _seen_draft(connection, version, seen)
        row = rule_set.c
        gone = connection.execute(
            delete(rule_set).where(row.version == version, row.state == DRAFT, row.body == body)
        ).rowcount  # fmt: skip
        if not gone:
            raise Refused(Reason("rules.changed"))
        _audit(connection, user, "rules.discard", version, {})

    db.transact(work)


def publish_draft(db: Database, *, actor: Actor, version: int, seen: str) -> RuleSet:
    """Publish the draft that was seen; months from its first day on follow it with the next refresh.

    The acting user, the role, the contents and every rule they must keep are derived again inside the transaction.
    Raises ``NotSignedIn``, ``NotAllowed``; ``Refused`` for a draft that is gone, was changed, has a fault or says the
    same as the version before.
    """

    def work(connection: Connection) -> RuleSet:
        user = acting_as(connection, actor, Role.HQ)
        rules, body = _seen_draft(connection, version, seen)
        before = _newest_published(connection)
        changed = [name for name in changed_fields(before, rules) if name not in ("valid_from", "source")]
        # writers with an audit row stand in line from here on, so no month becomes final meanwhile
        _audit(connection, user, "rules.publish", version,
               {"valid_from": rules.valid_from.isoformat(), "changed": changed})  # fmt: skip
        faults = find_faults(rules, earliest=read_earliest_change(connection))
        if faults:
            raise Refused(Reason("rules.faulty", {"count": len(faults)}) if len(faults) > 1 else faults[0])
        if not changed:
            raise Refused(Reason("rules.same", {"version": before.version}))
        _change(connection, version, body,
                {"state": PUBLISHED, "author_id": user.user_id, "published_at": now()})  # fmt: skip
        return rules

    return db.transact(work)


def _newest_published(connection: Connection) -> RuleSet:
    body = connection.execute(
        select(rule_set.c.body).where(rule_set.c.state == PUBLISHED).order_by(rule_set.c.version.desc()).limit(1)
    ).scalar_one()
    return RuleSet.from_body(json.loads(body))


def _seen_draft(connection: Connection, version: int, seen: str) -> tuple[RuleSet, str]:
    """Return the draft and its stored text; raises ``Refused`` unless it still says what was seen."""
    body = connection.execute(
        select(rule_set.c.body).where(rule_set.c.version == version, rule_set.c.state == DRAFT)
    ).scalar()
    if body is None:
        raise Refused(Reason("rules.no_draft", {"version": version}))
    if body_stamp(body) != seen:
        raise Refused(Reason("rules.changed"))
    return RuleSet.from_body(json.loads(body)), body


def _change(connection: Connection, version: int, body: str, values: dict[str, Any]) -> None:
    """Write over exactly the contents that were read."""
    row = rule_set.c
    changed = connection.execute(
        update(rule_set).where(row.version == version, row.state == DRAFT, row.body == body).values(values)
    ).rowcount
    if not changed:
        raise Refused(Reason("rules.changed"))


def _stored(rules: RuleSet) -> dict[str, Any]:
    return {"valid_from": rules.valid_from, "body": json.dumps(rules.to_body(), sort_keys=True)}


def _audit(connection: Connection, user: ActingUser, action: str, version: int, details: dict[str, Any]) -> None:
    append_audit(connection, action=action, user_id=user.user_id, operator=user.operator, object_kind="rule_set",
                 object_key=str(version), details=details)  # fmt: skip
