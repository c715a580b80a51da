"""Who may decide a step: holders of named posts, heads by their role, headquarters, and delegates for their days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, insert, or_, select, true

from data_access.clock import business_date
from data_access.tables import app_user, approval_candidate, approval_chain, approval_step, delegation, post_holder
from domain.approvals import DELEGATED_POSTS, NAMED_POSTS, OPEN_CHAIN_STATES
from domain.register_words import Post
from domain.words import Role

_BY_ROLE = {
    Post.FINAL_APPROVAL: Role.BRANCH_HEAD, Post.BRANCH_CONFIRMATION: Role.BRANCH_HEAD,
    Post.OFFICE_HEAD: Role.OFFICE_HEAD,
    # the head names the person and may decide as well
    Post.STOCK_APPROVAL: Role.BRANCH_HEAD, Post.STOCK_RELEASE: Role.BRANCH_HEAD,
}  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """A person who may decide a step; ``principal_id``: the post's holder for whom a delegate acts, else the person."""

    user_id: int
    principal_id: int
    delegation_id: int | None = None


def read_candidates(
    connection: Connection, *, post: str, unit_id: int | None, office_id: int | None = None,
    relation_type: str | None = None, on: date, upcoming: bool = False,
) -> dict[int, Candidate]:  # fmt: skip
    """Return who may decide a step of a post on a day, by user id.

    ``unit_id``: the step's place (branch company; for office heads the office; None for headquarters). A person named
    for the client's office comes before one named for the branch company, one named for the type before one for all
    types. ``upcoming`` adds persons and delegations that begin later.
    """
    if post == Post.HEADQUARTERS:
        rows = connection.execute(select(app_user.c.user_id).where(app_user.c.role == Role.HQ.value, _is_live()))
        return {row.user_id: Candidate(row.user_id, row.user_id) for row in rows}
    holders = _holders(connection, post, unit_id, office_id, relation_type, on, upcoming=upcoming)
    found = {user: Candidate(user, user) for user in holders}
    for row in _delegates(connection, post, holders, [unit_id, office_id], on, upcoming=upcoming):
        found.setdefault(row.to_user_id, Candidate(row.to_user_id, row.from_user_id, row.delegation_id))
    return found


def store_candidates(connection: Connection, chain_id: int, positions: Iterable[int], on: date) -> None:
    """Resolve anew who may decide the steps at these positions of a chain, and keep that."""
    chain = connection.execute(select(approval_chain).where(approval_chain.c.chain_id == chain_id)).one()
    wanted = list(positions)
    kept = approval_candidate.c
    connection.execute(delete(approval_candidate).where(kept.chain_id == chain_id, kept.position.in_(wanted)))
    step = approval_step.c
    rows = []
    for line in connection.execute(select(approval_step).where(step.chain_id == chain_id, step.position.in_(wanted))):
        found = read_candidates(connection, post=line.post, unit_id=line.unit_id, office_id=chain.office_id,
                                relation_type=chain.type, on=on, upcoming=True)  # fmt: skip
        rows += [{"chain_id": chain_id, "position": line.position, "user_id": entry.user_id,
                  "delegation_id": entry.delegation_id} for entry in found.values()]  # fmt: skip
    if rows:
        connection.execute(insert(approval_candidate), rows)


def hand_on_open_steps(connection: Connection, unit_ids: Iterable[int] | None = None) -> int:
    """Resolve anew the undecided steps of open chains: a post or a delegation has changed hands, or somebody left.

    ``unit_ids``: branch companies whose chains are looked at, None for all. Returns the number of chains.
    """
    condition: ColumnElement[bool] = approval_chain.c.state.in_([state.value for state in OPEN_CHAIN_STATES])
    if unit_ids is not None:
        chain, places = approval_chain.c, sorted(set(unit_ids))
        confirming = select(approval_step.c.chain_id).where(approval_step.c.unit_id.in_(places))
        condition = and_(condition, or_(chain.branch_id.in_(places), chain.chain_id.in_(confirming)))
    step, changed = approval_step.c, 0
    for row in connection.execute(select(approval_chain.c.chain_id, approval_chain.c.round).where(condition)
                                  .order_by(approval_chain.c.chain_id).with_for_update()).all():  # fmt: skip
        undecided = connection.execute(
            select(step.position).where(step.chain_id == row.chain_id, step.round == row.round, step.decision.is_(None))
        ).scalars()
        store_candidates(connection, row.chain_id, list(undecided), business_date())
        changed += 1
    return changed


def _is_live() -> ColumnElement[bool]:
    return app_user.c.disabled_at.is_(None)


def _holders(connection: Connection, post: str, unit_id: int | None, office_id: int | None,
             relation_type: str | None, on: date, *, upcoming: bool) -> list[int]:  # fmt: skip
    """Return the users who hold a post in their own right."""
    users: list[int] = []
    if post in NAMED_POSTS:
        users = _named(connection, post, [office_id, unit_id], relation_type, on, upcoming=upcoming)
    if post in _BY_ROLE:
        heads = select(app_user.c.user_id).where(app_user.c.role == _BY_ROLE[Post(post)].value,
                                                 app_user.c.unit_id == unit_id, _is_live())  # fmt: skip
        users += [user for user in connection.execute(heads.order_by(app_user.c.user_id)).scalars()
                  if user not in users]  # fmt: skip
    return users


def _named(connection: Connection, post: str, units: list[int | None], relation_type: str | None,
           on: date, *, upcoming: bool) -> list[int]:  # fmt: skip
    """Return the nearest person named for a post: the office before the branch company, the type before all types."""
    holder = post_holder.c
    rows = connection.execute(
        select(holder.unit_id, holder.type, holder.user_id)
        .join(app_user, app_user.c.user_id == holder.user_id)
        .where(holder.post == post, holder.unit_id.in_([unit for unit in units if unit is not None]),
               holder.type.in_(["", relation_type or ""]), or_(holder.valid_to.is_(None), holder.valid_to > on),
               true() if upcoming else holder.valid_from <= on, holder.valid_from.is_distinct_from(holder.valid_to),
               _is_live())
        .order_by(holder.post_holder_id)
    ).all()  # fmt: skip
    if upcoming:  # which of them is nearest is asked on the day of the decision
        return list(dict.fromkeys(row.user_id for row in rows))
    for unit in units:
        for wanted in dict.fromkeys((relation_type or "", "")):
            found = [row.user_id for row in rows if row.unit_id == unit and row.type == wanted]
            if found:
                return found
    return []


def _delegates(connection: Connection, post: str, holders: list[int], units: list[int | None], on: date, *,
               upcoming: bool) -> Sequence[Row[int, int, int]]:  # fmt: skip
    if post not in DELEGATED_POSTS or not holders:
        return []
    row = delegation.c
    begins = row.valid_to >= on if upcoming else and_(row.valid_from <= on, row.valid_to >= on)
    found = connection.execute(
        select(row.delegation_id, row.from_user_id, row.to_user_id)
        .join(app_user, app_user.c.user_id == row.to_user_id)
        .where(row.from_user_id.in_(holders), row.post == post, row.ended_at.is_(None), begins, _is_live(),
               or_(row.unit_id.is_(None), row.unit_id.in_([unit for unit in units if unit is not None])))
        .order_by(row.valid_from, row.delegation_id)
    )  # fmt: skip
    return found.all()
