"""Results: managers and team leads ask whether the calls made the difference.

The verdict of the hold-out comes first, then both groups, the way of the tasks (K-58, K-59), people and offices, and
quality flags. Metrics beside it: reactivation_tasks, reactivation_recognised, returned_assets_90.
"""

import streamlit as st

from pages._ui.exports import export_button
from pages._ui.filters import switch
from pages._ui.frame import open_page
from pages._ui.links import export_params
from pages._ui.profiles.narrow import says_not_narrowed
from pages._ui.results import choose, counted, people, quality, reads, verdict, way
from pages._ui.texts import _

VIEWS = {"groups": "Groups", "way": "Way of the tasks", "people": "People and offices", "quality": "Quality"}
WORK = {"way": way.show_way, "people": people.show_people, "quality": quality.show_quality}
FILES = {"results_clients": "Clients of both groups", "results_tasks": "Tasks", "results_funnel": "Funnel",
         "results_cohorts": "Cohorts"}  # fmt: skip

frame = open_page("Results", "Did the calls make the difference?")
says_not_narrowed(frame, kinds=True, tiers=True)
compared, asked = choose.chosen(frame)
verdict.show_verdict(frame, compared)
view = switch("view", _("View"), {code: _(words) for code, words in VIEWS.items()}, default="groups")
if view in WORK:
    WORK[view](frame, reads.results(asked, compared))
else:
    verdict.show_groups(frame, compared)
counted.show_counted(frame)
with st.container(horizontal=True):
    for kind, words in FILES.items():
        export_button(_(words), kind, export_params(frame, **choose.exported(asked)), key=f"export_{kind}")
