"""The persons of the approvals in every branch company of the demo firm, and two delegations."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection, insert, select

from data_access.clock import business_date, now
from data_access.demo.places import Unit
from data_access.demo.users import PLACES, DemoUser
from data_access.tables import app_user, delegation, post_holder
from data_access.user_accounts import create_user
from domain.register_words import Post
from domain.words import Role, UnitKind

HOME = str(PLACES[Role.BRANCH_HEAD])
"""The branch company whose accounts have passwords."""
SECOND_REVIEWER = "outlet_reviewer"
_NAMED_FROM = date(2015, 1, 1)
_OPENING, _OUTLET = "opening", "outlet"
_POSTS = {
    Post.OPENING_REVIEW: _OPENING, Post.OUTLET_REVIEW: _OUTLET, Post.SPECIAL_REVIEW: _OUTLET,
    Post.STOCK_APPROVAL: _OPENING, Post.STOCK_RELEASE: _OUTLET,
}  # fmt: skip
_TITLES = {_OPENING: "开户审核", _OUTLET: "网点审核"}


def store_posts(connection: Connection, units: list[Unit]) -> DemoUser:
    """Name the reviewers of every branch company and return the account of the home's second reviewer.

    Heads and reviewers of the other branch companies are accounts without a password.
    """
    branches = [unit for unit in units if unit.kind == UnitKind.BRANCH]
    home = next(unit for unit in branches if unit.unit_code == HOME)
    password = create_user(connection, username=SECOND_REVIEWER, display_name=f"{home.name} {_TITLES[_OUTLET]}",
                           role=Role.BRANCH_REVIEWER, unit_id=home.unit_id)  # fmt: skip
    connection.execute(insert(app_user), [
        {"username": username, "display_name": f"{branch.name} {title}", "role": role.value, "unit_id": branch.unit_id,
         "password_hash": None, "must_change_password": True, "access_version": 1, "created_at": now()}
        for branch in branches if branch is not home for username, title, role in _accounts(branch)
    ])  # fmt: skip
    users = {row.username: row.user_id for row in connection.execute(select(app_user.c.username, app_user.c.user_id))}
    connection.execute(insert(post_holder), [
        {"post": post.value, "unit_id": branch.unit_id, "type": "", "user_id": users[_reviewer(branch, which)],
         "valid_from": _NAMED_FROM, "named_by": users[_head(branch)], "named_at": now()}
        for branch in branches for post, which in _POSTS.items()
    ])  # fmt: skip
    today = business_date()
    connection.execute(insert(delegation), [
        {"from_user_id": users[giver], "to_user_id": users[taker], "post": post.value, "unit_id": home.unit_id,
         "valid_from": today + timedelta(days=first), "valid_to": today + timedelta(days=last),
         "recorded_by": users[giver], "recorded_at": now() + timedelta(days=min(first, 0))}
        for giver, taker, post, first, last in (
            (SECOND_REVIEWER, Role.OFFICE_HEAD.value, Post.OUTLET_REVIEW, -40, -33),
            (Role.BRANCH_HEAD.value, SECOND_REVIEWER, Post.FINAL_APPROVAL, 5, 9),
        )
    ])  # fmt: skip
    return DemoUser(SECOND_REVIEWER, Role.BRANCH_REVIEWER.value, home.name, password)


def _accounts(branch: Unit) -> list[tuple[str, str, Role]]:
    reviewers = [(_reviewer(branch, which), title, Role.BRANCH_REVIEWER) for which, title in _TITLES.items()]
    return [(_head(branch), "负责人", Role.BRANCH_HEAD), *reviewers]


def _head(branch: Unit) -> str:
    return Role.BRANCH_HEAD.value if branch.unit_code == HOME else f"head_{branch.unit_code.lower()}"


def _reviewer(branch: Unit, which: str) -> str:
    if branch.unit_code == HOME:
        return Role.BRANCH_REVIEWER.value if which == _OPENING else SECOND_REVIEWER
    return f"{which}_{branch.unit_code.lower()}"
