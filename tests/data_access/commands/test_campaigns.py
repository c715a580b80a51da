from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from data_access.actor import NotAllowed, OperatorActor
from data_access.audit import first_broken_audit
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.campaigns import (
    cancel_campaign,
    close_campaign,
    create_campaign,
    end_windows,
    rename_campaign,
)
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.desk.lists import ListRequest
from data_access.reads.campaign_members import read_arm_client_nos, read_members
from data_access.reads.campaigns import read_campaign, read_campaigns
from data_access.reads.client_filter import ClientFilter
from data_access.scope import FIRM, Scope
from data_access.tables import (
    audit_event,
    campaign,
    campaign_member,
    client,
    client_status,
    complaint,
    generation,
    generation_month,
    hand_out,
)
from tests.data_access.imports.files import load
from tests.support.book_rows import MONTH, NOW, TODAY, Book, add_clients, signed_in, write_book
from tests.support.campaign_book import add_pool, arms_of, chosen, list_of, make

END = date(2024, 10, 10)


def arms(db: Database, number: str = "CMP-000001") -> dict[str, str]:
    with db.reading() as connection:
        return arms_of(connection, number)


def refusal(call, *args, **named) -> str:
    with pytest.raises(Refused) as caught:
        call(*args, **named)
    return caught.value.reason.code


def step(db: Database, book: Book, act, *, user: str = "o011", version: int = 1, request_id: str = "s1", **more):
    return act(db, actor=signed_in(db, book, user), campaign_no="CMP-000001", version=version, request_id=request_id,
               **more)  # fmt: skip


def test_a_campaign_is_drawn_once_and_kept_with_its_rule(db: Database, book: Book) -> None:
    numbers = add_pool(db, book, 301)
    with db.writing() as connection:
        connection.execute(update(client_status).values(tier_before="B", months_quiet=14, end_assets_fen=5_000))
        connection.execute(update(client).values(phone_hash="known"))
    made = make(db, book, list_of(rule={"status": ["silent"]}), must_contact=[numbers[0]], script=" new fees ")
    assert (made.campaign_no, made.counts) == ("CMP-000001", {"task": 271, "holdout": 30, "excluded": 0})
    assert (made.said.code, dict(made.said.params)) == ("holdout.drawn", {"held": 30, "count": 300})
    assert make(db, book, list_of(rule={"status": ["silent"]})) == made
    with db.reading() as connection:
        row = connection.execute(select(campaign)).one()
        assert (row.state, row.drawn_on, row.window_to_on, row.as_of_month, row.generation_id, row.script) == (
            "running", TODAY, END, MONTH, 1, "new fees")  # fmt: skip
        assert (row.worthwhile_bp, row.outcome_days, len(row.draw_key)) == (500, 90, 32)
        assert row.unit_id == book.units["O011"]
        assert json.loads(row.rule) == {
            "source": "pool", "month": MONTH, "generation_id": 1, "list": {"status": ["silent"]},
            "filter": {"is": "ClientFilter", "statuses": ["silent"]}}  # fmt: skip
        first = read_members(connection, FIRM, made.campaign_no, limit=1)[0]
        assert (first.client_no, first.arm, first.stratum, first.reason.code) == (
            numbers[0], "task", None, "holdout.must_contact")  # fmt: skip
        rest = read_members(connection, FIRM, made.campaign_no, after=numbers[0])
        assert ({one.stratum for one in rest}, {(one.effort, one.assets_fen) for one in rest}, len(rest)) == (
            {"B/12-17/O011"}, {(30, 5_000)}, 300)  # fmt: skip
        audit = connection.execute(select(audit_event).where(audit_event.c.action == "campaign.create")).one()
        assert (audit.object_key, audit.user_id) == ("CMP-000001", book.users["o011"])
        assert json.loads(audit.details) == {
            "task": 271, "holdout": 30, "excluded": 0, "beyond": 0, "request": "c1", "source": "pool",
            "holdout_bp": 1_000, "worthwhile_bp": 500, "outcome_days": 90}  # fmt: skip
        assert first_broken_audit(connection) is None


def test_groups_stay_through_a_new_name_a_new_client_file_and_a_new_reading(db: Database, book: Book, tmp_path) -> None:
    numbers = add_pool(db, book, 250)
    make(db, book)
    drawn = arms(db)
    assert sorted(drawn.values()).count("holdout") == 25
    step(db, book, rename_campaign, name="Winter")
    lines = "".join(f"{number},New {number},individual,O012,2015-03-01\n" for number in reversed(numbers))
    assert load(db, tmp_path, "client", f"client_no,name,kind,office_code,opened_on\n{lines}").changed == 250
    db.dispose()
    assert arms(db) == drawn
    with db.reading() as connection:
        found = read_campaign(connection, FIRM, "CMP-000001")
        assert found is not None
        assert (found.row.name, found.row.version) == ("Winter", 2)
        assert read_arm_client_nos(connection, FIRM, found.campaign_id, "holdout") == sorted(
            number for number, arm in drawn.items() if arm == "holdout")  # fmt: skip


