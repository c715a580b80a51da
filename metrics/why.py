"""Why a client stands where it stands: the rule, what was found, what is asked, and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import Connection

from data_access.database import Database, database
from data_access.reads.generation import Generation
from data_access.reads.trace_facts import TraceFacts, read_trace_facts
from data_access.scope import FIRM, Scope
from domain.exits import find_stage_exits, find_status_exits, find_tier_exits, find_warning_exits, find_watch_exits
from domain.history import read_stage_facts
from domain.months import month_end, month_text
from domain.stages import explain_stage
from domain.status import StatusTrace, Test, explain_status
from domain.tiers import explain_tier
from domain.warnings import explain_warning
from domain.watch import ON_WATCH, explain_watch
from domain.words import POOL, Status, Tier
from metrics.errors import QuestionError
from metrics.kept_rows import require_clients
from metrics.language import SOURCE, translator
from metrics.question import ask
from metrics.why_words import CHANGES, RESULTS, TESTS, write_exits

__all__ = ["ASPECTS", "CHANGES", "COLUMNS", "RESULTS", "TESTS", "explain", "read_why", "why"]

ASPECTS = ("status", "pool", "tier", "watch", "stage", "warning")
COLUMNS = ("aspect", "result", "rule", "test", "met", "actual", "threshold", "at", "change", "candidate")
_MONEY = frozenset(("R-24.assets", "R-53.watch_value", "R-73.assets_fell", "R-73.assets_rose", "R-73.trading_rose",
                    "R-74.assets_fell", "R-74.trading_fell", "R-74.outflow"))  # fmt: skip
"""Conditions whose numbers are fen."""
Line = tuple[Any, ...]


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
    """Return one row per condition behind a client's status, pool, tier, watch, stage and warning.

    Columns: ``aspect``, ``result`` (code; None: none), ``rule``, ``test`` (code), ``met``, ``actual`` and ``threshold``
    (amounts in yuan), ``at`` (month or date), ``change``: what would change the result, in the language, and
    ``candidate``: the label that the condition speaks for. Rows whose candidate is not the result say why not.
    Raises ``QuestionError`` for a client that is unknown or outside the reach, and where the months asked about are
    kept as sums only.
    """
    with (db or database()).reading() as connection:
        question = ask(connection, "clients", as_of=as_of, known_at=known_at, rules=rules, scope=scope or FIRM,
                       generation=generation)  # fmt: skip
        return read_why(connection, question.generation, question.as_of.month, question.scope, client_no,
                        translator(language))  # fmt: skip


def read_why(connection: Connection, generation: Generation, month: int, scope: Scope, client_no: str,
             translate: Callable[[str], str] = str) -> pd.DataFrame:  # fmt: skip
    """Explain one client as of a month of a pinned generation."""
    require_clients(connection, generation, [generation.builds[month]])
    found = read_trace_facts(connection, generation, month, scope, client_no)
    if found is None:
        raise QuestionError(f"Client {client_no} was not found as of {month_text(month)}.")
    lines = explain(found, generation, month, translate)
    return pd.DataFrame(lines, columns=list(COLUMNS), dtype=object)


def explain(found: TraceFacts, generation: Generation, month: int,
            translate: Callable[[str], str] = str) -> list[Line]:  # fmt: skip
    """Return the rows of ``why`` for facts at hand, each in the order of ``COLUMNS``.

    Raises ``QuestionError`` where an old generation published other labels than the facts of today give.
    """
    lines = [*_lines(found, month, translate)]
    if _differs(found, lines) and not generation.is_current:
        raise QuestionError(f"The facts of client {found.client_no} have changed since then; why it stood where it "
                            "stood can no longer be shown.")  # fmt: skip
    return lines


def _lines(found: TraceFacts, month: int, translate: Callable[[str], str]) -> Iterator[Line]:
    facts, rules = found.facts, found.rules
    status = explain_status(facts, month, rules)
    change = write_exits(find_status_exits(facts, month, rules), translate)
    yield from _of("status", status.status.value, status.rule, (*status.tests, *status.why_not), change)
    yield _pool_line(status, change)
    yield from _tier_lines(found, month, is_lost=status.status == Status.LOST, translate=translate)
    watch = explain_watch(found.held, found.value_fen, found.cuts, month, rules)
    exits = find_watch_exits(facts, found.held, found.cuts, month, rules)
    change = write_exits(exits, translate)
    if watch.falls_in is not None and change is not None and found.held.line_tier is not None:
        falls = translate(CHANGES["falls"]).format(month=month_text(watch.falls_in), tier=found.held.line_tier.value)
        change = f"{change} {falls}"
    yield from _of("watch", ON_WATCH if found.held.watch_count else "off_watch", watch.rule, watch.tests, change)
    stage_facts = read_stage_facts(facts, month, rules)
    stage = explain_stage(stage_facts, month, rules)
    change = write_exits(find_stage_exits(facts, month, rules), translate)
    yield from _of("stage", stage.stage.value, stage.rule, stage.tests, change)
    warning = explain_warning(stage_facts, found.service, month, rules)
    change = write_exits(find_warning_exits(facts, found.service, month, rules), translate)
    result = "not_rated" if warning.reasons is None else "on_list" if warning.is_warned else "off_list"
    yield from _of("warning", result, warning.rule, warning.tests, change)


def _of(aspect: str, result: str, rule: str, tests: Iterable[Test], change: str | None) -> Iterator[Line]:
    for test in tests:
        yield (aspect, result, rule, test.code, test.met, _amount(test, test.actual), _amount(test, test.threshold),
               _at(test), change, test.candidate)  # fmt: skip


def _pool_line(trace: StatusTrace, change: str | None) -> Line:
    in_pool = trace.status in POOL
    return ("pool", trace.status.value if in_pool else None, "R-26", "R-26.pool", in_pool, trace.status.value,
            ", ".join(code.value for code in POOL), None, change if in_pool else None, "in_pool")  # fmt: skip


def _tier_lines(found: TraceFacts, month: int, *, is_lost: bool, translate: Callable[[str], str]) -> Iterator[Line]:
    trace = explain_tier(found.value_fen, found.cuts, is_lost=is_lost)
    held = found.held.tier
    exits = find_tier_exits(found.facts, found.held, found.cuts, month, found.rules)
    change = write_exits(exits, translate)
    at = month_end(month).isoformat()
    for tier, cut in ((Tier.A, trace.cuts.a_fen), (Tier.B, trace.cuts.b_fen)):
        met = None if trace.tier is None or cut is None else trace.value_fen >= cut
        yield ("tier", held.value if held else None, trace.rule, f"R-53.value_{tier.value}", met,
               _yuan(trace.value_fen), None if cut is None else _yuan(cut), at, change, tier.value)  # fmt: skip
    if held is None:
        yield ("tier", None, trace.rule, "R-53.not_lost", False, None, None, at, None, None)
        return
    cut = trace.cuts.b_fen
    yield ("tier", held.value, trace.rule, "R-53.value_C", cut is None or trace.value_fen < cut,
           _yuan(trace.value_fen), None if cut is None else _yuan(cut), at, change, Tier.C.value)  # fmt: skip
    if found.held.watch_count:
        yield ("tier", held.value, trace.rule, "R-53.kept", True, found.held.watch_count, found.rules.watch_months, at,
               change, held.value)  # fmt: skip


def _differs(found: TraceFacts, lines: Iterable[Line]) -> bool:
    """Tell whether the labels from the facts of today are other than the published ones."""
    results = {line[0]: line[1] for line in lines}
    points = found.published["warning_points"]
    warned = "not_rated" if points is None else "on_list" if points >= found.rules.warning_limit else "off_list"
    return (results["status"], results["tier"], results["stage"], results["warning"], found.held.watch_count) != (
        found.published["status"], found.published["tier"], found.published["stage"], warned,
        found.published["watch_count"])  # fmt: skip


def _amount(test: Test, value: int | None) -> int | Decimal | None:
    return _yuan(value) if test.code in _MONEY and value is not None else value


def _yuan(fen: int) -> Decimal:
    return Decimal(fen).scaleb(-2)


def _at(test: Test) -> str | None:
    if test.on is not None:
        return test.on.isoformat()
    return month_text(test.month) if test.month is not None else None
