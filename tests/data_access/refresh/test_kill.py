"""A refresh killed by the system at any moment: what was published stays, the next refresh succeeds."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from datetime import date

import pytest
from sqlalchemy import select

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.refresh import refresh
from data_access.tables import build, refresh_run
from tests.support.books import MONTHS, add_client, firm, month_row, write_book
from tests.support.published import all_rows, current

ACTOR = OperatorActor("tests")
KILLS = 20
SCRIPT = """
import sys
from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.refresh import refresh
db = Database(sys.argv[1])
print("ready", flush=True)
refresh(db, full=True, actor=OperatorActor("tests"), progress=lambda *step: print(*step, flush=True))
"""


@pytest.mark.soak
def test_a_killed_process_leaves_the_old_generation_and_blocks_nobody(sqlite_db: Database) -> None:
    book = firm()
    for key in range(1, 301):
        add_client(book, key, date(2023, 1, 1))
        book.client_month += [
            month_row(key, month, end_assets_fen=key, trades_count=0, net_income_fen=key) for month in MONTHS
        ]
    with sqlite_db.writing() as connection:
        write_book(connection, book)
    refresh(sqlite_db, actor=ACTOR)
    rng, killed = random.Random(7), 0
    for _ in range(KILLS):
        with sqlite_db.reading() as connection:
            before, rows = current(connection), all_rows(connection)
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(sqlite_db.url)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(rng.randrange(1, len(MONTHS))):
            process.stdout.readline()
        time.sleep(rng.uniform(0, 0.03))
        process.kill()
        process.communicate()
        killed += process.returncode == -9
        with sqlite_db.reading() as connection:
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            if process.returncode == -9:
                assert current(connection) == before
            assert all_rows(connection) == rows
    assert killed > KILLS // 2
    refresh(sqlite_db, actor=ACTOR, full=True)
    with sqlite_db.reading() as connection:
        assert all_rows(connection) == rows
        assert not connection.execute(select(refresh_run.c.run_id).where(refresh_run.c.state == "running")).all()
        assert set(current(connection).builds.values()) <= set(connection.execute(select(build.c.build_id)).scalars())
