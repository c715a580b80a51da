"""Clients, their accounts and events, and their monthly figures."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from data_access.tables.types import Code, Fen, Id, Month, UtcDateTime, metadata

client = Table(
    "client", metadata,
    Column("client_id", Id, primary_key=True),
    Column("client_no", Code, nullable=False, unique=True),
    Column("name", Code, nullable=False, index=True),
    Column("kind", Code, nullable=False),
    Column("document_kind", Code),
    # keyed hash for matching, encrypted value for the logged reveal, masked text for display
    Column("document_hash", Code, index=True),
    Column("document_cipher", LargeBinary),
    Column("document_masked", Code),
    Column("phone_hash", Code, index=True),
    Column("phone_cipher", LargeBinary),
    Column("phone_masked", Code),
    Column("birth_on", Date),
    Column("gender", Code),
    Column("education", Code),
    Column("occupation", Code),
    Column("institution_group", Code),
    # office, segment and risk are those of the newest version; history stands in client_version
    Column("office_id", Id, ForeignKey("org_unit.unit_id"), nullable=False, index=True),
    Column("segment", Code),
    Column("risk_level", Code),
    Column("risk_on", Date),
    Column("origin", Code),
    Column("opened_on", Date, nullable=False),
    # opening state; where account events of the kind exist, the events rule
    Column("closed_on", Date),
    Column("archived_on", Date),
    Column("designation_withdrawn_on", Date),
    Column("loss_reason", Code),
    Column("marketing_opt_out", Boolean(create_constraint=False), nullable=False, default=False),
    Column("household", Code),
    # who controls an institution, as the firm's own number
    Column("controller", Code),
    Column("batch_id", Id),
    Column("loaded_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

client_version = Table(
    "client_version", metadata,
    Column("version_id", Id, primary_key=True),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False),
    # half-open; NULL from = from the beginning, NULL to = still holds
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("office_id", Id, ForeignKey("org_unit.unit_id"), nullable=False),
    Column("segment", Code),
    Column("risk_level", Code),
    Column("risk_on", Date),
    Column("institution_group", Code),
    Column("loaded_at", UtcDateTime, nullable=False),
    Column("batch_id", Id),
    Index("ix_client_version_client_id_valid_from", "client_id", "valid_from"),
    sqlite_strict=True,
)  # fmt: skip

account = Table(
    "account", metadata,
    Column("account_id", Id, primary_key=True),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False),
    Column("account_no", Code, nullable=False),
    Column("account_kind", Code, nullable=False),
    Column("batch_id", Id),
    UniqueConstraint("client_id", "account_no"),
    sqlite_strict=True,
)  # fmt: skip

account_event = Table(
    "account_event", metadata,
    Column("event_id", Id, primary_key=True),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False),
    Column("account_id", Id, ForeignKey("account.account_id"), nullable=False),
    Column("event", Code, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # the Shanghai business date beside the moment
    Column("on_date", Date, nullable=False),
    # False: only the day is known, order within the day is not provable
    Column("has_time", Boolean(create_constraint=False), nullable=False),
    Column("office_id", Id, ForeignKey("org_unit.unit_id")),
    Column("amount_fen", Fen),
    Column("note", Code),
    Column("batch_id", Id),
    UniqueConstraint("client_id", "account_id", "event", "at"),
    Index("ix_account_event_on_date", "on_date"),
    Index("ix_account_event_account_id", "account_id"),
    sqlite_strict=True,
)  # fmt: skip

MEASURES = (
    "end_assets_fen", "cash_fen", "inflow_fen", "outflow_fen", "turnover_fen", "trades_count",
    "commission_fen", "fees_fen", "net_income_fen", "product_assets_fen", "margin_balance_fen",
)  # fmt: skip
"""The measure columns of ``client_month``; NULL is unknown, never 0."""

client_month = Table(
    "client_month", metadata,
    Column("month", Month, nullable=False),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False),
    # wins over the client's version for this month when given
    Column("office_id", Id),
    *(Column(name, BigInteger) for name in MEASURES),
    Column("batch_id", Id),
    PrimaryKeyConstraint("month", "client_id"),
    CheckConstraint("month BETWEEN 190001 AND 299912", name="month"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)  # fmt: skip

client_month_revision = Table(
    "client_month_revision", metadata,
    Column("revision_id", Id, primary_key=True),
    Column("month", Month, nullable=False),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False),
    Column("office_id", Id),
    *(Column(name, BigInteger) for name in MEASURES),
    Column("batch_id", Id),
    # the moment a newer row took its place, and the batch that brought it
    Column("superseded_at", UtcDateTime, nullable=False),
    Column("superseded_by", Id, nullable=False),
    Index("ix_client_month_revision_month_client_id", "month", "client_id"),
    sqlite_strict=True,
)  # fmt: skip

client_revision = Table(
    "client_revision", metadata,
    Column("revision_id", Id, primary_key=True),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False, index=True),
    Column("body", Code, nullable=False),
    Column("superseded_at", UtcDateTime, nullable=False),
    Column("superseded_by", Id, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

loss_reason_entry = Table(
    "loss_reason_entry", metadata,
    Column("entry_id", Id, primary_key=True),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False),
    Column("lost_on", Date, nullable=False),
    Column("reason", Code, nullable=False),
    Column("note", Code),
    Column("entered_by", Id),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    UniqueConstraint("client_id", "lost_on"),
    sqlite_strict=True,
)  # fmt: skip
