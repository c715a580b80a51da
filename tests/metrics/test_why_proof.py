"""`why` gives the published labels from raw months and published lines, and what it says takes a client off does so.

A small demo firm in every run; 2,000 clients of 20,000 over 36 months in the long run, which prints its counts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from data_access import user_accounts
from data_access.actor import OperatorActor
from data_access.clock import frozen
from data_access.database import Database
from data_access.demo import build_demo
from data_access.refresh import refresh
from data_access.tables import rule_set
from domain.months import month_add, month_start
from domain.policies import RuleSet
from tests.support.databases import fresh_sqlite
from tests.support.published import current
from tests.support.why_proof import prove

UNTIL = 202510


def _firm(db: Database, clients: int, months: int) -> None:
    """A demo firm; the last five months rank each kind of client apart, with floors and a shorter watch."""
    patch = pytest.MonkeyPatch()
    patch.setattr(user_accounts, "hash_password", lambda password: "not a hash")
    with frozen(datetime(2025, 11, 3, 2, tzinfo=UTC)):
        build_demo(db, clients=clients, months=months, seed=5, until=UNTIL)
    patch.undo()
    with db.writing() as connection:
        newest = connection.execute(select(rule_set).order_by(rule_set.c.version.desc()).limit(1)).one()
        begins = month_start(month_add(UNTIL, -4))
        rules = replace(RuleSet.from_body(json.loads(newest.body)), version=newest.version + 1, valid_from=begins,
                        tier_peer="client_kind", tier_a_floor_fen=500_000, tier_b_floor_fen=100_000, watch_months=2,
                        tier_window_months=9)  # fmt: skip
        connection.execute(insert(rule_set).values(version=rules.version, state="published", valid_from=begins,
                                                   body=json.dumps(rules.to_body())))  # fmt: skip
        assert connection.execute(select(func.count()).select_from(rule_set)).scalar() >= 2
    refresh(db, actor=OperatorActor("tests"))


@pytest.fixture(scope="module")
def small_demo(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Database]:
    """400 clients over 20 months."""
    db = fresh_sqlite(tmp_path_factory.mktemp("why"), template_folder)
    _firm(db, 400, 20)
    yield db
    db.dispose()


def _prove(db: Database, clients: int):
    with db.reading() as connection:
        return prove(connection, current(connection), clients, seed=11)


def test_150_clients_of_a_small_firm(small_demo: Database) -> None:
    proof = _prove(small_demo, 150)
    assert proof.failures == []
    assert proof.clients == 150
    # every label is among them, so that none of the comparisons is empty
    met = set(proof.held)
    assert {"status lost", "status archived", "status silent", "status normal", "tier A", "tier B", "tier C",
            "stage declining", "stage mature", "warning not_rated", "warning on_list"} <= met  # fmt: skip
    assert all(proof.exits[aspect] for aspect in ("status", "tier", "stage", "warning"))


@pytest.mark.soak
def test_2000_clients_of_a_firm_of_20000(sqlite_db: Database, capsys: pytest.CaptureFixture[str]) -> None:
    _firm(sqlite_db, 20_000, 36)
    proof = _prove(sqlite_db, 2_000)
    with capsys.disabled():
        print("", *proof.lines(), sep="\n")
    assert proof.failures == []
    assert proof.clients == 2_000
    assert proof.exits["watch"] > 0
