"""Saved views and scope profiles: kept by their owner, shared with every reader, opened with the opener's own reach.

A view is codes only (which figures, dimensions, filters), never rows or numbers. Only the owner changes it; each
change names the version that was seen, so that two windows cannot overwrite each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.acting import Refused, acting_as, insert_for
from data_access.database import Database
from data_access.tables import saved_view
from domain.decision import Reason
from domain.words import Role

KINDS = ("explore", "profile")
VIEW_ROLES = tuple(role for role in Role if role is not Role.USER_ADMIN)
LONGEST_NAME, LONGEST_BODY, MOST_OWN = 60, 16_000, 2_000
Body = Mapping[str, Sequence[str]]


def save_view(db: Database, *, actor: Actor, kind: str, name: str, body: Body) -> int:
    """Save a view under a name and return its id; raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.

    The name is plain text. A name the owner already uses for this kind is refused.
    """

    def work(connection: Connection) -> int:
        user = acting_as(connection, actor, *VIEW_ROLES)
        if kind not in KINDS:
            raise Refused(Reason("word.unknown", {"value": kind[:40], "field": "kind"}))
        count = len(connection.execute(select(saved_view.c.view_id).where(
            saved_view.c.owner_id == _owner(user), saved_view.c.kind == kind).limit(MOST_OWN)).all())  # fmt: skip
        if count >= MOST_OWN:
            raise Refused(Reason("view.too_many", {"limit": MOST_OWN}))
        key = connection.execute(
            insert_for(connection, saved_view)
            .values(owner_id=_owner(user), kind=kind, name=clean_name(name), body=_stored(body), is_shared=False,
                    created_at=now(), version=1)
            .on_conflict_do_nothing(index_elements=["owner_id", "kind", "name"])
            .returning(saved_view.c.view_id)
        ).scalar()  # fmt: skip
        if key is None:
            raise Refused(Reason("view.name_taken", {"name": clean_name(name)}))
        _audit(connection, user, "view.save", int(key), {"kind": kind})
        return int(key)

    return db.transact(work)


def rename_view(db: Database, *, actor: Actor, view_id: int, version: int, name: str) -> None:
    """Give an own view another name; raises as ``save_view`` and ``Refused`` when it was changed meanwhile."""

    def work(connection: Connection) -> None:
        user, row = _own(connection, actor, view_id, version)
        wanted = clean_name(name)
        taken = connection.execute(select(saved_view.c.view_id).where(
            saved_view.c.owner_id == row.owner_id, saved_view.c.kind == row.kind, saved_view.c.name == wanted,
            saved_view.c.view_id != view_id)).first()  # fmt: skip
        if taken:
            raise Refused(Reason("view.name_taken", {"name": wanted}))
        _change(connection, user, view_id, version, "view.rename", name=wanted)

    db.transact(work)


def replace_view(db: Database, *, actor: Actor, view_id: int, version: int, body: Body) -> None:
    """Put another question into an own view; raises as ``rename_view``."""

    def work(connection: Connection) -> None:
        user, _row = _own(connection, actor, view_id, version)
        _change(connection, user, view_id, version, "view.replace", body=_stored(body))

    db.transact(work)


def share_view(db: Database, *, actor: Actor, view_id: int, version: int, shared: bool) -> None:
    """Offer an own view to every reader, or take it back; raises as ``rename_view``."""

    def work(connection: Connection) -> None:
        user, _row = _own(connection, actor, view_id, version)
        _change(connection, user, view_id, version, "view.share" if shared else "view.unshare", is_shared=shared)

    db.transact(work)


def delete_view(db: Database, *, actor: Actor, view_id: int, version: int) -> None:
    """Delete an own view; raises as ``rename_view``."""

    def work(connection: Connection) -> None:
        user, row = _own(connection, actor, view_id, version)
        connection.execute(delete(saved_view).where(saved_view.c.view_id == view_id,
                                                    saved_view.c.version == version))  # fmt: skip
        _audit(connection, user, "view.delete", view_id, {"kind": row.kind})

    db.transact(work)


def clean_name(name: str) -> str:
    """Return a name as it is kept: one line of plain text; raises ``Refused`` for an empty or a long one."""
    text = " ".join("".join(char if char.isprintable() else " " for char in name).split())
    if not text:
        raise Refused(Reason("view.name_missing"))
    if len(text) > LONGEST_NAME:
        raise Refused(Reason("view.name_long", {"limit": LONGEST_NAME}))
    return text


def _stored(body: Body) -> str:
    plain = {str(name): [str(value) for value in values] for name, values in body.items()}
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True)
    if len(text) > LONGEST_BODY:
        raise Refused(Reason("view.too_large"))
    return text


def _owner(user: ActingUser) -> int:
    """Return whose the view is; the operator of the machine owns none of the users'."""
    return user.user_id or 0


def _own(connection: Connection, actor: Actor, view_id: int, version: int) -> tuple[ActingUser, Any]:
    user = acting_as(connection, actor, *VIEW_ROLES)
    row = connection.execute(
        select(saved_view).where(saved_view.c.view_id == view_id, saved_view.c.owner_id == _owner(user))
        .with_for_update()
    ).first()  # fmt: skip
    if row is None:  # somebody else's, or nobody's: the two read the same
        raise Refused(Reason("view.not_found"))
    if row.version != version:
        raise Refused(Reason("view.changed"))
    return user, row


def _change(connection: Connection, user: ActingUser, view_id: int, version: int, action: str, **values: Any) -> None:
    done = connection.execute(
        update(saved_view).where(saved_view.c.view_id == view_id, saved_view.c.version == version)
        .values(version=version + 1, **values)
    )  # fmt: skip
    if done.rowcount != 1:
        raise Refused(Reason("view.changed"))
    _audit(connection, user, action, view_id, {"version": version + 1})


def _audit(connection: Connection, user: ActingUser, action: str, view_id: int, details: Mapping[str, Any]) -> None:
    append_audit(connection, action=action, user_id=user.user_id, operator=user.operator, object_kind="saved_view",
                 object_key=str(view_id), details=details)  # fmt: skip
