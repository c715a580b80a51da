"""The hand-out page on the small firm: who may, what a list gives, the proposal, changes by hand, commit and undo.

Of B01's pool 00000011 (archived, O011) and 00000012 (lost, O012) are free; 00000008 (silent, O011) has a task of S0002.
"""

from __future__ import annotations

from datetime import date
from urllib.parse import parse_qs

import pytest
from sqlalchemy import insert, select

from data_access.actor import SessionActor
from data_access.commands.campaigns import create_campaign
from data_access.commands.hand_outs import commit_hand_out
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.desk.lists import ListRequest
from data_access.reads.client_filter import ClientFilter
from data_access.tables import campaign, campaign_member, client, reactivation_task, staff, staff_capacity
from domain.campaigns import Source
from pages._ui.campaigns.carried import Carried, carried, known_list, quiet_of, quiet_text, read_carried
from tests.support.apptest import Open, Screen, token_of
from tests.support.firm import LOADED_AT

ARCHIVED = {"list": "source=pool&status=archived"}
LOST = {"list": "source=pool&status=lost"}
MAKE, LIST = "Make the campaign and draw the groups", "Campaign of this list"


def made(open_screen: Open, user: str = "branch_head", query: dict[str, str] | None = None) -> Screen:
    """Make a campaign of a list and return its proposal."""
    return open_screen("hand_out", user, query=query or ARCHIVED).press(MAKE)


def tasks_of(db: Database, *states: str) -> list[tuple[str, str]]:
    """(client, person) of the tasks that a campaign handed out."""
    with db.reading() as connection:
        rows = connection.execute(
            select(client.c.client_no, staff.c.staff_no)
            .join(reactivation_task, reactivation_task.c.client_id == client.c.client_id)
            .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
            .where(reactivation_task.c.campaign_id.is_not(None), reactivation_task.c.state.in_(states or ("open",)))
            .order_by(client.c.client_no))  # fmt: skip
        return [tuple(row) for row in rows]


def button(screen: Screen, key: str) -> object:
    return next(entry for entry in screen.at.button if entry.key == key)


@pytest.mark.parametrize(("address", "query"), [
    ("pool", {"status": "lost"}), ("lifecycle", {"view": "flow"}), ("lifecycle", {"view": "near"}), ("list", {}),
    ("explore", {}),
])  # fmt: skip
def test_lists_offer_a_campaign_to_leads_only(look: Open, address: str, query: dict[str, str]) -> None:
    others = (("staff", 0), ("analyst", 0)) if address == "pool" else ()
    for user, offered in (("branch_head", 1), *others):
        labels = [entry.label for entry in look(address, user, query=query).at.button]
        assert labels.count(LIST) == offered, user


@pytest.mark.parametrize(("address", "query", "carried"), [
    ("pool", {"status": "lost", "tier_before": ["C"], "task": "without"},
     {"source": ["pool"], "status": ["lost"], "tier_before": ["C"], "task": ["without"]}),
    ("lifecycle", {"view": "flow", "period": "year", "back": "no"},
     {"source": ["churn"], "period": ["year"], "back": ["no"]}),
    ("list", {"status": ["archived"]}, {"source": ["clients"], "status": ["archived"]}),
])  # fmt: skip
def test_a_list_carries_its_rule_place_and_month(look: Open, address: str, query: dict[str, object],
                                                 carried: dict[str, list[str]]) -> None:  # fmt: skip
    screen = look(address, "hq", query={**query, "as_of": "2025-05", "unit": "B01"}).press(LIST)
    assert (screen.address["as_of"], screen.address["unit"]) == ("2025-05", "B01")
    assert parse_qs(str(screen.address["list"])) == carried
    assert screen.heading == "Hand out"


def test_chosen_rows_are_a_list_of_their_own(look: Open) -> None:
    screen = look("pool", "branch_head", query={"status": "lost"})
    screen.select_rows("pool_lost_0", 0)
    screen.press("Campaign of the selected (1)")
    assert parse_qs(str(screen.address["list"])) == {"source": ["selection"], "client": ["00000012"]}
    assert screen.cards["Can be handed out"] == "1"


@pytest.mark.parametrize(("text", "able", "cannot"), [
    ("source=pool&status=archived", "1", []), ("source=pool&status=silent", "0", ["1 · Somebody has an open task"]),
    ("source=churn&period=12m", "1", ["1 · Not in the pool"]),  # 14 came back, 12 did not
    ("source=clients&status=normal", "0", ["6 · Not in the pool"]),
    ("source=selection&client=00000011&client=00000009&client=nobody", "1", []),  # 9 is of another branch company
    ("source=pool&status=everything", "0", []), ("source=explore&cell=nonsense", "0", []),
])  # fmt: skip
def test_the_form_says_what_can_be_handed_out_and_why_not(look: Open, text: str, able: str, cannot: list[str]) -> None:
    screen = look("hand_out", "branch_head", query={"list": text})
    assert screen.cards["Can be handed out"] == able
    assert screen.cards["Cannot"] == str(sum(int(line.split(" ")[0]) for line in cannot))
    shown = "\n".join(screen.says("markdown"))
    assert all(line in shown for line in cannot)
    assert button(screen, "campaign_create").disabled == (able == "0")
    if able != "0":
        assert "The list is too small for a hold-out group" in screen.says("info")[0]


@pytest.mark.parametrize("kept", [
    carried(Source.POOL, status="silent", quiet=quiet_text((9, None)), office=("O011", "O012")),
    carried(Source.CHURN, period="year", tier=["A"], back=None), carried(Source.WARNING),
    carried(Source.EXPLORE, cell="measure=clients&period=month&.tier=A"), carried(Source.SELECTION, client=["1", "2"]),
])  # fmt: skip
def test_a_carried_list_is_read_as_it_was_written(kept: Carried) -> None:
    assert read_carried(kept.text()) == kept
    assert known_list(kept.source.value, {**dict(kept.rule), "unit": ("O011",), "evil": ("x",)}) == kept


@pytest.mark.parametrize(("text", "ends"), [
    ("9-11", (9, 11)), ("12-", (12, None)), ("-5", (None, 5)), ("", (None, None)), ("x-²", (None, None)),
])  # fmt: skip
def test_a_range_of_months_is_read_with_open_ends(text: str, ends: tuple[int | None, int | None]) -> None:
    assert quiet_of(text) == ends


def test_warned_clients_are_kept_not_won_back(look: Open) -> None:
    assert look("hand_out", "hq", query={"list": "source=warning"}).value("campaign_purpose") == "retention"
    assert look("hand_out", "hq", query=ARCHIVED).value("campaign_purpose") == "reactivation"


@pytest.mark.parametrize("user", ["analyst", "branch_reviewer"])
def test_who_only_looks_gets_no_form(look: Open, user: str) -> None:
    screen = look("hand_out", user, query=ARCHIVED)
    assert screen.says("success") == ["No campaign is running."]
    assert [entry.label for entry in screen.at.button if entry.label == MAKE] == []


@pytest.mark.parametrize("text", ["", "source=nowhere", "x" * 9_000, "source=pool&status=%00"])
def test_a_broken_list_shows_the_campaigns(look: Open, text: str) -> None:
    assert look("hand_out", "branch_head", query={"list": text}).says("success") == ["No campaign is running."]


def test_from_a_list_to_tasks_and_back(firm: Database, open_screen: Open) -> None:
    screen = made(open_screen)
    assert screen.address["campaign"] == "CMP-000001"
    assert screen.cards["Clients placed"] == "1 / 1"
    people = screen.table("staff_no", "part").set_index("staff_no")
    assert set(people.index) == {"S0001", "S0002"}  # an agent and the back office are no frontline
    assert people["given"].sum() == 1
    given = str(people["given"].idxmax())
    assert people.loc[given, "tasks"] == ("0 → 1" if given == "S0001" else "1 → 2")
    screen.press("Hand out 1 clients to 1 people")
    assert tasks_of(firm) == [("00000011", given)]
    assert screen.cards["Handed out"] == "1"
    screen.press("Undo (30 minutes left)")
    assert screen.says("success") == ["1 tasks were taken back; the groups of the campaign stay as drawn."]
    assert tasks_of(firm) == []
    screen.choose("filter_view", "preview")
    assert screen.cards["Clients placed"] == "1 / 1"


