"""Published numbers inside sentences: what a rule says today stands in the rule set, never in a text."""

from __future__ import annotations

from domain.policies import RuleSet
from pages._ui import cached
from pages._ui.frame import Frame
from pages._ui.texts import _

FIELDS = {
    "source": "Source",
    "silent_months": "Silent: month-ends in a row",
    "silent_assets_fen": "Silent: assets below (fen)",
    "near_silent_from": "Near silent: from months",
    "near_silent_to": "Near silent: to months",
    "tier_window_months": "Tiers: months of net income",
    "tier_a_bp": "Tier A: top share (basis points)",
    "tier_b_bp": "Tier B: up to share (basis points)",
    "active_months": "Active: months with a trade",
    "activation_inflow_fen": "Activation: inflow from (fen)",
    "loss_return_months": "Return from lost: more than months",
    "task_life_months": "Hand-out: life in months",
    "required_individual": "Profile fields of an individual",
    "required_institution": "Profile fields of an institution",
}
"""Field of the rule set to its English name."""
STATES = {"published": "Published", "draft": "Draft"}


def tier_words(frame: Frame) -> str:
    """Say how tiers are cut, by the rules of the page's month."""
    rules: RuleSet = cached.rules(frame.month)
    return _(
        "A is the top {a} %, B up to {b} %, by net income of the trailing {months} months.",
        a=f"{rules.tier_a_bp / 100:g}",
        b=f"{rules.tier_b_bp / 100:g}",
        months=rules.tier_window_months,
    )
