"""What arrived between two builds of one month: kinds of import, screens, rule versions, and whom it touched."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from data_access.tables import (
    account_event,
    build,
    client,
    client_month,
    client_version,
    complaint,
    contact_log,
    handled_request,
    import_batch,
    relationship,
    relationship_revision,
)

RELATIONSHIP_KINDS = frozenset(("relationship", "preregistration"))
"""Kinds of import that change who holds whom."""
DATA_KINDS = frozenset(("client_month", "client", "account_event", "staff", "org_unit", "contact", "complaint"))
"""Kinds of import that change what is known of clients, persons and places."""
_CLIENT_KINDS = frozenset(("client_month", "client", "account_event", "contact", "complaint"))


@dataclass(frozen=True)
class Changes:
    """What lies between two builds of a month.

    ``batches``: the newest import each of them knew; ``kinds``: of imports that came between; ``rules``: the two rule
    versions. ``is_traced``: every change names the clients it touched (no import was taken back, none was of persons
    or places).
    """

    batches: tuple[int, int]
    built_at: tuple[datetime, datetime]
    kinds: frozenset[str]
    rules: tuple[int, int]
    has_new_relationships: bool
    has_new_contacts: bool
    is_traced: bool

    @property
    def has_data(self) -> bool:
        """Tell whether facts of clients, persons or places arrived or were corrected."""
        return bool(self.kinds & DATA_KINDS) or self.has_new_contacts

    @property
    def has_relationship(self) -> bool:
        """Tell whether relationships arrived or were corrected."""
        return bool(self.kinds & RELATIONSHIP_KINDS) or self.has_new_relationships

    @property
    def has_rule(self) -> bool:
        """Tell whether the month was built under another rule version."""
        return self.rules[0] != self.rules[1]


def read_changes(connection: Connection, then_build: int, now_build: int) -> Changes:
    """Return what arrived between the two builds of a month."""
    then, now = (connection.execute(select(build).where(build.c.build_id == one)).one()
                 for one in (then_build, now_build))  # fmt: skip
    first, last = then.known_batch_id or 0, now.known_batch_id or 0
    came = import_batch.c.batch_id.between(first + 1, last)
    undone = import_batch.c.rolled_back_at.between(then.built_at, now.built_at) & (import_batch.c.batch_id <= first)
    kinds = frozenset(connection.execute(
        select(import_batch.c.kind).distinct().where(or_(came, undone))).scalars())  # fmt: skip
    was_undone = connection.execute(select(import_batch.c.batch_id).where(undone).limit(1)).first() is not None
    changes = Changes((first, last), (then.built_at, now.built_at), kinds, (then.rule_version, now.rule_version),
                      has_new_relationships=False, has_new_contacts=False,
                      is_traced=not was_undone and kinds & DATA_KINDS <= _CLIENT_KINDS)  # fmt: skip
    has_links = connection.execute(_changed_links(changes).limit(1)).first() is not None
    contacts = connection.execute(_logged_contacts(changes).limit(1)).first() is not None
    return replace(changes, has_new_relationships=has_links, has_new_contacts=contacts)


def _within(changes: Changes, column: ColumnElement[int]) -> ColumnElement[bool]:
    return column.between(changes.batches[0] + 1, changes.batches[1])


def _changed_links(changes: Changes) -> Select[tuple[int]]:
    link, old = relationship.c, relationship_revision.c
    revised = select(old.relationship_id).where(old.superseded_at.between(*changes.built_at))
    return select(link.client_id).where(
        or_(_within(changes, link.batch_id), link.confirmed_at.between(*changes.built_at),
            link.relationship_id.in_(revised))
    )  # fmt: skip


def _logged_contacts(changes: Changes) -> Select[tuple[int]]:
    return (
        select(contact_log.c.client_id)
        .join(handled_request, handled_request.c.request_id == contact_log.c.request_id)
        .where(handled_request.c.at.between(*changes.built_at))
    )


def read_touched_by_data(connection: Connection, changes: Changes, months: Iterable[int]) -> set[str]:
    """Return the numbers of the clients whose own facts arrived or were corrected; monthly rows in ``months``."""
    found: list[Select[tuple[int]]] = []
    if "client_month" in changes.kinds:
        found.append(select(client_month.c.client_id).where(client_month.c.month.in_(list(months)),
                                                            _within(changes, client_month.c.batch_id)))  # fmt: skip
    for kind, tables in (("account_event", (account_event,)), ("client", (client, client_version)),
                         ("contact", (contact_log,)), ("complaint", (complaint,))):  # fmt: skip
        if kind in changes.kinds:
            found += [select(table.c.client_id).where(_within(changes, table.c.batch_id)) for table in tables]
    if changes.has_new_contacts:
        found.append(_logged_contacts(changes))
    return _numbers(connection, found)


def _numbers(connection: Connection, clients: list[Select[tuple[int]]]) -> set[str]:
    return {
        number
        for one in clients
        for number in connection.execute(
            select(client.c.client_no).where(client.c.client_id.in_(one))
        ).scalars()
    }  # fmt: skip
