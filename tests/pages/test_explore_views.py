"""Saved views on the page: kept, opened, shared; whoever opens one sees the own reach and nothing of the author's."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import pytest

from data_access.actor import SessionActor
from data_access.commands.views import save_view, share_view
from data_access.database import Database
from tests.support.apptest import Open, Screen, token_of

READERS = ["hq", "branch_head", "branch_reviewer", "office_head", "staff", "analyst", "auditor"]
OFFICES = {"hq": {"O011", "O012", "O021"}, "analyst": {"O011", "O012", "O021"}, "auditor": {"O011", "O012", "O021"},
           "branch_head": {"O011", "O012"}, "branch_reviewer": {"O011", "O012"}, "office_head": {"O011"},
           "staff": set()}  # fmt: skip
CLIENTS = {"hq": 12, "analyst": 12, "auditor": 12, "branch_head": 9, "branch_reviewer": 9, "office_head": 6, "staff": 5}
BODIES: dict[str, Mapping[str, list[str]]] = {
    "all": {"measure": ["clients", "net_income"], "by": ["office"]},
    "one office": {"by": ["office"], "where": ["office:O021"]},
    "one person": {"measure": ["staff_net_income"], "by": ["staff"], "where": ["staff:S0005"]},
    "broken": {"measure": ["salary"], "where": ["office:' OR 1=1 --"], "x": ["y"]},
}  # fmt: skip


def shared(db: Database, author: str, name: str, body: Mapping[str, list[str]]) -> int:
    actor = SessionActor(token_of(db, author))
    key = save_view(db, actor=actor, kind="explore", name=name, body=body)
    share_view(db, actor=actor, view_id=key, version=1, shared=True)
    return key


def opened(open_screen: Open, reader: str, view: int) -> Screen:
    return open_screen("explore", reader, query={"view": str(view)})


@pytest.mark.parametrize("reader", READERS)
def test_a_view_shows_the_readers_own_reach(firm: Database, open_screen: Open, reader: str) -> None:
    assert leaks_of(firm, open_screen, reader, ["hq"], ["all", "one person"]) == (0, 2)
    everybody = opened(open_screen, reader, shared(firm, "hq", "again", BODIES["all"]))
    assert everybody.table("clients_0_value")["clients_0_value"].tolist()[-1] == CLIENTS[reader]


@pytest.mark.soak
@pytest.mark.parametrize("reader", READERS)
def test_every_author_and_every_reader(firm: Database, open_screen: Open, reader: str) -> None:
    assert leaks_of(firm, open_screen, reader, READERS, list(BODIES)) == (0, 28)


def leaks_of(db: Database, open_screen: Open, reader: str, authors: list[str], names: list[str]) -> tuple[int, int]:
    """Open every author's views; count what of a foreign reach shows, and answers that depend on the author."""
    answers: dict[str, list[str]] = {}
    leaks = checked = 0
    for author, name in product(authors, names):
        screen = opened(open_screen, reader, shared(db, author, f"{name} of {author}", BODIES[name]))
        text = screen.everything()
        foreign = {"O021", "S0005"} if "O021" not in OFFICES[reader] else set()
        leaks += sum(code in text for code in foreign)
        tables = [entry.value.to_csv() for entry in screen.at.dataframe]
        leaks += answers.setdefault(name, tables) != tables
        checked += 1
    return leaks, checked


def test_a_view_that_is_not_shared_reads_as_not_found(firm: Database, open_screen: Open) -> None:
    actor = SessionActor(token_of(firm, "hq"))
    key = save_view(firm, actor=actor, kind="explore", name="Secret", body=BODIES["one office"])
    for view in (str(key), "999999", "x", "-1", "1 OR 1=1", "９", "1" * 5000):
        screen = open_screen("explore", "branch_head", query={"view": view})
        assert screen.says("warning") == ["Not found."]
        assert "Secret" not in screen.everything()
    assert not open_screen("explore", "hq", query={"view": str(key)}).says("warning")


def test_opening_a_view_puts_its_codes_into_the_address(firm: Database, open_screen: Open) -> None:
    key = shared(
        firm, "hq", "Offices", {"measure": ["net_income"], "by": ["office"], "where": ["tier:A", "office:O021"]}
    )
    screen = opened(open_screen, "branch_head", key)
    assert screen.address == {"view": str(key), "measure": "net_income", "by": "office", "where": "tier:A"}
    assert [toast.value for toast in screen.at.toast] == [
        "1 filters of this view lie outside your scope and were left out."]  # fmt: skip
    screen.choose("explore_period", "year")
    assert screen.address["period"] == "year"


def test_names_are_plain_text_on_the_page(firm: Database, open_screen: Open) -> None:
    shared(firm, "hq", "**x** [y](javascript:z) :red[k] $1$ <b>", BODIES["all"])
    screen = open_screen("explore", "analyst", state={"explore_views": True})
    names = [button.label for button in screen.at.button if button.key and button.key.startswith("view_open_")]
    assert len(names) == 1
    assert names[0].startswith(r"\*\*x\*\* \[y\]\(javascript\:z\) \:red\[k\] \$1\$ \<b\>")


def test_keeping_a_question_and_refusals(firm: Database, open_screen: Open) -> None:
    screen = open_screen("explore", "analyst", query={"by": "office"}, state={"explore_keep": True})
    screen.at.text_input[0].input("Offices")
    screen.press("Save")
    assert screen.says("success") == ["The question is kept."]
    again = open_screen("explore", "analyst", state={"explore_keep": True})
    again.at.text_input[0].input("Offices")
    again.press("Save")
    assert again.says("error") == ["You already have a view of that name: Offices."]
    mine = open_screen("explore", "analyst", state={"explore_views": True})
    mine.press("Offices")
    assert mine.table("by_0", "clients_0_value")["clients_0_value"].tolist() == [6, 3, 3, 12]
