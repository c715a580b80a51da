"""Logged contacts for spot checks: a drawn sample that nobody picked, and what earlier checks found (K-86)."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, select

from data_access.scope import Scope, staff_in
from data_access.tables import app_user, client, contact_check, contact_log, staff
from domain.identity import mask_name

SAMPLE_SIZE = 10
"""Contacts drawn for one check."""
LISTED = 200


@dataclass(frozen=True)
class CheckRow:
    """One logged contact; notes are free text about a person, None for a masked reach. ``checked_at`` None: not yet."""

    contact_id: int
    at: datetime
    staff_no: str
    staff: str
    client_no: str
    client: str
    channel: str
    result: str | None
    note: str | None
    found: str | None
    check_note: str | None
    checked_by: str | None
    checked_at: datetime | None


def read_check_sample(connection: Connection, scope: Scope, *, from_at: datetime, until_at: datetime, seed: str,
                      size: int = SAMPLE_SIZE, staff_no: str | None = None) -> list[CheckRow]:  # fmt: skip
    """Return some unchecked contacts of the reach between two moments, drawn by chance; equal seeds draw alike."""
    log = contact_log.c
    ids = connection.execute(
        select(log.contact_id).join(staff, staff.c.staff_id == log.staff_id)
        .where(*_asked(scope, from_at, until_at, staff_no),
               ~exists().where(contact_check.c.contact_id == log.contact_id))
        .order_by(log.contact_id)
    ).scalars().all()  # fmt: skip
    # no secret hangs on the draw: it only keeps a lead from choosing
    drawn = random.Random(seed).sample(ids, min(size, len(ids)))  # noqa: S311
    return _rows(connection, scope, [log.contact_id.in_(drawn)])


def read_checks(connection: Connection, scope: Scope, *, from_at: datetime, until_at: datetime,
                staff_no: str | None = None) -> list[CheckRow]:  # fmt: skip
    """Return the checked contacts of the reach between two moments, the newest first, at most ``LISTED``."""
    return _rows(connection, scope, [*_asked(scope, from_at, until_at, staff_no),
                                     contact_check.c.checked_at.is_not(None)])  # fmt: skip


def _asked(scope: Scope, from_at: datetime, until_at: datetime, staff_no: str | None) -> list[ColumnElement[bool]]:
    log = contact_log.c
    kept = [log.at >= from_at, log.at < until_at, staff_in(scope, log.staff_id, staff.c.unit_id)]
    return kept if staff_no is None else [*kept, staff.c.staff_no == staff_no]


def _rows(connection: Connection, scope: Scope, conditions: list[ColumnElement[bool]]) -> list[CheckRow]:
    log, check = contact_log.c, contact_check.c
    found: Any = connection.execute(
        select(log.contact_id, log.at, staff.c.staff_no, staff.c.name.label("staff"), client.c.client_no,
               client.c.name.label("client"), log.channel, log.result, log.note, check.result.label("found"),
               check.note.label("check_note"), app_user.c.display_name.label("checked_by"), check.checked_at)
        .join(staff, staff.c.staff_id == log.staff_id)
        .join(client, client.c.client_id == log.client_id)
        .outerjoin(contact_check, check.contact_id == log.contact_id)
        .outerjoin(app_user, app_user.c.user_id == check.checked_by)
        .where(*conditions).order_by(log.at.desc(), log.contact_id.desc()).limit(LISTED)
    ).mappings()  # fmt: skip
    masked = {"note": None, "check_note": None} if scope.masks_names else {}
    return [CheckRow(**{**one, **masked, "client": mask_name(one["client"]) if scope.masks_names else one["client"]})
            for one in found]  # fmt: skip
