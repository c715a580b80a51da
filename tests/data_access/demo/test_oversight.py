"""The demo firm's contact work: some contacts are checked, never by who made them; some prospects are met often."""

from __future__ import annotations

from sqlalchemy import func, select

from data_access.tables import app_user, contact_check, contact_log, prospect, prospect_contact


def test_checks_and_meetings_are_there_and_lawful(demo_db):
    with demo_db.reading() as connection:
        own = connection.execute(
            select(func.count()).select_from(contact_check)
            .join(contact_log, contact_log.c.contact_id == contact_check.c.contact_id)
            .join(app_user, app_user.c.user_id == contact_check.c.checked_by)
            .where(app_user.c.staff_id == contact_log.c.staff_id)
        ).scalar_one()  # fmt: skip
        early = connection.execute(
            select(func.count()).select_from(prospect_contact)
            .join(prospect, prospect.c.prospect_id == prospect_contact.c.prospect_id)
            .where(prospect_contact.c.on_date < func.date(prospect.c.entered_at))
        ).scalar_one()  # fmt: skip
        found = set(connection.execute(select(contact_check.c.result)).scalars())
        meetings = connection.execute(select(func.count()).select_from(prospect_contact)).scalar_one()
    assert (own, early) == (0, 0)
    assert {"confirmed"} < found <= {"confirmed", "unclear", "differs"}
    assert meetings > 100
