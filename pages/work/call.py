"""Call: an account manager has one client on the phone. Who is it, why now, what may be said, what came of it?

Metrics behind it: status with its trace (R-20, R-23, R-24), suitability (P53), recognition (R-25 to R-28), R-50, R-51.
"""

import streamlit as st

from data_access.reads.call import read_call, read_next_task
from pages._ui import states
from pages._ui.calls import after, head
from pages._ui.calls.head import block
from pages._ui.calls.history import show_history
from pages._ui.calls.progress import show_progress, show_steps
from pages._ui.calls.reasons import show_points, show_suitability, show_why
from pages._ui.contact_form import contact_form, may_log
from pages._ui.data import db
from pages._ui.frame import open_page
from pages._ui.links import link
from pages._ui.texts import _

frame = open_page("Call", "One client on the phone: who, why now, what may be said, what came of it.")
number = st.query_params.get("task", "")
with db().reading() as connection:
    first = None if number else read_next_task(connection, frame.user)
    if first is not None:
        number = st.query_params["task"] = first.task_no
    page = read_call(connection, frame.generation, frame.month, frame.scope, frame.user, number) if number else None
    following = read_next_task(connection, frame.user, after=page.position) if page else None
if not number:
    states.nothing_to_do(_("No task of yours waits for a call today."))
    link(frame, "tasks", _("To the tasks"))
    st.stop()
if page is None:
    states.not_found()
    link(frame, "tasks", _("To the tasks"))
    st.stop()

if after.show_saved(frame, page, following):
    st.stop()

head.show_head(page)
head.show_number(frame, page)
# on a phone the blocks stand below each other in this order: the form before the long history
left, right = st.columns([3, 2])
with left:
    with block(_("Why this client"), _("The facts of the newest published month, and the rule behind them.")):
        show_why(frame, page)
    with block(_("Points for the call"), _("What the campaign wants to bring up.")):
        show_points(page)
    with block(_("Products that may be talked about"), _("The client's risk level against the product's (P53).")):
        show_suitability(page)
with right:
    if may_log(frame):
        title, caption = _("What came of it"), _("Stored once, also when it is pressed twice or sent again.")
        with block(title, caption), head.form_place(page):
            contact_form(frame, task_no=page.task["task_no"], grade=page.task["grade"], with_grade=head.is_open(page),
                         on_saved=after.remember(page))  # fmt: skip
    with block(_("Recognised automatically"), _("Nobody ticks this off: what still has to happen, in this order.")):
        show_progress(frame, page)
        show_steps(frame, page.task["task_no"])
with block(_("What was before"), _("Contacts, tasks, relationships and complaints, newest first.")):
    show_history(page)
with st.container(horizontal=True):
    link(frame, "client", _("The client from every side"), client=page.client["client_no"])
    link(frame, "tasks", _("To the tasks"))
after.offer_next(following)
