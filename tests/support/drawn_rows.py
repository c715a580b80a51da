"""A drawn campaign with what became of it, beside the small book: groups, months, tasks, contacts.

Campaign K1, drawn on 10 March 2024 in offices O011 (B01) and O021 (B02), compared on day 90 (8 June 2024); months
January to June 2024 are published. Inflow and trades in yuan and count:

====== ====== ========= ========= ============================================================================
client office group     status    conduct
====== ====== ========= ========= ============================================================================
C01    O011   task S1   silent    March 600 in, April 400 in and 2 trades: back 30 April; contacted, recognised
C02    O011   task S1   silent    nothing; contacted on 20 March, not reached
C03    O011   task S2   silent    April 2,000 in, 500 out, no trade
C04    O011   task S2   silent    June 5,000 in and a trade: after day 90
C05    O011   task      silent    April is missing: unknown; never handed out
C06    O011   held      silent    nothing; contacted by S2 on 2 April
C07    O011   held      silent    May 1,000 in and a trade: back
C08    O011   must      silent    March 9,000 in and a trade: not drawn; task of S1
C09    O011   excluded  silent    nothing
C10    O021   task S9   lost      since 1 February 2024; opened again 2 May 2024: back
C11    O021   held      archived  since 1 February 2024; activated 10 March 2024: back
C12    O021   held      lost      since 1 February 2024; opened again 1 May 2024: too soon
====== ====== ========= ========= ============================================================================

C02's first task was undone and C03's task passed from S1 to S2.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, update

from data_access.database import Database
from data_access.tables import (
    account,
    account_event,
    account_match,
    build,
    campaign,
    campaign_member,
    client_spell,
    client_status,
    contact_log,
    generation_month,
    reactivation_task,
    relationship,
    task_event,
)
from domain.months import add_months
from tests.support.book_rows import MONTH, NOW, STATUS_BLANKS, Book, add_clients, write_book

DRAWN_ON = date(2024, 3, 10)
MONTHS = (202401, 202402, 202403, 202404, 202405, 202406)
GROUPS = {"C01": "task", "C02": "task", "C03": "task", "C04": "task", "C05": "task", "C06": "holdout", "C07": "holdout",
          "C08": "must", "C09": "excluded", "C10": "task", "C11": "holdout", "C12": "holdout"}  # fmt: skip
STATUSES = {"C10": "lost", "C11": "archived", "C12": "lost"}
OFFICES = {"C10": "O021", "C11": "O021", "C12": "O021"}
CONDUCT = {("C01", 202403): (600, 0, 0), ("C01", 202404): (400, 0, 2), ("C03", 202404): (2_000, 500, 0),
           ("C04", 202406): (5_000, 0, 1), ("C07", 202405): (1_000, 0, 1), ("C08", 202403): (9_000, 0, 1)}  # fmt: skip


def at(day: date, hour: int = 10, second: int = 0) -> datetime:
    """Return a moment of a day, the hour in Shanghai."""
    return datetime(day.year, day.month, day.day, hour, 0, second, tzinfo=UTC) - timedelta(hours=8)


def drawn_book(db: Database) -> Book:
    """Write the book and the campaign above."""
    book = write_book(db)
    with db.writing() as connection:
        for office in ("O011", "O021"):
            for status in ("silent", "lost", "archived"):
                numbers = [one for one in GROUPS if STATUSES.get(one, "silent") == status
                           and OFFICES.get(one, "O011") == office]  # fmt: skip
                if numbers:
                    add_clients(connection, book, numbers, office=office, status=status)
        publish(connection, book, list(GROUPS))
        key = add_campaign(connection, book, "K1", GROUPS)
        _tell_what_became(connection, book, key)
    return book


def publish(connection: Connection, book: Book, numbers: list[str]) -> None:
    """Publish the months before the book's own, quiet ones, and what ``CONDUCT`` says of some clients."""
    earlier = [month for month in MONTHS if month != MONTH]
    connection.execute(
        insert(build),
        [{"build_id": month, "month": month, "rule_version": 1, "run_id": 1, "built_at": NOW} for month in earlier],
    )
    connection.execute(insert(generation_month), [
        {"generation_id": 1, "month": month, "build_id": month} for month in earlier])  # fmt: skip
    quiet = {"end_assets_fen": 50_000, "inflow_fen": 0, "outflow_fen": 0, "turnover_fen": 0, "trades_count": 0}
    away = {"has_row": False} | dict.fromkeys(quiet, None)
    rows = []
    for number in numbers:
        status = STATUSES.get(number, "silent")
        office = book.units[OFFICES.get(number, "O011")]
        rows += [{**STATUS_BLANKS, **(quiet if status == "silent" else away), "build_id": month, "month": month,
                  "client_id": book.clients[number], "branch_id": office, "office_id": office, "status": status}
                 for month in earlier]  # fmt: skip
    connection.execute(insert(client_status), rows)
    for number in numbers:
        one = client_status.c
        connection.execute(update(client_status).where(one.client_id == book.clients[number], one.build_id == 1)
                           .values(**(quiet if STATUSES.get(number, "silent") == "silent" else away)))  # fmt: skip
    for (number, month), (inflow, outflow, trades) in CONDUCT.items():
        if number in numbers:
            conduct(connection, book, number, month, inflow_fen=inflow * 100, outflow_fen=outflow * 100,
                    trades_count=trades, turnover_fen=trades * 100_000)  # fmt: skip


