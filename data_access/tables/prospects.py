"""Prospects: people and firms without an account, graded by need and expected date (R-50 to R-52)."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, Table, UniqueConstraint

from data_access.tables.types import Code, Id, UtcDateTime, metadata

prospect = Table(
    "prospect", metadata,
    Column("prospect_id", Id, primary_key=True),
    Column("name", Code, nullable=False),
    Column("client_kind", Code, nullable=False),
    Column("office_id", Id, ForeignKey("org_unit.unit_id"), nullable=False),
    Column("staff_id", Id, ForeignKey("staff.staff_id")),
    # domain.prospects: Need and ProspectState; the grade and the urgency follow from need and dates
    Column("need", Code, nullable=False),
    Column("state", Code, nullable=False),
    # when business is expected, and by when somebody has to act
    Column("expected_on", Date),
    Column("act_by", Date),
    Column("note", Code),
    # the client it became
    Column("client_id", Id, ForeignKey("client.client_id")),
    Column("entered_by", Id),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("request_id", Code, nullable=False, unique=True),
    Column("version", Integer, nullable=False, default=1),
    Index("ix_prospect_office_id_state", "office_id", "state"),
    Index("ix_prospect_staff_id_state", "staff_id", "state"),
    sqlite_strict=True,
)  # fmt: skip

prospect_event = Table(
    "prospect_event", metadata,
    # every change, with the row as it was afterwards (JSON)
    Column("event_id", Id, primary_key=True),
    Column("prospect_id", Id, ForeignKey("prospect.prospect_id"), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("body", Code, nullable=False),
    Column("by_user_id", Id),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("prospect_id", "sequence"),
    sqlite_strict=True,
)  # fmt: skip

prospect_contact = Table(
    "prospect_contact", metadata,
    # contacts with somebody who is no client yet; from the account on contacts stand in contact_log
    Column("contact_id", Id, primary_key=True),
    Column("prospect_id", Id, ForeignKey("prospect.prospect_id"), nullable=False),
    Column("staff_id", Id, ForeignKey("staff.staff_id"), nullable=False),
    Column("on_date", Date, nullable=False),
    Column("channel", Code, nullable=False),
    Column("note", Code),
    Column("entered_by", Id),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("request_id", Code, nullable=False, unique=True),
    Index("ix_prospect_contact_prospect_id_on_date", "prospect_id", "on_date"),
    sqlite_strict=True,
)  # fmt: skip
