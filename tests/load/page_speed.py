"""Times of every page's data per kind of reader, beside hand-written SQL and beside pandas on loaded tables."""

from __future__ import annotations

import gc
import random
import sqlite3
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from data_access.database import database
from data_access.reads.generation import read_generation
from tests.load import by_hand, page_data
from tests.load.firm import readers

RUNS = 24
KINDS = ("HQ", "branch", "office", "staff")
LIMIT_MS, TIMES_BY_HAND, MORE_MS, SMALL_MS, TIMES_PANDAS = 300.0, 1.5, 5.0, 100.0, 30.0


@dataclass(frozen=True)
class PageTime:
    """Milliseconds of one page for one kind of reader; ``pandas_ms`` None where it was not measured."""

    page: str
    kind: str
    p50: float
    p95: float
    hand_p50: float
    hand_p95: float
    pandas_ms: float | None = None
    misses: tuple[str, ...] = field(default=())

    def judged(self) -> tuple[str, ...]:
        """Return the budgets that are missed: all are held by the medians but the limit, which p95 holds."""
        found = []
        if self.p95 > LIMIT_MS:
            found.append("p95")
        if self.hand_p50 >= SMALL_MS:
            if self.p50 > TIMES_BY_HAND * self.hand_p50:
                found.append("1.5 x")
        elif self.p50 > self.hand_p50 + MORE_MS:
            found.append("+5 ms")
        if self.pandas_ms is not None and self.pandas_ms < TIMES_PANDAS * self.p50:
            found.append("30 x")
        return tuple(found)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which so large a share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


def measure_pages(pandas_ms: dict[str, float], *, pages: list[str] | None = None, kinds: tuple[str, ...] = KINDS,
                  runs: int = RUNS, say: Callable[[str], None] = print) -> list[PageTime]:  # fmt: skip
    """Measure every page for every kind of reader; each run takes another month, place or person."""
    db = database()
    with db.reading() as connection:
        generation = read_generation(connection)
    assert generation is not None
    raw = _raw(str(db.path))
    found = []
    # as the server does once its modules are imported
    gc.collect()
    gc.freeze()
    with page_data.caches_off() as forget:
        for kind in kinds:
            choose = random.Random(11)
            views = [page_data.make_view(db, reader, generation, choose) for reader in readers(kind, runs + 2)]
            for page in pages or list(page_data.PAGES):
                if page == "data" and kind == "staff":
                    continue
                own, hand = [], []
                for number, view in enumerate(views):
                    steps = list(by_hand.prepared(raw, view, page))
                    first, second = (own, hand) if number % 2 else (hand, own)
                    for into in (first, second):
                        forget()
                        begun = time.perf_counter()
                        if into is own:
                            page_data.PAGES[page](view)
                        else:
                            by_hand.Hand(raw, view)
                            for sql, values in steps:
                                raw.execute(sql, values).fetchall()
                        if number >= 2:
                            into.append((time.perf_counter() - begun) * 1000)
                one = PageTime(page, kind, statistics.median(own), percentile(own, 0.95), statistics.median(hand),
                               percentile(hand, 0.95), pandas_ms.get(page) if kind == "HQ" else None)  # fmt: skip
                found.append(PageTime(*(getattr(one, name) for name in ("page", "kind", "p50", "p95", "hand_p50",
                                      "hand_p95", "pandas_ms")), one.judged()))  # fmt: skip
                say(f"{page:20} {kind:7} p50 {one.p50:7.1f}  p95 {one.p95:7.1f}   by hand {one.hand_p50:7.1f} "
                    f"{one.hand_p95:7.1f}   {', '.join(one.judged())}")  # fmt: skip
    raw.close()
    return found


def plans(pages: list[str], kind: str = "HQ") -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Return page, hand-written statements and their plans, for one view of a kind of reader."""
    db = database()
    with db.reading() as connection:
        generation = read_generation(connection)
    assert generation is not None
    raw = _raw(str(db.path))
    found = []
    for page in pages:
        view = page_data.make_view(db, readers(kind, 1)[0], generation, random.Random(3))
        seen = [
            (sql if len(sql) < 1600 else f"{sql[:1600]} …", by_hand.plan(raw, sql, values))
            for sql, values in by_hand.prepared(raw, view, page)
        ]
        found.append((page, seen))
    return found


def _raw(path: str) -> sqlite3.Connection:
    raw = sqlite3.connect(path)
    for pragma in ("cache_size=-64000", "temp_store=MEMORY", "mmap_size=1073741824"):
        raw.execute(f"PRAGMA {pragma}")
    return raw
