"""English sentences for the reasons of sign-in and user administration; pages translate them."""

from __future__ import annotations

from domain.decision import Reason
from domain.permission_reasons import USER_TEMPLATES

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
    **USER_TEMPLATES,
}


def sentence(reason: Reason) -> str:
    """Return the English sentence of a reason."""
    return SENTENCES[reason.code].format(**reason.params)
