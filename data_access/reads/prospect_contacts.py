"""Contacts with one prospect, and how many of them were meetings (K-87)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from data_access.scope import Scope, prospects_in
from data_access.tables import prospect, prospect_contact, staff
from domain.words import MEETING_CHANNELS

LISTED = 100


@dataclass(frozen=True)
class ProspectContact:
    """One contact; ``note`` is free text about a person, None for a masked reach."""

    on_date: date
    channel: str
    staff: str
    note: str | None

    @property
    def is_meeting(self) -> bool:
        """True when the two saw each other."""
        return self.channel in MEETING_CHANNELS


def read_prospect_contacts(connection: Connection, scope: Scope, prospect_id: int) -> list[ProspectContact]:
    """Return the contacts with a prospect inside the reach, the newest first, at most ``LISTED``."""
    row = prospect_contact.c
    found: Any = connection.execute(
        select(row.on_date, row.channel, staff.c.name, row.note)
        .join(prospect, prospect.c.prospect_id == row.prospect_id).join(staff, staff.c.staff_id == row.staff_id)
        .where(row.prospect_id == prospect_id, prospects_in(scope, prospect.c.staff_id, prospect.c.office_id))
        .order_by(row.on_date.desc(), row.contact_id.desc()).limit(LISTED)
    )  # fmt: skip
    return [
        ProspectContact(on, channel, name, None if scope.masks_names else note) for on, channel, name, note in found
    ]
