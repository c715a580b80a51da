"""A past month before and after a late correction: unchanged as known then, changed now, the difference explained."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import typer.testing
from sqlalchemy import delete, insert, select, update

from data_access.actor import OperatorActor
from data_access.clock import frozen, now
from data_access.reads.generation import read_generation, read_months_without_clients
from data_access.refresh import refresh
from data_access.scope import FIRM, Scope
from data_access.tables import (
    client_month,
    client_status,
    import_batch,
    relationship,
    relationship_share,
    rule_set,
)
from domain.policies import FIRST_RULE_SET
from metrics import cli, query, rows, why
from metrics.errors import QuestionError
from metrics.then_now import then_now
from tests.support.books import write_batch
from tests.support.firm import small_firm

ACTOR = OperatorActor("tests")
THEN, LATER = datetime(2025, 7, 2, 1, tzinfo=UTC), datetime(2025, 7, 20, 1, tzinfo=UTC)
KNOWN, MONTH = "2025-07-02", 202505
D = Decimal


@pytest.fixture
def firm(default_db):
    """The small firm, published on 2 July 2025."""
    with frozen(THEN):
        small_firm(default_db, refreshed=True)
    return default_db


def correct(db, client_id: int, month: int, **values) -> None:
    """Load a correction of one row, as a file of the month does."""
    with db.writing() as connection:
        batch = write_batch(connection, "client_month", [month])
        connection.execute(update(client_month)
                           .where(client_month.c.client_id == client_id, client_month.c.month == month)
                           .values(**values, batch_id=batch))  # fmt: skip


def publish(db, at=LATER, **asked) -> None:
    with frozen(at):
        refresh(db, actor=ACTOR, **asked)


def rules_from(db, day: date, **changed) -> None:
    rules = replace(FIRST_RULE_SET, version=2, valid_from=day, **changed)
    with db.writing() as connection:
        connection.execute(insert(rule_set).values(version=2, state="published", valid_from=day,
                                                   body=json.dumps(rules.to_body())))  # fmt: skip


def compare(db, keys, scope=None, **asked):
    """Rows of (then, now, difference, late data, relationship, rule, causes) by key."""
    frame = then_now(db, keys, MONTH, scope, KNOWN, **asked)
    return {line[0]: tuple(line[1:8]) for line in frame.values.tolist()}


def test_a_late_correction_leaves_what_was_known_and_changes_what_is_known_now(firm):
    asked = {"as_of": "2025-05-31", "db": firm}
    before = query(["assets", "clients"], **asked).values.tolist()
    correct(firm, 4, MONTH, end_assets_fen=15_000_000)  # 150,000 instead of 100,000 yuan
    publish(firm)
    assert query(["assets", "clients"], known_at=KNOWN, **asked).values.tolist() == before
    assert query(["assets", "clients"], **asked).values.tolist() == [[before[0][0] + D(50_000), before[0][1]]]
    assert compare(firm, ["assets", "clients"]) == {
        "assets": (before[0][0], before[0][0] + 50_000, D(50_000), D(50_000), D(0), D(0), "late_data"),
        "clients": (before[0][1], before[0][1], 0, 0, 0, 0, ""),
    }


def test_the_command_line_shows_the_same(firm):
    run = typer.testing.CliRunner().invoke
    asked = ("query", "assets", "--as-of", "2025-05-31", "--format", "csv")
    first = run(cli.app, asked).output
    correct(firm, 4, MONTH, end_assets_fen=15_000_000)
    publish(firm)
    assert run(cli.app, [*asked, "--known-at", KNOWN]).output == first
    assert run(cli.app, asked).output != first
    told = run(cli.app, ["then-now", "assets", "--month", "2025-05", "--known-at", KNOWN, "--format", "json"]).output
    line = json.loads(told)[0]
    assert (line["difference"], line["late_data"], line["rule"], line["causes"]) == (50_000, 50_000, 0, "late_data")
    assert isinstance(run(cli.app, ["then-now", "assets", "--month", "May", "--known-at", KNOWN]).exception,
                      QuestionError)  # fmt: skip


def test_data_and_a_rule_are_split_client_by_client(firm):
    # more clients are in tier B by the rule, and one less because it rose to A
    rules_from(firm, date(2025, 5, 1), tier_b_bp=6_000)
    correct(firm, 3, MONTH, net_income_fen=2_000_000)  # 20,000 instead of 200 yuan: tier A
    publish(firm)
    found = compare(firm, ["clients", "net_income"], where={"tier": ["B"]})
    then, now_, difference, late, relation, rule, causes = found["clients"]
    assert (difference, causes) == (now_ - then, "late_data,rule")
    assert late + relation + rule == difference
    assert (relation, rule) == (0, difference - late)
    numbers = {kind: set(rows("clients", where={"tier": ["B"]}, as_of=MONTH, db=firm, **known)["client_no"])
               for kind, known in (("then", {"known_at": KNOWN}), ("now", {}))}  # fmt: skip
    moved = numbers["then"] ^ numbers["now"]
    assert rule == len((numbers["now"] - numbers["then"]) - {"00000003"}) - len(
        (numbers["then"] - numbers["now"]) - {"00000003"})  # fmt: skip
    assert moved
    assert sum(found["net_income"][3:6]) == found["net_income"][2]


def test_a_changed_rule_alone_takes_the_whole_difference(firm):
    rules_from(firm, date(2025, 5, 1), tier_b_bp=6_000)
    publish(firm)
    then, now_, difference, *split, causes = compare(firm, ["clients"], where={"tier": ["B"]})["clients"]
    assert difference == now_ - then > 0
    assert (split, causes) == ([0, 0, difference], "rule")


def test_a_corrected_relationship_is_a_cause_only_of_figures_that_rest_on_it(firm):
    with frozen(LATER), firm.writing() as connection:
        key = connection.execute(select(relationship.c.relationship_id).where(
            relationship.c.client_id == 2, relationship.c.type == "core_service")).scalar_one()  # fmt: skip
        batch = write_batch(connection, "relationship")
        connection.execute(update(relationship).where(relationship.c.relationship_id == key).values(batch_id=batch))
        connection.execute(delete(relationship_share).where(relationship_share.c.relationship_id == key))
        connection.execute(insert(relationship_share).values(relationship_id=key, staff_id=2, share_bp=10_000))
    correct(firm, 1, MONTH, net_income_fen=200_000)  # 2,000 instead of 1,000 yuan, held by S0001 at 60 %
    publish(firm)
    then, now_, difference, late, relation, rule, causes = compare(
        firm, ["staff_net_income"], where={"staff": "S0001"})["staff_net_income"]  # fmt: skip
    assert (late, relation, rule) == (D(600), D(-500), D(0))
    assert (difference, now_ - then, causes) == (D(100), D(100), "late_data,relationship")
    assert compare(firm, ["net_income"])["net_income"][2:] == (D(1_000), D(1_000), D(0), D(0), "late_data")
    # a person's own clients are those of today on both sides
    assert compare(firm, ["clients"], scope=Scope(staff_ids=frozenset({1})))["clients"][2] == 0


@pytest.fixture
def old(firm):
    """The firm after four more generations, so that the first one keeps its sums only."""
    correct(firm, 4, MONTH, end_assets_fen=15_000_000)
    rules_from(firm, date(2025, 5, 1), tier_b_bp=6_000)
    for day in (20, 21, 22, 23):
        publish(firm, datetime(2025, 7, day, 1, tzinfo=UTC), full=True)
    return firm


def test_sums_are_known_for_ever_and_questions_about_clients_are_refused_in_one_sentence(old):
    with old.reading() as connection:
        first = read_generation(connection, 1)
        assert not first.is_current
        assert read_months_without_clients(connection, first.builds.values()) == sorted(first.builds)
        gone = select(client_status.c.client_id).where(client_status.c.build_id.in_(first.builds.values()))
        assert connection.execute(gone).first() is None
    asked = {"known_at": KNOWN, "as_of": MONTH, "db": old}
    assert query("assets", **asked)["assets"].tolist() != query("assets", as_of=MONTH, db=old)["assets"].tolist()
    assert query("clients", by="office,tier", **asked)["clients"].sum() == query("clients", **asked)["clients"][0]
    assert query("income_share_top5", **asked)["income_share_top5"][0] is not None
    assert query("staff_net_income", by="staff", **asked)["staff_net_income"].notna().all()
    sentence = "The figures of 2025-05 as known on 2025-07-02 09:00 are kept as sums only"
    for refused in (
        lambda: query("clients", by="segment", **asked),
        lambda: query("clients", scope=Scope(staff_ids=frozenset({1})), **asked),
        lambda: rows("clients", **asked),
        lambda: why("00000001", **asked),
    ):
        with pytest.raises(QuestionError, match=sentence):
            refused()
    # several causes are named without amounts
    line = then_now(old, ["clients"], MONTH, FIRM, KNOWN, where={"tier": ["B"]}).iloc[0]
    assert (line["is_split"], line["causes"]) == (False, "late_data,rule")
    assert [line[name] for name in ("late_data", "relationship", "rule")] == [None, None, None]
    assert line["difference"] == line["now"] - line["then"] > 0


def test_an_import_taken_back_leaves_no_trace_of_its_clients(firm):
    correct(firm, 4, MONTH, end_assets_fen=15_000_000)
    publish(firm, datetime(2025, 7, 3, 1, tzinfo=UTC))
    rules_from(firm, date(2025, 5, 1), tier_b_bp=6_000)
    with frozen(LATER), firm.writing() as connection:
        connection.execute(update(client_month).where(client_month.c.client_id == 4, client_month.c.month == MONTH)
                           .values(end_assets_fen=10_000_000, batch_id=None))  # fmt: skip
        connection.execute(update(import_batch).values(state="rolled_back", rolled_back_at=now()))
    publish(firm, datetime(2025, 7, 21, 1, tzinfo=UTC))
    line = then_now(firm, ["assets"], MONTH, None, "2025-07-03", where={"tier": ["B"]}).iloc[0]
    assert (line["is_split"], line["causes"]) == (False, "late_data,rule")


def test_a_month_that_was_not_published_then_is_refused(firm):
    with pytest.raises(QuestionError, match="2025-07 was not published by then"):
        then_now(firm, ["clients"], 202507, None, KNOWN)
