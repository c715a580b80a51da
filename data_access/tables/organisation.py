"""Places and people: org units, staff, qualifications, absences."""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Table, UniqueConstraint

from data_access.tables.types import Code, Id, UtcDateTime, metadata

org_unit = Table(
    "org_unit", metadata,
    Column("unit_id", Id, primary_key=True),
    Column("unit_code", Code, nullable=False, unique=True),
    Column("name", Code, nullable=False),
    Column("kind", Code, nullable=False),
    Column("parent_id", Id, ForeignKey("org_unit.unit_id")),
    # '/HQ/B01/O011/': every ancestor's code and the unit's own, so that a subtree is one prefix
    Column("path", Code, nullable=False),
    Column("city", Code),
    Column("region", Code),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("batch_id", Id),
    Index("ix_org_unit_path", "path"),
    sqlite_strict=True,
)  # fmt: skip

org_unit_revision = Table(
    "org_unit_revision", metadata,
    Column("revision_id", Id, primary_key=True),
    Column("unit_id", Id, ForeignKey("org_unit.unit_id"), nullable=False, index=True),
    Column("name", Code, nullable=False),
    Column("kind", Code, nullable=False),
    Column("parent_id", Id),
    Column("path", Code, nullable=False),
    Column("city", Code),
    Column("region", Code),
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("superseded_at", UtcDateTime, nullable=False),
    Column("batch_id", Id),
    sqlite_strict=True,
)  # fmt: skip

staff = Table(
    "staff", metadata,
    Column("staff_id", Id, primary_key=True),
    Column("staff_no", Code, nullable=False, unique=True),
    Column("name", Code, nullable=False),
    # category, unit and manager are those of the newest version; history stands in staff_version
    Column("category", Code, nullable=False),
    Column("unit_id", Id, ForeignKey("org_unit.unit_id"), nullable=False, index=True),
    Column("manager_id", Id, ForeignKey("staff.staff_id")),
    Column("joined_on", Date),
    Column("left_on", Date),
    Column("agency_contract_no", Code),
    Column("batch_id", Id),
    sqlite_strict=True,
)  # fmt: skip

staff_version = Table(
    "staff_version", metadata,
    Column("version_id", Id, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.staff_id"), nullable=False),
    # half-open; NULL from = from the beginning, NULL to = still holds
    Column("valid_from", Date),
    Column("valid_to", Date),
    Column("category", Code, nullable=False),
    Column("unit_id", Id, ForeignKey("org_unit.unit_id"), nullable=False),
    Column("manager_id", Id),
    Column("loaded_at", UtcDateTime, nullable=False),
    Column("batch_id", Id),
    Index("ix_staff_version_staff_id_valid_from", "staff_id", "valid_from"),
    sqlite_strict=True,
)  # fmt: skip

staff_qualification = Table(
    "staff_qualification", metadata,
    Column("qualification_id", Id, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.staff_id"), nullable=False),
    Column("kind", Code, nullable=False),
    Column("number", Code),
    # half-open; NULL to = no end known
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("batch_id", Id),
    UniqueConstraint("staff_id", "kind", "valid_from"),
    sqlite_strict=True,
)  # fmt: skip

staff_absence = Table(
    "staff_absence", metadata,
    Column("absence_id", Id, primary_key=True),
    Column("staff_id", Id, ForeignKey("staff.staff_id"), nullable=False),
    # both days included
    Column("from_on", Date, nullable=False),
    Column("to_on", Date, nullable=False),
    Column("reason", Code),
    Column("batch_id", Id),
    UniqueConstraint("staff_id", "from_on"),
    sqlite_strict=True,
)  # fmt: skip
