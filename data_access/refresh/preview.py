"""What would change under other rules: the newest month's clients built beside the published ones and compared.

Everything is written to a temporary table of a connection that is thrown away: no writer waits, nothing stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    Integer,
    MetaData,
    Table,
    and_,
    case,
    delete,
    distinct,
    func,
    literal,
    or_,
    select,
)

from data_access.actor import Actor
from data_access.bulk import join_whole_tables, tell_size
from data_access.commands.acting import acting_as
from data_access.database import Database
from data_access.reads.generation import Generation, read_generation
from data_access.refresh.lifecycle import add_service_reasons
from data_access.refresh.month import (
    MonthBuild,
    holds_at,
    month_build,
    stage_places,
    stage_spells,
    stage_then,
    stage_versions,
)
from data_access.refresh.rules import read_rule_sets, rules_in_force
from data_access.refresh.run import read_stale_months
from data_access.refresh.staging import (
    client_then,
    create_stage,
    drop_stage,
    spell_month,
    unit_place,
    version_then,
)
from data_access.refresh.status import insert_status
from data_access.refresh.tiers import read_ranking, set_tiers
from data_access.tables import (
    client,
    client_status,
    org_unit,
    relationship,
    relationship_share,
    staff,
    tier_cutoff,
)
from data_access.tables.types import Code, Fen, Id
from domain.months import month_add, month_end, month_of, month_range, month_start, month_text
from domain.policies import RuleSet
from domain.words import POOL, RelationshipState, Role

Progress = Callable[[str, int, int], None]
LISTED = 500
"""Moving clients and affected people that are listed; all are counted."""

trial_status = Table(
    "trial_status", MetaData(),
    *(Column(one.name, one.type, primary_key=one.primary_key, autoincrement=False) for one in client_status.c),
    prefixes=["TEMPORARY"],
)  # fmt: skip
"""The clients' rows under the rules that are tried."""

_POOL = [status.value for status in POOL]
ASPECTS = ("tier", "status", "stage", "warned")
Moves = dict[tuple[str | None, str | None], int]
"""Clients per value before and after."""

moved = Table(
    "trial_moved", MetaData(),
    # the clients with any change; warned is yes or no
    Column("client_id", Id, primary_key=True, autoincrement=False),
    Column("office_id", Id, nullable=False),
    Column("branch_id", Id, nullable=False),
    *(Column(f"{name}_{when}", Code) for name in ASPECTS for when in ("then", "now")),
    Column("points_then", Integer),
    Column("points_now", Integer),
    Column("value_fen", Fen, nullable=False),
    Column("end_assets_fen", Fen),
    prefixes=["TEMPORARY"],
)  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """A month under the rules that are tried: its rows in ``trial_status`` and its tier lines."""

    month: int
    build_id: int
    rules: RuleSet
    lines: list[dict[str, Any]]


@dataclass(frozen=True)
class OfficeMoves:
    """How many clients of one business office change: to a higher or lower tier, into and out of the pool, warned."""

    branch: str
    office: str
    moving: int
    up: int
    down: int
    into_pool: int
    out_of_pool: int
    warned: int
    unwarned: int


@dataclass(frozen=True)
class Preview:
    """What would change in the newest published month under a draft, amounts in fen.

    ``moves`` counts clients per aspect (tier, status, stage, warned) and pair of values before and after, those that
    stay among tiers included; None is no tier (lost). ``moving``, ``income_fen`` (the tier value) and ``assets_fen``
    are of all clients with any change. ``clients`` are the most valuable of them, ``people`` those who hold most of
    them. ``is_later``: the rules hold only from a later month. ``has_newer_facts``: facts were loaded since the
    publication, so the comparison holds their effect too.
    """

    month: int
    generation_id: int
    months_built: int
    is_later: bool
    has_newer_facts: bool
    lines: list[dict[str, Any]]
    moves: dict[str, Moves]
    moving: int
    income_fen: int
    assets_fen: int
    offices: list[OfficeMoves]
    staff_count: int
    people: list[dict[str, Any]]
    clients: list[dict[str, Any]]


def preview_rules(
    db: Database, *, actor: Actor, rules: RuleSet, progress: Progress | None = None
) -> Preview | None:  # fmt: skip
    """Compare the newest published month with what it would be under ``rules``; None before anything is published.

    Headquarters only: raises ``NotSignedIn``, ``NotAllowed``. The rules are those of a checked draft.
    """
    with db.scratch() as connection:
        join_whole_tables(connection)
        acting_as(connection, actor, Role.HQ)
        current = read_generation(connection)
        if current is None or not current.builds:
            return None
        trial = build_trial(connection, current, rules, progress or (lambda *_: None))
        return _compare(connection, current, trial, is_later=rules.valid_from > month_end(trial.month))


