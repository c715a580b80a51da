"""The relationship types that hold on a day (R-08): what headquarters published, from ``relationship_type``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, or_, select

from data_access.tables import app_user, relationship_type
from domain.relationship_types import FIRST_TYPE_RULES, FIRST_VALID_FROM, TypeRule
from domain.words import RelationshipType, codes


@dataclass(frozen=True)
class TypeVersion:
    """One published version of a type; ``valid_to`` is the first day on which it no longer holds."""

    type_version_id: int | None
    rule: TypeRule
    valid_from: date
    valid_to: date | None
    published_at: datetime | None = None
    published_by: str | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether the version holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def read_type_rules(connection: Connection, on: date) -> dict[str, TypeRule]:
    """Return the types that hold on a day by their code, in the order of their numbers."""
    row = relationship_type.c
    bodies = connection.execute(
        select(row.body)
        .where(row.valid_from <= on, or_(row.valid_to.is_(None), row.valid_to > on))
        .order_by(row.number, row.type)
    ).scalars()
    rules = [TypeRule.from_body(json.loads(body)) for body in bodies]
    return {rule.type: rule for rule in rules}


def read_type_versions(connection: Connection) -> list[TypeVersion]:
    """Return every version ever published, by number, the newest of a type first."""
    row = relationship_type.c
    found = connection.execute(
        select(relationship_type, app_user.c.display_name)
        .outerjoin(app_user, app_user.c.user_id == row.published_by)
        .order_by(row.number, row.type, row.valid_from.desc())
    )
    return [
        TypeVersion(one.type_version_id, TypeRule.from_body(json.loads(one.body)), one.valid_from, one.valid_to,
                    one.published_at, one.display_name)
        for one in found
    ]  # fmt: skip


def read_type_names(connection: Connection) -> dict[str, tuple[str, str]]:
    """Return the Chinese and English names of the types that headquarters added, by code, as last published.

    A type without a name (published before names were asked for) bears its code.
    """
    row = relationship_type.c
    found = connection.execute(
        select(row.type, row.body).where(row.type.not_in(codes(RelationshipType))).order_by(row.valid_from)
    )
    rules = {one.type: TypeRule.from_body(json.loads(one.body)) for one in found}
    return {code: (rule.name_zh or code, rule.name_en or code) for code, rule in rules.items()}


def first_type_rows(published_at: datetime) -> list[dict[str, object]]:
    """Return the rows of the first published types, as ``relationship_type`` stores them."""
    return [type_row(rule, valid_from=FIRST_VALID_FROM, published_at=published_at) for rule in FIRST_TYPE_RULES]


def type_row(
    rule: TypeRule, *, valid_from: date, published_at: datetime, published_by: int | None = None
) -> dict[str, object]:
    """Return one version of a type as ``relationship_type`` stores it."""
    return {"type": rule.type, "number": rule.number, "is_development": rule.is_development,
            "body": json.dumps(rule.as_body(), sort_keys=True, ensure_ascii=False), "valid_from": valid_from,
            "valid_to": None, "published_by": published_by, "published_at": published_at}  # fmt: skip