def test_a_second_press_finds_what_the_first_did(firm: Database, open_screen: Open) -> None:
    screen = open_screen("hand_out", "branch_head", query=ARCHIVED)
    form = screen.at.session_state["campaign_request"]
    screen.press(MAKE)
    kept = {name: screen.at.session_state[name] for name in screen.at.session_state._state.filtered_state
            if name.startswith("desk_request")}  # fmt: skip
    assert len(kept) == 1
    assert create_campaign(
        firm, actor=SessionActor(token_of(firm, "branch_head")), name="", purpose="", request_id=str(form),
        request=ListRequest("pool", ClientFilter(), 202506, 1)).campaign_no == "CMP-000001"  # fmt: skip
    screen.press("Hand out 1 clients to 1 people")
    ((_, request),) = kept.items()
    done = commit_hand_out(firm, actor=SessionActor(token_of(firm, "branch_head")), campaign_no="CMP-000001",
                           placed={"00000011": "S0001"}, measures={}, digest="", request_id=request)  # fmt: skip
    assert [number for number, _task in done.created] == ["00000011"]  # the first press, told again
    assert len(tasks_of(firm)) == 1


@pytest.mark.parametrize(("staff_no", "said"), [
    ("S0003", "王强 S0003 works in an office that may not take this client."),
    ("S0004", "Staff member S0004 was not found."), ("nobody", "Staff member nobody was not found."),
])  # fmt: skip
def test_a_change_by_hand_is_refused_in_words(firm: Database, open_screen: Open, staff_no: str, said: str) -> None:
    made(open_screen, query={"list": "source=selection&client=00000011&client=00000012"})
    screen = open_screen("hand_out", "branch_head",
                         query={"campaign": "CMP-000001", "move": [f"00000011:{staff_no}"]})  # fmt: skip
    assert said in "\n".join(screen.says("text"))
    assert button(screen, "desk_commit").disabled
    screen.press("Undo this change")
    assert "move" not in screen.address
    assert not button(screen, "desk_commit").disabled


def test_a_change_by_hand_is_what_is_handed_out(firm: Database, open_screen: Open) -> None:
    screen = made(open_screen)
    other = {"S0001": "S0002", "S0002": "S0001"}
    people = screen.table("staff_no", "part").set_index("staff_no")
    given = str(people["given"].idxmax())
    screen.choose("filter_part", "placed")
    screen.select_rows(f"desk_of_{given}", 0)
    screen.choose("desk_placed_target", other[given])
    screen.press("Move the selected (1)")
    assert screen.address["move"] == f"00000011:{other[given]}"
    assert "Every limit was checked again; the changes stand." in screen.says("caption")
    screen.press("Hand out 1 clients to 1 people")
    assert tasks_of(firm) == [("00000011", other[given])]


def test_set_aside_and_left_out(firm: Database, open_screen: Open) -> None:
    made(open_screen)
    aside = open_screen("hand_out", "branch_head",
                        query={"campaign": "CMP-000001", "move": ["00000011:-"], "part": "left"})  # fmt: skip
    assert list(aside.table("client", "why")["why"]) == ["Set aside by hand."]
    assert button(aside, "desk_commit").disabled
    screen = open_screen("hand_out", "branch_head",
                         query={"campaign": "CMP-000001", "without": ["S0001", "S0002"], "part": "left"})  # fmt: skip
    assert screen.cards["Without anyone"] == "1"
    assert screen.table("client", "why")["why"][0].startswith("Nobody can take the client")


def test_who_was_faster_is_told_and_nothing_is_done(firm: Database, open_screen: Open) -> None:
    screen = made(open_screen, query={"list": "source=selection&client=00000011&client=00000012"})
    assign_tasks(firm, actor=SessionActor(token_of(firm, "hq")), client_nos=["00000011"], staff_no="S0001",
                 request_id="faster")  # fmt: skip
    screen.press("Hand out 2 clients to 2 people")
    assert "Nothing was handed out" in screen.blocks
    row = screen.table("client", "why").iloc[0]
    assert row["client"].endswith("client=00000011")
    assert row["why"].startswith("陈思远 (S0001) has held task")
    assert tasks_of(firm) == []
    screen.press("Compute anew")
    assert (screen.cards["Clients placed"], screen.cards["Without anyone"]) == ("1 / 2", "1")
    screen.press("Hand out 1 clients to 1 people")
    assert tasks_of(firm) == [("00000012", "S0003")]


def test_a_tab_that_was_left_open_is_told_who_was_faster(firm: Database, open_screen: Open) -> None:
    made(open_screen)
    first = open_screen("hand_out", "branch_head", query={"campaign": "CMP-000001"})
    second = open_screen("hand_out", "branch_head", query={"campaign": "CMP-000001"})
    first.press("Hand out 1 clients to 1 people")
    second.press("Hand out 1 clients to 1 people")  # all is handed out by now, the page would open elsewhere
    assert "Nothing was handed out" in second.blocks
    assert len(tasks_of(firm)) == 1


