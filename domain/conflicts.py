"""Settling a conflict of the register: by somebody whom it does not concern, with a reason, as it was seen."""

from __future__ import annotations

from dataclasses import dataclass

from domain.decision import Decision, allow, refuse
from domain.follow_ups import NOTE_LIMIT
from domain.register_words import ConflictState


@dataclass(frozen=True)
class ConflictFacts:
    """A conflict as it stands; ``concerns_reader``: the acting user holds one of its relationships."""

    conflict_id: int
    state: str
    version: int
    concerns_reader: bool


def decide_resolution(facts: ConflictFacts, *, seen_version: int, resolution: str) -> Decision:
    """Decide whether a conflict can be settled with these words."""
    if facts.state != ConflictState.OPEN:
        return refuse("conflict.settled")
    if facts.version != seen_version:
        return refuse("conflict.changed")
    if facts.concerns_reader:
        return refuse("conflict.own")
    if not resolution:
        return refuse("task.reason_missing")
    if len(resolution) > NOTE_LIMIT:
        return refuse("contact.note_long", limit=NOTE_LIMIT)
    return allow("conflict.allowed")
