"""How even the proposals for the demo firm's lists are, beside the same lists dealt out in turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from data_access import users
from data_access.actor import OperatorActor
from data_access.clock import business_date, frozen
from data_access.commands.campaigns import cancel_campaign, create_campaign
from data_access.database import Database
from data_access.demo import build_demo
from data_access.desk.lists import ListRequest
from data_access.reads.client_lists import ClientFilter
from data_access.reads.generation import read_generation
from data_access.refresh import refresh
from data_access.scope import FIRM
from data_access.tables import app_user
from metrics.desk import Preview, preview_campaign
from tests.support.book_rows import Book, signed_in
from tests.support.databases import fresh_sqlite

NOW = datetime(2025, 11, 3, 2, tzinfo=UTC)
POOL = ("lost", "archived", "silent")


def demo(folder: Path, template: Path, clients: int, months: int) -> Database:
    """Build and publish a demo firm."""
    folder.mkdir(exist_ok=True)
    db = fresh_sqlite(folder, template)
    patch = pytest.MonkeyPatch()
    patch.setattr(users, "hash_password", lambda password: "not a hash")
    build_demo(db, clients=clients, months=months, until=202510)
    patch.undo()
    refresh(db, actor=OperatorActor("test"))
    with db.writing() as connection:
        connection.execute(update(app_user).values(must_change_password=False))
    return db


def proposal(db: Database, username: str, statuses: tuple[str, ...]) -> Preview:
    """Make a campaign of a user's list, nobody held back, and return its proposal."""
    book = Book()
    with db.reading() as connection:
        book.users = {row.username: row.user_id for row in connection.execute(
            select(app_user.c.username, app_user.c.user_id))}  # fmt: skip
        generation = read_generation(connection)
    assert generation is not None
    asked = ListRequest("pool", ClientFilter(statuses=statuses), generation.last_month, generation.generation_id)
    actor = signed_in(db, book, username)
    made = create_campaign(db, actor=actor, name="list", purpose="reactivation", request=asked, holdout_bp=0,
                           request_id=f"make {username} {len(statuses)}")  # fmt: skip
    with db.reading() as connection:
        found = preview_campaign(connection, FIRM, made.campaign_no, on=business_date())
    assert found is not None
    # the next list begins with the same clients
    cancel_campaign(db, actor=actor, campaign_no=made.campaign_no, version=1,
                    request_id=f"cancel {username} {len(statuses)}")  # fmt: skip
    return found


def compare(found: Preview) -> tuple[float, float]:
    """Print the figures and return the spread of effort and of value over that of the list dealt out in turn."""
    ours, turn = found.distribution.spread, found.round_robin
    effort, value = ours.effort_range / turn.effort_range, ours.value_range / turn.value_range
    print(f"{len(found.distribution.placed)} clients, {len(found.people)} people: effort {ours.effort_range:.3f} of "
          f"{turn.effort_range:.3f} ({effort:.2f}), value {ours.value_range:.3f} of {turn.value_range:.3f} "
          f"({value:.2f}); unevenness {found.distribution.unevenness:.4f}, bound "
          f"{found.distribution.bound:.4f}")  # fmt: skip
    return effort, value


@pytest.fixture
def _clock() -> Iterator[None]:
    with frozen(NOW):
        yield


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Database]:
    """The demo firm at its usual size."""
    with frozen(NOW):
        db = demo(tmp_path_factory.mktemp("fair"), template_folder, 20_000, 36)
    yield db
    db.dispose()


@pytest.mark.usefixtures("_clock")
def test_a_branch_companys_list_goes_round_evenly(tmp_path: Path, template_folder: Path) -> None:
    """A small firm: nearly all value lies in a few clients whom nobody can split, so its bound is what counts."""
    db = demo(tmp_path, template_folder, 4_000, 14)
    found = proposal(db, "head_b05", POOL)
    db.dispose()
    assert len({one.office_code for one in found.clients.values()}) == 5
    assert len(found.distribution.placed) == found.distribution.placeable
    effort, value = compare(found)
    assert effort <= 0.5
    assert value < 1
    assert found.distribution.gap <= 0.1


@pytest.mark.soak
@pytest.mark.usefixtures("_clock")
@pytest.mark.parametrize("username", ["head_b05", "branch_head", "head_b01", "hq"])
def test_lists_of_the_whole_demo_firm(firm: Database, username: str) -> None:
    effort, value = compare(proposal(firm, username, POOL))
    assert effort <= 0.5
    assert value <= 0.5


@pytest.mark.soak
@pytest.mark.usefixtures("_clock")
def test_a_list_with_clients_worth_more_than_a_share_is_near_its_bound(firm: Database) -> None:
    """One silent client can be worth more than an office's even share: no distribution splits it."""
    found = proposal(firm, "head_b06", ("silent",))
    effort, _ = compare(found)
    assert effort <= 0.5
    assert found.distribution.gap <= 0.05
