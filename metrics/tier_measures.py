"""Comparison of value measures (K-33): the tiers of the same clients by net income, by assets and turnover, by points.

Every measure ranks the firm's clients that are not lost, with the shares and peer groups of the month's rule set, ties
in; the tables then count the clients inside the reader's reach. Nothing of it is published: it is worked out on demand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection

from data_access.reads.columns import CODES, find_among, find_inside, find_places, read_columns
from data_access.reads.generation import Generation
from data_access.reads.watch import read_rules_of
from data_access.scope import Scope
from domain.months import month_add, month_range
from domain.policies import RuleSet
from domain.tiers import FIRM_PEER, rank_count
from domain.words import ClientKind, Status, Tier

Numbers = npt.NDArray[np.int64]
MEASURES = ("net_income", "weighted", "points")
"""(a) trailing net income, as published; (b) month-end assets and trailing turnover, weighted; (c) points."""
TIERS = tuple(tier.value for tier in Tier)
PAIRS = (("net_income", "weighted"), ("net_income", "points"), ("weighted", "points"))
_FEN = 100
ASSETS_STEP_FEN, TURNOVER_STEP_FEN, INCOME_STEP_FEN = 10_000 * _FEN, 100_000 * _FEN, 100 * _FEN
"""Points are given per full 10,000 yuan of assets, 100,000 yuan of turnover, 100 yuan of net income."""


@dataclass(frozen=True)
class MeasureSettings:
    """The numbers of the two other measures; the defaults are the published ones.

    (b) ``assets_percent`` of a client's share of the firm's assets and the rest, up to 100, of its share of the firm's
    turnover. (c) points per full step of assets, turnover and net income, and once for a trade in the active months.
    """

    assets_percent: int = 50
    assets_points: int = 1
    turnover_points: int = 1
    income_points: int = 1
    active_points: int = 10


PUBLISHED = MeasureSettings()


@dataclass(frozen=True)
class MeasureTier:
    """What tier A of a measure brings inside the reach: clients, and its share parts and wholes in fen."""

    clients: int
    income_fen: int
    assets_fen: int
    turnover_fen: int


@dataclass(frozen=True)
class Comparison:
    """The tiers of the clients inside the reach by each measure.

    ``crossed[one, other][i][j]``: clients in tier ``TIERS[i]`` by one measure and ``TIERS[j]`` by the other.
    ``totals``: all clients not lost inside the reach, as ``MeasureTier``. ``client_ids``, ``tiers`` (a column per
    measure, codes as places in ``TIERS``) and the columns beside them are in the order of assets, the largest first.
    """

    totals: MeasureTier
    top: dict[str, MeasureTier]
    crossed: dict[tuple[str, str], list[list[int]]]
    all_agree: int
    client_ids: Numbers
    tiers: Numbers
    assets_fen: Numbers
    turnover_fen: Numbers
    points: Numbers

    def agreement(self, pair: tuple[str, str]) -> tuple[int, int]:
        """Return how many clients two measures put in the same tier, and how many there are."""
        table = self.crossed[pair]
        return sum(table[place][place] for place in range(len(TIERS))), self.totals.clients

    def both_in_a(self, pair: tuple[str, str]) -> tuple[int, int]:
        """Return how many clients are in tier A by both measures, and in A by at least one."""
        table = self.crossed[pair]
        either = sum(table[0]) + sum(row[0] for row in table) - table[0][0]
        return table[0][0], either

    def places_of(self, pair: tuple[str, str], one: str, other: str) -> Numbers:
        """Return where the clients of a cell stand in ``client_ids``, the largest assets first."""
        left, right = (self.tiers[:, MEASURES.index(measure)] for measure in pair)
        return np.flatnonzero((left == TIERS.index(one)) & (right == TIERS.index(other))).astype(np.int64)


def compare_measures(connection: Connection, generation: Generation, month: int, scope: Scope,
                     settings: MeasureSettings = PUBLISHED, *, kinds: Sequence[str] = ()) -> Comparison:  # fmt: skip
    """Return the tiers by the three measures at a month's end; raises ``KeyError`` for an unpublished month.

    ``kinds``: only clients of these kinds are counted (empty: all); every client is ranked all the same.
    """
    rules = read_rules_of(connection, generation.builds[month])
    facts = _read_facts(connection, generation, month, scope, rules, kinds)
    ids, kind, published, income, assets, turnover, active, inside = facts
    weighted = _weighted(assets, turnover, settings)
    points = _points(income, assets, turnover, active, settings)
    groups = [kind >= 0] if rules.tier_peer == FIRM_PEER else [kind == place for place in range(len(ClientKind))]
    tiers = [published, *(_ranked(values, groups, rules) for values in (weighted, points))]
    seen = np.flatnonzero(inside)
    seen = seen[np.argsort(-assets[seen], kind="stable")]  # clients come in the order of their ids
    ids, income, assets, turnover, points = (column[seen] for column in (ids, income, assets, turnover, points))
    tiers = [column[seen] for column in tiers]
    amounts = (income, assets, turnover)
    crossed = {(one, other): _crossed(tiers[MEASURES.index(one)], tiers[MEASURES.index(other)])
               for one, other in PAIRS}  # fmt: skip
    return Comparison(
        totals=_sums(amounts, np.ones(len(ids), dtype=bool)),
        top={measure: _sums(amounts, tiers[place] == 0) for place, measure in enumerate(MEASURES)}, crossed=crossed,
        all_agree=int(np.sum((tiers[0] == tiers[1]) & (tiers[0] == tiers[2]))), client_ids=ids,
        tiers=np.column_stack(tiers), assets_fen=assets, turnover_fen=turnover, points=points,
    )  # fmt: skip


def _read_facts(connection: Connection, generation: Generation, month: int, scope: Scope, rules: RuleSet,
                kinds: Sequence[str]) -> tuple[npt.NDArray[Any], ...]:  # fmt: skip
    """Return the firm's clients not lost in the order of their ids, as ``compare_measures`` takes them apart."""
    steps, months = _turnover_months(month, rules)
    build_id = generation.builds[month]
    names = ("client_id", "office_id", "client_kind", "status", "tier", "line_tier", "value_fen", "end_assets_fen",
             "is_active", steps)  # fmt: skip
    every = read_columns(connection, build_id, names)
    lost = CODES["status"].index(Status.LOST.value)
    alive = np.flatnonzero(every["status"] != lost)
    now = {name: column[alive] for name, column in every.items()}
    ids, kind = now["client_id"], np.maximum(now["client_kind"], 0)
    tier = np.where(now["line_tier"] < 0, now["tier"], now["line_tier"]).astype(np.int64)
    turnover = now[steps].copy()
    for one in months:
        if one in generation.builds:
            then = read_columns(connection, generation.builds[one], ("client_id", steps))
            was_there, places = find_places(then["client_id"], ids)
            turnover[was_there] += then[steps][places]
    inside = find_inside(connection, scope, now)
    if kinds:
        inside &= find_among(now, "client_kind", kinds)
    return (ids, kind, np.where(tier < 0, len(TIERS) - 1, tier), now["value_fen"], now["end_assets_fen"], turnover,
            now["is_active"], inside)  # fmt: skip


