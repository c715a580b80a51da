"""Mark a month's figures final or provisional."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from data_access.actor import Actor
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.acting import Refused, acting_as, require_word
from data_access.database import Database
from data_access.tables import generation_month, month_state
from domain.decision import Reason
from domain.months import month_text
from domain.words import MonthState, Role


def mark_month_final(db: Database, *, actor: Actor, month: int, state: str = MonthState.FINAL) -> None:
    """Set the state of a published month (YYYYMM); headquarters only.

    Raises ``NotSignedIn``, ``NotAllowed``, ``Refused`` for a month that was never published.
    """
    require_word("state", state, MonthState)

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, Role.HQ)
        published = connection.execute(
            select(generation_month.c.month).where(generation_month.c.month == month).limit(1)
        ).first()
        if published is None:
            raise Refused(Reason("month.unknown", {"month": month_text(month)}))
        values = {"state": str(state), "marked_by": user.user_id, "marked_at": now()}
        changed = connection.execute(update(month_state).where(month_state.c.month == month).values(values))
        if changed.rowcount == 0:
            connection.execute(insert(month_state).values(month=month, **values))
        append_audit(
            connection,
            action="month.state",
            user_id=user.user_id,
            operator=user.operator,
            object_kind="month",
            object_key=month_text(month),
            details={"state": str(state)},
        )

    db.transact(work)
