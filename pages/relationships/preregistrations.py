"""Pre-registrations: staff register clients before the event and see how long each record is still valid.

Heads see the records of their people. A link with ``client=`` or ``task=`` opens the form for that client (R-10, R-27).
"""

from pages._ui.frame import open_page
from pages._ui.relationships.preregistration_form import show_add
from pages._ui.relationships.preregistrations import show_counts, show_done, show_list, show_record

frame = open_page("Pre-registrations", "Who is registered before the event, and for how many days the record holds.")
show_done()
show_add(frame)
counts = show_counts(frame)
chosen = show_list(frame, counts)
if chosen is not None:
    show_record(frame, chosen)
