"""The reads of every page, one after the other as the page makes them, through ``pages._ui.cached`` with cold caches."""

# ruff: noqa: E501 -- statements and tables read better whole

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from data_access.actor import ActingUser
from data_access.database import Database
from data_access.imports import read_batches
from data_access.reads.client_lists import PAGE_LIMIT
from data_access.reads.client_page import read_client_page
from data_access.reads.generation import Generation
from data_access.reads.loads import read_months, read_runs
from data_access.reads.periods import newest_months
from data_access.reads.tasks import count_open_and_late, read_tasks
from data_access.scope import Scope, read_scope
from data_access.tables import client, client_status
from domain.months import month_add
from domain.words import OPEN_TASK_STATES
from metrics.why import explain
from pages._ui import cached
from pages._ui.frame import MONTHS_SHOWN
from pages._ui.pool_lists import LISTS, list_filter
from pages._ui.top_clients import TOP
from tests.load.firm import Reader

HISTORY = ("clients", "monthly_active_clients", "assets", "net_income", "new_clients", "lost_clients",
           "returned_clients", "turnover", "net_inflow")  # fmt: skip
TIER_HEADLINES = ("income_share_top5", "income_share_top20", "clients", "active_clients", "net_income", "assets")
MIX = ("clients", "net_income", "assets")
RANKING = ("staff_net_income", "staff_assets", "staff_clients", "clients_developed", "clients_developed_distinct",
           "core_clients")  # fmt: skip


@dataclass(frozen=True)
class View:
    """One page view: who looks, at which month, and the client or person chosen on it."""

    db: Database
    reader: Reader
    user: ActingUser
    month: int
    client_no: str
    staff_no: str


@contextmanager
def caches_off() -> Iterator[Callable[[], None]]:
    """Let every cached read of the pages run its own function; yields what empties the memory of one page view."""
    memory: dict[Any, Any] = {}
    before = {name: found for name, found in vars(cached).items() if hasattr(found, "__wrapped__")}

    def remembered(found: Any) -> Any:
        @wraps(found.__wrapped__)
        def once(*args: Any, **named: Any) -> Any:
            key = (found.__wrapped__.__qualname__, args, tuple(sorted(named.items())))
            if key not in memory:
                memory[key] = found.__wrapped__(*args, **named)
            return memory[key]

        return once

    for name, found in before.items():
        setattr(cached, name, remembered(found))
    try:
        yield memory.clear
    finally:
        for name, found in before.items():
            setattr(cached, name, found)


def make_view(db: Database, reader: Reader, generation: Generation, choose: random.Random) -> View:
    """Return a view of a month in the firm's last two years, and of a client and a person inside the reach."""
    month = choose.choice(sorted(generation.builds)[-24:])
    with db.reading() as connection:
        scope = read_scope(connection, role=reader.role, unit_id=reader.unit_id, staff_id=reader.staff_id)
        from data_access.reads.staff_results import read_people
        from data_access.scope import clients_in

        people = sorted(read_people(connection, scope))
        row = client_status.c
        numbers = connection.execute(
            select(client.c.client_no).join(client_status, row.client_id == client.c.client_id)
            .where(row.build_id == generation.builds[month], clients_in(scope, row.client_id, row.office_id))
            .limit(300)
        ).scalars().all()  # fmt: skip
    user = ActingUser(0, "bench", "bench", reader.role, reader.unit_id, reader.staff_id, scope)
    return View(db, reader, user, month, choose.choice(numbers), choose.choice(people))


def head(view: View) -> Any:
    """The reads behind every page's head; returns what the page works with."""
    generation = cached.current_generation()
    assert generation is not None
    reach = view.user.scope.key
    places = cached.places(reach)
    cached.freshness(generation.generation_id, view.month)
    scope: Scope = cached.narrowed(reach, places[0].unit_id if places else None)
    return SimpleNamespace(generation=generation, month=view.month, scope=scope, user=view.user, id=generation.generation_id,
                           key=scope.key)  # fmt: skip


def overview(view: View) -> None:
    """Headlines, client flow, tier mix, trend, attention, comparison of places."""
    frame = head(view)
    cached.figures(
        frame.id,
        frame.month,
        frame.key,
        HISTORY,
        ("month",),
        months=newest_months(frame.generation, frame.month, MONTHS_SHOWN),
    )
    cached.figures(frame.id, frame.month, frame.key, MIX, ("tier",), "12m")
    cached.attention(frame.id, frame.month, frame.key, frame.user)
    dimension = "branch" if frame.scope.everything else "office"
    cached.figures(frame.id, frame.month, frame.key, ("net_income",), ("month", dimension),
                   months=(month_add(frame.month, -12), frame.month))  # fmt: skip


