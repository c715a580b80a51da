"""``python -m tests.load.benchmark``: builds the firm once, measures, prints and writes ``docs/benchmarks.md``."""

# ruff: noqa: E501, ISC004 -- statements and tables read better whole

from __future__ import annotations

import argparse
import logging
import os
import platform
import sqlite3
import statistics
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.load import firm

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
PARTS = ("pages", "views", "explore", "desk", "refresh", "runs")


def main() -> None:
    """Read the command line, measure and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts to measure: {', '.join(PARTS)}")
    parser.add_argument("--rounds", type=int, default=24, help="runs of every page and reader")
    parser.add_argument("--no-document", action="store_true", help="print only")
    given = parser.parse_args()
    firm.use_folder()
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    logging.disable(logging.WARNING)
    firm.build_once()
    wanted = given.only.split(",")
    parts = [_about(given.rounds)]
    if "pages" in wanted:
        parts.append(_pages(given.rounds))
    if "views" in wanted:
        parts.append(_views(max(given.rounds // 2, 4)))
    if "explore" in wanted:
        parts.append(_explore(max(given.rounds // 2, 4)))
    if "desk" in wanted:
        from tests.load.desk_speed import desk_section

        parts.append(desk_section())
    if "refresh" in wanted:
        parts.append(_refresh())
    if "runs" in wanted:
        parts.append(_runs())
    if "pages" in wanted:
        parts.append(_plans())
    text = "\n".join(parts)
    print(text)
    if not given.no_document:
        DOCUMENT.write_text(text)


def _about(rounds: int) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cpu = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                if line.startswith("model name")), platform.machine())  # fmt: skip
    packages = ", ".join(f"{name} {version(name)}" for name in ("streamlit", "SQLAlchemy", "pandas", "plotly"))
    return f"""# Benchmarks

Written by `bin/bench` ({datetime.now(UTC):%Y-%m-%d %H:%M} UTC, load average {os.getloadavg()[0]:.1f}).
A demo firm of {firm.CLIENTS:,} clients × {firm.MONTHS} months on SQLite, seed {firm.SEED}, built once under `var/bench`.

- Machine: {cpu}, {os.cpu_count()} cores, {memory:.0f} GiB; other work may run beside. Figures that are compared were
  taken in one run, alternating.
- Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}.
- {rounds} runs of every page and reader, each of another month of the last 24 and another place or person; two more warm up.
"""


def _pages(rounds: int) -> str:
    from tests.load.page_speed import measure_pages
    from tests.load.pandas_way import measure_pandas

    lines = [
        "## Data of a page, nothing cached",
        "",
        "Budgets: p95 ≤ 300 ms; beside hand-written SQL over the same derived tables ≤ 1.5 × where that takes 100 ms or",
        "more, else ≤ 5 ms more (medians); ≥ 30 × faster than loading the tables with pandas and grouping "
        "(headquarters).",
        "",
        "| Page | Reader | p50 ms | p95 ms | by hand p50 | × | more ms | pandas × | missed |",
        "|---|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for one in measure_pages(measure_pandas(), runs=rounds):
        pandas = "" if one.pandas_ms is None else f"{one.pandas_ms / one.p50:.0f}"
        lines.append(
            f"| {one.page} | {one.kind} | {one.p50:.1f} | {one.p95:.1f} | {one.hand_p50:.1f} | "
            f"{one.p50 / one.hand_p50:.2f} | {one.p50 - one.hand_p50:.1f} | {pandas} | {', '.join(one.misses)} |"
        )
    return "\n".join([*lines, ""])


def _views(rounds: int) -> str:
    from tests.load.view_speed import views_section

    return views_section(rounds)


def _explore(rounds: int) -> str:
    from tests.load.explore_speed import explore_section

    return explore_section(rounds)


def _refresh() -> str:
    from tests.load.refresh_speed import LIMIT, measure_refresh

    found = measure_refresh()
    return f"""## Incremental refresh of one month

The newest month's facts are taken out, the refresh runs, they are put back, and the refresh that builds the month is
timed, with the scan before and after it; all warm. Budget: ≤ {LIMIT} × the scan. "Afterwards" is what no page waits
for: the month's columns (docs/adr/0009) and the planner's statistics.

| | seconds |
|---|---|
| Refresh | {", ".join(f"{one:.2f}" for one in found.refresh_s)} (median {statistics.median(found.refresh_s):.2f}) |
| Afterwards | {", ".join(f"{one:.2f}" for one in found.prepare_s)} |
| Scan | {", ".join(f"{one:.2f}" for one in found.scan_s)} (median {statistics.median(found.scan_s):.2f}) |
| Ratio | {found.ratio:.2f}{"" if found.ratio <= LIMIT else " (missed)"} |

```sql
{found.scan_sql}
```
"""


def _runs() -> str:
    from tests.load.page_runs import CPU_LIMIT_MS, MORE_MS, RELOADS, TIMES_EMPTY, measure_runs

    found = measure_runs()
    empty, pages = found[0], found[1:]
    limit = TIMES_EMPTY * empty.painted_ms + MORE_MS
    lines = [
        "## One script run with the data cached, and reload until painted",
        "",
        f"{RELOADS} reloads of each page at headquarters in headless Chromium after two that warm the caches. CPU is the "
        "server process's",
        "user and system time per reload, which holds one script run, the new socket and the messages; the empty page "
        "has a",
        "server of its own. Painted: from the start of the reload until the script has ended and every chart and table "
        "is drawn.",
        f"Budgets: CPU < {CPU_LIMIT_MS:.0f} ms beyond the empty page; painted ≤ {TIMES_EMPTY} × empty + {MORE_MS:.0f} ms "
        f"= {limit:.0f} ms.",
        "",
        "| Page | CPU ms | beyond empty | painted p50 ms | missed |",
        "|---|---:|---:|---:|---|",
        f"| {empty.page} | {empty.cpu_ms:.0f} | | {empty.painted_ms:.0f} | |",
    ]
    for one in pages:
        beyond = one.cpu_ms - empty.cpu_ms
        missed = [*(["CPU"] if beyond >= CPU_LIMIT_MS else []), *(["painted"] if one.painted_ms > limit else [])]
        lines.append(f"| {one.page} | {one.cpu_ms:.0f} | {beyond:.0f} | {one.painted_ms:.0f} | {', '.join(missed)} |")
    return "\n".join([*lines, ""])


def _plans() -> str:
    from tests.load.by_hand import PAGES
    from tests.load.page_speed import plans

    lines = ["## Appendix: hand-written statements and their plans", "", "One view at headquarters.", ""]
    for page, statements in plans(list(PAGES)):
        lines += [f"### {page}", ""]
        for sql, steps in statements:
            lines += ["```sql", sql, *(f"--   {step}" for step in steps), "```", ""]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
