"""Holds `why` against the published labels and does what it says takes a client off, client by client.

The exit is applied to the raw rows of the database; the labels after it are decided from those alone and the published
lines.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import Connection, func, select

from data_access.clock import business_date, month_closes_at
from data_access.reads.generation import Generation
from data_access.reads.trace_facts import TraceFacts, read_trace_facts
from data_access.scope import FIRM
from data_access.tables import account_event, client, client_month, client_status, complaint, contact_log
from domain.exits import (
    Exit,
    find_stage_exits,
    find_status_exits,
    find_tier_exits,
    find_warning_exits,
    find_watch_exits,
)
from domain.history import read_stage_facts, trailing_value
from domain.stages import decide_stage
from domain.status import LifeEvent, MonthFacts, OpeningState, decide_status
from domain.tiers import tier_of
from domain.warnings import decide_warning, points, service_facts
from domain.watch import Held, decide_watch
from domain.words import POOL, Stage, Status
from metrics.why import ASPECTS, read_why
from metrics.why_words import write_exits
from tests.support.raw_clients import RawClient, choices, done, months_to, next_month


@dataclass
class Proof:
    """What was compared and done, and what failed: (client, month, aspect, what)."""

    clients: int = 0
    labels: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    exits: Counter[str] = field(default_factory=Counter)
    ways: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[str, int, str, str]] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The figures as lines of text."""
        return [
            f"clients: {self.clients}",
            f"labels compared: {self.labels.total()} {dict(sorted(self.labels.items()))}",
            f"labels met: {dict(sorted(self.held.items()))}",
            f"exits carried out: {self.exits.total()} {dict(sorted(self.exits.items()))}",
            f"ways among them: {dict(sorted(self.ways.items()))}",
            f"failures: {len(self.failures)} {self.failures[:10]}",
        ]


def prove(connection: Connection, generation: Generation, clients: int, seed: int) -> Proof:
    """Take clients at random: each at a random month for its labels, and at the newest one for labels and exits."""
    rng, proof = Random(seed), Proof()
    newest = max(generation.builds)
    numbers = connection.execute(
        select(client.c.client_no)
        .join(client_status, client_status.c.client_id == client.c.client_id)
        .where(client_status.c.build_id == generation.builds[newest])
        .order_by(client.c.client_no)
    ).scalars().all()  # fmt: skip
    some = connection.execute(select(func.min(contact_log.c.at))).scalar()
    for number in rng.sample(numbers, min(clients, len(numbers))):
        proof.clients += 1
        for month in {newest, rng.choice(sorted(generation.builds))}:
            found = read_trace_facts(connection, generation, month, FIRM, number)
            if found is None:
                continue  # not opened yet
            changes = _compare_labels(connection, generation, month, found, proof)
            if month == newest:
                raw = read_raw(connection, number, month, min(generation.builds),
                               has_any_contact=some is not None and some < month_closes_at(month))  # fmt: skip
                _carry_out(raw, month, found, changes, proof)
    return proof


def _compare_labels(connection, generation, month, found: TraceFacts, proof: Proof) -> dict[str, str | None]:
    frame = read_why(connection, generation, month, FIRM, found.client_no)
    said = dict(zip(frame["aspect"], frame["result"], strict=True))
    row = connection.execute(
        select(client_status)
        .join(client, client.c.client_id == client_status.c.client_id)
        .where(client.c.client_no == found.client_no, client_status.c.build_id == generation.builds[month])
    ).one()  # fmt: skip
    limit = found.rules.warning_limit
    published = {
        "status": row.status, "pool": row.status if row.status in {one.value for one in POOL} else None,
        "tier": row.tier, "watch": "on_watch" if row.watch_count else "off_watch", "stage": row.stage,
        "warning": "not_rated" if row.warning_points is None
        else "on_list" if row.warning_points >= limit else "off_list",
    }  # fmt: skip
    for aspect in ASPECTS:
        proof.labels[aspect] += 1
        proof.held[f"{aspect} {published[aspect]}"] += 1
        if said[aspect] != published[aspect]:
            proof.failures.append((found.client_no, month, aspect, f"says {said[aspect]}, is {published[aspect]}"))
    if found.value_fen != row.value_fen or found.held.watch_count != row.watch_count:
        proof.failures.append((found.client_no, month, "value", f"{found.value_fen} {row.value_fen} {found.held}"))
    return dict(zip(frame["aspect"], frame["change"], strict=True))


