"""The words of ``why``: conditions, results and what would change them, one English message per code."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal

from domain.exits import Exit, Way
from domain.months import month_text

CHANGES = {
    "reopen_account": "An account is opened again in {month}.",
    "make_designation": "The Shanghai A designation is made again in {month}.",
    "activate": "The account is activated in {month}.",
    "assets_reach": "Month-end assets of {month} reach {amount} yuan.",
    "assets_below": "Month-end assets of {month} stay below {amount} yuan.",
    "trade": "A trade in {month}.",
    "trade_and_turnover": "A trade and turnover of {amount} yuan in {month}.",
    "turnover_reach": "Turnover of {month} reaches {amount} yuan.",
    "turnover_below": "Turnover of {first} to {month} stays below {amount} yuan.",
    "complete_months": "The missing numbers of {first} to {month} arrive.",
    "income_reach": "Net income of {month} reaches {amount} yuan: tier {tier}.",
    "value_below": "Trailing net income stays below {amount} yuan from {first} to {month}: tier {tier} ends.",
    "turnover_below_once": "Turnover of {month} stays below {amount} yuan.",
    "complete_months_once": "The missing numbers of {month} arrive.",
    "value_below_once": "Trailing net income is below {amount} yuan at the end of {month}: tier {tier} ends.",
    "contact": "A contact with the client in {month}.",
    "account_older": "The account is old enough at the end of {month}.",
    "by_itself": "It ends by itself at the end of {month} if nothing else changes.",
    "all": "All of these by the end of {month}:",
    "one": "One of these by the end of {month}:",
    "some": "{count} of these by the end of {month}:",
    "falls": "Else it falls to tier {tier} at the end of {month}.",
}
"""What would take a client off, by code, and how several ways are put together."""
TESTS = {
    "R-20.since": "Lost since", "R-23.since": "Archived since", "R-24.open_months": "Full months open",
    "R-24.month_ends": "Month-ends since opening or return", "R-24.assets": "Month-end assets below the line",
    "R-24.trades": "No trade", "R-24.order": "No status before it in the order holds",
    "R-26.pool": "Status in the pool",
    "R-53.value_A": "Net income of the trailing months for tier A",
    "R-53.value_B": "Net income of the trailing months for tier B",
    "R-53.value_C": "Net income of the trailing months below tier B",
    "R-53.not_lost": "The client is not lost", "R-53.kept": "Month-ends in the tier while on watch",
    "R-53.watch_tier": "Holds tier A or B", "R-53.watch_value": "Net income of the trailing months below the tier held",
    "R-53.watch_months": "Month-ends on watch, of those allowed",
    "R-73.lost": "Lost", "R-73.account_from": "Account is new", "R-73.archived": "Archived",
    "R-73.no_trade": "No trade in the months compared; last one", "R-73.assets_fell": "Month-end assets have fallen to",
    "R-73.assets_rose": "Month-end assets have risen to", "R-73.trading_rose": "Turnover has risen to",
    "R-73.order": "No stage before it in the order holds",
    "R-74.not_in_pool": "Status is not in the pool", "R-74.old_enough": "Account is no longer new",
    "R-74.points": "Points", "R-74.assets_fell": "Month-end assets have fallen to",
    "R-74.no_trade": "No trade in the months compared; last one", "R-74.trading_fell": "Turnover has fallen to",
    "R-74.outflow": "Paid out in the month", "R-74.complaint": "Complaint in the last months; newest",
    "R-74.no_contact": "Tier A without contact in the last months; newest",
}  # fmt: skip
"""Conditions of the rules, by code."""
RESULTS = {
    "on_watch": "On watch", "off_watch": "Not on watch", "on_list": "On the warning list",
    "off_list": "Not on the warning list", "not_rated": "Not rated", "in_pool": "In the pool",
}  # fmt: skip
"""Results and candidates that are no code of a closed list."""


def write_exits(exits: Iterable[Exit], translate: Callable[[str], str]) -> str | None:
    """Write what takes a client off as sentences; None where nothing has to."""
    return " ".join(_exit(one, translate) for one in exits) or None


def _exit(one: Exit, translate: Callable[[str], str]) -> str:
    ways = [write_way(way, translate) for way in one.ways]
    if len(ways) == 1:
        return ways[0]
    code = "all" if one.needed == len(ways) else "one" if one.needed == 1 else "some"
    head = translate(CHANGES[code]).format(month=month_text(one.month), count=one.needed)
    return " ".join((head, *ways))


def write_way(way: Way, translate: Callable[[str], str]) -> str:
    """Write one way as a sentence, in yuan."""
    amount = "" if way.amount_fen is None else f"{Decimal(way.amount_fen).scaleb(-2):,.2f}"
    once = f"{way.code}_once"
    code = once if way.first_month == way.month and once in CHANGES else way.code
    return translate(CHANGES[code]).format(
        month=month_text(way.month), first=month_text(way.first_month), amount=amount,
        tier=way.tier.value if way.tier else "",
    )  # fmt: skip
