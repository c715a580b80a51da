"""Campaigns: what they are for, where their lists come from, which step may follow, and what a client costs in work.

A campaign keeps its list, its rule and its groups; a client belongs to one running campaign at a time.
"""

from __future__ import annotations

from datetime import date, timedelta

from domain.decision import Decision, allow, refuse
from domain.holdout import decide_draw
from domain.months import add_months
from domain.policies import RuleSet
from domain.words import POOL, ClientKind, Status, Tier, Word, codes

MEMBER_LIMIT = 10_000
"""Clients in one campaign."""
EXCLUDED = "excluded"
"""The group of a campaign's members that could not be handed out on the day of the draw."""
NAME_LENGTH = 80
SCRIPT_LENGTH = 4_000
WORTHWHILE_BP = (1, 5_000)
"""The least and the greatest smallest difference that a campaign may call worth its calls."""
OUTCOME_DAYS = (30, 365)
"""The earliest and the latest day after the draw on which the groups are compared."""
DEFAULT_EFFORT = 20
"""Minutes of work that a task counts for where none were estimated when it was handed out."""

UNDONE = "undone"
"""Result of a task that was taken back with its whole hand-out: it counts as never held."""


class Purpose(Word):
    """What a campaign is for."""

    REACTIVATION = "reactivation", "Win back"
    RETENTION = "retention", "Keep"


class Source(Word):
    """The list that a campaign was made from."""

    POOL = "pool", "Reactivation pool"
    CHURN = "churn", "Churn list"
    WARNING = "warning", "Churn warnings"
    EXPLORE = "explore", "Figure in Explore"
    CLIENTS = "clients", "Client list"
    SELECTION = "selection", "Chosen clients"


class CampaignState(Word):
    """States of a campaign."""

    RUNNING = "running", "Under way"
    CLOSED = "closed", "Finished"
    CANCELLED = "cancelled", "Cancelled"


STATUSES = {
    Purpose.REACTIVATION: tuple(status.value for status in POOL),
    Purpose.RETENTION: (Status.NORMAL.value, Status.UNDETERMINED.value),
}
"""Statuses of the clients that a campaign of a purpose may contact."""

_BASE_MINUTES = {Status.LOST.value: 40, Status.ARCHIVED.value: 30, Status.SILENT.value: 20}
_KEEP_MINUTES = 15
_TIER_MINUTES = {Tier.A.value: 20, Tier.B.value: 10}
_INSTITUTION_MINUTES = 30
_LONG_QUIET_MONTHS, _LONG_QUIET_MINUTES = 24, 10
_UNREACHABLE_MINUTES = 15


def statuses_of(purpose: str) -> tuple[str, ...]:
    """Return the statuses of the clients that a campaign of a purpose may contact; KeyError for another word."""
    return STATUSES[Purpose(purpose)]


def window_to(drawn_on: date, rules: RuleSet, outcome_days: int = 0) -> date:
    """Return the last day on which held-back clients stay untouched.

    That is the published life of a task, and never before the day on which the groups are compared.
    """
    return max(add_months(drawn_on, rules.task_life_months), outcome_on(drawn_on, outcome_days))


def outcome_on(drawn_on: date, outcome_days: int) -> date:
    """Return the last day whose conduct counts when the groups are compared."""
    return drawn_on + timedelta(days=outcome_days)


def expected_effort(
    status: str | None, *, tier: str | None = None, months_quiet: int | None = None, kind: str | None = None,
    reachable: bool = True,
) -> int:  # fmt: skip
    """Return the minutes of work that a client is expected to take until the task ends.

    A lost client has to open an account again, an archived one to be activated, a silent one to bring assets; more
    valuable clients and institutions get more time, and so do those long quiet and those without a working phone.
    """
    minutes = _BASE_MINUTES.get(status or "", _KEEP_MINUTES) + _TIER_MINUTES.get(tier or "", 0)
    if kind is not None and kind != ClientKind.INDIVIDUAL:
        minutes += _INSTITUTION_MINUTES
    if months_quiet is not None and months_quiet >= _LONG_QUIET_MONTHS:
        minutes += _LONG_QUIET_MINUTES
    return minutes + (0 if reachable else _UNREACHABLE_MINUTES)


