"""Lifecycle & churn: managers ask where the book is going, team leads whom to save.

Views: the six stages and moves between them (R-73, K-38), client flow and churn (K-50 to K-52: churn_rate,
return_rate, lost_assets_before, lost_income_before), reasons of losses (R-72, K-53: loss_reason_filled), clients near
silence (K-55), how long clients stay, and churn warnings (R-74, K-56: warned_clients). Only the open one is built.
"""

from pages._ui.filters import switch
from pages._ui.frame import open_page
from pages._ui.lifecycle import flow as lifecycle_flow
from pages._ui.lifecycle import moves as lifecycle_moves
from pages._ui.lifecycle import near as lifecycle_near
from pages._ui.lifecycle import reasons as lifecycle_reasons
from pages._ui.lifecycle import stages as lifecycle_stages
from pages._ui.lifecycle import survival as lifecycle_survival
from pages._ui.lifecycle import warnings as lifecycle_warnings
from pages._ui.texts import _

VIEWS = {"stages": "Stages", "moves": "Moves", "flow": "Flow and churn", "reasons": "Reasons", "near": "Near silent",
         "survival": "Survival", "warnings": "Warnings"}  # fmt: skip
SHOWN = {"stages": lifecycle_stages.show, "moves": lifecycle_moves.show, "flow": lifecycle_flow.show,
         "reasons": lifecycle_reasons.show, "near": lifecycle_near.show, "survival": lifecycle_survival.show,
         "warnings": lifecycle_warnings.show}  # fmt: skip

frame = open_page("Lifecycle & churn", "Where the book is going, and whom to save.")
view = switch("view", _("View"), {code: _(words) for code, words in VIEWS.items()}, default="stages")
SHOWN[view](frame)
