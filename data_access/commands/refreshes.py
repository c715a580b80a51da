"""Starting a refresh from a page: a process of its own, so that no session waits for it."""

from __future__ import annotations

import os
import subprocess
import sys

from sqlalchemy import Connection

from data_access.actor import Actor
from data_access.audit import append_audit
from data_access.commands.acting import acting_as
from data_access.database import Database
from data_access.settings import ROOT
from domain.words import Role


def start_refresh(db: Database, *, actor: Actor) -> None:
    """Start ``python -m data_access refresh`` on the same database; headquarters only.

    Progress stands in ``refresh_run``; a second run at the same time is refused by the refresh itself. Raises
    ``NotSignedIn``, ``NotAllowed``.
    """

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, Role.HQ)
        append_audit(connection, action="refresh.start", user_id=user.user_id, operator=user.operator)

    db.transact(work)
    environment = {**os.environ, "DATABASE_URL": db.url.render_as_string(hide_password=False)}
    subprocess.Popen(
        [sys.executable, "-m", "data_access", "refresh"], cwd=ROOT, env=environment, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
