"""An opening that reached the firm late: another account of the same morning, delivered after the first was decided."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection, insert, select

from data_access.register.numbers import next_id
from data_access.tables import account, account_event, client, relationship
from domain.words import AccountEventKind, AccountKind, RelationshipState, RelationshipType

EARLIER = timedelta(minutes=25)
NOTE = "深市账户开户回报，次日补送"


def store_late_event(connection: Connection) -> bool:
    """Write the late opening for the newest client whose opening made a relationship by rule; False without one.

    The matching then finds that a later opening has made the relationship already, and asks people (R-02).
    """
    link, event = relationship.c, account_event.c
    opened = connection.execute(
        select(event.client_id, event.at, event.on_date, event.office_id, client.c.client_no)
        .join(relationship, link.event_id == event.event_id)
        .join(client, client.c.client_id == event.client_id)
        .where(link.type == RelationshipType.NEW_DEVELOPMENT.value, link.state == RelationshipState.CONFIRMED.value,
               link.how_confirmed == "automatic", event.event == AccountEventKind.OPENED.value, event.has_time)
        .order_by(event.at.desc(), event.client_id).limit(1)
    ).first()  # fmt: skip
    if opened is None:
        return False
    account_id = next_id(connection, account)
    connection.execute(insert(account).values(
        account_id=account_id, client_id=opened.client_id, account_kind=AccountKind.CASH.value,
        account_no=f"{opened.client_no}05"))  # fmt: skip
    connection.execute(insert(account_event).values(
        event_id=next_id(connection, account_event), client_id=opened.client_id, account_id=account_id,
        event=AccountEventKind.OPENED.value, at=opened.at - EARLIER, on_date=opened.on_date, has_time=True,
        office_id=opened.office_id, note=NOTE))  # fmt: skip
    return True
