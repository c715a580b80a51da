"""The words of reasons about capacity, neighbouring offices and checked contacts."""

from __future__ import annotations

from collections.abc import Mapping

CAPACITY_TEMPLATES: Mapping[str, str] = {
    "capacity.allowed": "Allowed.",
    "capacity.person": "{staff_no} was not found among the people of your reach.",
    "capacity.left": "{staff_no} has left on {left_on}.",
    "capacity.share": "A capacity lies between {least} and {most} percent.",
    "capacity.ceiling": "A person's own ceiling lies between {least} and {most} open tasks.",
    "capacity.reason": "Say why, in 1 to {most} characters.",
    "capacity.past": "A capacity cannot begin before today.",
    "capacity.far": "A capacity begins on {latest} at the latest.",
    "capacity.same": "{staff_no} has this capacity and ceiling already.",
    "neighbours.office": "{unit_code} is not a business office of your reach.",
    "neighbours.other_branch": "{unit_code} belongs to another branch company.",
    "neighbours.itself": "An office is not its own neighbour.",
    "check.allowed": "Allowed.",
    "check.not_found": "This contact was not found.",
    "check.own": "Nobody checks a contact that they made or entered themselves.",
    "check.done": "The contact was checked by {name} already.",
    "check.note_missing": "Say what differs.",
}
