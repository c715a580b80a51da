"""English sentences for the reasons of sign-in and user administration; pages translate them."""

from __future__ import annotations

from domain.decision import Reason

SENTENCES = {
    "password.short": "The password needs at least {shortest} characters. A sentence is easy to remember.",
    "password.long": "The password may have at most {longest} characters.",
    "password.repeats": "The password repeats too few characters.",
    "password.common": "The password is made of common passwords, names or rows of keys. Choose something else.",
    "password.control_character": "The password holds a character that cannot be typed.",
    "password.current_wrong": "The current password is not right.",
    "password.same": "The new password is the current one.",
    "password.locked": "Too many attempts. Try again in 15 minutes.",
    "password.differs": "The two new passwords differ.",
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


def sentence(reason: Reason) -> str:
    """Return the English sentence of a reason."""
    return SENTENCES[reason.code].format(**reason.params)
