"""Pre-registrations as the rules see them, by the document that they name."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, select

from data_access.clock import business_date
from data_access.tables import preregistration, preregistration_share, staff
from domain.preregistration import Holding, Registered

CHUNK = 500


def read_registered(connection: Connection, document_hashes: Iterable[str]) -> dict[str, list[Registered]]:
    """Return every record, in whatever state, of some documents: by document hash, in order of registration."""
    wanted = sorted(set(document_hashes))
    found: dict[str, list[Registered]] = {}
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        for record in _records(connection, preregistration.c.document_hash.in_(part)):
            found.setdefault(record.document_hash, []).append(record)
    return found


def read_record(connection: Connection, prereg_no: str) -> Registered | None:
    """Return one record by its number."""
    return next(iter(_records(connection, preregistration.c.prereg_no == prereg_no)), None)


def _records(connection: Connection, condition: ColumnElement[bool]) -> list[Registered]:
    one, share = preregistration.c, preregistration_share.c
    rows = connection.execute(select(preregistration).where(condition).order_by(one.registered_at, one.prereg_no)).all()
    holders: dict[int, list[Holding]] = {}
    for row in connection.execute(
        select(share.prereg_id, share.staff_id, share.share_bp, staff.c.staff_no)
        .join(preregistration, one.prereg_id == share.prereg_id)
        .join(staff, staff.c.staff_id == share.staff_id)
        .where(condition)
        .order_by(share.prereg_id, staff.c.staff_no)
    ):
        holders.setdefault(row.prereg_id, []).append(Holding(row.staff_id, row.staff_no, row.share_bp))
    return [
        Registered(
            prereg_id=row.prereg_id, prereg_no=row.prereg_no, type=row.type, client_name=row.client_name,
            document_hash=row.document_hash, has_contact=bool(row.contact_masked), registered_at=row.registered_at,
            registered_on=business_date(row.registered_at), expires_on=row.expires_on,
            holders=tuple(holders.get(row.prereg_id, ())), state=row.state, route=row.route,
            withdrawn_at=row.withdrawn_at, task_id=row.task_id)
        for row in rows
    ]  # fmt: skip
