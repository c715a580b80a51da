"""The firm that measurements run on: 200,000 clients x 36 months on SQLite under ``var/bench``, built once."""

from __future__ import annotations

import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "var" / "bench"
CLIENTS, MONTHS, SEED, UNTIL = 200_000, 36, 1, 202610


def use_folder(folder: Path = FOLDER) -> None:
    """Point this process and its children at the firm; call it before anything reads the settings."""
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'firm.sqlite3'}"
    os.environ["DASHBOARD_KEYS_DIR"] = str(folder / "keys")
    os.environ["DASHBOARD_FILES_DIR"] = str(folder / "files")
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def build_once() -> None:
    """Build the firm and publish its figures unless that was done before (some five to ten minutes).

    A firm that is there is brought to the newest schema, with the columns of its months.
    """
    from data_access.actor import OperatorActor
    from data_access.database import database
    from data_access.demo import build_demo
    from data_access.reads.generation import read_generation
    from data_access.refresh import refresh
    from data_access.refresh.prepare import prepare_columns
    from data_access.schema import upgrade

    db = database()
    upgrade(db)
    with db.reading() as connection:
        known = read_generation(connection)
    if known is not None and len(known.builds) == MONTHS:
        prepare_columns(db)  # a firm built by an older program lacks them
        return
    begun = time.monotonic()
    print(f"Building a firm of {CLIENTS:,} clients x {MONTHS} months under {FOLDER} …", flush=True)
    build_demo(db, clients=CLIENTS, months=MONTHS, seed=SEED, until=UNTIL, replace=True)
    print(f"  facts: {time.monotonic() - begun:.0f} s", flush=True)
    refresh(db, actor=OperatorActor())
    print(f"  figures: {time.monotonic() - begun:.0f} s", flush=True)
    prepare_columns(db)
    print(f"  columns: {time.monotonic() - begun:.0f} s", flush=True)


@dataclass(frozen=True)
class Reader:
    """One reader to measure for: the kind of reach and the place or person."""

    kind: str
    role: str
    unit_id: int | None
    staff_id: int | None


def readers(kind: str, count: int, seed: int = 7) -> list[Reader]:
    """Return so many readers of a kind (``HQ``, ``branch``, ``office``, ``staff``), places and persons varied."""
    from sqlalchemy import select

    from data_access.database import database
    from data_access.tables import org_unit, staff

    choose = random.Random(seed)
    with database().reading() as connection:
        if kind == "staff":
            known = connection.execute(
                select(staff.c.staff_id).where(staff.c.left_on.is_(None), staff.c.category == "account_manager")
                .order_by(staff.c.staff_id)
            ).scalars().all()  # fmt: skip
            return [Reader(kind, "staff", None, choose.choice(known)) for _ in range(count)]
        units = connection.execute(
            select(org_unit.c.unit_id).where(org_unit.c.kind == kind.lower()).order_by(org_unit.c.unit_id)
        ).scalars().all()  # fmt: skip
    role = {"HQ": "hq", "branch": "branch_head", "office": "office_head"}[kind]
    return [Reader(kind, role, units[number % len(units)], None) for number in range(count)]
