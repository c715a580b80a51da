"""Stage and churn points of a client in SQL: ``domain.stages`` (R-73) and ``domain.warnings`` (R-74) for all clients.

A complaint and the lack of contact are added after the tiers are known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, and_, case, cast, exists, func, literal, or_, select, update

from data_access.clock import month_closes_at
from data_access.refresh.month import MonthBuild, divided, total
from data_access.tables import client_status, complaint, contact_log
from data_access.tables.types import UtcDateTime
from domain.months import month_add
from domain.shares import WHOLE_BP
from domain.stages import building_from
from domain.warnings import WarningReason
from domain.words import POOL, Stage, Status, Tier

Facts = Mapping[str, ColumnElement[Any]]
"""The columns of one client that stage and points rest on, by the names of ``domain.stages.StageFacts``."""


def stage_of(facts: Facts, build: MonthBuild) -> ColumnElement[str]:
    """Return the stage of a client."""
    rules = build.rules
    assets = facts["end_assets_fen"], facts["assets_then_fen"]
    trading = facts["turnover_recent_fen"], facts["turnover_then_fen"]
    return case(
        (facts["status"] == Status.LOST.value, Stage.LOST.value),
        (_is_building(facts, build), Stage.BUILDING.value),
        (or_(facts["status"] == Status.ARCHIVED.value, _has_stopped_trading(facts, build),
             _fell(*assets, rules.stage_change_bp)), Stage.DECLINING.value),
        (or_(_rose(*assets, rules.stage_change_bp), _rose(*trading, rules.stage_change_bp)), Stage.GROWING.value),
        else_=Stage.MATURE.value,
    )  # fmt: skip


def warning_of(facts: Facts, build: MonthBuild) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """Return the points and the sum of the reasons; both NULL where the client is not rated."""
    rules = build.rules
    stopped = _has_stopped_trading(facts, build)
    trading = _fell(facts["turnover_recent_fen"], facts["turnover_then_fen"], rules.warning_trading_fall_bp)
    before = facts["assets_before_fen"]
    held = {
        WarningReason.ASSETS_FELL: _fell(facts["end_assets_fen"], facts["assets_then_fen"], rules.warning_fall_bp),
        WarningReason.OUTFLOW: and_(before > 0, facts["outflow_fen"] >= _part(before, rules.warning_outflow_bp)),
    }
    no_trade, fell = WarningReason.NO_TRADE.value, WarningReason.TRADING_FELL.value
    traded = case((stopped, no_trade), (trading, fell), else_=0)
    reasons = sum((case((holds, reason.value), else_=0) for reason, holds in held.items()), start=traded)
    points = sum(
        (case((holds, 1), else_=0) for holds in held.values()), start=case((or_(stopped, trading), 1), else_=0)
    )
    unrated = or_(facts["status"].in_([one.value for one in POOL]), _is_building(facts, build))
    nothing = cast(literal(None), Integer)
    return case((unrated, nothing), else_=points), case((unrated, nothing), else_=reasons)


def add_service_reasons(connection: Connection, build: MonthBuild) -> None:
    """Give rated clients their points for a complaint and, in tier A, for lack of contact."""
    row, rules = build.rows.c, build.rules

    def since(months: int) -> ColumnElement[datetime]:
        return literal(month_closes_at(month_add(build.month, -months)), UtcDateTime)

    until = literal(month_closes_at(build.month), UtcDateTime)
    complained = select(complaint.c.client_id).where(
        complaint.c.at >= since(rules.warning_complaint_months), complaint.c.at < until
    )
    _add_reason(connection, build, WarningReason.COMPLAINT, row.client_id.in_(complained))
    if connection.execute(select(contact_log.c.contact_id).where(contact_log.c.at < until).limit(1)).first() is None:
        return  # nothing is known of contacts, so nothing can be said about their lack
    met = exists().where(
        contact_log.c.client_id == row.client_id, contact_log.c.at < until,
        contact_log.c.at >= since(rules.warning_contact_months),
    )  # fmt: skip
    _add_reason(connection, build, WarningReason.NO_CONTACT, and_(row.tier == Tier.A.value, ~met))


def _add_reason(connection: Connection, build: MonthBuild, reason: WarningReason, holds: ColumnElement[bool]) -> None:
    row = build.rows.c
    connection.execute(
        update(build.rows)
        .where(row.build_id == build.build_id, row.warning_points.is_not(None), holds)
        .values(warning_points=row.warning_points + 1, warning_reasons=row.warning_reasons + reason.value)
    )


def warned_count(build: MonthBuild) -> ColumnElement[int]:
    """Return the number of clients on the warning list (R-74)."""
    return total(case((client_status.c.warning_points >= build.rules.warning_limit, 1), else_=0))


def _is_building(facts: Facts, build: MonthBuild) -> ColumnElement[bool]:
    return facts["opened_on"] >= building_from(build.month, build.rules)


def _has_stopped_trading(facts: Facts, build: MonthBuild) -> ColumnElement[bool]:
    months = build.rules.stage_compare_months
    last = facts["last_trade_month"]
    return and_(facts["months_known"] >= months, or_(last.is_(None), last < month_add(build.month, 1 - months)))


def _part(value: ColumnElement[int], share_bp: int) -> ColumnElement[int]:
    """Return the share of a positive amount, rounded up to the next fen, without leaving 64 bits."""
    return divided(value, WHOLE_BP) * share_bp + divided((value % WHOLE_BP) * share_bp + (WHOLE_BP - 1), WHOLE_BP)


def _fell(now: ColumnElement[int], then: ColumnElement[int], share_bp: int) -> ColumnElement[bool]:
    return func.coalesce(and_(then > 0, then - now >= _part(then, share_bp)), False)


def _rose(now: ColumnElement[int], then: ColumnElement[int], share_bp: int) -> ColumnElement[bool]:
    return func.coalesce(and_(then > 0, now - then >= _part(then, share_bp)), False)
