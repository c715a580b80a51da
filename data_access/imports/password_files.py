"""The one-time passwords that an import of accounts left on the server: handed to its importer once, then deleted."""

from __future__ import annotations

from sqlalchemy import select

from data_access.actor import ActingUser
from data_access.audit import append_audit
from data_access.database import Database
from data_access.settings import settings
from data_access.tables import import_batch


def take_password_file(db: Database, user: ActingUser, batch_id: int) -> bytes | None:
    """Return the file of a batch and delete it; None when it was taken already or is somebody else's.

    Only who imported the accounts may take it, and only once; the audit row names the batch.
    """
    with db.reading() as connection:
        owner = connection.execute(
            select(import_batch.c.by_user_id).where(import_batch.c.batch_id == batch_id, import_batch.c.kind == "user")
        ).scalar()
    if owner is None or owner != user.user_id:
        return None
    for path in sorted(settings().files_dir.glob(f"one-time-passwords-{batch_id}-*.csv")):
        taken = path.with_suffix(".taken")
        try:
            path.rename(taken)  # of two at once, one finds nothing
        except FileNotFoundError:
            return None
        content = taken.read_bytes()
        taken.unlink()
        db.transact(lambda connection: append_audit(
            connection, action="import.passwords", user_id=user.user_id, object_kind="import_batch",
            object_key=str(batch_id)))  # fmt: skip
        return content
    return None