def test_who_cannot_be_handed_out_today_is_excluded_with_the_reason(db: Database, book: Book) -> None:
    add_pool(db, book, 30)
    make(db, book, chosen(["P00001", "P00002"]), holdout_bp=0)
    with db.writing() as connection:
        add_clients(connection, book, ["OPT"], marketing_opt_out=True)
        add_clients(connection, book, ["FAR"], office="O021")
        connection.execute(insert(complaint), [
            {"complaint_no": number, "client_id": book.clients[who], "at": NOW - timedelta(days=3), "closed_at": closed}
            for number, who, closed in (("K7", "P00003", None), ("K8", "P00004", NOW))
        ])  # fmt: skip
        connection.execute(update(client_status).values(status="normal").where(
            client_status.c.client_id == book.clients["P00005"]))  # fmt: skip
    assign_tasks(db, actor=signed_in(db, book, "o011"), client_nos=["P00006"], staff_no="S1", request_id="t1")
    everyone = chosen([*(f"P{number:05d}" for number in range(1, 9)), "OPT", "FAR", "NONE"])
    made = make(db, book, everyone, request_id="c2", name="Second")
    assert {number: reason.code for number, reason in made.excluded} == {
        "P00001": "campaign.held", "P00002": "campaign.held", "P00003": "hand_out.complaint",
        "P00005": "R-26.not_in_pool", "P00006": "R-26.open_task", "OPT": "R-26.opt_out"}  # fmt: skip
    held = dict(made.excluded)["P00001"]
    assert dict(held.params) == {"campaign": "CMP-000001", "name": "Autumn", "until": "2024-10-10"}
    assert made.counts == {"task": 3, "holdout": 0, "excluded": 6}
    assert (made.said.code, made.said.params["least"]) == ("holdout.too_small", 200)
    assert "FAR" not in arms(db, "CMP-000002")
    assert make(db, book, everyone, request_id="c2") == made
    with db.reading() as connection:
        found = read_campaign(connection, FIRM, "CMP-000002")
        assert found is not None
        assert found.reasons == {"campaign.held": 2, "R-26.not_in_pool": 1, "R-26.open_task": 1, "R-26.opt_out": 1,
                                 "hand_out.complaint": 1}  # fmt: skip
    only_bad = chosen(["OPT", "P00003"])
    assert refusal(make, db, book, only_bad, request_id="c3") == "campaign.nobody_left"
    assert refusal(make, db, book, chosen(["FAR"]), request_id="c4") == "campaign.list_empty"
    assert refusal(make, db, book, chosen(["P00010"]), request_id="c5", must_contact=["P00009"]) == (
        "campaign.must_unknown")  # fmt: skip


def test_the_database_itself_keeps_a_client_in_one_campaign(db: Database, book: Book) -> None:
    add_pool(db, book, 3)
    make(db, book, holdout_bp=0)
    with db.reading() as connection:
        row = dict(connection.execute(select(campaign)).mappings().one())
        member = dict(connection.execute(select(campaign_member).limit(1)).mappings().one())
    with pytest.raises(IntegrityError), db.writing() as connection:
        connection.execute(insert(campaign).values({**row, "campaign_id": 2, "campaign_no": "CMP-000002"}))
        connection.execute(insert(campaign_member).values({**member, "campaign_id": 2, "arm": "holdout"}))


def test_a_retention_campaign_takes_clients_who_are_still_there(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["N1", "N2"], status="normal")
        add_clients(connection, book, ["U1"], status="undetermined")
        add_clients(connection, book, ["L1"], status="lost")
    made = make(db, book, list_of(ClientFilter(), source="warning"), purpose="retention", holdout_bp=0)
    assert made.counts == {"task": 3, "holdout": 0, "excluded": 1}
    assert [(number, reason.code) for number, reason in made.excluded] == [("L1", "R-26.not_wanted")]
    assert made.said.code == "holdout.none"


@pytest.mark.parametrize("user", ["s1", "analyst", "auditor"])
def test_only_those_who_hand_out_make_campaigns(sqlite_db: Database, user: str) -> None:
    book = write_book(sqlite_db)
    add_pool(sqlite_db, book, 3)
    with pytest.raises(NotAllowed):
        make(sqlite_db, book, user=user)
    with pytest.raises(NotAllowed):
        create_campaign(sqlite_db, actor=OperatorActor("night"), name="x", purpose="reactivation", request=list_of(),
                        request_id="c9")  # fmt: skip


