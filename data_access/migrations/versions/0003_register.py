"""The register of relationships: matching, approvals with named posts, core lists, documents, conflicts, exits.

The approval tables were never written before this revision and are created anew.
"""

import sqlalchemy as sa
from alembic import op

import data_access.tables.types

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the register's tables and columns."""
    for unused in ("approval_step", "approval_chain", "delegation"):
        op.drop_table(unused)
    op.add_column("relationship", sa.Column("created_by", data_access.tables.types.Id))
    op.add_column("relationship", sa.Column("created_at", data_access.tables.types.UtcDateTime()))
    op.add_column("relationship", sa.Column("event_id", data_access.tables.types.Id))
    op.add_column("relationship", sa.Column("prereg_id", data_access.tables.types.Id))
    op.add_column("relationship", sa.Column("chain_id", data_access.tables.types.Id))
    op.add_column("relationship", sa.Column("released_by", data_access.tables.types.Id))
    op.add_column("relationship", sa.Column("released_at", data_access.tables.types.UtcDateTime()))
    op.add_column("preregistration", sa.Column("route", sa.String(), nullable=False, server_default="ordinary"))
    op.add_column("preregistration", sa.Column("document_kind", sa.String()))
    op.add_column("preregistration", sa.Column("contact_cipher", sa.LargeBinary()))
    op.add_column("preregistration", sa.Column("withdrawn_at", data_access.tables.types.UtcDateTime()))
    op.add_column("preregistration", sa.Column("withdrawn_reason", sa.String()))
    op.add_column("preregistration", sa.Column("exclusive_key", sa.String()))
    op.add_column("preregistration", sa.Column("request_id", sa.String()))
    op.add_column("access_grant", sa.Column("action", sa.String(), nullable=False, server_default="grant"))
    op.add_column("access_grant", sa.Column("reason", sa.String()))
    op.add_column("access_grant", sa.Column("refused_by", data_access.tables.types.Id))
    op.add_column("access_grant", sa.Column("refused_at", data_access.tables.types.UtcDateTime()))
    op.add_column("access_grant", sa.Column("refused_reason", sa.String()))
    op.create_index("uq_preregistration_exclusive_key", "preregistration", ["exclusive_key"], unique=True)
    op.create_index("uq_preregistration_request_id", "preregistration", ["request_id"], unique=True)
    op.create_index("ix_preregistration_share_staff_id", "preregistration_share", ["staff_id"], unique=False)
    op.create_table('approval_chain',
    sa.Column('chain_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('chain_no', sa.String(), nullable=False),
    sa.Column('object_kind', sa.String(), nullable=False),
    sa.Column('object_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('type', sa.String(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('round', sa.Integer(), server_default='1', nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('branch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('office_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.Column('submitted_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('submitted_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('level_since', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('closed_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('chain_id', name=op.f('pk_approval_chain')),
    sa.UniqueConstraint('chain_no', name=op.f('uq_approval_chain_chain_no')),
    sqlite_strict=True
    )
    op.create_index('ix_approval_chain_state', 'approval_chain', ['state'], unique=False)
    op.create_index('uq_approval_chain_running', 'approval_chain', ['object_kind', 'object_id'], unique=True, sqlite_where=sa.text("state IN ('running', 'returned')"), postgresql_where=sa.text("state IN ('running', 'returned')"))
    op.create_table('conflict_item',
    sa.Column('conflict_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('fault_key', sa.String(), nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('relationship_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('details', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('opened_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('resolved_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('resolved_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('resolution', sa.String(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('conflict_id', name=op.f('pk_conflict_item')),
    sa.UniqueConstraint('fault_key', name=op.f('uq_conflict_item_fault_key')),
    sqlite_strict=True
    )
    op.create_index(op.f('ix_conflict_item_client_id'), 'conflict_item', ['client_id'], unique=False)
    op.create_index('ix_conflict_item_state', 'conflict_item', ['state'], unique=False)
    op.create_table('delegation',
    sa.Column('delegation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('from_user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('to_user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post', sa.String(), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=False),
    sa.Column('recorded_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('recorded_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('ended_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=True),
    sa.CheckConstraint('from_user_id <> to_user_id', name=op.f('ck_delegation_other_person')),
    sa.PrimaryKeyConstraint('delegation_id', name=op.f('pk_delegation')),
    sqlite_strict=True
    )
    op.create_table('stored_document',
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('object_kind', sa.String(), nullable=False),
    sa.Column('object_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('file_name', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('size_bytes', sa.Integer(), nullable=False),
    sa.Column('file_hash', sa.String(), nullable=False),
    sa.Column('signed_on', sa.Date(), nullable=True),
    sa.Column('stored_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('stored_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('checked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('checked_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('document_id', name=op.f('pk_stored_document')),
    sqlite_strict=True
    )
    op.create_index('ix_stored_document_object_kind_object_id', 'stored_document', ['object_kind', 'object_id'], unique=False)
    op.create_table('approval_step',
    sa.Column('chain_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('round', sa.Integer(), server_default='1', nullable=False),
    sa.Column('level', sa.Integer(), nullable=False),
    sa.Column('post', sa.String(), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('waiting_since', data_access.tables.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decision', sa.String(), nullable=True),
    sa.Column('decided_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('delegation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('decided_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=True),
    sa.Column('content_hash', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['chain_id'], ['approval_chain.chain_id'], name=op.f('fk_approval_step_chain_id')),
    sa.PrimaryKeyConstraint('chain_id', 'position', name=op.f('pk_approval_step')),
    sqlite_strict=True
    )
    op.create_table('core_list',
    sa.Column('list_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('list_no', sa.String(), nullable=False),
    sa.Column('branch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('month', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('created_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('chain_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['branch_id'], ['org_unit.unit_id'], name=op.f('fk_core_list_branch_id')),
    sa.PrimaryKeyConstraint('list_id', name=op.f('pk_core_list')),
    sa.UniqueConstraint('list_no', name=op.f('uq_core_list_list_no')),
    sqlite_strict=True
    )
    op.create_index('uq_core_list_branch_month', 'core_list', ['branch_id', 'month'], unique=True, sqlite_where=sa.text("state NOT IN ('withdrawn', 'rejected')"), postgresql_where=sa.text("state NOT IN ('withdrawn', 'rejected')"))
    op.create_table('core_list_line',
    sa.Column('line_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('list_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('client_no', sa.String(), nullable=False),
    sa.Column('staff_no', sa.String(), nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('relationship_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('verdict', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['list_id'], ['core_list.list_id'], name=op.f('fk_core_list_line_list_id')),
    sa.PrimaryKeyConstraint('line_id', name=op.f('pk_core_list_line')),
    sa.UniqueConstraint('list_id', 'position', name=op.f('uq_core_list_line_list_id_position')),
    sqlite_strict=True
    )
    op.create_index(op.f('ix_core_list_line_client_id'), 'core_list_line', ['client_id'], unique=False)
    op.create_table('important_client',
    sa.Column('mark_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('marked_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('marked_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.client_id'], name=op.f('fk_important_client_client_id')),
    sa.PrimaryKeyConstraint('mark_id', name=op.f('pk_important_client')),
    sqlite_strict=True
    )
    op.create_index(op.f('ix_important_client_client_id'), 'important_client', ['client_id'], unique=False)
    op.create_table('staff_exit',
    sa.Column('exit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('exit_on', sa.Date(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('closed_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('closed_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['staff_id'], ['staff.staff_id'], name=op.f('fk_staff_exit_staff_id')),
    sa.PrimaryKeyConstraint('exit_id', name=op.f('pk_staff_exit')),
    sa.UniqueConstraint('staff_id', name=op.f('uq_staff_exit_staff_id')),
    sqlite_strict=True
    )
    op.create_table('approval_candidate',
    sa.Column('chain_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('delegation_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.ForeignKeyConstraint(['chain_id'], ['approval_chain.chain_id'], name=op.f('fk_approval_candidate_chain_id')),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.user_id'], name=op.f('fk_approval_candidate_user_id')),
    sa.PrimaryKeyConstraint('chain_id', 'position', 'user_id', name=op.f('pk_approval_candidate')),
    sqlite_strict=True
    )
    op.create_index('ix_approval_candidate_user_id', 'approval_candidate', ['user_id'], unique=False)
    op.create_table('follow_up',
    sa.Column('follow_up_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('relationship_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.Column('result', sa.String(), nullable=False),
    sa.Column('note', sa.String(), nullable=True),
    sa.Column('by_user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('request_id', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['relationship_id'], ['relationship.relationship_id'], name=op.f('fk_follow_up_relationship_id')),
    sa.PrimaryKeyConstraint('follow_up_id', name=op.f('pk_follow_up')),
    sa.UniqueConstraint('request_id', name=op.f('uq_follow_up_request_id')),
    sqlite_strict=True
    )
    op.create_index(op.f('ix_follow_up_relationship_id'), 'follow_up', ['relationship_id'], unique=False)
    op.create_table('post_holder',
    sa.Column('post_holder_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('post', sa.String(), nullable=False),
    sa.Column('unit_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('type', sa.String(), server_default='', nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('named_by', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('named_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['org_unit.unit_id'], name=op.f('fk_post_holder_unit_id')),
    sa.ForeignKeyConstraint(['user_id'], ['app_user.user_id'], name=op.f('fk_post_holder_user_id')),
    sa.PrimaryKeyConstraint('post_holder_id', name=op.f('pk_post_holder')),
    sqlite_strict=True
    )
    op.create_index('ix_post_holder_unit_id_post', 'post_holder', ['unit_id', 'post'], unique=False)
    op.create_table('account_match',
    sa.Column('match_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('business_event', sa.String(), nullable=False),
    sa.Column('client_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('type', sa.String(), nullable=True),
    sa.Column('relationship_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('chain_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('conflict_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('task_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('trace', sa.String(), nullable=False),
    sa.Column('decided_at', data_access.tables.types.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['client_id'], ['client.client_id'], name=op.f('fk_account_match_client_id')),
    sa.ForeignKeyConstraint(['event_id'], ['account_event.event_id'], name=op.f('fk_account_match_event_id')),
    sa.PrimaryKeyConstraint('match_id', name=op.f('pk_account_match')),
    sqlite_strict=True
    )
    op.create_index(op.f('ix_account_match_client_id'), 'account_match', ['client_id'], unique=False)
    op.create_index('ix_account_match_outcome', 'account_match', ['outcome'], unique=False)
    op.create_index('uq_account_match_event_id', 'account_match', ['event_id'], unique=True)
    op.create_index('uq_account_match_task_id', 'account_match', ['task_id'], unique=True, sqlite_where=sa.text('event_id IS NULL'), postgresql_where=sa.text('event_id IS NULL'))
