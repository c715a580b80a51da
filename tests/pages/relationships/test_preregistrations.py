"""Pre-registrations on the small firm: what each role sees, registering, the countdown, renewing and withdrawing."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from sqlalchemy import insert, select

from data_access.database import Database
from data_access.keys import match_hash
from data_access.tables import preregistration, preregistration_share
from domain.decision import Reason
from domain.reasons import reason_text
from tests.support.apptest import Open

CARD = "110101198001010141"
READERS = ["hq", "branch_head", "branch_reviewer", "office_head", "staff", "analyst", "auditor"]
RECORDS = (  # number, document, name, last day, state, holders by staff id
    ("PR-1", "a", "钱多多", date(2025, 7, 5), "active", {2: 10_000}),
    ("PR-2", "a", "钱多多", date(2025, 7, 30), "active", {5: 10_000}),
    ("PR-3", "b", "孙小小", date(2025, 7, 2), "active", {2: 6000, 1: 4000}),
    ("PR-4", "c", "李大", date(2025, 6, 30), "active", {3: 10_000}),
)


def write_records(db: Database) -> None:
    with db.writing() as connection:
        for place, (number, document, name, last, state, holders) in enumerate(RECORDS, start=1):
            connection.execute(insert(preregistration).values(
                prereg_id=place, prereg_no=number, type="new_development", client_name=name, document_kind="id_card",
                document_hash=match_hash(document), document_masked="110*************41", contact_masked="138****8000",
                contact_cipher=b"x", registered_at=datetime.fromisoformat("2025-06-05T02:00:00+00:00"),
                expires_on=last, state=state, version=1))  # fmt: skip
            connection.execute(
                insert(preregistration_share),
                [{"prereg_id": place, "staff_id": staff_id, "share_bp": share} for staff_id, share in holders.items()],
            )


SEEN = {"hq": [3, 1, 2], "branch_head": [3, 1], "branch_reviewer": [3, 1], "office_head": [3, 1], "staff": [3, 1],
        "other_staff": [2], "analyst": [3, 1, 2], "auditor": [3, 1, 2], "other_office_head": [2]}  # fmt: skip


@pytest.mark.parametrize("user", READERS)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_empty_list_opens_for_every_role(look: Open, user: str, language: str) -> None:
    screen = look("preregistrations", user, language=language)
    assert screen.heading == {"en": "Pre-registrations", "zh": "预约登记"}[language]
    assert set(screen.cards.values()) == {"0"}


def test_each_role_sees_the_records_of_its_people_with_a_countdown(firm: Database, open_screen: Open) -> None:
    write_records(firm)
    for user, numbers in SEEN.items():
        screen = open_screen("preregistrations", user)
        table = screen.table("number", "left")
        assert table["number"].tolist() == [f"PR-{number}" for number in numbers], user
    table = open_screen("preregistrations", "hq").table("number", "left").set_index("number")
    assert table["left"].to_dict() == {"PR-3": "last day today", "PR-1": "3 days left", "PR-2": "28 days left"}
    assert table["several"].to_dict() == {"PR-3": "", "PR-1": "yes", "PR-2": "yes"}
    chinese = open_screen("preregistrations", "hq", language="zh").table("number", "left").set_index("number")
    assert chinese["left"]["PR-1"] == "还有 3 天"
    assert open_screen("preregistrations", "analyst").table("number", "name")["name"].tolist()[0] == "孙**"


def test_cards_and_lists_agree(firm: Database, open_screen: Open) -> None:
    write_records(firm)
    screen = open_screen("preregistrations", "hq")
    assert screen.cards == {"Valid": "3", "Expiring": "2", "Duplicates": "2", "Matched": "0", "Expired": "1",
                            "Withdrawn": "0"}  # fmt: skip
    screen.choose("filter_view", "expired")
    assert screen.table("number", "left")["number"].tolist() == ["PR-4"]
    assert screen.address == {"view": "expired"}


def fill(screen, **values: object):
    for key, value in values.items():
        next(entry for kind in ("text_input", "number_input", "selectbox") for entry in screen.at.get(kind)
             if entry.key == f"prereg_in_{key}").set_value(value)  # fmt: skip
        screen.run()
    return screen


def test_a_person_registers_with_a_colleague_by_the_form(firm: Database, open_screen: Open) -> None:
    screen = open_screen("preregistrations", "staff").press("Register a client")
    assert "agent_development" not in screen.options("prereg_in_type")
    fill(screen, name="钱多多", number=f" {CARD} ", contact="138 0013 8000", share=60.0, count=1)
    fill(screen, staff_0="S0001", part_0=40.0)
    screen.press("Register the client")
    with firm.reading() as connection:
        row = connection.execute(select(preregistration)).one()
        shares = connection.execute(select(preregistration_share.c.staff_id, preregistration_share.c.share_bp)
                                    .order_by(preregistration_share.c.staff_id)).all()  # fmt: skip
    assert (row.type, row.document_hash, row.expires_on) == ("new_development", match_hash(CARD), date(2025, 8, 2))
    assert shares == [(1, 4000), (2, 6000)]
    assert screen.says("success") == [f"{row.prereg_no} is registered."]
    assert screen.table("number", "left")["left"].tolist() == ["31 days left"]


def test_a_wrong_number_is_said_and_nothing_is_written(firm: Database, open_screen: Open) -> None:
    screen = open_screen("preregistrations", "staff").press("Register a client")
    fill(screen, name="钱多多", number=CARD[:-1] + "2", contact="13800138000")
    screen.press("Register the client")
    assert screen.says("error") == [reason_text(Reason("prereg.document_check"))]
    with firm.reading() as connection:
        assert connection.execute(select(preregistration)).first() is None


def test_a_link_from_a_task_opens_its_form(firm: Database, open_screen: Open) -> None:
    with firm.reading() as connection:
        from data_access.tables import reactivation_task

        number = connection.execute(select(reactivation_task.c.task_no)
                                    .where(reactivation_task.c.state == "open")).scalar_one()  # fmt: skip
    screen = open_screen("preregistrations", "staff", query={"task": number})
    assert screen.options("prereg_in_type") == ["Redevelopment"]
    fill(screen, number="11010119800101007X".lower(), contact="13800138000")
    screen.press("Register the client")
    with firm.reading() as connection:
        assert connection.execute(select(reactivation_task.c.state).where(
            reactivation_task.c.task_no == number)).scalar() == "preregistered"  # fmt: skip
    assert screen.table("number", "task")["task"].tolist() == [number]


def test_a_foreign_task_or_client_opens_an_empty_form(look: Open) -> None:
    screen = look("preregistrations", "other_staff", query={"client": "00000001"})
    assert "欧阳文" not in screen.everything()
    assert next(one for one in screen.at.text_input if one.key == "prereg_in_name").value == ""


def test_a_holder_renews_and_withdraws(firm: Database, open_screen: Open) -> None:
    write_records(firm)
    screen = open_screen("preregistrations", "staff").select_rows("prereg_valid_0", 1)
    assert screen.blocks == ["Pre-registration PR-1"]
    screen.press("Renew")
    with firm.reading() as connection:
        newest = connection.execute(select(preregistration).order_by(preregistration.c.prereg_id.desc())).first()
    assert (newest.expires_on, newest.document_hash) == (date(2025, 8, 2), match_hash("a"))
    assert screen.says("success") == [f"Renewed as {newest.prereg_no}."]
    screen.select_rows("prereg_valid_0", 1)
    screen.choose("prereg_reason", "entered twice").press("Withdraw the record")
    assert screen.says("success") == ["PR-1 is withdrawn."]
    assert "PR-1" not in screen.table("number", "left")["number"].tolist()


def test_heads_see_a_record_and_cannot_change_it(firm: Database, open_screen: Open) -> None:
    write_records(firm)
    screen = open_screen("preregistrations", "office_head").select_rows("prereg_valid_0", 1)
    assert screen.blocks == ["Pre-registration PR-1"]
    labels = {button.label for button in screen.at.button}
    assert not labels & {"Renew", "Withdraw the record", "Register a client"}


def test_a_task_and_a_client_lead_to_the_form(look: Open) -> None:
    words = "Pre-register the client"
    screen = look("tasks", "staff").select_rows("task_rows_1", 0)
    assert words in [str(link.label) for link in screen.at.get("page_link")]
    links = {user: [str(link.label) for link in look("client", user, query={"client": "00000001"}).at.get("page_link")]
             for user in ("staff", "office_head")}  # fmt: skip
    assert (words in links["staff"], words in links["office_head"]) == (True, False)


def test_the_whole_list_leaves_with_the_filters_of_the_page(firm: Database, open_screen: Open) -> None:
    write_records(firm)
    screen = open_screen("preregistrations", "hq", query={"view": "expired", "find": "李"})
    assert screen.table("number", "left")["number"].tolist() == ["PR-4"]
    assert [str(one.proto.label) for one in screen.at.get("menu_button")] == ["Export the whole list"]


@pytest.mark.parametrize("query", [
    {"view": "approved"}, {"view": "all", "find": "' OR 1=1--"}, {"find": "%" * 8000}, {"task": "T404"},
    {"client": "-1"}, {"client": "1 OR 1=1"}, {"task": "T404", "client": "00000001"}, {"view": ["valid", "all"]},
])  # fmt: skip
def test_addresses_that_nobody_made(look: Open, query: dict[str, object]) -> None:
    screen = look("preregistrations", "staff", query=query)
    assert screen.heading == "Pre-registrations"
    assert screen.says("error") == []
