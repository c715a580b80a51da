"""Lists of approvals for the screens: the queue of a reader, open and closed ones of the reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, literal, select, tuple_

from data_access.actor import ActingUser
from data_access.clock import business_date, now
from data_access.register.candidates import Candidate, read_candidates
from data_access.register.visible_chains import chains_for
from data_access.tables import (
    approval_candidate,
    approval_chain,
    approval_step,
    client,
    org_unit,
)
from domain.approvals import OPEN_CHAIN_STATES
from domain.identity import mask_name
from domain.register_words import ChainState
from domain.words import Word

PAGE_ROWS = 100


class ChainView(Word):
    """Which approvals a list holds."""

    MINE = "mine", "My queue"
    OPEN = "open", "All open"
    CLOSED = "closed", "Decided or withdrawn"


@dataclass(frozen=True)
class ChainFilter:
    """Which approvals: those of a view, of some kinds (all when empty)."""

    view: str = ChainView.OPEN.value
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChainRow:
    """An approval on a list. ``posts``: those that are to decide now; ``waiting_since``: when it became their turn."""

    chain_id: int
    chain_no: str
    kind: str
    type: str | None
    state: str
    level: int
    last_level: int
    posts: tuple[str, ...]
    client_no: str | None
    client_name: str | None
    branch_name: str | None
    submitted_at: datetime
    waiting_since: datetime
    closed_at: datetime | None

    @property
    def waiting_days(self) -> int:
        """Days since the present level waits; of a closed approval, from its submission to its end."""
        if self.closed_at is not None:
            return (self.closed_at - self.submitted_at).days
        return (now() - self.waiting_since).days


def read_chains(connection: Connection, user: ActingUser, asked: ChainFilter, *,
                after: tuple[datetime, int] | None = None) -> list[ChainRow]:  # fmt: skip
    """Return one page of approvals that the user may see: open ones by how long they wait, closed ones newest first.

    ``after``: the moment and id of the last row of the page before.
    """
    chain = approval_chain.c
    wanted = _wanted(connection, user, asked)
    is_closed = asked.view == ChainView.CLOSED
    moment = chain.closed_at if is_closed else chain.level_since
    if after is not None:
        place = tuple_(moment, chain.chain_id)
        start = tuple_(literal(after[0], moment.type), literal(after[1], chain.chain_id.type))
        wanted.append(place < start if is_closed else place > start)
    order = (moment.desc(), chain.chain_id.desc()) if is_closed else (moment, chain.chain_id)
    rows = connection.execute(chain_facts().where(*wanted).order_by(*order).limit(PAGE_ROWS)).all()
    return chain_rows(connection, user, rows)


def count_chains(connection: Connection, user: ActingUser, asked: ChainFilter) -> int:
    """Return how many approvals a list holds."""
    count = select(func.count()).select_from(approval_chain).where(*_wanted(connection, user, asked))
    return int(connection.execute(count).scalar_one())


def _wanted(connection: Connection, user: ActingUser, asked: ChainFilter) -> list[ColumnElement[bool]]:
    chain = approval_chain.c
    wanted: list[ColumnElement[bool]] = [chains_for(user)]
    open_states = [state.value for state in OPEN_CHAIN_STATES]
    if asked.view == ChainView.MINE:
        wanted.append(chain.chain_id.in_(_waiting_for(connection, user)))
    elif asked.view == ChainView.CLOSED:
        wanted.append(chain.state.not_in(open_states))
    else:
        wanted.append(chain.state.in_(open_states))
    if asked.kinds:
        wanted.append(chain.kind.in_(asked.kinds))
    return wanted


def count_waiting(connection: Connection, user: ActingUser) -> int:
    """Return how many approvals wait for the user's decision."""
    return len(_waiting_for(connection, user))


def _waiting_for(connection: Connection, user: ActingUser) -> list[int]:
    """Return the ids of the approvals whose present level a user may decide today, as far as the posts go."""
    chain, step, candidate = approval_chain.c, approval_step.c, approval_candidate.c
    rows = connection.execute(
        select(chain.chain_id, chain.office_id, chain.type, step.post, step.unit_id)
        .join(approval_step, and_(step.chain_id == chain.chain_id, step.level == chain.level,
                                  step.round == chain.round, step.decision.is_(None)))
        .join(approval_candidate, and_(candidate.chain_id == chain.chain_id, candidate.position == step.position))
        .where(chain.state == ChainState.RUNNING.value, candidate.user_id == user.user_id)
    ).all()  # fmt: skip
    today, known = business_date(), dict[tuple[Any, ...], Mapping[int, Candidate]]()
    found = set()
    for row in rows:
        place = (row.post, row.unit_id, row.office_id, row.type)
        if place not in known:
            known[place] = read_candidates(connection, post=row.post, unit_id=row.unit_id, office_id=row.office_id,
                                           relation_type=row.type, on=today)  # fmt: skip
        if user.user_id in known[place]:
            found.add(int(row.chain_id))
    return sorted(found)


def chain_facts() -> Any:
    """Return the statement of approvals with client, branch company and number of levels."""
    chain = approval_chain.c
    last = (
        select(func.max(approval_step.c.level)).where(approval_step.c.chain_id == chain.chain_id)
        .correlate(approval_chain).scalar_subquery()
    )  # fmt: skip
    return (
        select(approval_chain, client.c.client_no, client.c.name.label("client_name"),
               org_unit.c.name.label("branch_name"), last.label("last_level"))
        .outerjoin(client, client.c.client_id == chain.client_id)
        .outerjoin(org_unit, org_unit.c.unit_id == chain.branch_id)
    )  # fmt: skip


def chain_rows(connection: Connection, user: ActingUser, rows: Sequence[Row[Any]]) -> list[ChainRow]:
    """Build the rows of a list; the client's name as the reader may see it."""
    step = approval_step.c
    now_due: dict[int, list[str]] = {}
    due = connection.execute(
        select(step.chain_id, step.post).join(approval_chain, approval_chain.c.chain_id == step.chain_id)
        .where(step.chain_id.in_([row.chain_id for row in rows]), step.round == approval_chain.c.round,
               step.level == approval_chain.c.level, step.decision.is_(None))
        .order_by(step.position)
    )  # fmt: skip
    for entry in due:
        now_due.setdefault(entry.chain_id, []).append(entry.post)
    open_states = [state.value for state in OPEN_CHAIN_STATES]
    return [
        ChainRow(
            row.chain_id, row.chain_no, row.kind, row.type, row.state, row.level, row.last_level,
            tuple(dict.fromkeys(now_due.get(row.chain_id, ()))) if row.state in open_states else (), row.client_no,
            mask_name(row.client_name) if row.client_name and user.scope.masks_names else row.client_name,
            row.branch_name, row.submitted_at, row.level_since, row.closed_at,
        )
        for row in rows
    ]  # fmt: skip
