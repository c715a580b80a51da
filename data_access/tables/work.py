"""Reactivation tasks, campaigns, contacts, complaints, satisfaction and targets."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, ForeignKey, Index, Integer, Table, UniqueConstraint, text

from data_access.tables.types import Code, Fen, Id, Month, UtcDateTime, metadata

campaign = Table(
    "campaign", metadata,
    Column("campaign_id", Id, primary_key=True),
    Column("campaign_no", Code, nullable=False, unique=True),
    Column("name", Code, nullable=False),
    Column("rule", Code, nullable=False),
    Column("as_of_month", Month),
    Column("holdout_bp", Integer, nullable=False, default=0),
    Column("state", Code, nullable=False),
    Column("drawn_at", UtcDateTime),
    Column("created_by", Id, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    sqlite_strict=True,
)  # fmt: skip

campaign_member = Table(
    "campaign_member", metadata,
    Column("campaign_id", Id, ForeignKey("campaign.campaign_id"), primary_key=True),
    Column("client_id", Id, ForeignKey("client.client_id"), primary_key=True),
    Column("arm", Code, nullable=False),
    Column("stratum", Code),
    Column("held_until_on", Date),
    Column("released_at", UtcDateTime),
    CheckConstraint("arm IN ('task', 'holdout', 'unassigned')", name="arm"),
    Index("uq_campaign_member_holdout", "client_id", unique=True,
          sqlite_where=text("arm = 'holdout' AND released_at IS NULL"),
          postgresql_where=text("arm = 'holdout' AND released_at IS NULL")),
    sqlite_strict=True,
)  # fmt: skip

_OPEN = text("state IN ('open', 'preregistered')")

reactivation_task = Table(
    "reactivation_task", metadata,
    Column("task_id", Id, primary_key=True),
    Column("task_no", Code, nullable=False, unique=True),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False, index=True),
    Column("staff_id", Id, ForeignKey("staff.staff_id"), nullable=False),
    # the client's office when the task was handed out
    Column("office_id", Id, nullable=False),
    Column("state", Code, nullable=False),
    # the pool status that was the reason for the hand-out
    Column("pool_status", Code, nullable=False),
    Column("priority", Code, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("note", Code),
    Column("campaign_id", Id, ForeignKey("campaign.campaign_id")),
    Column("assigned_by", Id, nullable=False),
    Column("assigned_at", UtcDateTime, nullable=False),
    Column("request_id", Code, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("closed_on", Date),
    Column("result_reason", Code),
    Column("version", Integer, nullable=False, default=1),
    # one open task per client: the rule R-26 carried by the database
    Index("uq_reactivation_task_open_client", "client_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
    Index("ix_reactivation_task_staff_id_state", "staff_id", "state"),
    Index("ix_reactivation_task_office_id_state", "office_id", "state"),
    Index("ix_reactivation_task_request_id", "request_id"),
    sqlite_strict=True,
)  # fmt: skip

task_event = Table(
    "task_event", metadata,
    Column("task_event_id", Id, primary_key=True),
    Column("task_id", Id, ForeignKey("reactivation_task.task_id"), nullable=False),
    # 1, 2, 3 … without a gap within one task
    Column("sequence", Integer, nullable=False),
    Column("kind", Code, nullable=False),
    Column("from_state", Code),
    Column("to_state", Code, nullable=False),
    Column("staff_id", Id),
    Column("reason", Code),
    Column("by_user_id", Id),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("task_id", "sequence"),
    sqlite_strict=True,
)  # fmt: skip

contact_log = Table(
    "contact_log", metadata,
    Column("contact_id", Id, primary_key=True),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False),
    Column("staff_id", Id, ForeignKey("staff.staff_id"), nullable=False),
    Column("task_id", Id, ForeignKey("reactivation_task.task_id"), index=True),
    Column("at", UtcDateTime, nullable=False),
    Column("channel", Code, nullable=False),
    Column("counterpart_level", Code),
    Column("topic", Code),
    Column("result", Code),
    Column("satisfaction", Integer),
    Column("note", Code),
    Column("next_step_on", Date),
    # a page's form id, or the content key of an imported row: the same contact is stored once
    Column("request_id", Code, nullable=False, unique=True),
    Column("batch_id", Id),
    CheckConstraint("satisfaction BETWEEN 1 AND 5", name="satisfaction"),
    Index("ix_contact_log_client_id_at", "client_id", "at"),
    Index("ix_contact_log_staff_id_at", "staff_id", "at"),
    sqlite_strict=True,
)  # fmt: skip

complaint = Table(
    "complaint", metadata,
    Column("complaint_id", Id, primary_key=True),
    Column("complaint_no", Code, nullable=False, unique=True),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False, index=True),
    Column("staff_id", Id, ForeignKey("staff.staff_id")),
    Column("at", UtcDateTime, nullable=False),
    Column("category", Code),
    Column("closed_at", UtcDateTime),
    Column("batch_id", Id),
    sqlite_strict=True,
)  # fmt: skip

satisfaction = Table(
    "satisfaction", metadata,
    Column("satisfaction_id", Id, primary_key=True),
    Column("client_id", Id, ForeignKey("client.client_id"), nullable=False, index=True),
    Column("staff_id", Id, ForeignKey("staff.staff_id")),
    Column("on_date", Date, nullable=False),
    Column("score", Integer, nullable=False),
    Column("source", Code),
    Column("batch_id", Id),
    CheckConstraint("score BETWEEN 1 AND 5", name="score"),
    sqlite_strict=True,
)  # fmt: skip

survey_answer = Table(
    "survey_answer", metadata,
    Column("survey", Code, primary_key=True),
    Column("question", Code, primary_key=True),
    Column("answer", Code, primary_key=True),
    Column("position", Integer, nullable=False),
    # percent as printed in the source, never rescaled (D-01)
    Column("percent", Integer, nullable=False),
    sqlite_strict=True,
)  # fmt: skip

target = Table(
    "target", metadata,
    Column("target_id", Id, primary_key=True),
    # a unit_code or a staff_no, resolved to exactly one of the two ids
    Column("scope_code", Code, nullable=False),
    Column("unit_id", Id, ForeignKey("org_unit.unit_id")),
    Column("staff_id", Id, ForeignKey("staff.staff_id")),
    Column("period", Code, nullable=False),
    Column("metric", Code, nullable=False),
    # fen for money, otherwise 1/100 of the metric's unit
    Column("value_hundredths", Fen, nullable=False),
    Column("batch_id", Id),
    CheckConstraint("(unit_id IS NULL) <> (staff_id IS NULL)", name="one_scope"),
    UniqueConstraint("scope_code", "period", "metric"),
    sqlite_strict=True,
)  # fmt: skip
