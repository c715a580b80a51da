"""A list carried to the hand-out page: where it comes from and its rule, as plain codes that stand in the address.

Nothing of it is trusted: unknown names and codes keep nothing, the clients are read anew inside the reader's reach.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from data_access.reads.client_filter import ClientFilter
from data_access.reads.list_sets import ClientNumbers, Losses, Warned
from data_access.reads.losses import LossFilter
from data_access.reads.narrowing import narrow_clients, narrow_losses, narrow_warnings
from data_access.reads.periods import PERIODS, period_months
from data_access.reads.warned import WarningFilter
from domain.campaigns import Source
from domain.words import ClientKind, Status, Tier
from metrics.explore.cells import read_cell
from metrics.warning.reasons import WARNING_REASONS, reason_number
from pages._ui.frame import Frame
from pages._ui.pool_lists import LISTS, list_filter

MOST_TEXT = 8_000
"""Characters of a carried list in an address."""
MOST_VALUES = 600
_LONGEST = 6_200
_NAMES = {
    Source.POOL: ("status", "office", "tier_before", "kind", "task", "quiet", "newly"),
    Source.CHURN: ("period", "tier", "kind", "back"),
    Source.WARNING: ("tier", "why", "kind", "office"),
    Source.EXPLORE: ("cell",),
    Source.CLIENTS: ("cell", "status", "tier", "tier_before", "kind", "moved", "active", "task"),
    Source.SELECTION: ("client",),
}
"""What the rule of a source is made of; the names are those of the addresses of its page."""


@dataclass(frozen=True)
class Carried:
    """A list as codes: ``source`` and, per name of its rule, the values; empty ones are left out."""

    source: Source
    rule: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def text(self) -> str:
        """Return the list as the text that stands in an address."""
        return urlencode([("source", self.source.value), *((name, value) for name, values in self.rule
                                                           for value in values)])  # fmt: skip

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of one name; nothing where the rule does not name it."""
        return dict(self.rule).get(name, ())

    def value(self, name: str) -> str:
        """Return the only value of a name, '' without one."""
        return (*self.values(name), "")[0]

    def body(self, frame: Frame) -> dict[str, Any]:
        """Return the rule as it is kept with a campaign: its codes, the place and the scope profile."""
        place = {"unit": [frame.place.unit_code]} if frame.place else {}
        profile = {f"profile_{name}": list(codes) for name, codes in frame.profile.body().items()}
        return {**{name: list(values) for name, values in self.rule}, **place, **profile}


def carried(source: Source, **rule: Any) -> Carried:
    """Return a list from what its page knows; None, '' and empty sequences are left out."""
    kept = {name: _listed(value) for name, value in rule.items()}
    return Carried(source, tuple((name, kept[name]) for name in _NAMES[source] if kept.get(name)))


def chosen(rows: Sequence[Mapping[str, Any]]) -> Carried | None:
    """Return the chosen rows of a client list as a list of its own; None for none."""
    return carried(Source.SELECTION, client=[row["client_no"] for row in rows]) if rows else None


def _listed(value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(str(one) for one in values)


def read_carried(text: str) -> Carried | None:
    """Read a list from an address or a kept rule; None for a text that is none."""
    if not text or len(text) > MOST_TEXT:
        return None
    try:
        pairs = parse_qsl(text, max_num_fields=MOST_VALUES)
    except ValueError:
        return None
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if len(value) > _LONGEST or not value.isprintable():
            return None
        found.setdefault(name, []).append(value)
    return known_list(found.pop("source", [""])[0], found)


def known_list(source: str, rule: Mapping[str, Sequence[str]]) -> Carried | None:
    """Return a list from its codes, names that its source does not know left out; None for an unknown source."""
    if source not in [one.value for one in Source]:
        return None
    return carried(Source(source), **{name: tuple(values) for name, values in rule.items()})


def quiet_of(text: str) -> tuple[int | None, int | None]:
    """Read a range of months from an address, ``9-11``, ``12-`` or ``-5``; open ends for what is no number."""
    first, _dash, last = text.partition("-")
    ends = [int(end) if end.isascii() and end.isdigit() and len(end) < 4 else None for end in (first, last)]
    return ends[0], ends[1]


def quiet_text(quiet: tuple[int | None, int | None]) -> str:
    """Write a range of months for an address; '' for one that is open at both ends."""
    return "" if quiet == (None, None) else "-".join("" if end is None else str(end) for end in quiet)


def filter_of(frame: Frame, carried: Carried) -> ClientFilter:
    """Return the filter of a list inside the reader's profile, the same as on the page it comes from."""
    return _FILTERS[carried.source](frame, carried)


def _pool(frame: Frame, carried: Carried) -> ClientFilter:
    status = carried.value("status")
    if status not in LISTS:
        return ClientFilter(among=ClientNumbers())
    kept = list_filter(
        frame, status, office_codes=carried.values("office"), tiers_before=known(carried, "tier_before", Tier),
        kinds=known(carried, "kind", ClientKind), task=carried.value("task") or None,
        quiet=quiet_of(carried.value("quiet")), newly=carried.value("newly") or None)  # fmt: skip
    return narrow_clients(kept, frame.profile)


def _churn(frame: Frame, carried: Carried) -> ClientFilter:
    period, back = carried.value("period"), carried.value("back")
    months = period_months(frame.generation, frame.month, period if period in PERIODS else "12m")
    kept = LossFilter(tiers=known(carried, "tier", Tier), kinds=known(carried, "kind", ClientKind),
                      is_back=None if not back else back == "yes")  # fmt: skip
    return ClientFilter(among=Losses(tuple(months), narrow_losses(kept, frame.profile)))


def _warned(frame: Frame, carried: Carried) -> ClientFilter:
    reasons = [reason_number(code) for code in carried.values("why") if code in WARNING_REASONS]
    kept = WarningFilter(known(carried, "tier", Tier), known(carried, "kind", ClientKind), carried.values("office"),
                         tuple(reasons))  # fmt: skip
    return ClientFilter(among=Warned(narrow_warnings(kept, frame.profile)))


def _clients(frame: Frame, carried: Carried) -> ClientFilter:
    cell, task = read_cell(carried.value("cell")), carried.value("task")
    if cell is None and (carried.value("cell") or carried.source is Source.EXPLORE):
        return ClientFilter(among=ClientNumbers())
    moved, active = carried.value("moved"), carried.value("active")
    kept = ClientFilter(
        statuses=known(carried, "status", Status), tiers=known(carried, "tier", Tier),
        tiers_before=known(carried, "tier_before", Tier), kinds=known(carried, "kind", ClientKind),
        moved=moved if moved in ("new", "lost", "returned") else "",
        active=active if active in ("month", "quarter") else "", has_task=None if not task else task == "with",
        among=cell)  # fmt: skip
    return narrow_clients(kept, frame.profile)


def _selection(frame: Frame, carried: Carried) -> ClientFilter:
    del frame
    return ClientFilter(among=ClientNumbers(carried.values("client")))


_FILTERS = {Source.POOL: _pool, Source.CHURN: _churn, Source.WARNING: _warned, Source.EXPLORE: _clients,
            Source.CLIENTS: _clients, Source.SELECTION: _selection}  # fmt: skip


def known(carried: Carried, name: str, words: Any) -> tuple[str, ...]:
    """Return the codes of a name that a closed list knows."""
    return tuple(code for code in carried.values(name) if code in [word.value for word in words])
