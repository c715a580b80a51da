"""Open an approval chain over an object, with its steps, its candidates and the content that approvers decide on.

What the content names is decided on: holders under ``staff_no`` and records under ``prereg_no``, at any depth, are kept
apart from the approvers (four eyes).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused
from data_access.register.candidates import store_candidates
from data_access.register.contents import canonical, complete_content, content_digest
from data_access.register.numbers import next_id
from data_access.tables import approval_chain, approval_step, preregistration, relationship, relationship_share, staff
from domain.approvals import OPEN_CHAIN_STATES
from domain.decision import Reason
from domain.register_words import ChainState, Post
from domain.relationship_types import Levels

RIVALS = "rivals"
"""The key under which content names the records of others that compete for the same client (R-13)."""


@dataclass(frozen=True)
class Parties:
    """Whom four eyes keep from deciding: users who registered the object or a rival of it, staff who would hold it."""

    registered: frozenset[int]
    holders: frozenset[int]
    rivals: frozenset[int] = frozenset()


def open_chain(
    connection: Connection, *, object_kind: str, object_id: int, kind: str,
    type: str | None, levels: Levels,  # noqa: A002 -- the word of the register
    branch_id: int | None, office_id: int | None, client_id: int | None, content: Mapping[str, object],
    submitted_by: int | None, confirming_branches: Sequence[int] = (),
) -> int:  # fmt: skip
    """Open a chain inside the caller's transaction and return its id.

    ``levels``: posts by level; a confirmation by branch companies becomes one step per place of
    ``confirming_branches`` (default: ``branch_id``). ``submitted_by`` None: the matching itself. ``content``: plain
    values that approvers are shown; type, first day and holders of a relationship are added. Candidates are resolved
    as of now. Raises ``Refused`` when the object has an open chain, or when there is nothing to approve or no branch
    company to decide it.
    """
    _require_openable(connection, object_kind, object_id, levels, branch_id)
    moment, body = now(), canonical(complete_content(connection, object_kind, object_id, content))
    chain_id = next_id(connection, approval_chain)
    connection.execute(
        insert(approval_chain).values(
            chain_id=chain_id, chain_no=chain_number(chain_id), object_kind=object_kind, object_id=object_id,
            kind=kind, type=type, state=ChainState.RUNNING.value, round=1, level=1,
            branch_id=branch_id, office_id=office_id, client_id=client_id, content=body,
            content_hash=content_digest(body), submitted_by=submitted_by, submitted_at=moment, level_since=moment,
            version=1,
        )
    )  # fmt: skip
    places = _expanded(levels, branch_id, office_id, confirming_branches)
    steps: list[dict[str, Any]] = [
        {"chain_id": chain_id, "position": position, "round": 1, "level": level, "post": post, "unit_id": unit,
         "waiting_since": moment if level == 1 else None}
        for position, (level, post, unit) in enumerate(places, start=1)
    ]  # fmt: skip
    connection.execute(insert(approval_step), steps)
    store_candidates(connection, chain_id, [step["position"] for step in steps], business_date(moment))
    append_audit(connection, action="approval.open", user_id=submitted_by,
                 operator=None if submitted_by else "matching", object_kind="approval",
                 object_key=chain_number(chain_id),
                 details={"kind": kind, "type": type, "object": object_kind, "object_id": object_id,
                          "steps": len(steps)})  # fmt: skip
    return chain_id


def open_next_round(connection: Connection, chain: Row[Any], content: Mapping[str, object]) -> None:
    """Start a chain again from its first level on content that may have changed; earlier rounds stay readable."""
    moment, body, step = now(), canonical(content), approval_step.c
    old = connection.execute(select(approval_step).where(step.chain_id == chain.chain_id, step.round == chain.round)
                             .order_by(step.position)).all()  # fmt: skip
    last = max(row.position for row in old)
    steps = [{"chain_id": chain.chain_id, "position": last + number, "round": chain.round + 1, "level": row.level,
              "post": row.post, "unit_id": row.unit_id, "waiting_since": moment if row.level == 1 else None}
             for number, row in enumerate(old, start=1)]  # fmt: skip
    connection.execute(insert(approval_step), steps)
    connection.execute(
        update(approval_chain).where(approval_chain.c.chain_id == chain.chain_id)
        .values(state=ChainState.RUNNING.value, round=chain.round + 1, level=1, level_since=moment, content=body,
                content_hash=content_digest(body), version=chain.version + 1)
    )  # fmt: skip
    store_candidates(connection, chain.chain_id, [row["position"] for row in steps], business_date(moment))


def chain_number(chain_id: int) -> str:
    """Return the number under which people know a chain."""
    return f"A{chain_id:08d}"


def read_parties(connection: Connection, chain: Row[Any]) -> Parties:
    """Return who registered a chain's object and who would hold it, as the object and the content name them now."""
    content = json.loads(chain.content)
    staff_nos = {value for key, value in named_in(content) if key == "staff_no"}
    registered = {chain.submitted_by, *_registrants(connection, content)}
    holders = set(connection.execute(select(staff.c.staff_id).where(staff.c.staff_no.in_(staff_nos))).scalars())
    if chain.object_kind == "relationship":
        held, share, record = relationship.c, relationship_share.c, preregistration.c
        row = connection.execute(
            select(held.created_by, record.registered_by)
            .outerjoin(preregistration, record.prereg_id == held.prereg_id)
            .where(held.relationship_id == chain.object_id)
        ).first()  # fmt: skip
        registered |= set(row or ())
        holders |= set(connection.execute(select(share.staff_id)
                                          .where(share.relationship_id == chain.object_id)).scalars())  # fmt: skip
    rivals = _registrants(connection, content.get(RIVALS))
    return Parties(frozenset(user for user in registered if user is not None), frozenset(holders), rivals)


