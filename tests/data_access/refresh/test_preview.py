"""What would change under other rules: equal to what the refresh publishes under them, and nothing is left behind."""

from __future__ import annotations

import json
import threading
from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, insert, inspect, select

from data_access.actor import NotAllowed, OperatorActor
from data_access.commands.rules import open_draft, publish_draft, save_draft
from data_access.database import Database
from data_access.reads.generation import Generation
from data_access.reads.rule_versions import read_draft
from data_access.refresh import refresh
from data_access.refresh.preview import build_trial, preview_rules, trial_status
from data_access.tables import client_status, rule_set, tier_cutoff
from domain.months import month_add, month_start
from domain.policies import FIRST_RULE_SET, RuleSet
from domain.words import POOL
from tests.support.book_rows import signed_in
from tests.support.book_rows import write_book as write_rows
from tests.support.books import Book, random_books, write_book
from tests.support.firm import small_firm
from tests.support.published import clear, current, status_rows

ACTOR = OperatorActor("tests")
FEW = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck),
               phases=(Phase.explicit, Phase.reuse, Phase.generate))  # fmt: skip
CHANGES = st.fixed_dictionaries({}, optional={
    "tier_a_bp": st.integers(500, 4_000), "tier_b_bp": st.integers(4_000, 9_000),
    "tier_peer": st.sampled_from(["firm", "client_kind"]), "watch_months": st.integers(0, 3),
    "tier_window_months": st.integers(1, 14), "silent_months": st.integers(2, 13), "tier_b_floor_fen": st.just(0),
    "tier_a_floor_fen": st.integers(0, 500_000), "silent_assets_fen": st.integers(0, 10**8),
    "stage_compare_months": st.integers(1, 4), "warning_limit": st.integers(1, 3), "active_months": st.integers(1, 4),
    "required_individual": st.just(("phone",)),
})  # fmt: skip


def nothing(*_: object) -> None:
    """Take no note of progress."""


def published(db: Database) -> Generation:
    with db.reading() as connection:
        return current(connection)


def publish(db: Database, rules: RuleSet) -> None:
    """Write a published version as it stands."""
    with db.writing() as connection:
        connection.execute(
            insert(rule_set).values(version=rules.version, state="published", valid_from=rules.valid_from,
                                    body=json.dumps(rules.to_body()))
        )  # fmt: skip


def only_first_rules(db: Database) -> None:
    with db.writing() as connection:
        connection.execute(rule_set.delete().where(rule_set.c.version > 1))


@FEW
@given(book=random_books(), changes=CHANGES, months_back=st.integers(-2, 4))
def test_a_preview_equals_what_is_published_afterwards(
    db: Database, book: Book, changes: dict[str, Any], months_back: int
) -> None:
    with db.writing() as connection:
        clear(connection)
        write_book(connection, book)
    only_first_rules(db)
    assume(refresh(db, actor=ACTOR).months_built)
    before = published(db)
    month = before.last_month
    rules = replace(FIRST_RULE_SET, version=2, valid_from=month_start(month_add(month, -months_back)), **changes)
    with db.scratch() as connection:
        trial = build_trial(connection, before, rules, nothing)
        tried = [
            {name: value for name, value in row.items() if name != "build_id"}
            for row in connection.execute(
                select(trial_status).where(trial_status.c.build_id == trial.build_id)
                .order_by(trial_status.c.client_id)).mappings()
        ]  # fmt: skip
    preview = preview_rules(db, actor=ACTOR, rules=rules)
    assert preview is not None
    assert preview.is_later == (months_back < 0)
    publish(db, replace(rules, valid_from=min(rules.valid_from, month_start(month))))
    refresh(db, actor=ACTOR)
    with db.reading() as connection:
        build_id = current(connection).builds[month]
        now, then = status_rows(connection, build_id), status_rows(connection, before.builds[month])
        assert tried == now
        lines = connection.execute(select(tier_cutoff).where(tier_cutoff.c.build_id == build_id)).mappings()
        assert {(row["peer"], row["tier"], row["cut_fen"], row["k_count"], row["base_count"]) for row in lines} == {
            (row["peer"], row["tier"], row["cut_fen"], row["k_count"], row["base_count"]) for row in trial.lines
        }
    assert_counts(preview, then, now, rules.warning_limit)
    only_first_rules(db)


def warned(row: dict[str, Any], limit: int) -> str:
    return "yes" if (row["warning_points"] or 0) >= limit else "no"


