"""The words of the reasons of core lists and assigned relationships; ``domain.reasons`` holds them with all others."""

from __future__ import annotations

from collections.abc import Mapping

SERVICE_TEMPLATES: Mapping[str, str] = {
    "R-30.allowed": "The line can stand.",
    "R-30.other_branch": "Client {client_no} belongs to another branch company.",
    "R-30.adviser_branch": "Staff member {staff_no} works in another branch company.",
    "R-30.client_left": "The client left on {left_on}.",
    "R-30.too_young": "Opened on {opened_on}; an account of {months} months is needed, from {ripe_on} on.",
    "R-30.developed": "The client is not naturally new: relationship {relationship_no} stems from the opening.",
    "R-30.origin": "The client is not naturally new: the account was opened on development.",
    "R-31.twice": "The same line stands in the list twice.",
    "R-31.two_advisers": "A core client has one adviser; the list names {staff_nos}.",
    "R-31.not_held": "{staff_no} is not the client's core adviser.",
    "R-31.core_held": "The client has a core adviser already: {staff_no}. Release first.",
    "R-32.by_list": "Core relationships change by the list of the branch company alone.",
    "R-32.reviewed": "Headquarters rejected the line: {reason}.",
    "R-33.allowed": "A list can be sent.",
    "R-33.sent": "The branch company has list {list_no} in this window already.",
    "R-33.closed": "The window is closed; the next one opens on {next_on}.",
    "R-33.not_forced": "Nothing forces an end: the client is here, the adviser in service and qualified.",
    "core.no_branch": "Your account has no branch company; lists belong to one.",
    "core.not_found": "List {list_no} was not found.",
    "core.state": "List {list_no} is {core_state}; this step is not possible from there.",
    "core.changed": "Someone changed list {list_no} meanwhile; look again and decide anew.",
    "core.empty": "The list has no line that can stand.",
    "core.too_long": "A list holds at most {limit} lines.",
    "core.line_unknown": "Line {position} does not exist.",
    "R-38.allowed": "The relationship can be entered.",
    "R-38.other_type": "A branch company does not assign this type.",
    "R-38.role": "Your role does not enter relationships of this type.",
    "R-38.back_dated": "Relationships start and end on {on} or later, never back-dated.",
    "R-38.too_far": "At most until {until}.",
    "R-38.client_left": "The client left on {closed_on}.",
    "R-38.pending": "Relationship {relationship_no} of this type already waits for approval.",
    "R-38.holder_outside": "Staff member {staff_no} was not found.",
    "R-39.releaser": "Only the person whom the branch head named for it may end this relationship.",
    "R-39.not_found": "Relationship {relationship_no} was not found.",
    "R-39.changed": "Relationship {relationship_no} was changed meanwhile; look again and decide anew.",
    "R-40.allowed": "The client is important.",
    "R-40.not_important": "Key service needs an important client: tier A or marked; this client is in tier {tier}.",
    "R-40.marked": "The client is marked as important already.",
    "R-40.not_marked": "The client bears no mark.",
}
"""Reason code to English sentence."""
