"""Pre-registrations of the last weeks: in time, late, doubled, across branches, run out, withdrawn, special-new.

Recent relationships of types that an event makes are not stored as such: their records are, and the matching makes
them, so that the demo firm shows relationships, approvals and near misses with their traces.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Connection, insert, select, update

from data_access.bulk import load_rows
from data_access.clock import business_date
from data_access.demo.documents import identity_cards, mobile
from data_access.demo.event_rows import EventBook
from data_access.demo.moments import business_minutes, moment_texts
from data_access.demo.names import people
from data_access.demo.profiles import Profiles
from data_access.demo.staffing import FAR, People
from data_access.demo.streams import stream
from data_access.demo.ties import Ties
from data_access.keys import encrypt, match_hash
from data_access.listed import chunks
from data_access.tables import client, preregistration, preregistration_share, reactivation_task, task_event
from domain.identity import mask_document, mask_phone
from domain.months import add_months
from domain.words import POOL

_MADE_DAYS = {"new_development": 60, "ib_service": 60, "margin_development": 60, "repo_development": 60,
              "agent_development": 25}  # fmt: skip
"""By type: relationships that began in so many last days are made by the matching."""
_FRESH_DAYS = 9
"""Openings so young may still be registered late."""
_DAY = np.timedelta64(1, "D")
_COLUMNS = ("prereg_id", "prereg_no", "type", "route", "client_name", "document_kind", "document_hash",
            "document_masked", "contact_cipher", "contact_masked", "registered_at", "expires_on", "state",
            "withdrawn_at", "withdrawn_reason", "exclusive_key", "task_id", "version")  # fmt: skip


@dataclass
class Made:
    """Relationships that the matching is to make: type, client index, first day, holders as (staff index, share)."""

    rows: list[tuple[str, int, np.datetime64, list[tuple[int, int]]]] = field(default_factory=list)


def take_recent(ties: list[Ties], last: np.datetime64) -> Made:
    """Take the young relationships of types that an event makes out of the ties, and return them."""
    made = Made()
    for tie in ties:
        young = (tie.until == FAR) & (tie.since > last - np.timedelta64(_MADE_DAYS.get(tie.type, 0), "D"))
        for place in np.flatnonzero(young).tolist():
            holders = [(int(who), int(share)) for who, share in zip(tie.holders[place], tie.shares[place], strict=True)
                       if who >= 0]  # fmt: skip
            made.rows.append((tie.type, int(tie.clients[place]), tie.since[place], holders))
        keep = ~young
        tie.clients, tie.since, tie.until = tie.clients[keep], tie.since[keep], tie.until[keep]
        tie.holders, tie.shares = tie.holders[keep], tie.shares[keep]
        tie.reason = [reason for reason, kept in zip(tie.reason, keep.tolist(), strict=True) if kept]
    return made


def store_records(
    connection: Connection, seed: int, profiles: Profiles, staff: People, book: EventBook, made: Made,
    last: np.datetime64,
) -> int:  # fmt: skip
    """Write the records behind recent events and those that still wait for one; return how many."""
    desk = _Desk(connection, seed, profiles, staff, last)
    for kind, index, day, holders in made.rows:
        desk.behind(kind, index, day, holders)
    fresh = np.flatnonzero((profiles.opened > last - _FRESH_DAYS * _DAY) & (profiles.opened <= last)
                           & ~profiles.is_developed)  # fmt: skip
    for index in fresh[:12].tolist():
        desk.late(index)
    for index, day in sorted(book.returned_on.items()):
        if last - 25 * _DAY < day <= last and book.lost_on.get(index, last) < day - 100 * _DAY:
            desk.special_new(index, day)
    desk.hand_outs()
    desk.waiting()
    return desk.write()


class _Desk:
    """Collects records in the order of their registration."""

    def __init__(self, connection: Connection, seed: int, profiles: Profiles, staff: People,
                 last: np.datetime64) -> None:  # fmt: skip
        self.connection, self.profiles, self.staff, self.last = connection, profiles, staff, last
        # people go on registering after the last month, until the day on which the firm is built
        today = np.datetime64(business_date())
        self.today = today if last <= today <= last + 31 * _DAY else last
        self.random = stream(seed, "records")
        self.records: list[tuple[dict[str, Any], np.datetime64, list[tuple[int, int]]]] = []
        serving = (staff.left == FAR) & (staff.licence_end == FAR) & (staff.licence < last - 400 * _DAY)
        self.frontline = np.flatnonzero(serving & np.isin(staff.category, (0, 1, 2)) & (staff.office >= 0))

    def behind(self, kind: str, index: int, day: np.datetime64, holders: list[tuple[int, int]]) -> None:
        """Add the record or records behind an event of a client: in time, late, doubled, across branch companies."""
        draw = float(self.random.random())
        if kind == "agent_development":
            draw = 0.9  # agents go to approval as they are
        is_young = day > self.last - _FRESH_DAYS * _DAY
        before = max(day - int(self.random.integers(2, 24)) * _DAY, self.profiles.opened[index] - 25 * _DAY)
        if kind in ("margin_development", "repo_development"):
            before = max(before, self.profiles.opened[index] + _DAY)
        if is_young and draw < 0.35 and day < self.last:
            before = min(day + int(self.random.integers(1, 6)) * _DAY, self.last)
        elif 0.35 <= draw < 0.40 and kind == "new_development":
            self._add(kind, index, before - _DAY, [(self._colleague(index, holders), 10_000)])
        elif 0.40 <= draw < 0.44 and kind == "new_development":
            stranger = int(self.random.choice(self.frontline))
            holders = [(holders[0][0], 6_000), *([(stranger, 4_000)] if stranger != holders[0][0] else [])]
        self._add(kind, index, before, holders)

    def late(self, index: int) -> None:
        """Add a make-up for a client whom nobody registered in time."""
        day = min(self.profiles.opened[index] + int(self.random.integers(1, 8)) * _DAY, self.last)
        self._add("new_development", index, day, [(self._colleague(index, []), 10_000)])

    def special_new(self, index: int, day: np.datetime64) -> None:
        """Add the record of a returned pool client, applied for as special-new."""
        before = day - int(self.random.integers(2, 20)) * _DAY
        self._add("new_development", index, before, [(self._colleague(index, []), 10_000)], route="special_new")

    def hand_outs(self) -> None:
        """Register a part of the open hand-outs for redevelopment and move them on."""
        task = reactivation_task.c
        rows = self.connection.execute(
            select(task.task_id, task.client_id, task.staff_id, task.assigned_at, task.version)
            .where(task.state == "open", task.pool_status.in_([status.value for status in POOL])).order_by(task.task_id)
        ).all()  # fmt: skip
        for row in rows:
            given = np.datetime64(row.assigned_at.date())
            day = given + int(self.random.integers(2, 9)) * _DAY
            if self.random.random() > 0.3 or day >= self.last or day <= self.last - 28 * _DAY:
                continue
            moment = row.assigned_at.replace(hour=2) + (day - given).astype("timedelta64[s]").item()
            self.connection.execute(update(reactivation_task).where(task.task_id == row.task_id)
                                    .values(state="preregistered", version=row.version + 1))  # fmt: skip
            self.connection.execute(insert(task_event).values(
                task_id=row.task_id, sequence=2, kind="preregistered", from_state="open", to_state="preregistered",
                staff_id=row.staff_id, at=moment))  # fmt: skip
            self._add("redevelopment", row.client_id - 1, day, [(row.staff_id - 1, 10_000)], route="task",
                      task_id=row.task_id)  # fmt: skip

    def waiting(self) -> None:
        """Add records of persons who are no clients yet: valid, run out, withdrawn, some by agents."""
        size = 64
        number = np.arange(900_000, 900_000 + size)
        birth = np.datetime64("1970-01-01") + self.random.integers(0, 11_000, size).astype("timedelta64[D]")
        female = self.random.random(size) < 0.45
        cards = identity_cards(number, birth, (np.arange(size) * 2 + np.where(female, 0, 1)) % 1_000)
        names = people(self.random, female)
        agents = np.flatnonzero((self.staff.category == 3) & (self.staff.left == FAR)
                                & (self.staff.licence < self.last - 400 * _DAY))  # fmt: skip
        for place, (name, card) in enumerate(zip(names, cards, strict=True)):
            day = self.today - int(self.random.integers(1, 27 if place < 44 else 60)) * _DAY
            if place >= 44:
                day = min(day, self.today - 33 * _DAY)
            by_agent = place % 8 == 0 and len(agents)
            who = int(self.random.choice(agents if by_agent else self.frontline))
            withdrawn = {"state": "withdrawn", "withdrawn_reason": "客户改期"} if place % 16 == 5 else {}
            person = {"client_name": name, "document_kind": "id_card", "document_hash": match_hash(card),
                      "document_masked": mask_document(card), "contact_cipher": encrypt(mobile(9_000_000 + place)),
                      "contact_masked": mask_phone(mobile(9_000_000 + place))}  # fmt: skip
            kind = "agent_development" if by_agent else "ib_service" if place % 16 == 9 else "new_development"
            if kind == "ib_service" and self.staff.futures[who] == FAR:
                kind = "new_development"
            self.records.append(({**person, "type": kind, "route": "ordinary", **withdrawn}, day, [(who, 10_000)]))

    def write(self) -> int:
        """Write the records numbered in the order of their registration."""
        wanted = sorted({values["index"] for values, _, _ in self.records if "index" in values})
        clients = {row.client_id - 1: row for part in chunks(wanted, 500) for row in self.connection.execute(
            select(client).where(client.c.client_id.in_([index + 1 for index in part])))}  # fmt: skip
        minutes = business_minutes(self.random, len(self.records)).tolist()
        order = sorted(range(len(self.records)), key=lambda place: (self.records[place][1], minutes[place], place))
        rows, shares, keys = [], [], set()
        today = date.fromisoformat(str(self.today))
        for key, place in enumerate(order, start=1):
            values, day, holders = self.records[place]
            if "index" in values:
                values = {**_person(clients[values["index"]]), **values}
            expires = add_months(date.fromisoformat(str(day)), 1)
            state = values.get("state") or ("active" if expires >= today else "expired")
            moment = moment_texts(np.array([day]), np.array([minutes[place]]))[0]
            exclusive = f"{values['type']}:{values['document_hash']}"
            is_only = values["type"] == "agent_development" and state == "active" and exclusive not in keys
            keys.add(exclusive)
            values = {**values, "prereg_id": key, "prereg_no": f"PR-{key:08d}", "registered_at": moment,
                      "expires_on": expires.isoformat(), "state": state, "version": 1,
                      "exclusive_key": exclusive if is_only else None,
                      "withdrawn_at": moment if state == "withdrawn" else None}  # fmt: skip
            rows.append(tuple(values.get(name) for name in _COLUMNS))
            shares += [(key, who + 1, share) for who, share in holders]
        load_rows(self.connection, preregistration, _COLUMNS, rows)
        load_rows(self.connection, preregistration_share, ("prereg_id", "staff_id", "share_bp"), shares)
        return len(rows)

    def _add(self, kind: str, index: int, day: np.datetime64, holders: list[tuple[int, int]], *,
             route: str = "ordinary", task_id: int | None = None) -> None:  # fmt: skip
        self.records.append(({"index": index, "type": kind, "route": route, "task_id": task_id}, day, holders))

    def _colleague(self, index: int, holders: list[tuple[int, int]]) -> int:
        """Return a frontline person of the client's office beside the holders."""
        near = self.frontline[self.staff.office[self.frontline] == self.profiles.office[index]]
        others = near[~np.isin(near, [who for who, _ in holders])]
        return int(self.random.choice(others if len(others) else self.frontline))


def _person(row: Any) -> dict[str, Any]:
    phone = row.phone_masked or mask_phone(mobile(row.client_id))
    cipher = row.phone_cipher or encrypt(mobile(row.client_id))
    return {"client_name": row.name, "document_kind": row.document_kind, "document_hash": row.document_hash,
            "document_masked": row.document_masked, "contact_cipher": cipher, "contact_masked": phone}  # fmt: skip
