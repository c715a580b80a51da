"""Takes a batch back while it is the newest that touched its rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from data_access.actor import ActingUser, Actor, NotAllowed
from data_access.audit import append_audit
from data_access.clock import now
from data_access.database import Database
from data_access.imports.batches import from_json
from data_access.imports.client_months import undo_client_months
from data_access.imports.errors import RollbackRefused
from data_access.imports.rights import importer
from data_access.listed import chunks
from data_access.permission_entries import append_entry
from data_access.tables import (
    account,
    account_event,
    account_match,
    app_user,
    calendar_day,
    client,
    client_month,
    client_month_revision,
    client_revision,
    client_version,
    complaint,
    contact_log,
    import_batch,
    import_undo,
    org_unit,
    org_unit_revision,
    preregistration,
    preregistration_share,
    relationship,
    relationship_revision,
    relationship_share,
    staff,
    staff_absence,
    staff_qualification,
    staff_version,
    target,
)
from domain.register_words import MatchOutcome, RegisterAction
from domain.words import Role

WRITTEN: dict[str, tuple[Table, ...]] = {
    "calendar": (calendar_day,),
    "org_unit": (org_unit,),
    "staff": (staff_qualification, staff_version, staff),
    "staff_absence": (staff_absence,),
    "client": (client_version, client),
    "account_event": (account_event, account),
    "relationship": (relationship,),
    "preregistration": (preregistration,),
    "contact": (contact_log,),
    "complaint": (complaint,),
    "target": (target,),
}
"""The tables that a kind writes row by row, those that refer to others first."""

_SHARES = {relationship: (relationship_share, "relationship_id"), preregistration: (preregistration_share, "prereg_id")}


def rollback_batch(db: Database, *, actor: Actor, batch_id: int) -> int:
    """Restore what the batch replaced and remove what it brought; return the number of rows concerned.

    Raises ``RollbackRefused`` (``batch_unknown``, ``batch_state``, ``newer_batch``, ``in_use``) and
    ``NotAllowed``. Accounts made by a user import are disabled, never deleted.
    """

    def work(connection: Connection) -> int:
        user = importer(connection, actor, "user")  # the widest right; the kind narrows it
        row = connection.execute(select(import_batch).where(import_batch.c.batch_id == batch_id)).first()
        if row is None:
            raise RollbackRefused("batch_unknown")
        importer(connection, actor, row.kind)
        if row.state != "committed":
            raise RollbackRefused("batch_state")
        if _is_superseded(connection, batch_id):
            raise RollbackRefused("newer_batch")
        if row.kind == "client_month":
            for statement, values in undo_client_months(batch_id, row.first_month, row.last_month):
                connection.execute(statement, values)
        elif row.kind == "user":
            if user.role != Role.HQ and _made_headquarters(connection, batch_id):
                raise NotAllowed(user.role)  # a user administrator cannot shut headquarters out
            _disable_accounts(connection, batch_id, user)
        else:
            _undo_rows(connection, row.kind, batch_id)
        connection.execute(
            update(import_batch)
            .where(import_batch.c.batch_id == batch_id)
            .values(state="rolled_back", rolled_back_at=now())
        )
        append_audit(
            connection,
            action="import.rollback",
            user_id=user.user_id,
            operator=user.operator,
            object_kind="import_batch",
            object_key=str(batch_id),
            details={"kind": row.kind},
        )
        return int(row.rows_new + row.rows_changed)

    try:
        return db.transact(work)
    except IntegrityError:
        raise RollbackRefused("in_use") from None


def _disable_accounts(connection: Connection, batch_id: int, user: ActingUser) -> None:
    """Disable the accounts that a batch made, and enter that in the permission register."""
    disabled = connection.execute(
        update(app_user)
        .where(app_user.c.batch_id == batch_id, app_user.c.disabled_at.is_(None))
        .values(disabled_at=now(), access_version=app_user.c.access_version + 1)
        .returning(app_user.c.user_id, app_user.c.role, app_user.c.unit_id)
    ).all()
    for row in disabled:
        append_entry(connection, action=RegisterAction.WITHDRAW, user_id=row.user_id, role=row.role,
                     unit_id=row.unit_id, by_user_id=user.user_id)  # fmt: skip


def _made_headquarters(connection: Connection, batch_id: int) -> bool:
    made = exists().where(app_user.c.batch_id == batch_id, app_user.c.role == Role.HQ.value)
    return bool(connection.execute(select(made)).scalar())


def _is_superseded(connection: Connection, batch_id: int) -> bool:
    newer = exists().where(import_undo.c.previous_batch_id == batch_id, import_undo.c.batch_id != batch_id)
    newer_month = exists().where(
        client_month_revision.c.batch_id == batch_id, client_month_revision.c.superseded_by != batch_id
    )
    return bool(connection.execute(select(newer | newer_month)).scalar())


def _undo_rows(connection: Connection, kind: str, batch_id: int) -> None:
    if kind == "account_event":
        _forget_verdicts(connection, batch_id)
    kept = {table: _read_before(connection, table, batch_id) for table in WRITTEN[kind]}
    for table, rows in kept.items():
        for row in rows:
            _restore(connection, table, row)
    # restored rows bear their older batch again, so what still bears this one was made by it
    for table in WRITTEN[kind]:
        id_column = next(iter(table.primary_key.columns))
        _delete_made(
            connection, table, list(connection.execute(select(id_column).where(table.c.batch_id == batch_id)).scalars())
        )
    for revision, column in (
        (client_revision, "superseded_by"),
        (relationship_revision, "superseded_by"),
        (org_unit_revision, "batch_id"),
    ):
        connection.execute(delete(revision).where(revision.c[column] == batch_id))
    connection.execute(delete(import_undo).where(import_undo.c.batch_id == batch_id))


def _forget_verdicts(connection: Connection, batch_id: int) -> None:
    """Remove verdicts that led to nothing; an event that made something keeps its verdict and with it its batch."""
    made = select(account_event.c.event_id).where(account_event.c.batch_id == batch_id)
    connection.execute(
        delete(account_match).where(account_match.c.event_id.in_(made),
                                    account_match.c.outcome.in_((MatchOutcome.NATURAL.value, MatchOutcome.NONE.value)))
    )  # fmt: skip


def _read_before(connection: Connection, table: Table, batch_id: int) -> list[dict[str, Any]]:
    texts = connection.execute(
        select(import_undo.c.before).where(import_undo.c.batch_id == batch_id, import_undo.c.table_name == table.name)
    ).scalars()
    return [from_json(table, text) for text in texts]


def _delete_made(connection: Connection, table: Table, made: list[object]) -> None:
    id_column = next(iter(table.primary_key.columns))
    if table is client and _have_months(connection, made):
        raise RollbackRefused("in_use")
    if table in _SHARES:
        shares, name = _SHARES[table]
        for part in chunks(made):
            connection.execute(delete(shares).where(shares.c[name].in_(part)))
    if table is staff:
        # a person may be the manager of another one of the same batch
        for part in chunks(made):
            connection.execute(update(staff).where(staff.c.staff_id.in_(part)).values(manager_id=None))
    if table is org_unit:
        # from the bottom of the tree up
        for key in sorted(made, key=lambda key: -_depth(connection, key)):
            connection.execute(delete(org_unit).where(org_unit.c.unit_id == key))
        return
    for part in chunks(made):
        connection.execute(delete(table).where(id_column.in_(part)))


def _depth(connection: Connection, unit_id: object) -> int:
    path = connection.execute(select(org_unit.c.path).where(org_unit.c.unit_id == unit_id)).scalar_one()
    return str(path).count("/")


def _have_months(connection: Connection, made: list[object]) -> bool:
    """Tell whether any of the clients has a month; one pass over the months, which no index orders by client."""
    ids = {int(str(key)) for key in made}
    if not ids:
        return False
    present = connection.execute(
        select(client_month.c.client_id).distinct().where(client_month.c.client_id.between(min(ids), max(ids)))
    ).scalars()
    return not ids.isdisjoint(present)


def _restore(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    id_column = next(iter(table.primary_key.columns))
    holders = row.pop("shares", None)
    values = {name: value for name, value in row.items() if name != id_column.name and name in table.c}
    connection.execute(update(table).where(id_column == row[id_column.name]).values(**values))
    if table in _SHARES and holders is not None:
        shares, name = _SHARES[table]
        connection.execute(delete(shares).where(shares.c[name] == row[id_column.name]))
        connection.execute(
            insert(shares),
            [{name: row[id_column.name], "staff_id": staff_id, "share_bp": share} for staff_id, share in holders],
        )
