"""Time of the incremental refresh of one month beside one warm scan that sums every measure of ``client_month``."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, insert, select, text

from data_access.actor import OperatorActor
from data_access.database import database
from data_access.reads.generation import read_generation
from data_access.refresh import refresh
from data_access.refresh.prepare import prepare_columns
from data_access.tables import client_month
from data_access.tables.clients import MEASURES

ROUNDS = 5
LIMIT = 1.5


@dataclass(frozen=True)
class RefreshTime:
    """Seconds of each round; ``months`` is what each timed refresh built, ``scan_sql`` the scan beside it.

    ``prepare_s``: what follows a refresh and nobody waits for, the columns of the month and the planner's statistics.
    """

    refresh_s: list[float]
    prepare_s: list[float]
    scan_s: list[float]
    months: list[int]
    scan_sql: str

    @property
    def ratio(self) -> float:
        """Median refresh ÷ median scan."""
        return statistics.median(self.refresh_s) / statistics.median(self.scan_s)


def measure_refresh(rounds: int = ROUNDS) -> RefreshTime:
    """Take the newest month's facts out, refresh, put them back and time the refresh that builds the month."""
    db = database()
    scan = select(func.count(), *(func.sum(client_month.c[name]) for name in MEASURES))
    taken, prepared, scans, built = [], [], [], []
    with db.reading() as connection:
        newest = connection.execute(select(func.max(client_month.c.month))).scalar_one()
        known = read_generation(connection)
    for _ in range(rounds):
        db.transact(lambda connection: _take_out(connection, newest))
        try:
            refresh(db, actor=OperatorActor())
        finally:
            db.transact(_put_back)
        scans.append(_scan(scan))
        begun = time.perf_counter()
        result = refresh(db, actor=OperatorActor())
        taken.append(time.perf_counter() - begun)
        built += result.months_built
        scans.append(_scan(scan))
        # the pages measured next find what an installation has after its refresh
        begun = time.perf_counter()
        prepare_columns(db)
        prepared.append(time.perf_counter() - begun)
    assert known is not None
    assert built == [newest] * rounds, built
    return RefreshTime(taken, prepared, scans, built, str(scan.compile(compile_kwargs={"literal_binds": True})))


def _scan(scan: object) -> float:
    with database().reading() as connection:
        connection.execute(scan).all()  # type: ignore[call-overload]
        begun = time.perf_counter()
        connection.execute(scan).all()  # type: ignore[call-overload]
        return time.perf_counter() - begun


def _take_out(connection: Connection, month: int) -> None:
    connection.execute(text("CREATE TABLE IF NOT EXISTS bench_month AS SELECT * FROM client_month WHERE 0"))
    connection.execute(text("DELETE FROM bench_month"))
    connection.execute(
        text("INSERT INTO bench_month SELECT * FROM client_month WHERE month = :month"), {"month": month}
    )
    connection.execute(delete(client_month).where(client_month.c.month == month))


def _put_back(connection: Connection) -> None:
    names = [column.name for column in client_month.c]
    kept = select(*(text(name) for name in names)).select_from(text("bench_month")).order_by(text("client_id"))
    connection.execute(insert(client_month).from_select(names, kept))
    connection.execute(text("DROP TABLE bench_month"))
