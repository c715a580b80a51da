"""Each line of the attention list leads to exactly the clients or tasks it counts."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from data_access.database import Database
from data_access.tables import reactivation_task
from tests.support.apptest import Open
from tests.support.firm import LOADED_AT


def counted(screen, words: str) -> int:
    """The count that stands beside a line of the list."""
    texts = [str(entry.value) for entry in screen.at.markdown if str(entry.value).startswith("**")]
    labels = [entry.proto.label for entry in screen.at.get("page_link")]
    order = ["Overdue tasks", "Tier A clients lost this month", "Newly silent clients",
             "Near silent: 9 to 11 quiet months", "Pool clients without a task", "Open tasks",
             "Undetermined for missing data"]  # fmt: skip
    assert words in labels
    return int(texts[order.index(words)].strip("*").replace(",", ""))


@pytest.mark.parametrize(("words", "page", "query", "month", "clients"), [
    ("Newly silent clients", "pool", {"status": "silent", "newly": "1"}, "2025-04", {"00000008", "00000009"}),
    ("Newly silent clients", "pool", {"status": "silent", "newly": "1"}, "2025-06", set()),
    ("Pool clients without a task", "list", {"status": ["lost", "archived", "silent"], "task": "without"}, "2025-06",
     {"00000009", "00000011", "00000012", "00000013"}),
])  # fmt: skip
def test_the_list_behind_a_count(look: Open, words: str, page: str, query: dict, month: str, clients: set[str]):
    assert counted(look("overview", "hq", query={"as_of": month}), words) == len(clients)
    screen = look(page, "hq", query={**query, "as_of": month})
    assert set(screen.clients if clients else []) == clients
    assert screen.has_table("client", "name") == bool(clients)


def test_tasks_are_counted_as_the_tasks_page_shows_them(open_screen: Open, firm: Database):
    with firm.writing() as connection:  # held by S0002's agent: inside the reach of S0002, not among the own tasks
        connection.execute(insert(reactivation_task).values(
            task_id=9, task_no="T00000009", client_id=11, office_id=4, staff_id=4, state="open", priority="normal",
            pool_status="archived", due_on=LOADED_AT.date(), assigned_by=4, assigned_at=LOADED_AT, version=1,
            request_id="test-attention"))  # fmt: skip
    for user, opened, late in (("staff", 1, 0), ("office_head", 2, 1)):
        screen = open_screen("overview", user)
        assert (counted(screen, "Open tasks"), counted(screen, "Overdue tasks")) == (opened, late)
        cards = open_screen("tasks", user).cards
        assert (cards["Open"], cards["Overdue"]) == (str(opened), str(late))
