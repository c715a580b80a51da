"""Named posts and delegations of the approvals: who may be named, and who may decide for whom (R-14, R-38)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.approvals import APART, DELEGATED_POSTS, NAMED_POSTS, POST_ROLES
from domain.decision import Decision, allow, refuse

LONGEST_DELEGATION_DAYS = 366
"""The longest delegation, both days included."""


@dataclass(frozen=True)
class PostPerson:
    """An account that is to hold a post or to decide for its holder.

    ``belongs``: the account's place lies in the branch company of the post. ``posts``: what the person holds there.
    """

    username: str
    role: str
    is_live: bool
    belongs: bool
    posts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Handing:
    """A delegation of one post for some days, both included, by user ids."""

    from_user: int
    to_user: int
    valid_from: date
    valid_to: date

    def overlaps(self, other: Handing) -> bool:
        """Tell whether both hold on some day."""
        return self.valid_from <= other.valid_to and other.valid_from <= self.valid_to


def decide_post_holder(post: str, person: PostPerson, *, valid_from: date, today: date) -> Decision:
    """Name a person for a post of a branch company: a head or reviewer of it, and not for both reviews (R-14)."""
    if post not in NAMED_POSTS:
        return refuse("post.not_named")
    if valid_from < today:
        return refuse("post.past", on=valid_from.isoformat())
    fitting = _decide_person(person)
    if not fitting:
        return fitting
    others = {other for pair in APART if post in pair for other in pair} - {post}
    if others & person.posts:
        return refuse("post.same_person", username=person.username)
    return fitting


def decide_delegation(
    post: str, holder: PostPerson, delegate: PostPerson, handing: Handing, others: Iterable[Handing], *, today: date
) -> Decision:
    """Let a delegate decide for a post's holder: dated, for another person, never in a ring.

    ``holder.posts`` are what the holder holds in their own right: a delegate cannot delegate further. ``others``: the
    delegations of the same post that have not ended.
    """
    if post not in DELEGATED_POSTS or post not in holder.posts:
        return refuse("delegation.not_held", username=holder.username)
    if handing.from_user == handing.to_user:
        return refuse("delegation.self")
    if handing.valid_from < today:
        return refuse("post.past", on=handing.valid_from.isoformat())
    if handing.valid_to < handing.valid_from:
        return refuse("delegation.period")
    if (handing.valid_to - handing.valid_from).days >= LONGEST_DELEGATION_DAYS:
        return refuse("delegation.long", limit=LONGEST_DELEGATION_DAYS)
    fitting = _decide_person(delegate)
    if fitting and _leads_back(handing, others):
        return refuse("delegation.ring", username=delegate.username)
    return fitting


def _decide_person(person: PostPerson) -> Decision:
    if not person.is_live or not person.belongs:
        return refuse("post.person", username=person.username)
    if person.role not in POST_ROLES:
        return refuse("post.role", username=person.username)
    return allow("post.allowed")


def _leads_back(handing: Handing, others: Iterable[Handing]) -> bool:
    """Tell whether the delegate, directly or over others, has handed the post to its holder for the same days."""
    edges = [other for other in others if other.overlaps(handing)]
    reached, waiting = set[int](), [handing.to_user]
    while waiting:
        user = waiting.pop()
        reached.add(user)
        waiting += [edge.to_user for edge in edges if edge.from_user == user and edge.to_user not in reached]
    return handing.from_user in reached
