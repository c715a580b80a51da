"""Core service on the small firm: who sees what, and a list from the candidates to the review at headquarters."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from data_access.actor import SessionActor
from data_access.commands.approvals import decide_step_of_chain
from data_access.database import Database
from data_access.tables import approval_chain, core_list, relationship, staff
from tests.support.apptest import Open, token_of

READERS = ["hq", "branch_head", "branch_reviewer", "office_head", "staff", "analyst", "auditor"]
# core clients inside each reach: 00000002 of S0001 is the only one of the firm
SEEN = {"hq": ["00000002"], "branch_head": ["00000002"], "branch_reviewer": ["00000002"], "office_head": ["00000002"],
        "staff": [], "analyst": ["00000002"], "auditor": ["00000002"]}  # fmt: skip
# naturally new, opened before July 2024, without adviser, not lost; the most valuable first
CANDIDATES = ["00000004", "00000014", "00000008", "00000010", "00000011"]


@pytest.mark.parametrize("view", ["advisers", "lists", "candidates", "forced"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_view_opens_in_both_languages(look: Open, view: str, language: str) -> None:
    screen = look("core", "branch_head", language=language, query={"view": view})
    assert screen.heading == {"en": "Core service", "zh": "核心服务关系"}[language]
    assert screen.value("filter_view") == view


@pytest.mark.parametrize("user", READERS)
def test_core_clients_inside_the_reach(look: Open, user: str) -> None:
    screen = look("core", user)
    clients = [str(link).rsplit("client=", 1)[1] for link in screen.table("client", "since")["client"]] \
        if screen.has_table("client", "since") else []  # fmt: skip
    assert clients == SEEN[user]
    assert ("Candidates" in screen.options("filter_view")) == (user in ("branch_head", "branch_reviewer",
                                                                        "office_head"))  # fmt: skip


def test_an_adviser_has_one_of_a_hundred(look: Open) -> None:
    screen = look("core", "hq")
    assert screen.cards == {"Core relationships": "1", "Qualified advisers": "1 / 1", "Free places": "99"}
    row = screen.table("staff_no", "qualified").iloc[0]
    assert (row["staff_no"], row["clients"], row["qualified"]) == ("S0001", 1, "yes")


def test_the_adviser_stands_in_the_address(firm: Database, open_screen: Open, press_export: Any) -> None:
    with firm.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S0002").values(category="adviser"))
    screen = open_screen("core", "hq", query={"staff": "S0002"})
    assert (screen.value("filter_staff"), screen.has_table("client", "since")) == ("S0002", False)
    place = screen.table("staff_no", "qualified")["staff_no"].tolist().index("S0001")
    screen.select_rows("core_advisers", place)
    assert (screen.address["staff"], screen.clients) == ("S0001", ["00000002"])
    assert [row["Staff number"] for row in press_export(screen)] == ["S0001"]
    screen.select_rows("core_advisers")
    assert ("staff" in screen.address, screen.value("filter_staff"), screen.clients) == (False, None, ["00000002"])
    screen.choose("filter_staff", "S0002")
    assert (screen.address["staff"], screen.has_table("client", "since")) == ("S0002", False)


def test_names_are_masked_for_those_who_only_look(look: Open) -> None:
    assert list(look("core", "auditor").table("client", "since")["name"]) == ["刘*"]
    assert list(look("core", "hq").table("client", "since")["name"]) == ["刘洋"]


def test_candidates_are_naturally_new_and_old_enough(look: Open) -> None:
    screen = look("core", "branch_head", query={"view": "candidates"})
    rows = screen.table("client", "tier")
    assert [str(link).rsplit("client=", 1)[1] for link in rows["client"]] == CANDIDATES


def test_a_list_from_the_candidates_to_headquarters(firm: Database, open_screen: Open) -> None:
    lists = open_screen("core", "branch_reviewer", query={"view": "lists"})
    assert lists.says("info") == ["No list so far."]
    lists.press("Open the list of the next window")
    assert lists.address["list"] == "CORE-000001"
    screen = open_screen("core", "branch_reviewer", query={"view": "candidates"})
    screen.select_rows("core_candidates", 0, 1)
    screen.press("Add 2 to list CORE-000001")
    assert screen.says("success") == ["Done: list CORE-000001."]

    screen = open_screen("core", "branch_reviewer", query={"view": "lists"})
    lines = screen.table("position", "verdict")
    assert lines[["position", "verdict"]].to_numpy().tolist() == [[1, "stands"], [2, "stands"]]
    screen.press("Send for approval")
    with firm.reading() as connection:
        assert connection.execute(select(core_list.c.state)).scalar() == "submitted"
    approve(firm, "branch_head", 1)

    screen = open_screen("core", "hq", query={"view": "lists"})
    assert screen.table("List", "Window").iloc[0].tolist()[:7] == [
        "CORE-000001", "华东分公司", "2025-07", "Submitted", 2, 0, 0]  # fmt: skip
    approve(firm, "hq", 2)
    made = relationship.c
    with firm.reading() as connection:
        rows = connection.execute(select(made.client_id, made.type, made.state, made.valid_from)
                                  .where(made.relationship_no.like("REL-%")).order_by(made.client_id))  # fmt: skip
        assert [tuple(row) for row in rows] == [(4, "core_service", "confirmed", date(2025, 7, 2)),
                                                (14, "core_service", "confirmed", date(2025, 7, 2))]  # fmt: skip


def approve(db: Database, user: str, level: int) -> None:
    with db.reading() as connection:
        chain = connection.execute(select(approval_chain)).one()
    decide_step_of_chain(db, actor=SessionActor(token_of(db, user)), chain_no=chain.chain_no, level=level,
                         seen_version=chain.version, seen_hash=chain.content_hash, decision="approved",
                         request_id=f"{user}{level}")  # fmt: skip


def test_headquarters_rejects_a_line_with_a_reason(firm: Database, open_screen: Open) -> None:
    screen = open_screen("core", "branch_reviewer", query={"view": "lists"})
    screen.press("Open the list of the next window")
    screen.at.text_area(key="core_paste").set_value("00000004,S0001\n00000008 S0001\nbroken")
    screen.press("Add the lines")
    assert screen.says("error") == ["These lines cannot be read: 3."]
    screen.at.text_area(key="core_paste").set_value("00000004,S0001\n00000008 S0001\n00000006 S0001")
    screen.press("Add the lines")
    assert screen.says("text")[0] == ("00000006 · Client 00000006 was not found.")  # of another branch company
    screen.press("Send for approval")
    approve(firm, "branch_head", 1)

    screen = open_screen("core", "hq", query={"view": "lists"})
    screen.select_rows("core_lines_CORE-000001_3", 1)
    screen.at.text_input(key="core_review_reason").set_value("not convincing")
    screen.run()
    screen.press("Reject")
    lines = screen.table("position", "verdict")
    assert list(lines["verdict"]) == ["stands", "rejected"]
    assert lines["why"][1] == "Headquarters rejected the line: not convincing."
    approval = open_screen("approvals", "hq", query={"approval": "A00000001"})
    assert list(approval.table("position", "verdict")["verdict"]) == ["stands", "rejected"]
    approval.press("Approve")
    with firm.reading() as connection:
        assert connection.execute(select(core_list.c.state)).scalar() == "approved"
    done = open_screen("core", "hq", query={"view": "lists"})
    assert list(done.table("position", "verdict")["verdict"]) == ["done", "rejected"]


def test_a_leaver_forces_an_end(firm: Database, open_screen: Open) -> None:
    assert open_screen("core", "hq", query={"view": "forced"}).says("success") == ["Nothing forces an end."]
    with firm.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S0001").values(left_on=date(2025, 6, 20)))
    seen = open_screen("core", "branch_head", query={"view": "forced"})
    assert "Headquarters ends them." in seen.says("caption")
    screen = open_screen("core", "hq", query={"view": "forced"})
    row = screen.table("client", "ground").iloc[0]
    assert (row["ground"], row["end_on"]) == ("The adviser left", date(2025, 6, 21))
    screen.select_rows("core_forced", 0)
    screen.press("End the selected (1)")
    assert screen.says("success")[0] == "1 core relationships were ended."
    with firm.reading() as connection:
        ended = connection.execute(select(relationship).where(relationship.c.relationship_no == "R00000002")).one()
    assert (ended.valid_to, ended.release_reason) == (date(2025, 6, 21), "left")


@pytest.mark.parametrize("query", [{"view": "nonsense"}, {"view": "lists", "list": "CORE-999999"},
                                   {"view": "candidates"}])  # fmt: skip
def test_hostile_addresses_change_nothing(look: Open, query: dict[str, str]) -> None:
    assert look("core", "staff", query=query).heading == "Core service"
