"""Create or upgrade the schema through the migrations; refuse a schema from the future."""

from __future__ import annotations

import json
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select, text

from data_access.clock import now
from data_access.database import MINIMUM_POSTGRESQL, Database, DatabaseUnavailable
from data_access.reads.type_rules import first_type_rows
from data_access.settings import ROOT
from data_access.tables import relationship_type, rule_set
from domain.policies import FIRST_RULE_SET


def _script() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(ROOT / "data_access" / "migrations"))
    return ScriptDirectory.from_config(config)


def upgrade(db: Database) -> str:
    """Bring the schema to the newest revision in one transaction and return that revision.

    Raises ``DatabaseUnavailable`` when the database is newer than the program or the server too old.
    """
    script = _script()
    head = str(script.get_current_head())
    with db.writing() as connection:
        _require_version(connection)
        current = read_revision(connection)
        if current == head:
            return head
        if current is not None and current not in {entry.revision for entry in script.walk_revisions()}:
            raise DatabaseUnavailable(
                f"The database is at revision {current}, which this program does not know. Install the newer "
                "program that wrote it; a downgrade is not possible."
            )
        config = Config()
        config.set_main_option("script_location", str(ROOT / "data_access" / "migrations"))

        def run(revision: Any, _context: Any) -> Any:
            return script._upgrade_revs(head, revision)  # noqa: SLF001 -- what alembic's own command does

        with EnvironmentContext(config, script, fn=run, destination_rev=head) as environment:
            environment.configure(connection=connection, target_metadata=None, transactional_ddl=False)
            environment.run_migrations()
        seed(connection)
    return head


def seed(connection: Connection) -> None:
    """Write what every installation starts with: the first published rule set and relationship types."""
    if connection.execute(select(rule_set.c.version).limit(1)).first() is None:
        connection.execute(
            insert(rule_set).values(
                version=FIRST_RULE_SET.version,
                state="published",
                valid_from=FIRST_RULE_SET.valid_from,
                body=json.dumps(FIRST_RULE_SET.to_body(), sort_keys=True),
                author_id=None,
                published_at=now(),
            )
        )
    if connection.execute(select(relationship_type.c.type_version_id).limit(1)).first() is None:
        connection.execute(insert(relationship_type), first_type_rows(now()))


def read_revision(connection: Connection) -> str | None:
    """Return the schema revision of the database, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _require_version(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        version = connection.dialect.server_version_info
        if version is not None and int(version[0]) < MINIMUM_POSTGRESQL:
            raise DatabaseUnavailable(f"PostgreSQL {version[0]} is too old; {MINIMUM_POSTGRESQL} or newer is needed.")
