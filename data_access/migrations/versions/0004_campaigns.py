"""Campaigns with hold-out groups, hand-outs, capacities, neighbouring offices, checked contacts, prospects' contacts.

The campaign tables were never written before this revision and are created anew.
"""

import sqlalchemy as sa
from alembic import op

import data_access.tables.types

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the campaigns' tables and columns."""
    on_postgres = op.get_bind().dialect.name == "postgresql"
    if on_postgres:
        op.drop_constraint("fk_reactivation_task_campaign_id", "reactivation_task", type_="foreignkey")
    for unused in ("campaign_member", "campaign"):
        op.drop_table(unused)
    op.add_column("client", sa.Column("controller", sa.String()))
    op.add_column("reactivation_task", sa.Column("hand_out_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    op.add_column("reactivation_task", sa.Column("effort", sa.Integer()))
    op.add_column("reactivation_task", sa.Column("value_fen", sa.BigInteger().with_variant(sa.Integer(), "sqlite")))
    op.add_column("reactivation_task", sa.Column("grade", sa.String()))
    op.add_column("reactivation_task", sa.Column("extended_count", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_reactivation_task_campaign_id", "reactivation_task", ["campaign_id"], unique=False)
    op.create_index("ix_reactivation_task_hand_out_id", "reactivation_task", ["hand_out_id"], unique=False)
    op.create_table(
        "campaign",
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_no", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reach", sa.String(), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("as_of_month", sa.Integer(), nullable=False),
        sa.Column("generation_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("predecessor", sa.String(), nullable=False),
        sa.Column("script", sa.String(), nullable=True),
        sa.Column("holdout_bp", sa.Integer(), nullable=False),
        sa.Column("worthwhile_bp", sa.Integer(), nullable=False),
        sa.Column("outcome_days", sa.Integer(), nullable=False),
        sa.Column("draw_key", sa.LargeBinary(), nullable=False),
        sa.Column("drawn_at", data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("drawn_on", sa.Date(), nullable=False),
        sa.Column("window_to_on", sa.Date(), nullable=False),
        sa.Column("said", sa.String(), nullable=False),
        sa.Column("said_params", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("closed_at", data_access.tables.types.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("created_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.unit_id"], name=op.f("fk_campaign_unit_id")),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("campaign_no", name=op.f("uq_campaign_campaign_no")),
        sqlite_strict=True,
    )
    op.create_index("ix_campaign_unit_id_state", "campaign", ["unit_id", "state"], unique=False)
    op.create_table(
        "office_neighbour",
        sa.Column("office_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("neighbour_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_at", data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("office_id <> neighbour_id", name=op.f("ck_office_neighbour_other_office")),
        sa.ForeignKeyConstraint(["neighbour_id"], ["org_unit.unit_id"], name=op.f("fk_office_neighbour_neighbour_id")),
        sa.ForeignKeyConstraint(["office_id"], ["org_unit.unit_id"], name=op.f("fk_office_neighbour_office_id")),
        sa.PrimaryKeyConstraint("office_id", "neighbour_id", "valid_from", name=op.f("pk_office_neighbour")),
        sqlite_strict=True,
    )
    op.create_table(
        "campaign_member",
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("client_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("arm", sa.String(), nullable=False),
        sa.Column("stratum", sa.String(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("reason_params", sa.String(), nullable=False),
        sa.Column("office_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("pool_status", sa.String(), nullable=True),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("months_quiet", sa.Integer(), nullable=True),
        sa.Column("effort", sa.Integer(), nullable=False),
        sa.Column("value_fen", sa.BigInteger(), nullable=False),
        sa.Column("assets_fen", sa.BigInteger(), nullable=True),
        sa.Column("previous_staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("released_at", data_access.tables.types.UtcDateTime(timezone=True), nullable=True),
        sa.CheckConstraint("arm IN ('task', 'holdout', 'excluded')", name=op.f("ck_campaign_member_arm")),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.campaign_id"], name=op.f("fk_campaign_member_campaign_id")),
        sa.ForeignKeyConstraint(["client_id"], ["client.client_id"], name=op.f("fk_campaign_member_client_id")),
        sa.PrimaryKeyConstraint("campaign_id", "client_id", name=op.f("pk_campaign_member")),
        sqlite_strict=True,
    )
    op.create_index(
        "uq_campaign_member_client",
        "campaign_member",
        ["client_id"],
        unique=True,
        sqlite_where=sa.text("arm IN ('task', 'holdout') AND released_at IS NULL"),
        postgresql_where=sa.text("arm IN ('task', 'holdout') AND released_at IS NULL"),
    )
    op.create_table(
        "hand_out",
        sa.Column("hand_out_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("tasks_count", sa.Integer(), nullable=False),
        sa.Column("measures", sa.String(), nullable=False),
        sa.Column("committed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("committed_at", data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undo_until_at", data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("undone_at", data_access.tables.types.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.campaign_id"], name=op.f("fk_hand_out_campaign_id")),
        sa.PrimaryKeyConstraint("hand_out_id", name=op.f("pk_hand_out")),
        sa.UniqueConstraint("request_id", name=op.f("uq_hand_out_request_id")),
        sqlite_strict=True,
    )
    op.create_index(op.f("ix_hand_out_campaign_id"), "hand_out", ["campaign_id"], unique=False)
    op.create_table(
        "staff_capacity",
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("ceiling", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("set_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("set_at", data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("capacity BETWEEN 0 AND 200", name=op.f("ck_staff_capacity_capacity")),
        sa.CheckConstraint("ceiling IS NULL OR ceiling BETWEEN 0 AND 1000", name=op.f("ck_staff_capacity_ceiling")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.staff_id"], name=op.f("fk_staff_capacity_staff_id")),
        sa.PrimaryKeyConstraint("staff_id", "valid_from", name=op.f("pk_staff_capacity")),
        sqlite_strict=True,
    )
    op.create_table(
        "prospect_contact",
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("prospect_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("staff_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("entered_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("entered_at", data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["prospect_id"], ["prospect.prospect_id"], name=op.f("fk_prospect_contact_prospect_id")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.staff_id"], name=op.f("fk_prospect_contact_staff_id")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_prospect_contact")),
        sa.UniqueConstraint("request_id", name=op.f("uq_prospect_contact_request_id")),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_prospect_contact_prospect_id_on_date", "prospect_contact", ["prospect_id", "on_date"], unique=False
    )
    op.create_table(
        "contact_check",
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("result", sa.String(), nullable=False),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("checked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checked_at", data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact_log.contact_id"], name=op.f("fk_contact_check_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact_check")),
        sqlite_strict=True,
    )
    if on_postgres:
        op.create_foreign_key(
            "fk_reactivation_task_campaign_id", "reactivation_task", "campaign", ["campaign_id"], ["campaign_id"]
        )
