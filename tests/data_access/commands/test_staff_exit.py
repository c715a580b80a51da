"""The exit of a staff member: afterwards nothing open names the leaver, and results up to the last day stand."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, delete, func, insert, select, update

from data_access.actor import NotAllowed, OperatorActor, SessionActor
from data_access.audit import first_broken_audit
from data_access.clock import frozen, now
from data_access.commands.acting import Refused
from data_access.commands.staff_exit import ExitPlan, ExitResult, close_exit
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.reads.generation import read_generation
from data_access.reads.leaver_items import read_inventory
from data_access.reads.staff_exit import read_results, read_waiting
from data_access.refresh import refresh
from data_access.register.chains import open_chain
from data_access.scope import FIRM, Scope
from data_access.sessions import read_session_user
from data_access.tables import (
    app_user,
    approval_candidate,
    approval_chain,
    approval_step,
    delegation,
    permission_register,
    post_holder,
    preregistration,
    preregistration_share,
    prospect,
    prospect_event,
    reactivation_task,
    relationship,
    relationship_share,
    saved_view,
    staff,
    staff_exit,
    staff_month,
)
from domain.words import Role
from tests.support.accounts import seed_user
from tests.support.apptest import token_of
from tests.support.databases import ENGINES
from tests.support.firm import PASSWORD, SmallFirm, small_firm
from tests.support.prepared import Prepared

NOW = datetime(2025, 7, 2, 2, 0, tzinfo=UTC)
EXIT_ON = date(2025, 6, 30)
LEAVER = 2
"""S0002 of office O011, the person behind the account ``staff``; S0001 sits in the same office."""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with frozen(NOW):
        yield


@pytest.fixture(scope="module", params=ENGINES)
def prepared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, template_folder: Path
) -> Iterator[Prepared[SmallFirm]]:
    with frozen(NOW):
        ready = Prepared(request.param, tmp_path_factory.mktemp("leaver"), template_folder, firm_with_a_leaver)
    yield ready
    ready.close()


@pytest.fixture
def db(prepared: Prepared[SmallFirm], tmp_path: Path) -> Iterator[Database]:
    with prepared.copy(tmp_path) as copied:
        yield copied


@pytest.fixture
def firm(prepared: Prepared[SmallFirm]) -> SmallFirm:
    return prepared.made


def firm_with_a_leaver(db: Database) -> SmallFirm:
    """Write the small firm, with everything that can name a leaver, and publish it."""
    made = small_firm(db)
    with db.writing() as connection:
        leaver, other, branch = made.users["staff"], made.users["branch_reviewer"], made.units["B01"]
        for number, holders, exclusive in ((1, {LEAVER: 10_000}, "K1"), (2, {LEAVER: 6_000, 3: 4_000}, None)):
            connection.execute(insert(preregistration).values(
                prereg_id=number, prereg_no=f"P{number}", type="new_development", route="ordinary",
                client_name="某某", document_hash=f"h{number}", registered_at=now(), expires_on=date(2025, 8, 1),
                state="active", exclusive_key=exclusive, registered_by=leaver, version=1))  # fmt: skip
            people = [{"prereg_id": number, "staff_id": one, "share_bp": share} for one, share in holders.items()]
            connection.execute(insert(preregistration_share), people)
        for number, holders in ((101, {LEAVER: 10_000}), (102, {LEAVER: 5_000, 3: 5_000})):
            connection.execute(insert(relationship).values(
                relationship_id=number, relationship_no=f"PEND{number}", client_id=10, type="maintenance",
                state="pending", valid_from=date(2025, 6, 20), created_by=leaver, created_at=now(),
                version=1))  # fmt: skip
            people = [{"relationship_id": number, "staff_id": one, "share_bp": share} for one, share in holders.items()]
            connection.execute(insert(relationship_share), people)
        for user in (leaver, other):
            connection.execute(insert(post_holder).values(
                post="stock_approval", type="", unit_id=branch, user_id=user, valid_from=date(2024, 1, 1),
                named_at=now()))  # fmt: skip
        common = {"post": "stock_approval", "unit_id": branch, "valid_from": date(2025, 1, 1),
                  "valid_to": date(2025, 12, 31), "recorded_by": other, "recorded_at": now()}  # fmt: skip
        connection.execute(insert(delegation), [{**common, "from_user_id": leaver, "to_user_id": other},
                                                {**common, "from_user_id": other, "to_user_id": leaver}])  # fmt: skip
        connection.execute(insert(saved_view), [
            {"owner_id": leaver, "kind": "explore", "name": name, "body": "{}", "is_shared": shared,
             "created_at": now(), "version": 1} for name, shared in (("ours", True), ("mine", False))])  # fmt: skip
        connection.execute(insert(prospect).values(
            name="某公司", client_kind="institution", office_id=made.units["O011"], staff_id=LEAVER, need="clear",
            state="negotiating", entered_at=now(), request_id="p", version=1))  # fmt: skip
        for number in (101, 102, 103):  # 103: a relationship of somebody else that the leaver may decide
            if number == 103:
                connection.execute(insert(relationship).values(
                    relationship_id=103, relationship_no="PEND103", client_id=2, type="maintenance", state="pending",
                    valid_from=date(2025, 6, 20), created_by=other, created_at=now(), version=1))  # fmt: skip
                connection.execute(insert(relationship_share).values(relationship_id=103, staff_id=3, share_bp=10_000))
            open_chain(connection, object_kind="relationship", object_id=number, kind="stock", type="maintenance",
                       levels=(("stock_approval",),), branch_id=branch, office_id=made.units["O011"], client_id=10,
                       content={}, submitted_by=made.users["office_head"])  # fmt: skip
    refresh(db, actor=OperatorActor("test"))
    return made


def session(db: Database, name: str) -> SessionActor:
    return SessionActor(token_of(db, name))


def seen(db: Database, exit_on: date = EXIT_ON) -> str:
    with db.reading() as connection:
        return read_inventory(connection, LEAVER, exit_on=exit_on).stamp


def leave(db: Database, name: str = "branch_head", *, exit_on: date = EXIT_ON, key: str = "x", stamp: str | None = None,
          password: str = PASSWORD, to: str = "S0001", **more: Any) -> ExitResult:  # fmt: skip
    plan = {"successors": {"T00000001": to}, "prospects_to": "", "reason": "leaves the firm", **more}
    return close_exit(db, actor=session(db, name), seen=seen(db, exit_on) if stamp is None else stamp,
                      plan=ExitPlan("S0002", exit_on, **plan), password=password, request_id=key)  # fmt: skip


def refusal(act: Any) -> str:
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.reason.code


def rows(db: Database, *columns: Any, where: Any = None) -> list[Row[Any]]:
    with db.reading() as connection:
        statement = select(*columns).order_by(columns[0])
        return list(connection.execute(statement if where is None else statement.where(where)))


def test_what_names_the_leaver(db: Database, firm: SmallFirm) -> None:
    with db.reading() as connection:
        found = read_inventory(connection, LEAVER, exit_on=EXIT_ON)
        again = read_inventory(connection, LEAVER, exit_on=EXIT_ON)
    assert {item.value: count for item, count in found.counts.items()} == {
        "relationship": 3, "pending": 2, "task": 1, "preregistration": 2, "prospect": 1, "step": 3, "post": 1,
        "delegation": 2, "view": 1, "account": 1}  # fmt: skip
    assert [(row.client_no, row.share_bp, row.holders) for row in found.relationship] == [
        ("00000001", 4_000, 2), ("00000003", 3_333, 2), ("00000014", 10_000, 1)]  # fmt: skip
    assert found.stamp == again.stamp


def test_afterwards_nothing_open_names_the_leaver(db: Database, firm: SmallFirm) -> None:
    old = session(db, "staff")
    result = leave(db, prospects_to="S0001")
    assert result.fates == {
        "account": {"ended": 1}, "delegation": {"ended": 2}, "pending": {"continued": 1, "ended": 1},
        "post": {"ended": 1}, "preregistration": {"continued": 1, "ended": 1}, "prospect": {"handed_on": 1},
        "relationship": {"continued": 2, "ended": 1}, "step": {"handed_on": 3}, "task": {"handed_on": 1},
        "view": {"ended": 1}}  # fmt: skip
    leaver = firm.users["staff"]
    with db.reading() as connection:
        assert set(read_inventory(connection, LEAVER, exit_on=EXIT_ON).counts.values()) == {0}

        def count(table: Any, *conditions: Any) -> int:
            return int(connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one())

        held = relationship.join(relationship_share,
                                 relationship_share.c.relationship_id == relationship.c.relationship_id)  # fmt: skip
        own = relationship_share.c.staff_id == LEAVER
        assert count(held, own, relationship.c.state == "confirmed", relationship.c.valid_to.is_(None)) == 0
        assert count(held, own, relationship.c.state == "pending") == 0
        assert count(reactivation_task, reactivation_task.c.staff_id == LEAVER,
                     reactivation_task.c.state.in_(["open", "preregistered"])) == 0  # fmt: skip
        undecided = approval_candidate.join(approval_step, (approval_step.c.chain_id == approval_candidate.c.chain_id)
                                            & (approval_step.c.position == approval_candidate.c.position))  # fmt: skip
        undecided = undecided.join(approval_chain, approval_chain.c.chain_id == approval_step.c.chain_id)
        running = approval_chain.c.state.in_(["running", "returned"])
        assert count(undecided, approval_candidate.c.user_id == leaver, running,
                     approval_step.c.round == approval_chain.c.round) == 0  # fmt: skip
        assert count(undecided, approval_candidate.c.user_id == firm.users["branch_reviewer"], running,
                     approval_step.c.round == approval_chain.c.round) == 2  # fmt: skip
        assert count(post_holder, post_holder.c.user_id == leaver, post_holder.c.valid_to.is_(None)) == 0
        assert count(delegation, delegation.c.ended_at.is_(None)) == 0
        recorded = preregistration.join(preregistration_share)
        assert count(recorded, preregistration_share.c.staff_id == LEAVER, preregistration.c.state == "active") == 0
        assert count(saved_view, saved_view.c.owner_id == leaver, saved_view.c.is_shared) == 0
        assert count(prospect, prospect.c.staff_id == LEAVER) == 0
        assert count(app_user, app_user.c.staff_id == LEAVER, app_user.c.disabled_at.is_(None)) == 0
        assert connection.execute(select(staff.c.left_on).where(staff.c.staff_id == LEAVER)).scalar() == EXIT_ON
        assert first_broken_audit(connection) is None
    assert read_session_user(db, old.token) is None
    assert [tuple(row) for row in rows(db, permission_register.c.action, permission_register.c.applicant_signed,
                                       permission_register.c.by_user_id)] \
        == [("withdraw", True, firm.users["branch_head"])]  # fmt: skip


def test_colleagues_keep_what_is_theirs(db: Database, firm: SmallFirm) -> None:
    leave(db)
    link, share = relationship.c, relationship_share.c
    with db.reading() as connection:
        found = connection.execute(
            select(link.client_id, link.valid_from, link.valid_to, link.how_confirmed, share.staff_id, share.share_bp)
            .join(relationship_share, share.relationship_id == link.relationship_id)
            .where(link.state == "confirmed", link.client_id.in_([1, 3, 14]))
            .order_by(link.client_id, link.valid_from, share.staff_id)
        ).all()  # fmt: skip
    july = date(2025, 7, 1)
    assert [tuple(row) for row in found] == [
        (1, date(2024, 5, 1), july, "approved", 1, 6_000), (1, date(2024, 5, 1), july, "approved", 2, 4_000),
        (1, july, None, "continued", 1, 6_000),
        (3, date(2024, 6, 3), july, "approved", 2, 3_333), (3, date(2024, 6, 3), july, "approved", 3, 3_333),
        (3, july, None, "continued", 3, 3_333),
        (14, date(2025, 6, 5), july, "approved", 2, 10_000)]  # fmt: skip
    under_approval = link.relationship_id.in_([101, 102, 103])
    assert [tuple(row) for row in rows(db, link.relationship_id, link.state, where=under_approval)] == [
        (101, "rejected"), (102, "pending"), (103, "pending")]  # fmt: skip
    chain = approval_chain.c
    assert [tuple(row) for row in rows(db, chain.object_id, chain.state, chain.round)] \
        == [(101, "withdrawn", 1), (102, "running", 2), (103, "running", 1)]  # fmt: skip
    record = preregistration.c
    assert [tuple(row) for row in rows(db, record.prereg_no, record.state, record.exclusive_key)] == [
        ("P1", "withdrawn", None), ("P2", "active", None)]  # fmt: skip
    assert [tuple(row) for row in rows(db, preregistration_share.c.prereg_id, preregistration_share.c.staff_id)] == [
        (1, LEAVER), (2, 3)]  # fmt: skip
    assert [tuple(row) for row in rows(db, reactivation_task.c.task_no, reactivation_task.c.staff_id,
                                       reactivation_task.c.state)] \
        == [("T00000001", 1, "open"), ("T00000002", LEAVER, "recognised")]  # fmt: skip
    assert [tuple(row) for row in rows(db, prospect.c.staff_id)] == [(None,)]
    assert json.loads(rows(db, prospect_event.c.body)[0].body)["act"] == "leave"


def test_a_successor_of_an_assigned_relationship_waits_for_approval(db: Database, firm: SmallFirm) -> None:
    fates = leave(db, holders={"R00000001": "S0003"}).fates["relationship"]
    assert fates == {"continued": 2, "ended": 1, "proposed": 1}
    link, share = relationship.c, relationship_share.c
    with db.reading() as connection:
        row = connection.execute(
            select(link.state, link.type, link.valid_from, share.staff_id, share.share_bp, approval_chain.c.state)
            .join(relationship_share, share.relationship_id == link.relationship_id)
            .join(approval_chain, approval_chain.c.chain_id == link.chain_id)
            .where(link.client_id == 1, link.state == "pending")
        ).one()  # fmt: skip
    assert tuple(row) == ("pending", "legacy_development", NOW.date(), 3, 4_000, "running")


@pytest.mark.parametrize(
    ("holders", "code"),
    [({"R00000007": "S0003"}, "R-38.other_type"), ({"R00000099": "S0003"}, "exit.changed"),
     ({"R00000001": "S0005"}, "R-38.holder_outside"), ({"R00000001": "S0002"}, "exit.left_over")],
)  # fmt: skip
def test_who_cannot_succeed(db: Database, firm: SmallFirm, holders: dict[str, str], code: str) -> None:
    assert refusal(lambda: leave(db, holders=holders)) == code
    assert rows(db, staff_exit.c.exit_id) == []


def test_who_has_left_while_something_names_them(db: Database, firm: SmallFirm) -> None:
    with db.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_id.in_([LEAVER, 5])).values(left_on=EXIT_ON))
    with db.reading() as connection:
        everybody = read_waiting(connection, FIRM)
        branch = read_waiting(connection, Scope(unit_ids=frozenset({firm.units["T0111"]})))
    assert [tuple(row)[:1] + tuple(row)[3:] for row in everybody] == [
        ("S0002", EXIT_ON, 3, 1, 1), ("S0005", EXIT_ON, 2, 0, 1)]  # fmt: skip
    assert [row.staff_no for row in branch] == ["S0002"]
    leave(db)
    with db.reading() as connection:
        assert [row.staff_no for row in read_waiting(connection, FIRM)] == ["S0005"]


@pytest.mark.parametrize("full", [False, True])
def test_results_up_to_the_last_day_are_unchanged(db: Database, firm: SmallFirm, full: bool) -> None:
    def results(person: int, until: int) -> dict[str, dict[str, int]]:
        with db.reading() as connection:
            return read_results(connection, read_generation(connection), person, until=until)

    def firm_total() -> list[tuple[int, int]]:
        with db.reading() as connection:
            builds = read_generation(connection).builds.values()
            row = staff_month.c
            return [tuple(line) for line in connection.execute(
                select(row.month, func.sum(row.net_income_fen)).where(row.build_id.in_(list(builds)), row.type == "any")
                .group_by(row.month).order_by(row.month))]  # fmt: skip

    before, colleague, total = results(LEAVER, 202506), results(3, 202506), firm_total()
    assert before["2025-06"]["net_income_fen"] > 0
    leave(db)
    refresh(db, full=full, actor=OperatorActor("test"))
    assert results(LEAVER, 202506) == before
    assert results(3, 202506) == colleague
    assert firm_total() == total
    body = json.loads(rows(db, staff_exit.c.body)[0].body)
    assert body["results"] == before


def test_a_month_left_halfway_counts_for_nobody_and_starts_nothing(db: Database, firm: SmallFirm) -> None:
    leave(db, exit_on=date(2025, 6, 15))
    refresh(db, full=True, actor=OperatorActor("test"))
    with db.reading() as connection:
        generation = read_generation(connection)
        mine = read_results(connection, generation, LEAVER, until=202506)
        other = read_results(connection, generation, 3, until=202506)
    frozen_results = json.loads(rows(db, staff_exit.c.body)[0].body)["results"]
    assert max(frozen_results) == "2025-05"
    assert {month: mine[month] for month in frozen_results} == frozen_results
    assert mine.get("2025-06", {}).get("net_income_fen", 0) == 0
    # what started in June for the colleague is another client's relationship alone
    assert (other["2025-06"]["started_count"], other["2025-06"]["client_count"]) == (1, 3)


def test_everything_or_nothing(db: Database, firm: SmallFirm) -> None:
    stamp = seen(db)
    assert refusal(lambda: leave(db, successors={})) == "exit.successor_missing"
    assert refusal(lambda: leave(db, to="S0005", key="y")) == "R-26.staff_not_found"  # of another branch company
    assert refusal(lambda: leave(db, to="S0002", key="z")) == "task.same_staff"
    assert refusal(lambda: leave(db, prospects_to="S0005", key="p")) == "exit.not_found"
    assert seen(db) == stamp
    assert rows(db, staff_exit.c.exit_id) == []


def test_an_old_form_closes_nothing(db: Database, firm: SmallFirm) -> None:
    stamp = seen(db)
    with db.writing() as connection:
        connection.execute(update(reactivation_task).where(reactivation_task.c.task_id == 1).values(version=2))
    assert refusal(lambda: leave(db, stamp=stamp)) == "exit.changed"


def test_a_step_that_nobody_else_decides_keeps_the_exit_open(db: Database, firm: SmallFirm) -> None:
    with db.writing() as connection:
        connection.execute(delete(post_holder).where(post_holder.c.user_id == firm.users["branch_reviewer"]))
        # the heads may decide as well, unless they are gone
        connection.execute(update(app_user).where(app_user.c.username == "branch_head").values(unit_id=None))
    assert refusal(lambda: leave(db, "hq")) == "exit.step_open"
    assert rows(db, staff_exit.c.exit_id) == []


def test_tasks_may_go_back_to_the_pool(db: Database, firm: SmallFirm) -> None:
    assert leave(db, to="").fates["task"] == {"returned": 1}
    assert [tuple(row) for row in rows(db, reactivation_task.c.task_no, reactivation_task.c.state)] == [
        ("T00000001", "withdrawn"), ("T00000002", "recognised")]  # fmt: skip


def test_the_same_form_twice_has_one_effect_and_an_exit_is_closed_once(db: Database, firm: SmallFirm) -> None:
    stamp = seen(db)
    first = leave(db)
    assert leave(db, stamp=stamp) == first
    assert refusal(lambda: leave(db, successors={}, key="again")) == "exit.closed"
    assert len(rows(db, staff_exit.c.exit_id)) == 1


@pytest.mark.parametrize("name", ["office_head", "staff", "branch_reviewer", "analyst", "user_admin"])
def test_other_roles_close_no_exit(db: Database, firm: SmallFirm, name: str) -> None:
    with pytest.raises(NotAllowed):
        leave(db, name)


def test_heads_of_other_branch_companies_and_the_leaver_close_nothing(db: Database, firm: SmallFirm) -> None:
    with db.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.username == "other_office_head").values(
            role="branch_head", unit_id=firm.units["B02"]))  # fmt: skip
    seed_user(db, "self", role=Role.BRANCH_HEAD, unit_id=firm.units["B01"], staff_id=LEAVER, password=PASSWORD)
    assert refusal(lambda: leave(db, "other_office_head")) == "exit.not_found"
    assert refusal(lambda: leave(db, "self", key="y")) == "exit.own"
    assert refusal(lambda: leave(db, password="not mine", key="z")) == "sign.wrong"
    assert refusal(lambda: leave(db, exit_on=date(2025, 7, 2), key="w")) == "exit.future"


def test_nothing_new_goes_to_somebody_who_has_left(db: Database, firm: SmallFirm) -> None:
    leave(db, to="", exit_on=NOW.date() - timedelta(days=1))
    done = assign_tasks(db, actor=session(db, "office_head"), client_nos=["00000008"], staff_no="S0002",
                        request_id="a")  # fmt: skip
    assert [reason.code for _, reason in done.refused] == ["R-26.left"]
