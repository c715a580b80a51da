"""The migrations give exactly the tables the program expects, on both engines."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Table, UniqueConstraint, inspect, select

from data_access.imports.rollback import WRITTEN
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


WITHOUT_INDEX = {
    "client_month.client_id": "behind the month in the key: both engines skip through the few months",
    "client_month_revision.client_id": "behind the month in its index, as above",
    "prospect.client_id": "some hundred prospects",
}


def test_taking_a_file_back_finds_what_refers_to_its_rows_by_an_index():
    """Without one the database reads the whole table for every row that is deleted."""
    kinds = ("client", "account_event", "relationship", "preregistration", "contact", "complaint")
    loaded = {table.name for kind in kinds for table in WRITTEN[kind]}
    searched = {
        f"{table.name}.{key.parent.name}"
        for table in metadata.tables.values()
        for key in table.foreign_keys
        if key.column.table.name in loaded and key.parent.name not in leading_columns(table)
    }
    assert searched == set(WITHOUT_INDEX)


def leading_columns(table: Table) -> set[str]:
    """The first columns of a table's keys and indexes."""
    unique = [entry for entry in table.constraints if isinstance(entry, UniqueConstraint)]
    keys = [list(entry.columns) for entry in (table.primary_key, *table.indexes, *unique)]
    return {columns[0].name for columns in keys if columns}
