"""Who may bring files in: headquarters and the operator; accounts also user administrators."""

from __future__ import annotations

from sqlalchemy import Connection

from data_access.actor import ActingUser, Actor
from data_access.commands.acting import acting_as
from domain.words import Role


def importer(connection: Connection, actor: Actor, kind: str) -> ActingUser:
    """Return the acting user who may import files of this kind; raises ``NotSignedIn`` or ``NotAllowed``."""
    return acting_as(connection, actor, Role.HQ, *((Role.USER_ADMIN,) if kind == "user" else ()))
