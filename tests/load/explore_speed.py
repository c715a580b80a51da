"""Questions of Explore with nothing cached: on the cubes and on client rows, for headquarters, a branch, an office."""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import dataclass

from data_access.database import database
from data_access.reads.generation import read_generation
from data_access.scope import read_scope
from metrics.explore.answer import explore
from metrics.explore.asked import Exploration
from metrics.explore.spread import SPREAD_OF, read_spread
from metrics.question import ask
from tests.load.firm import readers

CUBE_LIMIT_MS, CLIENT_LIMIT_MS = 300, 2_000
CUBE = {
    "clients by tier": Exploration(),
    "four measures by office, top 10 and the rest": Exploration(
        ("clients", "net_income", "assets", "active_ratio"), ("office",), top=10),
    "office by tier, compared with last year": Exploration(
        ("clients", "net_income"), ("office",), across="tier", compare="year"),
    "branch by month": Exploration(("assets",), ("branch",), across="month"),
    "months by kind, compared": Exploration(
        ("clients", "net_income"), ("month",), across="client_kind", compare="year"),
    "branch, status and stage": Exploration(("clients",), ("branch", "status"), across="stage"),
    "income of twelve months by branch and kind": Exploration(
        ("net_income", "turnover"), ("branch", "client_kind"), period="12m", compare="previous"),
    "filtered by tier and kind": Exploration(
        ("clients", "assets"), ("office",), top=20, where=(("client_kind", ("individual",)), ("tier", ("A", "B")))),
}  # fmt: skip
CLIENT = {
    "clients and assets by risk level": Exploration(("clients", "assets"), ("risk_level",)),
    "segment by tier": Exploration(("clients", "net_income"), ("segment",), across="tier"),
    "top 20 % share by risk level": Exploration(("income_share_top20",), ("risk_level",)),
    "income of the year by tier": Exploration(("net_income",), ("tier",), period="year"),
}  # fmt: skip


@dataclass(frozen=True)
class ExploreSpeed:
    """Milliseconds of one question over all readers and months."""

    question: str
    level: str
    p50: float
    p95: float
    limit: int


def measure_explore(runs: int = 12, seed: int = 3) -> list[ExploreSpeed]:
    """Ask every question of each kind of reader, each time about another month and place."""
    choose = random.Random(seed)
    db = database()
    with db.reading() as connection:
        generation = read_generation(connection)
        assert generation is not None
        reaches = [read_scope(connection, role=reader.role, unit_id=reader.unit_id, staff_id=None)
                   for kind in ("HQ", "branch", "office") for reader in readers(kind, runs)]  # fmt: skip
    months = sorted(generation.builds)[-20:]

    def timed(asked: Exploration | str) -> list[float]:
        found = []
        for reach in reaches:
            month = choose.choice(months)
            begun = time.perf_counter()
            with db.reading() as connection:
                if isinstance(asked, str):
                    question = ask(connection, "clients", as_of=month, scope=reach, generation=generation)
                    read_spread(connection, question, asked)
                else:
                    explore(connection, asked, month=month, scope=reach, generation=generation)
            found.append((time.perf_counter() - begun) * 1000)
        return sorted(found[1:])

    def speed(name: str, level: str, limit: int, asked: Exploration | str) -> ExploreSpeed:
        times = timed(asked)
        return ExploreSpeed(name, level, statistics.median(times), times[int(len(times) * 0.95) - 1], limit)

    return [
        *(speed(name, "cube", CUBE_LIMIT_MS, asked) for name, asked in CUBE.items()),
        *(speed(name, "clients", CLIENT_LIMIT_MS, asked) for name, asked in CLIENT.items()),
        *(speed(f"distribution of {code}", "clients", CLIENT_LIMIT_MS, code) for code in SPREAD_OF),
    ]


def explore_section(runs: int = 12) -> str:
    """Return the measurement as a section of the benchmark document."""
    budgets = (f"Budgets: a question on the cubes ≤ {CUBE_LIMIT_MS} ms p95, on client rows ≤ {CLIENT_LIMIT_MS:,} ms "
               "p95; headquarters, branches and offices together.")  # fmt: skip
    lines = [
        "## Explore, nothing cached", "", budgets, "",
        "| Question | Level | p50 ms | p95 ms | missed |", "|---|---|---:|---:|---|",
    ]  # fmt: skip
    lines += [f"| {one.question} | {one.level} | {one.p50:.0f} | {one.p95:.0f} | "
              f"{'missed' if one.p95 > one.limit else ''} |" for one in measure_explore(runs)]  # fmt: skip
    return "\n".join([*lines, ""])
