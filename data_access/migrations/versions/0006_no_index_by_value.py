"""Lists by value are found in the columns of a month; the index that held them goes. Figures stay."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the index. On SQLite the file keeps its size, and the next months are written into the room."""
    op.drop_index("ix_client_status_build_id_value_fen", "client_status", if_exists=True)
