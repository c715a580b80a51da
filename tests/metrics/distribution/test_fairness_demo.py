"""How even the proposals for the demo firm's lists are, beside the same lists dealt out in turn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from data_access import user_accounts
from data_access.actor import OperatorActor
from data_access.clock import business_date, frozen
from data_access.commands.campaigns import cancel_campaign, create_campaign
from data_access.database import Database
from data_access.demo import build_demo
from data_access.desk.lists import ListRequest
from data_access.reads.client_filter import ClientFilter
from data_access.reads.generation import read_generation
from data_access.refresh import refresh
from data_access.scope import FIRM
from data_access.tables import app_user
from metrics.desk import Preview, preview_campaign
from metrics.distribution import Offer, Taker, round_robin
from tests.support.book_rows import Book, signed_in
from tests.support.databases import fresh_sqlite

NOW = datetime(2025, 11, 3, 2, tzinfo=UTC)
POOL = ("lost", "archived", "silent")


def demo(folder: Path, template: Path, clients: int, months: int) -> Database:
    """Build and publish a demo firm."""
    folder.mkdir(exist_ok=True)
    db = fresh_sqlite(folder, template)
    patch = pytest.MonkeyPatch()
    patch.setattr(user_accounts, "hash_password", lambda password: "not a hash")
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


@dataclass(frozen=True)
class Fairness:
    """A proposal over the same list dealt out in turn: widest differences between people, and what is avoidable.

    ``forced``: the widest difference in value that the most valuable single client leaves in every distribution, since
    a client cannot be split. ``least``: the unevenness of effort and value that no distribution is below.
    ``avoidable``: what of the unevenness lies above it.
    """

    effort: float
    value: float
    forced: float
    least: float
    avoidable: float

    @property
    def can_be_halved(self) -> bool:
        """True where some distribution might leave half of the turn's differences; where not, none can."""
        return self.forced <= 0.5 and self.least <= 0.5


def compare(found: Preview) -> Fairness:
    """Print the figures and return them as ratios to the list dealt out in turn."""
    offers = [Offer(one.facts, one.effort, one.value_fen, one.reachable) for one in found.clients.values()]
    takers = [Taker(one.person, one.effort, one.value_fen) for one in found.people.values()]
    mine, turn = found.distribution, round_robin(offers, takers, found.on, found.limits)
    assert turn.spread == found.round_robin
    fair = Fairness(
        mine.spread.effort_range / turn.spread.effort_range, mine.spread.value_range / turn.spread.value_range,
        forced_range(found) / turn.spread.value_range, mine.bound / turn.unevenness,
        (mine.unevenness - mine.bound) / (turn.unevenness - mine.bound))  # fmt: skip
    print(f"{len(mine.placed)} clients, {len(found.people)} people: effort {mine.spread.effort_range:.3f} of "
          f"{turn.spread.effort_range:.3f}, value {mine.spread.value_range:.3f} of {turn.spread.value_range:.3f}, "
          f"unevenness {mine.unevenness:.4f} of {turn.unevenness:.4f}, bound {mine.bound:.4f}: {fair}")  # fmt: skip
    return fair


def forced_range(found: Preview) -> float:
    """Return what the widest difference in value cannot be below: whoever has the most valuable client has it alone.

    That person's ratio to an even share is that client's at least, and somebody of the same part lies at 1 or below.
    """
    loads = {load.staff_no: load for load in found.distribution.loads}
    per_capacity = {number: load.even_value_fen / load.capacity for number, load in loads.items() if load.capacity}
    largest: dict[float, int] = {}
    for number, even in per_capacity.items():
        largest[round(even, 6)] = max(largest.get(round(even, 6), 0), loads[number].capacity)
    ratios = [0.0]
    for client_no, number in found.distribution.placed.items():
        even = round(per_capacity[number], 6)
        if even > 0:
            ratios.append(found.clients[client_no].value_fen / (even * largest[even]))
    return max(max(ratios) - 1, 0.0)


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


@pytest.mark.soak
@pytest.mark.usefixtures("_clock")
def test_a_branch_companys_list_goes_round_evenly(tmp_path: Path, template_folder: Path) -> None:
    db = demo(tmp_path, template_folder, 4_000, 14)
    found = proposal(db, "head_b05", POOL)
    db.dispose()
    assert len({one.office_code for one in found.clients.values()}) == 5
    assert len(found.distribution.placed) == found.distribution.placeable
    fair = compare(found)
    assert fair.effort <= 0.5
    assert fair.avoidable <= 0.5
    assert fair.value <= (0.5 if fair.can_be_halved else 1)


@pytest.mark.soak
@pytest.mark.usefixtures("_clock")
@pytest.mark.parametrize("statuses", [("silent",), POOL], ids=["silent", "pool"])
@pytest.mark.parametrize("username", ["head_b01", "branch_head", "head_b05", "head_b06", "hq"])
def test_lists_of_the_whole_demo_firm(firm: Database, username: str, statuses: tuple[str, ...]) -> None:
    fair = compare(proposal(firm, username, statuses))
    # a silent list gives each person three or four clients: single ones count
    assert fair.effort <= (0.5 if statuses == POOL else 0.6)
    assert fair.avoidable <= 0.5
    assert fair.value <= (0.5 if fair.can_be_halved else 1)
