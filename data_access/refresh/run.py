"""The refresh: builds the months that need it beside the live generation, then flips the pointer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from data_access.actor import ActingUser, Actor, acting_user, require_role
from data_access.audit import append_audit
from data_access.bulk import join_whole_tables
from data_access.clock import business_date, now
from data_access.database import Database
from data_access.reads.generation import Generation, read_generation
from data_access.refresh.attribution import publish_staff_month, read_staff_month
from data_access.refresh.changes import read_first_dirty_month, read_newest_batch, read_since, read_touched_clients
from data_access.refresh.cubes import middle_client, publish_cube, publish_transfers, read_groups
from data_access.refresh.exclusive import only_refresh
from data_access.refresh.generations import drop_old_builds, publish_generation
from data_access.refresh.lifecycle import add_service_reasons
from data_access.refresh.month import MonthBuild, month_build, stage_places, stage_spells, stage_then, stage_versions
from data_access.refresh.rules import read_rule_sets, rules_in_force
from data_access.refresh.spells import rebuild_spells, update_spells
from data_access.refresh.staging import client_then, drop_stage, spell_month, unit_place, version_then
from data_access.refresh.status import insert_status
from data_access.refresh.tiers import Ranking, publish_shares, publish_tiers, read_ranking
from data_access.tables import build, client, client_month, client_status, refresh_run
from domain.months import month_add, month_of, month_range, month_text
from domain.policies import RuleSet
from domain.words import Role

Progress = Callable[[str, int, int], None]
"""Called with a step (``spells`` or a month ``YYYY-MM``), the steps done and their number."""

_OWN_PART = 0.4  # of the clients, added up by the connection that writes, which has other sums to write as well
_ALL_SPELLS_ABOVE = 50_000  # touched clients from which deriving all spells is the shorter way


@dataclass(frozen=True)
class RefreshResult:
    """What a refresh did: the current generation (None without any facts) and the months it built."""

    run_id: int
    generation_id: int | None
    months_built: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Written:
    """What the sums of a month rest on, once its client rows are written."""

    build: MonthBuild
    staff_rows: list[tuple[Any, ...]]
    ranking: Ranking


@dataclass(frozen=True)
class _Plan:
    """What to build: all published months, those to build, and what the facts were known by."""

    months: list[int]
    to_build: list[int]
    current: Generation | None
    rule_sets: list[RuleSet]
    known_batch_id: int
    touched: list[int] | None


def refresh(
    db: Database, *, as_of: int | None = None, full: bool = False, actor: Actor, progress: Progress | None = None
) -> RefreshResult:
    """Publish ``client_status``, the cubes and ``staff_month`` of every month up to ``as_of``.

    Builds only the months whose facts are new or changed (all with ``full``); the result is the same row for
    row. A refresh that fails leaves the published generation as it was. Raises ``RefreshRunning``,
    ``NotSignedIn`` or ``NotAllowed``.
    """
    with only_refresh(db):
        user, run_id = db.transact(lambda connection: _begin(connection, actor))
        try:
            result = _run(db, user, run_id, as_of=as_of, full=full, progress=progress or (lambda *_: None))
        except BaseException as error:
            failure = type(error).__name__
            db.transact(lambda connection: _finish(connection, run_id, "failed", failure))
            raise
        drop_old_builds(db)
        return result


def _begin(connection: Connection, actor: Actor) -> tuple[ActingUser, int]:
    user = acting_user(connection, actor)
    require_role(user, Role.HQ)
    # the lock is ours, so a run that still says running was killed
    connection.execute(
        update(refresh_run)
        .where(refresh_run.c.state == "running")
        .values(state="failed", message="interrupted", finished_at=now())
    )
    run_id = connection.execute(
        insert(refresh_run)
        .values(state="running", engine="database", months_built=0, months_total=0, started_by=user.user_id,
                started_at=now())
        .returning(refresh_run.c.run_id)
    ).scalar_one()  # fmt: skip
    return user, run_id


def _finish(connection: Connection, run_id: int, state: str, message: str | None = None) -> None:
    connection.execute(
        update(refresh_run)
        .where(refresh_run.c.run_id == run_id)
        .values(state=state, message=message, finished_at=now())
    )


def _run(
    db: Database, user: ActingUser, run_id: int, *, as_of: int | None, full: bool, progress: Progress
) -> RefreshResult:
    with db.reading() as connection:
        plan = _plan(connection, as_of=as_of, full=full)
    if not plan.to_build and plan.months == (sorted(plan.current.builds) if plan.current else []):
        db.transact(lambda connection: _finish(connection, run_id, "done"))
        return RefreshResult(run_id, plan.current.generation_id if plan.current else None)
    steps = len(plan.to_build) + 1
    progress("spells", 0, steps)
    if plan.touched is None or len(plan.touched) > _ALL_SPELLS_ABOVE:
        rebuild_spells(db)
    else:
        update_spells(db, plan.touched)
    kept = plan.current.builds if plan.current else {}
    builds = {month: kept[month] for month in plan.months if month not in plan.to_build}
    for done, month in enumerate(plan.to_build, start=1):
        progress(month_text(month), done, steps)

        def write_clients(connection: Connection, month: int = month, done: int = done) -> _Written:
            _read_whole_months(connection)
            connection.execute(
                update(refresh_run)
                .where(refresh_run.c.run_id == run_id)
                .values(months_built=done, months_total=len(plan.to_build))
            )
            return _write_clients(db, connection, plan, month, run_id, builds)

        written = db.transact(write_clients, settles=False)
        db.transact(partial(_write_sums, db, written))
        builds[month] = written.build.build_id
    generation_id = db.transact(lambda connection: _publish(connection, user, run_id, plan, builds))
    progress("published", steps, steps)
    return RefreshResult(run_id, generation_id, plan.to_build)


def read_stale_months(connection: Connection) -> list[int]:
    """Return the months that a refresh would build now: new ones, and those whose facts or rules have changed."""
    return _plan(connection, as_of=None, full=False).to_build


def _plan(connection: Connection, *, as_of: int | None, full: bool) -> _Plan:
    months = _months(connection, as_of)
    current = read_generation(connection)
    rule_sets = read_rule_sets(connection)
    known = read_newest_batch(connection)
    if not months or current is None or full:
        return _Plan(months, months, current, rule_sets, known, None)
    since = read_since(connection, current)
    first = read_first_dirty_month(connection, current=current, since=since, months=months, rule_sets=rule_sets)
    to_build = [] if first is None else [month for month in months if month >= first]
    return _Plan(months, to_build, current, rule_sets, known, read_touched_clients(connection, since))


def _months(connection: Connection, as_of: int | None) -> list[int]:
    """Return every month to publish: all from the first to the newest with facts, up to ``as_of``.

    A firm with clients but without monthly facts gets one month, the last one that has ended, so that its
    clients can be counted.
    """
    # one statement each: both ends of the key are found at once, a statement with both reads every row
    first = connection.execute(select(func.min(client_month.c.month))).scalar()
    last = connection.execute(select(func.max(client_month.c.month))).scalar()
    if first is not None and last is not None:
        if as_of is not None and as_of < first:
            raise ValueError(f"No month up to {month_text(as_of)} has facts; the first one is {month_text(first)}.")
        return month_range(first, min(last, as_of or last))
    if connection.execute(select(client.c.client_id).limit(1)).first() is None:
        return []
    return [as_of or month_add(month_of(business_date()), -1)]


def _read_whole_months(connection: Connection) -> None:
    """Let all statements of a transaction read one state of the facts, as they do on SQLite, and join whole months."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    join_whole_tables(connection)


