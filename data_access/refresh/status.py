"""Clients' rows of one month: the month before, plus this month's rows, minus those that leave the window."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    and_,
    case,
    cast,
    extract,
    func,
    insert,
    literal,
    null,
    select,
)

from data_access.refresh.lifecycle import stage_of, warning_of
from data_access.refresh.month import MonthBuild, office_then
from data_access.refresh.rolling import rolled, summed
from data_access.refresh.staging import client_then, spell_month, unit_place, version_then
from data_access.tables import client, client_month
from domain.months import month_add
from domain.words import POOL, ClientKind, Status, Tier

_POOL = [status.value for status in POOL]
_ROW_COLUMNS = ("end_assets_fen", "cash_fen", "inflow_fen", "outflow_fen", "turnover_fen", "trades_count",
                "net_income_fen")  # fmt: skip


def insert_status(connection: Connection, build: MonthBuild) -> None:
    """Insert one row per client opened on or before the month's end; its tier comes later (R-53).

    R-20 lost, R-23 archived, R-24 silent. Every month is judged by the rules in force at its end.
    """
    row = client_month.alias("row")
    before = build.rows_before.alias("before")
    version = version_then.alias("version")
    spell, place, rules = spell_month.c, unit_place.c, build.rules

    restarts = func.coalesce(spell.restarts, 0) == 1
    out = spell.lost_on.is_not(None) | spell.archived_on.is_not(None)
    life = func.coalesce(row.c.end_assets_fen >= rules.silent_assets_fen, False) | func.coalesce(
        row.c.trades_count > 0, False)  # fmt: skip
    known = row.c.end_assets_fen.is_not(None) & row.c.trades_count.is_not(None)
    undisturbed_before = _months_before_the_facts(build) if build.is_first else func.coalesce(
        before.c.months_undisturbed, 0)  # fmt: skip
    undisturbed = case((out | life, 0), (restarts, 1), else_=undisturbed_before + 1)
    months_known = case((out, 0), (~known, 0), (restarts, 1), else_=func.coalesce(before.c.months_known, 0) + 1)
    office = office_then(row, version)

    source = (
        client.outerjoin(row, and_(row.c.month == build.month, row.c.client_id == client.c.client_id))
        .outerjoin(before, and_(before.c.build_id == (build.previous_build_id or 0),
                                before.c.client_id == client.c.client_id))
        .outerjoin(version, version.c.client_id == client.c.client_id)
        .outerjoin(spell_month, spell.client_id == client.c.client_id)
    )  # fmt: skip
    earlier = build.rules_before or rules
    value, source = rolled(build, source, "net_income_fen", before=before.c.value_fen, now=row.c.net_income_fen,
                           window=rules.tier_window_months,
                           same_window=earlier.tier_window_months == rules.tier_window_months)  # fmt: skip
    then = client_then.alias("then")
    source = source.outerjoin(then, then.c.client_id == client.c.client_id)
    turnover, source = rolled(build, source, "turnover_fen", before=before.c.turnover_recent_fen,
                              now=row.c.turnover_fen, window=rules.stage_compare_months,
                              leaving=then.c.turnover_fen,
                              same_window=earlier.stage_compare_months == rules.stage_compare_months)  # fmt: skip
    filled, required = _completeness(build, version)
    facts = (
        select(
            client.c.client_id, client.c.opened_on, client.c.kind.label("client_kind"), office.label("office_id"),
            _as_then(version, "institution_group").label("institution_group"),
            _as_then(version, "segment").label("segment"),
            _as_then(version, "risk_level").label("risk_level"),
            spell.lost_on, spell.archived_on, func.coalesce(spell.lost_count, 0).label("lost_count"),
            func.coalesce(spell.returned_count, 0).label("returned_count"),
            before.c.status.label("status_before"), before.c.tier.label("tier_last"),
            before.c.tier_before.label("tier_before"), value.label("value_fen"),
            row.c.client_id.is_not(None).label("has_row"), *(row.c[name] for name in _ROW_COLUMNS),
            undisturbed.label("undisturbed"), months_known.label("known"),
            case((row.c.trades_count > 0, build.month), else_=before.c.last_trade_month).label("last_trade_month"),
            filled.label("filled_count"), required.label("required_count"),
            turnover.label("turnover_recent_fen"), _turnover_then(build, then).label("turnover_then_fen"),
            then.c.end_assets_fen.label("assets_then_fen"), before.c.end_assets_fen.label("assets_before_fen"),
            before.c.office_id.label("office_before_id"),
        ).select_from(source).where(client.c.opened_on <= build.end).subquery("facts")
    )  # fmt: skip
    fact = facts.c
    long_open = fact.opened_on <= build.end_before(rules.silent_months)
    undisturbed_long = long_open & (fact.undisturbed >= rules.silent_months)
    status = case(
        (fact.lost_on.is_not(None), Status.LOST.value),
        (fact.archived_on.is_not(None), Status.ARCHIVED.value),
        (
            undisturbed_long,
            case((fact.known >= rules.silent_months, Status.SILENT.value), else_=Status.UNDETERMINED.value),
        ),
        else_=Status.NORMAL.value,
    )
    # the fence keeps the planner from working a column out again wherever it is named below
    judged = select(facts, status.label("status")).offset(0).subquery("judged")
    one = judged.c
    alive = one.lost_on.is_(None)
    stage_facts = {**one, "months_known": one.known}
    points, reasons = warning_of(stage_facts, build)
    values: dict[str, ColumnElement[Any]] = {
        "build_id": literal(build.build_id), "client_id": one.client_id, "month": literal(build.month),
        "branch_id": place.client_branch_id, "office_id": one.office_id, "client_kind": one.client_kind,
        "institution_group": one.institution_group, "segment": one.segment, "risk_level": one.risk_level,
        "status": one.status, "lost_on": one.lost_on, "archived_on": one.archived_on,
        "tier": case((alive, Tier.C.value)), "line_tier": case((alive, Tier.C.value)),
        "tier_before": case((one.status.not_in(_POOL), null()), (one.status_before.in_(_POOL), one.tier_before),
                            else_=one.tier_last),
        "value_fen": one.value_fen, "has_row": one.has_row, **{name: one[name] for name in _ROW_COLUMNS},
        "months_undisturbed": one.undisturbed, "months_known": one.known,
        "months_quiet": case((one.known < one.undisturbed, one.known), else_=one.undisturbed),
        "last_trade_month": one.last_trade_month,
        "is_active": alive & func.coalesce(
            one.last_trade_month >= month_add(build.month, 1 - rules.active_months), False),
        "is_monthly_active": alive & func.coalesce(one.trades_count > 0, False),
        "new_count": case((one.opened_on >= build.start, 1), else_=0),
        "lost_count": one.lost_count, "returned_count": one.returned_count,
        "filled_count": one.filled_count, "required_count": one.required_count,
        "stage": stage_of(stage_facts, build), "warning_points": points, "warning_reasons": reasons,
        "turnover_recent_fen": one.turnover_recent_fen, "assets_before_fen": one.assets_before_fen,
        "office_before_id": one.office_before_id, "watch_count": literal(0),
    }  # fmt: skip
    connection.execute(
        insert(build.rows).from_select(
            list(values), select(*values.values()).select_from(judged.join(unit_place, place.unit_id == one.office_id))
        )
    )


def _months_before_the_facts(build: MonthBuild) -> ColumnElement[int]:
    """Return the month-ends between opening (or the last return) and the first loaded month: all gaps."""
    since = case((spell_month.c.returned_on > client.c.opened_on, spell_month.c.returned_on), else_=client.c.opened_on)
    months = cast(extract("year", since), Integer) * 12 + cast(extract("month", since), Integer)
    count = literal(build.month // 100 * 12 + build.month % 100) - months
    return case((count > 0, count), else_=0)


def _turnover_then(build: MonthBuild, then: FromClause) -> ColumnElement[int]:
    """Return the turnover of the months before those compared (R-73); 0 where nothing that old is loaded."""
    months = build.rules.stage_compare_months
    if build.then_build_id is None:
        return literal(0)
    if build.rules_then is not None and build.rules_then.stage_compare_months == months:
        return func.coalesce(then.c.turnover_recent_fen, 0)
    return summed(month_add(build.month, -months), "turnover_fen", months)


def _as_then(version: FromClause, name: str) -> ColumnElement[Any]:
    """Return a field with history: of the version in force, where a later one has followed it, else of the client."""
    return case((version.c.client_id.is_not(None), version.c[name]), else_=client.c[name])


def _completeness(build: MonthBuild, version: FromClause) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Return how many of the rule set's profile fields are filled, and how many are asked for.

    Fields without history count as they stand when the month is built: a profile completed later shows in the
    newest month and those after it, and leaves the months before as they were published.
    """
    stored = {"document_no": "document_hash", "phone": "phone_hash"}
    history = {"institution_group", "segment", "risk_level", "risk_on"}

    def is_filled(name: str) -> ColumnElement[int]:
        column: ColumnElement[Any] = client.c[stored.get(name, name)]
        if name in history:
            column = _as_then(version, name)
        return case((column.is_not(None), 1), else_=0)

    def filled(names: tuple[str, ...]) -> ColumnElement[int]:
        return sum((is_filled(name) for name in names), start=literal(0))

    person = client.c.kind == ClientKind.INDIVIDUAL.value
    rules = build.rules
    return (
        case((person, filled(rules.required_individual)), else_=filled(rules.required_institution)),
        case((person, len(rules.required_individual)), else_=len(rules.required_institution)),
    )
