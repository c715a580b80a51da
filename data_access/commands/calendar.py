"""Which days count as working days (R-12): a setting of the firm that headquarters publishes."""

from __future__ import annotations

from sqlalchemy import Connection, insert, update

from data_access.actor import Actor
from data_access.audit import append_audit
from data_access.commands.acting import Refused, acting_as, require_word
from data_access.database import Database
from data_access.reads.working_days import SETTING, read_working_day_kind
from data_access.tables import app_setting
from domain.calendar import WorkingDayKind
from domain.decision import Reason
from domain.words import Role


def choose_working_days(db: Database, *, actor: Actor, kind: str) -> None:
    """Count the exchange's trading days or the official working days from now on.

    What was decided before stays as it was decided. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    require_word("working_days", kind, WorkingDayKind)

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, Role.HQ)
        before = read_working_day_kind(connection)
        if before == kind:
            raise Refused(Reason("calendar.same"))
        append_audit(connection, action="calendar.working_days", user_id=user.user_id, operator=user.operator,
                     object_kind="app_setting", object_key=SETTING,
                     details={"before": before.value, "after": str(kind)})  # fmt: skip
        # the audit row has put writers in line: one of two first choices inserts, the other updates
        changed = connection.execute(
            update(app_setting).where(app_setting.c.key == SETTING).values(value=str(kind))
        ).rowcount  # fmt: skip
        if not changed:
            connection.execute(insert(app_setting).values(key=SETTING, value=str(kind)))

    db.transact(work)
