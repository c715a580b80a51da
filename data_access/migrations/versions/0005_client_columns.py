"""Columns of a published month's client rows, kept beside them; figures stay. Tasks are counted from an index."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; the next refresh, or the first preparation, fills it."""
    op.create_table(
        "client_column",
        sa.Column("build_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("dtype", sa.String(), nullable=False),
        sa.Column("codes", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("build_id", "name", name=op.f("pk_client_column")),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_reactivation_task_state_due_on",
        "reactivation_task",
        ["state", "due_on", "staff_id", "campaign_id", "client_id"],
        unique=False,
    )
