"""The list of pre-registrations inside a reach: counts, pages of rows, one record's facts for its form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, or_, select

from data_access.reads.holders import read_branches
from data_access.scope import Scope, clients_in, staff_in
from data_access.tables import client, preregistration, preregistration_share, reactivation_task, staff
from domain.identity import mask_name, normal_text
from domain.register_words import PreregistrationState
from domain.words import OPEN_TASK_STATES, Word

EXPIRING_DAYS = 5
"""A record with this many days left or fewer is shown as expiring (K-60)."""
PAGE_ROWS = 200
_ONE, _OTHER = preregistration.c, preregistration.alias("other")
_MINE, _THEIRS = preregistration_share.alias("mine"), preregistration_share.alias("theirs")


class PreregistrationView(Word):
    """Lists of pre-registrations."""

    VALID = "valid", "Valid"
    EXPIRING = "expiring", "Expiring"
    SEVERAL = "several", "Duplicates"
    EXPIRED = "expired", "Expired"
    MATCHED = "matched", "Matched"
    WITHDRAWN = "withdrawn", "Withdrawn"
    ALL = "all", "All"


_URGENT = frozenset({PreregistrationView.VALID, PreregistrationView.EXPIRING, PreregistrationView.SEVERAL})


@dataclass(frozen=True)
class Holder:
    """One holder of a record: staff number, name, share in basis points."""

    staff_no: str
    name: str
    share_bp: int


@dataclass(frozen=True)
class PreregistrationRow:
    """One record as a list shows it today. ``days_left``: days after today on which it is still valid, None when not.

    ``state`` is ``expired`` for every record whose last day is over. ``several``: somebody else's valid record names
    the same document for the same type.
    """

    prereg_id: int
    prereg_no: str
    version: int
    type: str
    route: str
    client_name: str
    document_kind: str | None
    document_masked: str | None
    contact_masked: str | None
    registered_at: datetime
    expires_on: date
    state: str
    days_left: int | None
    several: bool
    withdrawn_reason: str | None
    task_no: str | None
    holders: tuple[Holder, ...]


def read_preregistrations(
    connection: Connection, scope: Scope, *, on: date, view: str = PreregistrationView.VALID, search: str = "",
    after: tuple[datetime | date, int] | None = None, limit: int = PAGE_ROWS,
) -> list[PreregistrationRow]:  # fmt: skip
    """Return one page of records held inside the reach: valid ones by their last day, all others the newest first.

    ``search`` is part of a client's name, or a record's number. ``after``: (``sort_value``, prereg_id) of the last row
    of the page before. Names are masked for readers of masked names.
    """
    several = _several(on)
    statement = (
        select(preregistration, several.label("several"), reactivation_task.c.task_no)
        .outerjoin(reactivation_task, reactivation_task.c.task_id == _ONE.task_id)
        .where(_inside(scope), _of_view(view, on, several))
    )
    text = search.strip()
    if text and not scope.masks_names:
        pattern = normal_text(text).replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        statement = statement.where(
            or_(func.lower(_ONE.client_name).like(f"%{pattern.lower()}%", escape="\\"), _ONE.prereg_no == text)
        )
    elif text:
        statement = statement.where(_ONE.prereg_no == text)
    by_last_day = view in _URGENT
    column: Any = _ONE.expires_on if by_last_day else _ONE.registered_at
    if after is not None:
        beyond = column > after[0] if by_last_day else column < after[0]
        later = _ONE.prereg_id > after[1] if by_last_day else _ONE.prereg_id < after[1]
        statement = statement.where(or_(beyond, and_(column == after[0], later)))
    order = (column, _ONE.prereg_id) if by_last_day else (column.desc(), _ONE.prereg_id.desc())
    ordered = statement.order_by(*order).limit(min(limit, PAGE_ROWS))
    found = connection.execute(ordered).all()
    holders = _holders(connection, [row.prereg_id for row in found])
    return [_row(row, holders.get(row.prereg_id, ()), on, masks=scope.masks_names) for row in found]


def sort_value(view: str, row: PreregistrationRow) -> datetime | date:
    """Return what the rows of a list are ordered by."""
    return row.expires_on if view in _URGENT else row.registered_at


def count_preregistrations(connection: Connection, scope: Scope, on: date) -> dict[str, int]:
    """Return how many records of the reach each list holds (K-60)."""
    several = _several(on)
    views = [view for view in PreregistrationView if view is not PreregistrationView.ALL]
    row = connection.execute(
        select(*(func.coalesce(func.sum(case((_of_view(view, on, several), 1), else_=0)), 0) for view in views),
               func.count())
        .select_from(preregistration).where(_inside(scope))
    ).one()  # fmt: skip
    return {view.value: int(value) for view, value in zip([*views, PreregistrationView.ALL], row, strict=True)}


@dataclass(frozen=True)
class Subject:
    """The client that a link to the form names: by a client number inside the reach, or by an open task."""

    client_no: str
    client_name: str
    document_kind: str | None
    task_no: str | None = None


def read_subject(
    connection: Connection, scope: Scope, *, staff_id: int | None, client_no: str | None = None,
    task_no: str | None = None,
) -> Subject | None:  # fmt: skip
    """Return the client of a link, None where there is none inside the reach or the open task is not one's own."""
    names = (client.c.client_no, client.c.name, client.c.document_kind)
    inside = clients_in(scope, client.c.client_id, client.c.office_id)
    if task_no:
        task = reactivation_task.c
        row = connection.execute(
            select(*names, task.task_no).join(reactivation_task, task.client_id == client.c.client_id)
            .where(task.task_no == task_no, task.staff_id == staff_id,
                   task.state.in_([state.value for state in OPEN_TASK_STATES]))
        ).first()  # fmt: skip
        return Subject(row.client_no, row.name, row.document_kind, row.task_no) if row else None
    if not client_no:
        return None
    one = connection.execute(select(*names).where(client.c.client_no == client_no, inside)).first()
    return Subject(one.client_no, one.name, one.document_kind) if one else None