def build_trial(connection: Connection, current: Generation, rules: RuleSet, progress: Progress) -> Trial:
    """Build the months that the rules reach, up to the newest published one, into ``trial_status``.

    Rules that hold only from a later month are tried on the newest one alone.
    """
    newest, first = current.last_month, min(current.builds)
    tried = replace(rules, valid_from=min(rules.valid_from, month_start(newest)))
    published = read_rule_sets(connection)
    rule_sets = sorted([*published, tried], key=lambda one: (one.valid_from, one.version))
    months = month_range(max(first, month_of(tried.valid_from)), newest)
    longest = max(one.stage_compare_months for one in rule_sets)
    create_stage(connection, trial_status)
    stage_places(connection)
    builds, lines = dict(current.builds), []
    for done, month in enumerate(months):
        progress(month_text(month), done, len(months))
        one = _trial_build(month_build(-1 - done, month, first_month=first, builds=builds, rule_sets=rule_sets))
        lines = _build(connection, one)
        builds[month] = one.build_id
        old = [build_id for past, build_id in builds.items() if build_id < 0 and past <= month_add(month, -longest)]
        connection.execute(delete(trial_status).where(trial_status.c.build_id.in_(old)))
    progress("", len(months), len(months))
    for stage in (unit_place, spell_month, version_then, client_then):
        drop_stage(connection, stage)
    return Trial(newest, builds[newest], rules_in_force(rule_sets, newest), lines)


def _trial_build(one: MonthBuild) -> MonthBuild:
    """Return the build with its rows in the temporary table, as are those of earlier months that were tried."""

    def home(build_id: int | None) -> Table:
        return trial_status if build_id is not None and build_id < 0 else client_status

    return replace(one, rows=trial_status, rows_before=home(one.previous_build_id), rows_then=home(one.then_build_id))


def _build(connection: Connection, one: MonthBuild) -> list[dict[str, Any]]:
    stage_spells(connection, one)
    stage_versions(connection, one)
    stage_then(connection, one)
    insert_status(connection, one)
    lines = set_tiers(connection, one, read_ranking(connection, one))
    add_service_reasons(connection, one)
    return lines


def _compare(connection: Connection, current: Generation, trial: Trial, *, is_later: bool) -> Preview:
    before = rules_in_force(read_rule_sets(connection), trial.month)
    build_id = current.builds[trial.month]
    moves = _moves(connection, build_id, trial, before)
    total = connection.execute(
        select(func.count(), func.coalesce(func.sum(moved.c.value_fen), 0),
               func.coalesce(func.sum(moved.c.end_assets_fen), 0))
    ).one()  # fmt: skip
    staff_count, people = _people(connection, trial.month)
    return Preview(
        trial.month, current.generation_id, -trial.build_id, is_later, bool(read_stale_months(connection)),
        _lines(connection, build_id, trial.lines), moves, int(total[0]), int(total[1]), int(total[2]),
        _offices(connection), staff_count, people, _clients(connection),
    )  # fmt: skip


def _moves(connection: Connection, build_id: int, trial: Trial, before: RuleSet) -> dict[str, Moves]:
    """Fill ``trial_moved`` with the clients that change, and count the pairs of every aspect."""
    then, now = client_status.alias("then"), trial_status.alias("now")
    old, new = then.c, now.c
    pairs: dict[str, tuple[ColumnElement[Any], ColumnElement[Any]]] = {
        **{name: (old[name], new[name]) for name in ASPECTS[:3]},
        "warned": (_warned(old.warning_points, before), _warned(new.warning_points, trial.rules)),
    }
    both = now.join(then, and_(old.client_id == new.client_id, old.build_id == build_id))
    values = {"client_id": new.client_id, "office_id": new.office_id, "branch_id": new.branch_id,
              **{f"{name}_{when}": pair[place] for name, pair in pairs.items()
                 for place, when in enumerate(("then", "now"))},
              "points_then": old.warning_points, "points_now": new.warning_points, "value_fen": old.value_fen,
              "end_assets_fen": old.end_assets_fen}  # fmt: skip
    create_stage(connection, moved)
    connection.execute(moved.insert().from_select(
        list(values), select(*values.values()).select_from(both)
        .where(new.build_id == trial.build_id, or_(*(one.is_distinct_from(other) for one, other in pairs.values())))
    ))  # fmt: skip
    tell_size(connection, moved)
    moves: dict[str, Moves] = {}
    for name in pairs:
        side = moved.c[f"{name}_then"], moved.c[f"{name}_now"]
        rows = connection.execute(select(*side, func.count()).group_by(*side))
        moves[name] = {(row[0], row[1]): int(row[2]) for row in rows if row[0] != row[1]}
    after = connection.execute(
        select(new.tier, func.count()).where(new.build_id == trial.build_id).group_by(new.tier)
    ).all()
    for tier, count in after:
        arrived = sum(number for (_then, one), number in moves["tier"].items() if one == tier)
        if count > arrived:
            moves["tier"][tier, tier] = int(count) - arrived
    return moves