def conduct(connection: Connection, book: Book, number: str, month: int, **fields: Any) -> None:
    """Change what is published of a client's month."""
    one = client_status.c
    connection.execute(update(client_status).where(one.client_id == book.clients[number], one.month == month)
                       .values(**fields))  # fmt: skip


def add_campaign(connection: Connection, book: Book, number: str, groups: dict[str, str], *,
                 drawn_on: date = DRAWN_ON, **fields: Any) -> int:  # fmt: skip
    """Add a campaign with its members; group ``must``: to be contacted, not drawn."""
    values = {
        "campaign_no": number, "name": f"Campaign {number}", "purpose": "reactivation", "source": "pool", "rule": "{}",
        "reach": "[]", "unit_id": book.units["HQ"], "as_of_month": 202402, "generation_id": 1, "rule_version": 1,
        "predecessor": "allowed", "holdout_bp": 1_000, "worthwhile_bp": 500, "outcome_days": 90,
        "draw_key": bytes(32), "drawn_at": at(drawn_on), "drawn_on": drawn_on,
        "window_to_on": add_months(drawn_on, 3), "said": "holdout.drawn", "said_params": "{}", "state": "running",
        "created_by": book.users["hq"], "created_at": at(drawn_on),
    }  # fmt: skip
    key = connection.execute(insert(campaign).values(**values | fields)).inserted_primary_key[0]
    connection.execute(insert(campaign_member), [
        {"campaign_id": key, "client_id": book.clients[one], "arm": "task" if group == "must" else group,
         "stratum": "all" if group in ("task", "holdout") else None, "reason": f"holdout.{group}",
         "reason_params": "{}", "office_id": book.units[OFFICES.get(one, "O011")],
         "pool_status": STATUSES.get(one, "silent"), "tier": "C", "months_quiet": 14, "effort": 20,
         "value_fen": 10_000, "assets_fen": 50_000, "previous_staff_id": book.staff["S9"] if one == "C12" else None,
         # a client stands in one running campaign at a time
         "released_at": None if number == "K1" else NOW}
        for one, group in groups.items()])  # fmt: skip
    return int(key)


def add_task(connection: Connection, book: Book, number: str, client_no: str, staff_no: str, *,
             campaign_id: int | None, assigned_on: date = date(2024, 3, 12), **fields: Any) -> int:  # fmt: skip
    """Add a task of the campaign, open unless ``fields`` say otherwise, with the step of its hand-out."""
    values = {
        "task_no": number, "client_id": book.clients[client_no], "staff_id": book.staff[staff_no],
        "office_id": book.units[OFFICES.get(client_no, "O011")], "state": "open",
        "pool_status": STATUSES.get(client_no, "silent"), "priority": "normal", "due_on": date(2024, 6, 12),
        "campaign_id": campaign_id, "effort": 20, "value_fen": 10_000, "assigned_by": book.users["o011"],
        "assigned_at": at(assigned_on), "request_id": number,
    }  # fmt: skip
    key = connection.execute(insert(reactivation_task).values(**values | fields)).inserted_primary_key[0]
    add_step(connection, int(key), 1, "assigned", assigned_on, to_state="open")
    return int(key)


