"""Who holds which named post, and who decides for whom, inside the reader's reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, or_, select, true

from data_access.actor import ActingUser
from data_access.tables import app_user, delegation, org_unit, post_holder
from domain.approvals import POST_ROLES
from domain.words import UnitKind


@dataclass(frozen=True)
class PostRow:
    """A named person of a post: from a day on, until a day (excluded) or None."""

    post: str
    relation_type: str
    unit_code: str
    unit_name: str
    username: str
    display_name: str
    is_live: bool
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class DelegationRow:
    """A delegation: both days included; ``is_mine``: the reader gave it."""

    delegation_id: int
    post: str
    unit_name: str
    from_name: str
    to_name: str
    valid_from: date
    valid_to: date
    is_ended: bool
    is_mine: bool


@dataclass(frozen=True)
class Deputy:
    """An account that may be named for a post, or decide for its holder."""

    username: str
    display_name: str
    role: str


def read_posts(connection: Connection, user: ActingUser, on: date, *, past: bool = False) -> list[PostRow]:
    """Return the named posts of the reach that hold on a day or begin later; with ``past`` the ended ones too."""
    holder = post_holder.c
    rows = connection.execute(
        select(holder.post, holder.type, org_unit.c.unit_code, org_unit.c.name, app_user.c.username,
               app_user.c.display_name, app_user.c.disabled_at, holder.valid_from, holder.valid_to)
        .join(org_unit, org_unit.c.unit_id == holder.unit_id).join(app_user, app_user.c.user_id == holder.user_id)
        .where(_in_reach(user, holder.unit_id), holder.valid_from.is_distinct_from(holder.valid_to),
               true() if past else or_(holder.valid_to.is_(None), holder.valid_to > on))
        .order_by(org_unit.c.path, holder.post, holder.type, holder.valid_from)
    )  # fmt: skip
    return [PostRow(row.post, row.type, row.unit_code, row.name, row.username, row.display_name,
                    row.disabled_at is None, row.valid_from, row.valid_to) for row in rows]  # fmt: skip


def read_delegations(connection: Connection, user: ActingUser, on: date, *, past: bool = False) -> list[DelegationRow]:
    """Return the delegations of the reach and the reader's own; without ``past`` those that hold or begin later."""
    row, giver, taker = delegation.c, app_user.alias("giver"), app_user.alias("taker")
    theirs = or_(_in_reach(user, row.unit_id), row.from_user_id == user.user_id, row.to_user_id == user.user_id)
    found = connection.execute(
        select(row.delegation_id, row.post, org_unit.c.name, giver.c.display_name.label("giver"),
               taker.c.display_name.label("taker"), row.valid_from, row.valid_to, row.ended_at, row.from_user_id)
        .join(org_unit, org_unit.c.unit_id == row.unit_id)
        .join(giver, giver.c.user_id == row.from_user_id).join(taker, taker.c.user_id == row.to_user_id)
        .where(theirs, true() if past else (row.ended_at.is_(None) & (row.valid_to >= on)))
        .order_by(row.valid_from.desc(), row.delegation_id.desc())
    )  # fmt: skip
    return [DelegationRow(one.delegation_id, one.post, one.name, one.giver, one.taker, one.valid_from, one.valid_to,
                          one.ended_at is not None, one.from_user_id == user.user_id) for one in found]  # fmt: skip


def read_deputies(connection: Connection, user: ActingUser) -> list[Deputy]:
    """Return the accounts of the reach that may hold a post or decide for its holder."""
    rows = connection.execute(
        select(app_user.c.username, app_user.c.display_name, app_user.c.role)
        .where(app_user.c.role.in_([role.value for role in POST_ROLES]), app_user.c.disabled_at.is_(None),
               _in_reach(user, app_user.c.unit_id))
        .order_by(app_user.c.role, app_user.c.display_name)
    )  # fmt: skip
    return [Deputy(*row) for row in rows]


def read_post_places(connection: Connection, user: ActingUser) -> list[tuple[str, str]]:
    """Return (code, name) of the branch companies and offices of the reach, in tree order."""
    kinds = [UnitKind.BRANCH.value, UnitKind.OFFICE.value]
    rows = connection.execute(
        select(org_unit.c.unit_code, org_unit.c.name)
        .where(org_unit.c.kind.in_(kinds), _in_reach(user, org_unit.c.unit_id)).order_by(org_unit.c.path)
    )  # fmt: skip
    return [(row.unit_code, row.name) for row in rows]


def _in_reach(user: ActingUser, unit_id: ColumnElement[int]) -> ColumnElement[bool]:
    if user.scope.everything:
        return true()
    return unit_id.in_(sorted(user.scope.unit_ids | user.scope.office_ids))
