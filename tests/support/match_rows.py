"""Rows for the matching: records as they are stored, and account events with the accounts they make."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from data_access.clock import business_date
from data_access.tables import account, account_event, preregistration, preregistration_share, reactivation_task
from data_access.tables import task_event as task_step
from domain.months import add_months
from tests.support.book_rows import Book

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    """Return a Shanghai moment, midnight where only the day is given."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def add_record(
    connection: Connection, book: Book, number: str, registered: str, *, client: str,
    holders: Mapping[str, int] | None = None, **more: Any,
) -> int:  # fmt: skip
    """Store a record for a client of the book (document ``doc-C1``, name ``Client C1``) by S1 unless said otherwise."""
    moment = at(registered)
    values: dict[str, Any] = {
        "prereg_no": number, "type": "new_development", "client_name": f"Client {client}",
        "document_hash": f"doc-{client}", "contact_masked": "138****8000", "registered_at": moment,
        "expires_on": add_months(business_date(moment), 1), "state": "active", "version": 1, **more,
    }  # fmt: skip
    key = int(connection.execute(insert(preregistration).values(**values)
                                 .returning(preregistration.c.prereg_id)).scalar_one())  # fmt: skip
    connection.execute(insert(preregistration_share), [
        {"prereg_id": key, "staff_id": book.staff[staff_no], "share_bp": share}
        for staff_no, share in (holders or {"S1": 10_000}).items()
    ])  # fmt: skip
    return key


def add_event(
    connection: Connection, book: Book, client: str, when: str, *, event: str = "opened", kind: str = "cash",
    **more: Any,
) -> int:  # fmt: skip
    """Store an account event of a client of the book; the account is made when it is not there."""
    moment = at(when)
    number = f"{client}-{kind}"
    account_id = connection.execute(select(account.c.account_id).where(account.c.account_no == number)).scalar()
    if account_id is None:
        account_id = connection.execute(
            insert(account).values(client_id=book.clients[client], account_no=number, account_kind=kind)
            .returning(account.c.account_id)
        ).scalar_one()  # fmt: skip
    return int(connection.execute(
        insert(account_event)
        .values(client_id=book.clients[client], account_id=account_id, event=event, at=moment,
                on_date=business_date(moment), has_time=len(when) > 10, **more)
        .returning(account_event.c.event_id)
    ).scalar_one())  # fmt: skip


def add_task(connection: Connection, book: Book, number: str, client: str, staff_no: str, assigned: str,
             state: str = "preregistered", pool_status: str = "lost") -> int:  # fmt: skip
    """Store a hand-out with its first history row."""
    moment = at(assigned)
    key = int(connection.execute(
        insert(reactivation_task)
        .values(task_no=number, client_id=book.clients[client], staff_id=book.staff[staff_no],
                office_id=book.units["O011"], state=state, pool_status=pool_status, priority="normal",
                due_on=add_months(business_date(moment), 3), assigned_by=book.users["o011"], assigned_at=moment,
                request_id=f"r-{number}", version=1)
        .returning(reactivation_task.c.task_id)
    ).scalar_one())  # fmt: skip
    steps = [("assigned", None, "open"), ("preregistered", "open", "preregistered")]
    connection.execute(insert(task_step), [
        {"task_id": key, "sequence": place, "kind": kind, "from_state": before, "to_state": after,
         "staff_id": book.staff[staff_no], "at": moment}
        for place, (kind, before, after) in enumerate(steps if state == "preregistered" else steps[:1], start=1)
    ])  # fmt: skip
    return key
