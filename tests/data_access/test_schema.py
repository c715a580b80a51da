"""The migrations give exactly the tables the program expects, on both engines."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select

from data_access.schema import read_revision, upgrade
from data_access.tables import metadata, rule_set


def test_migrated_schema_equals_the_tables(db):
    with db.writing() as connection:
        context = MigrationContext.configure(connection, opts={"target_metadata": metadata, "compare_type": False})
        differences = compare_metadata(context, metadata)
    assert differences == []


def test_upgrade_twice_changes_nothing_and_seeds_the_first_rule_set(db):
    assert upgrade(db) == upgrade(db)
    with db.reading() as connection:
        assert connection.execute(select(rule_set.c.version)).scalars().all() == [1]
        assert read_revision(connection) is not None
        assert set(metadata.tables) <= set(inspect(connection).get_table_names())
