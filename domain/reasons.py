"""The words of every reason: one English sentence per code, the gettext message id of page, log and command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.decision import Parameter, Reason
from domain.words import RevealField, StaffCategory, Status, TaskState, Word

TEMPLATES: Mapping[str, str] = {
    "R-26.allowed": "{client_no} can be handed out to {staff_no}.",
    "R-26.client_not_found": "Client {client_no} was not found.",
    "R-26.not_in_pool": "The client's status is {status}; only lost, archived and silent clients are handed out.",
    "R-26.no_status": "The client has no status yet; refresh the figures first.",
    "R-26.returned": "The client came back on {on} and is no longer in the pool.",
    "R-26.moved": "The client traded or brought in assets in {month} and is no longer silent.",
    "R-26.opt_out": "The client refuses marketing contact.",
    "R-26.open_task": "{staff_name} ({staff_no}) has held task {task_no} for this client since {since}.",
    "R-26.other_branch": "The staff member works in another branch company than the client's.",
    "R-26.staff_not_found": "Staff member {staff_no} was not found.",
    "R-26.not_frontline": "Pool clients go to frontline staff; {staff_no} is: {category}.",
    "R-26.not_joined": "{staff_no} starts on {joined_on}.",
    "R-26.left": "{staff_no} left on {left_on}.",
    "R-26.no_licence": "{staff_no} holds no valid licence.",
    "R-26.licence_expired": "The licence of {staff_no} ended on {licence_to}.",
    "R-26.absent": "{staff_no} is absent until {absent_to}.",
    "task.allowed": "Allowed.",
    "task.not_found": "Task {task_no} was not found.",
    "task.state": "Task {task_no} is {state}; this step is not possible from there.",
    "task.changed": "Someone changed task {task_no} meanwhile; reload and decide again.",
    "task.same_staff": "Task {task_no} is already with {staff_no}.",
    "task.reason_missing": "Give a reason.",
    "task.due_past": "The due date {due_on} has passed.",
    "task.not_due": "Task {task_no} runs until {due_on}.",
    "task.client_mismatch": "Task {task_no} belongs to another client.",
    "list.empty": "Choose at least one client.",
    "list.too_long": "At most {limit} clients can be handed out at once; {count} were chosen.",
    "request.other": "This form was already used for something else; open it again.",
    "word.unknown": "{value} is not a value of {field}.",
    "contact.future": "A contact cannot lie in the future.",
    "contact.next_step_past": "The next step {next_step_on} lies before the contact.",
    "contact.no_staff": "Your account is not tied to a staff member, so the contact needs one.",
    "contact.note_long": "The note is longer than {limit} characters.",
    "client.not_found": "Client {client_no} was not found.",
    "reveal.limit": "You have revealed {limit} values today; ask your head for more tomorrow.",
    "reveal.absent": "No value is stored for: {field}.",
    "month.unknown": "{month} has not been published yet.",
}
"""Reason code to English sentence; the names in braces are the reason's parameters."""

_WORDS: Mapping[str, type[Word]] = {"status": Status, "category": StaffCategory, "state": TaskState,
                                    "field": RevealField}  # fmt: skip


def reason_text(reason: Reason, translate: Callable[[str], str] = str) -> str:
    """Write a reason as one sentence.

    ``translate`` turns an English message id into the reader's language (gettext at the edge). An unknown code
    is shown as it is, so that a reason is never lost.
    """
    template = TEMPLATES.get(reason.code)
    if template is None:
        return reason.code
    values = {name: _plain(name, value, translate) for name, value in reason.params.items()}
    return translate(template).format_map(_Known(values))


class _Known(dict[str, str]):
    """Parameters by name; a missing one is written as a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def _plain(name: str, value: Parameter, translate: Callable[[str], str]) -> str:
    if value is None:
        return "–"
    labels = {word.value: word.label for word in _WORDS.get(name, ())}
    return translate(labels[str(value)]) if str(value) in labels else str(value)
