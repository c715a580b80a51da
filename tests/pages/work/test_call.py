"""The Call screen: one client on the phone, one contact per press, the next client after it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from data_access.database import Database
from data_access.tables import (
    audit_event,
    campaign,
    campaign_member,
    client,
    complaint,
    contact_log,
    reactivation_task,
    task_event,
)
from tests.support.apptest import Open, Screen

TASK = "T00000001"
CALL = {"task": TASK}


def change(firm: Database, *statements: Any) -> None:
    with firm.writing() as connection:
        for statement in statements:
            connection.execute(statement)


def add_campaign(firm: Database, **values: Any) -> None:
    row = {
        "campaign_id": 1, "campaign_no": "C00000001", "name": "Spring calls", "purpose": "reactivation",
        "source": "pool", "rule": "{}", "reach": "{}", "as_of_month": 202506, "generation_id": 1, "rule_version": 1,
        "predecessor": "preferred", "holdout_bp": 1000, "worthwhile_bp": 500, "outcome_days": 90, "draw_key": b"k",
        "drawn_at": datetime(2025, 7, 1, 2, tzinfo=UTC), "drawn_on": date(2025, 7, 1),
        "window_to_on": date(2025, 10, 1), "said": "x", "said_params": "{}", "state": "running", "created_by": 1,
        "created_at": datetime(2025, 7, 1, 2, tzinfo=UTC), **values,
    }  # fmt: skip
    change(firm, insert(campaign).values(row))


def add_task(firm: Database, number: int, client_id: int, **values: Any) -> None:
    """A second open task of the person behind the account ``staff``."""
    row = {"task_id": number, "task_no": f"T{number:08d}", "client_id": client_id, "staff_id": 2, "office_id": 4,
           "state": "open", "pool_status": "archived", "priority": "normal", "due_on": date(2025, 9, 1),
           "assigned_by": 4, "assigned_at": datetime(2025, 7, 1, 2, tzinfo=UTC), "request_id": f"a{number}",
           "version": 1, **values}  # fmt: skip
    change(firm, insert(reactivation_task).values(row))


def choose(screen: Screen, label: str, value: str) -> None:
    next(box for box in screen.at.button_group if box.label == label).set_value(value)


def log(screen: Screen, result: str, *, grade: str | None = None, note: str = "") -> Screen:
    choose(screen, "Result", result)
    if grade:
        choose(screen, "Prospect grade", grade)
    screen.at.text_area[0].set_value(note)
    return screen.press("Log the contact")


def contacts(firm: Database) -> list[tuple[Any, ...]]:
    with firm.reading() as connection:
        row = contact_log.c
        found = select(row.client_id, row.staff_id, row.task_id, row.result, row.note).order_by(row.contact_id)
        return [tuple(one) for one in connection.execute(found)]


@pytest.mark.parametrize(("user", "name"), [
    ("staff", "林静"), ("office_head", "林静"), ("hq", "林静"), ("analyst", "林*"), ("auditor", "林*")])  # fmt: skip
def test_one_client_for_every_reader(look: Open, user: str, name: str) -> None:
    screen = look("call", user, query=CALL)
    assert screen.says("header")[0].replace("\\", "") == name
    assert (screen.cards["Months quiet"], screen.cards["Last assets"]) == ("14", "¥500.00")
    logs = "What came of it" in screen.blocks
    assert logs == (user in ("staff", "office_head"))
    shows = "Show the number to call" in [button.label for button in screen.at.button]
    assert shows == (user in ("staff", "office_head"))
    assert "19900000008" not in screen.everything()


@pytest.mark.parametrize(("user", "number"), [("other_staff", TASK), ("other_office_head", TASK), ("hq", "T99999999"),
                                              ("staff", "1 OR 1=1"), ("hq", "x" * 5000)])  # fmt: skip
def test_a_foreign_task_is_not_found(look: Open, user: str, number: str) -> None:
    screen = look("call", user, query={"task": number})
    assert (screen.says("warning"), screen.says("header"), screen.blocks) == (["Not found."], [], [])


def test_without_a_number_the_first_of_the_own_list(look: Open) -> None:
    assert look("call", "staff").address["task"] == TASK
    assert look("call", "hq").says("success") == ["No task of yours waits for a call today."]


def test_readers_of_masked_names_read_no_notes(open_screen: Open, firm: Database) -> None:
    words = "call Ms Lin"
    change(firm, update(reactivation_task).values(note=words), update(contact_log).values(note=words),
           update(task_event).values(reason=words))  # fmt: skip
    for user, seen in (("staff", True), ("auditor", False), ("analyst", False)):
        screen = open_screen("call", user, query=CALL, state={f"steps_{TASK}": True})
        assert (words in screen.everything().replace("\\", "")) == seen


def test_a_contact_is_stored_once_and_leads_to_the_next_client(open_screen: Open, firm: Database) -> None:
    add_task(firm, 3, 11)
    before = contacts(firm)
    screen = open_screen("call", "staff", query=CALL)
    screen.press("Log the contact")
    assert screen.says("error") == ["Choose what the contact led to."]
    log(screen, "interested", grade="B", note="wants a visit")
    assert screen.says("success") == ["林静: logged as Interested."]
    assert screen.says("info") == ["Pre-register before the client becomes active, or it will not count (R-27)."]
    assert contacts(firm) == [*before, (8, 2, 1, "interested", "wants a visit")]
    screen.run()
    assert len(contacts(firm)) == len(before) + 1
    screen.press("Next: 高峰, due 2025-09-01")
    assert (screen.address["task"], screen.says("header")) == ("T00000003", ["高峰"])
    with firm.reading() as connection:
        kept = select(reactivation_task.c.task_id, reactivation_task.c.grade).where(reactivation_task.c.state == "open")
        assert {row.task_id: row.grade for row in connection.execute(kept)} == {1: "B", 3: None}
    # both were called or put off today: nothing is left
    log(screen, "not_reached")
    assert screen.says("info") == ["No other task of yours waits for a call today."]
    assert open_screen("call", "staff").says("success") == ["No task of yours waits for a call today."]


def test_a_form_sent_twice_is_one_contact(open_screen: Open, firm: Database) -> None:
    before = contacts(firm)
    screen = open_screen("call", "staff", query=CALL)
    request = screen.at.session_state[f"contact_{TASK}_request"]
    log(screen, "reached", note="first")
    # the answer was lost and the browser sends the same form again
    again = open_screen("call", "staff", query=CALL, state={f"contact_{TASK}_request": request})
    log(again, "refused", note="second")
    assert again.says("success") == ["林静: logged as Refused."]
    assert contacts(firm) == [*before, (8, 2, 1, "reached", "first")]


@pytest.mark.parametrize("stop", ["opt_out", "complaint"])
def test_a_stop_stands_first_and_hides_the_number(open_screen: Open, firm: Database, stop: str) -> None:
    refused = update(client).where(client.c.client_id == 8).values(marketing_opt_out=True)
    complained = insert(complaint).values(complaint_no="K1", client_id=8, at=datetime(2025, 6, 1, tzinfo=UTC))
    change(firm, refused if stop == "opt_out" else complained)
    screen = open_screen("call", "staff", query=CALL)
    words = {"opt_out": "Stop: the client refuses marketing. Do not call for the campaign.",
             "complaint": "Stop: Complaint K1 of the client is open; no call until it is closed."}  # fmt: skip
    assert [text.replace("\\", "") for text in screen.says("error")] == [words[stop]]
    assert "Show the number to call" not in [button.label for button in screen.at.button]
    assert "Log a contact all the same" in [entry.label for entry in screen.at.expander]


def test_the_number_is_shown_once_and_logged(open_screen: Open, firm: Database) -> None:
    screen = open_screen("call", "staff", query=CALL).press("Show the number to call")
    links = [link.proto.url for link in screen.at.get("link_button")]
    assert links == ["tel:19900000008"]
    screen.run()
    assert screen.at.get("link_button")[:] == []
    with firm.reading() as connection:
        rows = connection.execute(select(audit_event.c.object_key, audit_event.c.details)
                                  .where(audit_event.c.action == "client.reveal")).all()  # fmt: skip
    assert [(row.object_key, "call_client" in str(row.details)) for row in rows] == [("00000008", True)]


def test_a_held_back_client_can_be_contacted_but_the_screen_says_so(open_screen: Open, firm: Database) -> None:
    add_campaign(firm)
    change(firm, insert(campaign_member).values(campaign_id=1, client_id=8, arm="holdout", stratum="C", reason="x",
                                                reason_params="{}", office_id=4, effort=10, value_fen=0))  # fmt: skip
    notice = ("In the hold-out group of campaign Spring calls C00000001 until 2025-10-01: please do not contact for "
              "the campaign. A contact is counted by its result.")  # fmt: skip
    assert open_screen("client", "hq", query={"client": "00000008"}).says("warning") == [notice]
    assert open_screen("client", "staff", query={"client": "00000008"}).says("warning") == [notice, notice]
    screen = open_screen("call", "staff", query=CALL)
    assert screen.says("warning")[0] == notice
    log(screen, "reached")
    assert contacts(firm)[-1] == (8, 2, 1, "reached", None)
    with firm.reading() as connection:
        details = connection.execute(select(audit_event.c.details).where(audit_event.c.action == "contact.log")
                                     .order_by(audit_event.c.sequence.desc())).scalar()  # fmt: skip
    assert "C00000001" in str(details)


def test_points_suitability_and_what_is_missing(open_screen: Open, firm: Database) -> None:
    add_campaign(firm, script="Greet; ask why\n- name the *adviser*")
    change(firm, update(reactivation_task).where(reactivation_task.c.task_id == 1).values(campaign_id=1))
    text = open_screen("call", "staff", query=CALL).everything().replace("\\", "")
    assert "1. Greet\n1. ask why\n1. name the *adviser*" in text
    assert "assessed 2024-01-02, valid until 2026-01-02" in text
    assert "Products of level R1 to R3; recommend nothing above." in text
    assert "Pre-register before the client becomes active" in text
    change(firm, update(client).where(client.c.client_id == 8).values(risk_on=date(2023, 7, 1)))
    warned = [text.replace("\\", "") for text in open_screen("call", "staff", query=CALL).says("warning")]
    words = "The assessment of 2023-07-01 ended on 2025-07-01: recommend no product before the client is assessed anew."
    assert warned == [words]


@pytest.mark.parametrize(("state", "reason", "words"), [
    ("recognised", None, "Recognised automatically on 2025-07-01; the client is won back."),
    ("not_recognised", "R-27.no_record", "Not recognised on 2025-07-01:"),
    ("withdrawn", "moved", "Withdrawn on 2025-07-01: moved"),
    ("expired", None, "Expired on 2025-07-01; the client went back to the pool."),
])  # fmt: skip
def test_a_task_that_is_over_says_how(open_screen: Open, firm: Database, state: str, reason: str, words: str) -> None:
    change(firm, update(reactivation_task).where(reactivation_task.c.task_id == 1).values(
        state=state, result_reason=reason, closed_on=date(2025, 7, 1)))  # fmt: skip
    screen = open_screen("call", "office_head", query=CALL)
    assert screen.says("info")[0].replace("\\", "").startswith(words)
    assert "Prospect grade" not in [box.label for box in screen.at.button_group]