def read_raw(connection: Connection, number: str, month: int, first_month: int, *, has_any_contact: bool) -> RawClient:
    """The client's raw rows up to a month."""
    row = connection.execute(select(client).where(client.c.client_no == number)).one()
    events = [LifeEvent(one.on_date, one.at, one.account_id, one.event) for one in connection.execute(
        select(account_event).where(account_event.c.client_id == row.client_id))]  # fmt: skip
    months = {one.month: MonthFacts(one.end_assets_fen, one.trades_count, one.turnover_fen, one.outflow_fen,
                                    one.net_income_fen)
              for one in connection.execute(select(client_month).where(
                  client_month.c.client_id == row.client_id, client_month.c.month <= month,
                  client_month.c.month.in_(months_to(first_month, month))))}  # fmt: skip

    def newest(table) -> int | None:
        at = connection.execute(select(func.max(table.c.at)).where(
            table.c.client_id == row.client_id, table.c.at < month_closes_at(month))).scalar()  # fmt: skip
        return None if at is None else business_date(at).year * 100 + business_date(at).month

    opening = OpeningState(row.opened_on, row.closed_on, row.archived_on, row.designation_withdrawn_on)
    return RawClient(opening, events, months, first_month, newest(complaint), newest(contact_log), has_any_contact)


@dataclass
class _Before:
    """A client as it stands, and whether it stands there no more after something was done."""

    month: int
    found: TraceFacts
    status: Status
    stage: Stage

    def held_after(self, after: RawClient, one: Exit) -> Held:
        """Tier and watch at the exit's month-end, by the lines and rules of the month asked about."""
        then, rules = self.found.held, self.found.rules
        for each in months_to(next_month(self.month), one.month):
            value = trailing_value(after.facts(each), each, rules.tier_window_months)
            is_lost = decide_status(after.facts(each), each, rules) == Status.LOST
            then = decide_watch(tier_of(value, self.found.cuts, is_lost=is_lost), then, rules)
        return then

    def is_off_status(self, after: RawClient, one: Exit, _ways) -> bool:
        then = decide_status(after.facts(one.month), one.month, self.found.rules)
        return then != self.status and (one.month == self.month or then not in POOL)

    def is_off_stage(self, after: RawClient, one: Exit, _ways) -> bool:
        facts = read_stage_facts(after.facts(one.month), one.month, self.found.rules)
        return decide_stage(facts, one.month, self.found.rules) != self.stage

    def is_off_list(self, after: RawClient, one: Exit, _ways) -> bool:
        rules = self.found.rules
        service = service_facts(self.found.held.tier, one.month, rules, complaint_month=after.complaint_month,
                                contact_month=after.contact_month, has_any_contact=after.has_any_contact)  # fmt: skip
        left = decide_warning(read_stage_facts(after.facts(one.month), one.month, rules), service, one.month, rules)
        return left is None or points(left) < rules.warning_limit

    def is_off_watch(self, after: RawClient, one: Exit, _ways) -> bool:
        then = self.held_after(after, one)
        return (then.tier, then.watch_count) == (self.found.held.tier, 0)

    def has_moved(self, after: RawClient, one: Exit, ways) -> bool:
        then, before = self.held_after(after, one).tier, self.found.held.tier
        assert then is not None
        assert before is not None
        return then < before if ways[0].code == "income_reach" else then > before


def _carry_out(raw: RawClient, month: int, found: TraceFacts, changes: dict, proof: Proof) -> None:
    rules, held, cuts = found.rules, found.held, found.cuts
    facts = raw.facts(month)
    stage = decide_stage(read_stage_facts(facts, month, rules), month, rules)
    before = _Before(month, found, decide_status(facts, month, rules), stage)
    checks = {
        "status": (find_status_exits(facts, month, rules), before.is_off_status),
        "tier": (find_tier_exits(facts, held, cuts, month, rules), before.has_moved),
        "watch": (find_watch_exits(facts, held, cuts, month, rules), before.is_off_watch),
        "stage": (find_stage_exits(facts, month, rules), before.is_off_stage),
        "warning": (find_warning_exits(facts, found.service, month, rules), before.is_off_list),
    }
    for aspect, (exits, is_off) in checks.items():
        sentence = write_exits(exits, str)
        if sentence is not None and not (changes[aspect] or "").startswith(sentence):
            proof.failures.append((found.client_no, month, aspect, f"says {changes[aspect]!r}, not {sentence!r}"))
        for one in exits:
            for ways in choices(one):
                proof.exits[aspect] += 1
                proof.ways.update(way.code for way in ways)
                if not is_off(done(raw, month, one, ways, rules.tier_window_months), one, ways):
                    proof.failures.append((found.client_no, month, aspect, f"stays after {ways}"))
