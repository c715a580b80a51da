"""Published numbers inside sentences: what a rule says today stands in the rule set, never in a text."""

from __future__ import annotations

from domain.policies import RuleSet
from pages._ui.frame import Frame
from pages._ui.texts import _
from pages._ui.tiers import reads as tiers_reads


def tier_words(frame: Frame) -> str:
    """Say how tiers are cut, by the rules of the page's month."""
    rules: RuleSet = tiers_reads.rules_of(frame.generation.generation_id, frame.month, frame.scope.key)
    return _(
        "A is the top {a} %, B up to {b} %, by net income of the trailing {months} months.",
        a=f"{rules.tier_a_bp / 100:g}",
        b=f"{rules.tier_b_bp / 100:g}",
        months=rules.tier_window_months,
    )