def _turnover_months(month: int, rules: RuleSet) -> tuple[str, list[int]]:
    """Return the column and the earlier months whose sum is the turnover of the tier window.

    It is put together from the sums over the months that stages compare; where those do not fit into the window,
    month by month.
    """
    window, step = rules.tier_window_months, rules.stage_compare_months
    if step and window % step == 0:
        return "turnover_recent_fen", [month_add(month, -back) for back in range(step, window, step)]
    return "turnover_fen", month_range(month_add(month, 1 - window), month_add(month, -1))


def _weighted(assets: Numbers, turnover: Numbers, settings: MeasureSettings) -> npt.NDArray[np.float64]:
    """Return the weighted mean of a client's shares of the firm's assets (debt counts as none) and turnover."""
    held = np.maximum(assets, 0)
    share = settings.assets_percent / 100
    return share * held / max(int(held.sum()), 1) + (1 - share) * turnover / max(int(turnover.sum()), 1)


def _points(income: Numbers, assets: Numbers, turnover: Numbers, active: Numbers,
            settings: MeasureSettings) -> Numbers:  # fmt: skip
    total: Numbers = (
        np.maximum(assets, 0) // ASSETS_STEP_FEN * settings.assets_points
        + np.maximum(turnover, 0) // TURNOVER_STEP_FEN * settings.turnover_points
        + np.maximum(income, 0) // INCOME_STEP_FEN * settings.income_points
        + active * settings.active_points
    )
    return total


def _ranked(values: npt.NDArray[Any], groups: list[npt.NDArray[np.bool_]], rules: RuleSet) -> Numbers:
    """Return the tier of every client as its place in ``TIERS``: the top shares of those with a value, ties in."""
    tiers = np.full(len(values), len(TIERS) - 1, dtype=np.int64)
    for group in groups:
        valued = values[group & (values > 0)]
        for place, share_bp in ((1, rules.tier_b_bp), (0, rules.tier_a_bp)):
            count = rank_count(len(valued), share_bp)
            if count:
                line = np.partition(valued, len(valued) - count)[len(valued) - count]
                tiers[group & (values >= line)] = place
    return tiers


def _crossed(one: Numbers, other: Numbers) -> list[list[int]]:
    size = len(TIERS)
    table: list[list[int]] = np.bincount(one * size + other, minlength=size * size).reshape(size, size).tolist()
    return table


def _sums(amounts: tuple[Numbers, ...], chosen: npt.NDArray[np.bool_]) -> MeasureTier:
    return MeasureTier(int(chosen.sum()), *(int(column[chosen].sum()) for column in amounts))
