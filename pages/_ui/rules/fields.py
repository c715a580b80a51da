"""The numbers of a rule set as people read them: group, rule, name, help, unit; and a version written in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.policies import RuleSet
from domain.rule_faults import changed_fields
from domain.tiers import FIRM_PEER
from pages._ui.texts import _

PEERS = {FIRM_PEER: "The whole firm", "client_kind": "The same kind of client"}
PROFILE = {
    "document_no": "Document number", "phone": "Phone", "birth_on": "Day of birth", "gender": "Gender",
    "education": "Education", "occupation": "Occupation", "risk_level": "Risk level",
    "risk_on": "Day of the risk assessment", "institution_group": "Group of institutions",
}  # fmt: skip
GROUPS = {
    "tiers": ("Tiers", "Who is A, B and C, and how long a client below the line keeps its tier."),
    "silence": ("Silence", "When a client is silent, and when it is about to be."),
    "activity": ("Activity", "When a client counts as active."),
    "lifecycle": ("Lifecycle", "When a client is new, growing or declining."),
    "warning": ("Churn points", "One point a reason; from how many points a client is on the warning list."),
    "windows": ("Work on the pool", "What a return and an activation need, and how long a hand-out holds."),
    "hand_outs": ("Hand-outs", "How much one person may be handed, and when a task goes back to the pool."),
    "holdout": ("Hold-out group", "How many clients of a campaign are held back, and when the groups are compared."),
    "completeness": ("Completeness", "The fields of the profile that are asked for."),
    "version": ("Version", "From when the rules hold, and why they change."),
}  # fmt: skip
"""Code of a group to its name and what it decides."""


@dataclass(frozen=True)
class RuleField:
    """One value of the rule set.

    ``kind``: months, days, minutes, times, count, yuan, percent, points, peer, profile, day or text.
    """

    group: str
    name: str
    rule: str
    label: str
    help: str
    kind: str = "months"


FIELDS = (
    RuleField("tiers", "tier_a_bp", "R-53", "Tier A: the top",
              "Share of the clients with value that are in tier A, the most valuable first.", "percent"),
    RuleField("tiers", "tier_b_bp", "R-53", "Tiers A and B: the top",
              "Share of the clients with value down to which tier B reaches; it includes tier A.", "percent"),
    RuleField("tiers", "tier_window_months", "R-53", "Months of net income",
              "The value of a client is its net income of so many months."),
    RuleField("tiers", "tier_peer", "R-53", "Ranked among",
              "All clients together, or individuals, institutions and products each among themselves.", "peer"),
    RuleField("tiers", "tier_a_floor_fen", "R-53", "Tier A: at least",
              "No client with less value is in tier A, whatever its rank; 0 is no floor.", "yuan"),
    RuleField("tiers", "tier_b_floor_fen", "R-53", "Tier B: at least",
              "No client with less value is in tier B, whatever its rank; 0 is no floor.", "yuan"),
    RuleField("tiers", "watch_months", "R-53", "Months on watch",
              "A client below the line of its tier keeps the tier for so many month-ends; 0: it falls at once."),
    RuleField("silence", "silent_months", "R-24", "Silent after",
              "Month-ends in a row with assets below the line and no trade."),
    RuleField("silence", "silent_assets_fen", "R-24", "Silent below", "Month-end assets below this line.", "yuan"),
    RuleField("silence", "near_silent_from", "K-55", "Near silent from", "Quiet months from which it is near silent."),
    RuleField("silence", "near_silent_to", "K-55", "Near silent to", "Quiet months up to which it is near silent."),
    RuleField("activity", "active_months", "R-70", "Active: a trade within", "Months up to the month asked for."),
    RuleField("lifecycle", "stage_building_months", "R-73", "Building up to", "Months since the account was opened."),
    RuleField("lifecycle", "stage_compare_months", "R-73", "Months compared",
              "Assets and trading of so many months are compared with those of the months before."),
    RuleField("lifecycle", "stage_change_bp", "R-73", "Growing or declining from",
              "Rise or fall of assets, or rise of trading, from which the stage changes.", "percent"),
    RuleField("warning", "warning_limit", "R-74", "On the list from", "Points from which a client is on the list.",
              "points"),
    RuleField("warning", "warning_fall_bp", "R-74", "Assets fell by", "Over the months compared.", "percent"),
    RuleField("warning", "warning_trading_fall_bp", "R-74", "Trading fell by", "Over the months compared.", "percent"),
    RuleField("warning", "warning_outflow_bp", "R-74", "Paid out in the month",
              "Part of the assets at the end of the month before.", "percent"),
    RuleField("warning", "warning_complaint_months", "R-74", "A complaint within", "Months up to the month's end."),
    RuleField("warning", "warning_contact_months", "R-74", "Tier A without contact for",
              "Months up to the month's end."),
    RuleField("windows", "loss_return_months", "R-21", "Return from lost after",
              "A return counts when the loss lies more than so many months back."),
    RuleField("windows", "activation_inflow_fen", "R-25", "Activation: inflow from",
              "Assets that a silent client must bring in, beside a trade.", "yuan"),
    RuleField("windows", "task_life_months", "A10", "A hand-out holds for", "Months until a task runs out."),
    RuleField("windows", "risk_valid_months", "P53", "A risk assessment holds for",
              "Months until a client has to be assessed anew."),
    RuleField("hand_outs", "task_ceiling", "R-26", "Open tasks of one person",
              "Most tasks that are open at once; a person can have an own ceiling on the Capacity page.", "count"),
    RuleField("hand_outs", "task_cool_off_days", "R-26", "Not the same holder again for",
              "Days after a task was closed during which its last holder does not get the client again; "
              "0: no such rest.", "days"),
    RuleField("hand_outs", "task_return_days_a", "R-26", "Untouched, tier A: back after",
              "Days without any contact after which a task goes back to the pool; the tier before the client fell "
              "quiet; 0: never.", "days"),
    RuleField("hand_outs", "task_return_days_b", "R-26", "Untouched, tier B: back after",
              "Days without any contact after which a task goes back to the pool; 0: never.", "days"),
    RuleField("hand_outs", "task_return_days_c", "R-26", "Untouched, tier C: back after",
              "Days without any contact after which a task goes back to the pool, clients without a tier with them; "
              "0: never.", "days"),
    RuleField("hand_outs", "task_extend_most", "R-26", "Due date moved out at most",
              "How often the due date of one task may be moved out; 0: never.", "times"),
    RuleField("hand_outs", "task_extend_months", "R-26", "Moved out by", "Months each time.", "months"),
    RuleField("hand_outs", "undo_minutes", "R-26", "A hand-out can be undone for",
              "Minutes after the commit; tasks already worked on stay. 0: never.", "minutes"),
    RuleField("holdout", "holdout_bp", "K-58", "Share held back",
              "Share of a campaign's clients that nobody is handed, so that results can be compared; a campaign can "
              "choose another.", "percent"),
    RuleField("holdout", "worthwhile_bp", "K-58", "Difference worth the calls",
              "Smallest difference between the groups, in percentage points, that a campaign must be able to see.",
              "percent"),
    RuleField("holdout", "outcome_days", "K-58", "Groups compared after",
              "Days after the draw up to which conduct counts, the same for both groups.", "days"),
    RuleField("completeness", "required_individual", "K-42", "Profile of an individual",
              "Fields that count as filled or missing.", "profile"),
    RuleField("completeness", "required_institution", "K-42", "Profile of an institution",
              "Fields that count as filled or missing.", "profile"),
    RuleField("version", "valid_from", "R-53", "Valid from",
              "Months that end on or after this day follow the rules; months marked final never change.", "day"),
    RuleField("version", "source", "R-53", "Why", "The reason or the decision behind the change.", "text"),
)  # fmt: skip
BY_NAME = {one.name: one for one in FIELDS}


def label_of(name: str) -> str:
    """Return a value's group and name."""
    one = BY_NAME[name]
    return f"{_(GROUPS[one.group][0])} · {_(one.label)}"


