"""Who looks after whom: relationships of all ten types with holders that the rules allow.

Development types exclude each other per client; core service has one adviser with advisory qualification and
at most 100 clients each; agents hold agent development alone; IB service needs a futures qualification.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from data_access.demo.behaviour import HERE, Behaviour
from data_access.demo.event_rows import EventBook
from data_access.demo.profiles import Profiles
from data_access.demo.staffing import FAR, People
from data_access.demo.streams import stream

CORE_LIMIT = 100
Wanted = dict[str, tuple[np.ndarray, np.ndarray]]
"""By type: the clients (indexes) and the first day of each relationship to be."""
_ALONE = ("core_service", "agent_development", "redevelopment")


@dataclass
class Ties:
    """Relationships of one type as arrays: client index, first day, last day (FAR = open) and why it ended."""

    type: str
    clients: np.ndarray
    since: np.ndarray
    until: np.ndarray
    reason: list[str | None]
    holders: np.ndarray  # (n, 3) staff indexes, -1 = none
    shares: np.ndarray  # (n, 3) basis points


def plan_ties(
    seed: int,
    profiles: Profiles,
    behaviour: Behaviour,
    staff: People,
    book: EventBook,
    first: np.datetime64,
    last: np.datetime64,
) -> list[Ties]:
    """Draw every relationship of the firm; ``first`` and ``last`` are the first and last day of the months."""
    random = stream(seed, "ties")
    platform = first - np.timedelta64(700, "D")  # the day on which relationships began to be kept
    wanted, ended = _development(random, profiles, behaviour, book, platform, first)
    wanted |= _services(random, profiles, behaviour, book, first, last)
    ties = [
        tie
        for kind, (clients, since) in wanted.items()
        if len((tie := _hold(random, kind, clients, since, profiles, staff, last)).clients)
    ]
    heirs: list[tuple[np.ndarray, np.ndarray]] = []
    for tie in ties:
        if tie.type not in ("redevelopment", "core_service", "ib_service", "maintenance", "key_service"):
            _end(tie, _days_of(ended, tie.clients), "redeveloped")
        away = _days_of(book.lost_on, tie.clients)
        away = np.where(random.random(len(away)) < 0.5, away, FAR)
        _end(tie, np.where(away > tie.since, away, FAR), "client_lost")
        if tie.type not in ("new_development", "agent_development", "legacy_development"):
            tired = np.where(random.random(len(away)) < 0.04, tie.since + np.timedelta64(200, "D"), FAR)
            _end(tie, np.where(tired < last, tired, FAR), "adjusted")
        gone = np.where(tie.holders >= 0, staff.left[tie.holders], FAR).min(axis=1)
        orphan = (gone < tie.until) & (gone < last)
        _end(tie, gone, "staff_left")
        if tie.type != "maintenance":
            heirs.append((tie.clients[orphan], tie.until[orphan]))
    clients, place = np.unique(np.concatenate([heir[0] for heir in heirs]), return_index=True)
    since = np.concatenate([heir[1] for heir in heirs])[place]
    kept = ~np.isin(clients, next((tie.clients for tie in ties if tie.type == "maintenance"), np.array([], int)))
    ties.append(_hold(random, "maintenance", clients[kept], since[kept], profiles, staff, last))
    return ties


def _development(
    random: np.random.Generator,
    profiles: Profiles,
    behaviour: Behaviour,
    book: EventBook,
    platform: np.datetime64,
    first: np.datetime64,
) -> tuple[Wanted, dict[int, np.datetime64]]:
    count = len(profiles)
    draw = random.random(count)
    won = profiles.is_developed & ~behaviour.lost_before
    old = won & (profiles.opened < platform)
    by_agent = won & ~old & (draw < 0.22)
    wanted: Wanted = {}
    for kind, chosen in (
        ("legacy_development", old & (draw < 0.8)),
        ("agent_development", by_agent),
        ("new_development", won & ~old & ~by_agent),
    ):
        clients = np.flatnonzero(chosen)
        since = profiles.opened[clients] if kind != "legacy_development" else np.full(len(clients), platform)
        wanted[kind] = (clients, since)
    taken: set[int] = set()
    for kind, business, chance in (("margin_development", "margin", 0.7), ("repo_development", "repo", 0.8)):
        found = {
            i: day
            for i, day in book.business_on[business].items()
            if not won[i] and not behaviour.lost_before[i] and i not in taken and draw[i] < chance and day >= platform
        }
        taken |= found.keys()
        wanted[kind] = _arrays(found)
    back = {i: day for i, day in book.returned_on.items() if draw[i] < 0.6}
    # a silent client comes back without any event on the account
    silent = np.flatnonzero((behaviour.returned_from == 3) & (behaviour.returned_at >= 0) & (draw < 0.6))
    back |= {i: first + np.timedelta64(int(behaviour.returned_at[i] * 30.4) + 12, "D") for i in silent.tolist()}
    wanted["redevelopment"] = _arrays(back)
    return wanted, back


def _services(
    random: np.random.Generator,
    profiles: Profiles,
    behaviour: Behaviour,
    book: EventBook,
    first: np.datetime64,
    last: np.datetime64,
) -> Wanted:
    count = len(profiles)
    draw = random.random((4, count))
    here = (behaviour.place == HERE) & ~behaviour.archived & ~behaviour.lost_before
    rank = np.argsort(np.argsort(-profiles.wealth)) / count
    # core service starts in January or July, with clients opened twelve months before
    months = np.arange(first.astype("datetime64[M]"), last.astype("datetime64[M]") + 1)
    windows = months[np.isin(months.astype(int) % 12, (0, 6))].astype("datetime64[D]") + np.timedelta64(14, "D")
    windows = windows[windows <= last]
    services: Wanted = {}
    if len(windows):
        start = windows[random.integers(0, len(windows), count)]
        ripe = profiles.opened + np.timedelta64(366, "D") <= start
        core = np.flatnonzero(here & ripe & ~profiles.is_developed & (rank < 0.45) & (draw[0] < 0.7))
        services["core_service"] = (core, start[core])
    services["ib_service"] = _arrays({i: day for i, day in book.business_on["futures"].items() if draw[1, i] < 0.8})
    for kind, chosen in (("maintenance", here & (draw[2] < 0.16)), ("key_service", here & (rank < 0.06))):
        clients = np.flatnonzero(chosen)
        offset = (random.random(len(clients)) * 700).astype(int).astype("timedelta64[D]")
        since = np.maximum(last - offset, profiles.opened[clients] + np.timedelta64(30, "D"))
        fits = since <= last
        services[kind] = (clients[fits], since[fits])
    return services


def _arrays(found: dict[int, np.datetime64]) -> tuple[np.ndarray, np.ndarray]:
    clients = np.array(sorted(found), dtype=np.int64)
    return clients, np.array([found[i] for i in clients.tolist()], dtype="datetime64[D]")


def _days_of(known: dict[int, np.datetime64], clients: np.ndarray) -> np.ndarray:
    return np.array([known.get(i, FAR) for i in clients.tolist()], dtype="datetime64[D]")


def _hold(
    random: np.random.Generator,
    kind: str,
    clients: np.ndarray,
    since: np.ndarray,
    profiles: Profiles,
    staff: People,
    last: np.datetime64,
) -> Ties:
    size = len(clients)
    holders, shares = np.full((size, 3), -1), np.zeros((size, 3), int)
    papers = np.maximum(staff.joined, staff.licence)
    able = np.isin(staff.category, (0, 1, 2))
    if kind == "agent_development":
        able = staff.category == 3
    elif kind == "core_service":
        able, papers = (staff.category == 0) & (staff.advisory < FAR), np.maximum(papers, staff.advisory)
    elif kind == "ib_service":
        able, papers = able & (staff.futures < FAR), np.maximum(papers, staff.futures)
    pull = 1.0 / random.gamma(2.0, 1.0, len(staff.category))  # some people win more clients than others
    many = np.where(kind in _ALONE, 1, random.choice(3, size, p=[0.70, 0.22, 0.08]) + 1)
    place = profiles.office[clients]
    for office in np.unique(place).tolist():
        rows = np.flatnonzero(place == office)
        team = np.flatnonzero(able & (staff.office == office))
        if not len(team):
            continue
        day = since[rows][:, None]
        ready = (papers[team] <= day) & (staff.left[team] > day) & (staff.licence_end[team] > day)
        score = np.where(ready, random.exponential(1.0, (len(rows), len(team))) * pull[team], np.inf)
        order = np.argsort(score, axis=1)[:, :3]
        best = np.where(np.take_along_axis(ready, order, axis=1), team[order], -1)
        holders[rows, : best.shape[1]] = best
    holders[np.arange(3) >= many[:, None]] = -1
    if kind == "core_service":
        _keep_limit(holders)
    counts = (holders >= 0).sum(axis=1)
    total = np.where((random.random(size) < 0.15) & (kind not in _ALONE), random.integers(14, 20, size) * 500, 10_000)
    lead = np.where(counts == 1, total, np.where(counts == 2, total * 6 // 10, total // 2))
    shares[:, 0] = lead
    shares[:, 1] = np.where(counts == 3, (total - lead) * 3 // 5, np.where(counts == 2, total - lead, 0))
    shares[:, 2] = np.where(counts == 3, total - lead - shares[:, 1], 0)
    kept = (counts > 0) & (since <= last)
    return Ties(
        kind,
        clients[kept],
        since[kept],
        np.full(int(kept.sum()), FAR),
        [None] * int(kept.sum()),
        holders[kept],
        shares[kept],
    )


def _keep_limit(holders: np.ndarray) -> None:
    for adviser in np.unique(holders[:, 0]).tolist():
        rows = np.flatnonzero(holders[:, 0] == adviser)
        holders[rows[CORE_LIMIT:], 0] = -1


def _end(tie: Ties, day: np.ndarray, reason: str) -> None:
    earlier = (day < tie.until) & (day > tie.since)
    tie.until = np.where(earlier, day, tie.until)
    for place in np.flatnonzero(earlier).tolist():
        tie.reason[place] = reason
