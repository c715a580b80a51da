"""Prospects: grade by need and expected date (R-50), urgency by when to act (R-51), and the other divisions (R-52).

A prospect has one value per division; grade and urgency are never stored: they follow from need, dates and the day.
"""

from __future__ import annotations

from datetime import date, timedelta

from domain.decision import Decision, allow, refuse
from domain.months import add_months
from domain.words import Word

NAME_LIMIT = 60
NOTE_LIMIT = 500
"""Characters of a prospect's name and note."""
URGENT_DAYS = 7
"""Days within which an urgent prospect has to be handled (R-51)."""
MEETINGS_HINT = 7
"""Meetings that a prospect is worth before it is given up: a hint, nothing is decided by it (K-87)."""


class Need(Word):
    """The need of a prospect (R-52): a target client has one now, a potential one later, a dead one never."""

    TARGET = "target", "Clear need now"
    POTENTIAL = "potential", "Need later"
    NONE = "none", "No need or no chance"


class ProspectState(Word):
    """How far things are (R-52): not yet talking, talking, or business done."""

    POTENTIAL = "potential", "Not yet in talks"
    NEGOTIATING = "negotiating", "In talks"
    WON = "won", "Business done"


class ProspectGrade(Word):
    """Prospect grades (R-50): the need, and the time until business is expected."""

    A = "A", "Grade A: within one month"
    B = "B", "Grade B: within three months"
    C = "C", "Grade C: within half a year"
    D = "D", "Grade D: later, or a need that may come"
    E = "E", "Grade E: no need or no chance"


class Urgency(Word):
    """By when a prospect has to be handled (R-51)."""

    URGENT = "urgent", "Urgent: within a week"
    SOON = "soon", "Soon: within a month"
    NOT_URGENT = "not_urgent", "Not urgent: within three months"
    SLOW = "slow", "Can wait: after three months"


GRADE_MONTHS = ((ProspectGrade.A, 1), (ProspectGrade.B, 3), (ProspectGrade.C, 6))
"""The grade of a clear need by the most months until business is expected, the day itself included (R-50)."""
URGENCY_MONTHS = ((Urgency.SOON, 1), (Urgency.NOT_URGENT, 3))
"""The urgency by the most months until somebody has to act, after those within a week (R-51)."""


def decide_grade(need: str, expected_on: date | None, on: date) -> ProspectGrade | None:
    """Return the grade on a day; None for a clear need without an expected date, which has to be asked for (R-50).

    A date that has passed counts as the nearest one.
    """
    if need == Need.NONE:
        return ProspectGrade.E
    if need == Need.POTENTIAL:
        return ProspectGrade.D
    if expected_on is None:
        return None
    for grade, months in GRADE_MONTHS:
        if expected_on <= add_months(on, months):
            return grade
    return ProspectGrade.D


def decide_urgency(act_by: date | None, on: date) -> Urgency | None:
    """Return the urgency on a day, overdue ones urgent; None without a date (R-51)."""
    if act_by is None:
        return None
    if act_by <= on + timedelta(days=URGENT_DAYS):
        return Urgency.URGENT
    for urgency, months in URGENCY_MONTHS:
        if act_by <= add_months(on, months):
            return urgency
    return Urgency.SLOW


def decide_divisions(need: str, state: str, grade: str | None, *, has_account: bool) -> Decision:
    """Tell whether need, state, grade and account fit together (R-52).

    Grade E if and only if there is no need; business done if and only if the prospect has become a client.
    """
    if (need == Need.NONE) != (grade == ProspectGrade.E):
        return refuse("R-52.grade")
    if state == ProspectState.WON and not has_account:
        return refuse("R-52.no_account")
    if has_account and state != ProspectState.WON:
        return refuse("R-52.has_account")
    return allow("R-52.allowed")


def decide_words(name: str, note: str) -> Decision:
    """Tell whether a prospect's name and note can be stored."""
    if not name.strip():
        return refuse("prospect.name_missing")
    if len(name.strip()) > NAME_LIMIT:
        return refuse("prospect.name_long", limit=NAME_LIMIT)
    if len(note.strip()) > NOTE_LIMIT:
        return refuse("prospect.note_long", limit=NOTE_LIMIT)
    return allow("prospect.allowed")


def is_open(need: str, state: str) -> bool:
    """Tell whether a prospect is still worked on: neither won nor without any chance."""
    return state != ProspectState.WON and need != Need.NONE