def add_step(connection: Connection, task_id: int, sequence: int, kind: str, on: date, *, to_state: str) -> None:
    """Add a step of a task's history."""
    connection.execute(insert(task_event).values(task_id=task_id, sequence=sequence, kind=kind, to_state=to_state,
                                                 at=at(on)))  # fmt: skip


def add_contact(connection: Connection, book: Book, client_no: str, staff_no: str, moment: datetime, *,
                result: str = "reached", task_id: int | None = None) -> None:  # fmt: skip
    """Add a contact by phone."""
    connection.execute(insert(contact_log).values(
        client_id=book.clients[client_no], staff_id=book.staff[staff_no], task_id=task_id, at=moment, channel="phone",
        result=result, request_id=f"{client_no}{moment.isoformat()}{staff_no}"))  # fmt: skip


def add_event(connection: Connection, book: Book, client_no: str, event: str, on: date) -> None:
    """Add an event of a cash account that ends the client's spell."""
    key = book.clients[client_no]
    made = connection.execute(insert(account).values(client_id=key, account_no=f"{client_no}-1", account_kind="cash"))
    connection.execute(
        insert(account_event).values(
            client_id=key, account_id=made.inserted_primary_key[0], event=event, at=at(on), on_date=on, has_time=True
        )
    )
    connection.execute(update(client_spell).where(client_spell.c.client_id == key).values(to_on=on))


def _tell_what_became(connection: Connection, book: Book, key: int) -> None:
    first = add_task(connection, book, "T1", "C01", "S1", campaign_id=key, state="recognised",
                     closed_at=at(date(2024, 5, 20)), closed_on=date(2024, 5, 20))  # fmt: skip
    add_step(connection, first, 2, "preregistered", date(2024, 3, 25), to_state="preregistered")
    add_step(connection, first, 3, "recognised", date(2024, 5, 20), to_state="recognised")
    made = connection.execute(insert(relationship).values(
        relationship_no="R1", client_id=book.clients["C01"], type="redevelopment", state="confirmed",
        valid_from=date(2024, 4, 30), confirmed_at=NOW, created_at=NOW))  # fmt: skip
    connection.execute(insert(account_match).values(
        business_event="activation", client_id=book.clients["C01"], outcome="relationship", task_id=first,
        relationship_id=made.inserted_primary_key[0], trace="[]", decided_at=at(date(2024, 5, 20))))  # fmt: skip
    add_contact(connection, book, "C01", "S1", at(date(2024, 3, 15)), result="interested", task_id=first)
    add_task(connection, book, "T2", "C02", "S2", campaign_id=key, state="withdrawn", result_reason="undone",
             closed_at=at(date(2024, 3, 12)), closed_on=date(2024, 3, 12))  # fmt: skip
    add_task(connection, book, "T3", "C02", "S1", campaign_id=key, state="expired",
             closed_at=at(date(2024, 6, 13)), closed_on=date(2024, 6, 13))  # fmt: skip
    add_contact(connection, book, "C02", "S1", at(date(2024, 3, 20)), result="not_reached")
    add_task(connection, book, "T4", "C03", "S2", campaign_id=key)
    add_task(connection, book, "T5", "C04", "S2", campaign_id=key)
    add_task(connection, book, "T6", "C08", "S1", campaign_id=key)
    add_task(connection, book, "T7", "C10", "S9", campaign_id=key, assigned_on=date(2024, 4, 2))
    conduct(connection, book, "C05", 202404, has_row=False, inflow_fen=None, outflow_fen=None, trades_count=None)
    add_contact(connection, book, "C06", "S2", at(date(2024, 4, 2)))
    add_event(connection, book, "C10", "opened", date(2024, 5, 2))
    add_event(connection, book, "C11", "activated", DRAWN_ON)
    add_event(connection, book, "C12", "opened", date(2024, 5, 1))
