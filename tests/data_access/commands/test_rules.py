"""Drafts and publishing of rule sets, on both engines."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from data_access.actor import NotAllowed, OperatorActor, SessionActor
from data_access.commands.acting import Refused
from data_access.commands.months import mark_month_final
from data_access.commands.rules import discard_draft, open_draft, publish_draft, save_draft
from data_access.database import Database
from data_access.reads.rule_versions import RuleVersion, read_draft, read_earliest_change, read_versions
from data_access.reads.rules import read_rules
from data_access.tables import audit_event, month_state, rule_set
from domain.policies import FIRST_RULE_SET, RuleSet
from tests.support.book_rows import NOW, Book, signed_in

OPERATOR = OperatorActor("tests")


def versions(db: Database) -> list[RuleVersion]:
    with db.reading() as connection:
        return read_versions(connection)


def draft_of(db: Database) -> RuleVersion:
    with db.reading() as connection:
        found = read_draft(connection)
    assert found is not None
    return found


def saved(db: Database, actor: Any = OPERATOR, **values: Any) -> RuleVersion:
    """Open a draft and save it with other values."""
    rules = open_draft(db, actor=actor)
    save_draft(db, actor=actor, seen=draft_of(db).stamp, rules=replace(rules, **values))
    return draft_of(db)


def acts(db: Database) -> list[tuple[str, str | None]]:
    with db.reading() as connection:
        found = connection.execute(
            select(audit_event.c.action, audit_event.c.object_key)
            .where(audit_event.c.object_kind == "rule_set").order_by(audit_event.c.sequence)
        )  # fmt: skip
        return [(row.action, row.object_key) for row in found]


def test_a_draft_is_saved_and_published_once_and_the_first_version_stays(db: Database, book: Book) -> None:
    actor = signed_in(db, book, "hq")
    draft = saved(db, actor, watch_months=3, source="Watch list")
    assert (draft.version, draft.state, draft.rules.watch_months, draft.author) == (2, "draft", 3, "User hq")
    published = publish_draft(db, actor=actor, version=2, seen=draft.stamp)
    assert published == draft.rules
    newest, first = versions(db)
    assert (newest.rules, newest.state, newest.author, newest.published_at) == (published, "published", "User hq", NOW)
    assert first.rules == FIRST_RULE_SET
    with db.reading() as connection:
        assert read_rules(connection, published.valid_from) == published
        assert read_rules(connection, date(2024, 6, 30)) == FIRST_RULE_SET
    assert acts(db) == [("rules.draft", "2"), ("rules.save", "2"), ("rules.publish", "2")]
    with pytest.raises(Refused, match="no draft of version 2"):
        publish_draft(db, actor=actor, version=2, seen=draft.stamp)
    with pytest.raises(Refused, match="no draft of version 2"):
        save_draft(db, actor=actor, seen=draft.stamp, rules=replace(published, watch_months=1))


def test_the_first_day_follows_the_newest_final_month(db: Database, book: Book) -> None:
    with db.reading() as connection:
        assert read_earliest_change(connection) == FIRST_RULE_SET.valid_from
    assert open_draft(db, actor=OPERATOR).valid_from == date(2024, 7, 1)  # no month is final: the present month
    discard_draft(db, actor=OPERATOR, version=2, seen=draft_of(db).stamp)
    with db.writing() as connection:
        connection.execute(insert(month_state).values(month=202405, state="final", marked_at=NOW))
    rules = open_draft(db, actor=OPERATOR)
    assert rules == replace(FIRST_RULE_SET, version=2, valid_from=date(2024, 6, 1))
    with pytest.raises(Refused, match="from 2024-06-01 on"):
        save_draft(db, actor=OPERATOR, seen=draft_of(db).stamp, rules=replace(rules, valid_from=date(2024, 5, 31)))


def test_a_month_marked_final_after_the_draft_was_saved_stops_its_publication(db: Database, book: Book) -> None:
    with db.writing() as connection:
        connection.execute(insert(month_state).values(month=202405, state="final", marked_at=NOW))
    draft = saved(db, watch_months=3)
    mark_month_final(db, actor=OPERATOR, month=202406)
    with pytest.raises(Refused, match="from 2024-07-01 on"):
        publish_draft(db, actor=OPERATOR, version=2, seen=draft.stamp)
    assert draft_of(db) == draft
    assert ("rules.publish", "2") not in acts(db)


def test_a_version_never_begins_before_the_newest_one(db: Database, book: Book) -> None:
    draft = saved(db, watch_months=3, valid_from=date(2025, 1, 1))
    publish_draft(db, actor=OPERATOR, version=2, seen=draft.stamp)
    rules = open_draft(db, actor=OPERATOR)
    assert (rules.version, rules.valid_from) == (3, date(2025, 1, 1))
    with pytest.raises(Refused, match="from 2025-01-01 on"):
        save_draft(db, actor=OPERATOR, seen=draft_of(db).stamp, rules=replace(rules, valid_from=date(2024, 12, 1)))


def test_one_draft_at_a_time_and_only_what_was_seen_is_changed(db: Database, book: Book) -> None:
    draft = saved(db, watch_months=3)
    with pytest.raises(Refused, match=r"A draft is open already \(version 2\)"):
        open_draft(db, actor=OPERATOR)
    save_draft(db, actor=OPERATOR, seen=draft.stamp, rules=replace(draft.rules, watch_months=4))
    for late in (
        lambda: save_draft(db, actor=OPERATOR, seen=draft.stamp, rules=replace(draft.rules, watch_months=5)),
        lambda: publish_draft(db, actor=OPERATOR, version=2, seen=draft.stamp),
        lambda: discard_draft(db, actor=OPERATOR, version=2, seen=draft.stamp),
    ):
        with pytest.raises(Refused, match="Someone changed the draft"):
            late()
    now_seen = draft_of(db)
    assert now_seen.rules.watch_months == 4
    discard_draft(db, actor=OPERATOR, version=2, seen=now_seen.stamp)
    assert [one.version for one in versions(db)] == [1]
    assert open_draft(db, actor=OPERATOR).version == 2


def test_faults_and_a_draft_without_a_change_are_refused(db: Database, book: Book) -> None:
    rules = open_draft(db, actor=OPERATOR)
    seen = draft_of(db).stamp
    with pytest.raises(Refused, match="tier A cannot be greater"):
        save_draft(db, actor=OPERATOR, seen=seen, rules=replace(rules, tier_a_bp=3_000))
    with pytest.raises(Refused, match="same as version 1"):
        publish_draft(db, actor=OPERATOR, version=2, seen=seen)
    broken = replace(rules, tier_a_bp=3_000, warning_limit=9)
    with db.writing() as connection:  # what no form can write
        connection.execute(rule_set.update().where(rule_set.c.version == 2).values(body=json.dumps(broken.to_body())))
    with pytest.raises(Refused, match="2 of its values"):
        publish_draft(db, actor=OPERATOR, version=2, seen=draft_of(db).stamp)
    assert draft_of(db).state == "draft"


@pytest.mark.parametrize("user", ["b01", "o011", "s1", "analyst", "auditor"])
def test_only_headquarters_drafts_and_publishes(db: Database, book: Book, user: str) -> None:
    draft = saved(db, watch_months=3)
    actor: SessionActor = signed_in(db, book, user)
    before = versions(db), acts(db)
    for act in (
        lambda: open_draft(db, actor=actor),
        lambda: save_draft(db, actor=actor, seen=draft.stamp, rules=replace(draft.rules, watch_months=5)),
        lambda: publish_draft(db, actor=actor, version=2, seen=draft.stamp),
        lambda: discard_draft(db, actor=actor, version=2, seen=draft.stamp),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert (versions(db), acts(db)) == before


def race(*acts_at_once: Callable[[], object]) -> list[str]:
    """Run acts at the same moment; return ``done`` or the reason's code of each."""
    start, results = threading.Barrier(len(acts_at_once)), [""] * len(acts_at_once)

    def run(number: int) -> None:
        start.wait()
        try:
            acts_at_once[number]()
            results[number] = "done"
        except Refused as refused:
            results[number] = refused.reason.code

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts_at_once))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_of_many_publishers_at_once_one_publishes(db: Database, book: Book) -> None:
    draft = saved(db, watch_months=3)
    results = race(*[lambda: publish_draft(db, actor=OPERATOR, version=2, seen=draft.stamp)] * 6)
    assert results.count("done") == 1
    # who comes later finds the draft changed, gone, or already the same as what is published
    assert set(results) <= {"done", "rules.changed", "rules.no_draft", "rules.same"}
    assert [(one.version, one.state) for one in versions(db)] == [(2, "published"), (1, "published")]
    assert acts(db).count(("rules.publish", "2")) == 1


def test_of_many_drafts_at_once_one_is_opened(db: Database, book: Book) -> None:
    results = race(*[lambda: open_draft(db, actor=OPERATOR)] * 6)
    assert sorted(results) == ["done", *["rules.draft_open"] * 5]
    assert [one.version for one in versions(db)] == [2, 1]


def test_a_publisher_and_an_editor_at_once_never_publish_what_was_not_seen(db: Database, book: Book) -> None:
    draft = saved(db, watch_months=3)
    other: RuleSet = replace(draft.rules, watch_months=9)
    results = race(lambda: publish_draft(db, actor=OPERATOR, version=2, seen=draft.stamp),
                   lambda: save_draft(db, actor=OPERATOR, seen=draft.stamp, rules=other))  # fmt: skip
    assert results.count("done") == 1
    newest = versions(db)[0]
    assert (newest.state, newest.rules.watch_months) == (("published", 3) if results[0] == "done" else ("draft", 9))