def _warned(points: ColumnElement[Any], rules: RuleSet) -> ColumnElement[str]:
    return case((func.coalesce(points >= rules.warning_limit, False), "yes"), else_="no")


def _lines(connection: Connection, build_id: int, tried: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return peer, tier, and the line before and after (None: no such line)."""
    rows = connection.execute(select(tier_cutoff).where(tier_cutoff.c.build_id == build_id)).mappings()
    old = {(row["peer"], row["tier"]): row for row in rows}
    new = {(row["peer"], row["tier"]): row for row in tried}
    return [
        {"peer": key[0], "tier": key[1], **{f"{name}_{when}": side[key][name] if key in side else None
         for when, side in (("before", old), ("after", new)) for name in ("cut_fen", "k_count")}}
        for key in sorted({*old, *new})
    ]  # fmt: skip


def _offices(connection: Connection) -> list[OfficeMoves]:
    one = moved.c
    office, branch = org_unit.alias("office"), org_unit.alias("branch")
    was_in, is_in = one.status_then.in_(_POOL), one.status_now.in_(_POOL)

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    rows = connection.execute(
        select(branch.c.name, office.c.name, func.count(),
               count(one.tier_now < one.tier_then), count(one.tier_now > one.tier_then),  # codes sort, A first
               count(~was_in & is_in), count(was_in & ~is_in),
               count(one.warned_then < one.warned_now), count(one.warned_then > one.warned_now))  # no sorts before yes
        .select_from(moved.join(office, office.c.unit_id == one.office_id)
                     .join(branch, branch.c.unit_id == one.branch_id))
        .group_by(office.c.unit_id, branch.c.name, office.c.name)
        .order_by(func.count().desc(), office.c.unit_id)
    )  # fmt: skip
    return [OfficeMoves(row[0], row[1], *(int(value) for value in row[2:])) for row in rows]


def _people(connection: Connection, month: int) -> tuple[int, list[dict[str, Any]]]:
    """Return how many people hold a moving client at the month's end, and those with most of them."""
    link, share = relationship.c, relationship_share.c
    end = literal(month_end(month), Date)
    held = moved.join(relationship, and_(link.client_id == moved.c.client_id,
                                         link.state == RelationshipState.CONFIRMED.value,
                                         holds_at(link.valid_from, link.valid_to, end))
                      ).join(relationship_share, share.relationship_id == link.relationship_id)  # fmt: skip
    count = connection.execute(select(func.count(distinct(share.staff_id))).select_from(held)).scalar_one()
    clients = func.count(distinct(link.client_id))
    rows = connection.execute(
        select(staff.c.staff_no, staff.c.name, org_unit.c.name.label("unit"), clients.label("clients"))
        .select_from(held.join(staff, staff.c.staff_id == share.staff_id)
                     .join(org_unit, org_unit.c.unit_id == staff.c.unit_id))
        .group_by(staff.c.staff_no, staff.c.name, org_unit.c.name)
        .order_by(clients.desc(), staff.c.staff_no).limit(LISTED)
    )  # fmt: skip
    return int(count), [dict(row) for row in rows.mappings()]


def _clients(connection: Connection) -> list[dict[str, Any]]:
    one = moved.c
    rows = connection.execute(
        select(client.c.client_no, client.c.name, org_unit.c.name.label("office"),
               *(one[name] for name in ("tier_then", "tier_now", "status_then", "status_now", "stage_then", "stage_now",
                                        "points_then", "points_now", "value_fen", "end_assets_fen")))
        .select_from(moved.join(client, client.c.client_id == one.client_id)
                     .join(org_unit, org_unit.c.unit_id == one.office_id))
        .order_by(one.value_fen.desc(), client.c.client_no).limit(LISTED)
    )  # fmt: skip
    return [dict(row) for row in rows.mappings()]
