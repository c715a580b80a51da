"""Why a client stands where it stands: the rule, what was found, what is asked, and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from data_access.database import Database, database
from data_access.reads.generation import Generation
from data_access.reads.trace_facts import TraceFacts, read_trace_facts
from data_access.scope import FIRM, Scope
from domain.months import month_end, month_text
from domain.status import StatusTrace, Test, explain_status
from domain.tiers import TierTrace, explain_tier
from domain.words import POOL, Status, Tier
from metrics.language import SOURCE, translator
from metrics.question import QuestionError, ask

COLUMNS = ("aspect", "result", "rule", "test", "met", "actual", "threshold", "at", "change")
CHANGES = {
    "reopen_account": "An account is opened again.",
    "make_designation": "The Shanghai A designation is made again.",
    "activate": "The account is activated.",
    "assets_at_line": "Month-end assets reach the line.",
    "trade": "The client trades.",
    "complete_months": "The missing months or numbers arrive.",
    "next_tier": "{amount} yuan more net income for tier {tier}.",
}
"""What would take a client off, by code."""
TESTS = {
    "R-20.since": "Lost since", "R-23.since": "Archived since", "R-24.open_months": "Full months open",
    "R-24.month_ends": "Month-ends since opening or return", "R-24.assets": "Month-end assets below the line",
    "R-24.trades": "No trade", "R-53.value_A": "Net income of the trailing months for tier A",
    "R-53.value_B": "Net income of the trailing months for tier B", "R-26.pool": "Status in the pool",
}  # fmt: skip
"""Conditions of the rules, by code."""


def why(
    client_no: str,
    *,
    as_of: date | str | int | None = None,
    known_at: datetime | str | None = None,
    rules: int | None = None,
    scope: Scope | None = None,
    db: Database | None = None,
    generation: Generation | int | None = None,
    language: str = SOURCE,
) -> pd.DataFrame:
    """Return one row per condition behind a client's status, pool and tier.

    Columns: ``aspect`` (status, pool, tier), ``result`` (code), ``rule``, ``test`` (code), ``met``, ``actual`` and
    ``threshold`` (amounts in yuan), ``at`` (month or date) and ``change``: what would change the result, in the
    language. Raises ``QuestionError`` for a client that is unknown or outside the reach.
    """
    with (db or database()).reading() as connection:
        question = ask(connection, "clients", as_of=as_of, known_at=known_at, rules=rules, scope=scope or FIRM,
                       generation=generation)  # fmt: skip
        return read_why(connection, question.generation, question.as_of.month, question.scope, client_no,
                        translator(language))  # fmt: skip


def read_why(connection: Connection, generation: Generation, month: int, scope: Scope, client_no: str,
             translate: Callable[[str], str] = str) -> pd.DataFrame:  # fmt: skip
    """Explain one client as of a month of a pinned generation."""
    found = read_trace_facts(connection, generation, month, scope, client_no)
    if found is None:
        raise QuestionError(f"Client {client_no} was not found as of {month_text(month)}.")
    status = explain_status(found.facts, month, found.rules)
    tier = explain_tier(found.value_fen, found.cuts, is_lost=status.status == Status.LOST)
    lines = [*_status_lines(status, translate), *_pool_lines(status, found), *_tier_lines(tier, month, translate)]
    return pd.DataFrame(lines, columns=list(COLUMNS), dtype=object)


def _status_lines(trace: StatusTrace, translate: Callable[[str], str]) -> Iterator[Sequence[Any]]:
    change = " ".join(translate(CHANGES[code]) for code in trace.takes_off) or None
    for test in trace.tests:
        yield ("status", trace.status.value, trace.rule, test.code, test.met, _amount(test, test.actual),
               _amount(test, test.threshold), _at(test), change)  # fmt: skip


def _pool_lines(trace: StatusTrace, found: TraceFacts) -> Iterator[Sequence[Any]]:
    in_pool = trace.status in POOL
    yield ("pool", trace.status.value if in_pool else None, "R-26", "R-26.pool", in_pool, found.published_status,
           ", ".join(code.value for code in POOL), None, None)  # fmt: skip


def _tier_lines(trace: TierTrace, month: int, translate: Callable[[str], str]) -> Iterator[Sequence[Any]]:
    result = trace.tier.value if trace.tier else None
    change = None
    if trace.next_tier is not None and trace.short_fen is not None:
        change = translate(CHANGES["next_tier"]).format(
            amount=f"{_yuan(trace.short_fen):,}", tier=trace.next_tier.value
        )
    for tier, cut in ((Tier.A, trace.cuts.a_fen), (Tier.B, trace.cuts.b_fen)):
        met = None if trace.tier is None or cut is None else trace.value_fen >= cut
        yield ("tier", result, trace.rule, f"R-53.value_{tier.value}", met, _yuan(trace.value_fen),
               None if cut is None else _yuan(cut), month_end(month).isoformat(), change)  # fmt: skip


def _amount(test: Test, value: int | None) -> int | Decimal | None:
    return _yuan(value) if test.code.endswith(".assets") and value is not None else value


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _at(test: Test) -> str | None:
    if test.on is not None:
        return test.on.isoformat()
    return month_text(test.month) if test.month is not None else None
