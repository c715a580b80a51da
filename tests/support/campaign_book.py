"""Campaigns over the small book: a pool large enough for a hold-out, and the calls that make and read campaigns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from data_access.commands.campaigns import CampaignCreated, create_campaign
from data_access.database import Database
from data_access.desk.lists import ListRequest
from data_access.reads.client_filter import ClientFilter
from data_access.reads.list_sets import ClientNumbers
from data_access.scope import FIRM, Scope
from data_access.tables import campaign, campaign_member, client, reactivation_task, staff
from tests.support.book_rows import MONTH, Book, add_clients, signed_in

SILENT = ClientFilter(statuses=("silent",))


def numbers_of(count: int, first: int = 1, letter: str = "P") -> list[str]:
    """Return client numbers in order."""
    return [f"{letter}{number:05d}" for number in range(first, first + count)]


def add_pool(db: Database, book: Book, count: int, **fields: Any) -> list[str]:
    """Add silent clients of O011 and return their numbers."""
    numbers = numbers_of(count)
    with db.writing() as connection:
        add_clients(connection, book, numbers, **fields)
    return numbers


def list_of(kept: ClientFilter = SILENT, *, source: str = "pool", reach: Scope = FIRM, **more: Any) -> ListRequest:
    """Return the request of a list of the published month."""
    return ListRequest(source, kept, MONTH, 1, reach.key, **more)


def chosen(numbers: Sequence[str]) -> ListRequest:
    """Return the request of chosen clients."""
    return list_of(ClientFilter(among=ClientNumbers(tuple(numbers))), source="selection")


def make(db: Database, book: Book, request: ListRequest | None = None, *, user: str = "o011", **more: Any
         ) -> CampaignCreated:  # fmt: skip
    """Make a campaign of a list (the silent clients) as a user of the book."""
    values = {"name": "Autumn", "purpose": "reactivation", "holdout_bp": 1_000, "request_id": "c1", **more}
    return create_campaign(db, actor=signed_in(db, book, user), request=request or list_of(), **values)


def arms_of(connection: Connection, campaign_no: str) -> dict[str, str]:
    """Return the group of every member by client number."""
    return {
        row.client_no: row.arm
        for row in connection.execute(
            select(client.c.client_no, campaign_member.c.arm)
            .join(campaign_member, campaign_member.c.client_id == client.c.client_id)
            .join(campaign, campaign.c.campaign_id == campaign_member.c.campaign_id)
            .where(campaign.c.campaign_no == campaign_no)
        )
    }


def open_tasks(db: Database) -> dict[str, str]:
    """Return who holds each client with an open task, by client_no."""
    with db.reading() as connection:
        return dict(connection.execute(
            select(client.c.client_no, staff.c.staff_no)
            .join(reactivation_task, reactivation_task.c.client_id == client.c.client_id)
            .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
            .where(reactivation_task.c.state == "open")
        ).all())  # fmt: skip
