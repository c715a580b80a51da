"""Many rows and many broken files: memory stays flat, no cell changes silently, nothing crashes."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
from pathlib import Path

import pytest

from data_access.imports import FileRefused
from data_access.imports.staging import stage_file
from data_access.settings import ROOT
from tests.data_access.imports.files import ACCOUNT_EVENT, CLIENT, CLIENT_MONTH, RELATIONSHIP, as_workbook, write

BODIES = {"client": CLIENT, "client_month": CLIENT_MONTH, "account_event": ACCOUNT_EVENT, "relationship": RELATIONSHIP}
NASTY = [b"\0", b"\xff", b'"', b"\n", b"\r", b",", b"\xe5", b"=", b"1e9", b"\xef\xbb\xbf", "。".encode(), b"\x1b", b""]


def broken(seed: int, folder: Path) -> tuple[str, Path]:
    """Return a kind and a file of it with one to four random places changed."""
    chance = random.Random(seed)
    kind = chance.choice(list(BODIES))
    data = bytearray(as_workbook(folder, BODIES[kind]) if seed % 10 == 0 else BODIES[kind].encode())
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(data))
        data[place : place + chance.randint(0, 3)] = chance.choice(NASTY)
    return kind, write(folder, kind, bytes(data), f"{seed}.bin")


def read_broken(seeds: range, folder: Path) -> int:
    refusals = 0
    for seed in seeds:
        kind, path = broken(seed, folder)
        try:
            with stage_file(kind, path):
                pass
        except FileRefused as refused:
            refusals += 1
            for problem in refused.problems.shown:
                assert "13800138000" not in f"{problem}".replace("13800138000, +86 and dashes allowed", "")
                assert "11010519491231002" not in f"{problem}"
    return refusals


def test_broken_files_are_refused_or_read_and_never_crash(tmp_path):
    assert read_broken(range(150), tmp_path) > 75


@pytest.mark.soak
def test_thousands_of_broken_files(tmp_path):
    assert read_broken(range(1_000, 4_000), tmp_path) > 1_500


def test_no_cell_changes_silently(tmp_path):
    """Texts that other readers turn into numbers, dates or blanks come out as they went in."""
    chance = random.Random(7)
    words = [
        "NA",
        "null",
        "1e5",
        "007",
        "0x1F",
        "1.10",
        "true",
        "-",
        "000138",
        "nan",
        "2024-01-01",
        "１２",
        "None",
        "=1",
    ]
    rows = [
        [f"{index:06d}", chance.choice(words) + chance.choice(words), chance.choice(words)] for index in range(5_000)
    ]
    path = tmp_path / "client.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["client_no", "name", "segment", "kind", "office_code", "opened_on"])
        writer.writerows([*row, "individual", "O011", "2020-01-01"] for row in rows)
    with stage_file("client", path) as staged:
        read = [[row["client_no"], row["name"], row["segment"]] for row in staged.rows(("row_number",))]
    assert read == rows


SCRIPT = """
import resource
import sys
from pathlib import Path
from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.imports import import_file
from data_access.schema import upgrade
folder = Path(sys.argv[1])
db = Database(f"sqlite:///{folder}/large.sqlite3")
upgrade(db)
for kind in ("org_unit", "client", "client_month"):
    result = import_file(db, actor=OperatorActor("soak"), kind=kind, path=folder / f"{kind}.csv")
print(result.new, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@pytest.mark.soak
def test_five_million_client_months_need_less_than_a_gibibyte(tmp_path):
    clients, months = 140_000, 36
    write(tmp_path, "org_unit", "unit_code,name,kind,parent_code\nHQ,HQ,hq,\nO001,Main,office,HQ\n")
    with (tmp_path / "client.csv").open("w", encoding="utf-8") as handle:
        handle.write("client_no,name,kind,office_code,opened_on\n")
        handle.writelines(f"{index:09d},C{index},individual,O001,2015-01-01\n" for index in range(clients))
    with (tmp_path / "client_month.csv").open("w", encoding="utf-8") as handle:
        handle.write("client_no,month,end_assets,inflow,outflow,turnover,trades,commission,fees\n")
        for month in range(months):
            prefix = f"{2022 + month // 12}-{month % 12 + 1:02d}"
            handle.writelines(f"{index:09d},{prefix},{index % 997}.25,1.00,0.00,{index}.50,{index % 9},3.10,1.00\n"
                              for index in range(clients))  # fmt: skip
    done = subprocess.run([sys.executable, "-c", SCRIPT, str(tmp_path)], capture_output=True, text=True, check=True,
                          cwd=ROOT)  # fmt: skip
    new, peak = map(int, done.stdout.split()[-2:])
    assert new == clients * months
    assert peak < 1 << 30
