"""Data of every view of the pages that have several: a script run with empty caches less one with all data cached.

The pages run in Streamlit's own test runner, so that a view is measured by the reads that it really makes.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from urllib.parse import parse_qsl

import pytest
import streamlit as st
from sqlalchemy import select, update

from data_access.database import Database, database
from data_access.reads.generation import read_generation
from data_access.tables import app_user
from domain.months import month_text
from domain.words import Role
from tests.load.page_speed import percentile
from tests.support.apptest import opener

LIMIT_MS = 300
VIEWS = {
    "tiers": ("distribution", "migration", "segments", "measures", "watch", "prospects"),
    "lifecycle": ("stages", "moves", "flow", "reasons", "near", "survival", "warnings"),
    "rules": ("",),
    "register": ("register", "conflicts", "calls"),
    "preregistrations": ("",),
    "approvals": ("",),
    "core": ("",),
    "hand_out": ("", "campaign=CMP-000011", "campaign=CMP-000002&view=done", "campaign=CMP-000002&view=members"),
    "tasks": ("",),
    "call": ("",),
    "results": ("groups", "way", "people", "quality"),
    "capacity": ("",),
}
"""By address: the codes of its views; one with an equals sign is a query of its own."""
READERS = (Role.HQ, Role.BRANCH_HEAD, Role.OFFICE_HEAD)


@dataclass(frozen=True)
class ViewSpeed:
    """Milliseconds of a view's data for one role: over the months, and of the script runs with the data cached."""

    view: str
    role: str
    p50: float
    p95: float
    cached: float


def measure_views(rounds: int = 6) -> list[ViewSpeed]:
    """Open every view as every reader, each round at another of the newest months."""
    db = database()
    with db.writing() as connection:
        connection.execute(update(app_user).values(must_change_password=False))
    with db.reading() as connection:
        generation = read_generation(connection)
        users = {
            role: connection.execute(select(app_user.c.username).where(app_user.c.role == role.value).limit(1)).scalar()
            for role in READERS
        }
    assert generation is not None
    months = sorted(generation.builds)[-rounds:]
    found = []
    with pytest.MonkeyPatch.context() as patch:
        for address, views in VIEWS.items():
            for view in views:
                for role, user in users.items():
                    if user is not None:
                        found.append(_measure(db, patch, address, view, role, user, months))
                        print(found[-1], flush=True)
    return found


def _measure(db: Database, patch: pytest.MonkeyPatch, address: str, view: str, role: Role, user: str,
             months: list[int]) -> ViewSpeed:  # fmt: skip
    open_screen = opener(db, patch)

    def opened(month: int) -> float:
        begun = time.perf_counter()
        asked = dict(parse_qsl(view)) if "=" in view else {"view": view} if view else {}
        open_screen(address, user, query={"as_of": month_text(month)} | asked)
        return (time.perf_counter() - begun) * 1000

    opened(months[0])
    data, cached = [], []
    for month in months:
        st.cache_data.clear()
        st.cache_resource.clear()
        cold = opened(month)
        warm = min(opened(month) for _ in range(2))
        data.append(max(cold - warm, 0.0))
        cached.append(warm)
    name = f"{address}: {view}" if view else address
    return ViewSpeed(name, role.value, statistics.median(data), percentile(data, 0.95), statistics.median(cached))


def views_section(rounds: int) -> str:
    """Return the section of the report."""
    lines = [
        "## Data of every view, nothing cached", "",
        "A script run with empty caches less one with all cached, charts included, in one process without a browser;",
        f"each round at another month. Budget: p95 ≤ {LIMIT_MS} ms.", "",
        "| View | Reader | p50 ms | p95 ms | run with data cached ms | missed |", "|---|---|---:|---:|---:|---|",
    ]  # fmt: skip
    lines += [
        f"| {one.view} | {one.role} | {one.p50:.0f} | {one.p95:.0f} | {one.cached:.0f} "
        f"| {'missed' if one.p95 > LIMIT_MS else ''} |"
        for one in measure_views(rounds)
    ]
    return "\n".join([*lines, ""])
