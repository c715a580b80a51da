"""Leads commit overlapping campaigns, hand out by hand, hand on and make campaigns at the same moment.

No ceiling is breached, no client has two tasks, or a task and a place in a hold-out group; every loser is told to whom.
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import pytest
from sqlalchemy import select

from data_access.actor import SessionActor
from data_access.audit import first_broken_audit
from data_access.commands.acting import Refused
from data_access.commands.campaigns import create_campaign
from data_access.commands.hand_outs import commit_hand_out
from data_access.commands.task_steps import reassign_tasks
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.tables import (
    campaign,
    campaign_member,
    client,
    hand_out,
    reactivation_task,
    staff,
    task_event,
)
from domain.decision import Reason
from tests.support.book_rows import Book, add_clients, add_staff, add_user, set_ceiling, signed_in, write_book
from tests.support.campaign_book import arms_of, chosen, make

SEEDS = int(os.environ.get("RACE_SEEDS", "20"))
CEILING = 12
NUMBERS = [f"C{number:03d}" for number in range(400)]
PEOPLE = [f"L{number:02d}" for number in range(20)]


@dataclass
class Told:
    """What the leads were told: per act which clients it wanted, got, and was refused and why."""

    wanted: dict[str, set[str]] = field(default_factory=dict)
    got: dict[str, dict[str, str]] = field(default_factory=dict)
    refused: dict[str, dict[str, Reason]] = field(default_factory=dict)
    wholes: set[str] = field(default_factory=set)
    excluded: dict[str, dict[str, Reason]] = field(default_factory=dict)
    errors: list[BaseException] = field(default_factory=list)

    def keep(self, request: str, wanted: Iterable[str], got: Iterable[tuple[str, str]],
             refused: Iterable[tuple[str, Reason]]) -> None:  # fmt: skip
        self.wanted[request], self.got[request], self.refused[request] = set(wanted), dict(got), dict(refused)


def write_firm(db: Database, leads: int) -> tuple[Book, dict[str, list[str]], list[SessionActor]]:
    """Write people with a low ceiling, two campaigns with hold-outs, and one head per lead; return the task members."""
    book = write_book(db)
    with db.writing() as connection:
        add_clients(connection, book, NUMBERS)
        for number in PEOPLE:
            add_staff(connection, book, number)
            set_ceiling(connection, book, number, CEILING)
        for lead in range(leads):
            role, unit = (("office_head", "O011"), ("branch_head", "B01"), ("hq", "HQ"))[lead % 3]
            add_user(connection, book, f"lead{lead:02d}", role=role, unit=unit)
    members = {}
    for place, few in enumerate((NUMBERS[:150], NUMBERS[150:300])):
        made = make(db, book, chosen(few), holdout_bp=2_000, request_id=f"made-{place}").campaign_no
        with db.reading() as connection:
            members[made] = sorted(number for number, arm in arms_of(connection, made).items() if arm == "task")
    return book, members, [signed_in(db, book, f"lead{lead:02d}") for lead in range(leads)]


def act_of(db: Database, lead: int, actor: SessionActor, members: dict[str, list[str]], seed: int, told: Told
           ) -> Callable[[], None]:  # fmt: skip
    """Return what a lead does: commit a campaign, hand out by hand, hand on, or make a campaign and commit it."""
    chance = random.Random(seed * 1_000 + lead)
    request = f"lead-{lead}"

    def commit(campaign_no: str, numbers: list[str], name: str = request) -> None:
        placed = {number: chance.choice(PEOPLE) for number in numbers}
        told.wholes.add(name)
        done = commit_hand_out(db, actor=actor, campaign_no=campaign_no, placed=placed, measures={}, digest="",
                               request_id=name)  # fmt: skip
        told.keep(name, placed, done.created, done.refused.items())

    def commit_one() -> None:
        campaign_no = chance.choice(sorted(members))
        commit(campaign_no, chance.sample(members[campaign_no], chance.randint(2, 8)))

    def by_hand() -> None:
        numbers = chance.sample(NUMBERS, chance.randint(3, 15))
        done = assign_tasks(db, actor=actor, client_nos=numbers, staff_no=chance.choice(PEOPLE), request_id=request)
        told.keep(request, numbers, done.created, done.refused)

    def hand_on() -> None:
        by_hand()
        mine = told.got[request]
        versions = dict.fromkeys(mine.values(), 1)
        if versions:
            done = reassign_tasks(db, actor=actor, versions=versions, staff_no=chance.choice(PEOPLE),
                                  request_id=f"{request}-on")  # fmt: skip
            assert {reason.code for _, reason in done.refused} <= {"task.same_staff", "hand_out.ceiling"}

    def make_and_commit() -> None:
        some = chosen(chance.sample(NUMBERS[250:], 120))
        try:
            made = create_campaign(db, actor=actor, name=request, purpose="reactivation", holdout_bp=2_000,
                                   request=some, request_id=f"{request}-made")  # fmt: skip
        except Refused as refused:  # others have all of them
            assert refused.reason.code == "campaign.nobody_left"  # noqa: PT017 -- allowed only then
            return
        told.excluded[made.campaign_no] = dict(made.excluded)
        with db.reading() as connection:
            free = sorted(number for number, arm in arms_of(connection, made.campaign_no).items() if arm == "task")
        if free:
            commit(made.campaign_no, chance.sample(free, min(len(free), 8)))

    return (commit_one, commit_one, by_hand, make_and_commit, commit_one, by_hand, hand_on)[lead % 7]


def run_race(db: Database, leads: int, seed: int) -> Told:
    """Let every lead act at the same moment."""
    _book, members, actors = write_firm(db, leads)
    told, start = Told(), threading.Barrier(leads)

    def at_work(lead: int) -> None:
        act = act_of(db, lead, actors[lead], members, seed, told)
        start.wait()
        try:
            act()
        except BaseException as error:  # noqa: BLE001 -- shown by the assertion of the test
            told.errors.append(error)

    threads = [threading.Thread(target=at_work, args=(lead,)) for lead in range(leads)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return told


def names_the_winner(number: str, reason: Reason, clients: Mapping[str, str], holders: Mapping[str, set[str]],
                     held: Mapping[str, str], drawn: Mapping[str, str]) -> bool:  # fmt: skip
    """Tell whether a refusal of a client says truly who was faster: the holder, the campaign, or the full person."""
    told = reason.params
    if reason.code == "R-26.open_task":
        task_no, staff_no = str(told["task_no"]), str(told["staff_no"])
        return (clients[task_no], told["staff_name"]) == (number, f"Name {staff_no}") and staff_no in holders[task_no]
    if reason.code in ("hand_out.held_out", "campaign.held"):
        return told["campaign"] == (held if reason.code == "hand_out.held_out" else drawn)[number]
    return reason.code == "hand_out.ceiling" and told["open_count"] == told["limit"] == CEILING


@pytest.mark.parametrize(("leads", "seed"), [
    (9, 0), *(pytest.param(50, seed, marks=pytest.mark.soak) for seed in range(SEEDS)),
])  # fmt: skip
def test_leads_at_once(db: Database, leads: int, seed: int) -> None:
    told = run_race(db, leads, seed)
    assert told.errors == []
    with db.reading() as connection:
        tasks = connection.execute(
            select(reactivation_task, client.c.client_no, staff.c.staff_no)
            .join(client, client.c.client_id == reactivation_task.c.client_id)
            .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
        ).all()  # fmt: skip
        holders: dict[str, set[str]] = {}
        for task_no, staff_no in connection.execute(
            select(reactivation_task.c.task_no, staff.c.staff_no)
            .join(task_event, task_event.c.task_id == reactivation_task.c.task_id)
            .join(staff, staff.c.staff_id == task_event.c.staff_id)
        ):  # fmt: skip
            holders.setdefault(task_no, set()).add(staff_no)
        places = connection.execute(
            select(client.c.client_no, campaign.c.campaign_no, campaign_member.c.arm)
            .join(campaign_member, campaign_member.c.client_id == client.c.client_id)
            .join(campaign, campaign.c.campaign_id == campaign_member.c.campaign_id)
        ).all()  # fmt: skip
        commits = set(connection.execute(select(hand_out.c.request_id)).scalars())
        assert first_broken_audit(connection) is None
    # no ceiling breached, no client twice, no client both task and hold-out
    assert max(Counter(task.staff_no for task in tasks).values()) <= CEILING
    assert max(Counter(task.client_no for task in tasks).values()) == 1
    held = {place.client_no: place.campaign_no for place in places if place.arm == "holdout"}
    drawn = {place.client_no: place.campaign_no for place in places if place.arm in ("holdout", "task")}
    assert not {task.client_no for task in tasks} & set(held)
    assert len(drawn) == sum(place.arm in ("holdout", "task") for place in places)
    # what was acknowledged is there, a commit whole or not at all
    stored = {(task.request_id, task.client_no): task.task_no for task in tasks}
    assert stored == {
        (request, number): task_no for request, got in told.got.items() for number, task_no in got.items()
    }
    for request in told.wholes:
        assert set(told.got[request]) in (set(), told.wanted[request])
        assert bool(told.got[request]) != bool(told.refused[request])
        assert (request in commits) == bool(told.got[request])
    losers = [*told.refused.values(), *told.excluded.values()]
    for number, reason in (loss for refused in losers for loss in refused.items()):
        assert names_the_winner(number, reason, {task.task_no: task.client_no for task in tasks}, holders, held, drawn)
    outcomes = Counter(bool(told.got[request]) for request in told.wholes)
    print(f"leads {leads}, seed {seed}: tasks {len(tasks)}, commits {outcomes[True]}, refused whole {outcomes[False]}")
