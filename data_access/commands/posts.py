"""Name the persons of the posts and record delegations (R-14, R-29, R-38, R-39); open approvals follow at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, case, insert, or_, select, update

from data_access.actor import ActingUser, Actor, NotAllowed
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require, require_word
from data_access.database import Database
from data_access.reads.type_rules import read_type_names
from data_access.register.candidates import hand_on_open_steps, read_candidates
from data_access.register.numbers import next_id
from data_access.tables import app_user, delegation, org_unit, post_holder
from domain.approvals import NAMED_POSTS, POST_ROLES
from domain.decision import Reason
from domain.posts import Handing, PostPerson, decide_delegation, decide_post_holder
from domain.register_words import Post
from domain.words import RelationshipType, Role, UnitKind, codes

NAMING_ROLES = (Role.HQ, Role.BRANCH_HEAD)
"""Roles that name persons for posts: heads for their branch company."""
DELEGATING_ROLES = (Role.HQ, *POST_ROLES)
"""Roles that record delegations: their own; heads and headquarters also those of others."""


@dataclass(frozen=True)
class _Place:
    """A branch company or an office of it, with its branch company."""

    unit_id: int
    unit_code: str
    branch_id: int
    branch_path: str


def name_post_holder(
    db: Database, *, actor: Actor, post: str, unit_code: str, username: str, valid_from: date,
    relation_type: str = "", request_id: str,
) -> int:  # fmt: skip
    """Name a person for a post from a day on and return the entry's id; whoever held it ends on that day.

    ``unit_code``: a branch company or an office; ``relation_type``: only for approvals of that type, '' for all.
    Undecided steps go to the new person. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    require_word("post", post, Post)

    def act(connection: Connection, user: ActingUser) -> int:
        if relation_type and relation_type not in {*codes(RelationshipType), *read_type_names(connection)}:
            raise Refused(Reason("post.type", {"value": relation_type}))
        place = _place(connection, user, unit_code)
        person, user_id = _person(connection, place, username, valid_from)
        require(decide_post_holder(post, person, valid_from=valid_from, today=business_date()))
        _end(connection, post, place.unit_id, relation_type, valid_from)
        key = next_id(connection, post_holder)
        connection.execute(insert(post_holder).values(
            post_holder_id=key, post=post, unit_id=place.unit_id, type=relation_type, user_id=user_id,
            valid_from=valid_from, named_by=user.user_id, named_at=now(),
        ))  # fmt: skip
        steps = hand_on_open_steps(connection, [place.branch_id])
        _log(connection, user, "post.name", place.unit_code,
             {"post": post, "type": relation_type, "user_id": user_id, "from": valid_from.isoformat(),
              "approvals": steps})  # fmt: skip
        return key

    return _once(db, actor, request_id, "post.name", NAMING_ROLES, act)


def end_post(
    db: Database, *, actor: Actor, post: str, unit_code: str, on: date, relation_type: str = "", request_id: str
) -> int:
    """End who holds a post on a day, without a successor; returns how many entries ended."""

    def act(connection: Connection, user: ActingUser) -> int:
        place = _place(connection, user, unit_code)
        if on < business_date():
            raise Refused(Reason("post.past", {"on": on.isoformat()}))
        ended = _end(connection, post, place.unit_id, relation_type, on)
        if not ended:
            raise Refused(Reason("post.not_held"))
        hand_on_open_steps(connection, [place.branch_id])
        _log(connection, user, "post.end", place.unit_code, {"post": post, "type": relation_type, "on": on.isoformat()})
        return ended

    return _once(db, actor, request_id, "post.end", NAMING_ROLES, act)


def record_delegation(
    db: Database, *, actor: Actor, post: str, unit_code: str, to_username: str, valid_from: date, valid_to: date,
    from_username: str = "", request_id: str,
) -> int:  # fmt: skip
    """Record that a person decides for a post's holder on some days, both included; returns the delegation's id.

    ``from_username`` '' is the acting user; only heads and headquarters record for others. Raises ``Refused``.
    """
    require_word("post", post, Post)

    def act(connection: Connection, user: ActingUser) -> int:
        place = _place(connection, user, unit_code)
        holder, from_user = _person(connection, place, from_username or user.username, valid_from)
        if from_user != user.user_id and user.role not in NAMING_ROLES:
            raise NotAllowed(user.role)
        delegate, to_user = _person(connection, place, to_username, valid_from)
        handing = Handing(from_user, to_user, valid_from, valid_to)
        require(decide_delegation(post, holder, delegate, handing, _handings(connection, post), today=business_date()))
        key = next_id(connection, delegation)
        connection.execute(insert(delegation).values(
            delegation_id=key, from_user_id=handing.from_user, to_user_id=handing.to_user, post=post,
            unit_id=place.unit_id, valid_from=valid_from, valid_to=valid_to, recorded_by=user.user_id,
            recorded_at=now(),
        ))  # fmt: skip
        steps = hand_on_open_steps(connection, [place.branch_id])
        _log(connection, user, "delegation.record", place.unit_code,
             {"post": post, "from": handing.from_user, "to": handing.to_user, "days": [str(valid_from), str(valid_to)],
              "approvals": steps})  # fmt: skip
        return key

    return _once(db, actor, request_id, "delegation.record", DELEGATING_ROLES, act)