def assert_counts(preview: Any, then: list[dict[str, Any]], now: list[dict[str, Any]], limit: int) -> None:
    """The counts of a preview are those of the rows before and after."""
    both = list(zip(then, now, strict=True))
    sides = {
        **{name: [(old[name], new[name]) for old, new in both] for name in ("tier", "status", "stage")},
        "warned": [(warned(old, 2), warned(new, limit)) for old, new in both],
    }
    assert preview.moves["tier"] == Counter(sides["tier"])
    for name in ("status", "stage", "warned"):
        assert preview.moves[name] == Counter(pair for pair in sides[name] if pair[0] != pair[1])
    moving = [number for number in range(len(both)) if any(pairs[number][0] != pairs[number][1]
                                                           for pairs in sides.values())]  # fmt: skip
    assert preview.moving == len(moving) == len(preview.clients) == sum(row.moving for row in preview.offices)
    assert preview.income_fen == sum(then[number]["value_fen"] for number in moving)
    assert preview.assets_fen == sum(then[number]["end_assets_fen"] or 0 for number in moving)
    pool = [status.value for status in POOL]
    assert sum(row.into_pool for row in preview.offices) == sum(
        old["status"] not in pool and new["status"] in pool for old, new in both)  # fmt: skip
    tiers = [pair for pair in sides["tier"] if pair[0] and pair[1]]
    assert sum(row.up - row.down for row in preview.offices) == sum((new < old) - (new > old) for old, new in tiers)
    assert sum(row.warned - row.unwarned for row in preview.offices) == sum(
        (new == "yes") - (old == "yes") for old, new in sides["warned"])  # fmt: skip


@FEW
@given(book=random_books(), months_back=st.integers(-1, 4))
def test_unchanged_rules_move_nobody(db: Database, book: Book, months_back: int) -> None:
    with db.writing() as connection:
        clear(connection)
        write_book(connection, book)
    assume(refresh(db, actor=ACTOR).months_built)
    begins = month_start(month_add(published(db).last_month, -months_back))
    preview = preview_rules(db, actor=ACTOR, rules=replace(FIRST_RULE_SET, version=2, valid_from=begins))
    assert preview is not None
    assert (preview.moving, preview.staff_count, preview.offices, preview.clients) == (0, 0, [], [])
    assert all(then == now for then, now in preview.moves["tier"])
    assert not preview.has_newer_facts
    assert all(line["cut_fen_before"] == line["cut_fen_after"] for line in preview.lines)


def test_nothing_is_left_and_no_writer_waits(db: Database) -> None:
    small_firm(db, refreshed=True)
    rules = replace(FIRST_RULE_SET, version=2, valid_from=date(2025, 6, 1), tier_a_bp=2_000, tier_b_bp=5_000,
                    silent_months=3, near_silent_from=1, near_silent_to=2)  # fmt: skip
    seen: list[str] = []

    def touch(connection: Connection) -> None:
        connection.execute(rule_set.update().where(rule_set.c.version == 1).values(state="published"))

    def write(step: str, _done: int, _total: int) -> None:
        """Write in another connection while the temporary rows stand."""
        seen.append(step)
        thread = threading.Thread(target=db.transact, args=(touch,))
        thread.start()
        thread.join(timeout=5)
        assert not thread.is_alive()

    preview = preview_rules(db, actor=ACTOR, rules=rules, progress=write)
    assert preview is not None
    assert seen == ["2025-06", ""]
    # N = 8 with value: A is the first two of them, B down to the fourth
    assert preview.moves["tier"][("B", "A")] == 1
    assert preview.moves["tier"][("C", "B")] == 2
    assert {row["client_no"] for row in preview.clients} >= {"00000002", "00000003", "00000005"}
    assert preview.staff_count == len(preview.people) > 0
    with db.reading() as connection:
        assert not inspect(connection).has_table("trial_status")
        assert connection.execute(select(client_status.c.build_id).where(client_status.c.build_id < 0)).first() is None


def test_only_headquarters_previews_and_an_empty_firm_has_nothing_to_show(db: Database) -> None:
    assert preview_rules(db, actor=ACTOR, rules=FIRST_RULE_SET) is None
    book = write_rows(db)
    for user in ("b01", "analyst", "auditor", "s1"):
        with pytest.raises(NotAllowed):
            preview_rules(db, actor=signed_in(db, book, user), rules=FIRST_RULE_SET)


def test_the_draft_that_was_previewed_is_what_a_refresh_applies(sqlite_db: Database) -> None:
    db = sqlite_db
    small_firm(db, refreshed=True)
    draft = open_draft(db, actor=ACTOR)
    with db.reading() as connection:
        stamp = read_draft(connection).stamp  # type: ignore[union-attr]
    rules = replace(draft, tier_b_bp=6_000)
    stamp = save_draft(db, actor=ACTOR, seen=stamp, rules=rules)
    preview = preview_rules(db, actor=ACTOR, rules=rules)
    publish_draft(db, actor=ACTOR, version=2, seen=stamp)
    stale = preview_rules(db, actor=ACTOR, rules=rules)
    assert preview is not None
    assert stale is not None
    assert (preview.has_newer_facts, stale.has_newer_facts) == (False, draft.valid_from <= date(2025, 6, 30))
