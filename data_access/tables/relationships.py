"""Relationships between staff and clients, and the path by which they are confirmed."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, UniqueConstraint, text

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
    Column("release_reason", Code),
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
    Column("client_name", Code, nullable=False),
    Column("document_hash", Code, nullable=False, index=True),
    Column("document_masked", Code),
    Column("contact_masked", Code),
    Column("registered_at", UtcDateTime, nullable=False),
    Column("expires_on", Date, nullable=False),
    Column("state", Code, nullable=False),
    Column("task_id", Id),
    Column("registered_by", Id),
    Column("batch_id", Id),
    Column("version", Integer, nullable=False, default=1),
    sqlite_strict=True,
)  # fmt: skip

preregistration_share = Table(
    "preregistration_share", metadata,
    Column("prereg_id", Id, ForeignKey("preregistration.prereg_id"), primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.staff_id"), primary_key=True),
    Column("share_bp", Integer, nullable=False),
    CheckConstraint("share_bp > 0 AND share_bp <= 10000", name="share"),
    sqlite_strict=True,
)  # fmt: skip

approval_chain = Table(
    "approval_chain", metadata,
    Column("chain_id", Id, primary_key=True),
    Column("object_kind", Code, nullable=False),
    Column("object_id", Id, nullable=False),
    Column("kind", Code, nullable=False),
    Column("state", Code, nullable=False),
    Column("level", Integer, nullable=False),
    Column("content_hash", Code, nullable=False),
    Column("submitted_by", Id, nullable=False),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("version", Integer, nullable=False, default=1),
    Index("uq_approval_chain_running", "object_kind", "object_id", unique=True,
          sqlite_where=text("state = 'running'"), postgresql_where=text("state = 'running'")),
    sqlite_strict=True,
)  # fmt: skip

approval_step = Table(
    "approval_step", metadata,
    Column("chain_id", Id, ForeignKey("approval_chain.chain_id"), primary_key=True),
    Column("level", Integer, primary_key=True),
    Column("post", Code, nullable=False),
    Column("unit_id", Id),
    Column("decision", Code),
    Column("decided_by", Id),
    Column("delegation_id", Id),
    Column("decided_at", UtcDateTime),
    Column("reason", Code),
    sqlite_strict=True,
)  # fmt: skip

delegation = Table(
    "delegation", metadata,
    Column("delegation_id", Id, primary_key=True),
    Column("from_user_id", Id, nullable=False),
    Column("to_user_id", Id, nullable=False),
    Column("post", Code, nullable=False),
    Column("unit_id", Id),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("recorded_by", Id, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    CheckConstraint("from_user_id <> to_user_id", name="other_person"),
    sqlite_strict=True,
)  # fmt: skip
