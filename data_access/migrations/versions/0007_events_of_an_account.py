"""Taking back a file of account events asks for every account whether another event names it; an index answers."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index of events by account."""
    op.create_index("ix_account_event_account_id", "account_event", ["account_id"], if_not_exists=True)
