"""One client's raw facts, and what becomes of them when somebody does what ``why`` says."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import combinations

from domain.exits import Exit, Way
from domain.status import ClientFacts, LifeEvent, MonthFacts, OpeningState, archived_spells, lost_spells, lost_ways

NEW_ACCOUNT = 999_999_999


@dataclass(frozen=True)
class RawClient:
    """Opening state, events and months of one client as they were loaded, and its complaints and contacts."""

    opening: OpeningState
    events: Sequence[LifeEvent]
    months: dict[int, MonthFacts]
    first_month: int
    complaint_month: int | None = None
    contact_month: int | None = None
    has_any_contact: bool = False

    def facts(self, month: int) -> ClientFacts:
        """The facts as the rules want them."""
        return ClientFacts(
            self.opening.opened_on, lost_spells(self.opening, self.events), archived_spells(self.opening, self.events),
            self.months, self.first_month, lost_ways(self.opening, self.events, last_day(month)),
        )  # fmt: skip


def last_day(month: int) -> date:
    return date(month // 100, month % 100, monthrange(month // 100, month % 100)[1])


def next_month(month: int) -> int:
    return month + 1 if month % 100 < 12 else month + 89


def months_to(first: int, last: int) -> list[int]:
    found = []
    while first <= last:
        found.append(first)
        first = next_month(first)
    return found


def choices(one: Exit) -> Iterable[tuple[Way, ...]]:
    """Every way to do as much as the exit asks for, and no more."""
    return combinations(one.ways, one.needed)


def done(raw: RawClient, month: int, one: Exit, ways: Sequence[Way], window: int = 12) -> RawClient:
    """The client's facts after the month was followed by months left alone, but for the ways."""
    months = {key: value for key, value in raw.months.items() if key <= month}
    assets = months[month].end_assets_fen if month in months else None
    for each in months_to(next_month(month), one.month):
        months[each] = MonthFacts(assets, 0, 0, 0, 0)
    changed = replace(raw, months=months, events=[event for event in raw.events if event.on <= last_day(month)])
    for way in ways:
        changed = _do(changed, way, window)
    return changed


def _do(raw: RawClient, way: Way, window: int) -> RawClient:
    kinds = {"reopen_account": "opened", "make_designation": "designation_made", "activate": "activated"}
    if way.code in kinds:
        return replace(raw, events=[*raw.events, *_events(raw, kinds[way.code], way.month)])
    if way.code == "contact":
        return replace(raw, contact_month=way.month, has_any_contact=True)
    if way.code in ("account_older", "by_itself"):
        return raw
    return replace(raw, months=raw.months | dict(_changed(raw, way, window)))


def _events(raw: RawClient, kind: str, month: int) -> list[LifeEvent]:
    on = date(month // 100, month % 100, 10)
    accounts = {event.account for event in raw.events} or {NEW_ACCOUNT}
    at = datetime(on.year, on.month, on.day, 3, tzinfo=UTC)
    return [LifeEvent(on, at, min(accounts), kind)]


def _changed(raw: RawClient, way: Way, window: int) -> Iterable[tuple[int, MonthFacts]]:
    amount = way.amount_fen
    if way.code == "complete_months":
        for each in months_to(way.first_month, way.month):
            known = raw.months.get(each, MonthFacts(None, None))
            yield each, replace(known, end_assets_fen=known.end_assets_fen or 0, trades_count=known.trades_count or 0)
        return
    if way.code == "value_below":
        yield from _income_kept_below(raw, way, window)
        return
    row = raw.months[way.month]
    assert amount is not None or way.code == "trade"
    yield (
        way.month,
        {
            "assets_reach": lambda: replace(row, end_assets_fen=amount),
            "assets_below": lambda: replace(row, end_assets_fen=amount - 1),
            "trade": lambda: replace(row, trades_count=1),
            "trade_and_turnover": lambda: replace(row, trades_count=1, turnover_fen=(row.turnover_fen or 0) + amount),
            "turnover_reach": lambda: replace(row, turnover_fen=(row.turnover_fen or 0) + amount),
            "turnover_below": lambda: replace(row, turnover_fen=amount - 1),
            "income_reach": lambda: replace(row, net_income_fen=amount),
        }[way.code](),
    )


def _income_kept_below(raw: RawClient, way: Way, window: int) -> Iterable[tuple[int, MonthFacts]]:
    opened = raw.opening.opened_on.year * 100 + raw.opening.opened_on.month
    months = dict(raw.months)
    for each in months_to(way.first_month, way.month):
        earlier = [one for one in sorted(months) if opened <= one < each and one >= raw.first_month]
        index = each // 100 * 12 + each % 100
        inside = [one for one in earlier if index - (one // 100 * 12 + one % 100) < window]
        rest = sum(months[one].net_income_fen or 0 for one in inside)
        months[each] = replace(months[each], net_income_fen=way.amount_fen - 1 - rest)
        yield each, months[each]
