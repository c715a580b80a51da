"""Saved views: the reader's own and those that others share, page by page."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select

from data_access.actor import ActingUser
from data_access.tables import app_user, saved_view

PAGE_VIEWS = 50


@dataclass(frozen=True)
class SavedView:
    """One view: codes only. ``owner`` is the display name, ``is_own`` whether the reader may change it."""

    view_id: int
    kind: str
    name: str
    body: dict[str, list[str]]
    is_shared: bool
    is_own: bool
    owner: str
    version: int


def read_own_views(connection: Connection, user: ActingUser, kind: str, *, after: str = "",
                   limit: int = PAGE_VIEWS) -> list[SavedView]:  # fmt: skip
    """Return one page of the reader's own views by name; ``after`` is the last name of the page before."""
    view = saved_view.c
    wanted = [view.owner_id == (user.user_id or 0), view.kind == kind]
    if after:
        wanted.append(view.name > after)
    return _views(connection, user, and_(*wanted), view.name.asc(), limit)


def read_shared_views(connection: Connection, user: ActingUser, kind: str, *, before: int | None = None,
                      limit: int = PAGE_VIEWS) -> list[SavedView]:  # fmt: skip
    """Return one page of what others share, the newest first; ``before`` is the last id of the page before."""
    view = saved_view.c
    wanted = [view.is_shared, view.kind == kind, view.owner_id != (user.user_id or 0)]
    if before is not None:
        wanted.append(view.view_id < before)
    return _views(connection, user, and_(*wanted), view.view_id.desc(), limit)


def read_view(connection: Connection, user: ActingUser, view_id: int, kind: str) -> SavedView | None:
    """Return one view that the reader may open: the own, or a shared one; None otherwise."""
    view = saved_view.c
    mine = or_(view.owner_id == (user.user_id or 0), view.is_shared)
    found = _views(connection, user, and_(view.view_id == view_id, view.kind == kind, mine), view.view_id.asc(), 1)
    return found[0] if found else None


def _views(connection: Connection, user: ActingUser, wanted: ColumnElement[bool], order: Any,
           limit: int) -> list[SavedView]:  # fmt: skip
    view = saved_view.c
    rows = connection.execute(
        select(*saved_view.c, app_user.c.display_name)
        .outerjoin(app_user, app_user.c.user_id == view.owner_id)
        .where(wanted).order_by(order).limit(min(limit, PAGE_VIEWS))
    )  # fmt: skip
    return [SavedView(row.view_id, row.kind, row.name, _body(row.body), bool(row.is_shared),
                      row.owner_id == (user.user_id or 0), row.display_name or "–", row.version)
            for row in rows]  # fmt: skip


def _body(text: str) -> dict[str, list[str]]:
    """Read the codes of a view; whatever is not a list of texts is left out."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {str(name): [value for value in values if isinstance(value, str)]
            for name, values in found.items() if isinstance(values, list)}  # fmt: skip
