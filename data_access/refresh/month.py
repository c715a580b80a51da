"""What the statements of one month's build share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    FromClause,
    Table,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from data_access.bulk import tell_size
from data_access.refresh.rules import rules_in_force
from data_access.refresh.staging import client_then, create_stage, spell_month, unit_place, version_then
from data_access.tables import client, client_spell, client_status, client_version, org_unit
from domain.months import month_add, month_end, month_start
from domain.policies import RuleSet
from domain.words import Status, UnitKind


@dataclass(frozen=True)
class MonthBuild:
    """One month to compute: its build, the build of the month before (None: none) and the rules in force.

    ``first_month`` is the earliest month of the facts; ``rules_before`` the rules of the month before.
    ``then_build_id`` is the build ``stage_compare_months`` earlier with its rules (None: nothing that old is loaded).
    ``rows`` is the table that takes the clients' rows, ``rows_before`` and ``rows_then`` hold those of the earlier
    builds: ``client_status``, or a temporary table of the same columns where rules are only tried.
    """

    build_id: int
    month: int
    first_month: int
    previous_build_id: int | None
    rules: RuleSet
    rules_before: RuleSet | None
    then_build_id: int | None = None
    rules_then: RuleSet | None = None
    rows: Table = client_status
    rows_before: Table = client_status
    rows_then: Table = client_status

    @property
    def is_first(self) -> bool:
        """True for the earliest month, whose history is not loaded."""
        return self.month == self.first_month

    @property
    def start(self) -> ColumnElement[date]:
        """The month's first day as a bound value."""
        return literal(month_start(self.month), Date)

    @property
    def end(self) -> ColumnElement[date]:
        """The month's last day as a bound value."""
        return literal(month_end(self.month), Date)

    def end_before(self, months: int) -> ColumnElement[date]:
        """Return the last day of the month ``months`` earlier."""
        return literal(month_end(month_add(self.month, -months)), Date)


def month_build(
    build_id: int, month: int, *, first_month: int, builds: Mapping[int, int], rule_sets: Sequence[RuleSet]
) -> MonthBuild:
    """Return what the build of a month rests on; ``builds`` maps the earlier months to their builds."""
    rules = rules_in_force(rule_sets, month)
    earlier, compared = month_add(month, -1), month_add(month, -rules.stage_compare_months)
    previous, then = builds.get(earlier), builds.get(compared)
    return MonthBuild(
        build_id, month, first_month, previous, rules,
        None if previous is None else rules_in_force(rule_sets, earlier), then,
        None if then is None else rules_in_force(rule_sets, compared),
    )  # fmt: skip


def total(value: ColumnElement[int]) -> ColumnElement[int]:
    """Return the sum as a 64-bit integer, 0 over nothing (PostgreSQL sums into NUMERIC)."""
    return cast(func.coalesce(func.sum(value), 0), BigInteger)


def divided(value: ColumnElement[int], by: int) -> ColumnElement[int]:
    """Return the whole quotient, cut off towards zero, as both engines divide integers."""
    # the precedence of the division sign: sums under it get their brackets
    return value.op("/", precedence=8, return_type=BigInteger())(by)


def holds_at(
    valid_from: ColumnElement[date], valid_to: ColumnElement[date], day: ColumnElement[date]
) -> ColumnElement[bool]:
    """Return the condition that a half-open validity covers a day; NULL ends are open."""
    return or_(valid_from.is_(None), valid_from <= day) & or_(valid_to.is_(None), valid_to > day)


def office_then(row: FromClause, version: FromClause) -> ColumnElement[int]:
    """Return the client's office as of the month: the monthly row's, else the version's in force, else the client's."""
    return func.coalesce(row.c.office_id, version.c.office_id, client.c.office_id)


def stage_places(connection: Connection) -> None:
    """Fill ``stage_unit_place`` from today's org tree."""
    units = {
        row.unit_id: row
        for row in connection.execute(select(org_unit.c.unit_id, org_unit.c.parent_id, org_unit.c.kind))
    }
    rows = []
    for unit_id in sorted(units):
        found: dict[str, int] = {}
        current, seen = unit_id, set[int]()
        while current in units and current not in seen:
            seen.add(current)
            found.setdefault(units[current].kind, current)
            current = units[current].parent_id
        branch = found.get(UnitKind.BRANCH.value)
        rows.append(
            {
                "unit_id": unit_id,
                "office_id": found.get(UnitKind.OFFICE.value),
                "branch_id": branch,
                "client_branch_id": branch or found.get(UnitKind.HQ.value) or unit_id,
            }
        )
    create_stage(connection, unit_place)
    if rows:
        connection.execute(unit_place.insert(), rows)


def stage_spells(connection: Connection, build: MonthBuild) -> None:
    """Fill ``stage_spell_month``: what lost and archived spells say about the month (R-20, R-23)."""
    spell = client_spell.c
    is_lost, is_archived = spell.kind == Status.LOST.value, spell.kind == Status.ARCHIVED.value
    runs = or_(spell.to_on.is_(None), spell.to_on > build.end)
    begins = spell.from_on >= build.start
    ends = (spell.to_on >= build.start) & (spell.to_on <= build.end)
    # only the first month looks further back than its own days
    reaches_in = literal(value=True) if build.is_first else or_(spell.to_on.is_(None), spell.to_on >= build.start)
    create_stage(connection, spell_month)
    connection.execute(spell_month.insert().from_select(
        list(spell_month.c),
        select(
            spell.client_id,
            func.max(case((is_lost & runs, spell.from_on))),
            func.max(case((is_archived & runs, spell.from_on))),
            total(case((is_lost & begins, 1), else_=0)),
            total(case((is_lost & ends, 1), else_=0)),
            func.max(case((ends, 1), else_=0)),
            func.max(case((spell.to_on < build.start, spell.to_on))),
        ).where(spell.from_on <= build.end, reaches_in).group_by(spell.client_id),
    ))  # fmt: skip


def stage_versions(connection: Connection, build: MonthBuild) -> None:
    """Fill ``stage_version_then``: versions in force at the month's end that a later one has followed.

    ``client`` itself holds the newest version, so every other client's row says how it stood.
    """
    version = client_version.c
    names = list(version_then.c.keys())
    create_stage(connection, version_then)
    connection.execute(version_then.insert().from_select(
        names,
        select(*(version[name] for name in names))
        .where(or_(version.valid_from.is_(None), version.valid_from <= build.end), version.valid_to > build.end)
    ))  # fmt: skip
    tell_size(connection, version_then)


def stage_then(connection: Connection, build: MonthBuild) -> None:
    """Fill ``stage_client_then``: narrow rows are found faster, client by client, than the wide ones they come from."""
    create_stage(connection, client_then)
    if build.then_build_id is not None:
        names = list(client_then.c.keys())
        row = build.rows_then.c
        connection.execute(client_then.insert().from_select(
            names, select(*(row[name] for name in names)).where(row.build_id == build.then_build_id)
        ))  # fmt: skip
    tell_size(connection, client_then)
