"""R-08: the types of a day come from dated rows; the first ten are those of the rule book."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from sqlalchemy import insert, update

from data_access.database import Database
from data_access.reads.type_rules import read_type_names, read_type_rules, read_type_versions, type_row
from data_access.tables import relationship_type
from domain.relationship_types import FIRST_TYPE_RULES
from domain.words import RelationshipType, codes

NOW = datetime(2024, 6, 1, tzinfo=UTC)


def test_a_fresh_database_has_the_ten_types(db: Database) -> None:
    with db.reading() as connection:
        rules = read_type_rules(connection, date(2024, 7, 1))
    assert tuple(rules) == codes(RelationshipType)
    assert tuple(rules.values()) == FIRST_TYPE_RULES


def test_a_new_type_holds_from_its_day_and_a_closed_one_until_its_day(db: Database) -> None:
    new = replace(FIRST_TYPE_RULES[0], type="night_desk", number=11)
    with db.writing() as connection:
        connection.execute(insert(relationship_type), [type_row(new, valid_from=date(2024, 7, 1), published_at=NOW)])
        connection.execute(update(relationship_type).where(relationship_type.c.type == "repo_development")
                           .values(valid_to=date(2024, 7, 1)))  # fmt: skip
    with db.reading() as connection:
        june, july = (read_type_rules(connection, date(2024, month, day)) for month, day in ((6, 30), (7, 1)))
        versions = read_type_versions(connection)
    assert "night_desk" not in june
    assert "repo_development" in june
    assert "night_desk" in july
    assert "repo_development" not in july
    closed = next(version for version in versions if version.rule.type == "repo_development")
    assert closed.holds_on(date(2024, 6, 30))
    assert not closed.holds_on(date(2024, 7, 1))


def test_a_type_of_the_firms_own_bears_the_name_published_last(db: Database) -> None:
    days = {"": date(2024, 7, 1), "夜间柜台": date(2024, 8, 1), "夜柜": date(2024, 9, 1)}
    with db.writing() as connection:
        connection.execute(insert(relationship_type), [
            type_row(replace(FIRST_TYPE_RULES[0], type="night_desk", number=11, name_zh=name), valid_from=day,
                     published_at=NOW) for name, day in days.items()
        ])  # fmt: skip
    with db.reading() as connection:
        assert read_type_names(connection) == {"night_desk": ("夜柜", "night_desk")}
