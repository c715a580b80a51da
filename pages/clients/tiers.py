"""Tiers: managers ask who the most valuable clients are, what they bring, and how they move.

Views: distribution (clients, net_income, assets by tier; income_share_top5, income_share_top20; R-53, R-54), migration
between two months (K-34), value segments (K-35, K-36), comparison of value measures (K-33), the watch list
(clients_on_watch, R-53), prospects (R-50 to R-52, K-37). Only the open one is built.
"""

from pages._ui.filters import switch
from pages._ui.frame import open_page
from pages._ui.texts import _
from pages._ui.tiers import distribution as tiers_distribution
from pages._ui.tiers import measures as tiers_measures
from pages._ui.tiers import migration as tiers_migration
from pages._ui.tiers import prospects as tiers_prospects
from pages._ui.tiers import segments as tiers_segments
from pages._ui.tiers import watch as tiers_watch

VIEWS = {"distribution": "Distribution", "migration": "Migration", "segments": "Segments",
         "measures": "Value measures", "watch": "Watch list", "prospects": "Prospects"}  # fmt: skip
SHOWN = {"distribution": tiers_distribution.show, "migration": tiers_migration.show,
         "segments": tiers_segments.show, "measures": tiers_measures.show, "watch": tiers_watch.show,
         "prospects": tiers_prospects.show}  # fmt: skip

frame = open_page("Tiers", "Who the most valuable clients are, what they bring, and how they move.")
view = switch("view", _("View"), {code: _(words) for code, words in VIEWS.items()}, default="distribution")
SHOWN[view](frame)
