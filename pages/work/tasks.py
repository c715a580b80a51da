"""Tasks: staff ask whom to call next, team leads what is open, late and with whom.

Metrics behind it: tasks_open, tasks_done; one open task per client (R-26), prospect grade (R-50).
"""

import streamlit as st

from domain.words import Role, TaskState
from pages._ui import states, task_board
from pages._ui.exports import export_button
from pages._ui.filters import choices, switch
from pages._ui.frame import open_page
from pages._ui.links import export_params
from pages._ui.task_actions import show_actions
from pages._ui.texts import _, labels

VIEWS = {"open": "Open", "overdue": "Overdue", "all": "All"}
WHOSE = {"mine": "My tasks", "team": "My team"}

frame = open_page("Tasks", "What to do next, what is late, and with whom.")
with st.container(horizontal=True, vertical_alignment="bottom"):
    own = frame.user.staff_id is not None
    leads = frame.user.role != Role.STAFF
    whose = "mine" if own and not leads else "team"
    if own and leads:
        whose = switch("whose", _("Whose"), {code: _(words) for code, words in WHOSE.items()}, default="team")
    view = switch("show", _("Show"), {code: _(words) for code, words in VIEWS.items()}, default="open")
    chosen = choices("state", _("State"), labels(TaskState)) if view == "all" else ()
    narrowed = task_board.narrow(frame, whose, view)

asked = {"whose": whose, **task_board.asked(view, chosen), **narrowed}
if whose == "mine":
    task_board.next_calls(frame)
task_board.counts(frame, whose)
rows, more = task_board.read_page(frame, asked)
if not rows:
    if chosen or narrowed:
        states.filters_exclude_everything(st.query_params.clear)
    else:
        states.nothing_to_do(_("Nothing is late.") if view == "overdue" else _("No task waits here."))
    st.stop()

selected = task_board.show_table(frame, rows, whose)
task_board.pager(rows, more=more)
task_board.meanings()
with st.container(horizontal=True):
    show_actions(frame, selected)
    export_button(_("Export the whole list"), "task_list", export_params(frame, **asked), key="export")

if len(selected) == 1:
    task = selected[0]
    with st.container(border=True):
        st.subheader(_("Task {number}", number=task.task_no), anchor=False)
        task_board.facts(frame, task)
        task_board.history(frame, task)
