"""Settling and reopening a conflict of the register: by somebody whom it does not concern, with a reason, as seen."""

from __future__ import annotations

from dataclasses import dataclass

from domain.decision import Decision, allow, refuse
from domain.follow_ups import NOTE_LIMIT
from domain.register_words import ConflictState


@dataclass(frozen=True)
class ConflictFacts:
    """A conflict as it stands.

    ``concerns_reader``: the acting user holds one of its relationships; ``went_by_itself``: nobody settled it, its
    fault is gone.
    """

    conflict_id: int
    state: str
    version: int
    concerns_reader: bool
    went_by_itself: bool = False


def decide_resolution(facts: ConflictFacts, *, seen_version: int, resolution: str) -> Decision:
    """Decide whether a conflict can be settled with these words."""
    if facts.state != ConflictState.OPEN:
        return refuse("conflict.settled")
    return _decide(facts, seen_version, resolution, "conflict.allowed")


def decide_reopening(facts: ConflictFacts, *, seen_version: int, reason: str) -> Decision:
    """Decide whether a settled conflict can be opened again for this reason; one whose fault is gone cannot."""
    if facts.state != ConflictState.RESOLVED:
        return refuse("conflict.open")
    if facts.went_by_itself:
        return refuse("conflict.gone")
    return _decide(facts, seen_version, reason, "conflict.may_reopen")


def _decide(facts: ConflictFacts, seen_version: int, words: str, allowed: str) -> Decision:
    if facts.version != seen_version:
        return refuse("conflict.changed")
    if facts.concerns_reader:
        return refuse("conflict.own")
    if not words:
        return refuse("task.reason_missing")
    if len(words) > NOTE_LIMIT:
        return refuse("contact.note_long", limit=NOTE_LIMIT)
    return allow(allowed)
