"""Drawn clients with what they did since, on both engines."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, insert, select, update

from data_access.database import Database
from data_access.reads.campaign_tasks import read_campaign_tasks, read_held_back_contacts
from data_access.reads.drawn import DrawnConduct, read_conduct, read_drawn
from data_access.reads.generation import read_generation
from data_access.reads.outcomes import read_drawn_campaigns, read_pulse
from data_access.scope import FIRM, NOTHING, Scope
from data_access.tables import contact_log, reactivation_task
from domain.outcomes import decide_idle, decide_outcome, outcome_of
from domain.policies import FIRST_RULE_SET as RULES
from tests.support.book_rows import NOW
from tests.support.drawn_rows import DRAWN_ON, add_campaign, drawn_book

END = date(2024, 6, 30)
DAY_90 = date(2024, 6, 8)


def conduct_of(connection: Connection, scope: Scope, *, as_of: date = END, until_on: date = DAY_90) -> DrawnConduct:
    """Read what the clients of K1 did."""
    campaign = next(one for one in read_drawn_campaigns(connection, FIRM, as_of=as_of) if one.campaign_no == "K1")
    generation = read_generation(connection)
    assert generation is not None
    return read_conduct(connection, scope, read_drawn(connection, scope, campaign), until_on=until_on, as_of=as_of,
                        generation=generation)  # fmt: skip


def numbers(conduct: DrawnConduct) -> list[str]:
    return [row.client_no for row in conduct.drawn.rows]


def test_drawn_clients_with_their_conduct(db: Database):
    book = drawn_book(db)
    with db.writing() as connection:
        add_campaign(connection, book, "K2", {"C09": "task"}, drawn_on=date(2024, 7, 1))
        add_campaign(connection, book, "K3", {"C09": "task"}, state="cancelled")
    with db.reading() as connection:
        whole = conduct_of(connection, FIRM)
        known = read_drawn_campaigns(connection, FIRM, as_of=END)
        later = read_drawn_campaigns(connection, FIRM, as_of=date(2024, 7, 1))
        named = read_drawn_campaigns(connection, FIRM, as_of=END, campaign_nos=["K1", "K3", "none"])
        nobody = read_drawn(connection, NOTHING, known[0])
        branch = Scope(office_ids=frozenset({book.units["O021"]}), masks_names=True)
        two = conduct_of(connection, branch)
        early = conduct_of(connection, FIRM, as_of=date(2024, 4, 1), until_on=date(2024, 3, 31))
    lines = {number: line for line, number in enumerate(numbers(whole))}
    told = {number: outcome_of(whole.facts(line), drawn_on=DRAWN_ON, until_on=DAY_90, rules=RULES)
            for number, line in lines.items()}  # fmt: skip
    assert [(number, one.returned, str(one.on) if one.on else None, one.net_inflow_fen, one.reason.code)
            for number, one in told.items()] == [
        ("C01", True, "2024-04-30", 100_000, "R-25.activated"), ("C02", False, None, 0, "outcome.inflow"),
        ("C03", False, None, 150_000, "outcome.trade"), ("C04", False, None, 0, "outcome.inflow"),
        ("C05", None, None, None, "outcome.gap"), ("C06", False, None, 0, "outcome.inflow"),
        ("C07", True, "2024-05-31", 100_000, "R-25.activated"), ("C10", True, "2024-05-02", None, "R-21.returned"),
        ("C11", True, "2024-03-10", None, "R-23.activated"), ("C12", False, None, None, "R-21.too_soon"),
    ]  # fmt: skip
    # sums and idleness over the arrays are those of the rules over one client
    assert whole.since.sums() == [one.net_inflow_fen for one in told.values()]
    idle = decide_idle(RULES)
    alone = [line for line in lines.values() if whole.since.is_idle[line] and whole.drawn.rows[line].client_id
             not in whole.events]  # fmt: skip
    assert [list(lines)[line] for line in alone] == ["C02", "C04", "C06"]
    for line in alone:
        assert decide_outcome(whole.facts(line), drawn_on=DRAWN_ON, until_on=DAY_90, rules=RULES) == idle[
            whole.drawn.rows[line].pool_status]  # fmt: skip
    assert [number for number, arm in zip(lines, whole.drawn.arms, strict=True) if arm == "holdout"] == [
        "C06", "C07", "C11", "C12"]  # fmt: skip
    held = {number: whole.tasks.get(row.client_id, (None, row.previous_staff_id))
            for number, row in zip(lines, whole.drawn.rows, strict=True)}  # fmt: skip
    assert [(whole.people[staff_id].staff_no if staff_id else None, task_no) for task_no, staff_id in (
        held[number] for number in ("C01", "C02", "C05", "C06", "C12"))] == [
        ("S1", "T1"), ("S1", "T3"), (None, None), (None, None), ("S9", None)]  # fmt: skip
    assert [number for number, row in zip(lines, whole.drawn.rows, strict=True)
            if row.client_id in whole.contacted] == ["C01", "C02", "C06"]  # fmt: skip
    assert [(one.campaign_no, one.known_days) for one in known] == [("K1", 112)]
    assert [(one.campaign_no, one.known_days) for one in later] == [("K2", None), ("K1", 112)]
    assert [one.campaign_no for one in named] == ["K1"]
    assert nobody.rows == []
    assert [(row.client_no, name, two.offices[row.office_id].unit_code)
            for row, name in zip(two.drawn.rows, two.names, strict=True)] == [
        ("C10", "C****", "O021"), ("C11", "C****", "O021"), ("C12", "C****", "O021")]  # fmt: skip
    # as of 1 April: March is the newest month, a task handed out on 2 April and its contact are not there yet
    at = {number: (row.client_id, line) for line, (number, row) in enumerate(zip(lines, early.drawn.rows, strict=True))}
    assert (early.last_month, early.before, early.counted, max(early.flows.months)) == (
        202403, (202402,), (202403,), 202403)  # fmt: skip
    assert [early.tasks[at[number][0]][0] for number in ("C01", "C02")] == ["T1", "T3"]
    for number, events in (("C06", 0), ("C10", 0), ("C11", 1)):
        key, line = at[number]
        assert (key in early.tasks, key in early.contacted, len(early.facts(line).events)) == (False, False, events)


def test_the_pulse_changes_with_tasks_steps_and_contacts(db: Database):
    book = drawn_book(db)
    with db.writing() as connection:
        tasks, steps, contacts = read_pulse(connection, ["K1"])
        assert (tasks, contacts) == (7, 3)
        assert read_pulse(connection, ["none"]) == (0, 0, 0)
        task = connection.execute(select(reactivation_task).where(reactivation_task.c.task_no == "T1")).one()
        connection.execute(update(reactivation_task).where(reactivation_task.c.task_no == "T1")
                           .values(version=task.version + 1))  # fmt: skip
        assert read_pulse(connection, ["K1"]) == (tasks, steps + 1, contacts)
        connection.execute(
            insert(contact_log).values(
                client_id=book.clients["C05"],
                staff_id=task.staff_id,
                at=NOW,
                channel="phone",
                result="reached",
                request_id="later",
            )
        )
        assert read_pulse(connection, ["K1"]) == (tasks, steps + 1, contacts + 1)


def test_tasks_as_far_as_they_came(db: Database):
    book = drawn_book(db)
    with db.reading() as connection:
        tasks = {one.task_no: one for one in read_campaign_tasks(connection, FIRM, ["K1"], as_of=date(2024, 7, 10))}
        early = {one.task_no: one for one in read_campaign_tasks(connection, FIRM, ["K1"], as_of=date(2024, 4, 1))}
        own = read_campaign_tasks(connection, Scope(office_ids=frozenset({book.units["O021"]})), ["K1"], as_of=END)
        held = read_held_back_contacts(connection, FIRM, ["K1"], as_of=END)
        before = read_held_back_contacts(connection, FIRM, ["K1"], as_of=date(2024, 4, 1))
    assert {number: (one.client_no, one.staff_no, one.state) for number, one in tasks.items()} == {
        "T1": ("C01", "S1", "recognised"), "T3": ("C02", "S1", "expired"), "T4": ("C03", "S2", "open"),
        "T5": ("C04", "S2", "open"), "T6": ("C08", "S1", "open"), "T7": ("C10", "S9", "open")}  # fmt: skip
    first = tasks["T1"]
    assert (first.handed_on, first.preregistered_on, first.recognised_on) == (
        date(2024, 3, 12), date(2024, 3, 25), date(2024, 4, 30))  # fmt: skip
    assert [(one.staff_no, one.on, one.result) for one in first.contacts] == [("S1", date(2024, 3, 15), "interested")]
    assert [one.result for one in tasks["T3"].contacts] == ["not_reached"]
    assert sorted(first.months) == [202403, 202404, 202405, 202406]
    assert first.recognitions == [date(2024, 5, 20)]
    assert {number: one.state for number, one in early.items()} == {
        "T1": "preregistered", "T3": "open", "T4": "open", "T5": "open", "T6": "open"}  # fmt: skip
    assert [one.task_no for one in own] == ["T7"]
    assert held == [("C06", "S2", date(2024, 4, 2))]
    assert before == []
