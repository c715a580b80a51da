"""The matching: every account event without a verdict gets one, in the order of the moments, once (R-02, R-10 to R-37).

A run repeated on the same facts changes nothing, and the order in which files came plays no part.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, select, text

from data_access.actor import Actor
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.acting import acting_as
from data_access.database import Database
from data_access.listed import chunks
from data_access.register.match_book import MatchBook
from data_access.register.match_bulk import settle_unspoken
from data_access.register.match_events import read_events, read_fruitless_returns, read_waiting
from data_access.register.match_verdicts import Verdict, keep, settle_event
from data_access.register.silent_run import settle_silent
from data_access.tables import client
from domain.calendar import CalendarMissing
from domain.register_words import MatchOutcome
from domain.words import Role

CHUNK = 500
"""Events decided in one transaction."""
_LOCK_KEY = 762_302


@dataclass(frozen=True)
class MatchSummary:
    """What a run did: verdicts by outcome, and the years without a calendar for which events wait (R-12)."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    waiting: int = 0
    missing_years: tuple[int, ...] = ()

    @property
    def decided(self) -> int:
        """How many events got a verdict."""
        return sum(self.outcomes.values())


@dataclass
class _Tally:
    outcomes: Counter[str] = field(default_factory=Counter)
    missing: list[int] = field(default_factory=list)

    def summary(self) -> MatchSummary:
        return MatchSummary(dict(sorted(self.outcomes.items())), len(self.missing), tuple(sorted(set(self.missing))))


def match_events(db: Database, *, actor: Actor) -> MatchSummary:
    """Decide every event that waits for a verdict, a few hundred per transaction.

    Raises ``NotSignedIn``, ``NotAllowed``. An event whose working days lie in a year without a calendar waits for
    that calendar; the others go on.
    """

    def begin(connection: Connection) -> tuple[int, list[int]]:
        acting_as(connection, actor, Role.HQ)
        line_up(connection)
        return settle_unspoken(connection, now()), read_waiting(connection)

    unspoken, waiting = db.transact(begin)
    tally = _Tally()
    for part in chunks(waiting, CHUNK):
        decided = db.transact(partial(_settle_part, actor=actor, event_ids=part))
        tally.outcomes.update(decided.outcomes)
        tally.missing += decided.missing
    silent = db.transact(partial(_settle_silent, actor=actor))
    if silent:
        tally.outcomes[MatchOutcome.RELATIONSHIP.value] += silent
    summary = tally.summary()
    if unspoken or summary.decided:

        def close(connection: Connection) -> None:
            user = acting_as(connection, actor, Role.HQ)
            append_audit(connection, action="register.match", user_id=user.user_id, operator=user.operator,
                         object_kind="register", details={**summary.outcomes, "unspoken": unspoken,
                                                          "waiting": summary.waiting})  # fmt: skip

        db.transact(close)
    return MatchSummary({**summary.outcomes, **({"unspoken": unspoken} if unspoken else {})}, summary.waiting,
                        summary.missing_years)  # fmt: skip


def match_document(connection: Connection, document_hash: str, *, again: bool = False) -> None:
    """Decide anew what a fresh record can still change, inside the transaction that enters it (R-11).

    The matching stands in line behind other runs, so that neither a run nor a record overlooks the other. ``again``:
    returns that led to nothing are asked once more, because a record has changed its path (R-29).
    """
    line_up(connection)
    ids = connection.execute(select(client.c.client_id).where(client.c.document_hash == document_hash)).scalars().all()
    if ids:
        waiting = read_waiting(connection, ids)
        fruitless = [one for one in read_fruitless_returns(connection, ids) if one not in waiting] if again else []
        _settle(connection, [*waiting, *fruitless])


def _settle_part(connection: Connection, *, actor: Actor, event_ids: Sequence[int]) -> _Tally:
    acting_as(connection, actor, Role.HQ)
    line_up(connection)
    events = read_events(connection, event_ids)
    # another run may have been here meanwhile
    still = set(read_waiting(connection, {event.client_id for event in events}))
    return _settle(connection, [event_id for event_id in event_ids if event_id in still])


def _settle_silent(connection: Connection, *, actor: Actor) -> int:
    acting_as(connection, actor, Role.HQ)
    line_up(connection)
    return settle_silent(connection)


def _settle(connection: Connection, event_ids: Sequence[int]) -> _Tally:
    events = read_events(connection, event_ids)
    tally = _Tally()
    if not events:
        return tally
    ids = {event.client_id for event in events}
    # all at once and in one order, before anything is written
    connection.execute(select(client.c.client_id).where(client.c.client_id.in_(ids)).order_by(client.c.client_id)
                       .with_for_update())  # fmt: skip
    book = MatchBook(connection, ids)
    verdicts: list[tuple[Row[Any], str, Verdict]] = []
    for event in events:
        try:
            verdicts.append((event, *settle_event(connection, book, event)))
        except CalendarMissing as missing:
            tally.missing.append(missing.year)
    keep(connection, verdicts)
    tally.outcomes.update(verdict.outcome for _, _, verdict in verdicts)
    return tally


def line_up(connection: Connection) -> None:
    """Let one matching at a time decide; on SQLite the write transaction does it.

    Transactions that end in a matching stand in line before they write anything, so that none waits for another that
    waits for it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
