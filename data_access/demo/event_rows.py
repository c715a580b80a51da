"""Account events: openings, the losses and returns of the months, margin, futures and repurchase accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection

from data_access.bulk import load_columns, load_rows
from data_access.demo.behaviour import CLOSED, Behaviour, MonthFigures
from data_access.demo.client_rows import client_no
from data_access.demo.moments import business_minutes, day_texts, moment_texts, month_days
from data_access.demo.profiles import INDIVIDUAL, Profiles
from data_access.demo.streams import stream
from data_access.tables import account, account_event, loss_reason_entry
from domain.months import month_end, month_start
from domain.words import LossReason, codes

_PART = {
    "opened": (0, 0.45), "designation_made": (0, 0.45), "activated": (0, 0.45), "transferred_in": (0.4, 0.7),
    "archived": (0.6, 1), "transferred_out": (0.4, 0.7), "closed": (0.75, 1), "designation_withdrawn": (0.75, 1),
}  # fmt: skip
"""The part of the month in which events happen: returns before trades, losses after them."""
_REASON_WEIGHTS = (0.30, 0.14, 0.22, 0.08, 0.10, 0.11, 0.05)
EXTRA_KINDS = ("margin", "futures", "repo")


@dataclass
class EventBook:
    """Writes events and remembers what relationships need: the days of losses, returns and business openings."""

    seed: int
    next_account: int
    lost_on: dict[int, np.datetime64] = field(default_factory=dict)
    returned_on: dict[int, np.datetime64] = field(default_factory=dict)
    business_on: dict[str, dict[int, np.datetime64]] = field(default_factory=dict)

    def store_openings(
        self,
        connection: Connection,
        profiles: Profiles,
        behaviour: Behaviour,
        start: int,
        stop: int,
        offices: list[int],
        months: list[int],
    ) -> None:
        """Write the opening of every client of a block, and for some the loss or archiving before the first month."""
        random = stream(self.seed, "openings", start)
        index = np.arange(start, min(stop, len(profiles)))
        days = profiles.opened[index]
        self._store(
            connection,
            random,
            "opened",
            index,
            days,
            offices=[offices[office] for office in profiles.office_before[index].tolist()],
        )
        first = np.datetime64(month_start(months[0]))
        old = index[behaviour.lost_before[index] & (index % 2 == 1)]
        for event, chosen in (
            ("closed", old[behaviour.place[old] == CLOSED]),
            ("designation_withdrawn", old[behaviour.place[old] != CLOSED]),
            ("archived", index[behaviour.archived_before[index]]),
        ):
            end = np.minimum(
                profiles.opened[chosen] + random.integers(90, 800, len(chosen)).astype("timedelta64[D]"),
                first - np.timedelta64(20, "D"),
            )
            self._store(connection, random, event, chosen, end)

    def store_business(self, connection: Connection, profiles: Profiles, months: list[int]) -> None:
        """Open margin, futures and repurchase accounts of wealthier clients some time after the cash account."""
        random = stream(self.seed, "business")
        last = np.datetime64(month_end(months[-1]))
        count = len(profiles)
        rich = (profiles.wealth > 150_000) & (profiles.kind == INDIVIDUAL)
        wanted = {
            "margin": profiles.has_margin,
            "futures": rich & (random.random(count) < 0.06),
            "repo": rich & (random.random(count) < 0.015),
        }
        for number, kind in enumerate(EXTRA_KINDS, start=2):
            chosen = np.flatnonzero(wanted[kind])
            days = profiles.opened[chosen] + random.integers(20, 1_500, len(chosen)).astype("timedelta64[D]")
            chosen, days = chosen[days < last], days[days < last]
            days = np.array([_weekday(day) for day in days], dtype="datetime64[D]")
            self.business_on[kind] = dict(zip(chosen.tolist(), days, strict=True))
            ids = list(range(self.next_account, self.next_account + len(chosen)))
            self.next_account += len(chosen)
            load_columns(
                connection,
                account,
                {
                    "account_id": ids,
                    "client_id": (chosen + 1).tolist(),
                    "account_kind": [kind] * len(chosen),
                    "account_no": [f"{client_no(i)}0{number}" for i in chosen.tolist()],
                },
            )
            self._store(connection, random, "opened", chosen, days, accounts=ids)
            if kind == "repo":
                self._store(connection, random, "first_repo", chosen, days, accounts=ids)

    def store_month(self, connection: Connection, figures: MonthFigures, at: int, month: int) -> None:
        """Write what happened to clients in one month, and the reason for most losses."""
        random = stream(self.seed, "events", at)
        for happening in figures.happenings:
            if not len(happening.clients):
                continue
            days = month_days(random, month, len(happening.clients), part=_PART[happening.event])
            self._store(connection, random, happening.event, happening.clients, days, amounts=happening.amount_fen)
            known = dict(zip(happening.clients.tolist(), days, strict=True))
            if happening.event in ("closed", "designation_withdrawn"):
                self.lost_on.update(known)
                self._store_reasons(connection, random, happening.clients, days)
            elif happening.event in ("opened", "designation_made", "activated"):
                self.returned_on.update(known)

    def _store_reasons(
        self, connection: Connection, random: np.random.Generator, clients: np.ndarray, days: np.ndarray
    ) -> None:
        reasons = codes(LossReason)
        told = random.random(len(clients)) < 0.6
        picks = random.choice(len(reasons), len(clients), p=_REASON_WEIGHTS)
        rows = [
            (i + 1, day, reasons[pick], moment)
            for i, day, pick, moment, is_told in zip(
                clients.tolist(),
                day_texts(days),
                picks.tolist(),
                moment_texts(days + np.timedelta64(2, "D"), business_minutes(random, len(clients))),
                told.tolist(),
                strict=True,
            )
            if is_told
        ]
        load_rows(connection, loss_reason_entry, ("client_id", "lost_on", "reason", "entered_at"), rows)

    def _store(
        self,
        connection: Connection,
        random: np.random.Generator,
        event: str,
        clients: np.ndarray,
        days: np.ndarray,
        *,
        accounts: list[int] | None = None,
        amounts: np.ndarray | None = None,
        offices: list[int] | None = None,
    ) -> None:
        size = len(clients)
        if not size:
            return
        # of some events only the day is known
        has_time = random.random(size) >= 0.03
        minutes = np.where(has_time, business_minutes(random, size), 0)
        columns: dict[str, Any] = {
            "client_id": (clients + 1).tolist(),
            "account_id": accounts or (clients + 1).tolist(),
            "event": [event] * size,
            "at": moment_texts(days, minutes),
            "on_date": day_texts(days),
            "has_time": has_time.astype(int).tolist(),
        }
        if amounts is not None:
            columns["amount_fen"] = amounts.tolist()
        if offices is not None:
            columns["office_id"] = offices
        load_columns(connection, account_event, columns)


def _weekday(day: np.datetime64) -> np.datetime64:
    weekday = (int(day.astype("int64")) + 3) % 7
    return day - np.timedelta64(max(weekday - 4, 0), "D")
