"""What clients did: their published months, their spells away and the events that bring them back.

Clients are named by a selection of their ids, so that ten thousand of them cost a handful of statements; a few may be
named one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, select

from data_access.listed import chunks
from data_access.reads.generation import Generation
from data_access.reads.holders import read_branches
from data_access.register.match_events import makes_business
from data_access.tables import account, account_event, client_spell, client_status, client_version, org_unit
from domain.identity import normal_text
from domain.months import month_end
from domain.outcomes import MonthConduct, ReturnEvent
from domain.reactivation import PERSONAL_REASON, PERSONAL_REASONS, Transfer
from domain.status import Spell
from domain.words import AccountEventKind, Status

Ids = Select[tuple[int]] | Sequence[int]
_NO_BUILD = -1
_RETURNS = (AccountEventKind.OPENED.value, AccountEventKind.DESIGNATION_MADE.value, AccountEventKind.ACTIVATED.value)


@dataclass(frozen=True, slots=True)
class PublishedMonth(MonthConduct):
    """One published month of a client: what it did, and its status and turnover (fen, None unknown)."""

    status: str = ""
    turnover_fen: int | None = None


def month_known(generation: Generation | None, as_of: date) -> int | None:
    """Return the newest published month that is over by a day; None where there is none."""
    if generation is None:
        return None
    return max((month for month in generation.builds if month_end(month) <= as_of), default=None)


def read_months(connection: Connection, ids: Ids, generation: Generation,
                months: Iterable[int]) -> dict[int, dict[int, PublishedMonth]]:  # fmt: skip
    """Return the published months of some clients by client_id and month; a month without a row of facts is left out.

    Months that are not published are skipped.
    """
    builds = [generation.builds[month] for month in months if month in generation.builds]
    if not builds:
        return {}
    found: dict[int, dict[int, PublishedMonth]] = {}
    row = client_status.c
    statement = select(row.client_id, row.month, row.inflow_fen, row.outflow_fen, row.trades_count, row.end_assets_fen,
                       row.status, row.turnover_fen).where(
        row.build_id.in_(builds), row.client_id.in_(ids), row.has_row)  # fmt: skip
    for client_id, month, *facts in connection.execute(statement).all():
        found.setdefault(client_id, {})[month] = PublishedMonth(*facts)
    return found


def read_standing(connection: Connection, ids: Ids, generation: Generation,
                  month: int) -> dict[int, tuple[str, int | None]]:  # fmt: skip
    """Return status and month-end assets (fen, None unknown) of some clients at the end of a month, by client_id.

    A client without a row of facts is left out, as is every one where the month is not published.
    """
    row = client_status.c
    statement = select(row.client_id, row.status, row.end_assets_fen).where(
        row.build_id == generation.builds.get(month, _NO_BUILD), row.client_id.in_(ids), row.has_row)  # fmt: skip
    return {client_id: (status, assets) for client_id, status, assets in connection.execute(statement).all()}


def read_spells(connection: Connection, ids: Ids) -> tuple[dict[int, list[Spell]], dict[int, list[Spell]]]:
    """Return the lost and the archived spells of some clients by client_id, in order."""
    lost: dict[int, list[Spell]] = {}
    archived: dict[int, list[Spell]] = {}
    spell = client_spell.c
    for client_id, kind, from_on, to_on in connection.execute(
        select(spell.client_id, spell.kind, spell.from_on, spell.to_on)
        .where(spell.client_id.in_(ids)).order_by(spell.client_id, spell.from_on)
    ).all():  # fmt: skip
        kept = lost if kind == Status.LOST else archived
        kept.setdefault(client_id, []).append(Spell(from_on, to_on))
    return lost, archived


def read_returns(connection: Connection, ids: Ids, *, first: date, last: date,
                 lost: Mapping[int, Sequence[Spell]]) -> dict[int, list[ReturnEvent]]:  # fmt: skip
    """Return the events between two days, both included, that could bring clients back, by client_id and in order.

    The kinds of events and accounts are those that the matching knows (R-21, R-23). Those of lost clients tell whether
    the client came back to another branch company, and for what reason (R-22).
    """
    event = account_event.c
    rows: Any = connection.execute(
        select(event.client_id, event.event, event.on_date, event.office_id)
        .join(account, account.c.account_id == event.account_id)
        .where(event.client_id.in_(ids), event.on_date >= first, event.on_date <= last, event.event.in_(_RETURNS),
               makes_business())
        .order_by(event.client_id, event.at, event.event_id)
    ).all()  # fmt: skip
    moves = _Moves(connection, [row for row in rows if row.client_id in lost])
    found: dict[int, list[ReturnEvent]] = {}
    for row in rows:
        away = [one.from_on for one in lost.get(row.client_id, ()) if one.from_on <= row.on_date]
        transfer = moves.transfer(row, away[-1]) if away else None
        found.setdefault(row.client_id, []).append(ReturnEvent(row.event, row.on_date, transfer))
    return found


class _Moves:
    """Where clients who came back were before, and what their events say about why they moved (R-22)."""

    def __init__(self, connection: Connection, rows: Sequence[Row[Any]]) -> None:
        self._offices: dict[int, list[Row[Any]]] = {}
        self._notes: dict[int, list[tuple[date, str]]] = {}
        if not rows:
            return
        self._branches = read_branches(connection)
        self._cities: dict[int, str | None] = {}
        for unit in connection.execute(select(org_unit.c.unit_id, org_unit.c.city)):
            self._cities[unit.unit_id] = unit.city
        for ids in chunks(sorted({row.client_id for row in rows})):
            version, event = client_version.c, account_event.c
            offices: Any = connection.execute(
                select(version.client_id, version.valid_from, version.valid_to, version.office_id)
                .where(version.client_id.in_(ids))
            )  # fmt: skip
            for row in offices:
                self._offices.setdefault(row.client_id, []).append(row)
            notes = select(event.client_id, event.on_date, event.note)
            for key, day, note in connection.execute(notes.where(event.client_id.in_(ids), event.note.is_not(None))):
                self._notes.setdefault(key, []).append((day, note))

    def transfer(self, event: Row[Any], lost_on: date) -> Transfer | None:
        old = self._office_on(event.client_id, lost_on)
        new = event.office_id or self._office_on(event.client_id, event.on_date)
        before, after = self._branches.get(old or 0), self._branches.get(new or 0)
        if before is None or after is None or before == after:
            return None
        said = [note for day, note in self._notes.get(event.client_id, ()) if lost_on <= day <= event.on_date]
        personal = any(normal_text(note).casefold() in PERSONAL_REASONS for note in said)
        return Transfer(PERSONAL_REASON if personal else "", str(before), str(after), self._cities.get(old or 0),
                        self._cities.get(new or 0))  # fmt: skip

    def _office_on(self, client_id: int, day: date) -> int | None:
        for row in self._offices.get(client_id, ()):
            begun = row.valid_from is None or row.valid_from <= day
            if begun and (row.valid_to is None or row.valid_to > day):
                return int(row.office_id)
        return None
