"""The hand-out at size: the proposal for 10,000 clients and 300 people, and the commit of 5,000 tasks on SQLite.

Measured on a copy of the firm, since a commit changes it. A campaign is made of the clients of two branch companies.
"""

from __future__ import annotations

import shutil
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select, update

from data_access.actor import SessionActor
from data_access.clock import business_date
from data_access.commands.campaigns import create_campaign
from data_access.commands.hand_outs import commit_hand_out
from data_access.database import Database
from data_access.desk.lists import ListRequest
from data_access.reads.client_filter import ClientFilter
from data_access.reads.generation import read_generation
from data_access.reads.list_sets import ClientNumbers
from data_access.schema import upgrade
from data_access.scope import FIRM
from data_access.sessions import begin_session
from data_access.tables import app_user, campaign_member, client, client_status, reactivation_task
from domain.campaigns import MEMBER_LIMIT
from domain.words import OPEN_TASK_STATES, POOL
from metrics.desk import preview_campaign
from metrics.results import results_of
from tests.load import firm

PREVIEW_LIMIT_S, COMMIT_LIMIT_S = 5.0, 3.0
CLIENTS, PEOPLE, TASKS = MEMBER_LIMIT, 300, 5_000
ROUNDS = 3


@dataclass(frozen=True)
class DeskSpeed:
    """Seconds of one step over its rounds, by the clock and of the processor; ``limit_s`` None: no budget."""

    step: str
    size: str
    seconds: tuple[float, ...]
    cpu: tuple[float, ...]
    limit_s: float | None

    @property
    def median(self) -> float:
        """The middle of the rounds."""
        return statistics.median(self.seconds)


def measure_desk(say: Callable[[str], None] = print) -> list[DeskSpeed]:
    """Measure on a copy of the firm; returns the steps in order."""
    source, copy = firm.FOLDER / "firm.sqlite3", firm.FOLDER / "desk.sqlite3"
    shutil.copyfile(source, copy)
    db = Database(f"sqlite:///{copy}")
    try:
        upgrade(db)
        found = _measure(db)
    finally:
        db.dispose()
        for path in firm.FOLDER.glob("desk.sqlite3*"):
            path.unlink()
    for one in found:
        say(f"{one.step} ({one.size}): {one.median:.2f} s")
    return found


def _measure(db: Database) -> list[DeskSpeed]:
    actor = _signed_in(db)
    numbers = _free_clients(db)
    with db.reading() as connection:
        generation = read_generation(connection)
    assert generation is not None
    request = ListRequest("selection", ClientFilter(among=ClientNumbers(tuple(numbers))), generation.last_month,
                          generation.generation_id)  # fmt: skip
    watch = _Watch()
    made = create_campaign(db, actor=actor, name="size", purpose="reactivation", request=request, holdout_bp=0,
                           request_id=uuid.uuid4().hex)  # fmt: skip
    created = watch.stopped()
    with db.reading() as connection:
        people = sorted(preview_campaign(connection, FIRM, made.campaign_no, on=business_date()).people)  # type: ignore[union-attr]
    times = []
    for _ in range(ROUNDS):
        watch = _Watch()
        with db.reading() as connection:
            preview = preview_campaign(connection, FIRM, made.campaign_no, on=business_date(), without=people[PEOPLE:])
        times.append(watch.stopped())
    assert preview is not None
    size = f"{len(preview.clients):,} clients, {len(preview.people):,} people"
    found = [_speed("Campaign made and drawn", f"{len(numbers):,} clients", [created], None),
             _speed("Preview", size, times, PREVIEW_LIMIT_S)]  # fmt: skip
    placed = dict(sorted(preview.distribution.placed.items()))
    times, parts = [], [dict(list(placed.items())[start : start + TASKS]) for start in range(0, len(placed), TASKS)]
    for part in parts:
        watch = _Watch()
        done = commit_hand_out(db, actor=actor, campaign_no=made.campaign_no, placed=part, measures=preview.measures,
                               digest=preview.digest, request_id=uuid.uuid4().hex)  # fmt: skip
        taken = watch.stopped()
        assert not done.refused, next(iter(done.refused.items()))
        if len(part) == TASKS:
            times.append(taken)
    found.append(_speed("Commit", f"{TASKS:,} tasks", times or [taken], COMMIT_LIMIT_S))
    watch = _Watch()
    with db.reading() as connection:
        results_of(connection, FIRM, [made.campaign_no], as_of=business_date())
    found.append(_speed("Results", f"{len(numbers):,} drawn clients", [watch.stopped()], None))
    return found


class _Watch:
    """Counts from its making."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def stopped(self) -> tuple[float, float]:
        """Return the seconds since then, by the clock and of the processor."""
        return time.perf_counter() - self.wall, time.process_time() - self.cpu


def _speed(step: str, size: str, times: list[tuple[float, float]], limit_s: float | None) -> DeskSpeed:
    return DeskSpeed(step, size, tuple(wall for wall, _ in times), tuple(cpu for _, cpu in times), limit_s)


def _signed_in(db: Database) -> SessionActor:
    with db.writing() as connection:
        connection.execute(update(app_user).values(must_change_password=False))
        user = connection.execute(select(app_user).where(app_user.c.username == "hq")).one()
        token = begin_session(connection, user_id=user.user_id, access_version=user.access_version)
    return SessionActor(token)


def _free_clients(db: Database) -> list[str]:
    """Return numbers of pool clients of the two largest branch companies whom nobody holds, in order."""
    row, task, member = client_status.c, reactivation_task.c, campaign_member.c
    with db.reading() as connection:
        generation = read_generation(connection)
        assert generation is not None
        build = generation.builds[generation.last_month]
        held = select(task.client_id).where(task.state.in_([state.value for state in OPEN_TASK_STATES]))
        drawn = select(member.client_id).where(member.released_at.is_(None))
        branches = connection.execute(select(row.branch_id).where(row.build_id == build)).scalars()
        counts: dict[int, int] = {}
        for branch in branches:
            counts[branch] = counts.get(branch, 0) + 1
        largest = sorted(counts, key=lambda one: -counts[one])[:2]
        return list(connection.execute(
            select(client.c.client_no).join(client_status, row.client_id == client.c.client_id)
            .where(row.build_id == build, row.branch_id.in_(largest), row.status.in_([one.value for one in POOL]),
                   row.client_id.not_in(held), row.client_id.not_in(drawn), ~client.c.marketing_opt_out)
            .order_by(client.c.client_no).limit(CLIENTS)
        ).scalars())  # fmt: skip


def desk_section() -> str:
    """Return the section of the report."""
    lines = [
        "## Handing out at size", "",
        "On a copy of the firm: a campaign of the pool of the two largest branch companies, its proposal, its commit",
        f"in parts of {TASKS:,} tasks, its results.", "",
        f"Budgets: preview ≤ {PREVIEW_LIMIT_S:.0f} s, commit ≤ {COMMIT_LIMIT_S:.0f} s.", "",
        "| Step | Size | seconds | of the processor | missed |", "|---|---|---|---|---|",
    ]  # fmt: skip
    for one in measure_desk():
        times, cpu = (", ".join(f"{each:.2f}" for each in each_of) for each_of in (one.seconds, one.cpu))
        missed = "missed" if one.limit_s is not None and one.median > one.limit_s else ""
        lines.append(f"| {one.step} | {one.size} | {times} | {cpu} | {missed} |")
    return "\n".join([*lines, ""])