def _registrants(connection: Connection, content: object) -> frozenset[int]:
    """Return the users who entered the pre-registrations that content names."""
    numbers = {value for key, value in named_in(content) if key == "prereg_no"}
    record = preregistration.c
    users = connection.execute(select(record.registered_by).where(record.prereg_no.in_(numbers))).scalars()
    return frozenset(user for user in users if user is not None)


def named_in(content: object) -> Iterator[tuple[str, str]]:
    """Yield every (key, value) pair of a staff member or a pre-registration, at any depth but below the rivals."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key in ("staff_no", "prereg_no") and isinstance(value, str):
                yield key, value
            elif key != RIVALS:
                yield from named_in(value)
    elif isinstance(content, list):
        for entry in content:
            yield from named_in(entry)


def _expanded(levels: Levels, branch_id: int | None, office_id: int | None,
              confirming: Sequence[int]) -> Iterator[tuple[int, str, int | None]]:  # fmt: skip
    """Yield (level, post, place) of every step in order."""
    for level, posts in enumerate(levels, start=1):
        for post in posts:
            if post == Post.BRANCH_CONFIRMATION:
                yield from ((level, post, unit) for unit in dict.fromkeys(confirming or (branch_id,)))
            else:
                yield level, post, {Post.OFFICE_HEAD: office_id, Post.HEADQUARTERS: None}.get(Post(post), branch_id)


def _require_openable(connection: Connection, object_kind: str, object_id: int, levels: Levels,
                      branch_id: int | None) -> None:  # fmt: skip
    if not levels:
        raise Refused(Reason("approval.no_levels"))
    if branch_id is None:
        raise Refused(Reason("approval.no_place"))
    chain = approval_chain.c
    running = connection.execute(
        select(chain.chain_no).where(chain.object_kind == object_kind, chain.object_id == object_id,
                                     chain.state.in_([state.value for state in OPEN_CHAIN_STATES]))
    ).scalar()  # fmt: skip
    if running is not None:
        raise Refused(Reason("approval.open_already", {"chain_no": running}))
