"""Approval chains, their steps and the people who may decide them, posts, delegations and documents on file."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, text

from data_access.tables.types import Code, Id, UtcDateTime, metadata

approval_chain = Table(
    "approval_chain", metadata,
    Column("chain_id", Id, primary_key=True),
    Column("chain_no", Code, nullable=False, unique=True),
    Column("object_kind", Code, nullable=False),
    Column("object_id", Id, nullable=False),
    # why the chain is needed: make-up, duplicate, cross-branch, special-new …
    Column("kind", Code, nullable=False),
    # the relationship type, NULL where the object has none
    Column("type", Code),
    Column("state", Code, nullable=False),
    # raised by every resubmission after a return; only the steps of the present round count
    Column("round", Integer, nullable=False, server_default="1"),
    # the level that is to decide now
    Column("level", Integer, nullable=False),
    Column("branch_id", Id),
    Column("office_id", Id),
    Column("client_id", Id),
    # canonical JSON of what approvers are shown, and its hash
    Column("content", Code, nullable=False),
    Column("content_hash", Code, nullable=False),
    # NULL: the matching itself submitted it
    Column("submitted_by", Id),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("level_since", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("version", Integer, nullable=False, default=1),
    Index("uq_approval_chain_running", "object_kind", "object_id", unique=True,
          sqlite_where=text("state IN ('running', 'returned')"),
          postgresql_where=text("state IN ('running', 'returned')")),
    Index("ix_approval_chain_state", "state"),
    sqlite_strict=True,
)  # fmt: skip

approval_step = Table(
    "approval_step", metadata,
    Column("chain_id", Id, ForeignKey("approval_chain.chain_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("round", Integer, nullable=False, server_default="1"),
    # steps of one level stand beside each other (the confirmations of several branch companies)
    Column("level", Integer, nullable=False),
    Column("post", Code, nullable=False),
    Column("unit_id", Id),
    # since when the step waits; NULL while an earlier level is to decide
    Column("waiting_since", UtcDateTime),
    Column("decision", Code),
    Column("decided_by", Id),
    Column("delegation_id", Id),
    Column("decided_at", UtcDateTime),
    Column("content_hash", Code),
    Column("reason", Code),
    sqlite_strict=True,
)  # fmt: skip

approval_candidate = Table(
    "approval_candidate", metadata,
    # who may decide a step, resolved from posts and delegations as of the submission
    Column("chain_id", Id, ForeignKey("approval_chain.chain_id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("user_id", Id, ForeignKey("app_user.user_id"), primary_key=True),
    Column("delegation_id", Id),
    Index("ix_approval_candidate_user_id", "user_id"),
    sqlite_strict=True,
)  # fmt: skip

post_holder = Table(
    "post_holder", metadata,
    Column("post_holder_id", Id, primary_key=True),
    Column("post", Code, nullable=False),
    Column("unit_id", Id, ForeignKey("org_unit.unit_id"), nullable=False),
    # a relationship type where the post is named for one type; '' for all
    Column("type", Code, nullable=False, server_default=""),
    Column("user_id", Id, ForeignKey("app_user.user_id"), nullable=False),
    # half-open
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("named_by", Id),
    Column("named_at", UtcDateTime, nullable=False),
    Index("ix_post_holder_unit_id_post", "unit_id", "post"),
    sqlite_strict=True,
)  # fmt: skip

delegation = Table(
    "delegation", metadata,
    Column("delegation_id", Id, primary_key=True),
    Column("from_user_id", Id, nullable=False),
    Column("to_user_id", Id, nullable=False),
    Column("post", Code, nullable=False),
    Column("unit_id", Id),
    # both days included
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("recorded_by", Id, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    CheckConstraint("from_user_id <> to_user_id", name="other_person"),
    sqlite_strict=True,
)  # fmt: skip

stored_document = Table(
    "stored_document", metadata,
    Column("document_id", Id, primary_key=True),
    Column("object_kind", Code, nullable=False),
    Column("object_id", Id, nullable=False),
    # risk_form, service_form, statement
    Column("kind", Code, nullable=False),
    Column("file_name", Code, nullable=False),
    Column("media_type", Code, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    # SHA-256 of the content, which is also its name in the document folder
    Column("file_hash", Code, nullable=False),
    # the day that the form itself bears
    Column("signed_on", Date),
    Column("stored_by", Id),
    Column("stored_at", UtcDateTime, nullable=False),
    Column("checked_by", Id),
    Column("checked_at", UtcDateTime),
    Index("ix_stored_document_object_kind_object_id", "object_kind", "object_id"),
    sqlite_strict=True,
)  # fmt: skip