def end_delegation(db: Database, *, actor: Actor, delegation_id: int, request_id: str) -> int:
    """End a delegation now: its giver, or a head or headquarters above; returns its id."""

    def act(connection: Connection, user: ActingUser) -> int:
        found = connection.execute(
            select(delegation, org_unit.c.unit_code).join(org_unit, org_unit.c.unit_id == delegation.c.unit_id)
            .where(delegation.c.delegation_id == delegation_id, delegation.c.ended_at.is_(None))
            .with_for_update(of=delegation)
        ).first()  # fmt: skip
        above = user.role in NAMING_ROLES and found is not None and _reaches(user, found.unit_id)
        if found is None or not (above or found.from_user_id == user.user_id):
            raise Refused(Reason("delegation.not_found"))
        connection.execute(update(delegation).where(delegation.c.delegation_id == delegation_id)
                           .values(ended_at=now()))  # fmt: skip
        hand_on_open_steps(connection)
        _log(connection, user, "delegation.end", found.unit_code,
             {"post": found.post, "from": found.from_user_id, "to": found.to_user_id})  # fmt: skip
        return delegation_id

    return _once(db, actor, request_id, "delegation.end", DELEGATING_ROLES, act)


def _once(db: Database, actor: Actor, request_id: str, kind: str, roles: tuple[Role, ...],
          act: Callable[[Connection, ActingUser], int]) -> int:  # fmt: skip
    def work(connection: Connection) -> int:
        user = acting_as(connection, actor, *roles)
        if user.user_id is None:
            raise NotAllowed("operator")
        before = claim_request(connection, request_id, kind, user)
        if before is not None:
            return int(before)
        result = act(connection, user)
        keep_result(connection, request_id, result)
        return result

    return db.transact(work)


def _reaches(user: ActingUser, unit_id: int) -> bool:
    return user.scope.everything or unit_id in user.scope.unit_ids


def _place(connection: Connection, user: ActingUser, unit_code: str) -> _Place:
    """Return a branch company or an office inside the reach; raises ``Refused``."""
    row = connection.execute(select(org_unit).where(org_unit.c.unit_code == unit_code.strip())).first()
    if row is None or not _reaches(user, row.unit_id):
        raise Refused(Reason("post.place"))
    branch = row if row.kind == UnitKind.BRANCH else connection.execute(
        select(org_unit).where(org_unit.c.unit_id == row.parent_id)).first()  # fmt: skip
    if branch is None or branch.kind != UnitKind.BRANCH:
        raise Refused(Reason("post.place"))
    return _Place(row.unit_id, row.unit_code, branch.unit_id, branch.path)


def _person(connection: Connection, place: _Place, username: str, on: date) -> tuple[PostPerson, int]:
    """Return an account as the rules of posts see it, and its id; raises ``Refused`` when there is none."""
    row = connection.execute(
        select(app_user.c.user_id, app_user.c.username, app_user.c.role, app_user.c.disabled_at, org_unit.c.path)
        .outerjoin(org_unit, org_unit.c.unit_id == app_user.c.unit_id)
        .where(app_user.c.username == username.strip())
    ).first()  # fmt: skip
    if row is None:
        raise Refused(Reason("post.person", {"username": username.strip()}))
    held = frozenset(post.value for post in Post if post is not Post.HEADQUARTERS and _holds(
        connection, row.user_id, post, place, on))  # fmt: skip
    belongs = row.path is not None and row.path.startswith(place.branch_path)
    return PostPerson(row.username, row.role, row.disabled_at is None, belongs, held), int(row.user_id)


def _holds(connection: Connection, user_id: int, post: Post, place: _Place, on: date) -> bool:
    """Tell whether a user holds a post of a place in their own right on a day or later."""
    if post in NAMED_POSTS:
        holder = post_holder.c
        named = select(holder.user_id).where(
            holder.post == post.value, holder.unit_id == place.unit_id, holder.user_id == user_id,
            or_(holder.valid_to.is_(None), holder.valid_to > on)).limit(1)  # fmt: skip
        if connection.execute(named).first() is not None:
            return True
    found = read_candidates(connection, post=post.value, unit_id=place.unit_id, on=on).get(user_id)
    return found is not None and found.delegation_id is None


def _end(connection: Connection, post: str, unit_id: int, relation_type: str, on: date) -> int:
    """End the entries of a post at a place on a day; later ones never begin."""
    holder = post_holder.c
    return connection.execute(
        update(post_holder)
        .where(holder.post == post, holder.unit_id == unit_id, holder.type == relation_type,
               or_(holder.valid_to.is_(None), holder.valid_to > on))
        .values(valid_to=case((holder.valid_from > on, holder.valid_from), else_=on))
    ).rowcount  # fmt: skip


def _handings(connection: Connection, post: str) -> list[Handing]:
    row = delegation.c
    found = connection.execute(select(row.from_user_id, row.to_user_id, row.valid_from, row.valid_to)
                               .where(row.post == post, row.ended_at.is_(None)))  # fmt: skip
    return [Handing(*entry) for entry in found]


def _log(connection: Connection, user: ActingUser, action: str, unit_code: str, details: dict[str, Any]) -> None:
    append_audit(connection, action=action, user_id=user.user_id, object_kind="org_unit", object_key=unit_code,
                 details=details)  # fmt: skip
