"""Files of the Lifecycle page: the losses of a period with their reasons, and the churn-warning list."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from data_access.actor import ActingUser
from data_access.database import Database
from data_access.reads.client_lists import PAGE_LIMIT
from data_access.reads.losses import LossFilter, read_losses
from data_access.reads.narrowing import narrow_losses, narrow_warnings
from data_access.reads.periods import PERIODS, period_months
from data_access.reads.warned import WarningFilter, read_warned
from domain.months import month_text
from domain.words import ClientKind, LossReason, Tier
from metrics.errors import QuestionError
from metrics.export.files import Column, Export
from metrics.export.lists import ListRequest, Params, yuan_of
from metrics.language import translator
from metrics.units import COUNT, YUAN
from metrics.warning.reasons import WARNING_REASONS, reason_codes, reason_number

_NAMED = (Column("client_no", "Client number"), Column("name", "Name"), Column("office_code", "Office code"),
          Column("office", "Business office"), Column("client_kind", "Kind", words=ClientKind))  # fmt: skip
_LOSS_COLUMNS = (
    *_NAMED, Column("lost_on", "Lost on"), Column("reason", "Loss reason", words=LossReason), Column("note", "Note"),
    Column("tier_then", "Tier before", words=Tier),
    Column("income_before_yuan", "Net income, 12 months before (yuan)", YUAN),
    Column("assets_before_yuan", "Assets the month before (yuan)", YUAN), Column("returned_on", "Back on"),
    Column("holders", "Holders"),
)  # fmt: skip
_WARNED_COLUMNS = (
    *_NAMED, Column("tier", "Tier", words=Tier), Column("points", "Points", COUNT), Column("why", "Reasons"),
    Column("value_yuan", "Value, trailing 12 months (yuan)", YUAN), Column("end_assets_yuan", "Assets (yuan)", YUAN),
    Column("last_trade", "Last trade"), Column("holders", "Holders"),
)  # fmt: skip


def _export_losses(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    keys = ("lost_clients", "lost_assets_before", "lost_income_before", "loss_reason_filled")
    return request.made("Losses", _LOSS_COLUMNS, _loss_rows(request), keys)


def _loss_rows(request: ListRequest) -> Iterator[dict[str, Any]]:
    """Yield the losses page by page; codes that are not known keep nothing, as on the page."""
    period = str(request.params.get("period") or "12m")
    if period not in PERIODS:
        raise QuestionError(f"Unknown period {period!r}; allowed are {', '.join(PERIODS)}.")
    months = period_months(request.generation, request.month, period)
    back, which = request.params.get("back"), request.params.get("reason")
    kept = LossFilter(request.listed("why"), {"with": True, "without": False}.get(str(which)),
                      {"yes": True, "no": False}.get(str(back)), request.listed("tier_before"),
                      request.listed("kind"))  # fmt: skip
    kept = narrow_losses(kept, request.profile)
    after = None
    while True:
        with request.db.reading() as connection:
            page = read_losses(connection, request.generation, months, request.scope, kept, after=after)
        for row in page:
            yield {**row, "income_before_yuan": yuan_of(row["income_before_fen"]),
                   "assets_before_yuan": yuan_of(row["assets_before_fen"])}  # fmt: skip
        if len(page) < PAGE_LIMIT:
            return
        after = (page[-1]["sort_value"], page[-1]["client_id"])


def _export_warnings(db: Database, user: ActingUser, params: Params) -> Export:
    request = ListRequest(db, user, params)
    return request.made("Warnings", _WARNED_COLUMNS, _warned_rows(request), ("warned_clients",))


def _warned_rows(request: ListRequest) -> Iterator[dict[str, Any]]:
    translate = translator(request.language)
    reasons = tuple(reason_number(code) for code in request.listed("why") if code in WARNING_REASONS)
    kept = WarningFilter(request.listed("tier"), request.listed("kind"), request.listed("office"), reasons)
    kept = narrow_warnings(kept, request.profile)
    after = None
    while True:
        with request.db.reading() as connection:
            page = read_warned(connection, request.generation, request.month, request.scope, kept, after=after)
        for row in page:
            last = row["last_trade_month"]
            why = " · ".join(translate(WARNING_REASONS[code]) for code in reason_codes(row["reasons"]))
            yield {**row, "why": why, "value_yuan": yuan_of(row["value_fen"]),
                   "end_assets_yuan": yuan_of(row["end_assets_fen"]),
                   "last_trade": month_text(last) if last else None}  # fmt: skip
        if len(page) < PAGE_LIMIT:
            return
        after = (page[-1]["sort_value"], page[-1]["client_id"])


EXPORTERS = {"losses": _export_losses, "warnings": _export_warnings}
"""Kind of list -> writer of its file; the rows are those inside the user's reach."""