def value_text(name: str, value: Any) -> str:
    """Write a value with its unit."""
    return _WRITERS[BY_NAME[name].kind](value)


def differences(before: RuleSet, after: RuleSet) -> list[tuple[RuleField, str, str]]:
    """Return the values that differ, in the order of the form, as before and after are read."""
    changed = set(changed_fields(before, after))
    return [(one, value_text(one.name, getattr(before, one.name)), value_text(one.name, getattr(after, one.name)))
            for one in FIELDS if one.name in changed]  # fmt: skip


def difference_sentences(before: RuleSet, after: RuleSet) -> list[str]:
    """Say per value that differs, but for the day and the reason of the version, what it was and what it becomes."""
    return [_("{what}: {before} → {after}", what=label_of(one.name), before=then, after=now)
            for one, then, now in differences(before, after) if one.group != "version"]  # fmt: skip


def _months(value: int) -> str:
    return _("1 month") if value == 1 else _("{count} months", count=value)


def _days(value: int) -> str:
    return _("1 day") if value == 1 else _("{count} days", count=value)


def _minutes(value: int) -> str:
    return _("1 minute") if value == 1 else _("{count} minutes", count=value)


def _times(value: int) -> str:
    return _("once") if value == 1 else _("{count} times", count=value)


def _count(value: int) -> str:
    return f"{value:,}"


def _yuan(value: int) -> str:
    return _("{amount} yuan", amount=f"{value // 100:,}.{value % 100:02d}")


def _percent(value: int) -> str:
    return f"{value / 100:g} %"


def _points(value: int) -> str:
    return _("1 point") if value == 1 else _("{count} points", count=value)


def _peer(value: str) -> str:
    return _(PEERS.get(value, value))


def _profile(value: tuple[str, ...]) -> str:
    return _(", ").join(_(PROFILE.get(one, one)) for one in value)


def _day(value: date) -> str:
    return value.isoformat()


_WRITERS: dict[str, Callable[[Any], str]] = {"months": _months, "days": _days, "minutes": _minutes,
                                             "times": _times, "count": _count, "yuan": _yuan, "percent": _percent,
                                             "points": _points, "peer": _peer, "profile": _profile, "day": _day,
                                             "text": str}  # fmt: skip
