"""Business numbers as dated rule sets: published, versioned, never edited in place.

A rule set is stored as JSON in ``rule_set.body``; this module gives it its shape and the first
published version. Amounts are fen, windows are calendar months, shares are basis points.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

REQUIRED_FIELDS_INDIVIDUAL = (
    "document_no",
    "phone",
    "birth_on",
    "gender",
    "education",
    "occupation",
    "risk_level",
    "risk_on",
)
REQUIRED_FIELDS_INSTITUTION = ("document_no", "phone", "institution_group", "risk_level", "risk_on")


@dataclass(frozen=True)
class RuleSet:
    """One version of the published numbers.

    ``silent_*`` is R-24, ``tier_*`` R-53, ``active_months`` R-70, ``activation_inflow_fen`` R-25,
    ``loss_return_months`` R-21, ``task_life_months`` A10, ``near_silent_*`` K-55, ``stage_*`` R-73,
    ``warning_*`` R-74. ``tier_peer`` is ``firm`` or ``client_kind``: among whom clients are ranked; a floor is the
    least value of a tier. ``watch_months``: month-ends below the line before a tier falls, 0: it falls at once.

    Hand-outs (R-26): ``task_ceiling`` is the most open tasks of one person; for ``task_cool_off_days`` a client's last
    holder does not get it again; an untouched task goes back after ``task_return_days_*`` by the tier before dormancy
    (0: never); a due date may be moved out ``task_extend_most`` times by ``task_extend_months``; ``undo_minutes``.
    Hold-out: ``holdout_bp`` is held back by default, ``worthwhile_bp`` the smallest difference worth the calls,
    ``outcome_days`` after the draw the groups are compared. ``risk_valid_months``: how long a risk assessment holds.
    """

    version: int = 1
    valid_from: date = date(2000, 1, 1)
    source: str = "R-20 R-24 R-53 R-70"
    silent_months: int = 12
    silent_assets_fen: int = 100_000
    near_silent_from: int = 9
    near_silent_to: int = 11
    tier_window_months: int = 12
    tier_a_bp: int = 500
    tier_b_bp: int = 2_000
    active_months: int = 3
    activation_inflow_fen: int = 100_000
    loss_return_months: int = 3
    task_life_months: int = 3
    task_ceiling: int = 100
    task_cool_off_days: int = 90
    task_return_days_a: int = 30
    task_return_days_b: int = 45
    task_return_days_c: int = 60
    task_extend_most: int = 1
    task_extend_months: int = 1
    undo_minutes: int = 30
    holdout_bp: int = 1_000
    worthwhile_bp: int = 500
    outcome_days: int = 90
    risk_valid_months: int = 24
    tier_peer: str = "firm"
    tier_a_floor_fen: int = 0
    tier_b_floor_fen: int = 0
    watch_months: int = 0
    stage_building_months: int = 3
    stage_compare_months: int = 3
    stage_change_bp: int = 3_000
    warning_fall_bp: int = 3_000
    warning_trading_fall_bp: int = 5_000
    warning_outflow_bp: int = 3_000
    warning_complaint_months: int = 3
    warning_contact_months: int = 6
    warning_limit: int = 2
    required_individual: tuple[str, ...] = REQUIRED_FIELDS_INDIVIDUAL
    required_institution: tuple[str, ...] = REQUIRED_FIELDS_INSTITUTION

    def to_body(self) -> dict[str, Any]:
        """Return the JSON form that ``from_body`` reads back unchanged."""
        body = asdict(self)
        body["valid_from"] = self.valid_from.isoformat()
        return body

    @classmethod
    def from_body(cls, body: dict[str, Any]) -> RuleSet:
        """Read the JSON form, numbers it lacks as first published; raises ``TypeError`` on an unknown key."""
        values = dict(body)
        values["valid_from"] = date.fromisoformat(values["valid_from"])
        for key in ("required_individual", "required_institution"):
            values[key] = tuple(values[key])
        return cls(**values)


FIRST_RULE_SET = RuleSet()
