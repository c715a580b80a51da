"""Register: who held which client on any day, what is in conflict, and whose client still has to be asked.

Views: the register (R-02), conflicts that people settle (R-01, R-03, R-11 to R-16, R-30, R-31, R-37), follow-up calls
(R-07), what became of account events (R-10 to R-37). Only the open one is built.
"""

from pages._ui.filters import switch
from pages._ui.frame import open_page
from pages._ui.relationships import conflicts, follow_ups, matches, register
from pages._ui.texts import _

VIEWS = {"register": "Relationships", "conflicts": "Conflicts", "calls": "Follow-up calls", "events": "Events"}
SHOWN = {"register": register.show, "conflicts": conflicts.show, "calls": follow_ups.show,
         "events": matches.show}  # fmt: skip

frame = open_page(
    "Relationship register", "Who held which client on any day, and what has to be settled.", needs_clients=False
)
view = switch("view", _("View"), {code: _(words) for code, words in VIEWS.items()}, default="register")
SHOWN[view](frame)
