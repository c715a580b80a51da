"""Who may bring files in: headquarters and the operator; accounts also user administrators."""

from __future__ import annotations

from data_access.actor import ActingUser, require_role
from domain.words import Role


def require_importer(user: ActingUser, kind: str) -> None:
    """Raise ``NotAllowed`` unless the user may import files of this kind."""
    require_role(user, Role.HQ, *((Role.USER_ADMIN,) if kind == "user" else ()))
