"""What leads look after: next steps of visits, spot checks of logged contacts, meetings with prospects."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, bindparam, select, update

from data_access.bulk import load_rows
from data_access.clock import business_date
from data_access.demo.moments import business_minutes, moment_texts
from data_access.demo.staffing import People
from data_access.demo.streams import stream
from data_access.tables import contact_check, contact_log, prospect, prospect_contact

LOOKED_AT_DAYS = 120
NEXT_STEP_SHARE, CHECKED_SHARE, MEETINGS = 0.45, 0.06, 3.0
"""Visits that leave a next step, contacts of the last months that are checked, contacts with a prospect on average."""
_FOUND = (("confirmed", 0.86), ("unclear", 0.09), ("differs", 0.05))
_CHANNELS = (("visit", 0.46), ("branch", 0.24), ("phone", 0.30))


def store_oversight(connection: Connection, seed: int, staff: People, heads: dict[int, int],
                    last: np.datetime64) -> None:  # fmt: skip
    """Write next steps, checks and prospects' contacts up to the last day of the months."""
    random = stream(seed, "oversight")
    until = last.astype(object)
    log = contact_log.c
    rows = connection.execute(
        select(log.contact_id, log.staff_id, log.at, log.channel).order_by(log.contact_id)
    ).all()  # fmt: skip
    recent = [row for row in rows if business_date(row.at) > until - timedelta(days=LOOKED_AT_DAYS)]
    _store_next_steps(connection, random, recent)
    _store_checks(connection, random, recent, staff, heads, until)
    _store_meetings(connection, random, until)


def _store_next_steps(connection: Connection, random: np.random.Generator, rows: list[Any]) -> None:
    visits = [row for row in rows if row.channel == "visit"]
    ahead = random.integers(5, 30, len(visits)).tolist()
    left = random.random(len(visits)) < NEXT_STEP_SHARE
    steps = [{"key": row.contact_id, "day": business_date(row.at) + timedelta(days=days)}
             for row, days, has in zip(visits, ahead, left.tolist(), strict=True) if has]  # fmt: skip
    if steps:
        connection.execute(update(contact_log).where(contact_log.c.contact_id == bindparam("key"))
                           .values(next_step_on=bindparam("day")), steps)  # fmt: skip


def _store_checks(connection: Connection, random: np.random.Generator, rows: list[Any], staff: People,
                  heads: dict[int, int], until: date) -> None:  # fmt: skip
    chosen = (random.random(len(rows)) < CHECKED_SHARE).tolist()
    found = random.choice([code for code, _ in _FOUND], len(rows), p=[share for _, share in _FOUND]).tolist()
    later, minutes = random.integers(2, 12, len(rows)).tolist(), business_minutes(random, len(rows)).tolist()
    checks = []
    for row, is_chosen, result, days, minute in zip(rows, chosen, found, later, minutes, strict=True):
        head, on = heads.get(int(staff.office[row.staff_id - 1])), business_date(row.at) + timedelta(days=days)
        if is_chosen and head is not None and on <= until:
            note = {"differs": "客户表示未接到此次联系", "unclear": "客户未接听"}.get(result)
            moment = moment_texts(np.array([np.datetime64(on)]), np.array([minute]))[0]
            checks.append((row.contact_id, result, note, head, moment))
    load_rows(connection, contact_check, ("contact_id", "result", "note", "checked_by", "checked_at"), checks)


def _store_meetings(connection: Connection, random: np.random.Generator, until: date) -> None:
    row = prospect.c
    people = connection.execute(
        select(row.prospect_id, row.staff_id, row.entered_by, row.entered_at)
        .where(row.staff_id.is_not(None), row.need != "none").order_by(row.prospect_id)
    ).all()  # fmt: skip
    counts = random.poisson(random.gamma(1.2, MEETINGS / 1.2, len(people))).tolist()
    contacts: list[tuple[Any, ...]] = []
    for one, count in zip(people, counts, strict=True):
        first = business_date(one.entered_at)
        days = sorted(random.integers(0, max((until - first).days, 1), count).tolist())
        channels = random.choice([code for code, _ in _CHANNELS], count, p=[share for _, share in _CHANNELS]).tolist()
        for day, channel in zip(days, channels, strict=True):
            on = first + timedelta(days=day)
            number = len(contacts) + 1
            contacts.append((number, one.prospect_id, one.staff_id, on.isoformat(), channel, one.entered_by,
                             f"{on} 09:30:00.000000", f"demo-prospect-contact-{number}"))  # fmt: skip
    names = ("contact_id", "prospect_id", "staff_id", "on_date", "channel", "entered_by", "entered_at", "request_id")
    load_rows(connection, prospect_contact, names, contacts)