@dataclass(frozen=True)
class Colleague:
    """Somebody in service in one's own branch company, with whom a client can be developed together."""

    staff_no: str
    name: str
    category: str


def read_colleagues(connection: Connection, staff_id: int, on: date) -> list[Colleague]:
    """Return the others in service in a person's branch company, by number."""
    branches = read_branches(connection)
    home = connection.execute(select(staff.c.unit_id).where(staff.c.staff_id == staff_id)).scalar()
    own = branches.get(home) if home is not None else None
    if own is None:
        return []
    rows = connection.execute(
        select(staff.c.staff_no, staff.c.name, staff.c.category)
        .where(staff.c.unit_id.in_([unit for unit, branch in branches.items() if branch == own]),
               staff.c.staff_id != staff_id, or_(staff.c.left_on.is_(None), staff.c.left_on >= on))
        .order_by(staff.c.staff_no)
    )  # fmt: skip
    return [Colleague(row.staff_no, row.name, row.category) for row in rows]


def _inside(scope: Scope) -> ColumnElement[bool]:
    share = preregistration_share.c
    return (
        select(share.prereg_id).join(staff, staff.c.staff_id == share.staff_id)
        .where(share.prereg_id == _ONE.prereg_id, staff_in(scope, staff.c.staff_id, staff.c.unit_id))
        .correlate(preregistration).exists()
    )  # fmt: skip


def _is_valid(one: Any, on: date) -> ColumnElement[bool]:
    return and_(one.state == PreregistrationState.ACTIVE.value, one.expires_on >= on)


def _several(on: date) -> ColumnElement[bool]:
    """Whether another valid record of the document and type has a holder or a share that this one has not."""
    shared = (
        exists().where(_MINE.c.prereg_id == _ONE.prereg_id, _MINE.c.staff_id == _THEIRS.c.staff_id,
                       _MINE.c.share_bp == _THEIRS.c.share_bp)
        .correlate(preregistration, _THEIRS)
    )  # fmt: skip
    others = (
        exists().where(_OTHER.c.document_hash == _ONE.document_hash, _OTHER.c.type == _ONE.type,
                       _OTHER.c.prereg_id != _ONE.prereg_id, _is_valid(_OTHER.c, on),
                       _THEIRS.c.prereg_id == _OTHER.c.prereg_id, ~shared)
        .correlate(preregistration)
    )  # fmt: skip
    return and_(_is_valid(_ONE, on), others)


def _of_view(view: str, on: date, several: ColumnElement[bool]) -> ColumnElement[bool]:
    states = PreregistrationState
    valid = _is_valid(_ONE, on)
    if view == PreregistrationView.EXPIRING:
        return and_(valid, _ONE.expires_on <= date.fromordinal(on.toordinal() + EXPIRING_DAYS))
    if view == PreregistrationView.SEVERAL:
        return several
    if view == PreregistrationView.EXPIRED:
        over = and_(_ONE.state == states.ACTIVE.value, _ONE.expires_on < on)
        return or_(over, _ONE.state == states.EXPIRED.value)
    if view in (PreregistrationView.MATCHED, PreregistrationView.WITHDRAWN):
        return _ONE.state == str(view)
    return valid if view == PreregistrationView.VALID else _ONE.prereg_id > 0


def _holders(connection: Connection, prereg_ids: Sequence[int]) -> dict[int, tuple[Holder, ...]]:
    share, found = preregistration_share.c, {}  # type: ignore[var-annotated]
    for row in connection.execute(
        select(share.prereg_id, share.share_bp, staff.c.staff_no, staff.c.name)
        .join(staff, staff.c.staff_id == share.staff_id)
        .where(share.prereg_id.in_(prereg_ids)).order_by(share.prereg_id, staff.c.staff_no)
    ):  # fmt: skip
        found[row.prereg_id] = (*found.get(row.prereg_id, ()), Holder(row.staff_no, row.name, row.share_bp))
    return found


def _row(row: Any, holders: tuple[Holder, ...], on: date, *, masks: bool) -> PreregistrationRow:
    over = row.state == PreregistrationState.ACTIVE and row.expires_on < on
    state = PreregistrationState.EXPIRED.value if over else row.state
    is_valid = state == PreregistrationState.ACTIVE
    return PreregistrationRow(
        prereg_id=row.prereg_id, prereg_no=row.prereg_no, version=row.version, type=row.type, route=row.route,
        client_name=mask_name(row.client_name) if masks else row.client_name, document_kind=row.document_kind,
        document_masked=row.document_masked, contact_masked=row.contact_masked, registered_at=row.registered_at,
        expires_on=row.expires_on, state=state, days_left=(row.expires_on - on).days if is_valid else None,
        several=bool(row.several), withdrawn_reason=None if masks else row.withdrawn_reason, task_no=row.task_no,
        holders=holders)  # fmt: skip