def test_a_campaign_outside_the_reach_is_not_found(firm: Database, open_screen: Open) -> None:
    made(open_screen, query=LOST)
    for number in ("CMP-000001", "CMP-999999"):
        screen = open_screen("hand_out", "office_head", query={"campaign": number})
        assert (screen.says("warning"), screen.cards) == (["Not found."], {})


def test_who_looks_sees_the_campaign_without_its_acts(firm: Database, open_screen: Open) -> None:
    made(open_screen)
    screen = open_screen("hand_out", "auditor", query={"campaign": "CMP-000001", "view": "members"})
    assert screen.options("filter_view") == ["Handed out", "Clients"]
    row = screen.table("client", "arm").iloc[0]
    assert (row["name"], row["arm"]) == ("高*", "To be contacted")
    labels = {entry.label for entry in screen.at.button}
    assert not labels & {"Rename", "Close the campaign", "Cancel the campaign"}
    listed = open_screen("hand_out", "auditor").table("number", "name").iloc[0]
    assert (listed["number"].split("campaign=")[1], listed["contact"]) == ("CMP-000001", 1)


def test_renamed_cancelled_and_closed(firm: Database, open_screen: Open) -> None:
    screen = made(open_screen)
    screen.at.text_input(key="campaign_rename").set_value("Archived ones")
    screen.run()
    screen.press("Rename")
    assert "Archived ones" in screen.blocks[0]
    screen.press("Cancel the campaign")
    assert open_screen("hand_out", "branch_head", query={"state": "ended"}).table("number", "name")["state"][0] == (
        "Cancelled")  # fmt: skip
    again = made(open_screen)  # its client is free again
    assert again.address["campaign"] == "CMP-000002"
    again.press("Close the campaign")
    assert again.options("filter_view") == ["Handed out", "Clients"]
    with firm.reading() as connection:
        assert connection.execute(select(campaign.c.state).order_by(campaign.c.campaign_id)).scalars().all() == [
            "cancelled", "closed"]  # fmt: skip


def test_a_client_of_a_running_campaign_is_told_by_its_name(firm: Database, open_screen: Open) -> None:
    made(open_screen)
    screen = open_screen("hand_out", "branch_head", query=ARCHIVED)
    assert "1 · Another campaign holds the client" in "\n".join(screen.says("markdown"))
    assert screen.table("client", "why")["why"][0].startswith("Campaign CMP-000001 (")


def test_must_be_contacted_and_refusals_of_the_form(firm: Database, open_screen: Open) -> None:
    screen = open_screen("hand_out", "branch_head", query=ARCHIVED)
    screen.at.text_area(key="campaign_must").set_value("00000011, 00000002")
    screen.run()
    screen.press(MAKE)
    assert screen.says("error") == ["Client 00000002 must be contacted but is not in the list."]
    screen.at.text_area(key="campaign_must").set_value("00000011")
    screen.run()
    screen.press(MAKE)
    with firm.reading() as connection:
        assert connection.execute(select(campaign_member.c.arm, campaign_member.c.reason)).all() == [
            ("task", "holdout.must_contact")]  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_view_in_both_languages(firm: Database, open_screen: Open, language: str) -> None:
    made(open_screen)
    head = {"en": ["Who takes part", "Who gets whom", "Without anyone"], "zh": ["参与人员", "分派明细", "未能安排"]}
    for part, block in zip(("people", "placed", "left"), head[language], strict=True):
        screen = open_screen("hand_out", "branch_head", language=language,
                             query={"campaign": "CMP-000001", "part": part})  # fmt: skip
        assert screen.blocks[1] == block


def test_the_dialog_for_a_few_clients_says_the_same_refusals(firm: Database, open_screen: Open) -> None:
    with firm.writing() as connection:
        connection.execute(insert(staff_capacity).values(
            staff_id=2, valid_from=date(2025, 7, 1), capacity=100, ceiling=1, set_by=1, set_at=LOADED_AT))  # fmt: skip
    screen = open_screen("pool", "office_head", query={"status": "archived"})
    screen.select_rows("pool_archived_0", 0)
    screen.press("Hand out the selected (1)")
    people = next(box for box in screen.at.selectbox if box.label == "Staff member")
    assert [option.split(" · ")[0] for option in people.options] == ["陈思远"]
    assert "李娜 · S0002 has 1 open tasks; the most is 1." in screen.says("text")
