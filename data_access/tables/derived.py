"""What the refresh publishes: builds of months, generations of builds, status rows and cubes.

A *build* is one computation of one month. A *generation* maps every published month to a build, so a
new month copies nothing. Readers pin the current generation and read by ``build_id``; rows of a build
never change once its generation is published.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    text,
)

from data_access.tables.types import Code, Fen, Id, Month, UtcDateTime, metadata

client_spell = Table(
    "client_spell", metadata,
    # half-open intervals in which a client was lost or archived; spells of a kind never overlap
    Column("client_id", Id, nullable=False),
    Column("kind", Code, nullable=False),
    Column("from_on", Date, nullable=False),
    Column("to_on", Date),
    PrimaryKeyConstraint("client_id", "kind", "from_on"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip

build = Table(
    "build", metadata,
    Column("build_id", Id, primary_key=True),
    Column("month", Month, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("run_id", Id, nullable=False),
    # the newest import batch whose rows the build read
    Column("known_batch_id", Id),
    Column("built_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

generation = Table(
    "generation", metadata,
    Column("generation_id", Id, primary_key=True),
    Column("run_id", Id, nullable=False),
    Column("is_current", Boolean(create_constraint=False), nullable=False),
    Column("published_at", UtcDateTime, nullable=False),
    Column("last_month", Month, nullable=False),
    Index("uq_generation_current", "is_current", unique=True,
          sqlite_where=text("is_current = 1"), postgresql_where=text("is_current")),
    sqlite_strict=True,
)  # fmt: skip

generation_month = Table(
    "generation_month", metadata,
    Column("generation_id", Id, ForeignKey("generation.generation_id"), primary_key=True),
    Column("month", Month, primary_key=True),
    Column("build_id", Id, nullable=False),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip

client_status = Table(
    "client_status", metadata,
    # one row per client opened on or before the month's end
    Column("build_id", Id, nullable=False),
    Column("client_id", Id, nullable=False),
    Column("month", Month, nullable=False),
    Column("branch_id", Id, nullable=False),
    Column("office_id", Id, nullable=False),
    Column("client_kind", Code, nullable=False),
    Column("institution_group", Code),
    Column("segment", Code),
    Column("risk_level", Code),
    Column("status", Code, nullable=False),
    Column("lost_on", Date),
    Column("archived_on", Date),
    Column("stage", Code),
    Column("tier", Code),
    Column("tier_before", Code),
    # the tier by this month's lines alone; a higher `tier` beside it means that the client is on watch
    Column("line_tier", Code),
    # months in a row below the line of the tier it still holds; 0: not on watch
    Column("watch_count", Integer, nullable=False),
    # the tier value: net income of the trailing window, fen
    Column("value_fen", Fen, nullable=False),
    Column("has_row", Boolean(create_constraint=False), nullable=False),
    Column("end_assets_fen", Fen),
    Column("cash_fen", Fen),
    Column("inflow_fen", Fen),
    Column("outflow_fen", Fen),
    Column("turnover_fen", Fen),
    Column("trades_count", BigInteger),
    Column("net_income_fen", Fen),
    # month-ends in a row without any evidence of life (assets at the line or above, or a trade); gaps count
    Column("months_undisturbed", Integer, nullable=False),
    # month-ends in a row with known assets and trades
    Column("months_known", Integer, nullable=False),
    # month-ends in a row known to be quiet: the smaller of the two
    Column("months_quiet", Integer, nullable=False),
    Column("last_trade_month", Month),
    Column("is_active", Boolean(create_constraint=False), nullable=False),
    Column("is_monthly_active", Boolean(create_constraint=False), nullable=False),
    Column("new_count", Integer, nullable=False),
    Column("lost_count", Integer, nullable=False),
    Column("returned_count", Integer, nullable=False),
    Column("filled_count", Integer, nullable=False),
    Column("required_count", Integer, nullable=False),
    # turnover of the months that the lifecycle compares
    Column("turnover_recent_fen", Fen, nullable=False),
    # NULL where the client is not rated; reasons as the sum of the numbers of domain.warnings.WarningReason
    Column("warning_points", Integer),
    Column("warning_reasons", Integer),
    # month-end assets and office in the month before; NULL where the client was not there or has no number
    Column("assets_before_fen", Fen),
    Column("office_before_id", Id),
    PrimaryKeyConstraint("build_id", "client_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip
# the few clients that came, left or returned in a month: flows, cohorts and survival read these rows alone
_HAS_MOVED = text("new_count > 0 OR lost_count > 0 OR returned_count > 0")
Index("ix_client_status_moved", *(client_status.c[name] for name in (
    "build_id", "office_id", "client_id", "month", "new_count", "lost_count", "returned_count")),
    sqlite_where=_HAS_MOVED, postgresql_where=_HAS_MOVED)  # fmt: skip

client_column = Table(
    "client_column", metadata,
    # one column of a build's client rows, in the order of client_id: what questions over all clients read instead of
    # rows. Written after the generation is published; whoever finds none reads client_status.
    Column("build_id", Id, nullable=False),
    Column("name", Code, nullable=False),
    # numpy's name of the integers, little-endian: '|i1', '<i2', '<i4' or '<i8'
    Column("dtype", Code, nullable=False),
    # codes, comma-separated, whose places the integers are; '' where they are the numbers themselves
    Column("codes", Code, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("build_id", "name"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip

CUBE_DIMENSIONS = ("month", "branch_id", "office_id", "client_kind", "status", "tier", "stage")
CUBE_SUMS = (
    "clients_count", "alive_count", "active_count", "monthly_active_count", "new_count", "lost_count",
    "returned_count", "row_count", "end_assets_fen", "lost_assets_fen", "cash_fen", "inflow_fen", "outflow_fen",
    "turnover_fen", "trades_count", "net_income_fen", "value_fen", "filled_count", "required_count",
    "watch_count", "warned_count", "assets_before_fen", "won_change_fen", "lost_change_fen", "gap_change_fen",
    "stayed_inflow_fen", "stayed_outflow_fen",
)  # fmt: skip

cube_client = Table(
    "cube_client", metadata,
    Column("cube_id", Id, primary_key=True),
    Column("build_id", Id, nullable=False),
    Column("month", Month, nullable=False),
    Column("branch_id", Id, nullable=False),
    Column("office_id", Id, nullable=False),
    Column("client_kind", Code, nullable=False),
    Column("status", Code, nullable=False),
    Column("tier", Code),
    Column("stage", Code),
    # all rows / rows not lost; the assets sum runs over all rows, lost_assets_fen over the lost among them.
    # Asset bridge: assets_before_fen is the month before's assets of the clients now in the group; *_change_fen are
    # changes of clients won, lost and without a number, stayed_* the flows of all others.
    *(Column(name, BigInteger, nullable=False) for name in CUBE_SUMS),
    Index("ix_cube_client_build_id_office_id", "build_id", "office_id"),
    sqlite_strict=True,
)  # fmt: skip

cube_transfer = Table(
    "cube_transfer", metadata,
    # clients whose office differs from the month before: how many of them were clients, and their assets then
    Column("build_id", Id, nullable=False),
    Column("from_office_id", Id, nullable=False),
    Column("to_office_id", Id, nullable=False),
    Column("month", Month, nullable=False),
    Column("clients_count", BigInteger, nullable=False),
    Column("assets_fen", Fen, nullable=False),
    PrimaryKeyConstraint("build_id", "from_office_id", "to_office_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip

cube_share = Table(
    "cube_share", metadata,
    # income shares of the most valuable clients per node of the org tree
    Column("build_id", Id, nullable=False),
    Column("unit_id", Id, nullable=False),
    Column("month", Month, nullable=False),
    Column("valued_count", BigInteger, nullable=False),
    Column("top5_count", BigInteger, nullable=False),
    Column("top20_count", BigInteger, nullable=False),
    Column("top5_fen", Fen, nullable=False),
    Column("top20_fen", Fen, nullable=False),
    Column("total_fen", Fen, nullable=False),
    # JSON: [clients, their value in fen], both from the top, after each hundredth of the valued clients
    Column("curve", Code, nullable=False),
    PrimaryKeyConstraint("build_id", "unit_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip

tier_cutoff = Table(
    "tier_cutoff", metadata,
    Column("build_id", Id, nullable=False),
    # 'firm' or a client kind, as the rule set chooses
    Column("peer", Code, nullable=False),
    Column("tier", Code, nullable=False),
    Column("month", Month, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("base_count", BigInteger, nullable=False),
    Column("k_count", BigInteger, nullable=False),
    # the k-th value; NULL when the base is empty
    Column("cut_fen", Fen),
    PrimaryKeyConstraint("build_id", "peer", "tier"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip

staff_month = Table(
    "staff_month", metadata,
    # type: a relationship type with results attributed by share, or 'any' with each client once at the
    # person's largest share
    Column("build_id", Id, nullable=False),
    Column("type", Code, nullable=False),
    Column("client_office_id", Id, nullable=False),
    Column("staff_id", Id, nullable=False),
    Column("month", Month, nullable=False),
    Column("client_branch_id", Id, nullable=False),
    # the staff member's unit, office and branch at the month's end
    Column("staff_unit_id", Id, nullable=False),
    Column("staff_office_id", Id),
    Column("staff_branch_id", Id),
    Column("staff_category", Code, nullable=False),
    Column("client_count", BigInteger, nullable=False),
    Column("weighted_bp", BigInteger, nullable=False),
    Column("end_assets_fen", Fen, nullable=False),
    Column("net_income_fen", Fen, nullable=False),
    Column("turnover_fen", Fen, nullable=False),
    Column("net_inflow_fen", Fen, nullable=False),
    Column("started_count", BigInteger, nullable=False),
    Column("started_bp", BigInteger, nullable=False),
    PrimaryKeyConstraint("build_id", "type", "client_office_id", "staff_id"),
    Index("ix_staff_month_build_id_staff_id", "build_id", "staff_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip
