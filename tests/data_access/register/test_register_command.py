"""``register check``, ``register export`` and what an import of relationships reports, from the command line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from sqlalchemy import func, select
from typer.testing import CliRunner

from data_access.cli import imports, register
from data_access.clock import frozen
from data_access.database import Database
from data_access.tables import conflict_item, relationship
from tests.support.book_rows import NOW, Book, add_clients, add_staff, write_book
from tests.support.register_rows import add_link

FILE = (
    "relationship_no,client_no,type,valid_from,valid_to,staff_no,share\n"
    "X1,C1,new_development,2024-02-01,,S1,1\n"
    "X2,C2,legacy_development,2024-02-01,,S2,0.5\n"
)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with frozen(NOW):
        yield


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer()
    register.register(app)
    imports.register(app)
    return app


@pytest.fixture
def book(default_db: Database) -> Book:
    """R1 of C1 is held by N1, who has no licence."""
    book = write_book(default_db)
    with default_db.writing() as connection:
        add_clients(connection, book, ["C1", "C2"], status=None)
        add_staff(connection, book, "N1", licence=None)
        add_link(connection, book, "R1", "C1", "legacy_development", {"N1": 10_000})
    return book


def run(command: typer.Typer, *words: str) -> tuple[int, list[str]]:
    result = CliRunner().invoke(command, [*words])
    return result.exit_code, result.output.splitlines()


LINES = [
    "1 x Holder without licence (no_licence)",
    "  R1: N1 does not hold on 2024-01-10: Licence. [R-03.qualification]",
]


def test_a_check_brings_the_list_up_to_date(default_db: Database, book: Book, command: typer.Typer) -> None:
    assert run(command, "register", "check", "--dry-run") == (0, [*LINES, "Dry run, nothing written: 1 fault(s)."])
    with default_db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(conflict_item)).scalar_one() == 0
    first, again = run(command, "register", "check"), run(command, "register", "check")
    assert first == (0, [*LINES, "1 fault(s): 1 new on the work list, 0 gone, 1 waiting."])
    assert again == (0, [*LINES, "1 fault(s): 0 new on the work list, 0 gone, 1 waiting."])


def test_a_file_of_an_existing_register_is_reported_and_taken(
    default_db: Database, book: Book, command: typer.Typer, tmp_path: Path
) -> None:
    path = tmp_path / "relationship.csv"
    path.write_text(FILE, encoding="utf-8")
    faults = ["1 x Two development relationships (two_development)",
              "  X1: R1 and X1 are development relationships at the same time. [register.two_development]"]  # fmt: skip
    counts = "2 rows read: 2 new, 0 changed, 0 same."
    assert run(command, "import", "relationship", str(path), "--dry-run") == (
        0, [f"Dry run, nothing written: relationship, {counts}", *faults])  # fmt: skip
    code, lines = run(command, "import", "relationship", str(path))
    assert (code, lines[1:]) == (0, faults)
    with default_db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(relationship)).scalar_one() == 3


FOUND = "Register: 1 fault(s): {new} new on the work list, 0 gone, 1 waiting."


def test_the_nightly_folder_ends_with_the_check(
    default_db: Database, book: Book, command: typer.Typer, tmp_path: Path
) -> None:
    assert run(command, "import-folder", str(tmp_path)) == (0, [f"0 file(s) imported. {FOUND.format(new=1)}"])
    (tmp_path / "relationship.csv").write_text(FILE, encoding="utf-8")
    code, lines = run(command, "import-folder", str(tmp_path))
    assert (code, lines[-1]) == (
        0, "1 file(s) imported. Register: 2 fault(s): 1 new on the work list, 0 gone, 2 waiting.")  # fmt: skip


def test_a_refused_file_is_the_exit_code_of_the_folder_and_the_register_is_checked_all_the_same(
    default_db: Database, book: Book, command: typer.Typer, tmp_path: Path
) -> None:
    (tmp_path / "relationship.csv").write_text(FILE.replace("C2", "C9"), encoding="utf-8")
    code, lines = run(command, "import-folder", str(tmp_path))
    assert (code, lines[-1]) == (1, f"0 file(s) imported. {FOUND.format(new=1)}")
    with default_db.reading() as connection:
        assert connection.execute(select(conflict_item.c.kind)).scalars().all() == ["no_licence"]


def test_the_register_as_a_file(default_db: Database, book: Book, command: typer.Typer, tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    assert run(command, "register", "export", str(path), "--on", "2024-01-09") == (0, [f"0 row(s) written to {path}."])
    words = ("--on", "today", "--type", "legacy_development")
    assert run(command, "register", "export", str(path), *words) == (0, [f"1 row(s) written to {path}."])
    assert path.read_text(encoding="utf-8-sig").splitlines()[1:] == ["R1,C1,legacy_development,2024-01-10,,N1,1"]


@pytest.mark.parametrize("words", [("--on", "soon"), ("--type", "friendship")])
def test_what_is_not_understood_writes_nothing(book: Book, command: typer.Typer, tmp_path: Path,
                                               words: tuple[str, str]) -> None:  # fmt: skip
    path = tmp_path / "register.csv"
    assert (run(command, "register", "export", str(path), *words)[0], path.exists()) == (2, False)