def _write_clients(
    db: Database, connection: Connection, plan: _Plan, month: int, run_id: int, builds: Mapping[int, int]
) -> _Written:
    """Write the month's client rows; returns them ranked, and the staff results, which rest on the same facts."""
    version = rules_in_force(plan.rule_sets, month).version
    build_id = connection.execute(
        insert(build)
        .values(month=month, rule_version=version, run_id=run_id, known_batch_id=plan.known_batch_id,
                built_at=now())
        .returning(build.c.build_id)
    ).scalar_one()  # fmt: skip
    one = month_build(build_id, month, first_month=plan.months[0], builds=builds, rule_sets=plan.rule_sets)
    # staff results rest on the facts only, so they are added up while the clients' rows are written
    with db.beside(connection, lambda other: read_staff_month(other, one)) as staff_results:
        stage_places(connection)
        stage_spells(connection, one)
        stage_versions(connection, one)
        stage_then(connection, one)
        insert_status(connection, one)
        ranking = read_ranking(connection, one)
        publish_tiers(connection, one, ranking)
        add_service_reasons(connection, one)
        for stage in (unit_place, spell_month, version_then, client_then):
            drop_stage(connection, stage)
        return _Written(one, staff_results.result(), ranking)


def _write_sums(db: Database, written: _Written, connection: Connection) -> None:
    """Write what the month's stored client rows add up to, added up on two connections.

    A build whose sums are missing belongs to a refresh that was killed; no generation holds it.
    """
    _read_whole_months(connection)
    one = written.build
    upto = middle_client(connection, _OWN_PART)
    client_id = client_status.c.client_id
    with db.beside(connection, lambda other: read_groups(other, one, client_id > upto)) as rest:
        # the rows just written, while the other connection reads them
        db.settle()
        groups = read_groups(connection, one, client_id <= upto)
        publish_transfers(connection, one)
        publish_staff_month(connection, written.staff_rows)
        publish_shares(connection, one, written.ranking)
        others = rest.result()
    publish_cube(connection, one, (groups, others))


def _publish(connection: Connection, user: ActingUser, run_id: int, plan: _Plan, builds: dict[int, int]) -> int:
    generation_id = publish_generation(connection, run_id=run_id, builds=builds)
    append_audit(
        connection, action="refresh.publish", user_id=user.user_id, operator=user.operator, object_kind="generation",
        object_key=str(generation_id),
        details={"run_id": run_id, "months_built": len(plan.to_build), "first_month": plan.months[0],
                 "last_month": plan.months[-1]},
    )  # fmt: skip
    _finish(connection, run_id, "done")
    return generation_id
