"""About 300 people: categories, posts, licences, absences, some who left, agents with their managers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sqlalchemy import Connection

from data_access.bulk import load_rows
from data_access.demo.names import people
from data_access.demo.places import OFFICES, Unit
from data_access.demo.streams import stream
from data_access.tables import staff, staff_absence, staff_qualification, staff_version

CATEGORIES = ("adviser", "account_manager", "other_frontline", "agent", "back_office")
_OFFICE_MIX = (0.22, 0.36, 0.12, 0.19, 0.11)
FIRM_STAFF = 300
FAR = np.datetime64("2999-12-31")


@dataclass
class People:
    """The staff as arrays; index i is staff_id i + 1. Dates are ``datetime64[D]``, FAR = not ended."""

    category: np.ndarray
    office: np.ndarray  # index of the office, -1 outside the offices
    unit_id: np.ndarray
    joined: np.ndarray
    left: np.ndarray
    licence: np.ndarray
    licence_end: np.ndarray
    advisory: np.ndarray  # FAR = none
    futures: np.ndarray
    names: list[str] = field(default_factory=list)
    manager: list[int | None] = field(default_factory=list)


def hire(seed: int, units: list[Unit], clients: int, first: np.datetime64, last: np.datetime64) -> People:
    """Draw the staff: 300 up to 50,000 clients, then one more for every 250 clients, 4,000 at most."""
    random = stream(seed, "staff")
    total = int(min(4_000, FIRM_STAFF + max(0, clients - 50_000) / 250))
    central = [unit for unit in units if unit.kind in ("hq", "branch")]
    weights = np.array([office[3] for office in OFFICES], float)
    counts = np.maximum(5, np.floor((total - 2 * len(central)) * weights / weights.sum())).astype(int)
    offices = {unit.unit_code: unit for unit in units if unit.kind == "office"}
    teams = {
        unit.parent_id: [team.unit_id for team in units if team.parent_id == unit.parent_id and team.kind == "team"]
        for unit in units
        if unit.kind == "team"
    }
    category, office, unit_id = (
        [4] * (2 * len(central)),
        [-1] * (2 * len(central)),
        [unit.unit_id for unit in central for _ in range(2)],
    )
    for index, (code, *_rest) in enumerate(OFFICES):
        place = offices[code].unit_id
        kinds = np.concatenate([np.arange(5), random.choice(5, counts[index] - 5, p=_OFFICE_MIX)])
        for kind in kinds.tolist():
            category.append(kind)
            office.append(index)
            team = teams.get(place)
            unit_id.append(int(random.choice(team)) if team and kind != 4 and random.random() < 0.75 else place)
    size = len(category)
    joined = last - random.integers(200, 12 * 365, size).astype("timedelta64[D]")
    joined[: 2 * len(central) + 5] = first - np.timedelta64(4_000, "D")
    left = np.full(size, FAR)
    gone = (random.random(size) < 0.08) & (joined < last - np.timedelta64(400, "D"))
    left[gone] = np.maximum(
        last - random.integers(20, 900, size).astype("timedelta64[D]"), joined + np.timedelta64(180, "D")
    )[gone]
    kinds = np.array(category)
    # the first five of every office (one of each category) stay, so that no office is ever without a holder
    firsts = np.searchsorted(np.array(office), np.arange(len(OFFICES)))
    keep = (firsts[:, None] + np.arange(5)).ravel()
    left[keep] = FAR
    joined[keep] = np.minimum(joined[keep], first - np.timedelta64(1_500, "D"))
    licence = joined + random.integers(-300, 30, size).astype("timedelta64[D]")
    licence_end = np.where(
        random.random(size) < 0.05, last - random.integers(5, 300, size).astype("timedelta64[D]"), FAR
    )
    licence_end[keep] = FAR
    licence_end = np.where(licence_end <= licence, FAR, licence_end)
    expiring = stream(seed, "expiring").random(size)
    soon = last + (8 + expiring * 2_000).astype(int).astype("timedelta64[D]")
    is_soon = (expiring < 0.04) & (licence_end == FAR) & (left == FAR) & ~np.isin(np.arange(size), keep)
    licence_end = np.where(is_soon, soon, licence_end)
    none = np.full(size, FAR)
    advisory = np.where(
        (kinds == 0) & ((random.random(size) < 0.85) | np.isin(np.arange(size), keep)),
        licence + np.timedelta64(60, "D"),
        none,
    )
    futures = np.where(
        (kinds < 3) & ((random.random(size) < 0.28) | np.isin(np.arange(size), keep) & (kinds == 1)),
        licence + np.timedelta64(90, "D"),
        none,
    )
    book = People(kinds, np.array(office), np.array(unit_id), joined, left, licence, licence_end, advisory, futures)
    book.names = people(random, random.random(size) < 0.46)
    managers = {
        index: [i for i in range(size) if office[i] == index and category[i] == 1 and left[i] == FAR]
        for index in range(len(OFFICES))
    }
    book.manager = [int(random.choice(managers[office[i]])) + 1 if category[i] == 3 else None for i in range(size)]
    return book


def store_staff(
    connection: Connection, seed: int, book: People, units: list[Unit], last: np.datetime64, moment: str
) -> None:
    """Write staff, their versions (some moved within the office), qualifications and absences."""
    random = stream(seed, "staff_rows")
    count = len(book.category)
    text = {
        name: np.datetime_as_string(getattr(book, name)).tolist()
        for name in ("joined", "left", "licence", "licence_end", "advisory", "futures")
    }
    open_end = np.datetime_as_string(FAR)
    parent = {unit.unit_id: unit.parent_id for unit in units if unit.kind == "team"}
    rows: list[tuple[Any, ...]] = []
    versions: list[tuple[Any, ...]] = []
    papers: list[tuple[Any, ...]] = []
    for i in range(count):
        kind = CATEGORIES[int(book.category[i])]
        unit = int(book.unit_id[i])
        left = None if text["left"][i] == open_end else text["left"][i]
        contract = f"AG{i + 1:05d}" if kind == "agent" else None
        rows.append(
            (i + 1, f"S{i + 1:04d}", book.names[i], kind, unit, book.manager[i], text["joined"][i], left, contract)
        )
        since = None
        if unit in parent and random.random() < 0.2:  # came into the team from the office
            since = str(last - np.timedelta64(int(random.integers(60, 700)), "D"))
            versions.append((i + 1, None, since, kind, parent[unit], book.manager[i], moment))
        versions.append((i + 1, since, None, kind, unit, book.manager[i], moment))
        if kind != "back_office":
            end = None if text["licence_end"][i] == open_end else text["licence_end"][i]
            papers.append((i + 1, "licence", f"L{i + 1:06d}", text["licence"][i], end))
        for paper, letter in (("advisory", "A"), ("futures", "F")):
            if text[paper][i] != open_end:
                papers.append((i + 1, paper, f"{letter}{i + 1:06d}", text[paper][i], None))
    load_rows(
        connection,
        staff,
        (
            "staff_id",
            "staff_no",
            "name",
            "category",
            "unit_id",
            "manager_id",
            "joined_on",
            "left_on",
            "agency_contract_no",
        ),
        sorted(rows, key=lambda row: row[5] is not None),
    )
    load_rows(
        connection,
        staff_version,
        ("staff_id", "valid_from", "valid_to", "category", "unit_id", "manager_id", "loaded_at"),
        versions,
    )
    load_rows(connection, staff_qualification, ("staff_id", "kind", "number", "valid_from", "valid_to"), papers)
    away = []
    for i in np.flatnonzero(random.random(count) < 0.06).tolist():
        start = last - np.timedelta64(int(random.integers(-5, 200)), "D")
        away.append(
            (
                i + 1,
                str(start),
                str(start + np.timedelta64(int(random.integers(3, 120)), "D")),
                ("annual leave", "sick leave", "maternity leave", "training")[int(random.integers(4))],
            )
        )
    load_rows(connection, staff_absence, ("staff_id", "from_on", "to_on", "reason"), away)
