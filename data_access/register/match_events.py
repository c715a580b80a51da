"""The account events that can make a relationship, and those of them that wait for a verdict."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    exists,
    or_,
    select,
    true,
    union_all,
)

from data_access.tables import account, account_event, account_match, client, preregistration
from domain.register_words import BusinessEvent, MatchOutcome, PreregistrationState
from domain.words import AccountEventKind, AccountKind

RETURNS = (AccountEventKind.ACTIVATED.value, AccountEventKind.DESIGNATION_MADE.value)
REVISABLE = (MatchOutcome.NATURAL.value, MatchOutcome.NONE.value, MatchOutcome.CHAIN.value)
"""Verdicts that a make-up may still change; a relationship stays, and a conflict is settled by people."""

BUSINESS_ACCOUNTS = {AccountKind.MARGIN.value: BusinessEvent.MARGIN_OPENING.value,
          AccountKind.FUTURES.value: BusinessEvent.FUTURES_OPENING.value}  # fmt: skip

RULE_ORDER = (account_event.c.at, client.c.client_no, account.c.account_no, account_event.c.event)
"""The order in which events are decided: moments, then business keys, so that it does not depend on the files."""


def business_of(account_kind: str, event: str, *, is_new_client: bool) -> str:
    """Return the meaning of an account event (``BusinessEvent``); only for those that ``makes_business`` keeps."""
    if event == AccountEventKind.FIRST_REPO:
        return BusinessEvent.FIRST_REPO.value
    if event == AccountEventKind.OPENED and account_kind in BUSINESS_ACCOUNTS:
        return BUSINESS_ACCOUNTS[account_kind]
    is_opening = event == AccountEventKind.OPENED and is_new_client
    return (BusinessEvent.ACCOUNT_OPENING if is_opening else BusinessEvent.ACTIVATION).value


def makes_business() -> ColumnElement[bool]:
    """Return the condition of account events that can make a relationship; the account is joined."""
    event, kind = account_event.c.event, account.c.account_kind
    return or_(
        event == AccountEventKind.FIRST_REPO.value,
        and_(event == AccountEventKind.OPENED.value, kind != AccountKind.REPO.value),
        and_(event.in_(RETURNS), kind == AccountKind.CASH.value),
    )


def own_record() -> ColumnElement[bool]:
    """Return the condition of records made here; those of another platform keep their past and open nothing."""
    return preregistration.c.batch_id.is_(None)


def waiting(*columns: ColumnElement[Any]) -> Select[Any]:
    """Select from the events without a verdict."""
    return (
        select(*columns).select_from(account_event)
        .join(account, account.c.account_id == account_event.c.account_id)
        .join(client, client.c.client_id == account_event.c.client_id)
        .where(makes_business(), ~exists().where(account_match.c.event_id == account_event.c.event_id))
    )  # fmt: skip


def read_waiting(connection: Connection, client_ids: Collection[int] | None = None) -> list[int]:
    """Return the ids of all events that wait for a verdict or may get a better one, in the order of the rules.

    ``client_ids``: those clients only, for what is decided while somebody waits.
    """
    within = true() if client_ids is None else client.c.client_id.in_(list(client_ids))
    columns = (*RULE_ORDER, account_event.c.event_id)
    record, verdict = preregistration.c, account_match.c
    # a make-up came after the verdict
    revised = (
        select(*columns).select_from(account_match)
        .join(account_event, account_event.c.event_id == verdict.event_id)
        .join(account, account.c.account_id == account_event.c.account_id)
        .join(client, client.c.client_id == verdict.client_id)
        .where(verdict.outcome.in_(REVISABLE), within,
               exists().where(record.document_hash == client.c.document_hash, own_record(),
                              record.registered_at > verdict.decided_at,
                              record.state != PreregistrationState.WITHDRAWN.value))
    )  # fmt: skip
    both: Any = union_all(waiting(*columns).where(within), revised)
    return [row[-1] for row in sorted(tuple(row) for row in connection.execute(both))]


def read_fruitless_returns(connection: Connection, client_ids: Collection[int]) -> list[int]:
    """Return the returns of some clients that led to nothing, oldest first."""
    return list(connection.execute(
        select(account_match.c.event_id)
        .join(account_event, account_event.c.event_id == account_match.c.event_id)
        .where(account_match.c.client_id.in_(list(client_ids)), account_match.c.outcome == MatchOutcome.NONE.value,
               account_match.c.business_event == BusinessEvent.ACTIVATION.value)
        .order_by(account_event.c.at, account_event.c.event_id)
    ).scalars())  # fmt: skip


def read_events(connection: Connection, event_ids: Sequence[int]) -> list[Row[Any]]:
    """Return some events with the number and kind of their account, in the order of the ids given."""
    rows = connection.execute(
        select(account_event, account.c.account_no, account.c.account_kind)
        .join(account, account.c.account_id == account_event.c.account_id)
        .where(account_event.c.event_id.in_(event_ids))
    )
    found = {row.event_id: row for row in rows}
    return [found[event_id] for event_id in event_ids if event_id in found]
