"""The churn model: what was fitted, how it tested out of time, and the score of every rated client (R-74, K-56)."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, text

from data_access.tables.types import Code, Id, Month, UtcDateTime, metadata

warning_model = Table(
    "warning_model", metadata,
    Column("model_id", Id, primary_key=True),
    # 'logistic' or 'gradient_boosting'; NULL where there was too little history to fit anything
    Column("algorithm", Code),
    Column("trained_at", UtcDateTime, nullable=False),
    Column("trained_by", Id),
    # months of the facts that it was fitted on and tested on, both ends included, and months it looks ahead
    Column("first_month", Month, nullable=False),
    Column("last_month", Month, nullable=False),
    Column("test_month", Month, nullable=False),
    Column("horizon_months", Integer, nullable=False),
    # month of the scores
    Column("scored_month", Month, nullable=False),
    # better out of time than both the rule points and the base rate: only then is it shown
    Column("is_shown", Boolean(create_constraint=False), nullable=False),
    Column("is_current", Boolean(create_constraint=False), nullable=False),
    # JSON: features with their weights; measures of every candidate; deciles; calibration
    Column("features", Code, nullable=False),
    Column("back_test", Code, nullable=False),
    Index("uq_warning_model_current", "is_current", unique=True,
          sqlite_where=text("is_current = 1"), postgresql_where=text("is_current")),
    sqlite_strict=True,
)  # fmt: skip

warning_score = Table(
    "warning_score", metadata,
    Column("model_id", Id, ForeignKey("warning_model.model_id"), nullable=False),
    Column("client_id", Id, nullable=False),
    # probability of being lost within the horizon, in millionths
    Column("score_ppm", BigInteger, nullable=False),
    # JSON: [feature, its effect on the score], the strongest first
    Column("reasons", Code, nullable=False),
    PrimaryKeyConstraint("model_id", "client_id"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip
