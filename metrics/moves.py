"""Moves of clients between the groups of two month ends: tier, stage or status; and the clients behind a cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from data_access.database import Database, database
from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import PAGE_LIMIT, read_clients
from data_access.reads.flow import Territory
from data_access.reads.generation import Generation
from data_access.reads.moves import DIMENSIONS, ELSEWHERE, LOST, NOT_YET, Move, group_of
from data_access.scope import FIRM, Scope, clients_in
from data_access.tables import client_status
from metrics.between import Between, MonthLike, between
from metrics.errors import QuestionError
from metrics.kept_rows import require_clients
from metrics.move_counts import FILTERS, Pairs, count_moves
from metrics.query import part_shown
from metrics.question import Question, Where, ask
from metrics.sources.parts import among, total
from metrics.terms import MOVE_TERMS

_FILTERS = ("client_kind", "segment", "risk_level", "institution_group")
_BASE = 16
_STORED = {"assets_before": "end_assets_fen", "assets": "end_assets_fen", "value_before": "value_fen",
           "value": "value_fen"}  # fmt: skip


def moves(
    dimension: str,
    *,
    first: MonthLike,
    last: MonthLike,
    unit: str | None = None,
    region: str | None = None,
    where: Where | None = None,
    scope: Scope | None = None,
    known_at: datetime | str | None = None,
    rules: int | None = None,
    db: Database | None = None,
    generation: Generation | int | None = None,
) -> pd.DataFrame:
    """Return how clients moved between the groups of ``tier``, ``stage`` or ``status`` from month to month end.

    One row per pair that occurs: ``origin`` and ``goal`` (codes of the dimension, ``lost``; ``not_yet`` as an origin
    for clients opened since; ``elsewhere`` for clients outside the places or filters asked for at that end), then the
    keys of ``MOVE_TERMS``: ``clients`` as integers, amounts as ``Decimal`` yuan; amounts of an end outside are None.
    Rows of one origin add up to the group at ``first``, rows of one goal to the group at ``last``. ``where`` filters
    by client kind, segment, risk level or institution group. Places, months, reach and errors as in ``client_flow``.
    """
    _require_dimension(dimension)
    with (db or database()).reading() as connection:
        span = between(connection, first=first, last=last, unit=unit, region=region, scope=scope, known_at=known_at,
                       rules=rules, generation=generation)  # fmt: skip
        require_clients(connection, span.generation, (span.builds[span.first], span.builds[span.last]))
        reach = _reach(span.territory, scope or FIRM)
        question = ask(connection, "clients", where=where, scope=reach, generation=span.generation)
        _require_filters(question)
        found = _read_moves(connection, dimension, span, question)
    codes = [*groups(dimension), None]  # None: built before there were such groups
    shown = []
    for pair, row in sorted(found.items()):
        origin, goal = (codes[place] for place in pair)
        outside = {"assets_before": origin in (NOT_YET, ELSEWHERE), "value_before": origin in (NOT_YET, ELSEWHERE),
                   "assets": goal == ELSEWHERE, "value": goal == ELSEWHERE}  # fmt: skip
        shown.append([origin, goal, *(None if outside.get(name) else part_shown(term.unit, int(row[name]))
                                      for name, term in MOVE_TERMS.items())])  # fmt: skip
    return pd.DataFrame(shown, columns=["origin", "goal", *MOVE_TERMS], dtype=object)


def groups(dimension: str) -> list[str]:
    """Return the codes of a dimension's groups and ends in the order in which tables and charts show them."""
    codes = [word.value for word in DIMENSIONS[dimension] if word.value != LOST]
    return [NOT_YET, *codes, LOST, ELSEWHERE]


def _read_moves(connection: Connection, dimension: str, span: Between, question: Question) -> Pairs:
    """Return the sums by pair of places in ``groups``: from the columns of the two months where they tell enough."""
    ends = (span.builds[span.first], span.builds[span.last])
    if question.where.keys() <= FILTERS:
        return count_moves(connection, dimension, groups(dimension), ends, question)
    return {divmod(row["pair"], _BASE): {name: int(row[name]) for name in MOVE_TERMS}
            for row in connection.execute(select_moves(dimension, span, question)).mappings()}  # fmt: skip


