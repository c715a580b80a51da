"""Follow-up calls (R-07): whether a confirmed relationship is true is asked of the client within some days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from domain.decision import Decision, allow, refuse
from domain.register_words import FollowUpResult

FOLLOW_UP_DAYS = 30
"""Days after the confirmation from which a relationship without a call is late, unless the firm sets others."""
DAYS_LIMIT = 365
"""The most days that the firm may set."""
NOTE_LIMIT = 500
"""Characters of a note or of the reason of a settlement."""
ANSWERED = (FollowUpResult.CONFIRMED, FollowUpResult.DISPUTED)
"""Results that end the waiting: a client who was not reached is called again."""


@dataclass(frozen=True)
class FollowUpFacts:
    """What the rule asks of a call: the relationship's state, its first day, and who calls.

    ``caller_holds``: the caller is one of the holders, whose own word proves nothing.
    """

    relationship_no: str
    is_confirmed: bool
    caller_holds: bool


def late_from(confirmed_on: date, days: int = FOLLOW_UP_DAYS) -> date:
    """Return the first day on which a relationship without an answered call is late (R-07)."""
    return confirmed_on + timedelta(days=days)


def needs_call(confirmed_on: date, answered_on: date | None, on: date, days: int = FOLLOW_UP_DAYS) -> bool:
    """Tell whether a relationship is listed as late on a day: confirmed so many days ago, and no answer by then."""
    return on >= late_from(confirmed_on, days) and (answered_on is None or answered_on > on)


def decide_follow_up(facts: FollowUpFacts, note: str) -> Decision:
    """Decide whether a call can be recorded (R-07)."""
    if len(note) > NOTE_LIMIT:
        return refuse("contact.note_long", limit=NOTE_LIMIT)
    if not facts.is_confirmed:
        return refuse("R-07.not_confirmed", relationship_no=facts.relationship_no)
    if facts.caller_holds:
        return refuse("R-07.own", relationship_no=facts.relationship_no)
    return allow("R-07.allowed")
