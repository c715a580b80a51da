"""Accounts, server-side sessions, sign-in counters, grants, and the audit chain."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table

from data_access.tables.types import Code, Id, UtcDateTime, metadata

app_user = Table(
    "app_user", metadata,
    Column("user_id", Id, primary_key=True),
    Column("username", Code, nullable=False, unique=True),
    Column("display_name", Code, nullable=False),
    Column("role", Code, nullable=False),
    # the place in the org tree that bounds what the account may see
    Column("unit_id", Id, ForeignKey("org_unit.unit_id")),
    Column("staff_id", Id, ForeignKey("staff.staff_id")),
    Column("password_hash", Code),
    Column("must_change_password", Boolean(create_constraint=False), nullable=False, default=True),
    Column("language", Code),
    Column("disabled_at", UtcDateTime),
    # raised by every change of role, place, password or state; a session remembers the value it began with
    Column("access_version", Integer, nullable=False, default=1),
    Column("created_at", UtcDateTime, nullable=False),
    Column("batch_id", Id),
    sqlite_strict=True,
)  # fmt: skip

app_session = Table(
    "app_session", metadata,
    # SHA-256 of the opaque token; the token itself is only in the cookie
    Column("token_hash", Code, primary_key=True),
    Column("user_id", Id, ForeignKey("app_user.user_id"), nullable=False, index=True),
    Column("access_version", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("last_seen_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
    Column("end_reason", Code),
    sqlite_strict=True,
)  # fmt: skip

sign_in_ticket = Table(
    "sign_in_ticket", metadata,
    # one-time ticket that the sign-in form hands to the cookie route
    Column("ticket_hash", Code, primary_key=True),
    Column("user_id", Id, ForeignKey("app_user.user_id"), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    sqlite_strict=True,
)  # fmt: skip

sign_in_counter = Table(
    "sign_in_counter", metadata,
    # 'user:<name>' or 'ip:<address>'; counted before any password is hashed
    Column("key", Code, primary_key=True),
    Column("window_start_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("locked_until", UtcDateTime),
    sqlite_strict=True,
)  # fmt: skip

export_ticket = Table(
    "export_ticket", metadata,
    # single use, bound to the session that asked; the file itself is built when the ticket is used
    Column("ticket_hash", Code, primary_key=True),
    Column("session_hash", Code, nullable=False),
    Column("kind", Code, nullable=False),
    Column("params", Code, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    sqlite_strict=True,
)  # fmt: skip

handled_request = Table(
    "handled_request", metadata,
    # one row per form submission, so that a double click or a retry has one effect
    Column("request_id", Code, primary_key=True),
    Column("user_id", Id),
    Column("kind", Code, nullable=False),
    Column("result", Code, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

access_grant = Table(
    "access_grant", metadata,
    Column("grant_id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("app_user.user_id"), nullable=False, index=True),
    # grant, change or withdraw
    Column("action", Code, nullable=False, server_default="grant"),
    Column("role", Code, nullable=False),
    Column("unit_id", Id, ForeignKey("org_unit.unit_id")),
    Column("reason", Code),
    Column("state", Code, nullable=False),
    Column("applied_by", Id),
    Column("applied_at", UtcDateTime),
    Column("approved_by", Id),
    Column("approved_at", UtcDateTime),
    Column("executed_by", Id),
    Column("executed_at", UtcDateTime),
    Column("refused_by", Id),
    Column("refused_at", UtcDateTime),
    Column("refused_reason", Code),
    Column("signed_at", UtcDateTime),
    Column("version", Integer, nullable=False, default=1),
    sqlite_strict=True,
)  # fmt: skip

permission_register = Table(
    "permission_register", metadata,
    Column("entry_id", Id, primary_key=True),
    Column("user_id", Id, ForeignKey("app_user.user_id"), nullable=False, index=True),
    # apply, approve, execute, change, withdraw
    Column("action", Code, nullable=False),
    Column("grant_id", Id),
    Column("role", Code),
    Column("unit_id", Id),
    Column("by_user_id", Id),
    Column("applicant_signed", Boolean(create_constraint=False), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("note", Code),
    sqlite_strict=True,
)  # fmt: skip

audit_event = Table(
    "audit_event", metadata,
    # gap-free; written in the same transaction as the act
    Column("sequence", Id, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("user_id", Id),
    Column("operator", Code),
    Column("action", Code, nullable=False),
    Column("object_kind", Code),
    # business key or id of the object; never a name, document or phone number
    Column("object_key", Code),
    Column("details", Code, nullable=False),
    Column("previous_mac", Code, nullable=False),
    Column("mac", Code, nullable=False),
    Index("ix_audit_event_object_kind_object_key", "object_kind", "object_key"),
    Index("ix_audit_event_user_id_at", "user_id", "at"),
    sqlite_strict=True,
)  # fmt: skip
