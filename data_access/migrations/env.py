"""Alembic environment: migrations run on the connection that ``data_access.schema`` gives."""
