"""The words of every reason: one English sentence per code, the gettext message id of page, log and command line."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.approval_reasons import APPROVAL_TEMPLATES
from domain.campaign_reasons import CAMPAIGN_TEMPLATES
from domain.campaigns import CampaignState
from domain.capacity_reasons import CAPACITY_TEMPLATES
from domain.contact_reasons import CONTACT_TEMPLATES
from domain.decision import Parameter, Reason
from domain.distribution_reasons import DISTRIBUTION_TEMPLATES
from domain.match_reasons import MATCH_TEMPLATES
from domain.outcome_reasons import OUTCOME_TEMPLATES
from domain.permission_reasons import PERMISSION_TEMPLATES
from domain.preregistration_reasons import PREREGISTRATION_TEMPLATES
from domain.register_reasons import REGISTER_TEMPLATES
from domain.register_words import (
    ChainKind,
    ChainState,
    CoreListState,
    DocumentPurpose,
    GrantState,
    Post,
    PreregistrationState,
)
from domain.service_reasons import SERVICE_TEMPLATES
from domain.words import QualificationKind, RelationshipType, RevealField, Role, StaffCategory, Status, TaskState, Word

TEMPLATES: Mapping[str, str] = {
    **APPROVAL_TEMPLATES,
    **CAMPAIGN_TEMPLATES,
    **CAPACITY_TEMPLATES,
    **CONTACT_TEMPLATES,
    **DISTRIBUTION_TEMPLATES,
    **OUTCOME_TEMPLATES,
    **MATCH_TEMPLATES,
    **PERMISSION_TEMPLATES,
    **PREREGISTRATION_TEMPLATES,
    **REGISTER_TEMPLATES,
    **SERVICE_TEMPLATES,
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
    "R-72.allowed": "A reason can be entered.",
    "R-72.not_lost": "The client is not lost; only a lost client has a reason.",
    "R-72.returned": "The client came back on {on} and is no longer lost.",
    "R-72.other_loss": "The client has been lost anew since {lost_on}; that loss needs a reason of its own.",
    "R-72.changed": "Someone else has entered a reason meanwhile; look again and decide anew.",
    "R-72.too_many": "At most {limit} reasons can be entered at once; {count} losses were chosen.",
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
    "view.not_found": "This view does not exist any more, or is not yours.",
    "view.changed": "The view was changed in another window; look again and decide anew.",
    "view.name_missing": "Give the view a name.",
    "view.name_long": "The name is longer than {limit} characters.",
    "view.name_taken": "You already have a view of that name: {name}.",
    "view.too_large": "The view holds too many filters to be kept.",
    "view.too_many": "You keep {limit} views already; delete some first.",
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
    "rules.range": "Between {least} and {most}, please.",
    "rules.tiers_order": "The share of tier A cannot be greater than that of tiers A and B together.",
    "rules.floors_order": "The floor of tier A cannot be lower than that of tier B.",
    "rules.near_order": "Near silent begins after it ends.",
    "rules.near_silent": "Near silent must end before a client is silent at {months} months.",
    "rules.peer": "Clients are ranked among the whole firm or among their own kind.",
    "rules.return_after_life": "An untouched task cannot go back later than its hand-out holds: {months} months.",
    "rules.extend_pair": "How often a due date may be moved out and by how many months are both 0 or both above.",
    "rules.outcome_after_life": "Held-back clients are free again after {months} months; compare before that.",
    "rules.field_unknown": "{value} is not a field of the profile.",
    "rules.fields_none": "Choose at least one field of the profile.",
    "rules.field_twice": "A field of the profile is named twice.",
    "rules.source": "Say why the rules change, in 1 to {most} characters.",
    "rules.too_early": "Rules can change from {earliest} on: months before it are final or follow a later version.",
    "rules.too_late": "The date lies too far ahead.",
    "rules.faulty": "The draft cannot be published: {count} of its values need a correction first.",
    "rules.same": "The draft says the same as version {version}; there is nothing to publish.",
    "rules.draft_open": "A draft is open already (version {version}); publish or discard it first.",
    "rules.no_draft": "There is no draft of version {version} any more; reload the page.",
    "rules.changed": "Someone changed the draft meanwhile; reload and decide again.",
    "R-52.allowed": "Allowed.",
    "R-52.grade": "Grade E means no need or no chance, and nothing else does.",
    "R-52.no_account": "Business is done with a client: link the prospect to the client it became.",
    "R-52.has_account": "The prospect has become a client; its business is done.",
    "prospect.allowed": "Allowed.",
    "prospect.not_found": "This prospect was not found.",
    "prospect.changed": "Someone changed this prospect meanwhile; reload and decide again.",
    "prospect.won": "This prospect has become client {client_no} and is not changed any more.",
    "prospect.closed": "This prospect is closed already.",
    "prospect.client_taken": "Client {client_no} came from another prospect already.",
    "prospect.name_missing": "Give the prospect a name.",
    "prospect.name_long": "The name is longer than {limit} characters.",
    "prospect.note_long": "The note is longer than {limit} characters.",
    "prospect.no_office": "Name a business office of your reach.",
    "prospect.staff_not_found": "Staff member {staff_no} was not found in this office.",
}
"""Reason code to English sentence; the names in braces are the reason's parameters."""

_WORDS: Mapping[str, type[Word]] = {"status": Status, "category": StaffCategory, "state": TaskState,
                                    "field": RevealField, "core_state": CoreListState,
                                    "grant_state": GrantState, "role": Role, "type": RelationshipType,
                                    "qualification": QualificationKind,
                                    "prereg_state": PreregistrationState, "post": Post,
                                    "document": DocumentPurpose, "chain_state": ChainState,
                                    "chain_kind": ChainKind, "campaign_state": CampaignState}  # fmt: skip


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
    if name.endswith("_fen") and isinstance(value, int):
        return f"{value / 100:,.2f}"
    if name.endswith("_bp") and isinstance(value, int):
        return f"{value / 100:g} %"
    labels = {word.value: word.label for word in _WORDS.get(name, ())}
    return translate(labels[str(value)]) if str(value) in labels else str(value)