def select_moves(dimension: str, span: Between, question: Question) -> Select[Any]:
    """Return the statement: one row per pair of groups, sums in fen; the question gives reach and filters."""
    now, then = client_status.alias("now"), client_status.alias("then")
    here, there = _is_kept(now, question), _is_kept(then, question)
    source = now.outerjoin(then, and_(then.c.build_id == span.builds[span.first], then.c.client_id == now.c.client_id))
    not_yet = (then.c.client_id.is_(None), groups(dimension).index(NOT_YET))
    origin, goal = _place(then, dimension, there, not_yet), _place(now, dimension, here)
    pair = origin * _BASE + goal
    ends = {"assets_before": (then, there), "assets": (now, here), "value_before": (then, there), "value": (now, here)}
    sums = [total(row.c[_STORED[name]] if kept is None else case((kept, row.c[_STORED[name]]))).label(name)
            for name, (row, kept) in ends.items()]  # fmt: skip
    inside = [] if here is None or there is None else [or_(here, and_(then.c.client_id.is_not(None), there))]
    # one number is sorted in half the time that two words take
    columns: list[ColumnElement[Any]] = [pair.label("pair"), func.count().label("clients"), *sums]
    return (
        select(*columns).select_from(source)
        .where(now.c.build_id == span.builds[span.last], *inside).group_by(literal_column("pair"))
        .order_by(literal_column("pair"))
    )  # fmt: skip


def moved_clients(
    dimension: str,
    origin: str,
    goal: str,
    *,
    first: MonthLike,
    last: MonthLike,
    unit: str | None = None,
    region: str | None = None,
    kept: ClientFilter | None = None,
    order: str = "value",
    after: tuple[Any, int] | None = None,
    limit: int = PAGE_LIMIT,
    scope: Scope | None = None,
    db: Database | None = None,
    generation: Generation | int | None = None,
) -> list[dict[str, Any]]:
    """Return one page of the clients behind a cell of ``moves``, in the shape of the client lists.

    They are shown as they stand at ``last``, those who went ``elsewhere`` as they stood at ``first``. ``kept`` adds
    the filters of a list, ``after`` is ``(sort_value, client_id)`` of the last row of the page before. The empty text
    as ``origin`` or ``goal`` is any group. Raises ``QuestionError``.
    """
    _require_dimension(dimension)
    for code in (origin, goal):
        if code and code not in groups(dimension):
            raise QuestionError(f"Unknown {dimension} {code!r}; allowed are {', '.join(groups(dimension))}.")
    with (db or database()).reading() as connection:
        span = between(connection, first=first, last=last, unit=unit, region=region, scope=scope,
                       generation=generation)  # fmt: skip
        require_clients(connection, span.generation, (span.builds[span.first], span.builds[span.last]))
        month, move = list_of(dimension, origin, goal, first=span.first, last=span.last)
        wanted = replace(kept or ClientFilter(), move=move)
        return read_clients(connection, span.generation, month, _reach(span.territory, scope or FIRM), wanted,
                            order=order, after=after, limit=limit)  # fmt: skip


def list_of(dimension: str, origin: str, goal: str, *, first: int, last: int) -> tuple[int, Move]:
    """Return the month and the filter of the list that shows a cell: who went out of reach is listed at the start."""
    if goal == ELSEWHERE:
        return first, Move(dimension, last, origin, goal)
    return last, Move(dimension, first, origin, goal)


def _reach(territory: Territory, scope: Scope) -> Scope:
    """Return the reach cut down to the place asked for."""
    if territory.scope is not None or territory.whole.unit_ids is None:
        return scope
    return Scope(office_ids=territory.whole.unit_ids, masks_names=scope.masks_names)


def _is_kept(row: FromClause, question: Question) -> ColumnElement[bool] | None:
    """Return the condition that a client row counts, None where every one does."""
    filters = [among(row.c[key], values) for key, values in question.where.items()]
    if question.scope.everything and not filters:
        return None
    return and_(clients_in(question.scope, row.c.client_id, row.c.office_id), *filters)


def _place(row: FromClause, dimension: str, kept: ColumnElement[bool] | None,
           *before: tuple[ColumnElement[bool], int]) -> ColumnElement[int]:  # fmt: skip
    """Return the place of a row's group in ``groups``."""
    codes = groups(dimension)
    # the most frequent groups first: a row is compared until one fits
    found = codes[1:-1] if dimension == "status" else codes[-2:0:-1]
    place = case({code: codes.index(code) for code in found}, value=group_of(row.c, dimension), else_=len(codes))
    outside = [] if kept is None else [(not_(func.coalesce(kept, false())), codes.index(ELSEWHERE))]
    whens = [*before, *outside]
    return case(*whens, else_=place) if whens else place


def _require_dimension(dimension: str) -> None:
    if dimension not in DIMENSIONS:
        raise QuestionError(f"Unknown dimension {dimension!r}; moves are told by {', '.join(DIMENSIONS)}.")


def _require_filters(question: Question) -> None:
    for key in question.where:
        if key not in _FILTERS:
            raise QuestionError(f"Moves cannot be filtered by {key}; allowed are {', '.join(_FILTERS)}.")
