"""The views of the Tiers page for every role, with the figures of the small firm inside the role's reach.

Moves from June 2024 to June 2025: A 01, B 02 and C keep their tiers; 07 came; 12 and 13 were lost; 14 was lost and is
back. The measures' tiers are worked out in ``tests.metrics.test_tier_measures``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import func, insert, select

from data_access.database import Database
from data_access.tables import prospect, prospect_event
from domain.identity import mask_name
from pages._ui.tiers import distribution as tiers_distribution
from pages._ui.tiers import measures as tiers_measures
from pages._ui.tiers import migration as tiers_migration
from pages._ui.tiers import prospects as tiers_prospects
from pages._ui.tiers import segments as tiers_segments
from pages._ui.tiers import watch as tiers_watch
from tests.data_access.reads.test_watch import overtake
from tests.pages.test_exports import fetch, press_export, rows_of
from tests.support.apptest import Open, Screen

__all__ = ["press_export"]
READERS = ["hq", "branch_head", "branch_reviewer", "office_head", "staff", "analyst", "auditor"]
BLOCKS = {"distribution": tiers_distribution, "migration": tiers_migration, "segments": tiers_segments,
          "measures": tiers_measures, "watch": tiers_watch, "prospects": tiers_prospects}  # fmt: skip


@dataclass(frozen=True)
class Reach:
    """What one reach holds: moved up, down, stayed, new, lost, returned; segments; agreement with points."""

    moves: tuple[int, ...]
    segments: tuple[tuple[str, str, str, str], ...]  # number, its share, net income %, assets %
    agreement: str
    other: set[int]


NONE, ALL = ("0", "0.0", "0.0", "0.0"), ("100.0", "100.0", "100.0")
FIRM = Reach((0, 0, 11, 1, 2, 0),
             (("1", "7.1", "45.8", "25.2"), ("13", "92.9", "54.2", "74.8"), NONE, ("14", *ALL)),
             "10 / 12 (83.3%)", set(range(2, 15)))  # fmt: skip
BRANCH = Reach((0, 0, 8, 1, 1, 0),
               (("1", "10.0", "54.5", "52.3"), ("9", "90.0", "45.5", "47.7"), NONE, ("10", *ALL)),
               "8 / 9 (88.9%)", {2, 3, 4, 7, 8, 10, 11, 12, 14})  # fmt: skip
OFFICE = Reach((0, 0, 5, 1, 0, 0),
               (("1", "16.7", "66.0", "62.1"), ("5", "83.3", "34.0", "37.9"), NONE, ("6", *ALL)),
               "5 / 6 (83.3%)", {2, 7, 8, 11, 14})  # fmt: skip
OWN = Reach((0, 0, 4, 1, 0, 0),
            (("1", "20.0", "82.2", "76.3"), ("4", "80.0", "17.8", "23.7"), NONE, ("5", *ALL)),
            "5 / 5 (100.0%)", {3, 7, 8, 14})  # fmt: skip
REACH = {"hq": FIRM, "analyst": FIRM, "auditor": FIRM, "branch_head": BRANCH, "branch_reviewer": BRANCH,
         "office_head": OFFICE, "staff": OWN}  # fmt: skip


def view(open_: Open, name: str, user: str = "hq", **query: Any) -> Screen:
    return open_("tiers", user, query={"view": name, **query})


def numbers(screen: Screen) -> set[int]:
    return {int(number) for number in screen.clients}


@pytest.mark.parametrize("user", READERS)
def test_migration(look: Open, user: str) -> None:
    screen = view(look, "migration", user)
    names = ("Moved up", "Moved down", "Stayed in their tier", "New clients", "Lost in between", "Returned")
    assert tuple(int(screen.cards[name]) for name in names) == REACH[user].moves
    assert numbers(view(look, "migration", user, origin="not_yet", goal="C")) == {7}


def test_any_two_months_in_any_order_and_the_clients_of_a_cell(look: Open) -> None:
    for one, other in (("2024-12", "2025-06"), ("2025-06", "2024-12")):
        screen = view(look, "migration", **{"from": one, "to": other, "origin": "lost", "goal": "C"})
        assert (screen.cards["Returned"], screen.cards["Lost in between"]) == ("1", "2")
        assert numbers(screen) == {14}
    same = view(look, "migration", **{"from": "2025-06", "to": "2025-06"})
    assert "Choose two different months." in same.says("caption")
    assert same.cards["Stayed in their tier"] == "11"
    assert view(look, "migration", **{"from": "2024-05", "to": "x", "as_of": "2024-05"}).cards["New clients"] == "1"


@pytest.mark.parametrize("user", READERS)
def test_segments(look: Open, user: str) -> None:
    screen, reach = view(look, "segments", user, segment="other"), REACH[user]
    table = screen.table("Segment", "Persons")
    shown = tuple(zip(*(table[name] for name in ("Persons", "Persons %", "Net income %",
                                                 "Client assets %")), strict=True))  # fmt: skip
    assert shown == reach.segments
    assert numbers(screen) == reach.other
    assert numbers(view(look, "segments", user, segment="most_valuable")) == {1}
    assert view(look, "segments", user).says("success") == ["This segment is empty."]


@pytest.mark.parametrize("user", READERS)
def test_measures(look: Open, user: str) -> None:
    screen = view(look, "measures", user, pair="net_income-points", first="B", second="C")
    table = screen.table("Measures", "Same tier").set_index("Measures")
    assert table.loc["Net income × Value points", "Same tier"] == REACH[user].agreement
    if user == "staff":  # the one client of this cell is not the person's own
        assert screen.says("success") == ["No client stands in this cell."]
    else:
        assert numbers(screen) == {2}
        row = screen.table("client", "points").iloc[0]
        assert (row["assets"], row["turnover"], row["value"], row["points"]) == (500_000, 30_000_000, 6_000, 420)


def test_other_weights_stand_in_the_address_and_count(look: Open) -> None:
    screen = view(look, "measures", weights="100-1-1-1-10", first="C", second="A")
    assert numbers(screen) == {5}
    assert numbers(view(look, "measures", weights="100-1-1-1", first="C", second="B")) == {5}  # broken: the published
    screen.at.number_input(key="weight_assets_percent").set_value(0)
    next(button for button in screen.at.button if button.label == "Compare").click()
    assert screen.run().address["weights"] == "0-1-1-1-10"
    assert screen.says("success") == ["No client stands in this cell."]


@pytest.mark.parametrize("user", READERS)
def test_nobody_is_on_watch_by_the_first_rules(look: Open, user: str) -> None:
    screen = view(look, "watch", user)
    assert screen.says("success") == ["Nobody is on watch: by the rules of this month a tier falls at once."]


@pytest.mark.parametrize(("user", "seen"), [("hq", 1), ("office_head", 1), ("staff", 1), ("other_office_head", 0)])
def test_the_watch_list_and_its_file(
    firm: Database, open_screen: Open, press_export: Any, user: str, seen: int
) -> None:
    """The firm of ``tests.data_access.reads.test_watch``: 01 below the line of A, at two and at three month-ends."""
    overtake(firm)
    screen = view(open_screen, "watch", user, as_of="2025-04")
    if not seen:
        assert screen.says("success") == ["Nobody stands below the line of the tier held."]
        return
    assert [screen.cards[f"On watch in tier {tier}"] for tier in "AB"] == ["1", "0"]
    assert screen.cards["About to fall"] == "0"
    row = screen.table("client", "watched").iloc[0]
    assert tuple(row[name] for name in ("tier", "value", "line", "watched", "off", "by", "goal")) == (
        "A", 10_000, 25_000, 2, 15_000, "2025-06", "B")  # fmt: skip
    (line,) = rows_of(fetch(press_export(screen), screen.token)[2])
    columns = ("Client number", "Tier held", "Short of the line (yuan)", "Falls at the end of")
    assert tuple(line[name] for name in columns) == (
        "00000001", "Tier A", "15000.00", "2025-06")  # fmt: skip
    falling = view(open_screen, "watch", user, as_of="2025-05", which="falling")
    assert (falling.cards["About to fall"], numbers(falling)) == ("1", {1})


@pytest.mark.parametrize("name", list(BLOCKS))
def test_only_the_open_view_is_built(look: Open, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    import streamlit as st

    built: list[str] = []
    for code, module in BLOCKS.items():
        monkeypatch.setattr(module, "show", lambda _frame, code=code: (built.append(code), st.caption(code)))
    view(look, name)
    assert built == [name]


@pytest.mark.parametrize("value", ["' OR 1=1 --", "9" * 400, "２０２５-０６", "-", "", "A\x00"])
@pytest.mark.parametrize("name", ["migration", "measures", "watch", "segments", "prospects"])
def test_what_is_not_in_a_list_is_ignored(look: Open, name: str, value: str) -> None:
    names = ("from", "to", "origin", "goal", "pair", "first", "second", "weights", "which", "tier", "segment", "part",
             "grade", "urgency")  # fmt: skip
    broken, plain = view(look, name, **dict.fromkeys(names, value)), view(look, name)
    assert (broken.cards, broken.says("success")) == (plain.cards, plain.says("success"))
    assert [table.value.to_csv() for table in broken.at.dataframe] == [
        table.value.to_csv() for table in plain.at.dataframe]  # fmt: skip


def test_an_unknown_view_is_the_distribution(look: Open) -> None:
    assert "Tier mix" in view(look, "<script>").blocks


PROSPECTS = [  # name, office, staff, need, state, expected, act by, client
    ("周海", 4, 2, "target", "negotiating", date(2025, 8, 2), date(2025, 7, 9), None),
    ("吴桐", 4, None, "target", "potential", date(2025, 8, 3), date(2025, 7, 10), None),
    ("深圳远达软件有限公司", 6, 5, "potential", "potential", None, None, None),
    ("郑洁", 5, 3, "none", "potential", None, None, None), ("马超", 4, 4, "target", "won", None, None, 7),
]  # fmt: skip

MASKED = [mask_name(row[0]) for row in PROSPECTS[:3]]


@pytest.fixture
def with_prospects(firm: Database) -> Database:
    with firm.writing() as connection:
        connection.execute(insert(prospect), [
            {"name": name, "client_kind": "individual", "office_id": office, "staff_id": person, "need": need,
             "state": state, "expected_on": expected, "act_by": act, "client_id": became, "note": f"note {name}",
             "entered_at": datetime(2025, 6, 1, tzinfo=UTC), "request_id": name, "version": 1}
            for name, office, person, need, state, expected, act, became in PROSPECTS])  # fmt: skip
    return firm


@pytest.mark.parametrize(("user", "cards", "names"), [
    ("hq", ("1", "1", "0", "1", "1", "1"), ["周海", "吴桐", "深圳远达软件有限公司"]),
    ("office_head", ("1", "1", "0", "0", "0", "1"), ["周海", "吴桐"]),
    ("branch_head", ("1", "1", "0", "0", "1", "1"), ["周海", "吴桐"]),
    ("staff", ("1", "0", "0", "0", "0", "1"), ["周海"]),
    ("other_staff", ("0", "0", "0", "1", "0", "0"), ["深圳远达软件有限公司"]),
    ("auditor", ("1", "1", "0", "1", "1", "1"), MASKED),
])  # fmt: skip
def test_prospects(
    with_prospects: Database, open_screen: Open, user: str, cards: tuple[str, ...], names: list[str]
) -> None:
    screen = view(open_screen, "prospects", user)
    keys = (*(f"Grade {grade}" for grade in "ABCDE"), "Business done")
    assert tuple(screen.cards[key] for key in keys) == cards
    table = screen.table("name", "act_by")
    assert list(table["name"]) == names
    assert (table["note"].notna().any()) == (user != "auditor")
    may_write = user in ("staff", "other_staff", "office_head")
    assert ("Add a prospect" in [button.label for button in screen.at.button]) == may_write


def test_filters_and_parts_of_the_register(with_prospects: Database, open_screen: Open) -> None:
    def names(**query: Any) -> list[str]:
        return list(view(open_screen, "prospects", **query).table("name", "act_by")["name"])

    assert names(grade="B") == ["吴桐"]
    assert names(urgency="-") == ["深圳远达软件有限公司"]
    assert names(part="closed") == ["郑洁"]
    won = view(open_screen, "prospects", "office_head", part="won")
    assert won.table("name", "act_by")["client"].iloc[0].endswith("client=00000007")
    assert view(open_screen, "prospects", grade="C").says("info") == ["No row matches these filters."]


def test_nobody_is_entered_yet(look: Open) -> None:
    assert view(look, "prospects").says("success") == ["No prospect is entered in this scope yet."]


def fill(screen: Screen, **values: Any) -> Screen:
    """Fill the form in the dialog by label and save it."""
    for label, value in values.items():
        kinds = ("text_input", "selectbox", "date_input", "text_area")
        entry = next(one for kind in kinds for one in screen.at.get(kind) if one.label == label.replace("_", " "))
        entry.set_value(value)
    next(button for button in screen.at.button if button.label == "Save").click()
    return screen.run()


def test_staff_add_edit_and_close(firm: Database, open_screen: Open) -> None:
    screen = view(open_screen, "prospects", "staff").press("Add a prospect")
    fill(screen, Name="周海", Business_expected_on=date(2025, 8, 2), Act_by=date(2025, 7, 9))
    assert (screen.cards["Grade A"], list(screen.table("name", "act_by")["name"])) == ("1", ["周海"])
    screen.select_rows("prospect_rows_1", 0).press("Edit")
    fill(screen, Business_expected_on=date(2025, 8, 3))
    assert (screen.cards["Grade A"], screen.cards["Grade B"]) == ("0", "1")
    screen.select_rows("prospect_rows_1", 0).press("Log a contact")
    fill(screen, Note="met at the office")
    screen.select_rows("prospect_rows_1", 0)
    assert "Contacts so far: 1, of them 1 in person." in screen.says("markdown")
    screen.press("Close the prospect")
    fill(screen, Why="went abroad")
    assert screen.cards["Grade E"] == "1"
    with firm.reading() as connection:
        steps = connection.execute(select(func.count()).select_from(prospect_event)).scalar()
    assert steps == 3


def test_a_refusal_is_one_sentence_and_writes_nothing(firm: Database, open_screen: Open) -> None:
    screen = view(open_screen, "prospects", "staff").press("Add a prospect")
    fill(screen, Name="  ")
    assert screen.says("error") == ["Give the prospect a name."]
    with firm.reading() as connection:
        assert connection.execute(select(func.count()).select_from(prospect)).scalar() == 0


LISTS = [
    ("migration", {"origin": "C", "goal": "C"}, "client"), ("migration", {"origin": "not_yet", "goal": "C"}, "client"),
    ("migration", {"from": "2024-12", "origin": "lost", "goal": "C"}, "client"),
    ("segments", {"segment": "other"}, "client"), ("segments", {"segment": "most_valuable"}, "client"),
    ("measures", {"first": "C", "second": "C"}, "client"), ("measures", {"weights": "100-1-1-1-10"}, "client"),
    ("prospects", {}, "name"), ("prospects", {"part": "won"}, "name"), ("prospects", {"grade": ["A", "B"]}, "name"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "query", "column"), LISTS)
@pytest.mark.parametrize("user", ["hq", "office_head"])
def test_a_file_holds_the_list_on_the_page(
    with_prospects: Database, open_screen: Open, press_export: Any, name: str, query: dict[str, Any], column: str,
    user: str,
) -> None:  # fmt: skip
    screen = view(open_screen, name, user, **query)
    if not screen.has_table("client", "name"):
        assert (name, user) == ("measures", "office_head")  # the one client of the cell stands elsewhere
        return
    expected = screen.clients if column == "client" else list(screen.table("name", "act_by")["name"])
    status, headers, pieces = fetch(press_export(screen), screen.token)
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    found = [row["Client number" if column == "client" else "Name"] for row in rows_of(pieces)]
    assert (found, bool(found)) == (expected, True)
