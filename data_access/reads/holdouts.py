"""Which clients a running campaign holds back: nobody should contact them for it until its window has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, bindparam, select

from data_access.clock import business_date
from data_access.tables import campaign, campaign_member


@dataclass(frozen=True)
class HeldOut:
    """The campaign that holds a client back, and the last day on which it does."""

    campaign_no: str
    campaign_name: str
    until_on: date


_MEMBER = campaign_member.c
_HELD_OUT = (
    select(campaign.c.campaign_no, campaign.c.name, campaign.c.window_to_on)
    .join(campaign_member, campaign.c.campaign_id == _MEMBER.campaign_id)
    .where(_MEMBER.client_id == bindparam("client_id"), _MEMBER.arm == "holdout", _MEMBER.released_at.is_(None),
           campaign.c.window_to_on >= bindparam("today"))
)  # fmt: skip


def read_holdout(connection: Connection, client_id: int) -> HeldOut | None:
    """Return the campaign in whose hold-out group a client is today; None when in none.

    For readers who may see the client: the caller has asked for the reach.
    """
    row = connection.execute(_HELD_OUT, {"client_id": client_id, "today": business_date()}).first()
    return HeldOut(row.campaign_no, row.name, row.window_to_on) if row else None
