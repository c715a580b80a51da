"""Files of the Tiers page: segments, moves, the watch list, cells of the measures' comparison, prospects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from data_access.actor import ActingUser
from data_access.clock import business_date
from data_access.database import Database
from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import PAGE_LIMIT, read_clients
from data_access.reads.moves import read_move
from data_access.reads.narrowing import narrow_clients
from data_access.reads.prospects import FAR_DAY, OPEN, PAGE_ROWS, ProspectFilter, read_prospects
from data_access.reads.watch import read_rules_of, read_watch, watch_filter
from domain.months import month_text
from domain.prospects import Need, ProspectGrade, ProspectState, Urgency
from domain.words import ClientKind, Tier, codes
from metrics.errors import QuestionError
from metrics.export.files import Column, Export
from metrics.export.lists import CLIENT_COLUMNS, ListRequest, Params, client_rows, yuan_of
from metrics.tier_measures import PAIRS, MeasureSettings, compare_measures
from metrics.units import COUNT, YUAN

_NAMED = (Column("client_no", "Client number"), Column("name", "Name"), Column("office_code", "Office code"),
          Column("office", "Business office"), Column("client_kind", "Kind", words=ClientKind))  # fmt: skip
_WATCH_COLUMNS = (
    *_NAMED, Column("tier", "Tier held", words=Tier), Column("line_tier", "Falls to", words=Tier),
    Column("value_yuan", "Value, trailing 12 months (yuan)", YUAN), Column("line_yuan", "Line (yuan)", YUAN),
    Column("short_yuan", "Short of the line (yuan)", YUAN), Column("watch_count", "Months below", COUNT),
    Column("watch_months", "Months allowed", COUNT), Column("falls_in", "Falls at the end of"),
    Column("holders", "Holders"),
)  # fmt: skip
_MEASURE_COLUMNS = (
    *_NAMED, Column("end_assets_yuan", "Assets (yuan)", YUAN),
    Column("turnover_yuan", "Turnover, 12 months (yuan)", YUAN),
    Column("value_yuan", "Value, trailing 12 months (yuan)", YUAN), Column("points", "Value points", COUNT),
    Column("holders", "Holders"),
)  # fmt: skip
_PROSPECT_COLUMNS = (
    Column("name", "Name"), Column("client_kind", "Kind", words=ClientKind),
    Column("grade", "Grade", words=ProspectGrade), Column("urgency", "Urgency", words=Urgency),
    Column("act_by", "Act by"), Column("expected_on", "Business expected on"),
    Column("state", "State", words=ProspectState), Column("need", "Need", words=Need),
    Column("office_code", "Office code"), Column("office", "Business office"), Column("staff_no", "Staff number"),
    Column("staff_name", "Staff member"), Column("client_no", "Client number"), Column("note", "Note"),
)  # fmt: skip


def _export_segment(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    kept = ClientFilter(segment=str(params.get("segment") or "-"))
    return request.made("Segments", CLIENT_COLUMNS, client_rows(request, kept), ("clients", "net_income"))


def _export_moves(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    move = read_move(str(params.get("move") or ""))
    if move is None:
        raise QuestionError("Name a move, such as tier.2024-05.A.B.")
    return request.made("Moves", CLIENT_COLUMNS, client_rows(request, ClientFilter(move=move)), ("clients",))


def _export_watch(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    return request.made("Watch list", _WATCH_COLUMNS, _watch_rows(request), ("clients_on_watch",))


def _watch_rows(request: ListRequest) -> Iterator[dict[str, Any]]:
    after = None
    with request.db.reading() as connection:
        rules = read_rules_of(connection, request.generation.builds[request.month])
    kept = watch_filter(rules, falling=request.params.get("which") == "falling", tiers=request.listed("tier"))
    kept = narrow_clients(kept, request.profile)
    while True:
        with request.db.reading() as connection:
            page = read_watch(connection, request.generation, request.month, request.scope, kept, after=after)
        for row in page:
            yield {**row, "value_yuan": yuan_of(row["value_fen"]), "line_yuan": yuan_of(row["line_fen"]),
                   "short_yuan": yuan_of(row["short_fen"]), "falls_in": month_text(row["falls_in"])}  # fmt: skip
        if len(page) < PAGE_LIMIT:
            return
        after = (page[-1]["sort_value"], page[-1]["client_id"])


def _export_measures(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    pair = next((pair for pair in PAIRS if "-".join(pair) == params.get("pair")), PAIRS[0])
    cell = [str(params.get(name) or "") for name in ("first", "second")]
    weights = [int(value) for value in params.get("weights") or () if isinstance(value, int)]
    if not set(cell) <= set(codes(Tier)) or len(weights) not in (0, len(fields(MeasureSettings))):
        raise QuestionError("Name two tiers and all weights.")
    rows = _measure_rows(request, pair, cell, MeasureSettings(*weights))
    return request.made("Value measures", _MEASURE_COLUMNS, rows, ("assets", "turnover"))


def _measure_rows(request: ListRequest, pair: tuple[str, str], cell: list[str],
                  settings: MeasureSettings) -> Iterator[dict[str, Any]]:  # fmt: skip
    with request.db.reading() as connection:
        found = compare_measures(connection, request.generation, request.month, request.scope, settings,
                                 kinds=request.profile.kinds)  # fmt: skip
    places = found.places_of(pair, *cell)
    for start in range(0, len(places), PAGE_LIMIT):
        known = {int(found.client_ids[place]): place for place in places[start : start + PAGE_LIMIT]}
        with request.db.reading() as connection:
            page = read_clients(connection, request.generation, request.month, request.scope,
                                ClientFilter(client_ids=tuple(known)), order="assets")  # fmt: skip
        for row in page:
            place = known[row["client_id"]]
            yield {**row, "end_assets_yuan": yuan_of(row["end_assets_fen"]), "value_yuan": yuan_of(row["value_fen"]),
                   "turnover_yuan": yuan_of(int(found.turnover_fen[place])),
                   "points": int(found.points[place])}  # fmt: skip


def _export_prospects(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    return request.made("Prospects", _PROSPECT_COLUMNS, _prospect_rows(request), ())


def _prospect_rows(request: ListRequest) -> Iterator[dict[str, Any]]:
    kept = ProspectFilter(str(request.params.get("part") or OPEN), request.listed("grade"), request.listed("urgency"),
                          request.profile.kinds)  # fmt: skip
    after = None
    while True:
        with request.db.reading() as connection:
            page = read_prospects(connection, request.scope, business_date(), kept, after=after)
        yield from (vars(row) for row in page)
        if len(page) < PAGE_ROWS:
            return
        after = (page[-1].act_by or FAR_DAY, page[-1].prospect_id)


EXPORTERS = {
    "segment_list": _export_segment,
    "move_list": _export_moves,
    "watch_list": _export_watch,
    "measure_list": _export_measures,
    "prospects": _export_prospects,
}
"""Kind of list -> writer of its file; the rows are those inside the user's reach."""
