"""Reactivation tasks, campaigns, contacts, complaints, satisfaction and targets."""

from __future__ import annotations

from sqlalchemy import (
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

from data_access.tables.types import Code, Fen, Id, Month, UtcDateTime, metadata

campaign = Table(
    "campaign", metadata,
    Column("campaign_id", Id, primary_key=True),
    Column("campaign_no", Code, nullable=False, unique=True),
    Column("name", Code, nullable=False),
    Column("purpose", Code, nullable=False),
    # where the list came from, its rule as JSON, and the reach (the reader's place, JSON) it was read with
    Column("source", Code, nullable=False),
    Column("rule", Code, nullable=False),
    Column("reach", Code, nullable=False),
    Column("unit_id", Id, ForeignKey("org_unit.unit_id")),
    Column("as_of_month", Month, nullable=False),
    Column("generation_id", Id, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("predecessor", Code, nullable=False),
    # points to bring up in a call
    Column("script", Code),
    Column("holdout_bp", Integer, nullable=False),
    # the smallest difference worth the calls, and the day after the draw on which the arms are compared
    Column("worthwhile_bp", Integer, nullable=False),
    Column("outcome_days", Integer, nullable=False),
    Column("draw_key", LargeBinary, nullable=False),
    Column("drawn_at", UtcDateTime, nullable=False),
    Column("drawn_on", Date, nullable=False),
    # the last day of the window in which held-back clients stay untouched
    Column("window_to_on", Date, nullable=False),
    # what the draw said about the whole, as a reason: code and JSON parameters
    Column("said", Code, nullable=False),
    Column("said_params", Code, nullable=False),
    Column("state", Code, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("closed_by", Id),
    Column("created_by", Id, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False, default=1),
    Index("ix_campaign_unit_id_state", "unit_id", "state"),
    sqlite_strict=True,
)  # fmt: skip

_HELD = text("arm IN ('task', 'holdout') AND released_at IS NULL")

campaign_member = Table(
    "campaign_member", metadata,
    Column("campaign_id", Id, ForeignKey("campaign.campaign_id"), primary_key=True),
    Column("client_id", Id, ForeignKey("client.client_id"), primary_key=True),
    # as drawn; `excluded` was not drawn because the client could not be handed out that day
    Column("arm", Code, nullable=False),
    # NULL: not in the draw (must be contacted, or excluded); such clients count in no comparison
    Column("stratum", Code),
    Column("reason", Code, nullable=False),
    Column("reason_params", Code, nullable=False),
    # the client as it stood at the draw
    Column("office_id", Id, nullable=False),
    Column("pool_status", Code),
    Column("tier", Code),
    Column("months_quiet", Integer),
    Column("effort", Integer, nullable=False),
    Column("value_fen", Fen, nullable=False),
    Column("assets_fen", Fen),
    Column("previous_staff_id", Id),
    Column("released_at", UtcDateTime),
    CheckConstraint("arm IN ('task', 'holdout', 'excluded')", name="arm"),
    # a client belongs to one campaign at a time, whichever arm it is in
    Index("uq_campaign_member_client", "client_id", unique=True, sqlite_where=_HELD, postgresql_where=_HELD),
    sqlite_strict=True,
)  # fmt: skip

hand_out = Table(
    "hand_out", metadata,
    # one commit of a campaign's distribution
    Column("hand_out_id", Id, primary_key=True),
    Column("campaign_id", Id, ForeignKey("campaign.campaign_id"), nullable=False, index=True),
    Column("request_id", Code, nullable=False, unique=True),
    Column("digest", Code, nullable=False),
    Column("tasks_count", Integer, nullable=False),
    # the distribution as JSON: unevenness, bound, placeable, moved by hand
    Column("measures", Code, nullable=False),
    Column("committed_by", Id, nullable=False),
    Column("committed_at", UtcDateTime, nullable=False),
    Column("undo_until_at", UtcDateTime, nullable=False),
    Column("undone_by", Id),
    Column("undone_at", UtcDateTime),
    sqlite_strict=True,
)  # fmt: skip

staff_capacity = Table(
    "staff_capacity", metadata,
    # dated: the newest row that has begun holds; percent of a full post, and the person's own most open tasks
    Column("staff_id", Id, ForeignKey("staff.staff_id"), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("capacity", Integer, nullable=False),
    Column("ceiling", Integer),
    Column("reason", Code),
    Column("set_by", Id, nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    CheckConstraint("capacity BETWEEN 0 AND 200", name="capacity"),
    CheckConstraint("ceiling IS NULL OR ceiling BETWEEN 0 AND 1000", name="ceiling"),
    sqlite_strict=True,
)  # fmt: skip

office_neighbour = Table(
    "office_neighbour", metadata,
    # people of the neighbour may take pool clients of the office; half-open validity
    Column("office_id", Id, ForeignKey("org_unit.unit_id"), primary_key=True),
    Column("neighbour_id", Id, ForeignKey("org_unit.unit_id"), primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("valid_to", Date),
    Column("set_by", Id, nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    CheckConstraint("office_id <> neighbour_id", name="other_office"),
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
    Column("campaign_id", Id, ForeignKey("campaign.campaign_id"), index=True),
    Column("hand_out_id", Id, index=True),
    # minutes of work and value (fen) expected when it was handed out; NULL: handed out one by one
    Column("effort", Integer),
    Column("value_fen", Fen),
    # what the holder thinks of the client, NULL until said
    Column("grade", Code),
    # how often the due date was moved out
    Column("extended_count", Integer, nullable=False, default=0, server_default="0"),
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
    # how many tasks stand in a state, and how many of them are late
    Index("ix_reactivation_task_state_due_on", "state", "due_on", "staff_id", "campaign_id", "client_id"),
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

contact_check = Table(
    "contact_check", metadata,
    # spot checks of logged contacts (K-86)
    Column("contact_id", Id, ForeignKey("contact_log.contact_id"), primary_key=True),
    Column("result", Code, nullable=False),
    Column("note", Code),
    Column("checked_by", Id, nullable=False),
    Column("checked_at", UtcDateTime, nullable=False),
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
