"""Which clients a running campaign holds back: nobody should contact them for it until its window has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from data_access.clock import business_date
from data_access.tables import campaign, campaign_member


@dataclass(frozen=True)
class HeldOut:
    """The campaign that holds a client back, and the last day on which it does."""

    campaign_no: str
    campaign_name: str
    until_on: date


def read_holdout(connection: Connection, client_id: int) -> HeldOut | None:
    """Return the campaign in whose hold-out group a client is today; None when in none.

    For readers who may see the client: the caller has asked for the reach.
    """
    member = campaign_member.c
    row = connection.execute(
        select(campaign.c.campaign_no, campaign.c.name, campaign.c.window_to_on)
        .join(campaign, campaign.c.campaign_id == member.campaign_id)
        .where(member.client_id == client_id, member.arm == "holdout", member.released_at.is_(None),
               campaign.c.window_to_on >= business_date())
    ).first()  # fmt: skip
    return HeldOut(row.campaign_no, row.name, row.window_to_on) if row else None
