"""Relationships between staff and clients, and the path by which they are confirmed."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    text,
)

from data_access.tables.types import Code, Id, UtcDateTime, metadata

relationship_type = Table(
    "relationship_type", metadata,
    Column("type_version_id", Id, primary_key=True),
    Column("type", Code, nullable=False),
    Column("number", Integer, nullable=False),
    Column("is_development", Boolean(create_constraint=False), nullable=False),
    # rule parameters of R-08: holder categories, windows, chains, split, exclusivity
    Column("body", Code, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("published_by", Id),
    Column("published_at", UtcDateTime, nullable=False),
    UniqueConstraint("type", "valid_from"),
    sqlite_strict=True,
)  # fmt: skip

relationship = Table(
    "relationship", metadata,
    Column("relationship_id", Id, primary_key=True),
    Column("relationship_no", Code, nullable=False, unique=True),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False),
    Column("type", Code, nullable=False),
    Column("state", Code, nullable=False),
    # half-open [valid_from, valid_to)
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("how_confirmed", Code),
    Column("confirmed_at", UtcDateTime),
    # who entered it and which event, record or chain made it; NULL where it was imported
    Column("created_by", Id),
    Column("created_at", UtcDateTime),
    Column("event_id", Id),
    Column("prereg_id", Id),
    Column("chain_id", Id),
    Column("release_reason", Code),
    Column("released_by", Id),
    Column("released_at", UtcDateTime),
    Column("batch_id", Id),
    Column("version", Integer, nullable=False, default=1),
    CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
    Index("ix_relationship_client_id_valid_from", "client_id", "valid_from"),
    Index("ix_relationship_type_valid_from", "type", "valid_from"),
    # the refresh looks for what screens confirmed since the last one
    Index("ix_relationship_confirmed_at", "confirmed_at"),
    sqlite_strict=True,
)  # fmt: skip

relationship_share = Table(
    "relationship_share", metadata,
    Column("relationship_id", Id, ForeignKey("relationship.relationship_id"), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.staff_id"), primary_key=True),
    Column("share_bp", Integer, nullable=False),
    CheckConstraint("share_bp > 0 AND share_bp <= 10000", name="share"),
    Index("ix_relationship_share_staff_id", "staff_id"),
    sqlite_strict=True,
)  # fmt: skip

relationship_revision = Table(
    "relationship_revision", metadata,
    Column("revision_id", Id, primary_key=True),
    Column("relationship_id", Id, nullable=False, index=True),
    Column("body", Code, nullable=False),
    Column("superseded_at", UtcDateTime, nullable=False),
    Column("superseded_by", Id),
    sqlite_strict=True,
)  # fmt: skip

preregistration = Table(
    "preregistration", metadata,
    Column("prereg_id", Id, primary_key=True),
    Column("prereg_no", Code, nullable=False, unique=True),
    Column("type", Code, nullable=False),
    # the path of
    Column("route", Code, nullable=False, server_default="ordinary"),
    Column("client_name", Code, nullable=False),
    Column("document_kind", Code),
    Column("document_hash", Code, nullable=False, index=True),
    Column("document_masked", Code),
    Column("contact_cipher", LargeBinary),
    Column("contact_masked", Code),
    # the server's clock, never the form's
    Column("registered_at", UtcDateTime, nullable=False),
    # the last day on which the record is valid
    Column("expires_on", Date, nullable=False),
    Column("state", Code, nullable=False),
    Column("withdrawn_at", UtcDateTime),
    Column("withdrawn_reason", Code),
    # set while the record shuts out others for the same document, NULL afterwards
    Column("exclusive_key", Code),
    Column("task_id", Id),
    Column("registered_by", Id),
    Column("request_id", Code),
    Column("batch_id", Id),
    Column("version", Integer, nullable=False, default=1),
    Index("uq_preregistration_exclusive_key", "exclusive_key", unique=True),
    Index("uq_preregistration_request_id", "request_id", unique=True),
    sqlite_strict=True,
)  # fmt: skip

preregistration_share = Table(
    "preregistration_share", metadata,
    Column("prereg_id", Id, ForeignKey("preregistration.prereg_id"), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.staff_id"), primary_key=True),
    Column("share_bp", Integer, nullable=False),
    CheckConstraint("share_bp > 0 AND share_bp <= 10000", name="share"),
    Index("ix_preregistration_share_staff_id", "staff_id"),
    sqlite_strict=True,
)  # fmt: skip

account_match = Table(
    "account_match", metadata,
    Column("match_id", Id, primary_key=True),
    # NULL: a silent client came to life by monthly facts, which no event tells
    Column("event_id", Id, ForeignKey("account_event.event_id")),
    Column("business_event", Code, nullable=False),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False, index=True),
    # relationship, chain, natural, conflict, none
    Column("outcome", Code, nullable=False),
    Column("type", Code),
    Column("relationship_id", Id),
    Column("chain_id", Id),
    Column("conflict_id", Id),
    Column("task_id", Id),
    # JSON: every condition with its values, in the order in which it was asked
    Column("trace", Code, nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    # one verdict per event, and per hand-out without one: a replay changes nothing
    Index("uq_account_match_event_id", "event_id", unique=True),
    Index("uq_account_match_task_id", "task_id", unique=True,
          sqlite_where=text("event_id IS NULL"), postgresql_where=text("event_id IS NULL")),
    Index("ix_account_match_outcome", "outcome"),
    sqlite_strict=True,
)  # fmt: skip

conflict_item = Table(
    "conflict_item", metadata,
    Column("conflict_id", Id, primary_key=True),
    Column("kind", Code, nullable=False),
    # names the fault by business keys, so that the same fault is listed once
    Column("fault_key", Code, nullable=False, unique=True),
    Column("client_id", Id, index=True),
    Column("relationship_id", Id),
    Column("staff_id", Id),
    Column("event_id", Id),
    Column("details", Code, nullable=False),
    Column("state", Code, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("resolved_at", UtcDateTime),
    Column("resolved_by", Id),
    Column("resolution", Code),
    Column("version", Integer, nullable=False, default=1),
    Index("ix_conflict_item_state", "state"),
    sqlite_strict=True,
)  # fmt: skip

core_list = Table(
    "core_list", metadata,
    Column("list_id", Id, primary_key=True),
    Column("list_no", Code, nullable=False, unique=True),
    Column("branch_id", Id, ForeignKey("org_unit.unit_id"), nullable=False),
    # the window's month
    Column("month", Integer, nullable=False),
    Column("state", Code, nullable=False),
    Column("created_by", Id),
    Column("created_at", UtcDateTime, nullable=False),
    Column("chain_id", Id),
    Column("version", Integer, nullable=False, default=1),
    # one list of a branch company in a window; one that came to nothing does not stand in the way
    Index("uq_core_list_branch_month", "branch_id", "month", unique=True,
          sqlite_where=text("state NOT IN ('withdrawn', 'rejected')"),
          postgresql_where=text("state NOT IN ('withdrawn', 'rejected')")),
    sqlite_strict=True,
)  # fmt: skip

core_list_line = Table(
    "core_list_line", metadata,
    Column("line_id", Id, primary_key=True),
    Column("list_id", Id, ForeignKey("core_list.list_id"), nullable=False),
    Column("position", Integer, nullable=False),
    # add or release
    Column("action", Code, nullable=False),
    Column("client_no", Code, nullable=False),
    Column("staff_no", Code, nullable=False),
    Column("client_id", Id, index=True),
    Column("staff_id", Id),
    Column("relationship_id", Id),
    Column("verdict", Code),
    # JSON: the reason's code and parameters
    Column("reason", Code),
    UniqueConstraint("list_id", "position"),
    sqlite_strict=True,
)  # fmt: skip

follow_up = Table(
    "follow_up", metadata,
    Column("follow_up_id", Id, primary_key=True),
    Column("relationship_id", Id, ForeignKey("relationship.relationship_id"), nullable=False, index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("result", Code, nullable=False),
    Column("note", Code),
    Column("by_user_id", Id),
    Column("request_id", Code, nullable=False, unique=True),
    sqlite_strict=True,
)  # fmt: skip

important_client = Table(
    "important_client", metadata,
    Column("mark_id", Id, primary_key=True),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False, index=True),
    # half-open
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("reason", Code, nullable=False),
    Column("marked_by", Id),
    Column("marked_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

staff_exit = Table(
    "staff_exit", metadata,
    Column("exit_id", Id, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.staff_id"), nullable=False, unique=True),
    Column("exit_on", Date, nullable=False),
    # JSON: what was released, handed over and ended, and the results as they stood on the exit date
    Column("body", Code, nullable=False),
    Column("closed_by", Id),
    Column("closed_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)  # fmt: skip