def tiers(view: View) -> None:
    """Headlines, mix, lines, curve, months, split, and the first clients of tier A."""
    frame = head(view)
    cached.figures(
        frame.id,
        frame.month,
        frame.key,
        TIER_HEADLINES,
        ("month",),
        months=newest_months(frame.generation, frame.month, MONTHS_SHOWN),
    )
    cached.figures(frame.id, frame.month, frame.key, MIX, ("tier",), "12m")
    cached.cutoffs(frame.id, frame.month, frame.key)
    cached.concentration(frame.id, frame.month, frame.key)
    cached.figures(
        frame.id,
        frame.month,
        frame.key,
        ("clients",),
        ("month", "tier"),
        months=newest_months(frame.generation, frame.month, MONTHS_SHOWN),
    )
    cached.figures(frame.id, frame.month, frame.key, ("clients", "net_income"), ("branch", "tier"), "12m")
    _list(frame, cached.ClientFilter(tiers=("A",)), with_history=True, limit=TOP)


def pool(code: str) -> Callable[[View], None]:
    """One of the four lists of the Pool page, with the counts of all four."""

    def read(view: View) -> None:
        frame = head(view)
        counts = cached.client_counts(frame.id, frame.month, frame.key, tuple(list_filter(frame, one) for one in LISTS))
        cached.places(frame.key)
        if dict(zip(LISTS, counts, strict=True))[code]:
            cached.client_rows(frame.generation, frame.month, frame.scope, list_filter(frame, code), order="value",
                               after=None, with_history=True)  # fmt: skip

    return read


def client_list(view: View) -> None:
    """The unfiltered client list by value."""
    _list(head(view), cached.ClientFilter(), with_history=False)


def _list(frame: Any, kept: Any, *, with_history: bool, limit: int = PAGE_LIMIT) -> None:
    if cached.client_count(frame.id, frame.month, frame.key, kept):
        cached.client_rows(frame.generation, frame.month, frame.scope, kept, order="value", after=None,
                           limit=limit, with_history=with_history)  # fmt: skip


def client_page(view: View) -> None:
    """One client from every side, with the trace of its status and tier."""
    frame = head(view)
    with view.db.reading() as connection:
        found = read_client_page(connection, frame.generation, frame.month, frame.scope, view.client_no)
    assert found is not None
    assert found.trace is not None
    explain(found.trace, frame.generation, frame.month)


def performance(period: str, *, drill: bool = False) -> Callable[[View], None]:
    """The ranking and the reconciliation over a period; with ``drill`` the clients behind one person too."""

    def read(view: View) -> None:
        frame = head(view)
        cached.figures(frame.id, frame.month, frame.key, RANKING, ("staff",), period)
        cached.people(frame.key)
        if drill:
            cached.staff_clients(frame.id, frame.month, frame.key, view.staff_no, period)
        cached.reconciliation(frame.id, frame.month, frame.key, period)

    return read


def tasks(view: View) -> None:
    """Counts per state and the first page of open tasks."""
    frame = head(view)
    whose = "mine" if view.reader.kind == "staff" else "team"
    with view.db.reading() as connection:
        count_open_and_late(connection, frame.scope, view.user, whose=whose)
    with view.db.reading() as connection:
        read_tasks(connection, frame.scope, view.user, whose=whose, states=[code.value for code in OPEN_TASK_STATES])


def data(view: View) -> None:
    """Months, imports and refresh runs."""
    generation = cached.current_generation()
    with view.db.reading() as connection:
        read_months(connection, view.user.scope, generation)
    with view.db.reading() as connection:
        read_batches(connection)
    with view.db.reading() as connection:
        read_runs(connection)


PAGES: dict[str, Callable[[View], None]] = {
    "overview": overview, "tiers": tiers, "pool: silent": pool("silent"), "pool: lost": pool("lost"),
    "pool: archived": pool("archived"), "pool: near": pool("near"), "list": client_list, "client": client_page,
    "performance: month": performance("month"), "performance: year": performance("year"),
    "performance: drill": performance("month", drill=True), "tasks": tasks, "data": data,
}  # fmt: skip
"""Page (and view of it) to its reads."""
