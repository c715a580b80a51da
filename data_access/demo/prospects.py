"""Prospects of every office: mostly worked on, some without a chance any more, some become clients of late."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from data_access.bulk import load_rows
from data_access.demo.moments import business_minutes, moment_texts
from data_access.demo.names import institutions, people
from data_access.demo.places import OFFICES
from data_access.demo.staffing import FAR, People
from data_access.demo.streams import stream
from data_access.tables import client, prospect, prospect_event

PER_WEIGHT = 2
"""Prospects of an office per unit of its weight."""
WON_SHARE = 0.12
"""Prospects that became clients, as part of all others; fewer where fewer clients opened of late."""
RECENT_DAYS = 90
_NEEDS = (("target", 0.58), ("potential", 0.28), ("none", 0.14))
_NOTES = (
    "同事转介绍,已电话沟通",
    "券商迁移意向,比较佣金",
    "关注两融与ETF",
    "企业闲置资金理财需求",
    "参加过投资者教育活动",
    None,
)
_FACTS = ("name", "client_kind", "office_id", "staff_id", "need", "state", "expected_on", "act_by", "note", "client_id")
_COLUMNS = ("prospect_id", *_FACTS, "entered_by", "entered_at", "request_id", "version")


def store_prospects(
    connection: Connection, seed: int, staff: People, heads: dict[int, int], offices: list[int], last: np.datetime64
) -> int:
    """Write the prospects with their history and return how many; dates lie around the last day of the months."""
    random = stream(seed, "prospects")
    rows: list[dict[str, Any]] = []
    for index, (_code, _name, city, weight) in enumerate(OFFICES):
        team = np.flatnonzero(
            (staff.office == index) & np.isin(staff.category, (0, 1, 2)) & (staff.left == FAR) & (staff.joined <= last)
        )
        rows += [
            _drawn(random, city, last) | {
                "office_id": offices[index], "entered_by": heads.get(index),
                "staff_id": int(random.choice(team)) + 1 if len(team) and random.random() < 0.9 else None}
            for _ in range(weight * PER_WEIGHT)
        ]  # fmt: skip
    here = len(rows)
    by_office = {office: heads.get(index) for index, office in enumerate(offices)}
    rows += _won(connection, random, last, int(here * WON_SHARE), by_office)
    is_won = np.arange(len(rows)) >= here
    entered = last - random.integers(20, 150, len(rows)) - is_won * RECENT_DAYS
    moments = moment_texts(entered, business_minutes(random, len(rows)))
    steps = moment_texts(np.where(is_won, last - 1, entered + 15), business_minutes(random, len(rows)))
    events: list[tuple[Any, ...]] = []
    for number, (row, moment, later) in enumerate(zip(rows, moments, steps, strict=True), start=1):
        changed = row["client_id"] is not None or row["need"] == "none"
        row |= {"prospect_id": number, "entered_at": moment, "request_id": f"demo-prospect-{number}",
                "version": 2 if changed else 1}  # fmt: skip
        first = {**row, "client_id": None} | ({"need": "target", "state": "potential"} if changed else {})
        acts = [("enter", first, moment)]
        if changed:
            acts.append(("link" if row["client_id"] else "close", row, later))
        for sequence, (act, facts, at) in enumerate(acts, start=1):
            body = {"act": act, **{name: facts[name] for name in _FACTS}}
            text = json.dumps(body, ensure_ascii=False, sort_keys=True)
            events.append((len(events) + 1, number, sequence, text, row["entered_by"], at))
    load_rows(connection, prospect, _COLUMNS, [tuple(row[name] for name in _COLUMNS) for row in rows])
    load_rows(connection, prospect_event, ("event_id", "prospect_id", "sequence", "body", "by_user_id", "at"), events)
    return len(rows)


def _drawn(random: np.random.Generator, city: str, last: np.datetime64) -> dict[str, Any]:
    """Draw one prospect without account."""
    is_firm = random.random() < 0.15
    name = institutions(random, ["enterprise_group"], [city])[0] if is_firm else people(
        random, np.array([random.random() < 0.5]))[0]  # fmt: skip
    need = str(random.choice([code for code, _share in _NEEDS], p=[share for _code, share in _NEEDS]))
    expected = last + int(random.integers(5, 260)) if need != "none" and random.random() < 0.9 else None
    act_by = last + int(random.integers(0, 130)) if need != "none" and random.random() < 0.92 else None
    in_talks = need == "target" and random.random() < 0.45
    return {
        "name": name, "client_kind": "institution" if is_firm else "individual", "need": need,
        "state": "negotiating" if in_talks else "potential", "expected_on": None if expected is None else str(expected),
        "act_by": None if act_by is None else str(act_by), "client_id": None,
        "note": _NOTES[int(random.integers(len(_NOTES)))],
    }  # fmt: skip


def _won(connection: Connection, random: np.random.Generator, last: np.datetime64, wanted: int,
         heads: dict[int, int | None]) -> list[dict[str, Any]]:  # fmt: skip
    """Choose clients that opened of late as prospects of before."""
    since = last.astype(object) - timedelta(days=RECENT_DAYS)
    found = connection.execute(
        select(client.c.client_id, client.c.name, client.c.kind, client.c.office_id)
        .where(client.c.opened_on >= since, client.c.kind != "product").order_by(client.c.client_id)
    ).all()  # fmt: skip
    count = min(wanted, len(found))
    chosen: list[int] = np.sort(random.choice(len(found), count, replace=False)).tolist() if found else []
    return [
        {"name": one.name, "client_kind": one.kind, "office_id": one.office_id, "staff_id": None, "need": "target",
         "state": "won", "expected_on": str(last), "act_by": str(last), "note": None, "client_id": one.client_id,
         "entered_by": heads.get(one.office_id)}
        for one in (found[place] for place in chosen)
    ]  # fmt: skip