def test_a_list_is_refused_that_is_too_long_or_of_older_figures(sqlite_db: Database) -> None:
    book = write_book(sqlite_db)
    add_pool(sqlite_db, book, 10_001)
    with pytest.raises(Refused) as caught:
        make(sqlite_db, book)
    assert dict(caught.value.reason.params) == {"count": 10_001, "limit": 10_000}
    with sqlite_db.writing() as connection:
        connection.execute(update(generation).values(is_current=False))
        connection.execute(insert(generation).values(generation_id=2, run_id=2, is_current=True, published_at=NOW,
                                                     last_month=MONTH))  # fmt: skip
        connection.execute(insert(generation_month).values(generation_id=2, month=MONTH, build_id=2))
    assert refusal(make, sqlite_db, book, request_id="c2") == "campaign.list_old"
    assert refusal(make, sqlite_db, book, ListRequest("pool", ClientFilter(), 202405, 1), request_id="c3") == (
        "campaign.list_old")  # fmt: skip
    assert refusal(make, sqlite_db, book, ListRequest("pool", ClientFilter(), MONTH, 99), request_id="c4") == (
        "campaign.list_old")  # fmt: skip
    with sqlite_db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(campaign_member)).scalar_one() == 0


def test_steps_ask_for_the_whole_reach_the_version_and_the_state(db: Database, book: Book) -> None:
    add_pool(db, book, 5)
    with db.writing() as connection:
        add_clients(connection, book, ["Q1"], office="O012")
        add_clients(connection, book, ["R1"], office="O021")
    make(db, book, user="b01", holdout_bp=0)
    offices = {name: Scope(office_ids=frozenset({book.units[name]})) for name in ("O011", "O012", "O021")}
    with db.reading() as connection:
        seen = {name: read_campaigns(connection, scope) for name, scope in offices.items()}
        assert {name: [(row.members, row.is_whole) for row in rows] for name, rows in seen.items()} == {
            "O011": [(5, False)], "O012": [(1, False)], "O021": []}  # fmt: skip
        assert read_campaign(connection, offices["O021"], "CMP-000001") is None
        assert [one.client_no for one in read_members(connection, offices["O012"], "CMP-000001")] == ["Q1"]
    assert refusal(step, db, book, rename_campaign, name="x") == "campaign.beyond_reach"
    assert refusal(step, db, book, rename_campaign, name="x", user="o021") == "campaign.not_found"
    assert refusal(step, db, book, rename_campaign, name=" ", user="b01") == "campaign.name_missing"
    assert refusal(step, db, book, close_campaign, user="b01", version=2) == "campaign.changed"
    step(db, book, rename_campaign, name="Winter", user="b01", request_id="s2")
    step(db, book, rename_campaign, name="Winter", user="b01", request_id="s2")
    step(db, book, close_campaign, user="hq", version=2, request_id="s3")
    with db.reading() as connection:
        row = connection.execute(select(campaign)).one()
        assert (row.name, row.state, row.version, row.closed_by) == ("Winter", "closed", 3, book.users["hq"])
        actions = connection.execute(select(audit_event.c.action).order_by(audit_event.c.sequence)).scalars().all()
    assert actions[-3:] == ["campaign.create", "campaign.rename", "campaign.close"]
    assert refusal(step, db, book, cancel_campaign, user="b01", version=3) == "campaign.state"
    assert refusal(make, db, book, user="b01", request_id="c2") == "campaign.nobody_left"


def test_clients_are_free_again_after_a_cancelled_campaign_and_after_the_window(db: Database, book: Book) -> None:
    add_pool(db, book, 3)
    make(db, book, holdout_bp=0)
    with db.writing() as connection:
        connection.execute(insert(hand_out).values(
            campaign_id=1, request_id="h1", digest="d", tasks_count=1, measures="{}", committed_by=1,
            committed_at=NOW, undo_until_at=NOW))  # fmt: skip
    assert refusal(step, db, book, cancel_campaign) == "campaign.handed_out"
    with db.writing() as connection:
        connection.execute(hand_out.delete())
    step(db, book, cancel_campaign)
    made = make(db, book, holdout_bp=0, request_id="c2")
    assert (made.campaign_no, made.counts["task"]) == ("CMP-000002", 3)
    with frozen(NOW + timedelta(days=92)):  # 10 October, the last day of the window
        assert end_windows(db, actor=OperatorActor("night")) == []
        assert refusal(make, db, book, request_id="c3", holdout_bp=0) == "campaign.nobody_left"
    with frozen(NOW + timedelta(days=93)):
        # no night has passed yet
        assert make(db, book, request_id="c4", holdout_bp=0).counts["task"] == 3
        with db.reading() as connection:
            held = select(campaign_member.c.campaign_id).where(campaign_member.c.released_at.is_(None)).distinct()
            assert connection.execute(held).scalars().all() == [3]
    with frozen(NOW + timedelta(days=200)):
        assert end_windows(db, actor=OperatorActor("night")) == ["CMP-000002", "CMP-000003"]
        assert end_windows(db, actor=OperatorActor("night")) == []
    with db.reading() as connection:
        assert connection.execute(select(campaign.c.state).order_by(campaign.c.campaign_id)).scalars().all() == [
            "cancelled", "closed", "closed"]  # fmt: skip
        assert arms_of(connection, "CMP-000003") == {"P00001": "task", "P00002": "task", "P00003": "task"}
