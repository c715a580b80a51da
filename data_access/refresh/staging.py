"""Temporary tables that one month's build works through; they live inside one connection."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Connection, Date, Integer, MetaData, Table

from data_access.tables.types import Code, Id

_staging = MetaData()

unit_place = Table(
    "stage_unit_place", _staging,
    # where a unit hangs in today's org tree
    Column("unit_id", Id, primary_key=True, autoincrement=False),
    Column("office_id", Id),
    Column("branch_id", Id),
    # the branch, else headquarters, else the unit itself: the branch column of clients is never empty
    Column("client_branch_id", Id, nullable=False),
    prefixes=["TEMPORARY"],
)  # fmt: skip

spell_month = Table(
    "stage_spell_month", _staging,
    # what the spells say about one month, one row per client with anything to say
    Column("client_id", Id, primary_key=True, autoincrement=False),
    Column("lost_on", Date),
    Column("archived_on", Date),
    Column("lost_count", Integer, nullable=False),
    Column("returned_count", Integer, nullable=False),
    # 1: a lost or archived spell ended in the month, so the silent count restarts
    Column("restarts", Integer, nullable=False),
    # the last return before the month: where the count begins when nothing older is loaded
    Column("returned_on", Date),
    prefixes=["TEMPORARY"],
)  # fmt: skip

version_then = Table(
    "stage_version_then", _staging,
    # the version in force at the month's end, of the clients whose newest version began later
    Column("client_id", Id, primary_key=True, autoincrement=False),
    Column("office_id", Id, nullable=False),
    Column("segment", Code),
    Column("risk_level", Code),
    Column("risk_on", Date),
    Column("institution_group", Code),
    prefixes=["TEMPORARY"],
)  # fmt: skip

client_then = Table(
    "stage_client_then", _staging,
    # what the month is compared with, of the build of stage_compare_months before
    Column("client_id", Id, primary_key=True, autoincrement=False),
    Column("end_assets_fen", BigInteger),
    Column("turnover_fen", BigInteger),
    Column("turnover_recent_fen", BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
)  # fmt: skip

holding = Table(
    "stage_holding", _staging,
    # one row per holder and relationship that is active at the month's end or began in the month
    Column("line_id", Id, primary_key=True, autoincrement=True),
    Column("client_id", Id, nullable=False),
    Column("staff_id", Id, nullable=False),
    Column("relationship_id", Id, nullable=False),
    Column("type", Code, nullable=False),
    Column("is_active", Integer, nullable=False),
    Column("starts", Integer, nullable=False),
    # 1 on the line that counts the client for the person and type, and for the person over all types
    Column("is_first", Integer, nullable=False),
    Column("is_largest", Integer, nullable=False),
    Column("share_bp", Integer, nullable=False),
    Column("office_id", Id, nullable=False),
    Column("end_assets_fen", BigInteger, nullable=False),
    Column("net_income_fen", BigInteger, nullable=False),
    Column("turnover_fen", BigInteger, nullable=False),
    Column("net_inflow_fen", BigInteger, nullable=False),
    prefixes=["TEMPORARY"],
)  # fmt: skip


staff_result = Table(
    "stage_staff_result", _staging,
    # the sums per type, staff member and office of the clients
    Column("type", Code, nullable=False),
    Column("staff_id", Id, nullable=False),
    Column("office_id", Id, nullable=False),
    *(Column(name, BigInteger, nullable=False) for name in (
        "client_count", "weighted_bp", "end_assets_fen", "net_income_fen", "turnover_fen", "net_inflow_fen",
        "started_count", "started_bp")),
    prefixes=["TEMPORARY"],
)  # fmt: skip


def create_stage(connection: Connection, table: Table) -> None:
    """Create an empty temporary table in place of one left by an earlier month."""
    drop_stage(connection, table)
    table.create(connection, checkfirst=False)


def drop_stage(connection: Connection, table: Table) -> None:
    """Drop a temporary table if it is there."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table.name}")