def decide_create(*, name: str, purpose: str, source: str, holdout_bp: int, worthwhile_bp: int, outcome_days: int,
                  script: str = "") -> Decision:  # fmt: skip
    """Decide whether a campaign may be made with these words and numbers; its list is decided by ``decide_members``."""
    named = decide_name(name)
    if not named:
        return named
    for value, words, field in ((purpose, Purpose, "purpose"), (source, Source, "source")):
        if value not in codes(words):
            return refuse("word.unknown", value=value, field=field)
    if len(script) > SCRIPT_LENGTH:
        return refuse("campaign.script_long", limit=SCRIPT_LENGTH)
    if not all(line.isprintable() for line in script.splitlines()):
        return refuse("campaign.hidden_character")
    if not WORTHWHILE_BP[0] <= worthwhile_bp <= WORTHWHILE_BP[1]:
        return refuse("campaign.worthwhile", least_bp=WORTHWHILE_BP[0], most_bp=WORTHWHILE_BP[1])
    if not OUTCOME_DAYS[0] <= outcome_days <= OUTCOME_DAYS[1]:
        return refuse("campaign.outcome_days", least=OUTCOME_DAYS[0], most=OUTCOME_DAYS[1])
    return decide_draw(holdout_bp)


def decide_name(name: str) -> Decision:
    """Decide whether a campaign may bear a name."""
    if not name.strip():
        return refuse("campaign.name_missing")
    if len(name.strip()) > NAME_LENGTH:
        return refuse("campaign.name_long", limit=NAME_LENGTH)
    if not name.strip().isprintable():
        return refuse("campaign.hidden_character")
    return allow("task.allowed")


def decide_members(count: int) -> Decision:
    """Decide whether a list has an acceptable length: 1 to ``MEMBER_LIMIT`` clients."""
    if count == 0:
        return refuse("campaign.list_empty")
    if count > MEMBER_LIMIT:
        return refuse("campaign.list_long", count=count, limit=MEMBER_LIMIT)
    return allow("task.allowed")


def decide_candidate(campaign_no: str | None, name: str | None, until_on: date | None) -> Decision:
    """Decide whether a client may be drawn for a new campaign: only one that no other campaign holds."""
    if campaign_no is None:
        return allow("task.allowed")
    return refuse("campaign.held", campaign=campaign_no, name=name, until=until_on.isoformat() if until_on else None)


def decide_rename(campaign_no: str, state: str, name: str) -> Decision:
    """Decide whether a campaign may be given another name: as long as it was not cancelled."""
    if state == CampaignState.CANCELLED:
        return refuse("campaign.state", campaign=campaign_no, campaign_state=state)
    return decide_name(name)


def decide_cancel(campaign_no: str, state: str, hand_outs: int) -> Decision:
    """Decide whether a campaign may be given up as if it had not been: running, and nothing handed out from it."""
    if state != CampaignState.RUNNING:
        return refuse("campaign.state", campaign=campaign_no, campaign_state=state)
    if hand_outs > 0:
        return refuse("campaign.handed_out", campaign=campaign_no)
    return allow("task.allowed")


def decide_close(campaign_no: str, state: str) -> Decision:
    """Decide whether a campaign may be closed: nothing more is handed out, held-back clients stay so."""
    if state != CampaignState.RUNNING:
        return refuse("campaign.state", campaign=campaign_no, campaign_state=state)
    return allow("task.allowed")


def decide_hand_out_from(campaign_no: str, state: str, window_to_on: date, on: date) -> Decision:
    """Decide whether a campaign's clients may be handed out on a day: running, the window's last day included."""
    if state != CampaignState.RUNNING:
        return refuse("campaign.state", campaign=campaign_no, campaign_state=state)
    if on > window_to_on:
        return refuse("campaign.window_over", campaign=campaign_no, until=window_to_on.isoformat())
    return allow("task.allowed")
