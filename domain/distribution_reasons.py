"""The words of the reasons of a hand-out to many people; ``domain.reasons`` holds them with all others."""

from __future__ import annotations

from collections.abc import Mapping

DISTRIBUTION_TEMPLATES: Mapping[str, str] = {
    "hand_out.complaint": "Complaint {complaint_no} of the client is open; no call until it is closed.",
    "hand_out.held_out": "The client is in the hold-out group of campaign {campaign} until {until}.",
    "hand_out.no_capacity": "{staff_no} takes part with no capacity.",
    "hand_out.ceiling": "{staff_no} has {open_count} open tasks; the most is {limit}.",
    "hand_out.other_office": "{staff_no} works in an office that may not take this client.",
    "hand_out.kin_elsewhere": "{staff_no} holds a client of the same household or controller.",
    "hand_out.cool_off": "{staff_no} held the client last and may not have it again before {until} has passed.",
    "hand_out.previous_excluded": "{staff_no} had the client before; this hand-out goes to others.",
    "hand_out.kin_apart": "{count} clients of one household or controller go to one person, not to {staff_nos}.",
    "hand_out.previous": "To {staff_no}, who served the client before.",
    "hand_out.kin": "To {staff_no}, together with {count} clients of the same household or controller.",
    "hand_out.only": "To {staff_no}, the only person allowed.",
    "hand_out.even": "To {staff_no}, one of {count} allowed, for an even load: {load_bp} of an even share of the "
                     "effort, {value_bp} of the value.",
    "hand_out.nobody": "Nobody can take the client: of {count} people {unfit} are not in service, present and "
                       "licensed, {full} are full, {elsewhere} work elsewhere, {barred} are barred as earlier holders.",
    "hand_out.full": "All {count} people who could take the client are full.",
    "hand_out.kin_too_many": "The {count} clients of one household or controller fit nobody's room together.",
    "hand_out.moved": "To {staff_no} by hand.",
    "hand_out.gap": "{count} clients placed; no distribution places more than {most}. Loads lie {uneven_bp} from even "
    "on average; no distribution of these clients comes below {least_bp}.",
    "hand_out.set_aside": "Set aside by hand.",
    "hand_out.not_member": "The client is not among those whom campaign {campaign_no} hands out.",
    "hand_out.not_found": "The hand-out was not found.",
    "hand_out.undo_over": "A hand-out can be undone until {until}; withdraw single tasks instead.",
    "hand_out.undone": "The hand-out was undone already.",
    # the codes under which a history keeps what nobody wrote
    "undone": "The hand-out was undone.",
    "hand_out.worked": "{staff_no} has worked the task since; it stays.",
    "task.over": "Task {task_no} ran until {due_on} and is not extended any more.",
    "task.extended_most": "Task {task_no} was extended already; the most is {most} times.",
    "task.untouched": "Nobody worked the task in its first days.",
    "task.touched": "Task {task_no} has been worked.",
    "task.never_returns": "Tasks like {task_no} do not go back by themselves.",
    "task.return_later": "Task {task_no} goes back after {until} when nobody works it.",
    "holdout.share": "A hold-out group has between {least_bp} and {most_bp} of the list.",
    "holdout.too_small": "The list is too small for a hold-out group: {count} clients can be drawn, {least} are "
                         "needed at {share_bp}.",
    "holdout.none": "No hold-out group was wanted.",
    "holdout.drawn": "{held} of {count} clients are held back.",
    "holdout.stored": "The groups of this campaign were drawn on {on} and are never drawn again.",
    "holdout.must_contact": "The client must be contacted and is not drawn.",
    "holdout.handed_out": "Drawn: to be contacted.",
    "holdout.held_back": "Drawn: held back until the end of the window.",
    "flag.trivial": "Returned just over the line: {inflow_fen} in, {turnover_fen} traded, nothing after.",
    "flag.cycle": "Won back {count} times in {months} months and silent again in between.",
    "flag.batch": "{count} contacts logged by {staff_no} within one minute, at {at}.",
    "flag.held_back": "{staff_no} contacted a client of the hold-out group on {on}.",
    "flag.cherry": "{staff_no} attempted {top_bp} of the more valuable half of the tasks and {low_bp} of the other.",
}  # fmt: skip
