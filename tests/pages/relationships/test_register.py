"""The register page on the small firm: who held whom on a day, conflicts to settle, calls to make, files of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.reads.type_rules import type_row
from data_access.register.conflicts import find_conflicts
from data_access.tables import conflict_item, follow_up, relationship, relationship_type, staff
from domain.relationship_types import FIRST_TYPE_RULES
from tests.pages.conftest import NOW
from tests.support.apptest import Open, Screen

READERS = ["hq", "branch_head", "branch_reviewer", "office_head", "staff", "analyst", "auditor"]
BRANCH = [1, 2, 3, 4, 7, 12, 14]
FIRM = [1, 2, 3, 4, 5, 6, 7, 12, 14]
OFFICE = [1, 2, 3, 4, 7, 14]  # of O011, and those that its staff hold elsewhere
SEEN = {"hq": FIRM, "branch_head": BRANCH, "branch_reviewer": BRANCH, "office_head": OFFICE, "staff": [1, 3, 7, 14],
        "analyst": FIRM, "auditor": FIRM, "other_staff": [5, 6], "other_office_head": [5, 6]}  # fmt: skip


def numbers(screen: Screen) -> list[int]:
    """The clients of the list, in its order."""
    return [int(number) for number in screen.clients]


@pytest.mark.parametrize("user", sorted(SEEN))
def test_who_holds_whom_today(look: Open, user: str) -> None:
    screen = look("register", user)
    assert screen.heading == "Relationship register"
    assert numbers(screen) == SEEN[user]
    assert any(f"Rows 1–{len(SEEN[user])} of {len(SEEN[user])}" in text for text in screen.says("caption"))


def test_holders_with_their_shares(look: Open) -> None:
    table = look("register", "hq", query={"client": "00000004", "when": "all"}).table("client", "holders")
    people = [entry.split(" ")[1::3] for entry in table["holders"]]
    assert [len(one) for one in people] == [1, 2]
    assert list(table["number"]) == ["R00000008", "R00000009"]
    assert table["holders"][1].count("25%") == table["holders"][1].count("75%") == 1


@pytest.mark.parametrize(("query", "expected"), [
    ({"on": "2024-05-31"}, [1, 12]), ({"on": "2025-05-31"}, [1, 2, 3, 4, 5, 6, 12]),
    ({"on": "2030-01-01"}, FIRM), ({"on": "nonsense"}, FIRM), ({"client": "00000004"}, [4]),
    ({"client": "00000004", "when": "all"}, [4, 4]), ({"staff": "S0001"}, [1, 2, 4]),
    ({"type": ["ib_service", "core_service"]}, [2, 6]), ({"holders": "several"}, [1, 3, 4]),
    ({"holders": "one", "type": "key_service"}, [5]),
])  # fmt: skip
def test_days_and_filters(look: Open, query: dict[str, Any], expected: list[int]) -> None:
    assert numbers(look("register", "hq", query=query)) == expected


def test_lists_without_rows_say_why(look: Open) -> None:
    pending = look("register", "hq", query={"when": "pending"})
    assert pending.says("success") == ["No relationship waits for an approval."]
    unknown = look("register", "hq", query={"client": "999"})
    assert unknown.says("info") == ["No row matches these filters."]


@pytest.mark.parametrize(("user", "hidden"), [("analyst", True), ("auditor", True), ("hq", False)])
def test_names_of_masked_readers(look: Open, user: str, hidden: bool) -> None:
    names = look("register", user).table("client", "name")["name"]
    assert all("*" in name for name in names) is hidden


def test_one_relationship(look: Open) -> None:
    screen = look("register", "hq", query={"client": "00000004", "when": "all"}).select_rows("register_0", 0)
    facts = dict(screen.table("Field", "Value").itertuples(index=False, name=None))
    assert screen.blocks == ["Relationship R00000008"]
    assert facts == {"From": "2024-07-01", "To": "2025-06-01", "How confirmed": "By approval",
                     "Confirmed on": "2025-07-01 10:00", "Reason": "adjusted"}  # fmt: skip
    hidden = look("register", "auditor", query={"client": "00000004", "when": "all"}).select_rows("register_0", 0)
    assert "Reason" not in set(hidden.table("Field", "Value")["Field"])


@pytest.fixture
def leaver(firm: Database) -> Database:
    """S0003, who holds clients 3 (a third), 4 and 12, has left."""
    with firm.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S0003").values(left_on=date(2025, 6, 20)))
    return firm


def test_a_conflict_from_the_check_to_its_settlement(leaver: Database, open_screen: Open) -> None:
    screen = open_screen("register", "hq", query={"view": "conflicts"})
    assert screen.says("success") == ["No conflict waits here."]
    screen.press("Check the register now")
    rows = screen.table("Kind of conflict", "What is wrong")
    kept = rows[rows["Kind of conflict"] == "Holder has left"]
    assert list(kept["What is wrong"]) == ["S0003 left on 2025-06-20 and still holds clients: 3 relationships."]
    screen.select_rows("conflicts_0", int(kept.index[0]))
    screen.press("Settle the conflict")
    assert screen.says("error") == ["Give a reason."]
    screen.at.text_area[0].set_value("handed over tomorrow")
    screen.press("Settle the conflict")
    assert screen.says("success")[0] == "The conflict is settled."
    item = conflict_item.c
    with leaver.reading() as connection:
        row = connection.execute(select(item.state, item.resolution).where(item.kind == "holder_left")).one()
    assert tuple(row) == ("resolved", "handed over tomorrow")
    settled = open_screen("register", "hq", query={"view": "conflicts", "state": "resolved"})
    assert list(settled.table("Kind of conflict", "Settled")["Reason"]) == ["handed over tomorrow"]


def test_a_settled_conflict_is_opened_again(
    leaver: Database, open_screen: Open, press_export: Callable[[Screen], list[dict[str, str]]]
) -> None:
    find_conflicts(leaver, OperatorActor("test"))
    query = {"view": "conflicts", "kind": "holder_left"}
    screen = open_screen("register", "hq", query=query).select_rows("conflicts_0", 0)
    screen.at.text_area[0].set_value("handed over")
    screen.press("Settle the conflict")
    screen = open_screen("register", "branch_head", query={**query, "state": "resolved"})
    screen.select_rows("conflicts_0", 0)
    assert "Settled on 2025-07-02 10:00 by hq" in screen.says("caption")
    assert "· handed over" in screen.says("text")
    screen.press("Open the conflict again")
    assert screen.says("error") == ["Give a reason."]
    screen.at.text_area[0].set_value("not handed over")
    screen.press("Open the conflict again")
    assert screen.says("success") == ["The conflict is open again.", "No conflict waits here."]
    screen = open_screen("register", "hq", query=query).select_rows("conflicts_0", 0)
    assert "Settled on 2025-07-02 10:00 by hq, opened again on 2025-07-02 10:00 by branch head" in screen.says(
        "caption"
    )
    assert {"· handed over", "· not handed over"} <= set(screen.says("text"))
    assert press_export(screen)[0]["Opened again because"] == "not handed over"
    hidden = open_screen("register", "auditor", query=query).select_rows("conflicts_0", 0)
    assert "handed over" not in hidden.everything() + str(hidden.says("text"))
    chinese = open_screen("register", "hq", language="zh", query=query).select_rows("conflicts_0", 0)
    assert "hq 于 2025-07-02 10:00 处理，branch head 于 2025-07-02 10:00 重新打开" in chinese.says("caption")


def test_who_is_not_offered_to_open_again(leaver: Database, open_screen: Open) -> None:
    find_conflicts(leaver, OperatorActor("test"))
    with leaver.writing() as connection:
        connection.execute(update(conflict_item).values(state="resolved", resolution="gone", resolved_at=NOW))
    for user in ("hq", "auditor"):
        screen = open_screen("register", user, query={"view": "conflicts", "state": "resolved"})
        screen.select_rows("conflicts_0", 0)
        assert "Open the conflict again" not in [button.label for button in screen.at.button]


@pytest.mark.parametrize(("user", "seen", "settles"), [
    ("hq", True, True), ("branch_head", True, True), ("office_head", False, False), ("auditor", True, False),
    ("staff", False, False), ("other_office_head", False, False),
])  # fmt: skip
def test_conflicts_inside_the_reach(leaver: Database, open_screen: Open, user: str, seen: bool,
                                    settles: bool) -> None:  # fmt: skip
    with leaver.writing() as connection:
        person = connection.execute(select(staff.c.staff_id).where(staff.c.staff_no == "S0003")).scalar_one()
        connection.execute(insert(conflict_item).values(
            kind="holder_left", fault_key="k", staff_id=person, details='{"code": "register.left", "params": {}}',
            state="open", opened_at=NOW, version=1))  # fmt: skip
    screen = open_screen("register", user, query={"view": "conflicts"})
    assert screen.has_table("Kind of conflict") is seen
    if seen:
        screen.select_rows("conflicts_0", 0)
        assert ("Settle the conflict" in [button.label for button in screen.at.button]) is settles


def test_a_call_is_recorded_and_the_row_goes(firm: Database, open_screen: Open) -> None:
    screen = open_screen("register", "office_head", query={"view": "calls"})
    assert screen.says("success") == ["No call is late."]  # confirmed yesterday
    screen.choose("filter_show", "all")
    assert sorted(numbers(screen)) == OFFICE
    screen.select_rows("follow_ups_0", 0)
    first = screen.table("client", "late_on")["number"][0]
    screen.press("Record the call")
    assert screen.says("error") == ["Choose a result."]
    screen.at.radio[0].set_value("disputed")
    screen.press("Record the call")
    assert screen.says("success") == [f"The call about {first} is recorded."]
    assert first not in list(screen.table("client", "late_on")["number"])
    with firm.reading() as connection:
        assert connection.execute(select(follow_up.c.result)).scalar_one() == "disputed"
        assert connection.execute(select(conflict_item.c.kind)).scalar_one() == "disputed"


@pytest.mark.parametrize(("user", "offered"), [("hq", True), ("branch_reviewer", True), ("staff", False),
                                               ("auditor", False)])  # fmt: skip
def test_who_is_offered_the_form_of_a_call(look: Open, user: str, offered: bool) -> None:
    screen = look("register", user, query={"view": "calls", "show": "all"}).select_rows("follow_ups_0", 0)
    assert ("Record the call" in [button.label for button in screen.at.button]) is offered


@pytest.mark.parametrize("user", READERS)
@pytest.mark.parametrize("view", ["register", "conflicts", "calls"])
def test_every_view_in_chinese(look: Open, user: str, view: str) -> None:
    screen = look("register", user, language="zh", query={"view": view})
    assert screen.heading == "关系登记簿"
    assert "Rows" not in screen.everything()


OWN = replace(FIRST_TYPE_RULES[0], type="night_desk", number=11, name_zh="夜间柜台关系", name_en="Night desk")


@pytest.mark.parametrize(("language", "word"), [("en", "Night desk"), ("zh", "夜间柜台关系")])
def test_a_type_of_the_firms_own_bears_its_name_on_screens_and_in_files(
    firm: Database, open_screen: Open, press_export: Any, language: str, word: str
) -> None:
    link = relationship.c
    with firm.writing() as connection:
        connection.execute(insert(relationship_type), type_row(OWN, valid_from=date(2025, 1, 1), published_at=NOW))
        connection.execute(update(relationship).where(link.relationship_no == "R00000009").values(type=OWN.type))
    screen = open_screen("register", "hq", language=language, query={"client": "00000004"})
    assert screen.table("client", "holders")["type"].tolist() == [word]
    assert set(press_export(screen)[0].values()) >= {"R00000009", word}
    shown = open_screen("client", "hq", language=language, query={"client": "00000004"}).everything()
    assert (word in shown, OWN.type in shown) == (True, False)


@pytest.mark.parametrize("user", ["hq", "office_head", "staff", "auditor"])
def test_the_file_of_the_register_has_a_row_per_holder(firm: Database, open_screen: Open, press_export: Any,
                                                       user: str) -> None:  # fmt: skip
    screen = open_screen("register", user, query={"on": "2025-05-31"})
    rows = press_export(screen)
    assert list(dict.fromkeys(int(row["Client number"]) for row in rows)) == list(dict.fromkeys(numbers(screen)))
    mine = [(row["Staff number"], row["Share"]) for row in rows if row["Client number"] == "00000001"]
    assert mine == [("S0001", "0.6"), ("S0002", "0.4")]
    assert all("*" in row["Name"] for row in rows) is (user == "auditor")


def test_files_of_calls_and_conflicts(leaver: Database, open_screen: Open, press_export: Any) -> None:
    calls = press_export(open_screen("register", "hq", query={"view": "calls", "show": "all"}))
    assert [int(row["Client number"]) for row in calls] == [1, 2, 3, 5, 6, 7, 14, 4, 12]
    screen = open_screen("register", "hq", query={"view": "conflicts"}).press("Check the register now")
    assert {row["Staff number"] for row in press_export(screen) if row["Kind of conflict"] == "Holder has left"} == {
        "S0003"
    }
