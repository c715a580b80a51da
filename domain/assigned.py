"""Relationships that a branch company assigns: who may enter, hold and end them (R-38, R-39, R-40)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from domain.confirmation import Standing, decide_confirmation, decide_release, decide_split
from domain.decision import Decision, allow, refuse
from domain.months import add_months
from domain.register_words import ChainKind
from domain.relationship_types import TypeRule
from domain.words import Tier

AHEAD_MONTHS = 3
"""How far ahead a relationship may be entered or ended, in calendar months."""

REASON_LENGTH = 500
"""The longest reason, in characters."""


@dataclass(frozen=True)
class AssignedClient:
    """A client as R-38 sees it: ``closed_on`` the first day without account, ``standing`` its relationships.

    ``pending_no``: a relationship of the same type that already waits for approval. ``tier``: the newest published
    one; ``is_marked``: a manual mark holds today (R-40).
    """

    client_no: str
    closed_on: date | None = None
    tier: str | None = None
    is_marked: bool = False
    standing: Sequence[Standing] = ()
    pending_no: str | None = None


@dataclass(frozen=True)
class AssignedHolder:
    """A holder to be: the share, and the verdict of ``domain.holders`` for the first day."""

    staff_no: str
    share_bp: int
    may_hold: Decision


def is_assigned(rule: TypeRule) -> bool:
    """Tell whether a branch company assigns the type with an approval of its own (R-38)."""
    return bool(rule.levels(ChainKind.STOCK))


def decide_important(client: AssignedClient) -> Decision:
    """Decide whether a client is important (R-40): tier A, or marked by hand."""
    if client.is_marked or client.tier == Tier.A:
        return allow("R-40.allowed")
    return refuse("R-40.not_important", client_no=client.client_no, tier=client.tier)


def decide_days(day: date, on: date) -> Decision:
    """Decide whether a relationship may be entered or ended for a day: today to three months ahead, never back."""
    if day < on:
        return refuse("R-38.back_dated", on=on.isoformat())
    if day > add_months(on, AHEAD_MONTHS):
        return refuse("R-38.too_far", until=add_months(on, AHEAD_MONTHS).isoformat())
    return allow("R-38.allowed")


def decide_assignment(rule: TypeRule, client: AssignedClient, holders: Sequence[AssignedHolder], *, role: str,
                      valid_from: date, on: date) -> Decision:  # fmt: skip
    """Decide whether a relationship may be entered for approval (R-38, R-40, R-15).

    The first reason that stands is the one given: the type and the role, the day, the client, each holder, the
    shares, and what the client has beside it.
    """
    if not is_assigned(rule):
        return refuse("R-38.other_type", type=rule.type)
    if role not in rule.created_by:
        return refuse("R-38.role", type=rule.type)
    days = decide_days(valid_from, on)
    if not days:
        return days
    if client.closed_on is not None and client.closed_on <= valid_from:
        return refuse("R-38.client_left", closed_on=client.closed_on.isoformat())
    if client.pending_no is not None:
        return refuse("R-38.pending", relationship_no=client.pending_no)
    important = decide_important(client)
    if rule.needs_important_client and not important:
        return important
    split = decide_split(rule, [(holder.staff_no, holder.share_bp) for holder in holders])
    if not split:
        return split
    barred = next((holder for holder in holders if not holder.may_hold), None)
    if barred is not None:
        return barred.may_hold
    beside = decide_confirmation(rule, valid_from, sum(holder.share_bp for holder in holders), client.standing)
    return allow("R-38.allowed") if beside else beside


def decide_releaser(rule: TypeRule, *, role: str, posts: Collection[str]) -> Decision:
    """Decide whether a person may end a relationship of the type (R-39).

    ``posts``: those that the person may fill today for the client's branch company, its head as the principal too. A
    holder who is not the named releaser does not end the own relationship. Types kept by list end by list alone.
    """
    if rule.levels(ChainKind.CORE_LIST):
        return refuse("R-32.by_list")
    if role in rule.released_by or any(post in rule.released_by for post in posts):
        return allow("R-39.allowed")
    return refuse("R-39.releaser", type=rule.type)


def decide_end(*, valid_from: date, valid_to: date | None, end_on: date, reason: str, on: date) -> Decision:
    """Decide whether a relationship may end with a day as its first day without (R-39); never back-dated."""
    days = decide_days(end_on, on)
    if days and len(reason.strip()) > REASON_LENGTH:
        return refuse("contact.note_long", limit=REASON_LENGTH)
    return decide_release(valid_from=valid_from, valid_to=valid_to, release_on=end_on, reason=reason) if days else days
