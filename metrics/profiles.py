"""What a scope profile narrows of the catalogue's figures: its kinds and tiers where a figure knows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from domain.profiles import EVERYTHING, Profile
from metrics.catalogue import METRICS, Kind, Source
from metrics.dimensions import DIMENSIONS
from metrics.explore.asked import Exploration, Where
from metrics.query import part_shown

KIND, TIER = "client_kind", "tier"
OF_LOST = frozenset({"lost_clients", "pool_lost", "assets_of_lost"})
"""Figures of clients who have been lost, and who therefore have no tier."""
SHARES = tuple(key for key, metric in METRICS.items() if metric.source is Source.SHARE)
"""Income shares of the most valuable: of a tier, which is a rank itself, they say nothing."""


def knows(key: str, dimension: str) -> bool:
    """Tell whether a figure is narrowed by a profile's ``client_kind`` or ``tier``."""
    return dimension in METRICS[key].dimensions and not (dimension == TIER and (key in OF_LOST or key in SHARES))


def filters_of(profile: Profile) -> dict[str, tuple[str, ...]]:
    """Return a profile's filters by dimension; places are no filter, they narrow the reach."""
    return {key: codes for key, codes in ((KIND, profile.kinds), (TIER, profile.tiers)) if codes}


def narrow_where(key: str, where: Iterable[tuple[str, Sequence[str]]], profile: Profile) -> Where:
    """Return the filters of a figure within a profile: what both keep, in the order of the dimensions.

    Filters that have nothing in common leave the dimension without a value, which keeps nothing.
    """
    found: dict[str, tuple[str, ...]] = {name: tuple(values) for name, values in where}
    for name, codes in filters_of(profile).items():
        if knows(key, name):
            found[name] = tuple(code for code in found[name] if code in codes) if name in found else codes
    return tuple((name, found[name]) for name in DIMENSIONS if name in found)


def measures_of(asked: Exploration) -> tuple[str, ...]:
    """Return the figures that an answer shows: a distribution counts clients."""
    return ("clients",) if asked.shape == "spread" else asked.measures


def narrow_exploration(asked: Exploration, profile: Profile) -> Exploration:
    """Return a question within a profile; what one of its measures does not know narrows none of them."""
    measures = measures_of(asked)
    left = not_narrowed(measures, profile)
    shared = replace(profile, kinds=() if KIND in left else profile.kinds, tiers=() if TIER in left else profile.tiers)
    return asked if shared == EVERYTHING else replace(asked, where=narrow_where(measures[0], asked.where, shared))


def groups_of(keys: Sequence[str], where: Iterable[tuple[str, Sequence[str]]],
              profile: Profile) -> Mapping[Where, list[str]]:  # fmt: skip
    """Return the figures by the filters that they share, so that each group is one question."""
    given = tuple(where)
    groups: dict[Where, list[str]] = {}
    for key in keys:
        groups.setdefault(narrow_where(key, given, profile), []).append(key)
    return groups


def not_narrowed(keys: Iterable[str], profile: Profile) -> dict[str, list[str]]:
    """Return the figures that a part of the profile does not narrow, by that part's dimension."""
    found = {name: [key for key in keys if not knows(key, name)] for name in filters_of(profile)}
    return {name: left for name, left in found.items() if left}


def joined(parts: Sequence[pd.DataFrame], keys: Sequence[str], by: Sequence[str]) -> pd.DataFrame:
    """Return the answers to several questions by the same groups as one frame, the figures in the order of ``keys``.

    A group that one answer has and another does not holds 0 in the other's figures, None where they are quotients.
    """
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    names = [key for key in keys if key not in by]
    for part in parts:
        names += [name for name in part.columns if name not in by and name not in names]
        for row in part.to_dict("records"):
            rows.setdefault(tuple(row[name] for name in by), {}).update(
                {str(name): value for name, value in row.items()}
            )
    empty = {key: None if METRICS[key].kind is Kind.RATIO else part_shown(METRICS[key].unit, 0) for key in keys}
    lines = [{**empty, **row} for row in rows.values()]
    columns = {name: [line.get(name) for line in lines] for name in [*by, *names]}
    return pd.DataFrame({
        name: pd.Series(values, dtype="int64" if values and all(type(value) is int for value in values) else "object")
        for name, values in columns.items()
    })  # fmt: skip
