"""Both command lines: a database that cannot be used is one sentence and exit code 1, never a trace."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from data_access.settings import ROOT

COMMANDS = [["data_access", "refresh"], ["data_access", "check"], ["data_access", "user", "list"],
            ["metrics", "query", "clients"]]  # fmt: skip


def _run(words: list[str], url: str, keys: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": url, "DASHBOARD_KEYS_DIR": str(keys)}
    return subprocess.run([sys.executable, "-m", *words], cwd=ROOT, env=environment, capture_output=True, text=True,
                          timeout=60, check=False)  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_server_that_does_not_answer(words: list[str], tmp_path: Path):
    result = _run(words, "postgresql://nobody:secret@127.0.0.1:1/none", tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: The database at postgresql://nobody:***@127.0.0.1:1/none cannot be used: "
        "check that it can be reached and written to.\n"
    )


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_database_without_schema(words: list[str], tmp_path: Path):
    result = _run(words, f"sqlite:///{tmp_path / 'new.sqlite3'}", tmp_path)
    assert result.returncode == 1
    assert result.stderr == (
        "Error: The database has no schema yet, or an older one; run `python -m data_access init`.\n"
    )
