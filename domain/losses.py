"""Entering why a client was lost (R-72): one reason per loss, only while the client is lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.decision import Decision, allow, refuse
from domain.words import Status

NOTE_LIMIT = 500
"""Characters of a note at most."""
LIST_LIMIT = 500
"""Losses that one submission may explain at most."""


@dataclass(frozen=True)
class LossFacts:
    """What stands now: the status on present facts, the day of the open loss, the day of a return, the entry's version.

    ``version`` 0: no reason has been entered for this loss.
    """

    status: str | None
    lost_on: date | None
    returned_on: date | None
    version: int


def decide_loss_reason(facts: LossFacts, lost_on: date, version: int) -> Decision:
    """Decide whether a reason may be entered for the loss of ``lost_on``, seen at ``version``.

    A client who is not lost, or has come back, needs none; the reason of an earlier loss stays as it is; what somebody
    else has entered meanwhile is not overwritten unseen.
    """
    if facts.returned_on is not None:
        return refuse("R-72.returned", on=facts.returned_on.isoformat())
    if facts.status != Status.LOST or facts.lost_on is None:
        return refuse("R-72.not_lost")
    if facts.lost_on != lost_on:
        return refuse("R-72.other_loss", lost_on=facts.lost_on.isoformat())
    if facts.version != version:
        return refuse("R-72.changed")
    return allow("R-72.allowed")


def decide_submission(count: int, note: str) -> Decision:
    """Decide whether a submission has a size that can be handled."""
    if not count:
        return refuse("list.empty")
    if count > LIST_LIMIT:
        return refuse("R-72.too_many", limit=LIST_LIMIT, count=count)
    if len(note) > NOTE_LIMIT:
        return refuse("contact.note_long", limit=NOTE_LIMIT)
    return allow("R-72.allowed")
