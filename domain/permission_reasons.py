"""English sentences of the reasons around rights, signatures and the exit of a staff member."""

from __future__ import annotations

from collections.abc import Mapping

USER_TEMPLATES: Mapping[str, str] = {
    "user.username": "A user name has 2 to 64 letters, digits or . _ - @ and no spaces.",
    "user.role": "There is no role {role}.",
    "user.needs_unit": "The role {role} needs a place in the organisation.",
    "user.needs_staff": "The role {role} needs a staff member.",
    "user.exists": "There is a user {username} already.",
    "user.unknown": "There is no user {username}.",
    "user.unknown_unit": "There is no place with code {unit_code}.",
    "user.unknown_staff": "There is no staff member {staff_no}.",
    "user.self": "Nobody changes the own account here.",
    "user.last_hq": "This is the last headquarters account that can sign in.",
}
"""Why an account cannot look like this, or cannot be changed."""

PERMISSION_TEMPLATES: Mapping[str, str] = {
    **USER_TEMPLATES,
    "R-04.approved": "The application can be approved.",
    "R-04.executed": "The application can be executed.",
    "R-04.state": "The application is {grant_state}; this step is not possible from there.",
    "R-04.own": "Nobody decides or executes an application that is their own.",
    "R-04.headquarters_approves": "Headquarters approves these rights.",
    "R-04.head_approves": "The head of the branch company approves rights; no delegate does.",
    "R-04.other_branch": "These rights belong to another branch company.",
    "R-04.not_approved": "The application is {grant_state}; only an approved one is executed.",
    "R-04.before_approval": "The execution lies before the approval.",
    "R-04.unsigned": "The applicant has not signed.",
    "R-04.admin_executes": "The user administrator of the branch company executes rights.",
    "R-04.not_found": "This application was not found.",
    "R-04.changed": "Someone changed this application meanwhile; look again and decide anew.",
    "R-05.allowed": "Allowed.",
    "R-05.reason_missing": "Give a reason.",
    "R-05.reason_long": "The reason is longer than {limit} characters.",
    "R-05.own_only": "Everybody applies for the own account; heads may ask to end the rights of their people.",
    "R-05.open_application": "An application for this account is open already.",
    "R-05.nothing_changes": "The account has these rights already.",
    "R-05.withdrawn_already": "The account is disabled already.",
    "R-05.user_not_found": "This account was not found.",
    "exit.allowed": "The exit can be closed.",
    "exit.not_found": "Staff member {staff_no} was not found.",
    "exit.own": "Nobody closes the own exit.",
    "exit.closed": "The exit of {staff_no} on {exit_on} is closed already.",
    "exit.future": "The last day is {exit_on}; the exit is closed from the day after on.",
    "exit.before_joining": "The last day lies before {joined_on}, the day of joining.",
    "exit.changed": "What names the staff member has changed meanwhile; look again and decide anew.",
    "exit.successor_missing": "Say for every task who takes it over, or that it returns to the pool.",
    "exit.step_open": "Nobody else can decide {chain_no} as {post}; name a successor for the post first.",
    "exit.left_over": "{count} items would still name the staff member; look again and decide anew.",
    "sign.wrong": "The password is not right, so nothing was signed.",
    "sign.locked": "Too many attempts. Try again in 15 minutes.",
}
"""Reason code to English sentence; the names in braces are the reason's parameters."""
