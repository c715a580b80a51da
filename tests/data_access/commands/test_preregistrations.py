"""R-10, R-13, R-15, R-27, R-29, R-37: entering, renewing and withdrawing records, and what is refused at entry."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from data_access.actor import NotAllowed, OperatorActor, SessionActor
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.preregistrations import expire_preregistrations, preregister, renew, withdraw
from data_access.database import Database
from data_access.keys import decrypt, match_hash
from data_access.reads.registered import read_record, read_registered
from data_access.tables import audit_event, preregistration, reactivation_task, relationship, task_event
from tests.support.book_rows import NOW, Book, add_clients, add_staff, add_user, signed_in

CARD = "11010119800101001" + "0"
TAIL_X = "11010119800101007X"
LATER = NOW + timedelta(days=40)

Enter = Callable[..., str]


@pytest.fixture
def people(db: Database, book: Book) -> dict[str, SessionActor]:
    """S1, S2 (frontline, O011), A1 and A2 (agents with contracts) signed in."""
    with db.writing() as connection:
        for number in ("A1", "A2"):
            add_staff(connection, book, number, category="agent", agency_contract_no=f"K{number}")
            add_user(connection, book, number.lower(), role="staff", unit="O011", staff_no=number)
        add_staff(connection, book, "S8", left_on=date(2024, 7, 9))
    return {name: signed_in(db, book, name) for name in ("s1", "s2", "a1", "a2", "hq", "o011")}


@pytest.fixture
def enter(db: Database, people: dict[str, SessionActor]) -> Enter:
    counter = iter(range(1000))

    def run(who: str = "s1", **more: object) -> str:
        own = who.upper()
        values = {"type": "agent_development" if who[0] == "a" else "new_development", "client_name": "王小明",
                  "document_kind": "id_card", "document_no": CARD, "contact": "13800138000",
                  "holders": [(own, 10_000)], "request_id": f"r{next(counter)}", **more}  # fmt: skip
        return preregister(db, actor=people[who], **values)  # type: ignore[arg-type]

    return run


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.reason.code


def rows(db: Database) -> list:
    with db.reading() as connection:
        return list(connection.execute(select(preregistration).order_by(preregistration.c.prereg_id)))


def test_a_record_takes_the_servers_time_and_seals_the_person(db: Database, enter: Enter) -> None:
    number = enter(holders=[("S1", 6000), ("s2".upper(), 4000)])
    row = rows(db)[0]
    assert (row.prereg_no, row.registered_at, row.expires_on, row.state) == (number, NOW, date(2024, 8, 10), "active")
    assert (row.document_hash, row.document_masked) == (match_hash(CARD), "110*************10")
    assert (row.contact_masked, decrypt(row.contact_cipher)) == ("138****8000", "13800138000")
    assert row.exclusive_key is None
    with db.reading() as connection:
        record = read_record(connection, number)
        audit = connection.execute(select(audit_event.c.details).where(audit_event.c.object_key == number)).scalar()
    assert [(one.staff_no, one.share_bp) for one in record.holders] == [("S1", 6000), ("S2", 4000)]
    assert json.loads(audit)["holders"] == [["S1", 6000], ["S2", 4000]]
    assert "王小明" not in audit
    assert CARD not in audit


def test_one_card_however_it_is_written(db: Database, enter: Enter) -> None:  # bad input 23
    for written in (TAIL_X, "11010119800101007x", "１１０１０１１９８００１０１００７Ｘ", " 110101 1980 0101 007 X ",
                    "110101198001010 07ｘ", "\u200b11010119800101007X\u3000"):  # fmt: skip
        enter(document_no=written)
    assert {row.document_hash for row in rows(db)} == {match_hash(TAIL_X)}


BAD_NUMBERS = [
    ("id_card", "1101011980010100", "prereg.document_check"),
    ("id_card", "11010119800101001", "prereg.document_check"),
    ("id_card", CARD + "0", "prereg.document_check"),
    ("id_card", CARD[:-1] + "1", "prereg.document_check"),
    ("id_card", "110101800101001", "prereg.document_old"),
    ("id_card", "11010119000229001X", "prereg.document_check"),
    ("id_card", "000000198001010010", "prereg.document_check"),
    ("id_card", "110101199003071000", "prereg.document_check"),
    ("id_card", "1.10101E+17", "prereg.document_check"),
    ("id_card", "", "prereg.document_check"),
    ("id_card", "²10101198001010010", "prereg.document_check"),
    ("company_code", "91110000600037341M", "prereg.document_check"),
    ("passport", "E1", "prereg.document_form"),
    ("passport", "E12345678' OR 1=1--", "prereg.document_form"),
    ("driving_licence", CARD, "word.unknown"),
]


def test_numbers_that_are_none(db: Database, enter: Enter) -> None:  # bad inputs 23, 24
    found = [(kind, number, code_of(lambda kind=kind, number=number: enter(document_kind=kind, document_no=number)))
             for kind, number, _ in BAD_NUMBERS]  # fmt: skip
    assert found == BAD_NUMBERS
    assert rows(db) == []


def test_other_documents(db: Database, enter: Enter) -> None:  # bad input 25
    written = [
        ("passport", " e１２３４５６７８", "E12345678"), ("hk_macao_permit", "H12345678", "H12345678"),
        ("taiwan_permit", "12345678", "12345678"), ("foreign_resident", "911010119800101001", "911010119800101001"),
        ("company_code", "91110000600037341l", "91110000600037341L"),
    ]  # fmt: skip
    for kind, number, _ in written:
        enter(document_kind=kind, document_no=number)
    assert [row.document_hash for row in rows(db)] == [match_hash(stored) for _, _, stored in written]


def test_one_phone_however_it_is_written(db: Database, enter: Enter) -> None:  # bad input 26
    for phone in ("+86 138-0013-8000", "0086 13800138000", "8613800138000", "１３８００１３８０００"):
        enter(contact=phone)
    assert {decrypt(row.contact_cipher) for row in rows(db)} == {"13800138000"}


def test_a_contact_is_needed(db: Database, enter: Enter) -> None:  # R-10-8, bad input 26
    for phone in ("", "1380013800", "138001380001", "013800138000x", "11111111111", "12800138000"):
        assert code_of(lambda phone=phone: enter(contact=phone)) == "prereg.phone_form", phone
    assert rows(db) == []


def test_names_are_kept_as_they_are(db: Database, enter: Enter) -> None:  # bad input 27
    names = ["NA", "null", "None", "nan", "TRUE", "王", "阿卜杜拉·买买提", "王" * 200, "=1+1", "<script>"]
    for name in names:
        enter(client_name=f" {name} ")
    assert [row.client_name for row in rows(db)] == names


def test_names_that_are_none(enter: Enter) -> None:  # bad input 27
    for name in ("", "   ", "王" * 201, "张\u200b三", "张\x00三", "张\u202e三"):
        assert code_of(lambda name=name: enter(client_name=name)) == "R-10.name", name


def test_decomposed_names_are_one_name(db: Database, enter: Enter) -> None:  # bad input 27
    enter(client_name="Zoe\u0308")
    assert rows(db)[0].client_name == "Zoë"


def test_one_document_under_two_names_stands_twice(db: Database, enter: Enter) -> None:  # bad input 28
    enter()
    enter("s2", client_name="王大明")
    with db.reading() as connection:
        found = read_registered(connection, [match_hash(CARD)])[match_hash(CARD)]
    assert [one.client_name for one in found] == ["王小明", "王大明"]


REFUSED = [
    ("s1", {"type": "unknown_type"}, "R-10.no_type"),
    ("s1", {"type": "maintenance"}, "R-10.no_registration"),
    ("s1", {"route": "approved"}, "word.unknown"),
    ("s1", {"holders": [("S1", 5000), ("S404", 5000)]}, "prereg.staff_not_found"),
    ("s1", {"holders": [("S1", 5000), ("S8", 5000)]}, "R-03.left"),
    ("s1", {"holders": [("S2", 10_000)]}, "prereg.not_own"),
    ("s1", {"holders": []}, "R-15.nobody"),
    ("s1", {"holders": [("S1", 6000), ("S2", 5000)]}, "R-15.sum"),
    ("s1", {"holders": [("S1", 7000), ("S1", 3000)]}, "R-15.twice"),
    ("s1", {"holders": [("S1", 10_000), ("S2", 0)]}, "R-15.share"),
    ("s1", {"holders": [("S1", -1)]}, "R-15.share"),
    ("s1", {"holders": [("S1", 6000), ("A1", 4000)]}, "R-01.category"),
    ("a1", {"holders": [("A1", 6000), ("A2", 4000)]}, "R-37.alone"),
    ("s1", {"type": "ib_service"}, "R-03.qualification"),
    ("s1", {"type": "redevelopment"}, "R-27.no_task"),
    ("s1", {"task_no": "T404"}, "task.not_found"),
    ("s1", {"route": "special_new"}, "R-29.not_client"),
]


def test_what_is_refused_writes_nothing(db: Database, enter: Enter) -> None:  # bad inputs 32, 33, 35
    found = [(who, more, code_of(lambda who=who, more=more: enter(who, **more))) for who, more, _ in REFUSED]
    assert found == REFUSED
    assert rows(db) == []
    with db.reading() as connection:
        assert connection.execute(select(audit_event.c.sequence)).first() is None


def test_colleagues_of_another_branch_may_take_part(db: Database, enter: Enter) -> None:  # bad input 33, R-16
    enter(holders=[("S1", 5000), ("S9", 5000)])
    assert len(rows(db)) == 1


@pytest.mark.parametrize("role", ["hq", "o011"])
def test_only_holders_register(db: Database, people: dict[str, SessionActor], role: str) -> None:
    with pytest.raises(NotAllowed):
        preregister(db, actor=people[role], type="new_development", client_name="王", document_kind="id_card",
                    document_no=CARD, contact="13800138000", holders=[("S1", 10_000)], request_id="x")  # fmt: skip


def test_a_form_sent_twice_is_one_record(db: Database, enter: Enter) -> None:
    assert enter(request_id="same") == enter(request_id="same")
    assert len(rows(db)) == 1


def test_two_frontline_registrants_both_stand(db: Database, enter: Enter) -> None:  # R-13-1
    enter()
    enter("s2", document_no=f" {CARD} ")
    assert [row.state for row in rows(db)] == ["active", "active"]


def test_an_agents_client_is_shut_to_others_while_the_record_is_valid(
    db: Database, enter: Enter, people: dict[str, SessionActor]
) -> None:  # R-37-6
    first = enter("a1")
    assert code_of(lambda: enter("a2")) == "R-37.taken"
    assert code_of(lambda: enter("a1")) == "R-37.own"
    enter("s1")  # front-line and agent both valid: an approval decides
    with frozen(datetime(2024, 8, 10, 15, 59, tzinfo=UTC)):
        signed(people, "a2", db)
        assert code_of(lambda: enter("a2")) == "R-37.taken"
    with frozen(datetime(2024, 8, 10, 16, 0, tzinfo=UTC)):
        second = enter("a2")
    states = {row.prereg_no: row.state for row in rows(db)}
    assert (states[first], states[second]) == ("expired", "active")


def test_a_withdrawn_agents_record_frees_the_client(
    db: Database, enter: Enter, people: dict[str, SessionActor]
) -> None:
    number = enter("a1")
    withdraw(db, actor=people["a1"], prereg_no=number, version=1, reason="entered by mistake", request_id="w")
    enter("a2")
    row = rows(db)[0]
    assert (row.state, row.withdrawn_at, row.withdrawn_reason, row.version) == (
        "withdrawn", NOW, "entered by mistake", 2)  # fmt: skip


@pytest.mark.parametrize(("who", "version", "reason", "code"), [
    ("s2", 1, "why", "prereg.not_found"), ("s1", 2, "why", "prereg.changed"), ("s1", 1, " ", "task.reason_missing"),
])  # fmt: skip
def test_withdrawals_that_are_refused(
    db: Database, enter: Enter, people: dict[str, SessionActor], who: str, version: int, reason: str, code: str
) -> None:
    number = enter()
    assert code_of(lambda: withdraw(db, actor=people[who], prereg_no=number, version=version, reason=reason,
                                    request_id="w")) == code  # fmt: skip
    assert rows(db)[0].state == "active"


def test_states_do_not_jump(db: Database, enter: Enter, people: dict[str, SessionActor]) -> None:  # bad input 35
    number = enter()
    withdraw(db, actor=people["s1"], prereg_no=number, version=1, reason="why", request_id="w1")
    withdraw(db, actor=people["s1"], prereg_no=number, version=1, reason="why", request_id="w1")
    assert code_of(lambda: withdraw(db, actor=people["s1"], prereg_no=number, version=2, reason="why",
                                    request_id="w2")) == "prereg.state"  # fmt: skip
    with frozen(LATER):
        later = signed(people, "s1", db)
        assert code_of(lambda: renew(db, actor=later, prereg_no=number, request_id="n")) == "prereg.state"


def signed(people: dict[str, SessionActor], name: str, db: Database) -> SessionActor:
    """Return a session that lives at the held moment."""
    from data_access.actor import token_hash
    from data_access.clock import now
    from data_access.tables import app_session

    with db.writing() as connection:
        connection.execute(app_session.update().where(app_session.c.token_hash == token_hash(people[name].token))
                           .values(last_seen_at=now(), expires_at=now() + timedelta(hours=1)))  # fmt: skip
    return people[name]


def test_a_renewal_is_a_record_of_its_own(db: Database, enter: Enter, people: dict[str, SessionActor]) -> None:
    number = enter("a1")
    assert code_of(lambda: renew(db, actor=people["a1"], prereg_no=number, request_id="n0")) == "prereg.same_day"
    with frozen(NOW + timedelta(days=20)):
        actor = signed(people, "a1", db)
        again = renew(db, actor=actor, prereg_no=number, request_id="n1")
        assert renew(db, actor=actor, prereg_no=number, request_id="n1") == again
    old, new = rows(db)
    assert (old.expires_on, new.expires_on) == (date(2024, 8, 10), date(2024, 8, 30))
    assert (old.exclusive_key, new.exclusive_key is None) == (None, False)
    assert (new.prereg_no, new.document_hash, new.client_name) == (again, old.document_hash, "王小明")
    with frozen(NOW + timedelta(days=20)):
        signed(people, "a2", db)
        assert code_of(lambda: enter("a2")) == "R-37.taken"


def test_a_client_already_matched_is_refused(db: Database, book: Book, enter: Enter) -> None:  # R-13-5, A18
    with db.writing() as connection:
        add_clients(connection, book, ["C1"], document_hash=match_hash(CARD), document_kind="id_card")
        connection.execute(insert(relationship).values(
            relationship_no="R1", client_id=book.clients["C1"], type="new_development", state="confirmed",
            valid_from=date(2024, 7, 1), version=1))  # fmt: skip
    assert code_of(enter) == "R-13.matched"
    assert code_of(lambda: enter("a1")) == "R-13.matched"
    enter(type="margin_development")


@pytest.fixture
def task(db: Database, book: Book) -> str:
    """A silent client handed out to S1."""
    with db.writing() as connection:
        add_clients(connection, book, ["C1"], document_hash=match_hash(CARD), document_kind="id_card")
        connection.execute(insert(reactivation_task).values(
            task_no="T1", client_id=book.clients["C1"], staff_id=book.staff["S1"], office_id=book.units["O011"],
            pool_status="silent", state="open", priority="normal", due_on=date(2024, 10, 10), assigned_at=NOW,
            assigned_by=book.users["o011"],
            version=1, request_id="t"))  # fmt: skip
    return "T1"


def test_a_handed_out_client_is_registered_for_its_task(
    db: Database, enter: Enter, people: dict[str, SessionActor], task: str
) -> None:
    number = enter(type="redevelopment", task_no=task, client_name="Client C1")
    assert code_of(lambda: enter("s2", type="redevelopment", task_no=task, client_name="Client C1")) == "task.not_found"
    assert code_of(lambda: enter("s2", route="special_new", client_name="Client C1")) == "R-29.handed_out"
    assert rows(db)[0].route == "task"
    with db.reading() as connection:
        assert connection.execute(select(reactivation_task.c.state)).scalar() == "preregistered"
    withdraw(db, actor=people["s1"], prereg_no=number, version=1, reason="why", request_id="w")
    with db.reading() as connection:
        assert connection.execute(select(reactivation_task.c.state, reactivation_task.c.version)).one() == ("open", 3)
        kinds = connection.execute(select(task_event.c.kind).order_by(task_event.c.sequence)).scalars().all()
    assert kinds == ["preregistered", "preregistration_lapsed"]


@pytest.mark.parametrize("more", [{"client_name": "Client C2"}, {"client_name": "Client C1", "document_no": TAIL_X}])
def test_a_task_is_for_its_own_client(enter: Enter, task: str, more: dict) -> None:
    assert code_of(lambda: enter(type="redevelopment", task_no=task, **more)) == "R-27.other_client"


def test_what_is_over_closes_and_its_task_opens_again(db: Database, enter: Enter, task: str) -> None:
    enter(type="redevelopment", task_no=task, client_name="Client C1")
    enter("a1", document_no=TAIL_X)
    with frozen(datetime(2024, 8, 10, 10, tzinfo=UTC)):
        assert expire_preregistrations(db, actor=OperatorActor("test")) == 0
    with frozen(datetime(2024, 8, 11, 10, tzinfo=UTC)):
        assert expire_preregistrations(db, actor=OperatorActor("test")) == 2
        assert expire_preregistrations(db, actor=OperatorActor("test")) == 0
    assert {(row.state, row.exclusive_key) for row in rows(db)} == {("expired", None)}
    with db.reading() as connection:
        assert connection.execute(select(reactivation_task.c.state)).scalar() == "open"
