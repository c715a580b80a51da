"""Facts that decide assigned relationships: client, tier and mark, and who may end what it has (R-38 to R-40)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, or_, select

from data_access.actor import ActingUser
from data_access.reads.holders import read_branches
from data_access.register.candidates import read_candidates
from data_access.register.confirm import read_standing
from data_access.register.core_facts import read_days_away
from data_access.scope import clients_in
from data_access.tables import (
    client,
    client_status,
    generation,
    generation_month,
    important_client,
    relationship,
)
from domain.assigned import AssignedClient
from domain.register_words import Post
from domain.relationship_types import TypeRule
from domain.words import RelationshipState


@dataclass(frozen=True)
class FoundClient:
    """A client inside the reach: its id, place, and what the rules ask about it."""

    client_id: int
    office_id: int
    branch_id: int | None
    facts: AssignedClient


def read_assigned_client(connection: Connection, user: ActingUser, client_no: str, type_code: str,
                         on: date) -> FoundClient | None:  # fmt: skip
    """Return a client inside the reach as the rules see it for a relationship of a type from a day on."""
    row = connection.execute(
        select(client.c.client_id, client.c.client_no, client.c.office_id)
        .where(client.c.client_no == client_no, clients_in(user.scope, client.c.client_id, client.c.office_id))
    ).first()  # fmt: skip
    if row is None:
        return None
    link = relationship.c
    pending = connection.execute(
        select(link.relationship_no).where(link.client_id == row.client_id, link.type == type_code,
                                           link.state == RelationshipState.PENDING.value).limit(1)
    ).scalar()  # fmt: skip
    is_marked = read_mark(connection, row.client_id, on) is not None
    facts = AssignedClient(
        row.client_no, closed_on=read_days_away(connection, [row.client_id], on).get(row.client_id),
        tier=read_newest_tier(connection, row.client_id), is_marked=is_marked,
        standing=read_standing(connection, row.client_id, on_day=on), pending_no=pending)  # fmt: skip
    return FoundClient(row.client_id, row.office_id, read_branches(connection).get(row.office_id), facts)


def read_newest_tier(connection: Connection, client_id: int) -> str | None:
    """Return the tier of the newest published month; None where the client has none (R-40)."""
    month = generation_month.c
    return connection.execute(
        select(client_status.c.tier)
        .select_from(generation)
        .join(generation_month, and_(month.generation_id == generation.c.generation_id,
                                     month.month == generation.c.last_month))
        .join(client_status, client_status.c.build_id == month.build_id)
        .where(generation.c.is_current, client_status.c.client_id == client_id)
    ).scalar()  # fmt: skip


def read_mark(connection: Connection, client_id: int, on: date) -> int | None:
    """Return the id of the mark that makes a client important on a day."""
    mark = important_client.c
    return connection.execute(
        select(mark.mark_id).where(mark.client_id == client_id, mark.valid_from <= on,
                                   or_(mark.valid_to.is_(None), mark.valid_to > on))
    ).scalar()  # fmt: skip


def read_posts(connection: Connection, user: ActingUser, rule: TypeRule, branch_id: int | None, office_id: int,
               on: date) -> set[str]:  # fmt: skip
    """Return the posts that end relationships of a type and that a user fills today for a client's branch company."""
    if user.user_id is None:
        return set()
    return {
        post for post in rule.released_by if post in set(Post)
        and user.user_id in read_candidates(connection, post=post, unit_id=branch_id, office_id=office_id,
                                            relation_type=rule.type, on=on)
    }  # fmt: skip
