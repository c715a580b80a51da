"""Lifecycle, watch, churn warnings, asset bridge, prospects and the churn model.

What the refresh publishes gets new columns, so it is dropped here and published anew by the next refresh.
"""

import sqlalchemy as sa
from alembic import op

import data_access.tables.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the published figures, create their tables anew and add the new ones."""
    for published in ("generation_month", "generation", "build", "cube_share", "staff_month", "tier_cutoff"):
        op.execute(sa.text(f"DELETE FROM {published}"))  # noqa: S608 -- a fixed list
    op.drop_table("client_status")
    op.drop_table("cube_client")
    op.create_index("ix_relationship_confirmed_at", "relationship", ["confirmed_at"], unique=False)
    op.create_table('client_status',
    sa.Column('build_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('month', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('office_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('client_kind', sa.String(), nullable=False),
    sa.Column('institution_group', sa.String(), nullable=True),
    sa.Column('segment', sa.String(), nullable=True),
    sa.Column('risk_level', sa.String(), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('lost_on', sa.Date(), nullable=True),
    sa.Column('archived_on', sa.Date(), nullable=True),
    sa.Column('stage', sa.String(), nullable=True),
    sa.Column('tier', sa.String(), nullable=True),
    sa.Column('tier_before', sa.String(), nullable=True),
    sa.Column('line_tier', sa.String(), nullable=True),
    sa.Column('watch_count', sa.Integer(), nullable=False),
    sa.Column('value_fen', sa.BigInteger(), nullable=False),
    sa.Column('has_row', sa.Boolean(), nullable=False),
    sa.Column('end_assets_fen', sa.BigInteger(), nullable=True),
    sa.Column('cash_fen', sa.BigInteger(), nullable=True),
    sa.Column('inflow_fen', sa.BigInteger(), nullable=True),
    sa.Column('outflow_fen', sa.BigInteger(), nullable=True),
    sa.Column('turnover_fen', sa.BigInteger(), nullable=True),
    sa.Column('trades_count', sa.BigInteger(), nullable=True),
    sa.Column('net_income_fen', sa.BigInteger(), nullable=True),
    sa.Column('months_undisturbed', sa.Integer(), nullable=False),
    sa.Column('months_known', sa.Integer(), nullable=False),
    sa.Column('months_quiet', sa.Integer(), nullable=False),
    sa.Column('last_trade_month', sa.Integer(), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('is_monthly_active', sa.Boolean(), nullable=False),
    sa.Column('new_count', sa.Integer(), nullable=False),
    sa.Column('lost_count', sa.Integer(), nullable=False),
    sa.Column('returned_count', sa.Integer(), nullable=False),
    sa.Column('filled_count', sa.Integer(), nullable=False),
    sa.Column('required_count', sa.Integer(), nullable=False),
    sa.Column('turnover_recent_fen', sa.BigInteger(), nullable=False),
    sa.Column('warning_points', sa.Integer(), nullable=True),
    sa.Column('warning_reasons', sa.Integer(), nullable=True),
    sa.Column('assets_before_fen', sa.BigInteger(), nullable=True),
    sa.Column('office_before_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.PrimaryKeyConstraint('build_id', 'client_id', name=op.f('pk_client_status')),
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_index('ix_client_status_build_id_value_fen', 'client_status', ['build_id', sa.literal_column('value_fen DESC'), 'client_id', 'status', 'office_id', 'branch_id', 'months_quiet', 'client_kind'], unique=False)
    op.create_index('ix_client_status_moved', 'client_status', ['build_id', 'office_id', 'client_id', 'month', 'new_count', 'lost_count', 'returned_count'], unique=False, sqlite_where=sa.text('new_count > 0 OR lost_count > 0 OR returned_count > 0'), postgresql_where=sa.text('new_count > 0 OR lost_count > 0 OR returned_count > 0'))
    op.create_table('cube_client',
    sa.Column('cube_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('build_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('month', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('office_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('client_kind', sa.String(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('tier', sa.String(), nullable=True),
    sa.Column('stage', sa.String(), nullable=True),
    sa.Column('clients_count', sa.BigInteger(), nullable=False),
    sa.Column('alive_count', sa.BigInteger(), nullable=False),
    sa.Column('active_count', sa.BigInteger(), nullable=False),
    sa.Column('monthly_active_count', sa.BigInteger(), nullable=False),
    sa.Column('new_count', sa.BigInteger(), nullable=False),
    sa.Column('lost_count', sa.BigInteger(), nullable=False),
    sa.Column('returned_count', sa.BigInteger(), nullable=False),
    sa.Column('row_count', sa.BigInteger(), nullable=False),
    sa.Column('end_assets_fen', sa.BigInteger(), nullable=False),
    sa.Column('lost_assets_fen', sa.BigInteger(), nullable=False),
    sa.Column('cash_fen', sa.BigInteger(), nullable=False),
    sa.Column('inflow_fen', sa.BigInteger(), nullable=False),
    sa.Column('outflow_fen', sa.BigInteger(), nullable=False),
    sa.Column('turnover_fen', sa.BigInteger(), nullable=False),
    sa.Column('trades_count', sa.BigInteger(), nullable=False),
    sa.Column('net_income_fen', sa.BigInteger(), nullable=False),
    sa.Column('value_fen', sa.BigInteger(), nullable=False),
    sa.Column('filled_count', sa.BigInteger(), nullable=False),
    sa.Column('required_count', sa.BigInteger(), nullable=False),
    sa.Column('watch_count', sa.BigInteger(), nullable=False),
    sa.Column('warned_count', sa.BigInteger(), nullable=False),
    sa.Column('assets_before_fen', sa.BigInteger(), nullable=False),
    sa.Column('won_change_fen', sa.BigInteger(), nullable=False),
    sa.Column('lost_change_fen', sa.BigInteger(), nullable=False),
    sa.Column('gap_change_fen', sa.BigInteger(), nullable=False),
    sa.Column('stayed_inflow_fen', sa.BigInteger(), nullable=False),
    sa.Column('stayed_outflow_fen', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('cube_id', name=op.f('pk_cube_client')),
    sqlite_strict=True
    )
    op.create_index('ix_cube_client_build_id_office_id', 'cube_client', ['build_id', 'office_id'], unique=False)
    op.create_table('cube_transfer',
    sa.Column('build_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('from_office_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('to_office_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('month', sa.Integer(), nullable=False),
    sa.Column('clients_count', sa.BigInteger(), nullable=False),
    sa.Column('assets_fen', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('build_id', 'from_office_id', 'to_office_id', name=op.f('pk_cube_transfer')),
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_table('warning_model',
    sa.Column('model_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('algorithm', sa.String(), nullable=True),
    sa.Column('trained_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('trained_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('first_month', sa.Integer(), nullable=False),
    sa.Column('last_month', sa.Integer(), nullable=False),
    sa.Column('test_month', sa.Integer(), nullable=False),
    sa.Column('horizon_months', sa.Integer(), nullable=False),
    sa.Column('scored_month', sa.Integer(), nullable=False),
    sa.Column('is_shown', sa.Boolean(), nullable=False),
    sa.Column('is_current', sa.Boolean(), nullable=False),
    sa.Column('features', sa.String(), nullable=False),
    sa.Column('back_test', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('model_id', name=op.f('pk_warning_model')),
    sqlite_strict=True
    )
    op.create_index('uq_warning_model_current', 'warning_model', ['is_current'], unique=True, sqlite_where=sa.text('is_current = 1'), postgresql_where=sa.text('is_current'))
    op.create_table('warning_score',
    sa.Column('model_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('score_ppm', sa.BigInteger(), nullable=False),
    sa.Column('reasons', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['model_id'], ['warning_model.model_id'], name=op.f('fk_warning_score_model_id')),
    sa.PrimaryKeyConstraint('model_id', 'client_id', name=op.f('pk_warning_score')),
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_table('prospect',
    sa.Column('prospect_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('client_kind', sa.String(), nullable=False),
    sa.Column('office_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('need', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('expected_on', sa.Date(), nullable=True),
    sa.Column('act_by', sa.Date(), nullable=True),
    sa.Column('note', sa.String(), nullable=True),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('entered_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('entered_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('request_id', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.client_id'], name=op.f('fk_prospect_client_id')),
    sa.ForeignKeyConstraint(['office_id'], ['org_unit.unit_id'], name=op.f('fk_prospect_office_id')),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.staff_id'], name=op.f('fk_prospect_staff_id')),
    sa.PrimaryKeyConstraint('prospect_id', name=op.f('pk_prospect')),
    sa.UniqueConstraint('request_id', name=op.f('uq_prospect_request_id')),
    sqlite_strict=True
    )
    op.create_index('ix_prospect_office_id_state', 'prospect', ['office_id', 'state'], unique=False)
    op.create_index('ix_prospect_staff_id_state', 'prospect', ['staff_id', 'state'], unique=False)
    op.create_table('prospect_event',
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('prospect_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('by_user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['prospect_id'], ['prospect.prospect_id'], name=op.f('fk_prospect_event_prospect_id')),
    sa.PrimaryKeyConstraint('event_id', name=op.f('pk_prospect_event')),
    sa.UniqueConstraint('prospect_id', 'sequence', name=op.f('uq_prospect_event_prospect_id_sequence')),
    sqlite_strict=True
    )
