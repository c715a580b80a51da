"""Fill a database with a demo firm: places, people, clients, their months and everything around them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

import numpy as np
from sqlalchemy import Connection, insert, select

from data_access.actor import OperatorActor
from data_access.audit import append_audit
from data_access.bulk import continue_sequences, load_rows
from data_access.clock import business_date, frozen
from data_access.database import Database
from data_access.demo import client_rows, month_rows
from data_access.demo.assignments import store_assignments
from data_access.demo.behaviour import Behaviour
from data_access.demo.calls import store_calls
from data_access.demo.campaign_plan import CampaignPlan
from data_access.demo.campaigns import store_campaigns
from data_access.demo.capacity import store_capacity
from data_access.demo.days import NoCalendar, calendar_rows, last_year
from data_access.demo.event_rows import EventBook
from data_access.demo.late_events import store_late_event
from data_access.demo.market import busyness, market_returns
from data_access.demo.oversight import store_oversight
from data_access.demo.permissions import store_permissions
from data_access.demo.places import OFFICES, firm_units
from data_access.demo.posts import store_posts
from data_access.demo.profiles import draw_profiles
from data_access.demo.prospects import store_prospects
from data_access.demo.records import store_records, take_recent
from data_access.demo.rules import store_second_rules
from data_access.demo.service import store_contacts, store_targets, store_tasks
from data_access.demo.staffing import hire, store_staff
from data_access.demo.tie_rows import store_ties
from data_access.demo.ties import plan_ties
from data_access.demo.users import DemoUser, store_users
from data_access.register.conflicts import find_conflicts
from data_access.register.match_run import match_events
from data_access.tables import app_setting, app_user, calendar_day, client, metadata, month_state, org_unit
from domain.months import month_add, month_end, month_of, month_range, month_start

KEPT_TABLES = ("audit_event", "rule_set", "relationship_type")
"""Tables that a replacement leaves alone: the trail of what was done, and the published rules and types."""
TRUTH_KEY = "demo.truth"

Progress = Callable[[str, int, int], None]


class DemoRefused(ValueError):
    """The demo firm cannot be built as asked; the message says what to do."""


@dataclass(frozen=True)
class DemoSummary:
    """What was built."""

    clients: int
    months: list[int]
    staff: int
    month_rows: int
    tasks: int = 0
    users: list[DemoUser] = field(default_factory=list)


def build_demo(
    db: Database,
    *,
    clients: int = 20_000,
    months: int = 36,
    seed: int = 1,
    until: int | None = None,
    replace: bool = False,
    progress: Progress | None = None,
) -> DemoSummary:
    """Fill the database with a firm of so many clients and months ending with ``until`` (YYYYMM, default last month).

    The same seed, size and months give the same firm. Months are written one transaction each, so memory stays
    bounded by one month. Raises ``DemoRefused`` on a database that holds data (unless ``replace``), on sizes below
    1, or on a month without a published calendar.
    """
    last = until or month_add(month_of(business_date()), -1)
    if clients < 1 or months < 1:
        raise DemoRefused("a demo firm needs at least one client and one month")
    span = month_range(month_add(last, 1 - months), last)
    say = progress or (lambda _what, _done, _total: None)
    try:
        returns = market_returns(seed, span)
        busy = busyness(span, returns)
    except NoCalendar as error:
        raise DemoRefused(str(error)) from None
    with db.writing() as connection:
        _require_empty(connection, replace=replace)
    firm = _Firm(db, seed, clients, span, say)
    firm.store_frame()
    firm.store_clients()
    written, income = firm.live_through(returns, busy)
    tasks, users = firm.store_work(income)
    with db.writing() as connection:
        connection.execute(
            insert(app_setting).values(
                key=TRUTH_KEY,
                value=json.dumps(
                    {
                        "seed": seed,
                        "clients": clients,
                        "months": span,
                        "market_returns": returns.tolist(),
                        "busyness": busy.tolist(),
                        "called": [asdict(one) for one in firm.plan.called],
                    }
                ),
            )
        )
        store_second_rules(connection, last)
        continue_sequences(connection, metadata.sorted_tables)
        append_audit(
            connection,
            action="demo_filled",
            operator="demo",
            details={"clients": clients, "months": months, "seed": seed, "until": last},
        )
    say("matching", 0, 1)
    with frozen(firm.closing):
        match_events(db, actor=OperatorActor("demo"))
        if db.transact(store_late_event):
            match_events(db, actor=OperatorActor("demo"))
        db.transact(store_assignments)
        find_conflicts(db, OperatorActor("demo"))
    say("done", 1, 1)
    return DemoSummary(clients, span, len(firm.staff.category), written, tasks, users)


def _require_empty(connection: Connection, *, replace: bool) -> None:
    filled = [
        table.name
        for table in (org_unit, client, app_user, calendar_day)
        if connection.execute(select(table).limit(1)).first() is not None
    ]
    if not filled:
        return
    if not replace:
        raise DemoRefused("The database already holds data; use --replace to throw it away, or another DATABASE_URL.")
    for table in reversed(metadata.sorted_tables):
        if table.name not in KEPT_TABLES:
            connection.execute(table.delete())


class _Firm:
    """The firm while it is written: what the steps share."""

    def __init__(self, db: Database, seed: int, clients: int, span: list[int], say: Progress) -> None:
        self.db, self.seed, self.span, self.say = db, seed, span, say
        self.moment = f"{month_end(span[-1]).isoformat()} 16:30:00.000000"
        self.closing = datetime.fromisoformat(f"{self.moment}+00:00") - timedelta(hours=1)
        self.first, self.last = np.datetime64(month_start(span[0])), np.datetime64(month_end(span[-1]))
        self.units = firm_units()
        self.offices = [unit.unit_id for unit in self.units if unit.kind == "office"]
        self.profiles = draw_profiles(seed, clients, span)
        self.behaviour = Behaviour(seed, self.profiles)
        self.staff = hire(seed, self.units, clients, self.first, self.last)
        self.events = EventBook(seed, next_account=clients + 1)

    def store_frame(self) -> None:
        """Write units, calendar, month states and staff."""
        with self.db.writing() as connection:
            load_rows(
                connection,
                org_unit,
                ("unit_id", "unit_code", "name", "kind", "parent_id", "path", "city", "region"),
                [(u.unit_id, u.unit_code, u.name, u.kind, u.parent_id, u.path, u.city, u.region) for u in self.units],
            )
            load_rows(
                connection,
                calendar_day,
                ("day", "is_working_day", "is_trading_day", "source"),
                calendar_rows(self.span[0] // 100 - 1, min(self.span[-1] // 100 + 1, last_year())),
            )
            load_rows(
                connection,
                month_state,
                ("month", "state", "marked_at"),
                [(month, "final" if month != self.span[-1] else "provisional", self.moment) for month in self.span],
            )
            store_staff(connection, self.seed, self.staff, self.units, self.last, self.moment)

    def store_clients(self) -> None:
        """Write the clients block by block with their accounts and openings."""
        count = len(self.profiles)
        for start in range(0, count, client_rows.BLOCK):
            self.say("clients", start, count)
            with self.db.writing() as connection:
                client_rows.store_clients(
                    connection,
                    self.seed,
                    self.profiles,
                    self.behaviour,
                    start=start,
                    offices=self.offices,
                    months=self.span,
                    moment=self.moment,
                )
                self.events.store_openings(
                    connection, self.profiles, self.behaviour, start, start + client_rows.BLOCK, self.offices, self.span
                )
        with self.db.writing() as connection:
            self.events.store_business(connection, self.profiles, self.span)
            refusing = connection.execute(select(client.c.client_id).where(client.c.marketing_opt_out)).scalars().all()
        opted_out = np.array(refusing, dtype=np.int64) - 1
        self.plan = CampaignPlan(self.seed, self.profiles, self.behaviour, self.span, opted_out)

    def live_through(self, returns: np.ndarray, busy: np.ndarray) -> tuple[int, np.ndarray]:
        """Write every month; return the rows written and net income (fen) by month and office."""
        gap_office = [place[0] for place in OFFICES].index(month_rows.GAP_OFFICE)
        gap_at = len(self.span) - 1 - month_rows.GAP_MONTHS_BACK
        written, income = 0, np.zeros((len(self.span), len(OFFICES)))
        for at, month in enumerate(self.span):
            self.say("months", at, len(self.span))
            self.behaviour.hear(self.plan.called, at)
            figures = self.behaviour.advance(at, float(returns[at]), float(busy[at]))
            self.plan.after_month(at, figures)
            income[at] = np.bincount(
                self.profiles.office[figures.clients], minlength=len(OFFICES), weights=figures.commission - figures.fees
            )
            with self.db.writing() as connection:
                self.events.store_month(connection, figures, at, month)
                written += month_rows.store_month(
                    connection,
                    self.seed,
                    self.profiles,
                    figures,
                    at=at,
                    month=month,
                    gap_office=gap_office if at == gap_at else None,
                )
        return written, income

    def store_work(self, income: np.ndarray) -> tuple[int, list[DemoUser]]:
        """Write relationships, contacts, accounts, tasks and targets; return how many tasks, and the accounts."""
        self.say("relationships", 0, 1)
        months = len(self.span)
        ties = plan_ties(self.seed, self.profiles, self.behaviour, self.staff, self.events, self.first, self.last)
        made = take_recent(ties, self.last)
        new = np.bincount(self.profiles.office[self.profiles.opened_at > months - 13], minlength=len(OFFICES))
        with self.db.writing() as connection:
            store_ties(connection, ties)
            store_calls(connection, self.seed, ties, self.last)
            store_contacts(connection, self.seed, self.profiles, ties, self.first, self.last, self.plan.held_days)
            users, heads = store_users(connection, self.units, self.staff)
            users.append(store_permissions(connection, self.units))
            users.append(store_posts(connection, self.units))
            tasks = store_tasks(
                connection,
                self.seed,
                self.profiles,
                self.behaviour,
                self.staff,
                self.events,
                heads,
                self.offices,
                months,
                self.last,
                self.plan.members,
            )
            tasks += store_campaigns(
                connection, self.plan, self.staff, self.events, ties, self.units, self.last, tasks + 1
            )
            store_capacity(connection, self.plan, self.staff, self.units, heads, self.last)
            store_records(connection, self.seed, self.profiles, self.staff, self.events, made, self.last)
            store_prospects(connection, self.seed, self.staff, heads, self.offices, self.last)
            store_oversight(connection, self.seed, self.staff, heads, self.last)
            store_targets(
                connection,
                self.seed,
                self.staff,
                self.span[-1] // 100,
                income[-12:].sum(axis=0) * 12 / min(12, months),
                new,
                self.offices,
            )
        return tasks, users
