"""Rule sets, imports, refresh runs, calendar, month states, saved views, settings."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, Table, UniqueConstraint

from data_access.tables.types import Code, Id, Month, UtcDateTime, metadata

rule_set = Table(
    "rule_set", metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", Code, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("body", Code, nullable=False),
    Column("author_id", Id),
    Column("published_at", UtcDateTime),
    sqlite_strict=True,
)  # fmt: skip

import_batch = Table(
    "import_batch", metadata,
    Column("batch_id", Id, primary_key=True),
    Column("kind", Code, nullable=False),
    Column("file_name", Code, nullable=False),
    # SHA-256 of the sorted canonical rows: the same rows in any order, encoding or format are the same
    Column("content_hash", Code, nullable=False, index=True),
    Column("state", Code, nullable=False),
    Column("rows_read", Integer, nullable=False, default=0),
    Column("rows_new", Integer, nullable=False, default=0),
    Column("rows_changed", Integer, nullable=False, default=0),
    Column("rows_same", Integer, nullable=False, default=0),
    Column("rows_dropped", Integer, nullable=False, default=0),
    Column("first_month", Month),
    Column("last_month", Month),
    Column("by_user_id", Id),
    Column("operator", Code),
    Column("started_at", UtcDateTime, nullable=False),
    Column("committed_at", UtcDateTime),
    Column("rolled_back_at", UtcDateTime),
    sqlite_strict=True,
)  # fmt: skip

import_undo = Table(
    "import_undo", metadata,
    # what a batch changed: the key, and the row as it was before (NULL = it did not exist)
    Column("batch_id", Id, ForeignKey("import_batch.batch_id"), primary_key=True),
    Column("table_name", Code, primary_key=True),
    Column("row_key", Code, primary_key=True),
    Column("before", Code),
    # the batch of the row as it was before: while such a row exists, that batch cannot be taken back
    Column("previous_batch_id", Id, index=True),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip

import_error = Table(
    "import_error", metadata,
    Column("error_id", Id, primary_key=True),
    Column("batch_id", Id, ForeignKey("import_batch.batch_id"), nullable=False, index=True),
    Column("row_number", Integer),
    Column("column_name", Code),
    Column("code", Code, nullable=False),
    Column("expected", Code),
    sqlite_strict=True,
)  # fmt: skip

refresh_run = Table(
    "refresh_run", metadata,
    Column("run_id", Id, primary_key=True),
    Column("state", Code, nullable=False),
    Column("engine", Code, nullable=False),
    Column("months_built", Integer, nullable=False, default=0),
    Column("months_total", Integer, nullable=False, default=0),
    Column("message", Code),
    Column("started_by", Id),
    Column("started_at", UtcDateTime, nullable=False),
    Column("finished_at", UtcDateTime),
    sqlite_strict=True,
)  # fmt: skip

calendar_day = Table(
    "calendar_day", metadata,
    Column("day", Date, primary_key=True),
    Column("is_working_day", Boolean(create_constraint=False), nullable=False),
    Column("is_trading_day", Boolean(create_constraint=False), nullable=False),
    Column("source", Code),
    Column("batch_id", Id),
    sqlite_strict=True,
)  # fmt: skip

month_state = Table(
    "month_state", metadata,
    Column("month", Month, primary_key=True, autoincrement=False),
    Column("state", Code, nullable=False),
    Column("marked_by", Id),
    Column("marked_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

saved_view = Table(
    "saved_view", metadata,
    Column("view_id", Id, primary_key=True),
    Column("owner_id", Id, nullable=False),
    Column("kind", Code, nullable=False),
    Column("name", Code, nullable=False),
    Column("body", Code, nullable=False),
    Column("is_shared", Boolean(create_constraint=False), nullable=False, default=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    UniqueConstraint("owner_id", "kind", "name"),
    Index("ix_saved_view_is_shared", "is_shared"),
    sqlite_strict=True,
)  # fmt: skip

app_setting = Table(
    "app_setting", metadata,
    Column("key", Code, primary_key=True),
    Column("value", Code, nullable=False),
    sqlite_strict=True,
)  # fmt: skip
